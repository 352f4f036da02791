"""Names in fields of a query that are misspelt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.filters import parse
from agentdesk.model import Event, Identity, Item, Kind, Organization, Person, Ref, Role, Status, Team, Ticket
from agentdesk.store import Store
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)


def ref(id: str) -> Ref:
    return Ref("acme", id)


def ticket(id: str, **values: object) -> Ticket:
    plain = Ticket(ref(id), id, "Hello", Status.OPEN, NOW, NOW, requester="41", stamp=1)
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


WORLD: tuple[Item, ...] = (
    Person(ref("41"), "Dana Fox", Role.CUSTOMER, (Identity("email", "dana@fox.example"),)),
    Person(ref("42"), "田中 美咲", Role.CUSTOMER),
    Person(ref("43"), "Tamaka Oy", Role.CUSTOMER),
    Person(ref("7"), "Ken Tanaka", Role.AGENT, (Identity("email", "ktanaka@acme.example"),)),
    Person(ref("8"), "Maria Tanabe", Role.AGENT),
    Team(ref("t1"), "Billing"),
    Organization(ref("o1"), "Foxes United"),
    ticket("1", assignee="7", tags=("billing", "vip"), group="t1", organization="o1"),
    ticket("2", assignee="8", tags=("parcel-lost",), requester="43"),
    Event(ref("e1"), Kind.CUSTOMER, NOW, "1", "41", author="41", author_role=Role.CUSTOMER, body="Where is it?"),
    Event(ref("e2"), Kind.REPLY, NOW, "1", "41", author="7", author_role=Role.AGENT, body="It is on its way."),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page(WORLD, ""))
        while opened_store.search.index_some():
            pass
        yield opened_store


def found(store: Store, query: str) -> list[str]:
    return sorted(row.ticket.ref.id for row in store.queries.rows(store.queries.keys(parse(query), now=NOW)))


def hints(store: Store, query: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [tuple(one) for one in store.queries.taken(parse(query))]  # type: ignore[misc]  # a named tuple of three


@pytest.mark.parametrize(
    ("query", "tickets", "field", "names"),
    [
        ("assignee:tanka", ["1"], "assignee", ("Tanaka",)),
        ("担当:TANKA", ["1"], "assignee", ("Tanaka",)),
        ("assignee:mraia", ["2"], "assignee", ("Maria",)),
        ("from:dnaa", ["1"], "from", ("Dana",)),
        ("to:dnaa", ["1"], "to", ("Dana",)),
        ("customer:dnaa", ["1"], "customer", ("Dana",)),
        ("from:tanka", ["1"], "from", ("Tanaka",)),
        ("tag:biling", ["1"], "tag", ("billing",)),
        ("tag:parcel-lsot", ["2"], "tag", ("parcel-lost",)),
        ("group:biling", ["1"], "group", ("Billing",)),
        ("org:foxse", ["1"], "org", ("Foxes",)),
        ("hello -tag:biling", ["2"], "tag", ("billing",)),
    ],
)
def test_a_misspelt_name_finds_what_was_meant_and_says_so(
    store: Store, query: str, tickets: list[str], field: str, names: tuple[str, ...]
) -> None:
    assert found(store, query) == tickets
    assert hints(store, query) == [(field, query.rpartition(":")[2], names)]


@pytest.mark.parametrize(
    "query",
    [
        "assignee:tanaka",
        "assignee:tana",  # a part of two names
        "assignee:ktan",  # an address begins so
        "assignee:7",
        "assignee:none",
        "customer:tamaka",  # there is one, however near Tanaka is
        "customer:fox.example",
        "tag:BILLING",
        "tag:none",
        "tag:vpi",  # too short to tell
        "assignee:zzzzzz",
        "from:田仲",
        "is:unsolved biling",
    ],
)
def test_a_name_that_is_there_or_has_no_neighbour_stands_for_itself(store: Store, query: str) -> None:
    assert hints(store, query) == []


def test_searching_understands_the_same_names(store: Store) -> None:
    assert [hit.ref.id for hit in store.search.search("assignee:tanka hello", now=NOW)] == ["1"]


def test_a_tag_that_no_ticket_has_any_more_is_not_meant(store: Store) -> None:
    store.mirror.take(Page((ticket("1", assignee="7", tags=("vip",), stamp=2),), ""))

    assert hints(store, "tag:biling") == []
