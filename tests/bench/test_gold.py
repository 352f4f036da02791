"""The judged sets are whole, and their figures are computed as defined."""

from pathlib import Path

import pytest

from agentdesk.sandbox.seed import knowledge
from agentdesk.store.store import opened
from tests.bench.gold import JUDGED, WRITING, Case, demo, figures, judged, lines_of, written


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
