"""The terminal under the desk on POSIX systems: what it sends may be broken, and it may vanish at any time.

Textual's own driver ends the program at a byte that is not UTF-8, reads the end of a vanished terminal for ever, and
lets its writer die there, so that whoever writes next waits for nobody. Ours passes on what can be read and goes.
"""

import os
import select
import signal
import sys
from codecs import getincrementaldecoder
from io import BufferedWriter, FileIO, TextIOWrapper
from itertools import chain
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from typing_extensions import Buffer

LOOK_SECONDS = 0.1
"""How often the reader looks whether it is to stop: Textual's own measure, which also ends a lone Escape."""
CHUNK_BYTES = 4096


class Terminal(LinuxDriver):
    """Keys from the terminal and paint to it, whatever it sends and however it goes."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        stream = sys.__stderr__ or sys.stderr
        paint = BufferedWriter(Paint(stream.fileno(), "w", closefd=False))
        self._file = TextIOWrapper(paint, stream.encoding, "backslashreplace")  # what Python's keeps fails at its end

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            text = ""
            if select.select([self.fileno], [], [], LOOK_SECONDS)[0]:
                data = self._read()
                if not data:
                    self._leave()
                    return
                text = decode(data)
            try:
                typed = parser.feed(text) if text else ()  # to feed nothing would mean the end
                for message in chain(typed, parser.tick()):
                    self.process_message(message)
            except (ValueError, OverflowError):  # the number of a key that no character has
                parser = XTermParser(self._debug)

    def _leave(self) -> None:
        """Tell the desk what a terminal that vanishes should have told it."""
        if self.input_tty:
            os.kill(os.getpid(), signal.SIGHUP)

    def _read(self) -> bytes:
        """What was typed; nothing where the terminal has gone, or the input has ended."""
        try:
            return os.read(self.fileno, CHUNK_BYTES)
        except OSError:
            return b""


class Paint(FileIO):
    """The way to the terminal: what can no longer be shown is dropped, for the reader notices that it has gone."""

    def write(self, data: "Buffer", /) -> int:
        try:
            while (written := super().write(data)) is None:  # another program made it one that never waits
                select.select([], [self], [])
        except OSError:
            return memoryview(data).nbytes
        return written
