"""What a command answers in the shell: one document for programs, and a table or text for people.

The shapes here are a contract with scripts: names may be added, never changed. Times are ISO 8601 UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple

from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import Article, Attachment, Change, Event, Op, Person, TicketRow

Document = Mapping[str, object] | Sequence[Mapping[str, object]]


EVERYTHING = 1_000_000


class Answer(NamedTuple):
    """`document` for `--json`; for people either a table (`headings`, `rows`) or `text`.

    `failed` makes the shell end with exit code 1 although there is something to show, `unreachable` with 3.
    `nothing` is what people are told, beside the data, where the table is empty; `hint` in any case.
    """

    document: Document
    headings: tuple[str, ...] = ()
    rows: Sequence[Sequence[str]] = ()
    text: str = ""
    failed: bool = False
    unreachable: bool = False
    nothing: str = ""
    hint: str = ""


def most(limit: int) -> int:
    """How many of a long answer a `--limit` lets through: 0 lets all; raises `Refused` for less."""
    if limit < 0:
        raise Refused(_("--limit is how many at most; 0 for all."))
    return limit or EVERYTHING


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds, or None."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def ticket_document(row: TicketRow) -> dict[str, object]:
    ticket = row.ticket
    return {
        "id": ticket.ref.id,
        "number": ticket.number,
        "account": ticket.ref.account,
        "brand": row.brand_name or None,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "priority": ticket.priority.value if ticket.priority else None,
        "type": ticket.type,
        "requester": row.requester_name or None,
        "requester_id": ticket.requester,
        "assignee": row.assignee_name or None,
        "assignee_id": ticket.assignee,
        "group": row.group_name or None,
        "group_id": ticket.group,
        "organization": row.organization_name or None,
        "organization_id": ticket.organization,
        "tags": list(ticket.tags),
        "reason": row.reason or None,
        "links": [{"relation": link.relation.value, "to": link.to} for link in ticket.links],
        "fields": dict(ticket.fields),
        "channel": ticket.channel,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(ticket.updated_at),
        "waiting_since": iso(ticket.waiting_since),
        "due_at": iso(ticket.due_at),
        "last_customer_message": iso(ticket.last_customer_message),
        "messages": ticket.messages,
        "bounces": ticket.bounces,
        "effort": ticket.effort,
        "rating": ticket.rating,
        "snoozed_until": iso(row.snoozed_until),
        "promised_at": iso(row.promised_at),
        "pending": row.pending_ops,
        "held": row.stuck_ops,
    }


def event_document(event: Event) -> dict[str, object]:
    document: dict[str, object] = {
        "id": event.ref.id,
        "account": event.ref.account,
        "ticket": event.ticket,
        "kind": event.kind.value,
        "at": iso(event.at),
        "author": event.author_name or None,
        "author_id": event.author,
        "role": event.author_role.value,
        "public": event.public,
        "channel": event.channel,
        "body": event.body,
        "attachments": [attachment_document(attachment) for attachment in event.attachments],
    }
    if event.field:
        document |= {"field": event.field, "old": event.old, "new": event.new}
    if event.data:
        document["data"] = dict(event.data)
    if event.op:
        document |= {"op": event.op, "provisional": event.provisional}
    return document


def attachment_document(attachment: Attachment) -> dict[str, object]:
    return {"id": attachment.id, "name": attachment.name, "type": attachment.type, "size": attachment.size}


def person_document(person: Person, organization: str = "") -> dict[str, object]:
    return {
        "id": person.ref.id,
        "account": person.ref.account,
        "name": person.name,
        "role": person.role.value,
        "organization": organization or None,
        "language": person.language,
        "zone": person.zone,
        "notes": person.notes,
        "tags": list(person.tags),
        "fields": dict(person.fields),
        "identities": [asdict(identity) for identity in person.identities],
        "created_at": iso(person.created_at),
    }


def article_document(article: Article) -> dict[str, object]:
    return {
        "id": article.ref.id,
        "account": article.ref.account,
        "title": article.title,
        "language": article.language,
        "section": article.section,
        "internal": article.internal,
        "labels": list(article.labels),
        "url": article.url,
        "updated_at": iso(article.updated_at),
        "body": article.body,
    }


def change_words(change: Change) -> dict[str, object]:
    """A change as data: its name under `do`, then what it sets."""
    return {"do": type(change).__name__, **asdict(change)}


def op_document(op: Op) -> dict[str, object]:
    return {
        "id": op.id,
        "op": op.id,
        "account": op.ticket.account,
        "ticket": op.ticket.id,
        "state": op.state.value,
        "reason": op.reason,
        "created_at": iso(op.created_at),
        "not_before": iso(op.not_before),
        "attempts": op.attempts,
        "changes": [change_words(change) for change in op.changes],
    }
