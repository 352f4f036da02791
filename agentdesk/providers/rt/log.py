"""The log: Request Tracker's transactions and the parts of their messages made into our events.

One transaction is one event, named by its number. Left out is what only repeats another (an owner is logged twice) or
only says that mail was sent or a clock was set. A kind that is not known here passes as a change named by its own word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agentdesk.model import STAFF, Attachment, Event, Kind, Ref, Role
from agentdesk.providers.documents import Doc, inner, moment, text, whole
from agentdesk.providers.rt.links import is_echo, link_values, merge_in
from agentdesk.providers.rt.marks import op_from
from agentdesk.providers.rt.people import user_name
from agentdesk.providers.rt.reading import EPOCH, TAGS, Reader, priority_from
from agentdesk.providers.rt.statuses import DELETED
from agentdesk.text.html import html_to_text
from agentdesk.text.safe import safe_line, safe_text

MESSAGES = frozenset({"Create", "Correspond", "Comment"})
MAX_HTML = 500_000
"""Characters of HTML beyond which nobody reads a message as text."""

_NOISE = frozenset({"EmailRecord", "CommentEmailRecord", "SetWatcher"})
_CLOCKS = frozenset({"Told", "Starts", "Started", "Resolved", "TimeLeft"})
_NAMES = {"Owner": "assignee", "Queue": "group", "Status": "status", "Priority": "priority", "Subject": "subject"}
_DATES = frozenset({"Due"})


def is_shown(entry: Doc) -> bool:
    """A transaction that says something of its own."""
    if is_echo(entry):
        return False
    return text(entry, "Type") not in _NOISE and not (text(entry, "Type") == "Set" and text(entry, "Field") in _CLOCKS)


def is_tombstone(entry: Doc) -> bool:
    """A transaction after which a ticket that is not shown any more was deleted."""
    return text(entry, "Field") == "Status" and text(entry, "NewValue") == DELETED


def is_message(entry: Doc) -> bool:
    return text(entry, "Type") in MESSAGES


def owners_in(entries: Iterable[Doc]) -> set[str]:
    """The numbers of the users whom these transactions take tickets from or give them to."""
    given = [entry for entry in entries if text(entry, "Field") == "Owner" and is_shown(entry)]
    return {number for entry in given for number in (text(entry, "OldValue"), text(entry, "NewValue")) if number}


@dataclass(frozen=True, slots=True)
class Words:
    """The body of a message put together from its parts."""

    body: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    op: str | None = None
    interface: str = "email"


def events_from(entries: Iterable[Doc], parts: Sequence[Doc], reader: Reader) -> list[Event]:
    """The events of these transactions in order; `parts` are those of their messages."""
    of_message: dict[str, list[Doc]] = {}
    for part in parts:
        of_message.setdefault(_transaction_of(part), []).append(part)
    return [_event_from(entry, of_message, reader) for entry in entries if is_shown(entry)]


def _event_from(entry: Doc, parts: Mapping[str, list[Doc]], reader: Reader) -> Event:
    author = user_name(inner(entry, "Creator"))
    role = reader.people.role(author)
    bare = Event(
        ref=Ref(reader.account, text(entry, "id")),
        kind=Kind.CHANGE,
        at=moment(entry, "Created") or EPOCH,
        ticket=(merge_in(entry) or ("", text(entry, "ObjectId")))[1],
        author=None if role is Role.SYSTEM else author,
        author_name="" if role is Role.SYSTEM else reader.people.called(author),
        author_role=role,
        channel="rule" if role is Role.SYSTEM else "other",
    )
    if is_message(entry):
        return _message(entry, bare, words_from(parts.get(text(entry, "id"), ())))
    return _change(entry, bare, reader)


def _message(entry: Doc, bare: Event, words: Words) -> Event:
    from_customer = bare.author_role not in STAFF
    public = text(entry, "Type") != "Comment"
    return replace(
        bare,
        kind=(Kind.CUSTOMER if from_customer else Kind.REPLY) if public else Kind.NOTE,
        public=public,
        channel=words.interface if from_customer else "email",
        channel_raw=words.interface,
        body=words.body,
        html=words.html,
        attachments=words.attachments,
        op=words.op,
    )


def _change(entry: Doc, bare: Event, reader: Reader) -> Event:
    field, kind = text(entry, "Field"), text(entry, "Type")
    old, new = text(entry, "OldValue"), text(entry, "NewValue")
    raw = {"old_raw": safe_line(old), "new_raw": safe_line(new)}
    if link := link_values(entry):
        return _valued(bare, *link)
    match kind, field:
        case "CustomField", _:
            return _valued(bare, TAGS if field == reader.tags else field, old, new)
        case _, "Owner":
            return replace(bare, field="assignee", old=reader.people.user_of(old), new=reader.people.user_of(new))
        case _, "Status":
            before, after = (reader.statuses.status(word).value if word else None for word in (old, new))
            return replace(bare, field="status", old=before, new=after, data=raw)
        case _, "Priority":
            before, after = priority_from(old), priority_from(new)
            return replace(bare, field="priority", old=before and before.value, new=after and after.value, data=raw)
        case _, name if name in _DATES:
            return _valued(bare, name, _date(old), _date(new))
        case "Set", name:
            return _valued(bare, _NAMES.get(name, safe_line(name)), old, new)
        case _:
            return _valued(bare, safe_line(" ".join((kind, field)).strip()), old, new or text(entry, "Data"))


def _valued(bare: Event, field: str, old: str, new: str) -> Event:
    return replace(bare, field=field, old=safe_line(old) or None, new=safe_line(new) or None)


def _date(words: str) -> str:
    """A date as transactions have it, `2026-12-01 12:00:00` in UTC; unset is the beginning of 1970."""
    try:
        at = datetime.fromisoformat(words).replace(tzinfo=UTC)
    except ValueError:
        return ""
    return at.isoformat() if at > EPOCH else ""


def words_from(parts: Sequence[Doc]) -> Words:
    """A message from its parts: unnamed plain text is the body, or HTML where there is none; the rest is files."""
    plain: list[str] = []
    html = ""
    files: list[Attachment] = []
    marks = (op_from(text(part, "Headers")) for part in parts)
    for part in parts:
        kind, name = text(part, "ContentType").lower(), text(part, "Filename")
        if kind.startswith("multipart/") or not (name or whole(part, "ContentLength")):
            continue
        if kind == "text/plain" and not name:
            plain.append(text(part, "Content"))
        elif kind == "text/html" and not name and not html:
            html = text(part, "Content")
        else:
            files.append(attachment_from(part))
    body = "\n\n".join(plain)
    if not body.strip() and html:
        body = html_to_text(html[:MAX_HTML]).text
    return Words(
        safe_text(body).rstrip("\n"), html, tuple(files), next((op for op in marks if op), None), _interface(parts)
    )


def attachment_from(part: Doc) -> Attachment:
    """A file that came with a message; it is downloaded by its number."""
    id, kind = text(part, "id"), text(part, "ContentType")
    headers = text(part, "Headers")
    return Attachment(
        id=id,
        name=safe_line(text(part, "Filename")) or f"{kind.partition('/')[2] or 'file'}-{id}",
        type=safe_line(kind) or "application/octet-stream",
        size=whole(part, "ContentLength") or 0,
        url=f"/attachment/{id}",
        inline="\ncontent-id:" in f"\n{headers.lower()}",
    )


def _interface(parts: Sequence[Doc]) -> str:
    """How a message came in: what the web pages and REST write says so in its headers, the rest came as mail."""
    headers = " ".join(text(part, "Headers") for part in parts)
    if "X-RT-Interface: Web" in headers or "X-RT-Interface: Mobile" in headers:
        return "portal"
    return "api" if "X-RT-Interface: REST" in headers else "email"


def needs_files(messages: Iterable[Doc], texts: Sequence[Doc]) -> list[str]:
    """The messages that have more to them than the text parts at hand: those whose one text is not the whole message.

    A message's outermost part carries its Message-ID; where a single text has it, there is nothing around that text.
    """
    whole_texts: dict[str, bool] = {}
    for part in texts:
        id = _transaction_of(part)
        is_outermost = "message-id:" in text(part, "Headers").lower()
        whole_texts[id] = is_outermost and id not in whole_texts
    return [id for entry in messages if not whole_texts.get(id := text(entry, "id"), False)]


def _transaction_of(part: Doc) -> str:
    return text(part, "TransactionId") or text(inner(part, "TransactionId"), "id")
