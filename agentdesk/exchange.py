"""What passes between a helpdesk and the cache: what an account can do, streams, pages of them, and receipts."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from agentdesk.files import FileLimits
from agentdesk.model import (
    Change,
    Event,
    Item,
    Link,
    Merge,
    Ref,
    Relation,
    SetStatus,
    Status,
    Tag,
    Ticket,
    Unlink,
    Untag,
)
from agentdesk.record import record


class Concurrency(StrEnum):
    """How a foreign change between reading and writing is noticed."""

    EXACT = "exact"
    BEST_EFFORT = "best effort"


@record
class Traits:
    """What this account's API can promise, found out by asking it.

    `statuses` are those that tickets can be set to; `has_tags` says that tickets can be tagged, `relations` how they
    can be linked to one another, and `can_merge` that one can be made part of another; `max_uploads` is None where a
    message may bring any number of files.
    """

    concurrency: Concurrency
    can_find_sent: bool
    history: bool
    knowledge: bool
    can_close: bool
    max_upload_bytes: int
    max_tickets_in_detail: int = 1
    statuses: frozenset[Status] = frozenset(Status)
    has_tags: bool = True
    max_uploads: int | None = None
    takes_empty_files: bool = True
    relations: frozenset[Relation] = frozenset()
    can_merge: bool = False

    @property
    def file_limits(self) -> FileLimits:
        """What this account takes of files."""
        return FileLimits(self.max_upload_bytes, self.max_uploads, self.takes_empty_files)

    def allows(self, change: Change) -> bool:
        """Can a ticket of this account be changed so, whoever asks?"""
        match change:
            case Link(relation) | Unlink(relation):
                return relation in self.relations
            case Merge():
                return self.can_merge
            case Tag() | Untag():
                return self.has_tags
            case SetStatus(status):
                return status in self.statuses
            case _:
                return True

    def document(self) -> dict[str, object]:
        """The traits as they are kept."""
        return asdict(self) | {"statuses": sorted(self.statuses), "relations": sorted(self.relations)}


def traits_from(document: Mapping[str, Any]) -> Traits:
    """The traits that were kept, by whatever AgentDesk: what this one does not know is left out."""
    traits = Traits(**{one.name: document[one.name] for one in fields(Traits) if one.name in document})
    return replace(
        traits,
        concurrency=Concurrency(traits.concurrency),
        statuses=frozenset(map(Status, traits.statuses)),
        relations=frozenset(map(Relation, traits.relations)),
    )


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


@record
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
