"""A real terminal for tests: the installed program in a pseudo-terminal, its screen read by an emulator.

POSIX only, as pseudo-terminals are. Nothing sleeps on a guess: every wait ends with words on the screen, or fails.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte

PROGRAM = Path(sys.executable).with_name("agentdesk")
PATIENCE_SECONDS = 60.0
KEYS = {"enter": "\r", "escape": "\x1b", "tab": "\t", "down": "\x1b[B", "up": "\x1b[A"}


class Terminal:
    """`agentdesk` (or another program) with some words, running on a screen of so many columns and rows.

    A terminal that `is_controlling` sends a signal when it is closed, as real ones do; others just vanish.
    """

    def __init__(
        self,
        *words: str,
        home: Path,
        columns: int = 160,
        rows: int = 48,
        program: Sequence[str] = (str(PROGRAM),),
        is_controlling: bool = True,
        **environment: str,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._is_closed = False
        self.output = bytearray()
        self._process = subprocess.Popen(
            [*program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_environment(home, environment),
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0)) if is_controlling else None,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        if self._process.poll() is None:
            self.kill()
        if not self._is_closed:
            os.close(self._master)

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        rows = range(self._screen.lines)  # not `display`: pyte fails there on rows with combining characters
        cells = range(self._screen.columns)
        return "\n".join("".join(self._screen.buffer[row][cell].data for cell in cells).rstrip() for row in rows)

    def send(self, data: bytes) -> None:
        """Put bytes where keys come from, as a terminal with another encoding or a broken line does."""
        os.write(self._master, data)

    def press(self, *keys: str) -> None:
        """Type keys: `enter`, `ctrl+s`, `j`, or a whole text."""
        for key in keys:
            control = key.removeprefix("ctrl+")
            typed = KEYS.get(key) or (chr(ord(control) & 0x1F) if control != key else key)
            os.write(self._master, typed.encode())

    def sees(self, *words: str) -> str:
        """Wait until all the words are on the screen; fails with the screen when they do not come."""
        return self._until(lambda: all(word in self.text for word in words), f"waits for {words}")

    def sees_no(self, word: str) -> str:
        """Wait until a word has left the screen."""
        return self._until(lambda: word not in self.text, f"waits for {word!r} to go")

    def kill(self) -> None:
        """End the program as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal, as the system does."""
        self._process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as pulling at its corner does."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> int:
        """Close the terminal's window under the program; the exit code with which that ends."""
        os.close(self._master)
        self._is_closed = True
        return self._process.wait(PATIENCE_SECONDS)

    def watch(self, seconds: float) -> None:
        """Take in what the program paints in the next so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._process.poll() is None:
            self._read(left)

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    def ends(self) -> int:
        """Wait for the program to end by itself; its exit code."""
        self._until(lambda: self._process.poll() is not None, "waits for the program to end")
        return self._process.wait()

    def _until(self, done: Callable[[], bool], waiting: str) -> str:
        end = time.monotonic() + PATIENCE_SECONDS
        while not done():
            left = end - time.monotonic()
            assert left > 0, f"{waiting}; the screen is:\n{self.text}"
            self._read(min(left, 0.1))
        return self.text

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the program closed its side
                return
            self.output += data
            self._stream.feed(data)


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH")}
    plain = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "AGENTDESK_HOME": str(home)}
    return kept | plain | dict(more)
