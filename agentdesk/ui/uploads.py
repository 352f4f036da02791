"""The files of the message being written: taken along as copies of ours, taken off again, fit to leave or not.

A terminal pastes the paths of files that are dropped on it. Such a drop can be undone: the files are text again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from agentdesk.commands.files import copies
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.files import against, too_many
from agentdesk.i18n import _
from agentdesk.model import Upload
from agentdesk.store.spool import is_whole


class Uploads:
    """What goes with one message; `on_copying` is called as `coming`, the names being copied, come and go."""

    def __init__(self, desk: Desk, on_copying: Callable[[], None]) -> None:
        self._desk = desk
        self._on_copying = on_copying
        self._drop: tuple[str, frozenset[Upload]] | None = None
        self.files: tuple[Upload, ...] = ()
        self.coming = ""

    async def copied(self, account: str, paths: Sequence[Path]) -> list[Upload]:
        """Copies of files as they are now; raises `Refused`, in words, where one cannot go: then none does."""
        self._needs_rest()
        self._set_coming(", ".join(path.name for path in paths))
        try:
            return await copies(self._desk, account, paths, self.files)
        finally:
            self._set_coming("")

    def _set_coming(self, names: str) -> None:
        self.coming = names
        self._on_copying()

    def _needs_rest(self) -> None:
        if self.coming:
            raise Refused(_("{file} is still being copied.", file=self.coming))

    def add(self, taken: Sequence[Upload]) -> None:
        """Let these go along."""
        self.files = (*self.files, *taken)

    def take_off(self, name: str) -> None:
        """Leave out the file of this name, the last one where there are several; raises `Refused` where none has it."""
        gone = next((one for one in reversed(self.files) if one.name == name), None)
        if gone is None:
            names = ", ".join(one.name for one in self.files)
            raise Refused(_("No file {name!r} goes along. There are: {names}.", name=name, names=names))
        self.files = tuple(one for one in self.files if one != gone)

    def dropped(self, pasted: str, taken: Sequence[Upload]) -> None:
        """Remember that these came by a drop, pasted as this text, until something else is done (`settle`)."""
        self._drop = pasted, frozenset(taken)

    def settle(self) -> None:
        """Something else was done since the last drop: undoing means that now."""
        self._drop = None

    def undo_drop(self) -> str | None:
        """Take the files of the last drop off again: the text they were pasted as; None where there is no such drop."""
        drop, self._drop = self._drop, None
        if drop is None or not drop[1] <= set(self.files):
            return None
        self.files = tuple(one for one in self.files if one not in drop[1])
        return drop[0]

    def check(self, account: str) -> None:
        """Raise `Refused` where a file cannot go as it is."""
        self._needs_rest()
        limits = self._desk.store.desktop.limits(account)
        reasons = [too_many(limits, account, len(self.files))]
        for upload in self.files:
            reasons.append(against(limits, account, upload.name, upload.size))
            if not is_whole(upload):
                reasons.append(_("{file} is not there any more. Detach it, and attach it again.", file=upload.name))
        for reason in filter(None, reasons):
            raise Refused(reason)
