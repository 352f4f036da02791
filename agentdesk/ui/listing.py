"""The listing: which queue is shown, and its tickets in order, kept in step with the store.

The first screenfuls are read at once; the rest of a long queue, and every later reading, comes from the background.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from agentdesk.commands.context import Tone
from agentdesk.config import Queue
from agentdesk.desk import Desk
from agentdesk.errors import StoreError
from agentdesk.filters import Filter, has_words, parse, within
from agentdesk.i18n import _
from agentdesk.store import Store
from agentdesk.store.desktop import PREPARING
from agentdesk.ui.background import Background
from agentdesk.ui.widgets.ticket_list import TicketList

FIRST_KEYS = 300


class Listing:
    """Fills the list of tickets from a queue."""

    def __init__(self, desk: Desk, background: Background, view: TicketList, say: Callable[[str, Tone], None]) -> None:
        self.desk = desk
        self.view = view
        self.queue = desk.queues()[0]
        self._background = background
        self._say = say
        self._question: Filter = parse(self.queue.filter)
        self._is_whole = False
        self._reading: asyncio.Task[None] | None = None
        self._is_stale = False

    def show(self, queue: Queue, *, at: int | None = None) -> None:
        """Show a queue, the cursor on the ticket `at`, else on the first; raises `FilterError`."""
        self._question = within(parse(queue.filter), self.desk.seen_account)
        self.queue = queue
        self.view.empty_words = self._nothing_waits
        self.view.select_none()
        self.view.cursor = self.view.top = 0
        keys = self.desk.store.queries.keys(self._question, now=self.desk.clock(), limit=FIRST_KEYS)
        self._is_whole = len(keys) < FIRST_KEYS
        self.view.keys = []
        self.view.show(keys, at=at if at is not None else keys[0] if keys else None)
        self.view.cursor_moved()
        if not self._is_whole:
            self.refresh()

    def refresh(self) -> None:
        """Read the queue again beside the loop; while that runs, one more reading is remembered."""
        if self._reading is not None and not self._reading.done():
            self._is_stale = True
            return
        self._is_stale = False
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        question = self._question
        try:
            keys = await self._background.read(partial(_keys, question=question, desk=self.desk))
        except StoreError as error:
            self._say(str(error), "bad")  # what was read before stays
        else:
            if question is self._question and self.view.is_attached:
                self._is_whole = True
                self.view.show(keys)
        if self._is_stale:
            self._reading = None
            self.refresh()

    async def settled(self) -> None:
        """Wait until what is being read has arrived."""
        while self._reading is not None and not self._reading.done():
            await self._reading

    def _nothing_waits(self) -> str:
        """What the empty list says; while the cache is being filled for the first time, that it is."""
        desktop, accounts = self.desk.store.desktop, self.desk.accounts()
        weathers = [desktop.weather(account.name) for account in accounts]
        if any(weather is not None and weather.phase == PREPARING for weather in weathers):
            return _("The demo's helpdesk is being prepared: its tickets appear here in a moment.")
        if any(
            weather is None or (weather.state in ("fresh", "online") and weather.synced_at is None)
            for weather in weathers
        ):
            return _("Being read for the first time: tickets appear here as they come.")
        progress = self.desk.store.search.progress() if has_words(self._question.where) else None
        if progress is not None:
            return progress.words
        return _nothing_waits(self.queue)

    @property
    def count(self) -> int | None:
        """How many tickets the queue has, once that is known."""
        return self.view.count if self._is_whole else None


def _keys(store: Store, *, question: Filter, desk: Desk) -> list[int]:
    return store.queries.keys(question, now=desk.clock())


def _nothing_waits(queue: Queue) -> str:
    """What an empty queue says: what to do now."""
    if queue.name == "unassigned":
        return _("No ticket is without an agent. g w shows who waits longest.")
    if queue.name == "held":
        return _("Nothing was held. What you send leaves by itself.")
    return _("No ticket here. g u shows the unassigned ones, g a all that are unsolved.")
