"""What was sent and solved rises for tickets like those, can be explained, and is forgotten with its ticket."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.model import Item, Kind, Status
from agentdesk.store import Store, judgements
from agentdesk.store.store import opened
from tests.store.test_search import NOW, article, index_all, message, ref, take, ticket

WORLD: tuple[Item, ...] = (
    article("k1", "Kettles", "About the kettle and its warranty.", "en", url="https://help.example/k1"),
    article("k2", "When something is broken", "Send a photograph.", "en", url="https://help.example/k2"),
    ticket("1", "My kettle is broken", 1),
    message("e1", "1", "The kettle is broken, it does not switch on any more"),
    ticket("2", "Broken kettle", 30, status=Status.SOLVED, requester="42"),
    message("e2", "2", "The kettle I bought is broken and does not switch on", hours_ago=30),
    message("e3", "2", "Please see https://help.example/k2 for what to do", Kind.REPLY, hours_ago=29),
    ticket("3", "Login", 31, status=Status.SOLVED, requester="43"),
    message("e4", "3", "I cannot sign in with my password", hours_ago=31),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        take(opened_store, *WORLD)
        index_all(opened_store)
        while opened_store.search.learn_some():
            pass
        yield opened_store


def test_an_address_in_a_reply_is_a_judgement(store: Store) -> None:
    assert store.search.usage(ref("k2")) == (1, 1)


def test_what_solved_such_tickets_comes_first_and_says_so(store: Store) -> None:
    first = store.search.suggest_articles(ref("1"))[0]

    assert first.hit.ref == ref("k2")
    assert (first.inserted, first.solved, first.is_for_such) == (1, 1, True)


def test_an_article_without_the_ticket_s_words_is_suggested_for_its_use_alone(store: Store) -> None:
    take(
        store,
        ticket("7", "Zither", 5, status=Status.SOLVED, requester="44"),
        message("e8", "7", "My zither strings snapped", hours_ago=5),
        message("e9", "7", "Please see https://help.example/k2", Kind.REPLY, hours_ago=4),
        ticket("8", "Zither", 1, requester="45"),
        message("e10", "8", "My zither strings snapped"),
    )
    index_all(store)
    while store.search.learn_some():
        pass

    assert [one.hit.ref for one in store.search.suggest_articles(ref("8"))] == [ref("k2")]


def test_other_tickets_teach_nothing_about_this_one(store: Store) -> None:
    suggested = {one.hit.ref.id: one for one in store.search.suggest_articles(ref("3"))}

    assert not any(one.is_for_such for one in suggested.values())


def test_a_judgement_is_forgotten_with_its_ticket(store: Store) -> None:
    store.db.execute("DELETE FROM ticket WHERE id = '2'")

    assert store.search.usage(ref("k2")) == (0, 0)
    assert store.db.execute("SELECT count(*) FROM judged_words").fetchone() == (0,)


def test_nothing_is_learned_from_what_a_colleague_noted(store: Store) -> None:
    take(
        store,
        ticket("8", "Call", 1, status=Status.SOLVED),
        message("n8", "8", "quokkaword https://help.example/k2", Kind.REPLY),
    )
    while store.search.learn_some():
        pass

    assert store.db.execute("SELECT count(*) FROM judged_words WHERE judged_words MATCH 'quokkaword'").fetchone() == (
        0,
    )


def test_a_redacted_message_is_forgotten(store: Store) -> None:
    store.db.execute("UPDATE event SET body = 'redacted' WHERE id = 'e2'")

    assert store.db.execute("SELECT count(*) FROM judged_words").fetchone() == (0,)


def test_the_newest_judged_tickets_take_the_place_of_the_oldest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "MOST_JUDGED", 1)
    take(store, message("e6", "3", "Please see https://help.example/k2", Kind.REPLY, hours_ago=1))

    while store.search.learn_some():
        pass

    learned = store.db.execute("SELECT t.id FROM judged_words JOIN ticket t ON t.key = judged_words.rowid").fetchall()
    assert learned == [("3",)]


def test_an_open_ticket_of_the_same_customer_that_says_the_same_may_be_a_duplicate(store: Store) -> None:
    again = replace(ticket("4", "Kettle broken again", 0.5), created_at=NOW - timedelta(hours=0.5))
    take(store, again, message("e5", "4", "As I wrote, the kettle is broken and does not switch on"))

    assert [one.number for one in store.search.duplicates(ref("1"))] == ["4"]
    assert store.search.duplicates(ref("3")) == []
