"""The timeline: what happened on a ticket, or with a customer, as one pane that only lays out what is on the screen.

There is no widget per message and no height of the whole: the place is an anchor (an item and a line in it), and items
become lines when they come near the screen. So a ticket of 200 messages opens like one of 5.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from math import ceil
from typing import ClassVar, Literal

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from agentdesk import i18n
from agentdesk.columns import channel_word
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import Event, Kind, Ref, TicketRow
from agentdesk.ui.painting import ends
from agentdesk.ui.pane import Pane, TicketWanted
from agentdesk.ui.widgets.entries import (
    MESSAGES,
    MORE_CHARACTERS,
    Entry,
    HtmlReader,
    LinkShown,
    Names,
    Unfolding,
    View,
    entry_of,
    html_reader,
    state_words,
)
from agentdesk.ui.widgets.lines import WHEEL_LINES, Drawing, Line, line

LINES_ABOVE_UNREAD = 2
CUSTOMER_PAGE = 200
READ_CHARACTERS = 64_000  # of each message; more when it is asked for, as 5 MB take too long to read
READ_SECONDS = 0.4
THUMB = "▐"
MARKER = "▸"
FILTERS = ("all", "messages", "public")
READ_MARK = 0

Place = tuple[int, int]  # an item, and a line in it


@dataclass(slots=True)
class Item:
    """A stretch of the timeline: an event, or the words between two (a day, the read mark)."""

    event: Event | None
    words: Line = field(default_factory=Line)
    unfolding: Unfolding = field(default_factory=Unfolding)
    entry: Entry | None = None
    is_whole: bool = False

    @property
    def is_message(self) -> bool:
        return self.event is not None and self.event.kind in MESSAGES

    @property
    def weight(self) -> int:
        """A guess at its height, for the scroll bar alone."""
        if self.event is None or not self.is_message:
            return 1
        return 4 + min(len(self.event.body), self.unfolding.shown) // 60


class Timeline(Drawing, Pane, can_focus=True):
    """Everything that happened, oldest first; opens at the first thing unread, else at the end."""

    NAME: ClassVar[Literal["reading"]] = "reading"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.row: TicketRow | None = None
        self.is_whole_customer = False
        self.filter = "all"
        self.current = 0
        self._items: list[Item] = []
        self._events: list[Event] = []
        self._top: Place = (0, 0)
        self._held_at: Literal["unread", "end", "here"] = "end"
        self._bottom: Place | None = None
        self._read_until: datetime | None = None
        self._marked: tuple[Ref, datetime] | None = None
        self._limit = CUSTOMER_PAGE
        self._all_quotes = False
        self._states: dict[str, str] = {}
        self._subjects: dict[str, str] = {}
        self._names = Names(desk.store)
        self._read_html: HtmlReader | None = None
        self._view: View | None = None
        self._screenful: dict[int, Place] = {}
        self._thumb = range(0)
        self._countdown: Timer | None = None
        self._reading: Timer | None = None

    async def on_mount(self) -> None:
        self._countdown = self.set_interval(1, self._count_down, pause=True)
        self.run_worker(self._load_html(), group="html")

    async def _load_html(self) -> None:
        self._read_html = await asyncio.to_thread(html_reader)
        self._forget_layout()

    # What is shown

    def show(self, row: TicketRow | None) -> None:
        """Show a ticket from its first unread event; None shows nothing."""
        if row is not None and self.row is not None and row.ticket.ref == self.row.ticket.ref:
            self.row = row
            self.reload()
            return
        self.row = row
        self.is_whole_customer = False
        self.filter = "all"
        self._all_quotes = False
        self._names = Names(self.desk.store)
        self._read_until = None if row is None else self.desk.store.desktop.read_until(row.ticket.ref)
        self._marked = None
        self._items = []
        self._read_store()
        self._go_to_unread()

    def reload(self) -> None:
        """Read the store again; the place is kept, but the end stays in view, and comes when we wrote something."""
        known = len(self._events)
        mine = {event.ref for event in self._events if event.provisional}
        anchor = self._event_near(self._top[0])
        words_above = (self._place_of(anchor) or 0) - self._top[0]
        current = self._event_near(self.current)
        self._read_store()
        wrote = any(event.provisional and event.ref not in mine for event in self._events)
        if wrote or (self._held_at == "end" and len(self._events) >= known):
            self.edge("bottom")
            return
        self._top = (max(0, (self._place_of(anchor) or 0) - words_above), self._top[1])
        self.current = self._place_of(current) or 0
        self._settle()

    def whole_customer(self) -> None:
        """Turn between this ticket and the customer's one timeline."""
        if self.row is None or self.row.ticket.requester is None:
            return
        self.is_whole_customer = not self.is_whole_customer
        self._limit = CUSTOMER_PAGE
        self._read_store()
        self.edge("bottom")

    def filter_timeline(self, what: str) -> str:
        """Show only some kinds of events; empty turns to the next choice. The answer is what is shown now."""
        choices = self.choices()
        if not what:
            place = choices.index(self.filter) if self.filter in choices else 0
            what = choices[(place + 1) % len(choices)]
        current = self._event_near(self.current)
        self.filter = what
        self._lay_out()
        place_of_current = self._place_of(current)
        if place_of_current is None or self._held_at == "end":
            self.edge("bottom")
        else:
            self.current = place_of_current
            self._top = (place_of_current, 0)
            self._settle()
        return what

    def choices(self) -> list[str]:
        """What the timeline can be filtered by."""
        channels = dict.fromkeys(event.channel for event in self._events if event.kind in MESSAGES)
        return [*FILTERS, *(channel for channel in channels if channel != "other")]

    def filter_word(self) -> str:
        """What is shown, in words; empty when it is everything."""
        words = {"all": "", "messages": _("messages only"), "public": _("public only")}
        return words[self.filter] if self.filter in words else channel_word(self.filter)

    def fold_quotes(self) -> None:
        """Unfold quoted text everywhere, or fold it again."""
        self._all_quotes = not self._all_quotes
        for item in self._items:
            item.unfolding.quotes = self._all_quotes
        self._forget_layout()
        self._settle()

    def links(self) -> tuple[LinkShown, ...]:
        """The numbered links of the current message, or of the nearest one above that has any."""
        for place in range(min(self.current, len(self._items) - 1), -1, -1):
            found = self._entry(place).links
            if found:
                return found
        return ()

    def go_to(self, event: Ref) -> bool:
        """Bring an event on the screen; False when it is not on this timeline."""
        place = next((at for at, item in enumerate(self._items) if item.event and item.event.ref == event), None)
        if place is None:
            return False
        self.current = place
        self._top = (place, 0)
        self._held_at = "here"
        self._settle()
        return True

    # Moving

    def move(self, rows: int) -> None:
        place, number = self._top
        number += rows
        while number < 0 and place > 0:
            place -= 1
            number += self._height(place)
        while place < len(self._items) - 1 and number >= self._height(place):
            number -= self._height(place)
            place += 1
        self._top = (place, max(0, number))
        self._settle()
        self._keep_current_on_screen()

    def page(self, pages: int) -> None:
        self.move(pages * max(1, self.size.height - 2))

    def edge(self, end: Literal["top", "bottom"]) -> None:
        is_top = end == "top"
        self._top = (0, 0) if is_top else self._last_top()
        self.current = self._message_near(0 if is_top else len(self._items) - 1, 1 if is_top else -1)
        self._settle()

    def next_message(self, step: int) -> None:
        """Put the marker on the next (or previous) message and bring it on the screen."""
        ahead = [
            place
            for place, item in enumerate(self._items)
            if item.is_message and (place > self.current if step > 0 else place < self.current)
        ]
        if not ahead:
            self.edge("bottom" if step > 0 else "top")
            return
        self.current = ahead[0] if step > 0 else ahead[-1]
        shown = [number for place, number in self._on_screen() if place == self.current]
        if len(shown) < self._height(self.current):
            self._top = (self.current, 0)
        self._settle()

    def enter(self) -> None:
        """Show more of a long message, or its quotes; on a customer's timeline, the ticket a message belongs to."""
        if not self._items:
            return
        item, entry = self._items[self.current], self._entry(self.current)
        if entry.hidden and item.event is not None:
            item.unfolding.shown += MORE_CHARACTERS
            if not item.is_whole and item.unfolding.shown >= len(item.event.body):
                item.event = self.desk.store.queries.event(item.event.ref) or item.event
                item.is_whole = True
        elif self.is_whole_customer and item.event is not None and item.event.ticket:
            self.post_message(TicketWanted(Ref(item.event.ref.account, item.event.ticket), item.event.ref))
            return
        else:
            item.unfolding.quotes = not item.unfolding.quotes
        item.entry = None
        self._bottom = None
        self._settle()

    def on_click(self, event: Click) -> None:
        """Make the message that was clicked the current one."""
        place, _number = self._screenful.get(event.y, (self.current, 0))
        if self._items and self._items[place].event is not None:
            self.current = place
            self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.move(-WHEEL_LINES)

    def on_resize(self) -> None:
        self._forget_layout()
        match self._held_at:
            case "end":
                self.edge("bottom")
            case "unread":
                self._go_to_unread()
            case "here":
                self._settle()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self._screenful = dict(enumerate(self._on_screen()))
        self._thumb = self._thumb_rows()
        return super().render_lines(crop)

    def line_at(self, y: int) -> Line | None:
        if not self._items:
            return line("   ", (self._empty_words(), "dim")) if y == 1 else None
        place, number = self._screenful.get(y, (0, -1))
        parts = self._entry(place).lines[number].parts if number >= 0 else ()
        if number == 0 and place == self.current and self.has_focus and parts:
            text, tone = parts[0]
            parts = ((MARKER, "accent"), (text[1:], tone), *parts[1:])
        if y in self._thumb:
            parts = tuple(ends(parts, [(THUMB, "faint")], self.size.width))
        return Line(parts)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _empty_words(self) -> str:
        if self.row is None:
            return _("No ticket is open. Enter opens the one under the cursor.")
        if self.filter != "all":
            return _("Nothing of this kind here. f shows the rest.")
        return _("Nothing has been read of this ticket yet; it is being asked for.")

    # Laying out

    def _read_store(self) -> None:
        store = self.desk.store
        self._subjects = {}
        if self.row is None:
            self._events = []
        elif self.is_whole_customer and self.row.ticket.requester is not None:
            person = Ref(self.row.ticket.ref.account, self.row.ticket.requester)
            self._events = store.queries.timeline(person, limit=self._limit)[::-1]
            for known in store.queries.tickets_of(person, limit=self._limit):
                self._subjects[known.ticket.ref.id] = f"#{known.ticket.number} {known.ticket.subject}"
        else:
            self._events = store.queries.events(self.row.ticket.ref, most_characters=READ_CHARACTERS)
        self._states = self._read_states()
        if self._countdown is not None and self._states:
            self._countdown.resume()
        self._lay_out()

    def _read_states(self) -> dict[str, str]:
        if self.row is None:
            return {}
        now = self.desk.clock()
        ops = self.desk.store.outbox.of_ticket(self.row.ticket.ref)
        return {op.id: state_words(op, ceil((op.not_before - now).total_seconds())) for op in ops}

    def _count_down(self) -> None:
        """Bring the words about messages on their way out up to date, each second there are any."""
        states = self._read_states()
        if not states and self._countdown is not None:
            self._countdown.pause()
        if states != self._states:
            self._states = states
            self._view = None
            for item in self._items:
                if item.event is not None and item.event.provisional:
                    item.entry = None
            self.refresh()

    def _lay_out(self) -> None:
        """Make the items anew; an event that is as it was keeps its lines."""
        known = {item.event.ref: item for item in self._items if item.event is not None}
        self._items = []
        day: date | None = None
        this_year = i18n.local(self.desk.clock()).year
        has_mark = self._read_until is None or self.is_whole_customer
        for event in self._events:
            if not self._is_shown(event):
                continue
            if not has_mark and self._is_unread(event):
                has_mark = True
                if self._items:
                    self._items.append(Item(None, line(f"   ── {_('read up to here')} ──", entry=READ_MARK)))
            if day != (day := i18n.local(event.at).date()):
                name = i18n.day(event.at) if day.year == this_year else i18n.day_with_year(event.at)
                self._items.append(Item(None, line("   ", (name, "dim"))))
            self._items.append(self._item_for(event, known.get(event.ref)))
        self._view = None
        self._bottom = None
        self.current = max(0, min(self.current, len(self._items) - 1))

    def _item_for(self, event: Event, known: Item | None) -> Item:
        """The item there is for an event, unless the event has changed."""
        if known is None or known.event is None:
            return Item(event, unfolding=Unfolding(quotes=self._all_quotes))
        as_read = replace(event, body=known.event.body, html=known.event.html) if known.is_whole else event
        if known.event == as_read and not event.provisional:
            return known
        return Item(event, unfolding=known.unfolding)

    def _is_shown(self, event: Event) -> bool:
        match self.filter:
            case "all":
                return True
            case "messages":
                return event.kind in MESSAGES
            case "public":
                return event.kind in MESSAGES and event.public and event.kind is not Kind.NOTE
            case channel:
                return event.kind in MESSAGES and event.channel == channel

    def _is_unread(self, event: Event) -> bool:
        is_mine = event.provisional or (event.op is not None and event.kind in MESSAGES)
        return self._read_until is not None and event.at > self._read_until and not is_mine

    def _forget_layout(self) -> None:
        for item in self._items:
            item.entry = None
        self._view = None
        self._bottom = None
        self.refresh()

    def _entry(self, place: int) -> Entry:
        item = self._items[place]
        if item.entry is None:
            if self._view is None:
                self._view = View(self.size.width, self._names, self._read_html, self._states, self._subjects)
            item.entry = (
                Entry((item.words,)) if item.event is None else entry_of(item.event, self._view, item.unfolding)
            )
        return item.entry

    def _height(self, place: int) -> int:
        return len(self._entry(place).lines)

    def _on_screen(self) -> list[Place]:
        """What is in each row of the pane."""
        found: list[Place] = []
        place, number = self._top
        while place < len(self._items) and len(found) < self.size.height:
            found += [(place, at) for at in range(number, self._height(place))]
            place, number = place + 1, 0
        return found[: self.size.height]

    def _last_top(self) -> Place:
        """The place at which the end is at the bottom of the pane."""
        if self._bottom is None:
            room = max(1, self.size.height)
            place = len(self._items)
            while place > 0 and room > 0:
                place -= 1
                room -= self._height(place)
            self._bottom = (max(0, place), max(0, -room))
        return self._bottom

    def _settle(self) -> None:
        """Keep the place within the timeline; what is seen to its end is read."""
        if self._top >= self._last_top():
            self._top = self._last_top()
            self._held_at = "end"
            self._read_soon()
        elif self._held_at != "unread":
            self._held_at = "here"
        self.refresh()

    def _go_to_unread(self) -> None:
        mark = next((at for at, item in enumerate(self._items) if item.words.entry == READ_MARK), None)
        if mark is None:
            self.edge("bottom")
            return
        self.current = self._message_near(mark, 1)
        self._top = (mark, 0)
        self._held_at = "unread"
        for _above in range(LINES_ABOVE_UNREAD):
            place, number = self._top
            if number:
                self._top = (place, number - 1)
            elif place:
                self._top = (place - 1, self._height(place - 1) - 1)
        self._settle()

    def _message_near(self, place: int, step: int) -> int:
        """The first message from a place on; the place itself where there is none."""
        while 0 <= place < len(self._items):
            if self._items[place].is_message:
                return place
            place += step
        return max(0, min(place - step, len(self._items) - 1))

    def _keep_current_on_screen(self) -> None:
        places = [place for place, _number in self._on_screen()]
        if self.current not in places and places:
            messages = [place for place in places if self._items[place].is_message]
            self.current = messages[0] if messages else places[0]

    def _event_near(self, place: int) -> Event | None:
        return next((item.event for item in self._items[place:] if item.event is not None), None)

    def _place_of(self, event: Event | None) -> int | None:
        if event is None:
            return None
        return next((at for at, item in enumerate(self._items) if item.event and item.event.ref == event.ref), None)

    def _thumb_rows(self) -> range:
        """The rows of the scroll bar's thumb, by a guess at the heights of what was not laid out."""
        height, weights = self.size.height, [item.weight for item in self._items]
        total = sum(weights)
        if not weights or self._last_top() == (0, 0) or total == 0:
            return range(0)
        above = sum(weights[: self._top[0]]) + min(self._top[1], weights[self._top[0]])
        size = max(1, height * height // max(height, total))
        start = height - size if self._held_at == "end" else min(height - size, height * above // total)
        return range(start, start + size)

    # Reading

    def _read_soon(self) -> None:
        """Mark everything as read once it was in view for a moment."""
        if self.row is None or self.is_whole_customer or not self.is_mounted:
            return
        at = max((event.at for event in self._events if not event.provisional), default=None)
        if at is None or self._marked == (self.row.ticket.ref, at) or not self.size.height:
            return
        if self._reading is not None:
            self._reading.stop()
        self._reading = self.set_timer(READ_SECONDS, partial(self._mark_read, self.row.ticket.ref, at))

    async def _mark_read(self, ticket: Ref, at: datetime) -> None:
        if self.row is not None and self.row.ticket.ref == ticket:
            self._marked = (ticket, at)
            await self.desk.write(lambda store: store.desktop.mark_read(ticket, at))
