"""Effort in the cache: kept by the fold, scored anew with other weights, found by filters."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.filters import parse
from agentdesk.insight.effort import Weights, tally
from agentdesk.model import Event, Item, Kind, Ref, Role, Status, Ticket
from agentdesk.store import Store, schema, weighed
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
HARD, EASY, UNREAD = "1", "2", "3"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page(tuple(pages()), ""))
        yield opened_store


def pages() -> list[Item]:
    tickets: list[Item] = [
        Ticket(Ref("acme", id), id, f"Ticket {id}", Status.OPEN, NOW, NOW, requester="c1", rating=rating, stamp=1)
        for id, rating in ((HARD, "bad"), (EASY, "good"), (UNREAD, None))
    ]
    moves = [event(HARD, n, n * 10, Kind.CHANGE, field="group", old=f"t{n}", new=f"t{n + 1}") for n in range(1, 5)]
    asked = [event(id, 0, 0, Kind.CUSTOMER) for id in (HARD, EASY)]
    answered = [event(id, 8, 50, Kind.REPLY) for id in (HARD, EASY)]
    return [*tickets, *asked, *moves, *answered]


def event(ticket: str, number: int, minutes: int, kind: Kind, **values: object) -> Event:
    role = Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT
    at = NOW - timedelta(days=1) + timedelta(minutes=minutes)
    plain = Event(Ref("acme", f"{ticket}.{number}"), kind, at, ticket=ticket, body="words", author_role=role)
    return replace(plain, **values)  # type: ignore[arg-type]  # the facts of the case


def found(store: Store, query: str) -> list[str]:
    queries = store.queries
    return [row.ticket.ref.id for row in queries.rows(queries.keys(parse(query), now=NOW))]


def efforts(store: Store) -> dict[str, int | None]:
    return {row.ticket.ref.id: row.ticket.effort for row in store.queries.rows([1, 2, 3])}


def score(store: Store, now: datetime = NOW) -> None:
    while store.efforts.score_some(now, 1):
        pass


def test_a_saved_page_brings_the_effort_of_its_tickets(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as store:
        store.mirror.take(Page(tuple(pages()), ""))

        assert efforts(store) == {HARD: 4, EASY: 1, UNREAD: None}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("effort>3", [HARD]),
        ("労力>3", [HARD]),
        ("手間＞３", [HARD]),
        ("effort:1", [EASY]),
        ("effort>=4 is:unsolved", [HARD]),
        ("effort<4", [EASY]),
        ("-effort>3 sort:created", [EASY, UNREAD]),
        ("sort:effort", [HARD, EASY, UNREAD]),
        ("sort:-effort", [EASY, HARD, UNREAD]),
        ("労力>3 OR 労力:1 並び:-労力", [EASY, HARD]),
    ],
)
def test_tickets_are_found_by_effort(store: Store, query: str, ids: list[str]) -> None:
    assert found(store, query) == ids


def test_the_log_may_arrive_in_any_order(store: Store) -> None:
    with opened(store.path.with_name("other.db")) as other:
        tickets, log = [item for item in pages() if isinstance(item, Ticket)], pages()[3:]
        other.mirror.take(Page(tuple(tickets), ""))
        for one in reversed(log):
            other.mirror.take(Page((one,), ""))

        assert efforts(other) == efforts(store)


def test_other_weights_score_every_ticket_anew(store: Store, tmp_path: Path) -> None:
    weighed.keep_in(store.db, tmp_path)
    (tmp_path / "effort.txt").write_text("転送 = 0.25\n", encoding="utf-8")

    score(store)

    assert efforts(store) == {HARD: 2, EASY: 1, UNREAD: None}
    assert weighed.is_current(store.db, tmp_path)


def test_an_edit_holds_the_next_time_and_taking_the_file_away_too(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "effort.txt"
    weighed.keep_in(store.db, tmp_path)
    file.write_text("transfers = 0\n", encoding="utf-8")
    score(store)
    file.write_text("transfers = 9\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    score(store)
    assert efforts(store)[HARD] == 5

    file.unlink()
    score(store)

    assert efforts(store)[HARD] == 4
    assert store.efforts.weights() == Weights()


def test_what_is_saved_while_tickets_are_scored_has_the_new_weights(store: Store, tmp_path: Path) -> None:
    weighed.keep_in(store.db, tmp_path)
    (tmp_path / "effort.txt").write_text("transfers = 9\n", encoding="utf-8")
    store.efforts.score_some(NOW, 0)

    store.mirror.take(Page((event(HARD, 9, 99, Kind.CHANGE, field="group", old="a", new="b"),), ""))

    assert efforts(store)[HARD] == 5


def test_a_file_that_cannot_be_read_changes_nothing_and_is_told(store: Store, tmp_path: Path) -> None:
    weighed.keep_in(store.db, tmp_path)
    (tmp_path / "effort.txt").write_bytes(b"transfers = 9 \xff\n")

    score(store)

    assert efforts(store)[HARD] == 4
    assert "effort.txt" in store.efforts.file().problems[0]


def test_tallies_that_other_rules_counted_are_made_anew(store: Store, tmp_path: Path) -> None:
    weighed.keep_in(store.db, tmp_path)
    score(store)
    store.db.execute("UPDATE effort SET transfers = 0")
    store.db.execute("UPDATE effort_state SET weights = json_remove(weights, '$.rules')")

    score(store)

    assert efforts(store)[HARD] == 4
    assert store.db.execute("SELECT max(transfers) FROM effort").fetchone() == (4,)


def test_a_cache_from_before_is_tallied_in_steps(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with opened(path) as store:
        store.mirror.take(Page(tuple(pages()), ""))
        expected = efforts(store)
    _take_back(path)

    with opened(path) as store:
        assert efforts(store) == {HARD: None, EASY: None, UNREAD: None}
        score(store)

        assert efforts(store) == expected


def _take_back(path: Path) -> None:
    """Make the file one of the version before there was effort."""
    before = schema.MIGRATIONS.index(schema._effort)
    db = sqlite3.connect(path)
    (queues,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'ticket_queue'").fetchone()
    db.executescript(
        f"DROP INDEX ticket_effort; DROP INDEX ticket_queue; {queues.replace(', effort', '')}; "
        "DROP TABLE effort; DROP TABLE effort_state; "
        "ALTER TABLE ticket DROP COLUMN effort; ALTER TABLE server_ticket DROP COLUMN effort; "
        f"PRAGMA user_version = {before}; DELETE FROM _sqlite_migrations WHERE name LIKE '%_effort%'"
    )
    db.close()


def test_a_wait_that_still_runs_raises_the_effort_with_time(store: Store) -> None:
    store.mirror.take(Page((event(EASY, 9, 60 * 24, Kind.CUSTOMER),), ""))
    score(store)
    assert efforts(store)[EASY] == 1

    later = NOW + timedelta(days=1)
    with opened(store.path) as another:
        score(another, later)

    assert efforts(store)[EASY] == 3
    assert store.efforts.ledger(Ref("acme", EASY), later)[-1].span == timedelta(days=1)


def test_what_is_kept_sums_up_the_ledger(store: Store) -> None:
    store.mirror.take(Page((event(EASY, 9, 60 * 24, Kind.CUSTOMER),), ""))
    later = NOW + timedelta(hours=7)

    for id in (HARD, EASY, UNREAD):
        found, entries = store.efforts.summed(Ref("acme", id), later)

        assert found == tally(store.efforts.ledger(Ref("acme", id), later))
        assert entries == []


def test_what_was_asked_again_comes_with_its_entries(store: Store) -> None:
    told = (
        event(EASY, 10, 60, Kind.CUSTOMER, body="My order number is 10-2231."),
        event(EASY, 11, 70, Kind.REPLY, body="Could you send us your order number?"),
    )
    store.mirror.take(Page(told, ""))

    found, entries = store.efforts.summed(Ref("acme", EASY), NOW)

    assert found.asked_again == 1
    assert entries == store.efforts.ledger(Ref("acme", EASY), NOW)


def test_nobody_waits_where_the_ticket_says_that_it_is_solved(store: Store) -> None:
    solved = Ticket(Ref("acme", EASY), EASY, "Ticket 2", Status.SOLVED, NOW, NOW, requester="c1", stamp=2)
    store.mirror.take(Page((solved, event(EASY, 9, 60 * 24, Kind.CUSTOMER)), ""))

    score(store, NOW + timedelta(days=9))

    assert efforts(store)[EASY] == 1


def test_a_ticket_that_is_gone_takes_its_tally_along(store: Store) -> None:
    store.mirror.take(Page((), "", gone=(Ref("acme", HARD),)))

    assert store.db.execute("SELECT count(*) FROM effort").fetchone() == (1,)


def test_the_estimates_stand_beside_what_customers_answered(store: Store) -> None:
    assert [tuple(one) for one in store.efforts.calibration()] == [("good", 1.0, 1), ("bad", 4.0, 1)]


@pytest.mark.parametrize("index", ["ticket_queue", "ticket_effort"])
def test_queues_are_counted_by_effort_without_reading_tickets(store: Store, index: str) -> None:
    columns = [name for (_place, _column, name) in store.db.execute(f"PRAGMA index_info({index})")]

    assert {"effort", "snoozed_until", "waiting_since"} <= set(columns)


def test_what_comes_in_does_not_take_back_what_a_running_wait_raised(store: Store) -> None:
    store.mirror.take(Page((event(EASY, 9, 60 * 24, Kind.CUSTOMER),), ""))
    score(store, NOW + timedelta(days=1))

    store.mirror.take(Page((event(EASY, 10, 60 * 24 + 5, Kind.NOTE),), ""))
    assert efforts(store)[EASY] == 3

    store.mirror.take(Page((event(EASY, 11, 60 * 24 + 9, Kind.REPLY),), ""))
    assert efforts(store)[EASY] == 1


def test_a_ticket_that_is_gone_when_its_turn_comes_is_passed_over(store: Store) -> None:
    store.efforts._score(1_000, NOW, Weights())

    assert efforts(store) == {HARD: 4, EASY: 1, UNREAD: None}
