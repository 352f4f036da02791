"""The outbox by command."""

import pytest

from agentdesk.commands.context import Context
from agentdesk.commands.outbox import list_outbox, show_op
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.model import Op, OpState
from agentdesk.shell_front import ShellFront

from .conftest import Line, ref


@pytest.fixture
async def held(desk: Desk, line: Line) -> Op:
    (op,) = (await line("ticket reply Hello", "1")).ops
    desk.store.outbox.mark(op, OpState.HELD, "The customer wrote again")
    return op


def state(desk: Desk, op: Op) -> OpState:
    found = desk.store.outbox.get(op.id)
    assert found is not None, "decisions are never deleted"
    return found.state


async def test_a_held_decision_is_listed_with_its_reason(desk: Desk, held: Op) -> None:
    answer = await list_outbox(Context(desk, ShellFront()))

    assert answer.rows[0][0] == held.id[:8]
    assert answer.rows[0][-1] == "The customer wrote again"


async def test_a_decision_is_shown_by_the_beginning_of_its_id(desk: Desk, held: Op) -> None:
    assert "Hello" in (await show_op(Context(desk, ShellFront()), held.id[:8])).text


async def test_a_retry_queues_it_again(desk: Desk, line: Line, held: Op) -> None:
    cx = await line(f"outbox retry {held.id}")

    assert state(desk, held) is OpState.QUEUED
    assert [op.id for op in cx.ops] == [held.id]


async def test_an_edit_gives_the_words_back_to_the_draft(desk: Desk, line: Line, held: Op) -> None:
    await line(f"outbox edit {held.id}")

    draft = desk.store.drafts.get(ref("1"), "reply")
    assert draft is not None
    assert draft.body == "Hello"
    assert state(desk, held) is OpState.DROPPED


async def test_what_is_dropped_is_gone(desk: Desk, line: Line, held: Op) -> None:
    await line(f"outbox drop {held.id}")

    assert desk.store.outbox.pending() == []
    assert desk.store.drafts.get(ref("1"), "reply") is None


@pytest.mark.parametrize("word", ["edit", "drop"])
async def test_what_is_leaving_stays(desk: Desk, line: Line, word: str) -> None:
    (op,) = (await line("ticket reply Hello", "1")).ops
    desk.store.db.execute("UPDATE op SET state = 'sending' WHERE id = ?", (op.id,))

    with pytest.raises(Refused):
        await line(f"outbox {word} {op.id}")

    assert state(desk, op) is OpState.SENDING


@pytest.mark.parametrize("word", ["show", "retry", "edit", "drop"])
async def test_an_unknown_decision_is_refused(line: Line, word: str) -> None:
    with pytest.raises(Refused, match="no one decision 'zzz'"):
        await line(f"outbox {word} zzz")


async def test_decisions_are_told_in_the_agents_words(desk: Desk, line: Line) -> None:
    for words in ("ticket reply --status pending Hello", "ticket priority low", "ticket tag parcel"):
        await line(words, "1")

    told = [str(row[4]) for row in (await list_outbox(Context(desk, ShellFront()))).rows]

    assert told == ["public reply: Hello, Status: pending", "Priority: low", "Tags: +parcel"]


async def test_what_is_in_doubt_asks_the_helpdesk_again(desk: Desk, line: Line, held: Op) -> None:
    desk.store.outbox.mark(held, OpState.DOUBT, "nobody can tell")

    await line(f"outbox retry {held.id}")

    assert state(desk, held) is OpState.SENDING


async def test_what_is_in_doubt_leaves_unasked_when_sent_anyway(desk: Desk, line: Line, held: Op) -> None:
    desk.store.db.execute("UPDATE op SET state = 'doubt', attempts = 3 WHERE id = ?", (held.id,))

    await line(f"outbox retry --anyway {held.id}")

    (op,) = desk.store.outbox.pending()
    assert (op.state, op.attempts) == (OpState.QUEUED, 0)
