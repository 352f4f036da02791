"""The lease: one process syncs an account, the others wait for it.

It is a row in the cache that ends by itself, later than two of the longest answers take, so that a holder that sleeps
cannot overlap with the next one. A holder that was killed on this machine is noticed at once.
"""

import asyncio
import os
import socket
import sys
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta

from agentdesk.store import Store
from agentdesk.sync.disk import Disk

LASTS = timedelta(seconds=90)
RENEWED_EVERY_SECONDS = 20.0

Sleep = Callable[[float], Awaitable[None]]


class LeaseLost(Exception):
    """Another process has taken over."""


def new_holder() -> str:
    """A name for this process, which others on this machine can see the end of."""
    return f"{os.getpid()}@{socket.gethostname()}/{uuid.uuid4().hex}"


def has_ended(holder: str) -> bool:
    """Is this certainly the name of a process that is no more? Only asked on systems where asking is harmless."""
    pid, _at, rest = holder.partition("@")
    host = rest.partition("/")[0]
    if sys.platform == "win32" or host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def taken(store: Store, account: str, holder: str, now: datetime, lasts: timedelta = LASTS) -> bool:
    """Become, or stay, the one who syncs an account; False while another one does that may still be there."""
    if store.desktop.take_lease(account, holder, now, now + lasts):
        return True
    other = store.desktop.lease_holder(account)
    if other is None or not has_ended(other):
        return False
    store.desktop.drop_lease(account, other)
    return store.desktop.take_lease(account, holder, now, now + lasts)


class Lease:
    """The right to sync one account, for one holder."""

    def __init__(self, account: str, holder: str, disk: Disk, clock: Callable[[], datetime], sleep: Sleep) -> None:
        self.account = account
        self.holder = holder
        self._disk = disk
        self._clock = clock
        self._sleep = sleep

    async def take(self) -> bool:
        """Become, or stay, the one who syncs; False while another one does."""
        now = self._clock()
        return await self._disk.do(lambda store: taken(store, self.account, self.holder, now))

    async def keep(self, work: Coroutine[None, None, None]) -> None:
        """Do `work` under the lease and give it up afterwards; raises `LeaseLost` when another took over."""
        working = asyncio.ensure_future(work)
        renewing = asyncio.ensure_future(self._renew())
        try:
            await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise LeaseLost(self.account)
            working.result()
        finally:
            working.cancel()
            renewing.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)
            await self._disk.do(lambda store: store.desktop.drop_lease(self.account, self.holder))

    async def _renew(self) -> None:
        """Stay the holder; returns when that is over."""
        while await self.take():
            await self._sleep(RENEWED_EVERY_SECONDS)
