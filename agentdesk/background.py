"""The sync in the background: one thread with an event loop of its own, on which every account is kept in step.

The screens' thread never waits for it: it is told to hurry (`wake`), to try again now (`refresh`), or to fetch a file.
"""

import asyncio
import contextlib
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
OpenProviders = Callable[[Sequence[str], Broken], AbstractAsyncContextManager[Sequence[Provider]]]
"""Opens the providers of these accounts on the loop they will run on, and closes them."""
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 5.0, 300.0
"""How long an account that could not be opened is left alone before the next try, twice as long each time."""

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
        self._again: asyncio.Event | None = None
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
        self._tell(self._leave)
        self._thread.join()

    def _leave(self) -> None:
        assert self._stop is not None, "a running sync can be stopped"
        self._stop.set()
        self._try_again()

    def _try_again(self) -> None:
        assert self._again is not None, "a running sync can be told to go on"
        self._again.set()

    def wake(self) -> None:
        """Something was queued, or is wanted: look at once."""
        self._tell_loops(Loop.wake)

    def refresh(self) -> None:
        """Pull everything now, and try again what could not be opened."""
        self._tell(self._try_again)
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
        """Keep every account in step until told to stop; one that cannot be opened is tried again after a while."""
        self._loop, self._stop, self._again = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._ready.set()
        tasks: list[asyncio.Task[None]] = []
        disks: list[StoreThread] = []
        async with contextlib.AsyncExitStack() as opened:
            unopened, rest_seconds = list(self._accounts), FIRST_REST_SECONDS
            while not self._stop.is_set():
                providers, unopened = await self._open(opened, unopened)
                for provider in providers:
                    disks.append(StoreThread(self._path))
                    loop = Loop(Engine(provider, disks[-1], self._clock))
                    self._providers[provider.account] = provider
                    self._loops.append(loop)
                    tasks.append(asyncio.create_task(loop.run()))
                self._again.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), rest_seconds if unopened else None)
                rest_seconds = min(rest_seconds * 2, LONGEST_REST_SECONDS)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for disk in disks:
                await disk.close()

    async def _open(
        self, opened: contextlib.AsyncExitStack, accounts: Sequence[str]
    ) -> tuple[Sequence[Provider], list[str]]:
        """The providers of these accounts, and which of the accounts could not be opened; those are reported."""
        refused: dict[str, str] = {}
        try:
            providers = await opened.enter_async_context(
                self._open_providers(accounts, lambda account, error: refused.update({account: str(error)}))
            )
        except (AgentdeskError, OSError, sqlite3.Error) as error:
            _log.error("the sync cannot start: %s", type(error).__name__)
            providers = ()
            refused = dict.fromkeys(accounts, _("The helpdesk cannot be opened: {reason}", reason=str(error)))
        for account, message in refused.items():
            await self._report(account, message)
        return providers, list(refused)

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
