"""Taking back: reversed by a new decision, recalled into the draft, or said so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.exchange import Page
from agentdesk.model import Assign, Note, OpState, Priority, SetStatus, Status, Transfer

from .conftest import Line, ref, seen, sent, ticket


def changed_by_a_colleague(desk: Desk, **values: object) -> None:
    """Let the helpdesk bring ticket 1 as a colleague left it."""
    desk.store.mirror.take(Page((replace(ticket("1"), stamp=9, **values),), "2"))  # type: ignore[arg-type]  # real fields


async def test_a_change_that_has_left_is_reversed_by_a_new_decision(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket solve", "1")).ops
    sent(desk, op)

    (back,) = (await line("undo")).ops

    assert back.id != op.id
    assert back.changes == (SetStatus(Status.OPEN),)
    assert desk.store.outbox.get(op.id) is not None


async def test_a_change_that_has_not_left_is_dropped(desk: Desk, line: Line) -> None:
    await line("ticket solve", "1")

    await line("undo")

    assert seen(desk).status is Status.OPEN
    assert desk.store.outbox.pending() == []


async def test_an_unsent_message_goes_back_into_its_draft(desk: Desk, line: Line) -> None:
    await line("ticket reply 一行目\n二行目", "1", hold_seconds=10)

    await line("undo")

    draft = desk.store.drafts.get(ref("1"), "reply")
    assert draft is not None
    assert draft.body == "一行目\n二行目"
    assert desk.store.outbox.pending() == []


async def test_a_message_that_has_left_is_said_to_have_left(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket reply gone", "1")).ops
    sent(desk, op)

    with pytest.raises(Refused, match="has left and cannot be taken back"):
        await line("undo")


async def test_the_status_sent_with_a_message_is_taken_back_alone(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket reply --status solved gone", "1")).ops
    sent(desk, op)

    (back,) = (await line("undo")).ops

    assert back.changes == (SetStatus(Status.OPEN),)


async def test_what_was_done_to_several_is_taken_back_at_once(desk: Desk, line: Line) -> None:
    ops = (await line("ticket tag fragile", "1", "2", "3")).ops
    sent(desk, ops[0])

    await line("undo")

    assert [seen(desk, id).tags for id in "123"] == [("vip",)] * 3


async def test_undo_after_undo_goes_further_back(desk: Desk, line: Line) -> None:
    await line("ticket solve", "1")
    (second,) = (await line("ticket tag fragile", "2")).ops
    sent(desk, second)

    await line("undo")
    await line("undo")

    assert seen(desk, "1").status is Status.OPEN
    assert "fragile" not in seen(desk, "2").tags
    with pytest.raises(Refused, match="nothing to take back"):
        await line("undo")


async def test_messages_that_have_left_are_told_once_each_and_then_passed_over(desk: Desk, line: Line) -> None:
    await line("ticket solve", "3")
    for id in "12":
        (op,) = (await line("ticket note gone", id)).ops
        sent(desk, op)

    for _round in range(2):
        with pytest.raises(Refused, match="has left"):
            await line("undo")
    await line("undo")

    assert seen(desk, "3").status is Status.OPEN


async def test_taking_back_a_move_gives_the_ticket_back_to_its_colleague(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket transfer 請求", "1")).ops
    sent(desk, op)

    (back,) = (await line("undo")).ops

    assert back.changes == (Transfer("g1"), Assign("7"))
    assert (seen(desk).group, seen(desk).assignee) == ("g1", "7")


async def test_the_reversal_of_several_changes_ends_where_it_began(desk: Desk, line: Line) -> None:
    before = seen(desk)
    (op,) = (await line("ticket set status=pending group=請求 assignee=ben priority=high tags=a,b 個数=3", "1")).ops
    sent(desk, op)

    await line("undo")

    after = seen(desk)
    assert (after.status, after.group, after.assignee, after.priority) == (
        before.status,
        before.group,
        before.assignee,
        before.priority,
    )
    assert set(after.tags) == set(before.tags)


async def test_a_message_that_is_leaving_is_not_taken_back(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket note leaving", "1")).ops
    desk.store.db.execute("UPDATE op SET state = 'sending' WHERE id = ?", (op.id,))

    with pytest.raises(Refused, match="has left"):
        await line("undo")

    assert desk.store.outbox.of_ticket(ref("1"))[0].state is OpState.SENDING


async def test_a_message_waits_as_long_as_it_may_be_taken_back(line: Line) -> None:
    (op,) = (await line("ticket note hello", "1", hold_seconds=10)).ops

    assert op.not_before - op.created_at == timedelta(seconds=10)
    assert op.message == Note("hello")


async def test_a_snooze_is_taken_back_before_what_was_done_earlier(desk: Desk, line: Line) -> None:
    await line("ticket solve", "1")
    await line("ticket snooze 2h", "2")

    await line("undo")

    awake = desk.store.queries.ticket(ref("2"))
    assert awake is not None
    assert awake.snoozed_until is None
    assert seen(desk).status is Status.SOLVED

    await line("undo")
    assert seen(desk).status is Status.OPEN


async def test_what_a_colleague_changed_since_is_not_undone(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket solve", "1")).ops
    sent(desk, op)
    changed_by_a_colleague(desk, status=Status.PENDING)

    with pytest.raises(Refused, match=r"changed again since: Status: solved"):
        await line("undo")

    assert seen(desk).status is Status.PENDING


async def test_the_rest_is_undone_when_a_colleague_changed_a_part(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket set status=solved priority=high", "1")).ops
    sent(desk, op)
    changed_by_a_colleague(desk, status=Status.PENDING, priority=Priority.HIGH)

    await line("undo")

    assert (seen(desk).status, seen(desk).priority) == (Status.PENDING, None)


async def test_a_move_is_not_undone_once_a_colleague_there_has_taken_the_ticket(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket transfer 請求", "1")).ops
    sent(desk, op)
    changed_by_a_colleague(desk, group="g2", assignee="8")

    with pytest.raises(Refused, match="changed again since"):
        await line("undo")

    assert seen(desk).assignee == "8"
