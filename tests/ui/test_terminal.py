"""The way to the terminal, which may go or refuse to wait while the desk paints."""

import os
import sys
from io import BufferedWriter
from threading import Thread

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has a driver of its own", allow_module_level=True)

from agentdesk.ui.terminal import Paint


def test_paint_for_a_terminal_that_has_gone_is_dropped() -> None:
    reader, writer = os.pipe()
    with BufferedWriter(Paint(writer, "w")) as paint:
        paint.write(b"seen")
        paint.flush()
        assert os.read(reader, 99) == b"seen"
        os.close(reader)

        paint.write(b"x" * 100_000)
        paint.flush()


def test_paint_for_a_slow_terminal_that_never_waits_arrives_whole() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    arrived: list[int] = []
    reading = Thread(target=lambda: arrived.extend(len(chunk) for chunk in iter(lambda: os.read(reader, 65536), b"")))
    reading.start()
    with BufferedWriter(Paint(writer, "w")) as paint:
        paint.write(b"x" * 1_000_000)
    reading.join()
    os.close(reader)

    assert sum(arrived) == 1_000_000
