"""The typist: lines that a person types at the terminal, awaited without stopping anything else.

A line that was waited for in vain (the browser was faster) is the next one's. The thread that reads ends with the
program, so that nobody has to press Enter once more to leave.
"""

import asyncio
import sys
import threading


class Typist:
    """Reads standard input one line at a time, when asked to."""

    def __init__(self) -> None:
        self._reading: asyncio.Future[str] | None = None

    async def line(self) -> str:
        """The next line; raises `EOFError` when there are no more."""
        if self._reading is None or self._reading.done():
            loop = asyncio.get_running_loop()
            self._reading = loop.create_future()
            threading.Thread(target=self._read, args=(loop, self._reading), daemon=True).start()
        return await asyncio.shield(self._reading)

    def _read(self, loop: asyncio.AbstractEventLoop, reading: "asyncio.Future[str]") -> None:
        line = sys.stdin.readline()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, reading, line)


def _settle(reading: "asyncio.Future[str]", line: str) -> None:
    if reading.done():
        return
    if line:
        reading.set_result(line)
    else:
        reading.set_exception(EOFError())
