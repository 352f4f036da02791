"""The loop: keeps one account in step for as long as the desk is open, whatever happens to the line.

wait for the lease ──► serve every TICK_SECONDS, or as soon as `wake()` is called   ┐ side by side, so that a reply
                       upload likewise, the files that go ahead of their words      │ never waits for a long page,
                       pull when the streams' time has come                         ┘ nor for another's files

Offline       both rest, longer each time, with jitter; `wake()` tries at once
RateLimited   who was asked to pause does, exactly so long; sending is paused only by an answer to sending
Unauthorized  both rest; the notice names the command that helps
a bug         is logged (never with words of a message), shown as "broken", and the loop goes on
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from agentdesk.errors import Offline, RateLimited, Unauthorized
from agentdesk.i18n import _, clock
from agentdesk.logs import where
from agentdesk.providers.base import sign_in_again
from agentdesk.store.desktop import Weather
from agentdesk.sync.engine import Engine, Summary
from agentdesk.sync.lease import Lease, LeaseLost, Sleep, new_holder

TICK_SECONDS = 1.0
"""How soon a decision of another process is noticed."""
PULL_SECONDS = 25.0
INDEX_SECONDS = 2.0
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 60.0
REFUSED_REST_SECONDS = 600.0
BROKEN_REST_SECONDS = 30.0
TRIES = 4
"""How often `sync_once` tries a line that is down."""

WAKE, REFRESH = "wake", "refresh"
ANYTHING = frozenset({WAKE, REFRESH})
REFRESH_ONLY = frozenset({REFRESH})
NOTHING: frozenset[str] = frozenset()

Work = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)


class Resting:
    """One side of the loop keeping still: until when, and whether a wake-up or a refresh may end it early."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self._until: datetime | None = None
        self._ends_for: frozenset[str] = ANYTHING

    def rest(self, until: datetime, ends_for: frozenset[str]) -> None:
        self._until, self._ends_for = until, ends_for
        self.woken.clear()

    def begin(self) -> None:
        """The rest is over."""
        self._until, self._ends_for = None, ANYTHING
        self.woken.clear()

    def call(self, reason: str) -> None:
        """Wake up, when this is reason enough."""
        if reason in self._ends_for:
            self.woken.set()

    def remaining_seconds(self, now: datetime) -> float:
        return 0.0 if self._until is None else max(0.0, (self._until - now).total_seconds())


class Loop:
    """Syncs one account until it is cancelled."""

    def __init__(
        self,
        engine: Engine,
        holder: str = "",
        *,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._line = engine.line
        self._clock = engine.clock
        self._sleep = sleep
        self._chance = chance
        self._lease = Lease(engine.account, holder or new_holder(), engine.disk, engine.clock, sleep)
        self._sends = Resting()
        self._brings = Resting()
        self._reads = Resting()
        self._indexes = Resting()
        self._holds = Resting()
        self._failures = 0

    def wake(self) -> None:
        """Look at once: something was queued, or is wanted."""
        self._sends.call(WAKE)
        self._brings.call(WAKE)

    def refresh(self) -> None:
        """Try everything now, also after refused credentials; a pause the helpdesk asked for is kept."""
        for side in (self._sends, self._brings, self._reads):
            side.call(REFRESH)

    async def run(self) -> None:
        """Keep the account in step; ends only by being cancelled."""
        await self._forever(self._holds, self._hold, TICK_SECONDS)

    async def _hold(self) -> None:
        """Keep the account in step while the lease is ours."""
        if await self._lease.take():
            with contextlib.suppress(LeaseLost):
                await self._lease.keep(self._in_step())

    async def _in_step(self) -> None:
        async with asyncio.TaskGroup() as sides:
            sides.create_task(self._forever(self._sends, self._engine.serve, TICK_SECONDS))
            sides.create_task(self._forever(self._brings, self._engine.upload, TICK_SECONDS))
            sides.create_task(self._forever(self._reads, self._engine.pull, PULL_SECONDS))
            sides.create_task(self._forever(self._indexes, self._engine.index, INDEX_SECONDS))

    async def _forever(self, side: Resting, work: Work, every_seconds: float) -> None:
        turn = work
        while True:
            side.begin()
            try:
                await self._attempt(side, turn)
                turn = work
            except Exception as error:  # a bug must not end the agent's shift (style 18)
                _log.error("sync of %s: %s", self._engine.account, where(error))
                turn = partial(self._show_bug, side, type(error).__name__)
                side.rest(self._after(TICK_SECONDS), NOTHING)
            await self._nap(side, every_seconds)

    async def _show_bug(self, side: Resting, name: str) -> None:
        side.rest(self._after(BROKEN_REST_SECONDS), REFRESH_ONLY)
        await self._line.becomes("broken", _("The sync stumbled ({name}) and will go on.", name=name))

    async def _attempt(self, side: Resting, work: Work) -> None:
        """Do the work once, and report what it showed about the line."""
        before = self._engine.requests
        try:
            await work()
        except RateLimited as error:
            until = self._after(error.seconds)
            for one in (side, self._reads):
                one.rest(until, NOTHING)
            await self._line.becomes("limited", str(error), until)
        except Offline as error:
            self._back_off()
            await self._line.becomes("offline", str(error))
        except Unauthorized as error:
            self._rest_all(REFUSED_REST_SECONDS, REFRESH_ONLY)
            await self._line.becomes("unauthorized", _notice(error, self._engine.account))
        else:
            if self._engine.requests > before:
                self._failures = 0
                await self._line.becomes("online")

    async def _nap(self, side: Resting, every_seconds: float) -> None:
        """Wait for the next turn, the end of a rest, or a wake-up."""
        seconds = side.remaining_seconds(self._clock()) or every_seconds
        while seconds > 0.0 and not side.woken.is_set():
            await self._first_of(side.woken.wait(), seconds)
            seconds = side.remaining_seconds(self._clock())

    async def _first_of(self, woken: Awaitable[bool], seconds: float) -> None:
        waits = {asyncio.ensure_future(woken), asyncio.ensure_future(self._sleep(seconds))}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _back_off(self) -> None:
        """Rest twice as long each time, and never in step with other desks."""
        longest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._rest_all(longest * (0.5 + self._chance() / 2), ANYTHING)

    def _rest_all(self, seconds: float, ends_for: frozenset[str]) -> None:
        for side in (self._sends, self._brings, self._reads):
            side.rest(self._after(seconds), ends_for)

    def _after(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)


async def sync_once(engine: Engine, holder: str = "", *, sleep: Sleep = asyncio.sleep) -> Summary:
    """One push and pull, as `agentdesk sync` does it; raises `Offline` and `Unauthorized`.

    While another process syncs the account, its next round counts as ours.
    """
    lease = Lease(engine.account, holder or new_holder(), engine.disk, engine.clock, sleep)
    began = engine.clock()
    while True:
        if await lease.take():
            with contextlib.suppress(LeaseLost):  # this machine slept; whoever took over does the round
                await lease.keep(_round(engine, sleep))
                return await engine.summary()
        elif await _has_happened(engine, began):
            return await engine.summary()
        await sleep(TICK_SECONDS)


async def _has_happened(engine: Engine, began: datetime) -> bool:
    """Did the holder of the lease do a whole round since `began`?"""
    weather = await check_line(engine)
    due = await engine.disk.do(lambda store: store.outbox.due(engine.account, began))
    return weather is not None and weather.synced_at is not None and weather.synced_at > began and not due


async def check_line(engine: Engine) -> Weather | None:
    """The line as the holder of the lease sees it; raises `Offline` or `Unauthorized` when nothing comes through.

    In the reader's language: the reason that is kept is in the holder's.
    """
    weather = await engine.disk.do(lambda store: store.desktop.weather(engine.account))
    if weather is not None and weather.state == "offline":
        since = clock(weather.since)
        told = _("{account}: the helpdesk cannot be reached since {time}.", account=engine.account, time=since)
        raise Offline(told, arrived=False)
    if weather is not None and weather.state == "unauthorized":
        raise Unauthorized(sign_in_again(engine.account))
    return weather


async def _round(engine: Engine, sleep: Sleep) -> None:
    try:
        for work in (engine.push, engine.upload, engine.pull_and_serve, engine.serve, engine.index):
            await _until_done(work, engine, sleep)
    except Offline as error:
        await engine.line.becomes("offline", str(error))
        raise
    except Unauthorized as error:
        notice = _notice(error, engine.account)
        await engine.line.becomes("unauthorized", notice)
        raise Unauthorized(notice) from error


async def _until_done(work: Work, engine: Engine, sleep: Sleep) -> None:
    """Do the work, pausing when the helpdesk asks to and trying again when an answer is lost."""
    tries = 0
    while True:
        try:
            return await work()
        except RateLimited as error:
            until = engine.clock() + timedelta(seconds=error.seconds)
            await engine.line.becomes("limited", str(error), until)
            await sleep(error.seconds)
        except Offline as error:
            tries += 1
            if tries == TRIES or not error.arrived:
                raise
            await sleep(FIRST_REST_SECONDS * 2.0 ** (tries - 1))


def _notice(error: Unauthorized, account: str) -> str:
    return f"{error} {sign_in_again(account)}"
