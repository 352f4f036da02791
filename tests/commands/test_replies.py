"""Writing by command."""

import pytest

from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.model import Note, Reply, SetStatus, Status

from .conftest import Line


async def test_a_reply_keeps_its_lines_and_its_quotation_marks(line: Line) -> None:
    (op,) = (await line('ticket reply 田中様\n\n"はい"  です。', "1")).ops

    assert op.changes == (Reply('田中様\n\n"はい"  です。'),)


async def test_a_reply_and_its_status_leave_together(line: Line) -> None:
    (op,) = (await line("ticket reply --status pending Hello", "1")).ops

    assert op.changes == (Reply("Hello"), SetStatus(Status.PENDING))


async def test_a_note_is_never_a_reply(line: Line) -> None:
    (op,) = (await line("ticket note for us", "1")).ops

    assert op.changes == (Note("for us"),)


async def test_an_unknown_status_sends_nothing(desk: Desk, line: Line) -> None:
    with pytest.raises(Refused, match="no status 'great'"):
        await line("ticket reply --status great Hello", "1")

    assert desk.store.outbox.pending() == []


@pytest.mark.parametrize("text", ["ticket reply", "ticket note", "ticket reply -- \n \n"])
async def test_a_message_without_words_is_not_sent(desk: Desk, line: Line, text: str) -> None:
    with pytest.raises(Refused, match="needs the screen"):
        await line(text, "1")

    assert desk.store.outbox.pending() == []
