"""Columns: what a list of tickets can show of each, as plain text and a tone.

To add one, add an entry to `_COLUMNS`. Amber and red are for clocks and danger only, and always stand beside a word or
number that says the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from agentdesk import i18n
from agentdesk.i18n import _
from agentdesk.model import Event, Link, Priority, Relation, Status, TicketRow, relation_of
from agentdesk.text.safe import safe_line

Tone = Literal["plain", "strong", "dim", "amber", "red", "accent", "good"]
Align = Literal["left", "right"]
SOON = timedelta(hours=1)
"""Less time than this until an answer is due is shown amber."""
MANY_BOUNCES = 2
MUCH_EFFORT = 4
"""From here on, a customer's effort is shown amber."""
MANY_DAYS = timedelta(days=2)
"""From here on hours no longer matter at a glance."""
UNREAD = "*"


def _nothing(row: TicketRow) -> str:
    return ""


class Column(NamedTuple):
    """One column: `width` in cells, which a flexible one takes at least; `detail` follows the text, dimmed."""

    name: str
    title: Callable[[], str]
    width: int
    text: Callable[[TicketRow, datetime], str]
    tone: Callable[[TicketRow, datetime], Tone]
    align: Align = "left"
    is_flexible: bool = False
    detail: Callable[[TicketRow], str] = _nothing


def status_word(status: Status) -> str:
    match status:
        case Status.NEW:
            return _("new")
        case Status.OPEN:
            return _("open")
        case Status.PENDING:
            return _("pending")
        case Status.HOLD:
            return _("on hold")
        case Status.SOLVED:
            return _("solved")
        case Status.CLOSED:
            return _("closed")


def priority_word(priority: Priority | None) -> str:
    match priority:
        case None:
            return ""
        case Priority.LOW:
            return _("low")
        case Priority.NORMAL:
            return _("normal")
        case Priority.HIGH:
            return _("high")
        case Priority.URGENT:
            return _("urgent")


def relation_word(relation: Relation) -> str:
    """How a ticket stands to another one, to be followed by that one."""
    words = {
        Relation.REFERS_TO: _("refers to"),
        Relation.REFERRED_BY: _("referred to by"),
        Relation.DEPENDS_ON: _("depends on"),
        Relation.NEEDED_BY: _("needed by"),
        Relation.PARENT: _("part of"),
        Relation.CHILD: _("has the part"),
        Relation.MERGED_INTO: _("merged into"),
        Relation.MERGED_FROM: _("was merged from"),
    }
    return words[relation]


def link_words(link: Link) -> str:
    """A link in words: `depends on #42`."""
    end = f"#{link.to}" if link.to.isalnum() else safe_line(link.to)
    return f"{relation_word(link.relation)} {end}"


def link_change_words(event: Event) -> str | None:
    """What an event did to a ticket's links, None for any other event."""
    relation = relation_of(event)
    if relation is None:
        return None
    if event.new:
        return link_words(Link(relation, event.new))
    return _("no longer: {link}", link=link_words(Link(relation, event.old or "")))


def channel_word(channel: str, raw: str = "") -> str:
    """How a ticket came in; a channel of the helpdesk's own keeps the helpdesk's word."""
    match channel:
        case "email":
            return _("mail")
        case "web" | "web_form":
            return _("form")
        case "chat":
            return _("chat")
        case "phone" | "voice" | "voicemail":
            return _("phone")
        case "sms":
            return _("SMS")
        case "social":
            return _("social")
        case "api":
            return _("API")
        case "other":
            return safe_line(raw) or _("other")
        case _:
            return safe_line(channel)


def waited(row: TicketRow, now: datetime) -> str:
    """How long the customer has waited for our word, or nothing."""
    since = row.ticket.waiting_since
    return "" if since is None else _glance(max(now - since, timedelta()))


def due(row: TicketRow) -> datetime | None:
    """When the customer must have heard from us: the nearer of policy and promise, while the ticket is unsolved."""
    if not row.ticket.is_unsolved:
        return None
    return min((at for at in (row.ticket.due_at, row.promised_at) if at is not None), default=None)


def time_left(row: TicketRow, now: datetime) -> str:
    """The time until an answer is due, or by how much it is late, in words."""
    at = due(row)
    if at is None:
        return ""
    return _("over {span}", span=_glance(now - at)) if at < now else _glance(at - now)


def _glance(span: timedelta) -> str:
    """A span as a column shows it: of many days only the days."""
    return i18n.wait(timedelta(days=span.days) if span >= MANY_DAYS else span)


def urgency(row: TicketRow, now: datetime) -> Tone:
    """The tone of a ticket's clock: red when late, amber when soon."""
    at = due(row)
    if at is None:
        return "plain"
    return "red" if at < now else "amber" if at - now < SOON else "plain"


def marker(row: TicketRow) -> str:
    """One sign for what is going on with our own words and the customer's.

    `!` something of ours needs us, `>` something is on its way out, `~` a draft, `*` unread.
    """
    if row.stuck_ops:
        return "!"
    if row.pending_ops:
        return ">"
    if row.has_draft:
        return "~"
    return UNREAD if row.is_unread else ""


def _plain(row: TicketRow, now: datetime) -> Tone:
    return "plain"


def _dim(row: TicketRow, now: datetime) -> Tone:
    return "dim"


def _priority_tone(row: TicketRow, now: datetime) -> Tone:
    match row.ticket.priority:
        case Priority.URGENT:
            return "red"
        case Priority.HIGH:
            return "amber"
        case _:
            return "dim"


def _marker_tone(row: TicketRow, now: datetime) -> Tone:
    return "red" if row.stuck_ops else "accent"


def _assignee_text(row: TicketRow, now: datetime) -> str:
    return safe_line(row.assignee_name or row.ticket.assignee or "") or _("nobody")


def _customer_text(row: TicketRow, now: datetime) -> str:
    return safe_line(row.requester_name) or _("unknown")


def _subject_tone(row: TicketRow, now: datetime) -> Tone:
    return "plain" if row.ticket.is_unsolved else "dim"


_COLUMNS = (
    Column("marker", lambda: "", 1, lambda row, now: marker(row), _marker_tone),
    Column("wait", lambda: _("Wait"), 6, waited, urgency, align="right"),
    Column("sla", lambda: _("Due"), 11, time_left, urgency, align="right"),
    Column("priority", lambda: _("Prio"), 6, lambda row, now: priority_word(row.ticket.priority), _priority_tone),
    Column("customer", lambda: _("Customer"), 14, _customer_text, _plain),
    Column(
        "subject",
        lambda: _("Subject"),
        20,
        lambda row, now: safe_line(row.ticket.subject),
        _subject_tone,
        is_flexible=True,
        detail=lambda row: safe_line(row.ticket.snippet),
    ),
    Column(
        "channel",
        lambda: _("Channel"),
        8,
        lambda row, now: channel_word(row.ticket.channel, row.ticket.channel_raw),
        _dim,
    ),
    Column(
        "assignee",
        lambda: _("Assignee"),
        10,
        _assignee_text,
        lambda row, now: "plain" if row.ticket.assignee else "dim",
    ),
    Column(
        "group", lambda: _("Team"), 12, lambda row, now: safe_line(row.group_name or row.ticket.group or ""), _plain
    ),
    Column("tags", lambda: _("Tags"), 16, lambda row, now: safe_line(" ".join(row.ticket.tags)), _dim),
    Column("reason", lambda: _("Reason"), 16, lambda row, now: safe_line(row.reason), _dim),
    Column(
        "bounce",
        lambda: _("Passed"),
        6,
        lambda row, now: str(row.ticket.bounces),
        lambda row, now: "amber" if row.ticket.bounces >= MANY_BOUNCES else "dim",
        align="right",
    ),
    Column(
        "effort",
        lambda: _("Effort"),
        6,
        lambda row, now: "" if row.ticket.effort is None else str(row.ticket.effort),
        lambda row, now: "amber" if (row.ticket.effort or 0) >= MUCH_EFFORT else "dim",
        align="right",
    ),
    Column("status", lambda: _("Status"), 10, lambda row, now: status_word(row.ticket.status), _plain),
    Column("number", lambda: _("No."), 8, lambda row, now: safe_line(row.ticket.number), _dim, align="right"),
    Column("updated", lambda: _("Changed"), 16, lambda row, now: i18n.stamp(row.ticket.updated_at), _dim),
    Column("account", lambda: _("Account"), 10, lambda row, now: safe_line(row.ticket.ref.account), _dim),
    Column("brand", lambda: _("Brand"), 10, lambda row, now: safe_line(row.brand_name), _dim),
    Column("organization", lambda: _("Company"), 14, lambda row, now: safe_line(row.organization_name), _plain),
)
COLUMNS: Mapping[str, Column] = {column.name: column for column in _COLUMNS}
