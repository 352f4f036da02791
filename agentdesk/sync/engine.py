"""The engine: one account's rounds. What was decided leaves first, then what changed comes in.

    serve   due decisions out, the agent's wishes in           seconds; beside a pull, or between its pages
    upload  the files of due decisions, ahead of their words   as long as the line takes, beside everything else
    pull    every stream whose time has come, logs with holes  minutes at first, then a request or two
    index   what came in, for the search                       in small steps

The engine decides nothing about time and failure: it raises what keeps the account from going on (`Offline`,
`RateLimited`, `Unauthorized`), and the loop decides when to try again. Every await may be cancelled, and the process
killed: the next engine goes on where this one stopped.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from agentdesk.exchange import Page
from agentdesk.model import OpState
from agentdesk.providers.base import Greeting, Provider
from agentdesk.store import Store
from agentdesk.sync.disk import Disk
from agentdesk.sync.line import Line
from agentdesk.sync.pull import Pull
from agentdesk.sync.push import Push
from agentdesk.sync.uploads import Uploads

DOUBTS_EVERY = timedelta(minutes=5)
INDEX_STEP = 50
SCORE_STEP = 200
LEARN_SECONDS = 60
"""So long the slow encoder of an extra may read at a time; the next turn goes on."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a round did: counts of what came in and of what was sent, and how much is in the outbox after it."""

    account: str
    pulled: dict[str, int]
    sent: int
    held: int
    failed: int
    doubt: int
    waiting: int
    requests: int
    seconds: float


class Engine:
    """Syncs one account through its provider, on a disk of its own."""

    def __init__(self, provider: Provider, disk: Disk, clock: Callable[[], datetime]) -> None:
        self.account = provider.account
        self.disk = disk
        self.clock = clock
        self.line = Line(self.account, disk, clock)
        self._provider = provider
        self._push = Push(provider, disk, clock)
        self._uploads = Uploads(provider, disk, clock)
        self._pull = Pull(provider, disk, self.line, clock)
        self._greeting: Greeting | None = None
        self._serving = asyncio.Lock()
        self._doubts_asked_at: datetime | None = None
        self._began = clock()
        self._requests_before = provider.requests

    @property
    def requests(self) -> int:
        """HTTP requests made so far."""
        return self._provider.requests

    async def serve(self) -> None:
        """Send what is due and fetch what the agent is waiting for."""
        if self._serving.locked():
            return
        async with self._serving:
            await self.push()
            while await self._pull.wish():
                await self.push()

    async def upload(self) -> None:
        """Bring the files of due decisions ahead, and send those that then have all of theirs."""
        await self._greet()
        if await self._uploads.run():
            await self.serve()

    async def push(self) -> None:
        """Send every decision that is due; now and then ask for those in doubt."""
        await self._greet()
        await self._push.run()
        if self._doubts_asked_at is None or self.clock() - self._doubts_asked_at >= DOUBTS_EVERY:
            self._doubts_asked_at = self.clock()
            await self._push.ask_again()

    async def pull(self) -> None:
        """Take in what changed on the helpdesk."""
        await self._greet()
        await self._pull.run()

    async def pull_and_serve(self) -> None:
        """Take in what changed on the helpdesk, serving between its pages what must not wait."""
        await self._greet()
        await self._pull.run(self.serve)

    async def index(self) -> None:
        """Make everything that came in searchable, in steps between which sends and pages have their turn."""
        while await self.disk.do(lambda store: store.search.index_some(INDEX_STEP)):
            continue
        while await self.disk.do(lambda store: store.efforts.score_some(self.clock(), SCORE_STEP)):
            continue
        began = monotonic()

        def learn(store: Store) -> int:
            return store.search.learn_some(is_patient=monotonic() - began < LEARN_SECONDS, wait=False)

        while await self.disk.do(learn):
            continue

    async def summary(self) -> Summary:
        """What this engine did since it was made."""
        counts = await self.disk.do(lambda store: store.outbox.counts(self.account))
        return Summary(
            account=self.account,
            pulled=dict(self._pull.pulled),
            sent=self._push.sent,
            held=counts.get(OpState.HELD, 0),
            failed=counts.get(OpState.FAILED, 0),
            doubt=counts.get(OpState.DOUBT, 0),
            waiting=counts.get(OpState.QUEUED, 0) + counts.get(OpState.SENDING, 0),
            requests=self._provider.requests - self._requests_before,
            seconds=(self.clock() - self._began).total_seconds(),
        )

    async def _greet(self) -> None:
        """Once: find out who we are and what the account may do."""
        if self._greeting is not None:
            return
        greeting = await self._provider.greet()
        me = greeting.me

        def remember(store: Store) -> None:
            store.mirror.take(Page((me,), ""))
            store.desktop.set_me(self.account, me.ref.id)
            store.desktop.remember_traits(self.account, greeting.traits)
            store.spool.sweep(self.clock())

        await self.disk.do(remember)
        self._pull.me = me.ref.id
        self._greeting = greeting
