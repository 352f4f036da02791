"""Writing: an op made into what Request Tracker is told, and what of it is not yet so on a ticket.

Fields go in one PUT, words and status in one message: a reply opens a resolved ticket again, so a status counts only
after the words.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from agentdesk.errors import Rejected
from agentdesk.files import UNKNOWN_TYPE, FileLimits, against, type_of
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
    Status,
    Tag,
    Ticket,
    Transfer,
    Unlink,
    Untag,
    Upload,
)
from agentdesk.providers.documents import documents
from agentdesk.providers.rt.api import Copy
from agentdesk.providers.rt.links import WRITTEN
from agentdesk.providers.rt.marks import marked
from agentdesk.providers.rt.people import NOBODY, user_name
from agentdesk.providers.rt.reading import COLUMNS, EPOCH, NUMBERS, PRIORITY, Reader
from agentdesk.text.safe import safe_line

LIMITS = FileLimits(10_000_000, takes_empty=False)
"""What Request Tracker takes unless its administrator allows more; beyond it, it may cut a file short."""
UNSET_DATE = "1970-01-01 00:00:00"


@dataclass(frozen=True, slots=True)
class Words:
    """A message with the text and files that it carries; `kind` is how the helpdesk calls it."""

    kind: str
    body: str
    uploads: tuple[Upload, ...] = ()


def words_of(op: Op) -> Words | None:
    """The message of an op on a ticket that exists."""
    match op.message:
        case Reply(body, _cc, uploads):
            return Words("correspond", body, uploads)
        case Note(body, uploads):
            return Words("comment", body, uploads)
        case Create() | None:
            return None


def status_of(op: Op) -> Status | None:
    """The status that an op ends with."""
    wanted = [change.status for change in op.changes if isinstance(change, SetStatus)]
    return wanted[-1] if wanted else None


def undone(op: Op, ticket: Ticket) -> list[Change]:
    """The changes of an op, words aside, that a ticket does not show."""
    last: dict[str, Change] = {}
    for change in op.changes:
        match change:
            case Tag(tag) | Untag(tag):
                last[f"tag {tag}"] = change
            case Link(relation, to) | Unlink(relation, to):
                last[f"link {relation} {to}"] = change
            case SetField(name):
                last[f"field {name}"] = change
            case _:
                last[type(change).__name__] = change
    return [change for change in last.values() if not _is_done(change, ticket)]


def _is_done(change: Change, ticket: Ticket) -> bool:
    match change:
        case Reply() | Note() | Create() | Merge():
            return True
        case Link():
            return change in ticket.links
        case Unlink(relation, to):
            return Link(relation, to) not in ticket.links
        case SetStatus(status):
            return ticket.status is status
        case SetPriority(priority):
            return ticket.priority is priority
        case SetSubject(subject):
            return ticket.subject == safe_line(subject).strip()
        case Assign(agent):
            return ticket.assignee == agent
        case Transfer(group):
            return ticket.group == group
        case Tag(tag):
            return tag in ticket.tags
        case Untag(tag):
            return tag not in ticket.tags
        case SetField(name, value):
            return _as_written(name, ticket.fields.get(name)) == _as_written(name, value)
        case _:
            assert_never(change)


def fields_of(changes: Sequence[Change], ticket: Ticket | None, reader: Reader) -> dict[str, object]:
    """The document that makes these changes to a ticket, or to a new one; statuses are told elsewhere.

    A move to another team takes the ticket from its owner, unless one is named here too.
    """
    doc: dict[str, object] = {}
    own: dict[str, object] = {}
    linked: dict[str, list[str]] = {}
    tags = ticket.tags if ticket else ()
    for change in changes:
        match change:
            case SetPriority(priority):
                doc[PRIORITY] = str(NUMBERS[priority])
            case SetSubject(subject):
                doc["Subject"] = safe_line(subject).strip()
            case Assign(agent):
                doc["Owner"] = agent or NOBODY
            case Transfer(group):
                doc["Queue"] = group
                doc.setdefault("Owner", NOBODY)
            case Tag(tag):
                tags = (*(kept for kept in tags if kept != tag), tag)
                own[_tags(reader)] = list(tags)
            case Untag(tag):
                tags = tuple(kept for kept in tags if kept != tag)
                own[_tags(reader)] = list(tags)
            case SetField(name, value) if name in COLUMNS:
                doc[name] = _as_written(name, value)
            case SetField(name, value):
                own[name] = _as_written(name, value)
            case Link() | Unlink():
                linked.setdefault(_link_key(change, reader), []).append(change.to)
            case Reply() | Note() | SetStatus() | Create() | Merge():
                pass
            case _:
                assert_never(change)
    return {**doc, **linked, **({"CustomFields": own} if own else {})}


def _link_key(change: Link | Unlink, reader: Reader) -> str:
    """What makes or takes away a link in a ticket's document."""
    name, relation = WRITTEN.get(change.relation), change.relation.value
    if name is None:
        raise Rejected(
            _("{account}: tickets cannot be linked by “{relation}”.", account=reader.account, relation=relation)
        )
    return f"Add{name}" if isinstance(change, Link) else f"Delete{name}"


def _tags(reader: Reader) -> str:
    if reader.tags is None:
        raise Rejected(
            _(
                "{account}: Request Tracker has no tags of its own. A custom field of tickets named “Tags” that takes "
                "many values would serve.",
                account=reader.account,
            )
        )
    return reader.tags


def _as_written(name: str, value: FieldValue) -> object:
    """A field's value as the helpdesk wants it; dates in UTC without a zone, for others are silently misread."""
    match name:
        case "Due":
            return _date(value)
        case "Priority" | "TimeWorked":
            return str(value or 0)
        case "SLA":
            return str(value or "")
    if isinstance(value, bool):
        return ["1" if value else "0"]
    several = value if isinstance(value, tuple) else (value,)
    return [str(one) for one in several if one not in (None, "")]


def _date(value: FieldValue) -> str:
    try:
        at = datetime.fromisoformat(str(value or UNSET_DATE))
    except ValueError:
        raise Rejected(_("“{value}” is not a date like 2026-12-01 12:00.", value=str(value))) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{max(at, EPOCH):%Y-%m-%d %H:%M:%S}"


def copied(op: Op, before: Copy) -> list[str]:
    """The ticket's Cc once the addresses in copy of a reply are among them, empty when nothing is to be added."""
    present = [user_name(person) for person in documents(before.doc, "Cc")]
    wanted = op.message.cc if isinstance(op.message, Reply) else ()
    known = {name.casefold() for name in present}
    fresh = [address for address in wanted if address.casefold() not in known]
    return [*present, *fresh] if fresh else []


def message_document(op: Op, words: Words, files: Sequence[bytes], status: str | None) -> dict[str, object]:
    """The message that carries the op's mark, its files and the status it ends with."""
    doc: dict[str, object] = {"id": op.ticket.id}
    if words.body:
        doc |= {"Content": words.body, "ContentType": marked("text/plain", op.id)}
    if files:
        doc["Attachments"] = [_file(upload, content, op) for upload, content in zip(words.uploads, files, strict=True)]
    if status:
        doc["Status"] = status
    return doc


def _file(upload: Upload, content: bytes, op: Op) -> dict[str, object]:
    """A file in JSON: its name as UTF-8 read as Latin-1, for any other name that is not ASCII breaks the server."""
    return {
        "FileName": safe_line(upload.name).encode().decode("latin-1"),
        "FileType": marked(_type(upload.name), op.id),
        "FileContent": base64.b64encode(content).decode("ascii"),
    }


def _type(name: str) -> str:
    """The type that a file is sent as; text would be recoded on the helpdesk, and its bytes would change."""
    kind = type_of(name)
    return UNKNOWN_TYPE if kind.startswith(("text/", "message/", "multipart/")) else kind


def create_document(op: Op, create: Create, reader: Reader, queue: str, status: str | None) -> dict[str, object]:
    """A new ticket with everything the op wants of it."""
    others = [change for change in op.changes if not isinstance(change, Create)]
    doc = {"Queue": queue, **fields_of(others, None, reader)}
    if doc.get("Owner") == NOBODY:
        del doc["Owner"]
    doc |= {
        "Subject": safe_line(create.subject).strip(),
        "Requestor": create.requester,
        "Content": create.body,
        "ContentType": marked("text/plain", op.id),
    }
    if status:
        doc["Status"] = status
    if create.follow_up_of:
        doc["RefersTo"] = create.follow_up_of
    return doc


def contents(uploads: Sequence[Upload], account: str) -> list[bytes]:
    """The bytes of the files that go along; raises `Rejected` for what cannot be sent."""
    found = []
    for upload in uploads:
        try:
            content = Path(upload.path).read_bytes()
        except OSError as error:
            raise Rejected(_("{account}: {file} cannot be read.", account=account, file=upload.name)) from error
        reason = against(LIMITS, account, upload.name, len(content))
        if reason is not None:
            raise Rejected(reason)
        found.append(content)
    return found


def said(changes: Sequence[Change]) -> str:
    """Changes in the agent's words, for a sentence about what was not done."""
    return ", ".join(dict.fromkeys(_named(change) for change in changes))


def _named(change: Change) -> str:
    match change:
        case SetStatus(status):
            return f"{_('Status')}: {status.value}"
        case SetPriority(priority):
            return f"{_('Priority')}: {priority.value if priority else '-'}"
        case SetSubject():
            return _("Subject")
        case Assign(agent):
            return f"{_('Assignee')}: {agent or '-'}"
        case Transfer(group):
            return f"{_('Team')}: {group}"
        case Tag(tag) | Untag(tag):
            return f"{_('Tag')}: {tag}"
        case SetField(name):
            return name
        case Reply():
            return _("reply")
        case Note():
            return _("note")
        case Create():
            return _("Ticket")
        case Link() | Unlink() | Merge():
            return _link_named(change)
        case _:
            assert_never(change)


def _link_named(change: Link | Unlink | Merge) -> str:
    match change:
        case Link(relation, to) | Unlink(relation, to):
            return f"{relation.value} #{to}"
        case Merge(into):
            return f"{Relation.MERGED_INTO.value} #{into}"
