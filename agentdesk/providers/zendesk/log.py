"""The log: Zendesk's audits, exported ticket events and comments made into our events.

The id of a comment is the id of its event in the audit and in the export, so an event that comes by several ways is
stored once. What only says that mail was sent or a rule looked at the ticket is left out; an event of a kind that is
not known here passes as a change, named by Zendesk's own word, when it says anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agentdesk.model import LINK, STAFF, Attachment, Event, Kind, Ref, Relation, Role
from agentdesk.providers.documents import (
    Doc,
    as_text,
    document,
    documents,
    flag,
    identifier,
    inner,
    moment,
    text,
    texts,
    values,
    whole,
)
from agentdesk.providers.zendesk.channels import channel_from, direction_from
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.reading import EPOCH, body_from
from agentdesk.text.safe import safe_line, safe_text

OP_KEY = "agentdesk_op"
"""Where our op id stands in the metadata of an audit."""

NOISE = frozenset(
    {
        "Notification",
        "NotificationWithCcs",
        "FollowerNotificationEvent",
        "SmsNotification",
        "MessagingNotification",
        "WebhookEvent",
        "Cc",
        "EmailCcChange",
        "FollowersChange",
        "Push",
        "ScheduleAssignment",
        "ChatEndedEvent",
        "OrganizationActivity",
    }
)
_NAMES = {
    "group_id": "group",
    "assignee_id": "assignee",
    "requester_id": "requester",
    "organization_id": "organization",
    "brand_id": "brand",
    "ticket_form_id": "form",
    "status_id": "status",
    "priority_id": "priority",
    "ticket_type_id": "type",
    "problem_id": f"{LINK}{Relation.PARENT.value}",
}
_PROBLEM = _NAMES["problem_id"]
_WORTH_KNOWING_AT_BIRTH = frozenset({"status", "priority", "group", "assignee", _PROBLEM})
_KINSHIP = {
    ("merge", "to"): Relation.MERGED_INTO,
    ("merge", "from"): Relation.MERGED_FROM,
    ("follow_up", "from"): Relation.REFERS_TO,
}
"""What the source in an audit's `via` says of two tickets, by its `rel` and the side that names the other one."""
_NOT_A_FIELD = frozenset(
    {
        "id",
        "type",
        "event_type",
        "via",
        "via_reference_id",
        "previous_value",
        "field_name",
        "custom_status_id",
        "value",
        "comment_present",
        "comment_public",
        "added_tags",
        "removed_tags",
        "audit_id",
        "author_id",
        "created_at",
        "metadata",
    }
)
_WRITTEN = frozenset({"Comment", "VoiceComment", "FacebookComment"})
_POSTED = frozenset({"Tweet", "FacebookEvent"})
"""What says that words were posted to a network: a message only where no comment in the same audit has these words."""
SCORE = "satisfaction_score"
"""The field whose change is a rating: what a customer's click on a survey leaves in the audits and in the export."""
_UNRATED = frozenset({"", "offered", "unoffered"})
_WORDS_OF_UNKNOWN = ("body", "message", "subject", "macro_title", "value", "resource")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all events of one audit share."""

    account: str
    ticket: str
    customer: str | None
    at: datetime
    author: str | None
    via: object
    op: str | None

    def event(self, id: str, known: Known, author: str | None = None) -> Event:
        """A bare event in this setting."""
        author = author or self.author
        name, role = known.author(author)
        channel, channel_raw = channel_from(self.via)
        system = role is Role.SYSTEM or (channel == "rule" and role not in STAFF)
        return Event(
            ref=Ref(self.account, id),
            kind=Kind.CHANGE,
            at=self.at,
            ticket=self.ticket,
            customer=self.customer,
            author=author,
            author_name=name,
            author_role=Role.SYSTEM if system else role,
            channel=channel,
            channel_raw=channel_raw,
            op=self.op,
        )


def events_from_audit(audit: Doc, account: str, customer: str | None, known: Known) -> list[Event]:
    """The events of one audit of a ticket."""
    setting = _setting_from(audit, account, customer, "author_id")
    entries = _without_copies(documents(audit, "events"), "type")
    found = [event for entry in entries for event in _events_from(entry, "type", setting, known)]
    return found + _kin_from(audit, setting, known)


def events_from_export(entry: Doc, account: str, known: Known) -> list[Event]:
    """The events of one entry of the incremental export of ticket events."""
    setting = _setting_from(entry, account, None, "updater_id")
    children = _without_copies(documents(entry, "child_events"), "event_type")
    found = [event for child in children for event in _events_from(child, "event_type", setting, known)]
    return found + _kin_from(entry, setting, known)


def events_from_comments(
    comments: Iterable[Doc], account: str, ticket: str, customer: str, known: Known
) -> list[Event]:
    """Messages from the list of comments, for who may not read audits."""
    found: list[Event] = []
    for comment in comments:
        setting = _setting_from({**comment, "ticket_id": ticket}, account, customer, "author_id")
        found += _events_from(comment, "type", setting, known)
    return found


def op_from(audit: Doc) -> str | None:
    """The op of ours that made this audit."""
    return identifier(inner(audit, "metadata", "custom"), OP_KEY)


def _setting_from(audit: Doc, account: str, customer: str | None, author: str) -> Setting:
    at = moment(audit, "created_at") or moment(audit, "timestamp") or EPOCH
    author_id = identifier(audit, author) or identifier(audit, "author_id")
    return Setting(account, text(audit, "ticket_id"), customer, at, author_id, audit.get("via"), op_from(audit))


def _without_copies(entries: list[Doc], type_key: str) -> list[Doc]:
    """The entries of one audit without those that repeat another: where its comment was posted, what it was rated."""
    if any(text(entry, type_key) == "SatisfactionRating" and text(entry, "score") for entry in entries):
        entries = [entry for entry in entries if text(entry, "field_name") != SCORE and SCORE not in entry]
    if not any(text(entry, type_key) in _WRITTEN for entry in entries):
        return entries
    return [entry for entry in entries if text(entry, type_key) not in _POSTED]


def _kin_from(audit: Doc, setting: Setting, known: Known) -> list[Event]:
    """The other tickets that an audit's `via` names: what was merged, and what a ticket follows up."""
    source = inner(audit, "via", "source")
    found: list[Event] = []
    for side in ("to", "from"):
        relation = _KINSHIP.get((text(source, "rel"), side))
        end = inner(source, side)
        for other in texts([end.get("ticket_id"), *values(end, "ticket_ids")]) if relation else ():
            bare = setting.event(f"{text(audit, 'id')}.{side}.{other}", known)
            found.append(replace(bare, field=f"{LINK}{relation}", new=other))
    return found


def _events_from(entry: Doc, type_key: str, setting: Setting, known: Known) -> Iterator[Event]:
    if not (id := text(entry, "id")):
        return
    if "via" in entry and entry["via"] is not None:
        setting = replace(setting, via=entry["via"])
    bare = setting.event(id, known, identifier(entry, "author_id"))
    match text(entry, type_key) or "Comment":
        case "Comment" | "FacebookComment" | "Tweet" | "FacebookEvent":
            yield message_from(entry, bare)
        case "VoiceComment":
            yield call_from(entry, bare, setting.via)
        case "Change":
            yield from (change for event in _changes_from(entry, bare) if (change := _rated(event)))
        case "Create":
            yield from (event for event in _changes_from(entry, bare) if event.field in _WORTH_KNOWING_AT_BIRTH)
        case "SatisfactionRating":
            yield from _rating_from(entry, bare)
        case "ChatStartedEvent":
            yield from _chat_from(entry, setting, known)
        case noise if noise in NOISE:
            return
        case other:
            yield from _unknown_from(entry, other, bare)


def message_from(entry: Doc, bare: Event) -> Event:
    """A comment: what a customer wrote, a reply or a note."""
    public = flag(entry, "public", True)
    from_customer = bare.author_role is Role.CUSTOMER
    return replace(
        bare,
        kind=(Kind.CUSTOMER if from_customer else Kind.REPLY) if public else Kind.NOTE,
        at=moment(entry, "created_at") or bare.at,
        public=public,
        body=body_from(entry, is_staff=not from_customer),
        html=text(entry, "html_body"),
        attachments=tuple(attachment_from(doc) for doc in documents(entry, "attachments") if not flag(doc, "deleted")),
    )


def call_from(entry: Doc, bare: Event, via: object) -> Event:
    """A phone call; its transcript, where there is one, is the body."""
    call = document(entry.get("data"))
    direction = direction_from(via) or ("in" if bare.author_role is Role.CUSTOMER else "out")
    transcript = text(call, "transcription_text")
    message = message_from(entry, bare)
    return replace(
        message,
        kind=Kind.CALL,
        channel="voice" if message.channel == "other" else message.channel,
        body=safe_text(transcript) or message.body,
        data={
            "seconds": whole(call, "call_duration") or 0,
            "direction": direction,
            "from": safe_line(text(entry, "formatted_from") or text(call, "from")),
            "to": safe_line(text(entry, "formatted_to") or text(call, "to")),
            "answered_by": safe_line(text(call, "answered_by_name")),
            "recording": text(call, "recording_url"),
        },
    )


def attachment_from(doc: Doc) -> Attachment:
    return Attachment(
        id=text(doc, "id"),
        name=safe_line(text(doc, "file_name")) or text(doc, "id"),
        type=safe_line(text(doc, "content_type")) or "application/octet-stream",
        size=whole(doc, "size") or 0,
        url=text(doc, "mapped_content_url", "content_url"),
        inline=flag(doc, "inline"),
    )


def _changes_from(entry: Doc, bare: Event) -> Iterator[Event]:
    """Field changes: an audit names its one field, an exported event has the new value under the field's name."""
    if name := text(entry, "field_name"):
        if name == "custom_status_id":
            return  # the change of status beside it says the same, and the ticket's own word for its status is kept
        old, new = entry.get("previous_value"), entry.get("value")
        if name != "tags" or set(texts(values(entry, "previous_value"))) != set(texts(values(entry, "value"))):
            yield _change(bare, name, old, new)  # the same tags in another order are no change
        return
    if tags := ("tags" in entry or "added_tags" in entry or "removed_tags" in entry):
        added, removed = texts(values(entry, "added_tags")), texts(values(entry, "removed_tags"))
        new = texts(values(entry, "tags"))
        old = entry.get("previous_value", [*(tag for tag in new if tag not in added), *removed])
        yield _change(bare, "tags", old, list(new))
    for name, value in entry.items():
        if name == "custom_ticket_fields":
            for number, (field, choice) in enumerate(document(value).items()):
                event = _change(bare, field, entry.get("previous_value"), choice)
                yield replace(event, ref=Ref(bare.ref.account, f"{bare.ref.id}.{field}")) if number else event
        elif name not in _NOT_A_FIELD and not (tags and name == "tags"):
            yield _change(bare, name, entry.get("previous_value"), value)
            return


def _change(bare: Event, name: str, old: object, new: object) -> Event:
    return replace(bare, field=_NAMES.get(name, safe_line(name)), old=_value_from(old), new=_value_from(new))


def _value_from(value: object) -> str | None:
    """A field's value as text, None when it is empty."""
    if isinstance(value, list):
        return safe_line(" ".join(texts(value))) or None
    return safe_line(as_text(value)) or None


def _rating_from(entry: Doc, bare: Event) -> Iterator[Event]:
    rating = document(entry.get("value")) or entry
    score = text(rating, "score")
    if score in _UNRATED:
        return
    words = safe_text(text(rating, "comment", "body"))
    reason = safe_line(text(rating, "reason"))
    yield replace(bare, kind=Kind.RATING, body=words, data={"score": score, "reason": reason or None})


def _rated(event: Event) -> Event | None:
    """A change of the score as the rating that it is, None for a mere offer of one; other changes as they are."""
    if event.field != SCORE:
        return event
    if event.new is None or event.new in _UNRATED:
        return None
    rating = {"score": event.new, "reason": None}
    return replace(event, kind=Kind.RATING, field="", old=None, new=None, data=rating)


def _chat_from(entry: Doc, setting: Setting, known: Known) -> Iterator[Event]:
    """The lines of a chat, each a message of its own."""
    for number, line in enumerate(documents(document(entry.get("value")), "history")):
        said = text(line, "message", "text") or text(line, "filename", "url", "attachment_url")
        if not text(line, "type").startswith("Chat") or not said:
            continue
        position = whole(line, "chat_index")
        id = f"{text(entry, 'id')}.{number if position is None else position}"
        bare = setting.event(id, known, identifier(line, "actor_id"))
        role = Role.BOT if text(line, "actor_type") in ("bot", "trigger") else bare.author_role
        yield replace(
            bare,
            kind=Kind.CUSTOMER if role is Role.CUSTOMER else Kind.REPLY,
            at=moment(line, "timestamp") or bare.at + timedelta(milliseconds=number),
            author_name=bare.author_name or safe_line(text(line, "actor_name")),
            author_role=role,
            channel="chat",
            body=safe_text(said),
        )


def _unknown_from(entry: Doc, type_name: str, bare: Event) -> Iterator[Event]:
    said = next((words for key in _WORDS_OF_UNKNOWN if (words := _value_from(entry.get(key)))), None)
    if said:
        yield replace(bare, field=safe_line(type_name), old=_value_from(entry.get("previous_value")), new=said)


def outside_from(doc: Doc, account: str, customer: str) -> Event:
    """Something that another system told the helpdesk about a customer."""
    facts = inner(doc, "properties")
    plain = {safe_line(key): value for key, value in facts.items() if isinstance(value, str | int | float | bool)}
    safe = {key: safe_line(value) if isinstance(value, str) else value for key, value in plain.items()}
    kind = safe_line(text(doc, "type"))
    return Event(
        ref=Ref(account, text(doc, "id")),
        kind=Kind.OUTSIDE,
        at=moment(doc, "created_at") or moment(doc, "received_at") or EPOCH,
        customer=customer,
        body=safe_text(text(doc, "description")) or kind,
        data={**safe, "kind": kind, "source": safe_line(text(doc, "source")), "url": text(facts, "url") or None},
    )
