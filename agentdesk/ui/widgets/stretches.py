"""What a timeline is made of: events, and the words between them (days, the read mark). Pure of Textual."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from agentdesk import i18n
from agentdesk.i18n import _
from agentdesk.model import Event, Kind, Ref
from agentdesk.record import record
from agentdesk.ui.widgets.entries import MESSAGES, Entry, Unfolding
from agentdesk.ui.widgets.lines import Line, line

FILTERS = ("all", "messages", "public")


@dataclass(slots=True)
class Stretch:
    """A stretch of the timeline: an event, or the words between two. `entry` is how it is drawn, once it was."""

    event: Event | None
    words: Line = field(default_factory=Line)
    unfolding: Unfolding = field(default_factory=Unfolding)
    entry: Entry | None = None
    is_whole: bool = False
    is_read_mark: bool = False

    @property
    def is_message(self) -> bool:
        return self.event is not None and self.event.kind in MESSAGES

    @property
    def weight(self) -> int:
        """A guess at its height, for the scroll bar alone."""
        if self.event is None or not self.is_message:
            return 1
        return 4 + min(len(self.event.body), self.unfolding.shown) // 60


@record
class Wanted:
    """What of a log is shown: a filter (`all`, `messages`, `public` or a channel), and from where it is unread.

    `created` says when each ticket began: what its fields were set to at that moment is no news.
    """

    filter: str = "all"
    read_until: datetime | None = None
    quotes: bool = False
    created: Mapping[Ref, datetime] = field(default_factory=dict)
    newest_first: bool = False


def choices(events: Iterable[Event]) -> list[str]:
    """What these events can be filtered by."""
    channels = dict.fromkeys(event.channel for event in events if event.kind in MESSAGES)
    return [*FILTERS, *(channel for channel in channels if channel != "other")]


def stretches(events: Iterable[Event], known: Mapping[Ref, Stretch], wanted: Wanted, now: datetime) -> list[Stretch]:
    """The timeline of events (given oldest first) as wanted; an event that is as it was keeps its stretch."""
    made: list[Stretch] = []
    day: date | None = None
    this_year = i18n.local(now).year
    shown = [event for event in events if _is_shown(event, wanted.filter) and not _is_beginning(event, wanted.created)]
    mark = _("already read") if wanted.newest_first else _("read up to here")
    has_mark = not any(_is_unread(event, wanted.read_until) for event in shown)
    for event in reversed(shown) if wanted.newest_first else shown:
        if not has_mark and _is_past_mark(event, wanted):
            has_mark = True
            if made:
                made.append(Stretch(None, line(f"   ── {mark} ──"), is_read_mark=True))
        if day != (day := i18n.local(event.at).date()):
            name = i18n.day(event.at) if day.year == this_year else i18n.day_with_year(event.at)
            made.append(Stretch(None, line("   ", (name, "dim"))))
        made.append(_stretch(event, known.get(event.ref), quotes=wanted.quotes))
    return made


def _stretch(event: Event, known: Stretch | None, *, quotes: bool) -> Stretch:
    if known is None or known.event is None:
        return Stretch(event, unfolding=Unfolding(quotes=quotes))
    as_read = replace(event, body=known.event.body, html=known.event.html) if known.is_whole else event
    if known.event == as_read and not event.provisional:
        return known
    return Stretch(event, unfolding=known.unfolding)


def _is_shown(event: Event, filter: str) -> bool:
    match filter:
        case "all":
            return True
        case "messages":
            return event.kind in MESSAGES
        case "public":
            return event.kind in MESSAGES and event.public and event.kind is not Kind.NOTE
        case channel:
            return event.kind in MESSAGES and event.channel == channel


def _is_beginning(event: Event, created: Mapping[Ref, datetime]) -> bool:
    ticket = Ref(event.ref.account, event.ticket or "")
    return event.kind is Kind.CHANGE and not event.old and created.get(ticket) == event.at


def _is_past_mark(event: Event, wanted: Wanted) -> bool:
    """Is the event the first on the other side of the read mark?"""
    if wanted.newest_first:
        return wanted.read_until is not None and event.at <= wanted.read_until
    return _is_unread(event, wanted.read_until)


def _is_unread(event: Event, read_until: datetime | None) -> bool:
    is_mine = event.provisional or event.op is not None
    return read_until is not None and event.at > read_until and not is_mine
