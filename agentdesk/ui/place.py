"""The place: where the agent was when the desk closed, and again when it opens."""

from typing import TYPE_CHECKING, Any

from agentdesk.config import Queue
from agentdesk.desk import Desk
from agentdesk.errors import FilterError
from agentdesk.model import Ref, TicketRow

if TYPE_CHECKING:
    from agentdesk.ui.screens.desk import DeskScreen

NAME = "desk"


class Place:
    """Remembers queue, cursor, open ticket, pane and composer in the store."""

    def __init__(self, desk: Desk, main: "DeskScreen") -> None:
        self._desk = desk
        self._main = main
        self._known = self._remembered()
        self._is_over = False
        self._saved: dict[str, Any] = {}  # JSON, as the store gives it back
        self._seen: dict[str, Any] = {}  # the same

    def _remembered(self) -> dict[str, Any]:  # JSON, as the store gives it back
        found = self._desk.store.desktop.place(NAME)
        return found if isinstance(found, dict) else {}

    def restore(self) -> None:
        """Show the queue again with the cursor on its ticket; enough for the first paint."""
        row = self._row("cursor")
        try:
            self._main.listing.show(self._queue(), at=row.key if row else None)
        except FilterError:
            self._main.listing.show(self._desk.queues()[0])
        self._main.queues.show(self._main.listing.queue.name)

    def _queue(self) -> Queue:
        name = self._known.get("queue")
        if isinstance(name, str) and name:
            asked = str(self._known.get("filter") or name)
            return self._desk.queue(name) or Queue(name, str(self._known.get("title") or name), asked)
        return self._desk.queues()[0]

    async def reopen(self) -> None:
        """Open the ticket and the composer that were open, before the first paint: the next key may be for them."""
        row = self._row("open")
        if row is None:
            return
        work = await self._main.furnish_work()
        self._main.open_ticket(row)
        kind = self._known.get("composer")
        if kind in ("reply", "note"):
            work.composer.open(row, kind)
        pane = self._known.get("pane")
        if pane in ("customer", "knowledge"):
            await self._main.furnish_side()
        if pane in ("queues", "list", "reading", "customer", "knowledge", "composer"):
            self._main.focus_pane(pane)

    def _row(self, name: str) -> TicketRow | None:
        words = self._known.get(name)
        if not isinstance(words, list) or len(words) != 2:
            return None
        return self._desk.store.queries.ticket(Ref(str(words[0]), str(words[1])))

    async def save_at_rest(self) -> None:
        """Write down where the agent stays; while they move on from look to look, nothing is written."""
        now = self._now()
        if now == self._seen:
            await self.save()
        self._seen = now

    async def save(self) -> None:
        """Write down where the agent is, if that has changed."""
        now = self._now()
        if now != self._saved and not self._is_over:
            self._saved = now
            await self._desk.note(lambda store: store.desktop.remember(NAME, now))

    @property
    def is_step_on(self) -> bool:
        """Was something opened or closed since the place was written down? A cursor that moved can wait for `save`."""
        now = self._now()
        return any(now[name] != self._saved.get(name) for name in ("queue", "open", "pane", "composer"))

    async def save_last(self) -> None:
        """Write down where the agent is, for good: what is put away now on the way out is no change of place."""
        await self.save()
        self._is_over = True

    def _now(self) -> dict[str, Any]:  # JSON
        main = self._main
        queue = main.listing.queue
        composer = main.work.composer if main.work else None
        return {
            "queue": queue.name,
            "title": queue.title,
            "filter": queue.filter,
            "cursor": _name(main.tickets.current()),
            "open": _name(main.open_row),
            "pane": main.at,
            "composer": composer.kind if composer is not None and composer.is_open else None,
        }


def _name(row: TicketRow | None) -> list[str] | None:
    return [row.ticket.ref.account, row.ticket.ref.id] if row else None
