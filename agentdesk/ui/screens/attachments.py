"""The files of a ticket: listed, saved, opened.

A name from outside never decides where a file lands, nothing is overwritten, and what could run is never opened.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agentdesk import i18n
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError
from agentdesk.files import free_place, runs, size_word
from agentdesk.i18n import _
from agentdesk.model import Attachment, Event, TicketRow
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, truncate
from agentdesk.ui.painting import Span, Tone, ends
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, line

PROGRESS_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class File:
    """An attachment and the message it came with."""

    attachment: Attachment
    event: Event


def download_folder() -> Path:
    """Where saved files go: the person's downloads, else where they are."""
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


class Files(Lines):
    """The files, newest last."""

    def __init__(self, files: list[File]) -> None:
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


class Attachments(ModalScreen[None]):
    """The files of a ticket, to save or open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("s", "save", show=False),
        Binding("o,enter", "open", show=False),
    ]

    def __init__(self, desk: Desk, row: TicketRow) -> None:
        super().__init__()
        self.desk = desk
        events = desk.store.queries.events(row.ticket.ref)
        self.files = Files([File(one, event) for event in events for one in event.attachments])
        self.state = FixedLines(line())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield FixedLines(line((_("Files of this ticket"), "strong")), line())
            yield self.files
            yield self.state
            keys = line(("s", "accent"), f" {_('save')}   ", ("o", "accent"), f" {_('open it')}   ", ("Esc", "accent"))
            yield FixedLines(line(), keys)

    def on_mount(self) -> None:
        self.set_focus(self.files)

    def action_move(self, rows: int) -> None:
        self.files.move(rows)

    def action_save(self) -> None:
        file = self._chosen()
        if file is not None:
            self.run_worker(self._save(file, download_folder()), group="files")

    def action_open(self) -> None:
        file = self._chosen()
        if file is None:
            return
        if runs(file.attachment.name):
            self._say(_("{name} is a program; it can only be saved.", name=safe_line(file.attachment.name)), "late")
            return
        self.run_worker(self._open(file), group="files")

    def _chosen(self) -> File | None:
        cursor = self.files.cursor
        return None if cursor is None else self.files.files[cursor]

    async def _save(self, file: File, folder: Path) -> None:
        path = await self._fetch(file, folder)
        if path is not None:
            self._say(_("Saved as {path}", path=str(path)), "good")

    async def _open(self, file: File) -> None:
        folder = Path(tempfile.mkdtemp(prefix="agentdesk-"))  # readable by its owner alone; the opened program needs it
        path = await self._fetch(file, folder)
        if path is None:
            return
        try:
            await asyncio.to_thread(open_outside, path)
        except OSError as error:
            self._say(_("{path} could not be opened: {reason}.", path=str(path), reason=str(error)), "late")
        else:
            self._say(_("Opened {path}", path=str(path)), "good")

    async def _fetch(self, file: File, folder: Path) -> Path | None:
        """Bring a file into a folder, telling how far it is; None, and the reason on the screen, where that fails."""
        path = free_place(folder, file.attachment.name)
        done = 0

        def tell() -> None:
            whole = size_word(file.attachment.size)
            self._say(_("{name}: {done} of {whole}", name=path.name, done=size_word(done), whole=whole), "plain")

        timer = self.set_interval(PROGRESS_SECONDS, tell)
        tell()
        try:
            with path.open("xb") as target:

                def take(piece: bytes) -> None:
                    nonlocal done
                    target.write(piece)
                    done += len(piece)

                await asyncio.wrap_future(self.desk.download(file.event.ref.account, file.attachment, take))
        except (OSError, AgentdeskError) as error:
            path.unlink(missing_ok=True)
            self._say(_("{name} was not fetched: {reason}", name=path.name, reason=str(error)), "late")
            return None
        finally:
            timer.stop()
        return path

    def _say(self, words: str, tone: Tone) -> None:
        self.state.show(line((safe_line(words), tone)))
