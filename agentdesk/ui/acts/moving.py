"""Moving: within a pane, between panes, from ticket to ticket, and back out."""

import asyncio
from typing import Literal

from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import WAITING, TicketRow
from agentdesk.ui.acts.act import Act
from agentdesk.ui.screens.desk import DeskPane

LOOK_AHEAD = 50


class Moving(Act):
    """Moves the cursor and the keys."""

    def move(self, rows: int) -> None:
        if self.pane is not None:
            self.pane.move(rows)

    def page(self, pages: int) -> None:
        if self.pane is not None:
            self.pane.page(pages)

    def edge(self, end: Literal["top", "bottom"]) -> None:
        if self.pane is not None:
            self.pane.edge(end)

    def enter(self) -> None:
        if self.pane is not None:
            self.pane.enter()
            self.app.show_hints()

    def back(self) -> None:
        if self.app.screen is not self.main:
            self.app.pop_screen()
            return
        match self.main.at:
            case "composer":
                self.work.composer.close()
                self.main.focus_pane("reading")
            case "reading" if self.work.reading.timeline.forget_sought():
                self.app.show_hints()
            case "reading":
                self.main.close_ticket()
            case "list":
                self.main.tickets.select_none()
            case "knowledge" if self.side.knowledge.leave():
                self.app.show_hints()
            case _:
                self.main.focus_pane("reading" if self.main.open_row is not None else "list")

    def next_match(self, step: int) -> None:
        if self.pane is None or not self.pane.next_match(step):
            raise Refused(_("No words are marked here. What is opened from the search has them marked."))

    def turn(self, panes: int) -> None:
        turning = self.main.panes()
        at = turning.index(self.main.at) if self.main.at in turning else 0
        for step in range(1, len(turning)):
            if self.main.focus_pane(turning[(at + step * panes) % len(turning)]):
                return

    def focus_pane(self, pane: DeskPane) -> None:
        self.to_main()
        if pane in ("reading", "composer"):
            self.open_current()
        self.main.focus_pane(pane)

    def select(self, which: Literal["this", "all", "none"]) -> None:
        match which:
            case "this":
                self.main.tickets.select_this()
            case "all":
                self.main.tickets.select_all()
            case "none":
                self.main.tickets.select_none()

    async def next_ticket(self, step: int) -> None:
        self.to_main()
        row = await self._next_that_needs_me() if step > 0 else self._neighbour(step)
        if row is None:
            self.app.say(_("No other ticket of this queue needs you."))
            return
        tickets = self.main.tickets
        tickets.go(tickets.keys.index(row.key))
        self.main.open_ticket(row)

    async def _next_that_needs_me(self) -> TicketRow | None:
        """The next ticket below, then from the top, in which it is our turn and nobody else has it."""
        tickets, mine = self.main.tickets, self.main.desk.my_ids()
        after = self._first_after()
        order = tickets.keys[after:] + tickets.keys[:after]
        for start in range(0, len(order), LOOK_AHEAD):
            for row in self.main.desk.store.queries.rows(order[start : start + LOOK_AHEAD]):
                is_open = self.main.open_row is not None and row.key == self.main.open_row.key
                if not is_open and _needs(row, mine.get(row.ticket.ref.account)):
                    return row
            await asyncio.sleep(0)  # of 100,000 tickets none may need me: keys come in between
        return None

    def _first_after(self) -> int:
        """Where to look from: below the open ticket, or where it was if it has left the queue."""
        tickets, opened = self.main.tickets, self.main.open_row
        if opened is not None and tickets.key == opened.key:
            return tickets.cursor + 1
        return tickets.cursor

    def _neighbour(self, step: int) -> TicketRow | None:
        tickets = self.main.tickets
        at = tickets.cursor + step
        found = self.main.desk.store.queries.rows(tickets.keys[at : at + 1]) if at >= 0 else []
        return found[0] if found else None


def _needs(row: TicketRow, me: str | None) -> bool:
    ticket = row.ticket
    return ticket.status in WAITING and ticket.assignee in (None, me)
