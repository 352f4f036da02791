"""What can stand in a field of a query, by how it begins."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.model import Article, Identity, Item, Organization, Person, Ref, Role, Status, Team, Ticket, View
from agentdesk.store import Store
from agentdesk.store.names import RECENT
from agentdesk.store.store import opened

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)


def ref(id: str) -> Ref:
    return Ref("acme", id)


def ticket(id: str, hours_ago: float, **values: object) -> Ticket:
    at = NOW - timedelta(hours=hours_ago)
    plain = Ticket(ref(id), id, "Hello", Status.OPEN, at, at, requester="41", stamp=1)
    return replace(plain, **values)  # type: ignore[arg-type]  # each test names real fields


def customer(id: str, name: str, address: str = "") -> Person:
    return Person(ref(id), name, Role.CUSTOMER, (Identity("email", address),) if address else ())


WORLD: tuple[Item, ...] = (
    customer("41", "Dana Fox", "dana@fox.example"),
    customer("42", "田中 美咲", "tanaka@example.jp"),
    customer("43", "Daniel Hill", "dan@hill.example"),
    customer("44", "山田花子"),
    Person(ref("7"), "Ken Dandridge", Role.AGENT),
    Person(ref("8"), "Maria Tanabe", Role.AGENT),
    Team(ref("t1"), "Billing"),
    Team(ref("t2"), "配送"),
    Organization(ref("o1"), "Foxes United"),
    Organization(ref("o2"), "Fogbank"),
    View(ref("v1"), "My late ones"),
    Article(ref("k1"), "返品の手順", "…", language="ja"),
    Article(ref("k2"), "How to return an order", "…", language="en-us"),
    ticket("1", 2, assignee="8", tags=("billing", "vip"), organization="o2"),
    ticket("2", 1, assignee="8", tags=("billing", "big order"), requester="43"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as opened_store:
        opened_store.mirror.take(Page(WORLD, ""))
        while opened_store.search.index_some():
            pass
        yield opened_store


@pytest.mark.parametrize(
    ("field", "begun", "offered"),
    [
        ("customer", "", ["Daniel Hill", "Dana Fox"]),
        ("customer", "dan", ["Daniel Hill", "Dana Fox", "dan@hill.example", "dana@fox.example"]),
        ("customer", "ＤＡＮＡ", ["Dana Fox"]),
        ("customer", "fo", ["Dana Fox"]),
        ("customer", "dana@", ["dana@fox.example"]),
        ("customer", "田", ["山田花子", "田中 美咲"]),
        ("customer", "花子", ["山田花子"]),
        ("to", "ken", []),
        ("from", "dan", ["Daniel Hill", "Dana Fox", "dan@hill.example", "dana@fox.example", "Ken Dandridge"]),
        ("assignee", "", ["Maria Tanabe", "Ken Dandridge"]),
        ("assignee", "dan", ["Ken Dandridge"]),
        ("tag", "", ["billing", "vip", "big order"]),
        ("tag", "bi", ["billing", "big order"]),
        ("org", "fo", ["Fogbank", "Foxes United"]),
        ("group", "配", ["配送"]),
        ("view", "late", ["My late ones"]),
        ("article", "ret", ["How to return an order"]),
        ("article", "手順", ["返品の手順"]),
        ("lang", "", ["ja", "en"]),
        ("status", "o", []),
        ("nothing", "x", []),
    ],
)
def test_names_in_use_go_on_from_how_they_begin(store: Store, field: str, begun: str, offered: list[str]) -> None:
    assert sorted(one.text for one in store.queries.names(field, begun)) == sorted(offered)
    assert [one.text for one in store.queries.names(field, begun)][:1] == offered[:1]


def test_a_name_is_told_from_another_by_its_address(store: Store) -> None:
    [found] = store.queries.names("customer", "dana f")

    assert found.about == "dana@fox.example"


def test_tags_of_tickets_that_rest_long_since_are_offered_behind_recent_ones(store: Store) -> None:
    later = tuple(ticket(str(id), 0, tags=("vault",)) for id in range(100, 101 + RECENT))
    store.mirror.take(Page(later, ""))

    assert [one.text for one in store.queries.names("tag", "v")] == ["vault", "vip"]
