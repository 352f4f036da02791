"""Writing by command."""

from pathlib import Path

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


async def test_files_go_along_from_the_shell(desk: Desk, line: Line, tmp_path: Path) -> None:
    plan, other = tmp_path / "図面 1.pdf", tmp_path / "b.txt"
    plan.write_bytes(b"plan")
    other.write_bytes(b"other")

    cx = await line(f'ticket reply --attach "{plan}" --attach={other} See "both"', "1", "2")

    for op in cx.ops:
        assert op.message == Reply('See "both"', uploads=op.uploads)
        assert [(one.name, Path(one.path).read_bytes()) for one in op.uploads] == [
            ("図面 1.pdf", b"plan"),
            ("b.txt", b"other"),
        ]


async def test_a_file_that_is_not_there_stops_the_reply(desk: Desk, line: Line, tmp_path: Path) -> None:
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"plan")

    with pytest.raises(Refused, match="There is no file"):
        await line(f"ticket note --attach {plan} --attach {tmp_path / 'none'} see", "1")

    assert desk.store.outbox.pending() == []
    assert list((tmp_path / "data" / "spool").iterdir()) == []
