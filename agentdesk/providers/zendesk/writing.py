"""Writing: an op made into the one JSON document that does all of it, or nothing."""

from dataclasses import dataclass, field
from typing import assert_never

from agentdesk.errors import Rejected
from agentdesk.i18n import _
from agentdesk.model import (
    Assign,
    Change,
    Create,
    FieldValue,
    Link,
    Merge,
    Note,
    Op,
    Relation,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Tag,
    Ticket,
    Transfer,
    Unlink,
    Untag,
)
from agentdesk.providers.zendesk.log import OP_KEY

_COLUMNS = frozenset({"type", "due_at", "problem_id", "brand_id", "ticket_form_id", "custom_status_id"})
"""What can be set by name; every other field is one of the account's own and has a number."""

NO_PROBLEM = {"problem_id": None}


@dataclass(slots=True)
class _Draft:
    """The ticket document while it grows."""

    doc: dict[str, object]
    tags: tuple[str, ...]
    group: str | None
    has_new_tags: bool = False
    fields: list[dict[str, object]] = field(default_factory=list)


def update_document(op: Op, server: Ticket, tokens: list[str]) -> dict[str, object]:
    """The body of the PUT that does the whole op against this version of the ticket."""
    draft = _written(op, server, tokens)
    draft.doc |= {"safe_update": True, "updated_stamp": server.version}
    return {"ticket": draft.doc}


def create_document(op: Op) -> dict[str, object]:
    """The body of the POST that makes the ticket; the same for every try, as its idempotency key wants."""
    draft = _written(op, None, [])
    draft.doc["external_id"] = op.id
    return {"ticket": draft.doc}


def _written(op: Op, server: Ticket | None, tokens: list[str]) -> _Draft:
    draft = _Draft({}, server.tags if server else (), server.group if server else None)
    for change in op.changes:
        _write(draft, change, tokens)
    if draft.has_new_tags:
        draft.doc["tags"] = list(draft.tags)
    if draft.fields:
        draft.doc["custom_fields"] = draft.fields
    draft.doc["metadata"] = {OP_KEY: op.id}
    return draft


def _write(draft: _Draft, change: Change, tokens: list[str]) -> None:
    match change:
        case Reply(body, cc):
            _comment(draft, body, True, tokens)
            draft.doc |= {"email_ccs": [_copied(address) for address in cc]} if cc else {}
        case Note(body):
            _comment(draft, body, False, tokens)
        case Create():
            _create(draft, change)
        case SetStatus(status):
            draft.doc["status"] = status.value
        case SetPriority(priority):
            draft.doc["priority"] = priority.value if priority else None
        case SetSubject(subject):
            draft.doc["subject"] = subject
        case Assign(agent):
            draft.doc["assignee_id"] = number(agent)
        case Transfer(group):
            draft.doc |= {"group_id": number(group), "assignee_id": None} if group != draft.group else {}
        case Tag(tag) | Untag(tag):
            kept = tuple(one for one in draft.tags if one != tag)
            draft.tags, draft.has_new_tags = (*kept, tag) if isinstance(change, Tag) else kept, True
        case SetField(name, value):
            _set_field(draft, name, value)
        case Link() | Unlink() | Merge():
            _link(draft, change)
        case _:
            assert_never(change)


def _comment(draft: _Draft, body: str, public: bool, tokens: list[str]) -> None:
    """Add the message; `public` always goes along, since a missing one is inherited and may mail the customer."""
    assert "comment" not in draft.doc, "an op has one message"
    comment: dict[str, object] = {"body": body, "public": public}
    if tokens:
        comment["uploads"] = tokens
    draft.doc["comment"] = comment


def _create(draft: _Draft, change: Create) -> None:
    _comment(draft, change.body, change.public, [])
    draft.doc["subject"] = change.subject
    if change.requester.isdigit():
        draft.doc["requester_id"] = int(change.requester)
    else:
        draft.doc["requester"] = {"email": change.requester, "name": change.requester.partition("@")[0]}
    if change.follow_up_of:
        draft.doc["via_followup_source_id"] = number(change.follow_up_of)


def _set_field(draft: _Draft, name: str, value: FieldValue) -> None:
    written = list(value) if isinstance(value, tuple) else value
    if name in _COLUMNS:
        draft.doc[name] = written
    else:
        draft.fields.append({"id": number(name), "value": written})


def _link(draft: _Draft, change: Link | Unlink | Merge) -> None:
    """Make the ticket an incident of a problem, or not any more: the one link that Zendesk has."""
    assert not isinstance(change, Merge), "a merge is an order of its own"
    if change.relation is not Relation.PARENT:
        raise Rejected(_("Zendesk links a ticket to its parent only, which must be a problem."))
    draft.doc |= {"problem_id": number(change.to), "type": "incident"} if isinstance(change, Link) else NO_PROBLEM


def _copied(address: str) -> dict[str, object]:
    """One address in copy: a person's id, or an e-mail."""
    whom: dict[str, object] = {"user_id": int(address)} if address.isdigit() else {"user_email": address}
    return {**whom, "action": "put"}


def number(id: str | None) -> int | str | None:
    """An id as Zendesk wants it written."""
    return int(id) if id is not None and id.isascii() and id.isdigit() else id
