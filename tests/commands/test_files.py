"""Files of a ticket from the shell: listed, saved under safe names, never over another."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.answers import Answer
from agentdesk.commands import load
from agentdesk.commands.context import Context
from agentdesk.commands.registry import run_line
from agentdesk.desk import Desk
from agentdesk.errors import Offline, Refused
from agentdesk.exchange import Page
from agentdesk.model import Attachment, Event, Kind
from agentdesk.shell_front import ShellFront

from .conftest import ACCOUNT, NOW, ref

NAMES = ("明細.pdf", "../../evil\u202etxt.exe", "明細.pdf")


@dataclass
class Shelf:
    """A helpdesk that gives every file's own id as its content."""

    account: str = ACCOUNT
    is_down: bool = False

    async def download(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        yield attachment.id.encode()
        if self.is_down:
            raise Offline("no line")


@pytest.fixture
def shelf(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Ticket 1 has three files."""
    files = tuple(Attachment(f"f{number}", name, "application/pdf", 2) for number, name in enumerate(NAMES))
    at = NOW - timedelta(hours=1)
    event = Event(ref("e1"), Kind.CUSTOMER, at, "1", author_name="田中 美咲", body="see", attachments=files)
    desk.store.mirror.take(Page((event,), "2"))
    shelf = Shelf()

    @asynccontextmanager
    async def opened(*_given: object) -> AsyncIterator[list[Shelf]]:
        yield [shelf]

    monkeypatch.setattr(desk, "open_providers", opened)
    return shelf


async def answer(desk: Desk, line: str) -> Answer:
    load()
    given = await run_line(line, Context(desk, ShellFront(), (desk.ticket("1"),)))
    assert isinstance(given, Answer)
    return given


async def test_the_files_of_a_ticket_are_listed(desk: Desk, shelf: Shelf) -> None:
    listed = await answer(desk, "ticket attachments")

    assert [row[:3] for row in listed.rows] == [[str(place), name, "2 B"] for place, name in enumerate(NAMES, start=1)]


async def test_all_files_are_saved_under_safe_names(desk: Desk, shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "to"
    folder.mkdir()

    await answer(desk, f"attachment save --to {folder}")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "明細.pdf": b"f0",
        "evil_txt.exe": b"f1",
        "明細 (2).pdf": b"f2",
    }


async def test_a_file_that_is_there_is_overwritten_only_by_force(desk: Desk, shelf: Shelf, tmp_path: Path) -> None:
    place = tmp_path / "明細.pdf"
    place.write_bytes(b"mine")

    with pytest.raises(Refused, match="--force overwrites it"):
        await answer(desk, f"attachment save 1 --to {tmp_path}")
    assert place.read_bytes() == b"mine"
    await answer(desk, f"attachment save 1 --to {tmp_path} --force")

    assert place.read_bytes() == b"f0"


async def test_half_a_file_is_never_left(desk: Desk, shelf: Shelf, tmp_path: Path) -> None:
    shelf.is_down = True
    folder = tmp_path / "to"
    folder.mkdir()

    with pytest.raises(Offline):
        await answer(desk, f"attachment save --to {folder}")

    assert list(folder.iterdir()) == []


async def test_a_file_that_is_not_there_is_named_with_those_that_are(desk: Desk, shelf: Shelf) -> None:
    with pytest.raises(Refused, match=r"No file '9' came with this ticket. There are: 明細.pdf"):
        await answer(desk, "attachment save 9")
