"""The disk: the sync's own `Store` on a thread of its own, so that the loop of the screens never waits for a write.

One thread means one write after the other, also when whoever waited for one was cancelled: a transaction that has begun
is finished before the next begins.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from agentdesk.store import Store

T = TypeVar("T")


class Disk(Protocol):
    """Somewhere to run work on a store."""

    async def do(self, work: Callable[[Store], T]) -> T:
        """Run `work` on the store, after everything that was asked before."""

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""


class StoreThread:
    """The cache at `path`, opened at the first use, on one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="agentdesk-sync")
        self._store: Store | None = None

    async def do(self, work: Callable[[Store], T]) -> T:
        """Run `work` on the store, after everything that was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _work(self, work: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = Store(self._path)
        return work(self._store)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
