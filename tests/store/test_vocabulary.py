"""The team's own words: read from its files when something is asked, and proposed from searches that were reworded."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.filters import parse
from agentdesk.store import Store
from agentdesk.store.search import HitKind
from agentdesk.store.store import opened
from tests.store.test_search import NOW, article, index_all, names, take, ticket

ARTICLES: tuple[HitKind, ...] = ("article",)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        take(
            opened_store,
            article("k1", "SharePoint", "How to share files in SharePoint."),
            article("k2", "ご利用の終了", "退会の手順です。"),
            article("k3", "こもれび商店について", "こもれび商店は京都の店です。"),
            ticket("1", "SharePoint is slow", 1),
        )
        index_all(opened_store)
        opened_store.search.vocabulary.keep_in(tmp_path)
        yield opened_store


def found(store: Store, query: str) -> list[str]:
    return names(store.search.search(query, now=NOW))


def test_a_word_also_finds_what_the_team_calls_it(store: Store, tmp_path: Path) -> None:
    assert found(store, "シェアポイント") == []

    (tmp_path / "aliases.txt").write_text("シェアポイント = SharePoint\n解約 = 退会 # for us\n", encoding="utf-8")

    assert set(found(store, "ｼｪｱﾎﾟｲﾝﾄ")) == {"article k1", "ticket 1"}
    assert found(store, "解約の手順を教えてください")[0] == "article k2"


def test_an_edit_holds_at_the_next_search(store: Store, tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_text("SP = SharePoint\n", encoding="utf-8")
    assert found(store, "SP") != []

    (tmp_path / "aliases.txt").unlink()

    assert found(store, "SP") == []


def test_a_queue_finds_what_a_search_does_in_the_teams_words(store: Store, tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_text("SP = SharePoint\n", encoding="utf-8")

    keys = store.queries.keys(parse("SP is:unsolved"), now=NOW)

    assert [row.ticket.number for row in store.queries.rows(keys)] == ["1"]
    assert store.queries.keys(parse("-SP"), now=NOW) == []


def test_silent_words_are_not_searched(store: Store, tmp_path: Path) -> None:
    (tmp_path / "stopwords.txt").write_text("こもれび商店\n", encoding="utf-8")

    assert found(store, "こもれび商店の退会")[0] == "article k2"
    assert "article k3" not in found(store, "こもれび商店 退会")


def test_a_search_that_was_reworded_makes_a_candidate_that_counts_once_accepted(store: Store) -> None:
    words = store.search.vocabulary
    words.searched("クラウド倉庫", False, NOW)
    words.searched("SharePoint", True, NOW + timedelta(seconds=20))

    assert [(one.query, one.reworded, one.times) for one in words.candidates()] == [("クラウド倉庫", "SharePoint", 1)]
    assert found(store, "クラウド倉庫") == []

    words.accept("クラウド倉庫")

    assert "article k1" in found(store, "クラウド倉庫")


@pytest.mark.parametrize("query", ["4111 1111", "status:open zzz", "🎁", "q", "-zzz", "(zzz"])
def test_what_is_no_word_is_no_other_word_for_anything(store: Store, query: str) -> None:
    store.search.vocabulary.searched(query, found=False, now=NOW)
    store.search.vocabulary.searched("SharePoint", found=True, now=NOW)

    assert store.search.vocabulary.candidates() == []


def test_a_search_much_later_was_about_something_else(store: Store) -> None:
    words = store.search.vocabulary
    words.searched("クラウド倉庫", False, NOW)
    words.searched("SharePoint", True, NOW + timedelta(hours=1))

    assert words.candidates() == []


def test_other_words_have_no_other_words_in_whatever_order_a_search_answers(store: Store, tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_text("解約 = 退会\n退会手続 = SharePoint\n", encoding="utf-8")
    take(store, ticket("2", "退会手続", 1))
    index_all(store)

    for query in ("解約手続", "解約手続 sort:created"):
        assert store.search.divided(query, (), now=NOW)[0] == len(store.queries.keys(parse(query), now=NOW)) == 1
