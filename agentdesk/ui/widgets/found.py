"""What was found: one list for each kind, and how the tickets divide, all moved from the field above them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from textual.events import Click
from textual.message import Message

from agentdesk.columns import channel_word, status_word
from agentdesk.commands.registry import Command
from agentdesk.config import Badge
from agentdesk.filters.completing import written
from agentdesk.filters.narrowing import has_part
from agentdesk.i18n import _, day_with_year, number
from agentdesk.i18n import day as short_day
from agentdesk.model import Canned, Status
from agentdesk.store.facets import MOST_COUNTED, Facet
from agentdesk.store.search import Hit
from agentdesk.text.passage import Passage
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, truncate
from agentdesk.ui.finding import KINDS, Result, ResultKind
from agentdesk.ui.painting import Span, Tone, ends
from agentdesk.ui.widgets.lines import Line, Lines, line

SNIPPET_INDENT = "   "
LEAD_SHARE = 4
"""A fourth of a passage may lead to its first hit."""
ListKind = Literal["facets"] | ResultKind
LISTS: tuple[ListKind, ...] = ("facets", *KINDS)


class Opened(Message):
    """What the cursor is on was clicked."""


class Turned(Message):
    """A list that is not the active one was clicked."""

    def __init__(self, turned: "FoundList") -> None:
        super().__init__()
        self.list = turned


class FoundList(Lines, can_focus=False):
    """A list that is not focused: the field keeps the keys, and moves the cursor of the list that is active."""

    title = ""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.is_active = False

    @property
    def count(self) -> int:
        raise NotImplementedError

    def is_chosen(self, shown: Line) -> bool:
        return self.is_active and shown.entry is not None and shown.entry == self.cursor

    def activate(self, is_active: bool) -> None:
        """Take the cursor, or give it away."""
        self.is_active = is_active
        self.set_class(is_active, "-active")
        self.rebuild()
        if is_active:
            self.call_after_refresh(lambda: self.choose(self.cursor))

    def choose(self, entry: int | None) -> None:
        super().choose(entry)
        if not entry:
            self.top = 0

    def line_at(self, y: int) -> Line | None:
        """The heading alone where the list is folded."""
        return self.lines()[0] if self.size.height == 1 else super().line_at(y)

    def on_click(self, event: Click) -> None:
        """The first click in another list turns to it; the next one on the same line opens what is there."""
        if not self.is_active:
            event.prevent_default()
            shown = self.line_at(event.y)
            self.cursor = shown.entry if shown is not None and shown.entry is not None else self.cursor
            self.post_message(Turned(self))

    def enter(self) -> None:
        self.post_message(Opened())

    def build(self, width: int) -> list[Line]:
        head = line((f"{'▌' if self.is_active else ' '}{self.title}  ", "accent" if self.is_active else "dim"))
        count = self.count_words()
        tone: Tone = "strong" if self.is_active else "plain" if self.count else "faint"
        return [Line((*head.parts, (count, tone))), *self.body(width)]

    def count_words(self) -> str:
        return number(self.count)

    def body(self, width: int) -> list[Line]:
        """Everything below the heading."""
        raise NotImplementedError


class Results(FoundList, can_focus=False):
    """What was found of one kind."""

    def __init__(self, kind: ResultKind, homes: Mapping[str, Badge], now: datetime) -> None:
        super().__init__(id=f"found-{kind}")
        self.kind = kind
        self.results: Sequence[Result] = ()
        self.total: int | None = None
        self._homes = homes
        self._now = now
        self.title = {
            "ticket": _("Tickets"),
            "article": _("Articles"),
            "customer": _("Customers"),
            "template": _("Prepared answers"),
            "command": _("Commands"),
        }[kind]

    @property
    def count(self) -> int:
        return len(self.results)

    def count_words(self) -> str:
        if self.total is None or self.total <= self.count:
            return number(self.count)
        most = f"{number(self.total)}+" if self.total >= MOST_COUNTED else number(self.total)
        return _("{shown} of {total}", shown=number(self.count), total=most)

    def show(self, results: Sequence[Result]) -> None:
        """Show other results, the cursor on the first."""
        self.results, self.total = results, None
        self.rebuild(keep_place=False)
        self.cursor = 0 if results else None
        self.refresh(layout=True)

    def show_total(self, total: int | None) -> None:
        """Say how many there are in all."""
        self.total = total
        self.rebuild()

    @property
    def chosen(self) -> Result | None:
        """What the cursor is on."""
        return self.results[self.cursor] if self.cursor is not None and self.cursor < self.count else None

    def body(self, width: int) -> list[Line]:
        return [shown for entry, one in enumerate(self.results) for shown in self._lines_of(entry, one, width)]

    def _lines_of(self, entry: int, one: Result, width: int) -> list[Line]:
        match one:
            case Hit():
                return self._hit(entry, one, width)
            case Canned():
                words = truncate(" ".join(safe_line(one.body).split()), max(0, width - cell_width(one.title) - 4))
                return [line((" " + safe_line(one.title), "plain"), (f"  {words}", "dim"), entry=entry)]
            case Command():
                return [line((" " + one.name, "plain"), (f"  {one.help}", "dim"), entry=entry)]

    def _hit(self, entry: int, hit: Hit, width: int) -> list[Line]:
        marks: list[Span] = []
        if home := self._homes.get(hit.ref.account):
            marks.append((f"  {safe_line(home.short)}", home.tone))
        if hit.internal:
            marks.append((f"  {_('internal')}", "note"))
        if hit.kind == "article":
            marks.append((f"  {hit.language.partition('-')[0]}", "dim"))
        elif hit.at is not None:
            is_old = hit.at.year != self._now.year
            marks.append((f"  {day_with_year(hit.at) if is_old else short_day(hit.at)}", "dim"))
        room = max(4, width - 2 - sum(cell_width(text) for text, _tone in marks))
        head = ends([(" ", "plain"), (truncate(safe_line(hit.title), room), "strong")], marks, width)
        return [Line(tuple(head), entry), *([] if hit.passage.is_blank else [Line((), entry)])]

    def line_at(self, y: int) -> Line | None:
        """The line with its passage, which is made only for those that are seen."""
        shown = super().line_at(y)
        if shown is None or shown.parts or shown.entry is None:
            return shown
        hit = self.results[shown.entry]
        return passage_line(hit, shown.entry, self.size.width) if isinstance(hit, Hit) else shown


class Facets(FoundList, can_focus=False):
    """How the tickets divide; each value stands for a condition that can be put into the query."""

    def __init__(self) -> None:
        super().__init__(id="facets")
        self.title = _("Narrow down")
        self.facets: Sequence[Facet] = ()
        self.asked = ""

    @property
    def count(self) -> int:
        return len(self.facets)

    def count_words(self) -> str:
        return ""

    def show(self, facets: Sequence[Facet], asked: str) -> None:
        """Show how the answer to a query divides, the cursor on the value it was on."""
        before = self.chosen
        several = {one.field for one in facets if one.tickets < max(other.tickets for other in facets)}
        several |= {one.field for one in facets if has_part(asked, part_of(one))}
        self.facets, self.asked = [one for one in facets if one.field in several], asked
        places = {part_of(one): at for at, one in enumerate(self.facets)}
        at = places.get(part_of(before), self.cursor or 0) if before else 0
        self.rebuild()
        self.choose(min(at, self.count - 1) if self.count else None)

    @property
    def chosen(self) -> Facet | None:
        return self.facets[self.cursor] if self.cursor is not None and self.cursor < self.count else None

    def body(self, width: int) -> list[Line]:
        lines: list[Line] = []
        field = ""
        for entry, one in enumerate(self.facets):
            if one.field != field:
                lines.append(line((f" {field_words(one.field)}", "dim")))
                field = one.field
            is_on = has_part(self.asked, part_of(one))
            count: Span = (number(one.tickets), "dim")
            label: Span = (safe_line(facet_words(one)), "accent" if is_on else "plain")
            mark: Span = (" ✓ " if is_on else "   ", "accent")
            lines.append(Line(tuple(ends([mark, label], [count], width)), entry))
        return lines


def part_of(facet: Facet) -> str:
    """The condition that a facet's value stands for, as it is typed."""
    if facet.field == "year":
        return f"created>={facet.value}-01-01 created<{int(facet.value) + 1}-01-01"
    return f"{facet.field}:{written(facet.value)}"


def facet_words(facet: Facet) -> str:
    """A facet's value in the agent's language."""
    match facet.field, facet.value:
        case "status", value:
            return status_word(Status(value))
        case "channel", value:
            return channel_word(value)
        case "assignee", "none":
            return _("nobody")
        case "group", "none":
            return _("no team")
        case _:
            return facet.value


def field_words(field: str) -> str:
    """What the tickets are divided by, as a heading."""
    words: Mapping[str, str] = {
        "status": _("Status"),
        "group": _("Team"),
        "reason": _("Reason"),
        "assignee": _("Assignee"),
        "channel": _("Channel"),
        "tag": _("Tags"),
        "lang": _("Customer's language"),
        "year": _("Year"),
    }
    return words[field]


def passage_line(hit: Hit, entry: int, width: int) -> Line:
    """What of a hit's text has the words that were asked for."""
    return Line(((SNIPPET_INDENT, "plain"), *_highlighted(hit.passage, width - len(SNIPPET_INDENT))), entry)


def _highlighted(passage: Passage, room: int) -> list[Span]:
    """The passage from where its first word can be seen, with the words that were asked for standing out.

    What leads to the word goes no further than the end of the passage fills the line.
    """
    text, spans = passage.text, passage.spans
    first, last = spans[0] if spans else (0, 0)
    at = 0
    if cell_width(text[:last]) > room:
        lead = max(room, 0) // LEAD_SHARE
        while cell_width(text[at:first]) > lead and cell_width(text[at:]) >= room:
            at += 1
    parts: list[Span] = [("…", "dim")] if at else []
    for start, end in spans:
        parts += [(text[at:start], "dim"), (text[start:end], "match")]
        at = end
    return [*parts, (text[at:], "dim")]
