"""The main screen: queues, list or ticket, customer and knowledge; all at once where it is wide, else one at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.model import Ref, TicketRow
from agentdesk.ui import linear
from agentdesk.ui.background import Background
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.listing import Listing
from agentdesk.ui.pane import Pane
from agentdesk.ui.widgets.footer import Footer
from agentdesk.ui.widgets.queues import QueuesPane
from agentdesk.ui.widgets.ticket_list import TicketList
from agentdesk.ui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from agentdesk.ui.side import Side
    from agentdesk.ui.workplace import Workplace

WIDE = 140
FOLLOW_SECONDS = 0.15
DeskPane = Literal["queues", "list", "reading", "customer", "knowledge", "composer"]
ORDER: tuple[DeskPane, ...] = ("queues", "list", "reading", "composer", "customer", "knowledge")


class DeskScreen(Screen[None]):
    """Where its parts stand and which of them has the keys."""

    AUTO_FOCUS: ClassVar[str | None] = "#list"

    def __init__(self, desk: Desk, background: Background, signs: Glyphs) -> None:
        super().__init__(classes="-at-list")  # set later, it would style every widget a second time
        self.desk = desk
        self.title_bar = TitleBar(signs, id="title")
        self.queues = QueuesPane(desk.queues(), signs, id="queues")
        self.tickets = TicketList(desk, signs, id="list")
        self.footer = Footer(id="footer")
        self.listing = Listing(desk, background, self.tickets, self.footer.say)
        self.side: Side | None = None
        self.work: Workplace | None = None
        self._furnishing = asyncio.Lock()
        self.open_row: TicketRow | None = None
        self._at: DeskPane = "list"
        self._following: asyncio.TimerHandle | None = None
        self.stands = asyncio.Event()
        self.on_standing: Callable[[], Awaitable[None]] | None = None
        self.tickets.on_cursor = self._follow_soon
        self.tickets.on_open = self.open_ticket

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.queues
        with Vertical(id="centre", classes="-listing"):
            yield self.tickets
        yield Vertical(id="side")
        yield self.footer

    async def on_mount(self) -> None:
        self.set_focus(self.tickets)
        try:
            if self.on_standing is not None:
                await self.on_standing()
        finally:
            self.stands.set()

    async def furnish_side(self) -> None:
        """Bring in the customer and the knowledge, if they are not there."""
        if self.side is not None:
            return
        from agentdesk.ui.side import Side  # late: saves 10 ms before the first paint

        side = Side(self.desk)
        await self.query_one("#side").mount(*side.panes)
        self.side = side
        self.follow()

    async def furnish_work(self) -> "Workplace":
        """Bring in the ticket and the composer, if they are not there."""
        from agentdesk.ui.workplace import Workplace  # late: saves 30 ms before the first paint

        async with self._furnishing:
            if self.work is None:
                work = Workplace(self.desk)
                await self.query_one("#centre").mount(*work.panes)
                self.work = work
            return self.work

    # Layout

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < WIDE or self.app.has_class(linear.CLASS), "-narrow")
        self._mark_place()

    def _mark_place(self) -> None:
        for pane in ORDER:
            self.set_class(pane == self._at, f"-at-{pane}")

    def pane_widget(self, pane: DeskPane) -> Widget | None:
        """The widget that takes the keys for a pane; None while it is not there."""
        match pane:
            case "queues":
                return self.queues
            case "list":
                return self.tickets
            case "customer":
                return self.side.customer if self.side else None
            case "knowledge":
                return self.side.knowledge if self.side else None
            case "reading":
                return self.work.reading.timeline if self.work else None
            case "composer":
                return self.work.composer.field if self.work and self.work.composer.is_open else None

    def focus_pane(self, pane: DeskPane) -> bool:
        """Give the keys to a pane; False where it is not there."""
        widget = self.pane_widget(pane)
        if widget is None or (pane in ("reading", "composer") and self.open_row is None):
            return False
        if pane == "list":
            self._show_centre("-listing")
        elif pane in ("reading", "composer"):
            self._show_centre("-reading")
        self._at = pane
        self._mark_place()
        self.set_focus(widget)
        return True

    def _show_centre(self, which: Literal["-listing", "-reading"]) -> None:
        centre = self.query_one("#centre")
        centre.set_class(which == "-listing", "-listing")
        centre.set_class(which == "-reading", "-reading")

    @property
    def at(self) -> DeskPane:
        """The pane that has the keys."""
        return self._at

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Note who has the keys by now: the event may be older than the next change of focus."""
        focused = self.focused
        lineage = focused.ancestors_with_self if focused is not None else ()
        pane = next((one for one in lineage if isinstance(one, Pane)), None)
        name: PaneName | None = pane.NAME if pane is not None else None
        for known in ORDER:
            if known == name and known != self._at:
                self._at = known
                self._mark_place()

    def panes(self) -> list[DeskPane]:
        """The panes that Tab turns through now."""
        is_reading = self.open_row is not None and self.query_one("#centre").has_class("-reading")
        centre: list[DeskPane] = ["reading"] if is_reading else ["list"]
        if is_reading and self.work is not None and self.work.composer.is_open:
            centre.append("composer")
        return ["queues", *centre, "customer", "knowledge"]

    # Tickets

    def current(self) -> TicketRow | None:
        """The ticket that is open, else the one under the cursor."""
        return self.open_row if self.open_row is not None else self.tickets.current()

    def open_ticket(self, row: TicketRow, at: Ref | None = None, sought: tuple[str, ...] = ()) -> None:
        """Read a ticket, at one of its events; the composer turns to what was begun for it."""
        if self.work is None:
            self.run_worker(self._open_when_there(row, at, sought), group="open", exclusive=True)
            return
        self.open_row = row
        self.work.show(row)
        if at is not None or sought:
            self.work.reading.show(row, at, sought)
        self.focus_pane("reading")
        self._follow_soon()

    async def _open_when_there(self, row: TicketRow, at: Ref | None, sought: tuple[str, ...]) -> None:
        await self.furnish_work()
        self.open_ticket(row, at, sought)

    def close_ticket(self) -> None:
        """Back to the list, the text kept."""
        self.open_row = None
        if self.work is not None:
            self.work.show(None)
        self.focus_pane("list")
        self._follow_soon()

    # Following the cursor

    def _follow_soon(self) -> None:
        if self._following is not None:
            self._following.cancel()
        self._following = asyncio.get_running_loop().call_later(FOLLOW_SECONDS, self.follow)

    @property
    def is_following(self) -> bool:
        """Are the panes at the side about to catch up with the cursor?"""
        return self._following is not None

    def follow(self) -> None:
        """Show the customer and the knowledge of the ticket the agent is at."""
        self._following = None
        if self.side is not None and self.is_attached:
            self.side.show(self.current())

    def reload(self) -> None:
        """The store has changed: read again what is on the screen."""
        self.tickets.reload()
        self.listing.refresh()
        if self.open_row is not None:
            self.open_row = self.desk.store.queries.ticket(self.open_row.ticket.ref) or self.open_row
        if self.work is not None:
            self.work.reload()
        if self.side is not None:
            self.side.reload()
            self._follow_soon()
