"""The pull: what changed on the helpdesk, taken into the cache page by page.

Every page is saved with the cursor that continues after it, in parts of at most `PART` things so that no write holds
the file for long; a crash between two parts reads the page again. After the tickets come the logs of the unsolved
tickets that matter first, one by one; all others come with the stream of events, or one by one where there is none.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from agentdesk.errors import Forbidden, Rejected
from agentdesk.exchange import Page, Stream
from agentdesk.model import Article, Event, Item, Person, Ref, Role, Ticket
from agentdesk.providers.base import Provider
from agentdesk.sync.disk import Disk
from agentdesk.sync.line import Line
from agentdesk.sync.push import read_ticket
from agentdesk.sync.together import together

PART = 100
"""Things written in one transaction."""
LOGS_AT_ONCE = 4
FIRST_LOGS = 100
"""Logs read before anything else, so that the top of every queue can be worked on."""
LOGS = "logs"
"""The phase in which logs with holes are read, beside those named as the streams are."""

TICKETS_EVERY = timedelta(seconds=25)
VIEWS_EVERY = timedelta(minutes=1)
SLOW_EVERY = timedelta(minutes=5)

Between = Callable[[], Awaitable[None]]


def interval(stream: Stream) -> timedelta:
    """How often a stream is worth asking for."""
    match stream:
        case Stream.TICKETS | Stream.EVENTS:
            return TICKETS_EVERY
        case Stream.VIEWS:
            return VIEWS_EVERY
        case Stream.PEOPLE | Stream.FIELDS | Stream.CANNED | Stream.ARTICLES | Stream.CUSTOMERS:
            return SLOW_EVERY


async def nothing() -> None:
    """For a pull beside which somebody else serves what must not wait."""


class Pull:
    """Follows the streams of one account."""

    def __init__(self, provider: Provider, disk: Disk, line: Line, clock: Callable[[], datetime]) -> None:
        self.pulled: Counter[str] = Counter(tickets=0, events=0, customers=0, articles=0)
        self.me: str | None = None
        self._provider = provider
        self._disk = disk
        self._line = line
        self._clock = clock
        self._read_at: dict[Stream, datetime] = {}
        self._asked: dict[Ref, int] = {}

    async def run(self, between: Between = nothing) -> None:
        """Follow the streams whose time has come to their present ends; `between` runs after every page."""
        for stream in self._provider.streams():
            if self._is_time(stream):
                began = self._clock()
                await self._follow(stream, between)
                self._read_at[stream] = began
            if stream is Stream.TICKETS:
                await self._fill_logs(between, FIRST_LOGS)
        await self._fill_logs(between)
        await self._line.finished()

    async def wish(self) -> bool:
        """Serve the agent's newest wish; False when there is none."""
        account = self._provider.account
        wanted = await self._disk.do(lambda store: store.desktop.wanted(account))
        if wanted is None:
            return False
        kind, ref = wanted
        try:
            page = await (read_ticket(self._provider, ref) if kind == "ticket" else self._provider.customer(ref))
        except Rejected:
            page = Page((), "")
        await self._take(page)
        await self._disk.do(lambda store: store.desktop.granted(kind, ref))
        return True

    def _is_time(self, stream: Stream) -> bool:
        read_at = self._read_at.get(stream)
        return read_at is None or self._clock() - read_at >= interval(stream)

    async def _follow(self, stream: Stream, between: Between) -> None:
        account = self._provider.account
        cursor = await self._disk.do(lambda store: store.mirror.cursor(account, stream))
        done = 0
        pages = self._provider.changes(stream, cursor)
        try:
            async for page in pages:
                await self._save(stream, page)
                if page.whole_below is not None:
                    await self._trust_logs(page.whole_below)
                done += len(page.items)
                await self._line.progress(stream.value, done, page.total)
                await between()
        except Forbidden:
            return  # this account may not read it, so nothing of it is ever here
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()

    async def _save(self, stream: Stream, page: Page) -> None:
        """Take in a page in parts, the cursor with the last."""
        *early, last = _parts(page)
        for part in early:
            await self._take(part)
        account, now = self._provider.account, self._clock()
        await self._disk.do(lambda store: store.mirror.save(account, stream, last, now))
        self._count(last)

    async def _take(self, page: Page) -> None:
        for part in _parts(page):
            await self._disk.do(lambda store, part=part: store.mirror.take(part))  # type: ignore[misc]
            self._count(part)

    async def _fill_logs(self, between: Between, most: int | None = None) -> None:
        """Read the whole logs of unsolved tickets that moved since they were read last, those that matter first."""
        account, me = self._provider.account, self.me
        stale = await self._disk.do(lambda store: store.mirror.stale(account, me))
        missing = [ticket for ticket in stale if self._asked.get(ticket.ref) != ticket.stamp][:most]
        done = 0

        async def fill(ticket: Ticket) -> None:
            nonlocal done
            await self._fill_log(ticket)
            done += 1
            await self._line.progress(LOGS, done, len(missing))
            await between()

        await together(LOGS_AT_ONCE, missing, fill)

    async def _trust_logs(self, below: int) -> None:
        """Count the logs that the stream of events has given whole as read, without asking for each."""
        account, me = self._provider.account, self.me
        stale = await self._disk.do(lambda store: store.mirror.stale(account, me))
        whole = [ticket.ref for ticket in stale if ticket.stamp < below]
        for start in range(0, len(whole), PART):
            await self._take(Page((), "", complete=tuple(whole[start : start + PART])))

    async def _fill_log(self, ticket: Ticket) -> None:
        """Read one log; a copy that the helpdesk could not complete is not asked for twice."""
        try:
            page = await read_ticket(self._provider, ticket.ref)
        except Rejected:
            page = Page((), "")
        await self._take(page)
        self._asked[ticket.ref] = ticket.stamp

    def _count(self, page: Page) -> None:
        self.pulled.update(name for item in page.items if (name := _counted(item)))


def _parts(page: Page) -> list[Page]:
    """The page cut small; what is complete, gone or merged is named with the last part, where then the tickets are."""
    items = sorted(page.items, key=lambda item: isinstance(item, Ticket)) if page.complete else page.items
    starts = range(0, max(1, len(items)), PART)
    parts = [Page(tuple(items[start : start + PART]), page.cursor, more=True) for start in starts]
    parts[-1] = replace(parts[-1], more=page.more, gone=page.gone, complete=page.complete, merged=page.merged)
    return parts


def _counted(item: Item) -> str:
    match item:
        case Ticket():
            return "tickets"
        case Event():
            return "events"
        case Person(role=Role.CUSTOMER):
            return "customers"
        case Article():
            return "articles"
        case _:
            return ""
