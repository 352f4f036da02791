"""The sync in the background: one thread with an event loop of its own, on which every account is kept in step.

The screens' thread never waits for it: it is told to hurry (`wake`), to try again now (`refresh`), or to fetch a file.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from agentdesk.errors import AgentdeskError, Refused, StoreError
from agentdesk.i18n import _
from agentdesk.model import Attachment
from agentdesk.providers.base import Provider
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine
from agentdesk.sync.line import Line
from agentdesk.sync.loop import Loop

T = TypeVar("T")
Broken = Callable[[str, AgentdeskError], None]
"""Told an account that cannot be opened, and why."""
OpenProviders = Callable[[Broken], AbstractAsyncContextManager[Sequence[Provider]]]
"""Opens the providers on the loop they will run on, and closes them."""

_log = logging.getLogger(__name__)


class Background:
    """Keeps these accounts in step with the cache at `path` until it is stopped; what stands against it is shown."""

    def __init__(
        self, path: Path, accounts: Sequence[str], open_providers: OpenProviders, clock: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._accounts = accounts
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
        if self._thread.ident is None:
            return
        self._ready.wait()
        self._tell(lambda: self._stop.set() if self._stop else None)
        self._thread.join()

    def wake(self) -> None:
        """Something was queued, or is wanted: look at once."""
        self._tell_loops(Loop.wake)

    def refresh(self) -> None:
        """Pull everything now."""
        self._tell_loops(Loop.refresh)

    def download(self, account: str, attachment: Attachment, to: Callable[[bytes], object]) -> "Future[None]":
        """Fetch a file's content piece by piece into `to` (called on the sync's thread); cancel to stop."""
        provider = self._providers.get(account)
        if provider is None:
            raise Refused(_("There is no line to {account} yet. Try again in a moment.", account=account))
        return self._submit(_fetch(provider, attachment, to))

    def _submit(self, work: Coroutine[None, None, T]) -> "Future[T]":
        assert self._loop is not None, "providers live on a loop"
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError as error:  # the loop has been closed
            work.close()
            raise Refused(_("The desk is closed.")) from error

    def _tell_loops(self, word: Callable[[Loop], None]) -> None:
        for loop in self._loops:
            self._tell(partial(word, loop))

    def _tell(self, word: Callable[[], object]) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(word)
        except RuntimeError:
            _log.debug("the sync has ended already")

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        finally:
            self._ready.set()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        refused: dict[str, AgentdeskError] = {}
        try:
            async with self._open_providers(refused.__setitem__) as providers:
                for account, error in refused.items():
                    await self._report(account, str(error))
                await self._keep_in_step(providers, self._stop)
        except (AgentdeskError, OSError, sqlite3.Error) as error:
            _log.error("the sync cannot start: %s", type(error).__name__)
            message = _("The helpdesk cannot be opened: {reason}", reason=str(error))
            for account in self._accounts:
                await self._report(account, message)

    async def _keep_in_step(self, providers: Sequence[Provider], stop: asyncio.Event) -> None:
        """Run a loop for each provider until `stop` is set."""
        disks = [StoreThread(self._path) for _provider in providers]
        self._providers = {provider.account: provider for provider in providers}
        self._loops = [
            Loop(Engine(provider, disk, self._clock)) for provider, disk in zip(providers, disks, strict=True)
        ]
        tasks = [asyncio.create_task(loop.run()) for loop in self._loops]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for disk in disks:
            await disk.close()

    async def _report(self, account: str, message: str) -> None:
        """Show on the screen that an account is broken, if the cache can still take the words."""
        disk = StoreThread(self._path)
        try:
            await Line(account, disk, self._clock).becomes("broken", message)
        except (StoreError, sqlite3.Error) as error:
            _log.error("the state of %s could not be written: %s", account, type(error).__name__)
        finally:
            await disk.close()


async def _fetch(provider: Provider, attachment: Attachment, to: Callable[[bytes], object]) -> None:
    chunks: AsyncIterator[bytes] = provider.download(attachment)
    async for chunk in chunks:
        to(chunk)
