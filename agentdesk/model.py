"""The domain: tickets and their events, people, articles, and the changes an agent makes.

Facts only: no I/O, no clock, no translation. The helpdesk's own ids are text and unique within an account, so anything
remote is named by a `Ref`. Times are aware UTC. Where a helpdesk has words of its own (a status, a channel), they stand
beside ours, never instead of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as built
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from agentdesk.record import record

_DIVIDERS: Final = re.compile(r"[\s().\-/\u2010-\u2015\u2212\u30fc]")
_NUMBER: Final = re.compile(r"\+?[0-9]{5,20}")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The name of something on a helpdesk: `zendesk:123`."""

    account: str
    id: str

    def __str__(self) -> str:
        return f"{self.account}:{self.id}"


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"


CHANNELS_OF: Mapping[str, tuple[str, ...]] = {
    "web": ("web", "web_form"),
    "chat": ("chat", "messaging", "widget"),
    "phone": ("phone", "voice", "voicemail"),
    "social": ("social", "twitter_x", "facebook", "instagram", "whatsapp", "line", "telegram"),
    "twitter": ("twitter_x",),
}
"""What agents call by one name of the channels that helpdesks know; any other channel is only itself."""
UNSOLVED = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD})
WAITING = frozenset({Status.NEW, Status.OPEN, Status.HOLD})
"""The statuses in which it is our turn, so that a customer's message counts as unanswered."""


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Kind(StrEnum):
    """What an event on a timeline is."""

    CUSTOMER = "customer"
    REPLY = "reply"
    NOTE = "note"
    CALL = "call"
    CHANGE = "change"
    RATING = "rating"
    OUTSIDE = "outside"


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    BOT = "bot"
    SYSTEM = "system"


class Relation(StrEnum):
    """How a ticket stands to another one; the last two are what merging leaves, and nobody sets them."""

    REFERS_TO = "refers-to"
    REFERRED_BY = "referred-by"
    DEPENDS_ON = "depends-on"
    NEEDED_BY = "needed-by"
    PARENT = "parent"
    CHILD = "child"
    MERGED_INTO = "merged-into"
    MERGED_FROM = "merged-from"


LINK = "link:"
"""The field of an event that links or unlinks a ticket is this and the relation: `link:depends-on`."""


STAFF = frozenset({Role.AGENT, Role.ADMIN})

FieldValue = str | bool | int | float | tuple[str, ...] | None


@record
class Attachment:
    """A file that came with a message; `size` in bytes."""

    id: str
    name: str
    type: str = "application/octet-stream"
    size: int = 0
    url: str = ""
    inline: bool = False


@record
class Event:
    """One thing that happened: a message, a call, a field change, a rating, something outside the helpdesk.

    `ticket` is None for outside events; `customer` is the person whose timeline it is on. `author_role` is the role the
    author had at that time. A change carries `field`, `old` and `new`. `op` is the decision of ours it came from, and
    `provisional` says that the helpdesk has not confirmed it yet. `data` holds what only one kind has: a call's
    `seconds` and `direction`, a rating's `score`, an outside event's `kind`, `source` and `url`.
    """

    ref: Ref
    kind: Kind
    at: datetime
    ticket: str | None = None
    customer: str | None = None
    author: str | None = None
    author_name: str = ""
    author_role: Role = Role.SYSTEM
    public: bool = True
    channel: str = "other"
    channel_raw: str = ""
    body: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    field: str = ""
    old: str | None = None
    new: str | None = None
    data: Mapping[str, str | int | float | bool | None] = built(default_factory=dict)
    op: str | None = None
    provisional: bool = False


@record
class Ticket:
    """One conversation with its fields, as the helpdesk has it or as the agent sees it.

    `version` is what a conflict-safe write must present, byte for byte as served. `stamp` grows with every change on
    the helpdesk and decides which of two copies is newer. The last block summarises the event log (`summarised`);
    `effort`, 1 to 5, is its estimate by `insight.effort`, None until there is a log.
    """

    ref: Ref
    number: str
    subject: str
    status: Status
    created_at: datetime
    updated_at: datetime
    status_raw: str = ""
    priority: Priority | None = None
    type: str | None = None
    channel: str = "other"
    channel_raw: str = ""
    requester: str | None = None
    assignee: str | None = None
    group: str | None = None
    organization: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = built(default_factory=dict)
    due_at: datetime | None = None
    due_metric: str = ""
    brand: str | None = None
    form: str | None = None
    version: str = ""
    stamp: int = 0
    rating: str | None = None

    waiting_since: datetime | None = None
    last_customer_message: datetime | None = None
    last_message_at: datetime | None = None
    messages: int = 0
    bounces: int = 0
    snippet: str = ""
    links: tuple["Link", ...] = ()
    effort: int | None = None

    @property
    def is_unsolved(self) -> bool:
        return self.status in UNSOLVED


@record
class TicketRow:
    """A ticket as a list shows it: with the names around it and what this desk alone knows of it.

    `key` is its number in this cache; `brand_name` is empty where the account has but one brand. `pending_ops` counts
    decisions that have not arrived, `stuck_ops` those of them that need the agent. `reason` is why the customer wrote.
    """

    ticket: Ticket
    key: int
    requester_name: str = ""
    assignee_name: str = ""
    group_name: str = ""
    organization_name: str = ""
    brand_name: str = ""
    pending_ops: int = 0
    stuck_ops: int = 0
    snoozed_until: datetime | None = None
    promised_at: datetime | None = None
    has_draft: bool = False
    is_unread: bool = False
    reason: str = ""


@record
class Identity:
    """One address by which a person is known: `kind` is `email`, `phone` or the helpdesk's word."""

    kind: str
    value: str
    verified: bool = False

    @property
    def spelled(self) -> str:
        """The address in the one spelling in which addresses are compared.

        Case does not count, nor how a telephone number is divided. One without its country stays so: 090-1234-5678
        and +81 90-1234-5678 differ, for nothing says in which country the first one is.
        """
        plain = unicodedata.normalize("NFKC", self.value).casefold().strip()
        digits = _DIVIDERS.sub("", plain.removeprefix("tel:").replace("(0)", ""))
        if self.kind != "phone" or not _NUMBER.fullmatch(digits):
            return plain
        return f"+{digits[2:]}" if digits.startswith("00") else digits


@record
class Person:
    """A customer or a colleague. `fields` are the account's own columns, `language` a code such as `ja`."""

    ref: Ref
    name: str
    role: Role
    identities: tuple[Identity, ...] = ()
    organization: str | None = None
    language: str = ""
    zone: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = built(default_factory=dict)
    signature: str = ""
    active: bool = True
    created_at: datetime | None = None
    stamp: int = 0

    def address(self, kind: str) -> str:
        """The first identity of this kind, or an empty string."""
        return next((identity.value for identity in self.identities if identity.kind == kind), "")


@record
class Organization:
    """A company or household that customers belong to."""

    ref: Ref
    name: str
    notes: str = ""
    domains: tuple[str, ...] = ()


@record
class Team:
    """A group, team or queue that tickets are routed to, with the ids of its members."""

    ref: Ref
    name: str
    members: tuple[str, ...] = ()


@record
class Brand:
    """One of the names under which an account writes to customers."""

    ref: Ref
    name: str


@record
class Article:
    """One knowledge article in one language; `internal` ones must never reach a customer."""

    ref: Ref
    title: str
    body: str
    html: str = ""
    language: str = ""
    section: str = ""
    url: str = ""
    internal: bool = False
    labels: tuple[str, ...] = ()
    updated_at: datetime | None = None
    stamp: int = 0


@record
class CannedAction:
    """One step of a helpdesk macro in the helpdesk's own words: `field` and the values it takes."""

    field: str
    value: tuple[str, ...]


@record
class Canned:
    """A prepared answer of the team (Zendesk calls it a macro): text with placeholders and field changes."""

    ref: Ref
    title: str
    body: str = ""
    public: bool = True
    actions: tuple[CannedAction, ...] = ()
    language: str = ""
    position: int = 0


@record
class View:
    """A list of tickets kept by the helpdesk; `tickets` in its order."""

    ref: Ref
    title: str
    position: int = 0
    tickets: tuple[str, ...] = ()


@record
class Option:
    """One value a choice field can take, and what people read for it."""

    value: str
    label: str


@record
class Field:
    """A ticket field of the account: `type` is text, multiline, bool, date, int, decimal, choice or multichoice."""

    ref: Ref
    label: str
    type: str = "text"
    options: tuple[Option, ...] = ()
    required_on_solve: bool = False
    position: int = 0


Item = Ticket | Event | Person | Organization | Team | Brand | Article | Canned | View | Field


# What an agent decides


@record
class Upload:
    """A local file to send with a message: where our own copy lies, and the name the customer sees.

    `source` is where the agent took it from and `digest` the SHA-256 of its content then, so that a later change of the
    original can be told. `token` is what the helpdesk gave for the content, where it takes files ahead of the message.
    """

    path: str
    name: str
    size: int = 0
    digest: str = ""
    source: str = ""
    token: str = ""


@record
class Reply:
    """A public message to the customer."""

    body: str
    cc: tuple[str, ...] = ()
    uploads: tuple[Upload, ...] = ()


@record
class Note:
    """A message that only colleagues see."""

    body: str
    uploads: tuple[Upload, ...] = ()


@record
class SetStatus:
    """Move the ticket to another status."""

    status: Status


@record
class SetPriority:
    """Say how urgent the ticket is; None for the helpdesk's own default."""

    priority: Priority | None


@record
class SetSubject:
    """Give the ticket another subject."""

    subject: str


@record
class Assign:
    """Give the ticket to a colleague (an id), or to nobody."""

    agent: str | None


@record
class Transfer:
    """Move the ticket to another team (an id); the assignee is cleared, as helpdesks do."""

    group: str


@record
class Tag:
    """Put a tag on the ticket."""

    tag: str


@record
class Untag:
    """Take a tag off the ticket."""

    tag: str


@record
class SetField:
    """Set one of the account's own fields, named by its id."""

    field: str
    value: FieldValue


@record
class Create:
    """A new ticket, as a follow-up of a closed one when `follow_up_of` names it."""

    subject: str
    body: str
    requester: str
    public: bool = True
    follow_up_of: str | None = None


@record
class Link:
    """Say how the ticket stands to another one: an id on the same helpdesk, or a web address."""

    relation: Relation
    to: str


@record
class Unlink:
    """Say that the ticket does not stand so to another one any more."""

    relation: Relation
    to: str


@record
class Merge:
    """Make the ticket a part of another one (an id) for ever; nothing else is decided with it."""

    into: str


Change = (
    Reply
    | Note
    | SetStatus
    | SetPriority
    | SetSubject
    | Assign
    | Transfer
    | Tag
    | Untag
    | SetField
    | Create
    | Link
    | Unlink
    | Merge
)
CHANGES: tuple[type[Change], ...] = (
    Reply,
    Note,
    SetStatus,
    SetPriority,
    SetSubject,
    Assign,
    Transfer,
    Tag,
    Untag,
    SetField,
    Create,
    Link,
    Unlink,
    Merge,
)


class OpState(StrEnum):
    """Where a decision is on its way out."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    DOUBT = "doubt"
    DROPPED = "dropped"


PENDING = frozenset({OpState.QUEUED, OpState.SENDING, OpState.HELD, OpState.FAILED, OpState.DOUBT})
"""States in which the agent's words still count: they are folded into what the screen shows."""

STUCK = frozenset({OpState.HELD, OpState.FAILED, OpState.DOUBT})
"""States that wait for the agent: nothing of it leaves until they decide."""


@record
class Op:
    """One decision on its way out: its changes leave together or not at all.

    `seen` is the ticket as the agent saw it when deciding; conflicts are judged against that, never against a clock.
    `batch` ties together what was decided for several tickets at once. `id` is unique for ever: the helpdesk is asked
    for it after a lost answer.
    """

    id: str
    ticket: Ref
    changes: tuple[Change, ...]
    seen: Ticket | None
    created_at: datetime
    not_before: datetime
    state: OpState = OpState.QUEUED
    attempts: int = 0
    reason: str = ""
    batch: str = ""
    sequence: int = 0

    @property
    def message(self) -> Reply | Note | Create | None:
        """The words of this op, if it has any."""
        return next((change for change in self.changes if isinstance(change, Reply | Note | Create)), None)

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The files that go with its words."""
        message = self.message
        return message.uploads if isinstance(message, Reply | Note) else ()

    @property
    def merge(self) -> Merge | None:
        """The merge that this op is, if it is one."""
        return next((change for change in self.changes if isinstance(change, Merge)), None)


def apply(ticket: Ticket, change: Change) -> Ticket:
    """The ticket as it looks once `change` is done: the only place that knows what a change does here."""
    match change:
        case Reply():
            return replace(ticket, status=_touched(ticket.status), waiting_since=None)
        case Note():
            return ticket
        case SetStatus(status):
            waiting = ticket.waiting_since if status in WAITING else None
            return replace(ticket, status=status, status_raw=status.value, waiting_since=waiting)
        case SetPriority(priority):
            return replace(ticket, priority=priority)
        case SetSubject(subject) | Create(subject=subject):
            return replace(ticket, subject=subject)
        case Assign(agent):
            status = _touched(ticket.status) if agent else ticket.status
            return replace(ticket, assignee=agent, status=status)
        case Transfer(group):
            return ticket if group == ticket.group else replace(ticket, group=group, assignee=None)
        case Tag(tag):
            return ticket if tag in ticket.tags else replace(ticket, tags=(*ticket.tags, tag))
        case Untag(tag):
            return replace(ticket, tags=tuple(kept for kept in ticket.tags if kept != tag))
        case SetField(name, value):
            return replace(ticket, fields={**ticket.fields, name: value})
        case Link() | Unlink() | Merge():
            return _linked(ticket, change)
        case _:
            assert_never(change)


def _linked(ticket: Ticket, change: Link | Unlink | Merge) -> Ticket:
    match change:
        case Link():
            return ticket if change in ticket.links else replace(ticket, links=(*ticket.links, change))
        case Unlink(relation, to):
            return replace(ticket, links=tuple(kept for kept in ticket.links if kept != Link(relation, to)))
        case Merge(into):
            merged = replace(ticket, links=(*ticket.links, Link(Relation.MERGED_INTO, into)))
            return replace(merged, status=Status.CLOSED, status_raw=Status.CLOSED.value, waiting_since=None)


def _touched(status: Status) -> Status:
    return Status.OPEN if status is Status.NEW else status


def fold(ticket: Ticket, ops: Iterable[Op]) -> Ticket:
    """What the screen shows: the helpdesk's copy with every pending decision applied in order."""
    for op in ops:
        if op.state in PENDING:
            for change in op.changes:
                ticket = apply(ticket, change)
    return ticket


def inverse(ticket: Ticket, change: Change) -> Change | None:
    """The change that takes `change` back on the ticket as it was before, or None where nothing can."""
    match change:
        case Reply() | Note() | Create() | Merge():
            return None
        case SetStatus():
            return SetStatus(_touched(ticket.status))
        case SetPriority():
            return SetPriority(ticket.priority)
        case SetSubject():
            return SetSubject(ticket.subject)
        case Assign():
            return Assign(ticket.assignee)
        case Transfer():
            return Transfer(ticket.group) if ticket.group else None
        case Tag(tag):
            return Untag(tag) if tag not in ticket.tags else Tag(tag)
        case Untag(tag):
            return Tag(tag) if tag in ticket.tags else Untag(tag)
        case SetField(name):
            return SetField(name, ticket.fields.get(name))
        case Link(relation, to):
            return change if change in ticket.links else Unlink(relation, to)
        case Unlink(relation, to):
            return Link(relation, to) if Link(relation, to) in ticket.links else change
        case _:
            assert_never(change)


def summarised(ticket: Ticket, events: Iterable[Event]) -> Ticket:
    """The ticket with the last block of its columns computed from its event log (in time order).

    `waiting_since` is the oldest public customer message that no public staff message has answered, as the metric *wait
    now* defines it, and None while it is not our turn. `bounces` counts changes of team after the first. `links` are
    those that were made and not taken back.
    """
    waiting: datetime | None = None
    last_customer: datetime | None = None
    last_message: datetime | None = None
    messages = bounces = 0
    snippet = ""
    links: dict[Link, None] = {}
    for event in events:
        match event.kind:
            case Kind.CUSTOMER:
                waiting = waiting or event.at
                last_customer = event.at
            case Kind.REPLY | Kind.CALL if event.public and event.author_role in STAFF:
                waiting = None
            case Kind.CHANGE if event.field == "group" and event.old:
                bounces += 1
            case Kind.CHANGE if event.field.startswith(LINK):
                _relink(links, event)
            case _:
                pass
        if event.kind in (Kind.CUSTOMER, Kind.REPLY, Kind.NOTE, Kind.CALL):
            messages += 1
            last_message = event.at
        if event.kind in (Kind.CUSTOMER, Kind.REPLY) and event.body:
            snippet = first_words(event.body)
    return replace(
        ticket,
        waiting_since=waiting if ticket.status in WAITING else None,
        last_customer_message=last_customer,
        last_message_at=last_message,
        messages=messages,
        bounces=bounces,
        snippet=snippet,
        links=tuple(links),
    )


def relation_of(event: Event) -> Relation | None:
    """The relation that an event made or took away; None for any other event, and for a word that is not known."""
    word = event.field.removeprefix(LINK) if event.field.startswith(LINK) else ""
    return Relation(word) if word in set(Relation) else None


def _relink(links: dict[Link, None], event: Event) -> None:
    """Take what an event says about links into those known so far, in order."""
    relation = relation_of(event)
    if relation is None:
        return
    if event.old:
        links.pop(Link(relation, event.old), None)
    if event.new:
        links[Link(relation, event.new)] = None


SNIPPET_CHARACTERS = 160


def first_words(body: str) -> str:
    """The beginning of a message on one line, at most `SNIPPET_CHARACTERS` long; quotes and blank lines left out."""
    kept = (line.strip() for line in body[:4000].splitlines() if line.strip() and not line.lstrip().startswith(">"))
    return " ".join(kept)[:SNIPPET_CHARACTERS]
