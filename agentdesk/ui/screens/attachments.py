"""The files of a ticket: listed, looked at, saved, opened.

A name from outside never decides where a file lands, nothing is overwritten without asking, and what could run a
program is never opened.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from agentdesk import i18n
from agentdesk.commands.files import Enclosure, enclosures, saved_at
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError, Refused
from agentdesk.files import free_place, path_of, runs, safe_name, size_word
from agentdesk.i18n import _
from agentdesk.model import TicketRow
from agentdesk.paths import private_folder
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, truncate
from agentdesk.text.wrap import wrap
from agentdesk.ui.painting import Span, Tone, ends
from agentdesk.ui.screens.choose import Confirm
from agentdesk.ui.screens.preview import MOST_BYTES, preview_of
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, keys_line, line
from agentdesk.ui.widgets.sheet import Words

PROGRESS_SECONDS = 0.25
OPENED_SECONDS = 24 * 60 * 60
"""How long what was opened is kept for the program that shows it."""


def download_folder() -> Path:
    """Where saved files go unless the person says otherwise: their downloads, else where they are."""
    downloads = Path.home() / "Downloads"
    return downloads if downloads.is_dir() else Path.cwd()


def open_outside(path: Path) -> None:
    """Open a file with what the system opens it with."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606  # the agent asked for it, and `runs` said no
    else:
        opener = "open" if sys.platform == "darwin" else "xdg-open"
        quiet = subprocess.DEVNULL
        subprocess.Popen([opener, str(path)], stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603


def private_place(folder: Path, name: str) -> Path:
    """Where a file to be opened goes, for its owner alone; what was opened a day ago is gone then."""
    private_folder(folder)
    horizon = time.time() - OPENED_SECONDS
    for old in folder.iterdir():
        if old.stat().st_mtime < horizon:
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
    return private_folder(folder / uuid4().hex) / safe_name(name)


class Files(Lines):
    """The files, newest last."""

    def __init__(self, files: list[Enclosure]) -> None:
        super().__init__()
        self.files = files
        self.cursor = len(files) - 1 if files else None

    def build(self, width: int) -> list[Line]:
        if not self.files:
            return [line((_("No files came with this ticket."), "dim"))]
        lines: list[Line] = []
        for entry, file in enumerate(self.files):
            size: list[Span] = [(f"  {size_word(file.attachment.size)}", "plain")]
            who = f"  {i18n.stamp(file.event.at)}  {safe_line(file.event.author_name)}"
            room = max(10, width - cell_width(who) - 12)
            name = truncate(safe_line(file.attachment.name), room)
            lines.append(Line(tuple(ends([(name, "accent"), (who, "dim")], size, width)), entry))
        return lines


class SaveAs(ModalScreen[Path | None]):
    """Asks where a file goes; nothing there is overwritten unless the person says so."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, place: Path) -> None:
        super().__init__()
        self._place = place
        self._state = FixedLines(line())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words([(_("Save as"), "strong")])
            yield Input(str(self._place), compact=True, select_on_focus=False)
            yield self._state

    @on(Input.Submitted)
    async def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        place = path_of(event.value.strip())
        if await asyncio.to_thread(place.is_dir):
            place = free_place(place, self._place.name)
        if not await asyncio.to_thread(place.parent.is_dir):
            words = _("There is no folder {path}.", path=str(place.parent))
            self._state.show(line((safe_line(words), "late")))
        elif not await asyncio.to_thread(os.path.lexists, place):
            self.dismiss(place)
        else:
            question = _("There is a file {name} already. Overwrite it?", name=safe_line(place.name))

            def answered(is_wanted: bool | None) -> None:
                if is_wanted:
                    self.dismiss(place)

            self.app.push_screen(Confirm(question), answered)


class Attachments(ModalScreen[None]):
    """The files of a ticket, to look at, save or open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("s", "save", show=False),
        Binding("o", "open", show=False),
        Binding("v,space,enter", "look", show=False),
        Binding("x", "stop", show=False),
    ]

    def __init__(self, desk: Desk, row: TicketRow) -> None:
        super().__init__()
        self.desk = desk
        self.files = Files(enclosures(desk, row.ticket.ref))
        self.state = FixedLines(line())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield FixedLines(line((_("Files of this ticket"), "strong")), line())
            yield self.files
            yield self.state
            yield FixedLines(line(), self._keys())

    def _keys(self) -> Line:
        keys = {"v": _("look at it"), "s": _("save"), "o": _("open it"), "x": _("stop")} if self.files.files else {}
        return keys_line({**keys, "Esc": _("back")})

    def on_mount(self) -> None:
        self.set_focus(self.files)

    def action_move(self, rows: int) -> None:
        self.files.move(rows)

    def action_look(self) -> None:
        self._begin(self._look)

    def action_save(self) -> None:
        self._begin(self._save)

    def action_open(self) -> None:
        self._begin(self._open)

    def action_stop(self) -> None:
        if self.workers.cancel_group(self, "files"):
            self._say(_("Stopped; nothing was kept."), "plain")

    def _begin(self, work: Callable[[Enclosure], Awaitable[None]]) -> None:
        """Do something with the file under the cursor, saying what stands against it."""
        cursor = self.files.cursor
        if cursor is None:
            return
        file = self.files.files[cursor]

        async def told() -> None:
            try:
                await work(file)
            except AgentdeskError as error:
                name = safe_name(file.attachment.name)
                self._say(_("{name} was not fetched: {reason}", name=name, reason=str(error)), "late")

        self.run_worker(told(), group="files", exclusive=True)

    async def _look(self, file: Enclosure) -> None:
        if file.attachment.size > MOST_BYTES:
            raise Refused(_("It is too big to be shown here. It can be saved or opened."))
        content = bytearray()

        def take(piece: bytes) -> None:
            content.extend(piece)

        fetched = self.desk.fetch(file.event.ref.account, file.attachment, take)
        await self._with_progress(file, lambda: len(content), fetched)
        shown = await asyncio.to_thread(preview_of, file.attachment, bytes(content))
        self._say("", "plain")
        self.app.push_screen(shown())

    async def _save(self, file: Enclosure) -> None:
        place = await self.app.push_screen_wait(SaveAs(free_place(download_folder(), file.attachment.name)))
        if place is not None:
            await self._fetch(file, place, overwrite=True)
            self._say(_("Saved as {path}", path=str(place)), "good")

    async def _open(self, file: Enclosure) -> None:
        if runs(file.attachment.name):
            self._say(_("{name} could run a program; it can only be saved.", name=file.attachment.name), "late")
            return
        place = await asyncio.to_thread(private_place, self.desk.folders.data / "opened", file.attachment.name)
        await self._fetch(file, place)
        try:
            await asyncio.to_thread(open_outside, place)
        except OSError as error:
            self._say(_("{path} could not be opened: {reason}.", path=str(place), reason=str(error)), "late")
        else:
            self._say(_("Opened {path}", path=str(place)), "good")

    async def _fetch(self, file: Enclosure, place: Path, *, overwrite: bool = False) -> None:
        come = 0

        def told(bytes_so_far: int) -> None:
            nonlocal come
            come = bytes_so_far

        fetched = saved_at(self.desk, file, place, overwrite=overwrite, told=told)
        await self._with_progress(file, lambda: come, fetched)

    async def _with_progress(self, file: Enclosure, come: Callable[[], int], fetched: Awaitable[None]) -> None:
        """Wait for a file, telling how far it is."""
        name, whole = safe_name(file.attachment.name), size_word(file.attachment.size)

        def tell() -> None:
            self._say(_("{name}: {done} of {whole}", name=name, done=size_word(come()), whole=whole), "plain")

        timer = self.set_interval(PROGRESS_SECONDS, tell)
        tell()
        try:
            await fetched
        finally:
            timer.stop()

    def _say(self, words: str, tone: Tone) -> None:
        lines = wrap(safe_line(words), max(8, self.state.size.width - 1)) or [""]
        self.state.show(*(line((piece, tone)) for piece in lines))
