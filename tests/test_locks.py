"""Locks: one holder at a time, also among processes, and none for ever."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from agentdesk import locks
from agentdesk.errors import StoreError

HOLDER = """
import asyncio, sys
from pathlib import Path
from agentdesk import locks

async def hold():
    async with locks.held(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()

asyncio.run(hold())
"""


async def test_one_holder_at_a_time(tmp_path: Path) -> None:
    inside = most = 0

    async def work() -> None:
        nonlocal inside, most
        async with locks.held(tmp_path / "x.lock"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(5)))

    assert most == 1


async def test_another_process_is_waited_for_and_its_end_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        looked = asyncio.Event()

        async def look(_seconds: float) -> None:
            looked.set()
            await asyncio.sleep(0.01)

        async def wait() -> str:
            async with locks.held(path, look):
                return "ours"

        waiting = asyncio.create_task(wait())
        await looked.wait()
        assert not waiting.done()

        holder.kill()

        assert await asyncio.wait_for(waiting, 30) == "ours"


async def test_a_lock_that_cannot_be_had_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.lock").mkdir()

    with pytest.raises(StoreError, match=r"x\.lock"):
        async with locks.held(tmp_path / "x.lock"):
            raise AssertionError("never held")
