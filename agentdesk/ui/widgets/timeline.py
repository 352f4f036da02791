"""The timeline: what happened on a ticket, or with a customer, as one pane that only lays out what is on the screen.

There is no widget per message and no height of the whole: the place is an anchor (a stretch and a line in it), and
stretches become lines when they come near the screen. So a ticket of 200 messages opens like one of 5.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import ClassVar, Literal

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from agentdesk.columns import channel_word
from agentdesk.commands.happenings import Names
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import Ref, TicketRow
from agentdesk.store.words import INDEXED_CHARACTERS
from agentdesk.ui.linear import point_at
from agentdesk.ui.marking import standing_at
from agentdesk.ui.painting import ends
from agentdesk.ui.pane import Pane, TicketWanted
from agentdesk.ui.widgets.anchor import Anchor, Place
from agentdesk.ui.widgets.entries import (
    MORE_CHARACTERS,
    Entry,
    HtmlReader,
    LinkShown,
    View,
    entry_of,
    html_reader,
)
from agentdesk.ui.widgets.event_log import EventLog
from agentdesk.ui.widgets.lines import WHEEL_LINES, Drawing, Line, line
from agentdesk.ui.widgets.stretches import Stretch, Wanted, choices, stretches

LINES_ABOVE_UNREAD = 2
LINES_ABOVE_MATCH = 3
READ_SECONDS = 0.4
THUMB = "▐"
MARKER = "▸"


class Timeline(Drawing, Pane, can_focus=True):
    """Everything that happened, oldest first (or newest, as configured); opens at the first thing unread, else at the
    newest.
    """

    NAME: ClassVar[Literal["reading"]] = "reading"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.row: TicketRow | None = None
        self.is_whole_customer = False
        self.filter = "all"
        self.current = 0
        self._stretches: list[Stretch] = []
        self._event_log = EventLog(desk)
        self._anchor = Anchor(self._height)
        self._newest: Literal["top", "bottom"] = "top" if desk.config.newest_first else "bottom"
        self._held_at: Literal["unread", "newest", "here"] = "newest"
        self._read_until: datetime | None = None
        self._marked: tuple[Ref, datetime] | None = None
        self._all_quotes = False
        self._names = Names(desk.store)
        self._read_html: HtmlReader | None = None
        self._view: View | None = None
        self._sought: tuple[str, ...] = ()
        self._match: tuple[Stretch, int] | None = None
        self._match_here: Place | None = None
        self._screenful: dict[int, Place] = {}
        self._thumb = range(0)
        self._countdown: Timer | None = None
        self._reading: Timer | None = None

    async def on_mount(self) -> None:
        self._countdown = self.set_interval(1, self._count_down, pause=True)
        self.run_worker(self._load_html(), group="html")

    async def _load_html(self) -> None:
        self._read_html = await asyncio.to_thread(html_reader)
        self._lay_out_again()

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
        self._sought, self._match = (), None
        self._names = Names(self.desk.store)
        self._read_until = None if row is None else self.desk.store.desktop.read_until(row.ticket.ref)
        self._marked = None
        self._stretches = []
        self._read_store()
        self._go_to_unread()

    def reload(self) -> None:
        """Read the store again; the place is kept, but the newest stays in view, and comes when we wrote something."""
        known = len(self._event_log.events)
        mine = {event.ref for event in self._event_log.events if event.provisional}
        anchor = self._event_near(self._anchor.top[0])
        words_above = (self._place_of(anchor) or 0) - self._anchor.top[0]
        current = self._event_near(self.current)
        was_at_newest = self.current == self._newest_message()
        self._read_store()
        wrote = any(event.provisional and event.ref not in mine for event in self._event_log.events)
        if wrote or (self._held_at == "newest" and len(self._event_log.events) >= known):
            self.edge(self._newest)
            if not (wrote or was_at_newest):
                self.current = self._place_of(current) or self.current
            return
        self._anchor.top = (max(0, (self._place_of(anchor) or 0) - words_above), self._anchor.top[1])
        self.current = self._place_of(current) or 0
        self._settle()

    def whole_customer(self) -> None:
        """Turn between this ticket and the customer's one timeline."""
        if self.row is None or self.row.ticket.requester is None:
            return
        self.is_whole_customer = not self.is_whole_customer
        self._event_log.begin_anew()
        self._read_store()
        self.edge(self._newest)

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
        if place_of_current is None or self._held_at == "newest":
            self.edge(self._newest)
        else:
            self.current = place_of_current
            self._anchor.top = (place_of_current, 0)
            self._settle()
        return what

    def choices(self) -> list[str]:
        """What the timeline can be filtered by."""
        return choices(self._event_log.events)

    def filter_word(self) -> str:
        """What is shown, in words; empty when it is everything."""
        words = {"all": "", "messages": _("messages only"), "public": _("public only")}
        return words[self.filter] if self.filter in words else channel_word(self.filter)

    def fold_quotes(self) -> None:
        """Unfold quoted text everywhere, or fold it again."""
        self._all_quotes = not self._all_quotes
        for stretch in self._stretches:
            stretch.unfolding.quotes = self._all_quotes
        self._forget_layout()
        self._settle()

    def links(self) -> tuple[LinkShown, ...]:
        """The numbered links of the current message, or of the nearest one above that has any."""
        for place in range(min(self.current, len(self._stretches) - 1), -1, -1):
            found = self._entry(place).links
            if found:
                return found
        return ()

    def go_to(self, event: Ref) -> bool:
        """Bring an event on the screen; False when it is not on this timeline."""
        place = self._place_of(event)
        if place is None:
            return False
        self.current = place
        self._anchor.top = (place, 0)
        self._held_at = "here"
        if self._sought:
            self._show_match_of(place)
        self._settle()
        return True

    # What a search led to

    def seek(self, sought: tuple[str, ...]) -> None:
        """Mark the tokens of a search wherever they are."""
        self._sought, self._match = sought, None
        self._forget_layout()

    @property
    def is_marked(self) -> bool:
        return bool(self._sought)

    def forget_sought(self) -> bool:
        """Mark nothing any more; False where nothing was marked."""
        if not self._sought:
            return False
        self.seek(())
        return True

    def next_match(self, step: int) -> bool:
        if not self._sought:
            return False
        for place, numbers in self._matches_from(step):
            if numbers:
                self._stand_at(place, numbers[0] if step > 0 else numbers[-1])
                self._settle()
                break
        return True

    def _matches_from(self, step: int) -> Iterator[tuple[int, list[int]]]:
        """The lines with matches, message by message, from behind (or before) the place that was come to."""
        if not self._stretches:
            return
        here = self._match_place()
        place, number = here if here is not None else (self.current, -1 if step > 0 else 0)
        yield place, [at for at in self._entry(place).matches if (at - number) * step > 0]
        place += step
        while 0 <= place < len(self._stretches):
            yield place, self._entry(place).matches
            place += step

    def _match_place(self) -> tuple[int, int] | None:
        """The message and the line that stand for the match that was come to; heights may have changed since."""
        if self._match is None:
            return None
        stretch, nth = self._match
        place = self._place_of(stretch.event.ref if stretch.event else None)
        numbers = self._entry(place).matches if place is not None else []
        return (place, numbers[min(nth, len(numbers) - 1)]) if place is not None and numbers else None

    def _show_match_of(self, place: int) -> None:
        """Come to the first match of a message, showing more of it where that is further down.

        Only as far as the index reads: a log of megabytes that says nothing of it there has none.
        """
        stretch = self._stretches[place]
        while not self._entry(place).matches and self._entry(place).hidden:
            if stretch.unfolding.shown >= INDEXED_CHARACTERS:
                break
            self._show_more(stretch)
        numbers = self._entry(place).matches
        if numbers:
            self._stand_at(place, numbers[0])

    def _stand_at(self, place: int, number: int) -> None:
        """Stand at a line, with some lines above it where the message does not fit."""
        self.current = place
        self._match = self._stretches[place], self._entry(place).matches.index(number)
        if (place, number) not in self._anchor.on_screen()[LINES_ABOVE_MATCH:-1]:
            is_near = number < max(self.size.height - LINES_ABOVE_MATCH, 1) or not self.size.height
            self._anchor.top = (place, 0 if is_near else number - LINES_ABOVE_MATCH)

    def _show_more(self, stretch: Stretch) -> None:
        assert stretch.event is not None, "only a message has more to show"
        stretch.unfolding.shown += MORE_CHARACTERS
        if not stretch.is_whole and stretch.unfolding.shown >= len(stretch.event.body):
            stretch.event = self.desk.store.queries.event(stretch.event.ref) or stretch.event
            stretch.is_whole = True
        stretch.entry = None
        self._anchor.resize(len(self._stretches), self.size.height)

    # Moving

    def move(self, rows: int) -> None:
        self._anchor.move(rows)
        self._settle()
        self._keep_current_on_screen()

    def page(self, pages: int) -> None:
        self.move(pages * max(1, self.size.height - 2))

    def edge(self, end: Literal["top", "bottom"]) -> None:
        is_top = end == "top"
        self._anchor.top = (0, 0) if is_top else self._anchor.last()
        self.current = self._message_near(0 if is_top else len(self._stretches) - 1, 1 if is_top else -1)
        self._settle()

    def next_message(self, step: int) -> None:
        """Put the marker on the next (or previous) message and bring it on the screen."""
        ahead = [
            place
            for place, stretch in enumerate(self._stretches)
            if stretch.is_message and (place > self.current if step > 0 else place < self.current)
        ]
        if not ahead:
            self.edge("bottom" if step > 0 else "top")
            return
        self.current = ahead[0] if step > 0 else ahead[-1]
        shown = [number for place, number in self._anchor.on_screen() if place == self.current]
        if len(shown) < self._height(self.current):
            self._anchor.top = (self.current, 0)
        self._settle()

    def enter(self) -> None:
        """Show more of a long message, or its quotes; on a customer's timeline, the ticket a message belongs to."""
        if not self._stretches:
            return
        stretch, entry = self._stretches[self.current], self._entry(self.current)
        if entry.hidden:
            self._show_more(stretch)
        elif self.is_whole_customer and stretch.event is not None and stretch.event.ticket:
            self.post_message(TicketWanted(Ref(stretch.event.ref.account, stretch.event.ticket), stretch.event.ref))
            return
        else:
            stretch.unfolding.quotes = not stretch.unfolding.quotes
        stretch.entry = None
        self._anchor.resize(len(self._stretches), self.size.height)
        self._settle()

    def on_click(self, event: Click) -> None:
        """Make the message that was clicked the current one."""
        place, _number = self._screenful.get(event.y, (self.current, 0))
        if self._stretches and self._stretches[place].event is not None:
            self.current = place
            self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.move(-WHEEL_LINES)

    def on_resize(self) -> None:
        self._lay_out_again()

    def _lay_out_again(self) -> None:
        """Heights have changed: what was in view stays there."""
        match = self._match_place()
        is_match_in_view = not self._anchor.rows or match in self._anchor.on_screen()
        self._forget_layout()
        match self._held_at:
            case "newest":
                current = self.current
                self.edge(self._newest)
                self.current = current
            case "unread":
                self._go_to_unread()
            case "here":
                self._settle()
        if match is not None and is_match_in_view and (place := self._match_place()) is not None:
            self._stand_at(*place)
            self._settle()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self._screenful = dict(enumerate(self._anchor.on_screen()))
        self._match_here = self._match_place()
        self._thumb = self._anchor.thumb(self._stretches)
        return super().render_lines(crop)

    def line_at(self, y: int) -> Line | None:
        if not self._stretches:
            return line("   ", (self._empty_words(), "dim")) if y == 1 else None
        place, number = self._screenful.get(y, (0, -1))
        parts = self._entry(place).lines[number].parts if number >= 0 else ()
        if (place, number) == self._match_here:
            parts = standing_at(parts)
        if number == 0 and place == self.current and self.has_focus and parts:
            text, tone = parts[0]
            parts = ((MARKER, "accent"), (text[1:], tone), *parts[1:])
        if y in self._thumb:
            parts = tuple(ends(parts, [(THUMB, "faint")], self.size.width))
        return Line(parts)

    def on_focus(self) -> None:
        point_at(self, self._current_line)
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
        self._event_log.read(self.row, is_whole_customer=self.is_whole_customer)
        if self._countdown is not None and self._event_log.states:
            self._countdown.resume()
        self._lay_out()

    def _count_down(self) -> None:
        """Bring the words about messages on their way out up to date, each second there are any."""
        states = self._event_log.read_states(self.row)
        if not states and self._countdown is not None:
            self._countdown.pause()
        if states != self._event_log.states:
            self._event_log.states = states
            self._view = None
            for stretch in self._stretches:
                if stretch.event is not None and stretch.event.provisional:
                    stretch.entry = None
            self.refresh()

    def _lay_out(self) -> None:
        known = {stretch.event.ref: stretch for stretch in self._stretches if stretch.event is not None}
        read_until = None if self.is_whole_customer else self._read_until
        wanted = Wanted(self.filter, read_until, self._all_quotes, self._event_log.created, self._newest == "top")
        self._stretches = stretches(self._event_log.events, known, wanted, self.desk.clock())
        self._view = None
        self._anchor.resize(len(self._stretches), self.size.height)
        self.current = max(0, min(self.current, len(self._stretches) - 1))

    def _forget_layout(self) -> None:
        for stretch in self._stretches:
            stretch.entry = None
        self._view = None
        self._anchor.resize(len(self._stretches), self.size.height)
        self.refresh()

    def _entry(self, place: int) -> Entry:
        stretch = self._stretches[place]
        if stretch.entry is None:
            if self._view is None:
                log = self._event_log
                self._view = View(self.size.width, self._names, self._read_html, log.states, log.subjects, self._sought)
            event, view = stretch.event, self._view
            stretch.entry = Entry((stretch.words,)) if event is None else entry_of(event, view, stretch.unfolding)
        return stretch.entry

    def _height(self, place: int) -> int:
        return len(self._entry(place).lines)

    def _settle(self) -> None:
        """Keep the place within the timeline; what is seen to the end of what was unread is read."""
        is_at_end = self._anchor.settle()
        is_at_start = self._anchor.top == (0, 0)
        is_upwards = self._newest == "top"
        if is_at_start if is_upwards else is_at_end:
            self._held_at = "newest"
        elif self._held_at != "unread":
            self._held_at = "here"
        if self._is_mark_seen() if is_upwards else is_at_end:
            self._read_soon()
        if is_at_end if is_upwards else is_at_start:
            self._read_older()
        point_at(self, self._current_line)
        self.refresh()

    def _current_line(self) -> int:
        places = [place for place, _number in self._anchor.on_screen()]
        return places.index(self.current) if self.current in places else 0

    def _is_mark_seen(self) -> bool:
        """Is the end of what was unread on the screen, or was nothing?"""
        mark = self._mark()
        return mark is None or mark <= max((place for place, _number in self._anchor.on_screen()), default=-1)

    def _mark(self) -> int | None:
        return next((at for at, stretch in enumerate(self._stretches) if stretch.is_read_mark), None)

    def _read_older(self) -> None:
        """Bring in older events of a customer before their top is seen; the place is kept."""
        if not (self.is_whole_customer and self._stretches and self._event_log.reach_back()):
            return
        (place, number), current = self._anchor.top, self._event_near(self.current)
        first = self._event_near(place)
        self._read_store()
        self._anchor.top = (self._place_of(first) or 0, number if self._newest == "top" else 0)
        self.current = self._place_of(current) or 0

    def _go_to_unread(self) -> None:
        mark = self._mark()
        if mark is None or self._newest == "top":
            self.edge(self._newest)
            return
        self.current = self._message_near(mark, 1)
        self._anchor.top = (mark, 0)
        self._held_at = "unread"
        self._anchor.move(-LINES_ABOVE_UNREAD)
        self._settle()

    def _newest_message(self) -> int:
        is_top = self._newest == "top"
        return self._message_near(0 if is_top else len(self._stretches) - 1, 1 if is_top else -1)

    def _message_near(self, place: int, step: int) -> int:
        """The first message from a place on; the place itself where there is none."""
        while 0 <= place < len(self._stretches):
            if self._stretches[place].is_message:
                return place
            place += step
        return max(0, min(place - step, len(self._stretches) - 1))

    def _keep_current_on_screen(self) -> None:
        places = [place for place, _number in self._anchor.on_screen()]
        if self.current not in places and places:
            messages = [place for place in places if self._stretches[place].is_message]
            self.current = messages[0] if messages else places[0]

    def _event_near(self, place: int) -> Ref | None:
        return next((stretch.event.ref for stretch in self._stretches[place:] if stretch.event is not None), None)

    def _place_of(self, event: Ref | None) -> int | None:
        shown = (at for at, stretch in enumerate(self._stretches) if stretch.event and stretch.event.ref == event)
        return next(shown, None) if event is not None else None

    # Reading

    def _read_soon(self) -> None:
        """Mark everything as read once it was in view for a moment."""
        if self.row is None or self.is_whole_customer or not self.is_mounted:
            return
        at = max((event.at for event in self._event_log.events if not event.provisional), default=None)
        if at is None or self._marked == (self.row.ticket.ref, at) or not self.size.height:
            return
        if self._reading is not None:
            self._reading.stop()
        self._reading = self.set_timer(READ_SECONDS, partial(self._mark_read, self.row.ticket.ref, at))

    async def _mark_read(self, ticket: Ref, at: datetime) -> None:
        if self.row is not None and self.row.ticket.ref == ticket:
            self._marked = (ticket, at)
            await self.desk.write(lambda store: store.desktop.mark_read(ticket, at))
