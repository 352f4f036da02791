"""What passes between a helpdesk and the cache: streams, pages of them, and receipts for what we sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from agentdesk.model import Event, Item, Ref, Ticket


class Stream(StrEnum):
    """One kind of thing that changes on the helpdesk, in the order an empty desk needs them."""

    PEOPLE = "people"
    FIELDS = "fields"
    TICKETS = "tickets"
    CANNED = "canned"
    VIEWS = "views"
    ARTICLES = "articles"
    CUSTOMERS = "customers"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a stream: what changed, what is gone for ever, and the cursor that continues after it.

    `more` is False on the last page for now. `total` estimates the whole stream for a progress bar, where the helpdesk
    says. `complete` names tickets whose whole event log is in `items`. `merged` are tickets that are gone because they
    became part of another, each with that other one: what belongs to the first belongs to the second from now on.
    `whole_below`, at the end of a stream of events, says that the log of every ticket with a smaller stamp has been
    given whole.
    """

    items: tuple[Item, ...]
    cursor: str
    more: bool = False
    gone: tuple[Ref, ...] = ()
    complete: tuple[Ref, ...] = ()
    total: int | None = None
    whole_below: int | None = None
    merged: tuple[tuple[Ref, Ref], ...] = ()


class Receipt(NamedTuple):
    """Proof that an op arrived: the ticket and the new events as the helpdesk now has them."""

    ticket: Ticket
    events: tuple[Event, ...] = ()


class Uploaded(NamedTuple):
    """What the helpdesk gave for a file that came ahead of its message, and until when it takes it."""

    token: str
    expires_at: datetime
