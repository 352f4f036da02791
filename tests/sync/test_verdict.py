"""The verdict, as a table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agentdesk.model import (
    Assign,
    Change,
    Create,
    Link,
    Merge,
    Note,
    Op,
    Priority,
    Ref,
    Relation,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Unlink,
    Untag,
)
from agentdesk.sync.verdict import Fail, Hold, Names, Send, verdict

from .helpdesk import START

SEEN = Ticket(
    ref=Ref("acme", "1"),
    number="1",
    subject="Parcel",
    status=Status.OPEN,
    created_at=START,
    updated_at=START,
    assignee="7",
    group="3",
    fields={"360": "red"},
    waiting_since=START,
    last_customer_message=START,
    messages=1,
)
LATER = START + timedelta(minutes=1)
NAMES = Names({"7": "aiko", "8": "ben", "9": "ben"}, {"3": "Billing", "4": "Returns"}, {"360": "Colour"})
EVERY_CHANGE: list[Change] = [
    Reply("r"),
    Note("n"),
    SetStatus(Status.SOLVED),
    SetPriority(Priority.HIGH),
    SetSubject("s"),
    Assign("9"),
    Transfer("4"),
    Tag("t"),
    Untag("t"),
    SetField("360", "blue"),
    Link(Relation.DEPENDS_ON, "2"),
    Unlink(Relation.DEPENDS_ON, "2"),
    Merge("2"),
]


def op(*changes: Change, seen: Ticket | None = SEEN) -> Op:
    return Op("op1", SEEN.ref, changes, seen, START, START)


@pytest.mark.parametrize("change", EVERY_CHANGE)
def test_everything_leaves_when_nothing_moved(change: Change) -> None:
    assert verdict(op(change), SEEN, NAMES) == Send()


@pytest.mark.parametrize("change", EVERY_CHANGE)
def test_nothing_leaves_for_a_closed_ticket(change: Change) -> None:
    judged = verdict(op(change), replace(SEEN, status=Status.CLOSED), NAMES)

    assert isinstance(judged, Fail)
    assert "follow-up" in judged.why


@pytest.mark.parametrize("change", EVERY_CHANGE)
def test_nothing_leaves_for_a_ticket_that_is_gone(change: Change) -> None:
    assert isinstance(verdict(op(change), None, NAMES), Fail)


def test_a_new_ticket_always_leaves() -> None:
    assert verdict(op(Create("s", "b", "41"), seen=None), None, NAMES) == Send()


@pytest.mark.parametrize(
    ("change", "moved", "theirs", "seen", "yours"),
    [
        (SetStatus(Status.SOLVED), {"status": Status.HOLD}, "on hold", "open", "solved"),
        (SetPriority(Priority.HIGH), {"priority": Priority.LOW}, "low", "none", "high"),
        (SetPriority(None), {"priority": Priority.URGENT}, "urgent", "none", "none"),
        (SetSubject("Lost parcel"), {"subject": "Late"}, "Late", "Parcel", "Lost parcel"),
        (Assign("9"), {"assignee": "8"}, "ben", "aiko", "ben"),
        (Assign(None), {"assignee": "8"}, "ben", "aiko", "nobody"),
        (Transfer("4"), {"group": "5"}, "5", "Billing", "Returns"),
        (Transfer("4"), {"assignee": "8"}, "ben", "aiko", "nobody"),
        (SetField("360", "blue"), {"fields": {"360": ("a", "b")}}, "a, b", "red", "blue"),
        (SetField("1", True), {"fields": {"1": False}}, "no", "empty", "yes"),
    ],
)
def test_a_field_that_a_colleague_moved_holds_with_all_values_in_words(
    change: Change, moved: dict[str, object], theirs: str, seen: str, yours: str
) -> None:
    server = replace(SEEN, **moved)  # type: ignore[arg-type]  # each row names real fields
    if change == SetPriority(None):
        assert verdict(op(change), server, NAMES) != Send()
        return

    judged = verdict(op(change), server, NAMES)

    assert isinstance(judged, Hold)
    assert f"“{theirs}”" in judged.why
    assert f"“{seen}”" in judged.why
    assert f"“{yours}”" in judged.why


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        (SetStatus(Status.SOLVED), {"status": Status.SOLVED}),
        (SetStatus(Status.SOLVED), {"subject": "Late", "assignee": "8"}),
        (Assign("9"), {"assignee": "9"}),
        (Transfer("4"), {"group": "4", "assignee": "8"}),
        (Transfer("4"), {"assignee": None}),
        (Tag("t"), {"tags": ("u",)}),
        (Untag("t"), {"tags": ("t", "u")}),
        (Note("n"), {"status": Status.SOLVED, "last_customer_message": LATER}),
        (Reply("r"), {"status": Status.PENDING}),
        (SetField("360", "blue"), {"fields": {"360": "red", "361": "new"}}),
    ],
)
def test_what_moved_elsewhere_or_to_what_is_wanted_stops_nothing(change: Change, moved: dict[str, object]) -> None:
    server = replace(SEEN, **moved)  # type: ignore[arg-type]  # each row names real fields

    assert verdict(op(change), server, NAMES) == Send()


def test_a_reply_is_held_when_the_customer_wrote_again() -> None:
    judged = verdict(op(Reply("r")), replace(SEEN, last_customer_message=LATER, messages=2), NAMES)

    assert judged == Hold("The customer wrote again before your reply left.")


def test_a_reply_is_held_when_a_colleague_answered() -> None:
    judged = verdict(op(Reply("r")), replace(SEEN, waiting_since=None, messages=2), NAMES)

    assert judged == Hold("A colleague answered before your reply left.")


def test_a_decision_is_held_with_every_reason_there_is() -> None:
    server = replace(SEEN, last_customer_message=LATER, messages=2, status=Status.HOLD)

    judged = verdict(op(Reply("r"), SetStatus(Status.SOLVED), Tag("t")), server, NAMES)

    assert isinstance(judged, Hold)
    assert judged.why.startswith("The customer wrote again before your reply left. Status was changed to")


def test_a_note_is_held_with_the_status_it_travels_with() -> None:
    assert isinstance(verdict(op(Note("n"), SetStatus(Status.SOLVED)), replace(SEEN, status=Status.HOLD)), Hold)


@pytest.mark.parametrize(("written_at", "expected"), [(START, Send), (LATER, Hold)])
def test_a_reply_to_an_unread_log_knows_the_ticket_as_of_its_version(written_at: object, expected: type) -> None:
    blind = replace(SEEN, messages=0, last_customer_message=None, waiting_since=None)
    server = replace(SEEN, last_customer_message=written_at)  # type: ignore[arg-type]  # a moment

    assert isinstance(verdict(op(Reply("r"), seen=blind), server), expected)


def test_colleagues_of_one_name_are_still_two() -> None:
    assert isinstance(verdict(op(Assign("9")), replace(SEEN, assignee="8"), NAMES), Hold)


def test_a_reply_is_held_when_its_ticket_was_moved_to_another_brand() -> None:
    seen = replace(SEEN, brand="b1")

    judged = verdict(op(Reply("hello"), seen=seen), replace(seen, brand="b2"))

    assert isinstance(judged, Hold)
    assert "another brand" in judged.why
    assert verdict(op(Note("hello"), seen=seen), replace(seen, brand="b2")) == Send()
    assert verdict(op(Reply("hello"), seen=seen), seen) == Send()


def test_a_merge_is_held_when_the_customer_wrote_since() -> None:
    judged = verdict(op(Merge("2")), replace(SEEN, last_customer_message=LATER, updated_at=LATER), NAMES)

    assert isinstance(judged, Hold)
    assert "merge" in judged.why


def test_a_link_leaves_whatever_was_changed_meanwhile() -> None:
    moved = replace(SEEN, status=Status.PENDING, last_customer_message=LATER, updated_at=LATER)

    assert verdict(op(Link(Relation.PARENT, "2")), moved, NAMES) == Send()
