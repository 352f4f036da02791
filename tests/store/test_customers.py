"""Who is one customer: by verified address, by hand, and apart by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.exchange import Page
from agentdesk.model import Event, Identity, Kind, Person, Ref, Role
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from agentdesk.store.schema import VERSION
from agentdesk.store.store import opened
from agentdesk.store.undoing import undo_last

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
ACME, SHOP, DESK = Ref("acme", "41"), Ref("shop", "9"), Ref("rt", "tanaka")
MAIL = "tanaka@example.jp"


def person(ref: Ref, address: str = MAIL, *, verified: bool = True, kind: str = "email") -> Person:
    return Person(ref, "Tanaka", Role.CUSTOMER, (Identity(kind, address, verified),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "desk.db") as store:
        yield store


def arrive(store: Store, *people: Person) -> None:
    store.mirror.take(Page(people, ""))


def records(store: Store, of: Ref = ACME) -> tuple[Ref, ...]:
    return store.customers.circle(of).records


def undo(store: Store) -> int:
    return undo_last(store, lambda account: Author("7", "aiko"), NOW, lambda: "new").parted


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_the_same_address_verified_on_both_sides_makes_one_customer(store: Store, kind: str) -> None:
    arrive(store, person(ACME, kind=kind), person(SHOP, kind=kind))

    circle = store.customers.circle(ACME)
    assert circle.records == (ACME, SHOP)
    assert [(bond.other, bond.kind, bond.address) for bond in circle.bonds] == [(SHOP, kind, MAIL)]


@pytest.mark.parametrize(
    "written", ["+819012345678", "+81-90-1234-5678", "+81 (0)90 1234 5678", "００８１ 90.1234.5678"]
)
def test_a_telephone_number_is_the_same_however_it_is_divided(store: Store, written: str) -> None:
    arrive(store, person(ACME, "+81 90-1234-5678", kind="phone"), person(SHOP, written, kind="phone"))

    assert records(store) == (ACME, SHOP)
    assert {one.ref for one in store.queries.find_people("+81 90 1234 5678")} == {ACME, SHOP}


@pytest.mark.parametrize("written", ["090-1234-5678", "+1 90-1234-5678", "+81 90-1234-5678 ext 7"])
def test_numbers_that_need_not_be_the_same_join_nobody(store: Store, written: str) -> None:
    arrive(store, person(ACME, "+81 90-1234-5678", kind="phone"), person(SHOP, written, kind="phone"))

    assert records(store) == (ACME,)


def test_numbers_that_were_cached_before_are_compared_too(tmp_path: Path) -> None:
    with opened(tmp_path / "old.db") as store:
        arrive(store, person(ACME, "+81 90-1234-5678", kind="phone"))
        store.db.execute("DROP INDEX identity_spelled")
        store.db.execute("ALTER TABLE identity DROP COLUMN spelled")
        store.db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%_spelled'")
        store.db.execute(f"PRAGMA user_version = {VERSION - 1}")

    with opened(tmp_path / "old.db") as store:
        arrive(store, person(SHOP, "+819012345678", kind="phone"))

        assert records(store) == (ACME, SHOP)


def test_an_address_of_another_kind_joins_nobody(store: Store) -> None:
    arrive(store, person(ACME, "@tanaka", kind="twitter"), person(SHOP, "@tanaka", kind="twitter"))

    assert records(store) == (ACME,)


@pytest.mark.parametrize("verified", [(True, False), (False, True), (False, False)])
def test_an_address_that_one_side_does_not_vouch_for_is_offered_not_done(
    store: Store, verified: tuple[bool, bool]
) -> None:
    arrive(store, person(ACME, verified=verified[0]), person(SHOP, verified=verified[1]))

    circle = store.customers.circle(ACME)
    assert circle.records == (ACME,)
    assert [bond.other for bond in store.customers.offers(circle)] == [SHOP]


def test_records_are_one_customer_over_a_third(store: Store) -> None:
    middle = replace(person(SHOP), identities=(Identity("email", MAIL, True), Identity("phone", "0901", True)))
    arrive(store, person(ACME), middle, person(DESK, "0901", kind="phone"))

    assert records(store) == (ACME, DESK, SHOP)
    assert records(store, DESK) == (DESK, ACME, SHOP)


def test_what_was_joined_by_hand_is_one_customer_and_says_since_when(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP, "other@example.jp"))

    store.customers.join(ACME, [SHOP], NOW)

    circle = store.customers.circle(SHOP)
    assert circle.records == (SHOP, ACME)
    assert [(bond.kind, bond.at) for bond in circle.bonds] == [("hand", NOW)]


def test_a_separation_wins_over_the_address(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP), person(DESK))

    store.customers.separate(SHOP, NOW)

    assert records(store) == (ACME, DESK)
    assert records(store, SHOP) == (SHOP,)
    assert store.customers.circle(SHOP).apart_since == NOW


def test_what_was_separated_is_not_offered_again(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP, verified=False))

    store.customers.separate(SHOP, NOW)

    assert store.customers.offers(store.customers.circle(ACME)) == []
    assert store.customers.offers(store.customers.circle(SHOP)) == []


def test_the_newest_word_holds(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP))

    store.customers.separate(SHOP, NOW)
    store.customers.join(ACME, [SHOP], NOW)
    assert records(store) == (ACME, SHOP)

    store.customers.separate(ACME, NOW)
    assert records(store) == (ACME,)


def test_decisions_survive_what_the_helpdesk_says_later(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP), person(DESK, "other@example.jp"))
    store.customers.separate(SHOP, NOW)
    store.customers.join(ACME, [DESK], NOW)

    later = NOW + timedelta(days=1)
    arrive(store, *(replace(person(ref), stamp=5, created_at=later) for ref in (ACME, SHOP)))
    store.db.execute("DELETE FROM person")
    store.db.execute("DELETE FROM identity")
    arrive(store, person(ACME), person(SHOP), person(DESK, "other@example.jp"))

    assert records(store) == (ACME, DESK)
    assert records(store, SHOP) == (SHOP,)


def test_undo_takes_each_word_back_the_newest_first(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP), person(DESK, "other@example.jp"))
    store.customers.join(ACME, [DESK], NOW)
    store.customers.separate(SHOP, NOW)

    assert undo(store) == 1
    assert records(store) == (ACME, DESK, SHOP)

    assert undo(store) == 1
    assert records(store) == (ACME, SHOP)
    assert undo(store) == 0


def test_undo_takes_back_the_later_of_a_word_and_a_snooze(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP))
    store.customers.separate(SHOP, NOW)
    store.desktop.mark("snoozed_until", [Ref("acme", "1")], NOW, NOW + timedelta(seconds=1))

    assert undo(store) == 0
    assert records(store) == (ACME,)
    assert undo(store) == 1
    assert records(store) == (ACME, SHOP)


def test_the_timeline_is_one_for_records_joined_by_hand_and_two_once_more_when_they_are_separated(
    store: Store,
) -> None:
    arrive(store, person(ACME), person(SHOP, "other@example.jp"))
    here = Event(Ref("acme", "e1"), Kind.OUTSIDE, NOW, customer="41", body="here")
    there = Event(Ref("shop", "e1"), Kind.OUTSIDE, NOW + timedelta(minutes=1), customer="9", body="there")
    store.mirror.take(Page((here, there), ""))

    store.customers.join(ACME, [SHOP], NOW)
    assert [event.body for event in store.queries.timeline(ACME)] == ["there", "here"]

    store.customers.separate(SHOP, NOW)
    assert [event.body for event in store.queries.timeline(ACME)] == ["here"]


def test_removing_an_account_forgets_what_was_decided_about_its_records(store: Store) -> None:
    arrive(store, person(ACME), person(SHOP, "other@example.jp"))
    store.customers.join(ACME, [SHOP], NOW)

    store.desktop.remove_account("shop")

    assert records(store) == (ACME,)
