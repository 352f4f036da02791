"""What a prepared answer changes, in changes of ours."""

from datetime import UTC, datetime

import pytest

from agentdesk.model import (
    Assign,
    Canned,
    CannedAction,
    Change,
    Field,
    Priority,
    Ref,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Untag,
)
from agentdesk.steps import Around, Steps, steps_of, together

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TICKET = Ticket(Ref("acme", "1"), "1", "Parcel", Status.OPEN, NOW, NOW, tags=("vip", "late"))
FIELDS = {id: Field(Ref("acme", id), id, kind) for id, kind in (("11", "int"), ("12", "bool"), ("13", "multichoice"))}
AROUND = Around("7", ("g1", "g2"), FIELDS)


def steps(*actions: tuple[str, tuple[str, ...]], around: Around = AROUND) -> Steps:
    canned = Canned(Ref("acme", "c"), "c", actions=tuple(CannedAction(name, values) for name, values in actions))
    return steps_of(canned, TICKET, around)


@pytest.mark.parametrize(
    ("name", "values", "changes"),
    [
        ("status", ("pending",), [SetStatus(Status.PENDING)]),
        ("priority", ("high",), [SetPriority(Priority.HIGH)]),
        ("subject", ("Late parcel",), [SetSubject("Late parcel")]),
        ("assignee_id", ("current_user",), [Assign("7")]),
        ("assignee_id", ("8",), [Assign("8")]),
        ("assignee_id", ("",), [Assign(None)]),
        ("group_id", ("current_groups",), [Transfer("g1")]),
        ("group_id", ("g2",), [Transfer("g2")]),
        ("current_tags", ("a b",), [Tag("a"), Tag("b")]),
        ("remove_tags", ("vip",), [Untag("vip")]),
        ("set_tags", ("late", "new"), [Untag("vip"), Tag("late"), Tag("new")]),
        ("custom_fields_11", ("3",), [SetField("11", 3)]),
        ("custom_fields_12", ("true",), [SetField("12", True)]),
        ("custom_fields_13", ("a", "b"), [SetField("13", ("a", "b"))]),
    ],
)
def test_an_action_is_a_change_of_ours(name: str, values: tuple[str, ...], changes: list[Change]) -> None:
    assert steps((name, values)) == Steps(tuple(changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("side_conversation", "x"),
        ("status", "closed"),
        ("priority", "sky-high"),
        ("subject", "{{ticket.title}}"),
        ("custom_fields_99", "x"),
        ("custom_fields_11", "three"),
    ],
)
def test_what_has_no_change_of_ours_is_named_and_not_guessed_at(name: str, value: str) -> None:
    assert steps((name, (value,))) == Steps((), (name,))


def test_who_i_am_is_not_guessed_at_either() -> None:
    found = steps(("assignee_id", ("current_user",)), ("group_id", ("current_groups",)), around=Around(None))

    assert found == Steps((), ("assignee_id", "group_id"))


def test_a_move_comes_before_the_assignee_it_would_take_away() -> None:
    assert steps(("assignee_id", ("8",)), ("group_id", ("g2",))).changes == (Transfer("g2"), Assign("8"))


def test_a_later_change_takes_the_place_of_an_earlier_one_about_the_same_thing() -> None:
    before: list[Change] = [SetStatus(Status.OPEN), Tag("a"), SetField("11", 1)]

    assert together(before, [Untag("a"), SetStatus(Status.SOLVED)]) == (
        SetField("11", 1),
        Untag("a"),
        SetStatus(Status.SOLVED),
    )
