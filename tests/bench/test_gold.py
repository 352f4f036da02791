"""The judged sets are whole, and their figures are computed as defined."""

from pathlib import Path

import pytest

from agentdesk.sandbox.seed import knowledge
from agentdesk.store import Store
from agentdesk.store.store import opened
from agentdesk.text.segment import segment, telling
from tests.bench.gold import (
    JUDGED,
    OLD_TICKETS,
    WRITING,
    Case,
    Figures,
    demo,
    figures,
    judged,
    lines_of,
    of_old_tickets,
    old,
    old_tickets,
    written,
)


def test_there_are_more_than_two_hundred_queries_in_two_languages() -> None:
    judged_queries = sum(len(judged(name)) for name in JUDGED)
    written = sum(len(line["queries"]) for line in lines_of(WRITING))

    assert judged_queries >= 200
    assert written >= 150


@pytest.mark.parametrize("name", JUDGED)
def test_every_judgement_names_an_article_of_the_demo(name: str) -> None:
    titles = {
        (language, knowledge.title(language, key))
        for line in lines_of(name)
        for key in line["articles"]
        for language in [line["language"]]
    }

    assert {title for case in judged(name) for title in case.relevant} == titles
    assert len({case.query for case in judged(name)}) == len(judged(name))


def test_figures_count_the_first_right_answer_and_all_of_them() -> None:
    case = Case("q", frozenset({("article", "a"), ("article", "b")}))

    one = figures([(case, [("article", "x"), ("article", "a"), ("article", "y"), ("article", "z")])])

    assert one.mrr == 0.5
    assert one.recall == 0.5
    assert one.precision == 0.25
    assert one.ndcg == pytest.approx(0.387, abs=0.001)


def test_every_way_to_write_a_word_finds_every_other(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as store:
        demo(store)

        found = written(store)

    assert found.recall >= 0.95
    assert found.precision >= 0.9


def test_tickets_for_what_a_customer_says_rank_as_well_as_in_a_plain_table_of_pairs(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as store:
        old_tickets(store)

        found = {name: of_old_tickets(store, name) for name in OLD_TICKETS}
        plain = {name: _of_a_plain_table(store, name) for name in OLD_TICKETS}

    assert sum(one.queries for one in found.values()) >= 150
    assert all(found[name].mrr >= plain[name].mrr - 0.01 for name in OLD_TICKETS), (found, plain)


def _of_a_plain_table(store: Store, name: str) -> Figures:
    """The figures of pairs and stems in FTS5, by bm25."""
    store.db.execute("DROP TABLE IF EXISTS temp.plain")
    store.db.execute("CREATE VIRTUAL TABLE temp.plain USING fts5 (id UNINDEXED, title, body, tokenize = 'porter')")
    texts = store.db.execute(
        "SELECT t.id, t.subject, group_concat(e.body, char(10)) "
        "FROM ticket t JOIN event e ON e.ticket = t.id GROUP BY t.id"
    ).fetchall()
    for id, subject, body in texts:
        cut = (id, " ".join(segment(subject)), " ".join(segment(body)))
        store.db.execute("INSERT INTO plain (id, title, body) VALUES (?, ?, ?)", cut)
    found = []
    for case in old(name):
        asked = " OR ".join(f'"{token}"' for token in dict.fromkeys(telling(segment(case.query))))
        rows = store.db.execute(
            "SELECT 'ticket', id FROM plain WHERE plain MATCH ? ORDER BY bm25(plain, 0, 3.0, 1.0) LIMIT 10", (asked,)
        )
        found.append((case, rows.fetchall()))
    return figures(found)
