"""A dataset: everything a helpdesk starts with, and the happenings that keep it alive.

All records are dicts in the JSON shapes of the Zendesk API, with explicit integer `id`s and ISO 8601 UTC
`created_at` and `updated_at`.

A ticket is its final field values plus
- `comments`: `[{id?, author_id, created_at, body, html_body?, public, via: {channel, ..}, attachments?, type?,
  data?}]`, `type` and `data` for a "VoiceComment"; an attachment being `{file_name, content_type, content}` (base64)
  or `{file_name, content_type, size}`;
- `changes`: `[{created_at, author_id, field_name, previous_value, value, via?}]`;
- optionally `satisfaction_rating`: `{score, comment?, reason?, created_at?}`.
The loader makes a Create audit first, then one audit per comment and per (created_at, author) group of changes.

An article is one dict per article and locale (`locale`, `source_locale`, `section_id`, `label_names`,
`user_segment_id`, where non-null means internal); dicts that share an `id` are translations of one article.
A user may carry `identities`: `[{type, value, verified?, primary?}]`.
A brand is `{id, name}`, beside the one every helpdesk has.
A user event is `{user_id, type, source, description, properties, created_at}`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

# Any: JSON of the Zendesk API; its shapes differ per kind and are checked where they are used.
Doc = dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """Everything a helpdesk starts with."""

    users: list[Doc] = field(default_factory=list)
    organizations: list[Doc] = field(default_factory=list)
    brands: list[Doc] = field(default_factory=list)
    groups: list[Doc] = field(default_factory=list)
    memberships: list[Doc] = field(default_factory=list)
    ticket_fields: list[Doc] = field(default_factory=list)
    ticket_forms: list[Doc] = field(default_factory=list)
    macros: list[Doc] = field(default_factory=list)
    views: list[Doc] = field(default_factory=list)
    slas: list[Doc] = field(default_factory=list)
    categories: list[Doc] = field(default_factory=list)
    sections: list[Doc] = field(default_factory=list)
    articles: list[Doc] = field(default_factory=list)
    user_events: list[Doc] = field(default_factory=list)
    tickets: Iterable[Doc] = ()


Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket that is not solved, as a script sees it."""

    id: int
    subject: str
    status: str
    channel: str
    requester_id: int
    requester_name: str
    assignee_id: int | None
    group_id: int | None
    tags: tuple[str, ...]
    language: Language
    customer_waits: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An agent or a customer, as a script sees them."""

    id: int
    name: str
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class LivingView:
    """What a script may look at first: the newest open tickets, the agents, some customers."""

    now: datetime
    tickets: tuple[OpenTicket, ...]
    agents: tuple[Person, ...]
    customers: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A customer opens a ticket; `requester` is `{id}`, or a user to find by `email` or to create."""

    requester: Mapping[str, Any]  # Any: a Zendesk user or a part of one
    subject: str
    body: str
    channel: str = "email"
    html_body: str | None = None
    tags: tuple[str, ...] = ()
    priority: str | None = None
    group_id: int | None = None
    custom_fields: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerReply:
    """The requester of a ticket writes again."""

    ticket_id: int
    body: str
    channel: str = "email"
    html_body: str | None = None


@dataclass(frozen=True, slots=True)
class AgentActs:
    """Another agent replies, notes or changes fields; `changes` are writable ticket fields of the Zendesk API."""

    ticket_id: int
    agent_id: int
    comment: str | None = None
    public: bool = True
    changes: Mapping[str, Any] = field(default_factory=dict)  # Any: values of ticket fields


@dataclass(frozen=True, slots=True)
class Outside:
    """Something happened to a customer outside the helpdesk, such as an order or a late parcel."""

    user_id: int
    type: str
    source: str
    description: str
    properties: Mapping[str, Any] = field(default_factory=dict)  # Any: free JSON of the outside system


Happening = NewTicket | CustomerReply | AgentActs | Outside


class Script(Protocol):
    """Decides what happens next in a living helpdesk."""

    def next(self, view: LivingView) -> Happening:
        """The next happening, given what the helpdesk looks like now."""
        ...
