"""The files of a ticket: looked at, saved and opened, with nothing half, nothing overwritten, nothing run."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from agentdesk.desk import Desk
from agentdesk.errors import Offline, Refused
from agentdesk.exchange import Page
from agentdesk.model import Attachment, Kind
from agentdesk.ui.screens.attachments import Attachments
from agentdesk.ui.widgets.picture import pixels

from .example import Showing, desk_at, event, fill, row


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path / "home")
    fill(opened.store, 2)
    yield opened
    await opened.close()


def answered(pieces: list[bytes], error: Exception | None = None) -> object:
    """A desk's `fetch` that answers at once."""

    async def fetch(account: str, attachment: Attachment, to: Callable[[bytes], object]) -> None:
        for piece in pieces:
            to(piece)
        if error is not None:
            raise error

    return fetch


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The agent's own folder for what they save."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "Downloads").mkdir()
    return tmp_path / "Downloads"


async def shown_files(app: Showing, pilot: Pilot[None], desk: Desk, *keys: str) -> None:
    await app.push_screen(Attachments(desk, row(desk)))
    await pilot.pause()
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_a_file_is_saved_under_a_name_that_is_free(
    desk: Desk, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "fetch", answered([b"one", b"two"]))
    (downloads / "明細_11月.pdf").write_bytes(b"older")
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk)
        assert "明細_11月.pdf" in app.words()
        assert "340 KB" in app.words()

        await pilot.press("s", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert (downloads / "明細_11月 (2).pdf").read_bytes() == b"onetwo"
        assert "Saved as" in app.words()


async def test_nothing_is_overwritten_without_asking(
    desk: Desk, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "fetch", answered([b"newer"]))
    older = downloads / "a.pdf"
    older.write_bytes(b"older")
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "s")
        app.screen.query_one(Input).value = str(older)
        await pilot.press("enter")
        await pilot.pause()
        assert "There is a file a.pdf already. Overwrite it?" in app.words()
        await pilot.press("n")
        await pilot.pause()
        assert older.read_bytes() == b"older"

        await pilot.press("enter", "y")
        await app.workers.wait_for_complete()

        assert older.read_bytes() == b"newer"


async def test_a_file_that_cannot_be_fetched_leaves_nothing_behind(
    desk: Desk, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "fetch", answered([b"half"], Offline("no line")))
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "s", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "was not fetched: no line" in app.words()
        assert list(downloads.iterdir()) == []


async def test_a_download_can_be_stopped_and_leaves_nothing_behind(
    desk: Desk, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(account: str, attachment: Attachment, to: Callable[[bytes], object]) -> None:
        to(b"half")
        await asyncio.Event().wait()

    monkeypatch.setattr(desk, "fetch", slow)
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "s", "enter")
        assert "明細_11月.pdf: " in app.words()

        await pilot.press("x")
        await pilot.pause()

        assert "Stopped; nothing was kept." in app.words()
        assert list(downloads.iterdir()) == []


async def test_a_text_is_looked_at_in_its_own_encoding(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "fetch", answered(["お世話になっております。\x1b[31m".encode("euc_jp")]))
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "v")
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "お世話になっております。␛[31m" in app.words()
        assert "EUC-JP" in app.words()


def picture_of(colour: tuple[int, int, int]) -> bytes:
    image = pytest.importorskip("PIL.Image")
    written = io.BytesIO()
    image.new("RGB", (8, 8), colour).save(written, "PNG")
    return written.getvalue()


async def test_a_picture_is_drawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shot = event("shot", 1, Kind.CUSTOMER, "look", attachments=(Attachment("p", "画面.png", "image/png", 90),))
    desk.store.mirror.take(Page((shot,), "9"))
    monkeypatch.setattr(desk, "fetch", answered([picture_of((250, 10, 10))]))
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "v")
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "8 × 8 pixels" in app.words()
        assert app.words().count("▀" * 8) == 4


async def test_without_the_library_it_is_said_what_would_show_a_picture(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = event("shot", 1, Kind.CUSTOMER, "look", attachments=(Attachment("p", "画面.png", "image/png", 90),))
    desk.store.mirror.take(Page((shot,), "9"))
    monkeypatch.setattr(desk, "fetch", answered([b"\x89PNG"]))
    monkeypatch.setitem(sys.modules, "PIL", None)
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "v")
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "-m pip install" in app.words()


def test_a_picture_that_is_none_is_refused() -> None:
    pytest.importorskip("PIL")

    for content in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", picture_of((0, 0, 0))[:40]):
        with pytest.raises(Refused, match="cannot be read"):
            pixels(content)


async def test_what_is_opened_lies_where_only_its_owner_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(desk, "fetch", answered([b"%PDF"]))
    monkeypatch.setattr("agentdesk.ui.screens.attachments.open_outside", opened.append)
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await shown_files(app, pilot, desk, "o")
        await app.workers.wait_for_complete()

    (path,) = opened
    assert (path.name, path.read_bytes()) == ("明細_11月.pdf", b"%PDF")
    assert path.is_relative_to(desk.folders.data / "opened")


async def test_a_program_is_never_opened(desk: Desk) -> None:
    evil = event("evil", 1, Kind.CUSTOMER, "open me", attachments=(Attachment("x", "invoice.exe"),))
    desk.store.mirror.take(Page((evil,), "9"))
    app = Showing()

    async with app.run_test(size=(90, 30)) as pilot:
        await app.push_screen(Attachments(desk, row(desk)))
        await pilot.press("o")
        await pilot.pause()

        assert "invoice.exe could run a program; it can only be saved." in app.words()
