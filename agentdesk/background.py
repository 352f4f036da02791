"""The sync in the background: one thread with an event loop of its own, on which every account is kept in step.

The screens' thread never waits for it: it is told to hurry (`wake`), to try again now (`refresh`), or to fetch a file.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from agentdesk.model import Attachment
from agentdesk.providers.base import Provider
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine
from agentdesk.sync.loop import Loop

T = TypeVar("T")
OpenProviders = Callable[[], AbstractAsyncContextManager[Sequence[Provider]]]
"""Opens the providers on the loop they will run on, and closes them."""


class Background:
    """Keeps the accounts of `open_providers` in step with the cache at `path` until it is stopped."""

    def __init__(self, path: Path, open_providers: OpenProviders, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._open_providers = open_providers
        self._clock = clock
        self._thread = threading.Thread(target=self._main, name="agentdesk-sync", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._loops: list[Loop] = []
        self._providers: dict[str, Provider] = {}

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End in an orderly way: what is half done is finished or left for the next start."""
        self._ready.wait()
        self._tell(lambda: self._stop.set() if self._stop else None)
        self._thread.join()

    def wake(self) -> None:
        """Something was queued, or is wanted: look at once."""
        self._tell_loops(Loop.wake)

    def refresh(self) -> None:
        """Pull everything now."""
        self._tell_loops(Loop.refresh)

    def download(self, account: str, attachment: Attachment, to: Callable[[bytes], None]) -> "Future[None]":
        """Fetch a file's content piece by piece into `to` (called on the sync's thread); cancel to stop."""
        return self._submit(_fetch(self._providers[account], attachment, to))

    def _submit(self, work: Coroutine[None, None, T]) -> "Future[T]":
        self._ready.wait()
        assert self._loop is not None, "a started background has a loop"
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _tell_loops(self, word: Callable[[Loop], None]) -> None:
        for loop in self._loops:
            self._tell(partial(word, loop))

    def _tell(self, word: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(word)

    def _main(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        async with self._open_providers() as providers:
            self._providers = {provider.account: provider for provider in providers}
            disks = [StoreThread(self._path) for _provider in providers]
            self._loops = [
                Loop(Engine(provider, disk, self._clock)) for provider, disk in zip(providers, disks, strict=True)
            ]
            tasks = [asyncio.create_task(loop.run()) for loop in self._loops]
            await self._stop.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for disk in disks:
                await disk.close()


async def _fetch(provider: Provider, attachment: Attachment, to: Callable[[bytes], None]) -> None:
    chunks: AsyncIterator[bytes] = provider.download(attachment)
    async for chunk in chunks:
        to(chunk)
