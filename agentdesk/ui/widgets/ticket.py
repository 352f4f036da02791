"""One ticket as it is read: a line of facts, and the timeline below."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from textual.app import ComposeResult
from textual.containers import Vertical

from agentdesk.columns import due, link_words, priority_word, status_word
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.i18n import _, plural, spoken, wait
from agentdesk.model import Event, Priority, Ref, TicketRow
from agentdesk.record import record
from agentdesk.text.safe import safe_line
from agentdesk.text.width import truncate
from agentdesk.ui.painting import Span, ends
from agentdesk.ui.screens.link import OpenLink
from agentdesk.ui.widgets.lines import Drawing, Line, joined
from agentdesk.ui.widgets.timeline import Timeline
from agentdesk.ui.widgets.words import assignee_word

WIDE = 140
MOST_LEGS = 4
MOST_LINKS = 3
REASON_CELLS = 24
SOON = timedelta(hours=1)
STAYED_SECONDS = 0.7


@record
class Leg:
    """How long a ticket was with one team, by the team's id."""

    team: str
    span: timedelta


def legs(row: TicketRow, changes: Sequence[Event], now: datetime) -> list[Leg]:
    """The teams a ticket was with, in order, from its changes of team (oldest first)."""
    moves = [event for event in changes if event.old]
    if not moves:
        return [Leg(row.ticket.group, now - row.ticket.created_at)] if row.ticket.group else []
    times = [row.ticket.created_at, *(move.at for move in moves), now]
    teams = [moves[0].old or "", *(move.new or "" for move in moves)]
    return [Leg(team, after - before) for team, (before, after) in zip(teams, pairwise(times), strict=True)]


class TicketHead(Drawing):
    """What a ticket is, in one line where there is room and two where there is not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.row: TicketRow | None = None
        self.note = ""
        self._hops: tuple[Span, ...] = ()

    def on_mount(self) -> None:
        self.set_interval(30, self.refresh)

    def show(self, row: TicketRow | None) -> None:
        self.row = row
        self._hops = () if row is None else self._hop_parts(row)
        self.refresh()

    def line_at(self, y: int) -> Line | None:
        row, width = self.row, self.size.width
        if row is None:
            return None
        name: list[Span] = [(f" #{row.ticket.number}  ", "dim"), (safe_line(row.ticket.subject), "strong")]
        facts = (*self._facts(row), ("  ", "plain"), *self._hops)
        clock = self._clock(row)
        note: list[Span] = [(self.note, "accent"), ("   ", "plain")] if self.note else []
        if self.size.height == 1:
            return Line(tuple(ends(name, [("  ", "plain"), *facts, ("   ", "plain"), *note, *clock], width)))
        if y == 0:
            return Line(tuple(ends(name, clock, width)))
        return Line(tuple(ends([(" ", "plain"), *facts], note, width)))

    def _facts(self, row: TicketRow) -> tuple[Span, ...]:
        ticket, home = row.ticket, self.desk.wording.home(row)
        is_hot = ticket.priority in (Priority.HIGH, Priority.URGENT)
        words: list[Span] = [(safe_line(home), self.desk.wording.badge(row).tone)] if home else []
        words.append((status_word(ticket.status), "accent"))
        if ticket.priority is not None:
            words.append((priority_word(ticket.priority), "soon" if is_hot else "plain"))
        words.append((safe_line(assignee_word(row)), "plain"))
        if row.reason:
            words.append((truncate(safe_line(row.reason), REASON_CELLS), "dim"))
        words += [(link_words(link), "accent") for link in ticket.links[-MOST_LINKS:]]
        if row.snoozed_until is not None:
            words.append((_("snoozed"), "dim"))
        if row.stuck_ops:
            words.append((_("HELD"), "late"))
        return joined(words)

    def _hop_parts(self, row: TicketRow) -> tuple[Span, ...]:
        """`Support 50m > Billing 4h40m > Support`: where the ticket was, and how long."""
        store, ref = self.desk.store, row.ticket.ref
        passed = legs(row, store.queries.changes(ref, "group"), self.desk.clock())
        names = {team.ref.id: team.name for team in store.queries.teams(ref.account)}
        parts: list[Span] = []
        if len(passed) > MOST_LEGS:
            parts.append((plural("{n} team before > ", "{n} teams before > ", len(passed) - MOST_LEGS), "soon"))
        for leg in passed[-MOST_LEGS:]:
            is_last = leg is passed[-1]
            name = safe_line(names.get(leg.team, leg.team) or _("no team"))
            parts.append((name, "strong" if is_last and len(passed) > 1 else "dim"))
            if not is_last:
                parts += [(f" {wait(leg.span)}", "soon" if len(passed) > 2 else "dim"), (" > ", "dim")]
        return tuple(parts)

    def _clock(self, row: TicketRow) -> tuple[Span, ...]:
        now = self.desk.clock()
        words: list[Span] = []
        if row.ticket.waiting_since is not None:
            words.append((_("waiting {span}", span=spoken(now - row.ticket.waiting_since)), "plain"))
        if (at := due(row)) is not None:
            left = at - now
            if left < timedelta(0):
                words.append((_("overdue {span}", span=spoken(left)), "late"))
            else:
                words.append((_("due in {span}", span=spoken(left)), "soon" if left < SOON else "plain"))
        return (*joined(words), (" ", "plain")) if words else ()


class TicketView(Vertical):
    """The ticket that is open: its facts and its timeline."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.head = TicketHead(desk)
        self.timeline = Timeline(desk)

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.timeline

    @property
    def row(self) -> TicketRow | None:
        return self.timeline.row

    def on_resize(self) -> None:
        self.head.set_class(self.size.width >= WIDE, "-wide")

    def show(self, row: TicketRow | None, at: Ref | None = None, sought: tuple[str, ...] = ()) -> None:
        """Show a ticket (at one of its events, where `at` names it; the words `sought` marked), or nothing."""
        is_other = row is not None and (self.row is None or self.row.ticket.ref != row.ticket.ref)
        if at is not None and self.timeline.is_whole_customer:
            self.timeline.whole_customer()
        self.timeline.show(row)
        self._show_head()
        if sought:
            self.timeline.seek(sought)
        if at is not None:
            self.timeline.go_to(at)
        if row is not None and is_other:
            self.run_worker(self._ask_for(row.ticket.ref), group="want", exclusive=True)

    def reload(self) -> None:
        """Read the store again: something in it has changed."""
        if self.row is not None:
            self.timeline.row = self.desk.store.queries.ticket(self.row.ticket.ref)
        self.timeline.reload()
        self._show_head()

    def filter_timeline(self, what: str) -> str:
        """Show only some events; the answer is what is shown now, in words (empty for everything)."""
        choices = self.timeline.choices()
        if what and what not in choices:
            names = ", ".join(choices)
            raise Refused(
                _("The timeline cannot be filtered by {what!r}. Choose one of: {names}.", what=what, names=names)
            )
        self.timeline.filter_timeline(what)
        self._show_head()
        return self.timeline.filter_word()

    def fold_quotes(self) -> None:
        self.timeline.fold_quotes()

    def next_message(self, step: int) -> None:
        self.timeline.next_message(step)

    def whole_customer(self) -> None:
        """Turn between this ticket's events and the customer's whole timeline."""
        self.timeline.whole_customer()
        self._show_head()

    def open_link(self, number: int | None) -> None:
        """Show where a link of the current message leads, and open it if the agent says so."""
        links = self.timeline.links()
        wanted = [link for link in links if number is None or link.number == number]
        if not wanted:
            raise Refused(
                _("There is no link {number} in this message.", number=number) if links else _("No link here.")
            )
        self.app.push_screen(OpenLink(wanted))

    async def _ask_for(self, ref: Ref) -> None:
        """Let the sync read first what the agent stays with; leafing through tickets asks the helpdesk for nothing."""
        await asyncio.sleep(STAYED_SECONDS)
        now = self.desk.clock()
        await self.desk.note(lambda store: store.desktop.want("ticket", ref, now))
        self.desk.wake()

    def _show_head(self) -> None:
        words = [self.timeline.filter_word()]
        if self.timeline.is_whole_customer:
            words.insert(0, _("everything of this customer"))
        self.head.note = "  ".join(word for word in words if word)
        self.head.show(self.row)
