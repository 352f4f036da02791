"""The verdict: may a decision still leave, now that the helpdesk's copy of its ticket is known?

    Create ─────────────────────────────────────────────► Send
    the ticket is gone, or closed for ever ─────────────► Fail   the words are kept
    a reply or a merge, and the customer wrote since ───► Hold
    a reply, and a colleague answered since ────────────► Hold
    a reply, and the ticket is another brand's now ─────► Hold
    a field that is neither as seen nor as wanted ──────► Hold   both values in words
    everything else (notes and tags always) ────────────► Send

An op leaves as one or not at all, so a note that travels with a status is held with it: half a decision is not what
the agent decided. What was seen is judged, never a clock. An agent who had seen no message of the ticket (its log
was not here yet) decided about the ticket as of `seen.updated_at`: only what the customer wrote after that is new.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

from agentdesk.columns import priority_word, status_word
from agentdesk.i18n import _, active
from agentdesk.model import (
    WAITING,
    Assign,
    Change,
    Create,
    FieldValue,
    Link,
    Merge,
    Note,
    Op,
    Priority,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Ticket,
    Transfer,
    Unlink,
    Untag,
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The agent must look first; `why` is a sentence for each reason."""

    why: str


@dataclass(frozen=True, slots=True)
class Fail:
    """It can never leave like this; `why` says what can be done instead."""

    why: str


Verdict = Send | Hold | Fail


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: colleagues, teams and ticket fields of one account."""

    agents: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def agent(self, id: str | None) -> str:
        return _("nobody") if id is None else self.agents.get(id, id)

    def team(self, id: str | None) -> str:
        return _("none") if id is None else self.teams.get(id, id)


def verdict(op: Op, server: Ticket | None, names: Names | None = None) -> Verdict:
    """Decide whether a queued decision may still leave; `server` is None when the ticket is not there (any more)."""
    if isinstance(op.message, Create):
        return Send()
    if server is None:
        return Fail(_("The helpdesk does not have this ticket any more. Your words are kept here."))
    if server.status is Status.CLOSED:
        return Fail(_("Ticket #{number} is closed for good. Open a follow-up ticket instead.", number=server.number))
    if op.seen is None:
        return Send()
    objections = (_objection(change, op.seen, server, names or Names()) for change in op.changes)
    reasons = dict.fromkeys(why for why in objections if why is not None)
    return Hold(_between_sentences().join(reasons)) if reasons else Send()


def _between_sentences() -> str:
    """What stands between two sentences: nothing in Japanese."""
    return "" if active().code == "ja" else " "


def _objection(change: Change, seen: Ticket, server: Ticket, names: Names) -> str | None:
    """Why this change needs the agent's eyes first, or None."""
    match change:
        case Reply():
            return _reply_objection(seen, server)
        case Note() | Tag() | Untag() | Create() | Link() | Unlink():
            return None
        case Merge():
            return _("The customer wrote again before the merge left.") if _wrote_again(seen, server) else None
        case SetStatus(status):
            return _moved(_("Status"), (seen.status, server.status, status), status_word)
        case SetPriority(priority):
            return _moved(_("Priority"), (seen.priority, server.priority, priority), _priority)
        case SetSubject(subject):
            return _moved(_("Subject"), (seen.subject, server.subject, subject), str)
        case Assign(agent):
            return _moved(_("Assignee"), (seen.assignee, server.assignee, agent), names.agent)
        case Transfer(group):
            return _transfer_objection(group, seen, server, names)
        case SetField(name, value):
            label = names.fields.get(name, name)
            return _moved(label, (seen.fields.get(name), server.fields.get(name), value), _value)
        case _:
            assert_never(change)


def _reply_objection(seen: Ticket, server: Ticket) -> str | None:
    if seen.brand is not None and server.brand not in (None, seen.brand):
        return _("The ticket was moved to another brand; your reply would leave under that one.")
    if _wrote_again(seen, server):
        return _("The customer wrote again before your reply left.")
    answered = seen.waiting_since is not None and server.waiting_since is None and server.status in WAITING
    if answered and seen.messages and server.messages > seen.messages:
        return _("A colleague answered before your reply left.")
    return None


def _wrote_again(seen: Ticket, server: Ticket) -> bool:
    """The customer has said something that the agent had not seen when deciding."""
    last = server.last_customer_message
    known = seen.last_customer_message if seen.messages else seen.updated_at
    return last is not None and (known is None or last > known)


def _transfer_objection(group: str, seen: Ticket, server: Ticket, names: Names) -> str | None:
    moved = _moved(_("Team"), (seen.group, server.group, group), names.team)
    if moved is not None or server.group == group:
        return moved
    clears = None  # a transfer takes the ticket away from its assignee
    return _moved(_("Assignee"), (seen.assignee, server.assignee, clears), names.agent)


def _moved(label: str, values: tuple[Value, Value, Value], word: Callable[[Value], str]) -> str | None:
    """The objection when a value, of which (seen, theirs, yours) are given, moved away from what was seen."""
    seen, theirs, yours = values
    if theirs in (seen, yours):
        return None
    return _(
        "{field} was changed to “{theirs}” meanwhile; you saw “{seen}” and want “{yours}”.",
        field=label,
        theirs=word(theirs),
        seen=word(seen),
        yours=word(yours),
    )


def _priority(priority: Priority | None) -> str:
    return priority_word(priority) if priority else _("none")


def _value(value: FieldValue) -> str:
    match value:
        case None | "" | ():
            return _("empty")
        case bool():
            return _("yes") if value else _("no")
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)
