"""A decision that needs the agent, three ways: as you saw the ticket, what arrived since, and what you decided."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from agentdesk import i18n
from agentdesk.columns import status_word
from agentdesk.commands.outbox import state_word, what
from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import STUCK, Event, Kind, Note, Op, Ticket
from agentdesk.store import Store
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.sheet import Sheet, Words

SEEN_MESSAGES = 2
MESSAGES = (Kind.CUSTOMER, Kind.REPLY, Kind.NOTE, Kind.CALL)
Lines = list[list[Span]]


class HeldSheet(Sheet):
    """One of the three ways; the keys of a held decision work in it."""

    NAME: ClassVar[PaneName] = "held"


class HeldScreen(Titled[None]):
    """Keep, edit or drop: what was seen, what arrived and what was decided stand side by side."""

    def __init__(self, desk: Desk, op: Op) -> None:
        super().__init__(_("Outbox"))
        self._desk = desk
        self.op = op

    def compose(self) -> ComposeResult:
        op, row = self.op, self._desk.store.queries.ticket(self.op.ticket)
        number = row.ticket.number if row else op.ticket.id
        title = f" #{number}  {state_word(op.state)}"
        yield self.title_bar
        tone: Tone = "late" if op.state in STUCK else "strong"
        yield Words([(f"{title}: {op.reason}" if op.reason else title, tone)], classes="page-title")
        events = self._desk.store.queries.events(op.ticket)
        with Horizontal(id="three"):
            yield HeldSheet(_headed(_("As you saw it"), _seen(op, events)))
            yield HeldSheet(_headed(_("What arrived"), _arrived(op, events, self._desk.store.mirror.ticket(op.ticket))))
            yield HeldSheet(_headed(_("What you decided"), _decided(op, self._desk.store)))
        yield self.footer


def _headed(title: str, lines: Lines) -> Lines:
    return [[(title, "strong")], [("", "plain")], *lines]


def _seen(op: Op, events: Sequence[Event]) -> Lines:
    """The last messages the agent had read when deciding."""
    before = [event for event in _others(op, events) if not _is_new(op, event)]
    return [[(_("until {time}", time=i18n.stamp(op.created_at)), "dim")], *_messages(before[-SEEN_MESSAGES:])]


def _arrived(op: Op, events: Sequence[Event], server: Ticket | None) -> Lines:
    """What the ticket got since then; `server` is the helpdesk's copy, without what we decided."""
    lines = _messages([event for event in _others(op, events) if _is_new(op, event)])
    if op.seen is not None and server is not None and op.seen.status is not server.status:
        change = _("status: {old} › {new}", old=status_word(op.seen.status), new=status_word(server.status))
        lines.append([(change, "plain")])
    return lines or [[(_("Nothing new."), "dim")]]


def _others(op: Op, events: Sequence[Event]) -> list[Event]:
    """The messages but for the decision's own, which stands in a column of its own."""
    return [event for event in events if event.kind in MESSAGES and event.op != op.id]


def _is_new(op: Op, event: Event) -> bool:
    seen = op.seen.last_message_at if op.seen is not None else None
    return event.at > (seen or op.created_at)


def _decided(op: Op, store: Store) -> Lines:
    """The words whole, and what else was to leave with them."""
    message = op.message
    if message is None:
        return [[(what(op, store), "plain")]]
    kind: Span = (_("INTERNAL NOTE"), "note") if isinstance(message, Note) else (_("public reply"), "reply")
    besides = what(replace(op, changes=tuple(change for change in op.changes if change is not message)), store)
    with_it: Lines = [[("", "plain")], [(_("With it: {what}", what=besides), "dim")]] if besides else []
    words: Lines = [[(line, "plain")] for line in message.body.split("\n")]
    return [[kind], *words, *with_it]


def _messages(events: Sequence[Event]) -> Lines:
    lines: Lines = []
    for event in events:
        lines.append([(f"{i18n.stamp(event.at)}  {event.author_name}", "dim")])
        lines += [[(line, "plain")] for line in event.body.strip().split("\n")]
        lines.append([("", "plain")])
    return lines
