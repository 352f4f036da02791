"""Reading: Zendesk's JSON made into our tickets, people and knowledge, one function for each kind.

Nothing here trusts a field to be there. Text from outside is made safe on the way in.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from agentdesk.model import (
    WAITING,
    Article,
    Brand,
    Canned,
    CannedAction,
    Field,
    FieldValue,
    Identity,
    Option,
    Organization,
    Person,
    Priority,
    Ref,
    Role,
    Status,
    Team,
    Ticket,
    View,
    first_words,
)
from agentdesk.providers.documents import (
    Doc,
    as_text,
    document,
    documents,
    flag,
    identifier,
    identifiers,
    inner,
    moment,
    text,
    texts,
    values,
    whole,
)
from agentdesk.providers.zendesk.channels import channel_from
from agentdesk.text.html import html_to_text
from agentdesk.text.safe import safe_line, safe_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_HTML = 500_000
"""Characters of HTML beyond which the helpdesk's own plain text is taken: nobody reads a message of that size."""

_STATUSES = {status.value: status for status in Status}
_PRIORITIES = {priority.value: priority for priority in Priority}
_ROLES = {"end-user": Role.CUSTOMER, "agent": Role.AGENT, "admin": Role.ADMIN}
_IDENTITY_KINDS = {"phone_number": "phone"}
_FIELD_TYPES = {
    "textarea": "multiline",
    "checkbox": "bool",
    "date": "date",
    "integer": "int",
    "decimal": "decimal",
    "tagger": "choice",
    "multiselect": "multichoice",
}
SYSTEM_FIELDS = frozenset(
    {"subject", "description", "status", "custom_status", "tickettype", "priority", "group", "assignee"}
)
"""Fields that are columns of a ticket and no values of the account's own."""

_CLOCK_STOPPED = ("achieved", "paused")
_NO_RATING = ("", "unoffered")


def is_deleted(doc: Doc) -> bool:
    """A ticket that is only a tombstone."""
    return text(doc, "status") == "deleted"


def ticket_from(doc: Doc, account: str, metrics: Doc, labels: dict[str, str]) -> Ticket:
    """A ticket; `metrics` is its metric set, `labels` names the custom statuses."""
    status, raw = _status_from(doc, labels)
    created = moment(doc, "created_at") or EPOCH
    updated = moment(doc, "updated_at") or created
    channel, channel_raw = channel_from(doc.get("via"))
    due_at, due_metric = due_from(doc)
    beginning = first_words(safe_text(text(doc, "description")[:4000]))
    rating = text(inner(doc, "satisfaction_rating"), "score")
    return Ticket(
        ref=Ref(account, text(doc, "id")),
        number=text(doc, "id"),
        subject=safe_line(text(doc, "subject", "raw_subject")) or beginning,
        status=status,
        created_at=created,
        updated_at=updated,
        status_raw=raw,
        priority=_priority_from(doc),
        type=identifier(doc, "type"),
        channel=channel,
        channel_raw=channel_raw,
        requester=identifier(doc, "requester_id"),
        assignee=identifier(doc, "assignee_id"),
        group=identifier(doc, "group_id"),
        organization=identifier(doc, "organization_id"),
        tags=identifiers(doc, "tags"),
        fields=_ticket_fields_from(doc),
        due_at=due_at,
        due_metric=due_metric,
        brand=identifier(doc, "brand_id"),
        form=identifier(doc, "ticket_form_id"),
        version=text(doc, "updated_at"),
        stamp=max(whole(doc, "generated_timestamp") or 0, int(updated.timestamp())),
        rating=None if rating in _NO_RATING else rating,
        waiting_since=waiting_from(status, created, metrics),
        messages=whole(doc, "comment_count") or 0,
        snippet=beginning,
    )


def _status_from(doc: Doc, labels: dict[str, str]) -> tuple[Status, str]:
    word = text(doc, "status")
    status = _STATUSES.get(word, Status.OPEN)
    return status, safe_line(labels.get(text(doc, "custom_status_id"), word))


def _priority_from(doc: Doc) -> Priority | None:
    return _PRIORITIES.get(text(doc, "priority"))


def _ticket_fields_from(doc: Doc) -> dict[str, FieldValue]:
    entries = documents(doc, "custom_fields") or documents(doc, "fields")
    return {text(entry, "id"): field_value_from(entry.get("value")) for entry in entries}


def field_value_from(value: object) -> FieldValue:
    """The value of a field; lists of options become tuples."""
    if isinstance(value, list):
        return tuple(safe_line(words) for words in texts(value))
    if isinstance(value, str):
        return safe_text(value)
    return value if isinstance(value, bool | int | float) else None


def due_from(doc: Doc) -> tuple[datetime | None, str]:
    """The next promise that would break and what was promised, from the SLA clocks that run."""
    running = [
        (breach, text(metric, "metric"))
        for metric in documents(inner(doc, "slas"), "policy_metrics")
        if text(metric, "stage") not in _CLOCK_STOPPED and (breach := moment(metric, "breach_at"))
    ]
    return min(running) if running else (None, "")


def waiting_from(status: Status, created: datetime, metrics: Doc) -> datetime | None:
    """A first guess of how long a customer waits, until the messages are here and tell exactly."""
    if status not in WAITING:
        return None
    return moment(metrics, "requester_updated_at") or (created if status is Status.NEW else None)


def person_from(doc: Doc, account: str) -> Person:
    """A user, with as many of their addresses as this document holds."""
    updated = moment(doc, "updated_at")
    found = [_identity_from(entry) for entry in documents(doc, "identities")]
    if email := text(doc, "email"):
        found.insert(0, Identity("email", safe_line(email), flag(doc, "verified")))
    if phone := text(doc, "phone"):
        found.append(Identity("phone", safe_line(phone)))
    first = {(identity.kind, identity.value.lower()): identity for identity in reversed(found) if identity.value}
    return Person(
        ref=Ref(account, text(doc, "id")),
        name=safe_line(text(doc, "name", "display_name", "email")),
        role=role_from(doc),
        identities=tuple(reversed(first.values())),
        organization=identifier(doc, "organization_id"),
        language=language_from(text(doc, "locale")),
        zone=text(doc, "iana_time_zone", "time_zone"),
        notes=safe_text("\n".join(part for part in (text(doc, "details"), text(doc, "notes")) if part)),
        tags=identifiers(doc, "tags"),
        fields={key: field_value_from(value) for key, value in inner(doc, "user_fields").items()},
        signature=safe_text(text(doc, "signature")),
        active=flag(doc, "active", True) and not flag(doc, "suspended"),
        created_at=moment(doc, "created_at"),
        stamp=int(updated.timestamp()) if updated else 0,
    )


def _identity_from(doc: Doc) -> Identity:
    kind = text(doc, "type")
    return Identity(_IDENTITY_KINDS.get(kind, kind), safe_line(text(doc, "value")), flag(doc, "verified"))


def role_from(doc: Doc) -> Role:
    return _ROLES.get(text(doc, "role"), Role.CUSTOMER)


def language_from(locale: str) -> str:
    """The language of a locale: `ja` of `ja-JP`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def organization_from(doc: Doc, account: str) -> Organization:
    notes = "\n".join(part for part in (text(doc, "details"), text(doc, "notes")) if part)
    name, domains = safe_line(text(doc, "name")), identifiers(doc, "domain_names")
    return Organization(Ref(account, text(doc, "id")), name, safe_text(notes), domains)


def team_from(doc: Doc, account: str, members: Iterable[str]) -> Team:
    return Team(Ref(account, text(doc, "id")), safe_line(text(doc, "name")), tuple(members))


def field_from(doc: Doc, account: str) -> Field:
    """A ticket field of the account's own."""
    options = documents(doc, "custom_field_options") or documents(doc, "system_field_options")
    return Field(
        ref=Ref(account, text(doc, "id")),
        label=safe_line(text(doc, "title", "raw_title")),
        type=_FIELD_TYPES.get(text(doc, "type"), "text"),
        options=tuple(Option(text(option, "value"), safe_line(text(option, "name", "value"))) for option in options),
        required_on_solve=flag(doc, "required"),
        position=whole(doc, "position") or 0,
    )


def brand_from(doc: Doc, account: str) -> Brand:
    """One of the names the account writes under."""
    return Brand(Ref(account, text(doc, "id")), safe_line(text(doc, "name")))


def canned_from(doc: Doc, account: str) -> Canned:
    """A macro: its words and its other steps."""
    body, public = "", True
    actions: list[CannedAction] = []
    for action in documents(doc, "actions"):
        name, steps = text(action, "field"), _action_values(action.get("value"))
        match name:
            case "comment_value":
                body = steps[-1] if steps else ""
            case "comment_value_html":
                body = body or html_to_text(steps[-1] if steps else "").text
            case "comment_mode_is_public":
                public = steps != ("false",)
            case _:
                actions.append(CannedAction(name, steps))
    return Canned(
        ref=Ref(account, text(doc, "id")),
        title=safe_line(text(doc, "title", "raw_title")),
        body=safe_text(body),
        public=public,
        actions=tuple(actions),
        position=whole(doc, "position") or 0,
    )


def _action_values(value: object) -> tuple[str, ...]:
    return texts(value) if isinstance(value, list) else texts([value])


def view_from(doc: Doc, account: str, tickets: Iterable[str] = ()) -> View:
    title = safe_line(text(doc, "title", "raw_title"))
    return View(Ref(account, text(doc, "id")), title, whole(doc, "position") or 0, tuple(tickets))


def articles_from(doc: Doc, account: str, sections: dict[str, str], translations: Iterable[Doc] = ()) -> list[Article]:
    """An article in each of its languages; the source language keeps the bare id.

    Internal is what not every visitor may read: a draft, or an article for one user segment. That hides a few articles
    for signed-in customers from replies, and never shows a customer one that is for agents.
    """
    source = text(doc, "source_locale", "locale")
    found = {text(doc, "locale"): doc}
    for translation in (*translations, *documents(doc, "translations")):
        found.setdefault(text(translation, "locale"), translation)
    return [_article_from(doc, words, account, source, sections) for words in found.values()]


def _article_from(doc: Doc, words: Doc, account: str, source: str, sections: dict[str, str]) -> Article:
    locale = text(words, "locale")
    html = text(words, "body")
    updated = moment(words, "updated_at") or moment(doc, "updated_at")
    limited = doc.get("user_segment_id") is not None or bool(values(doc, "user_segment_ids"))
    return Article(
        ref=Ref(account, text(doc, "id") if locale == source else f"{text(doc, 'id')}-{locale}"),
        title=safe_line(text(words, "title", "name")),
        body=safe_text(html_to_text(html).text),
        html=html,
        language=language_from(locale),
        section=safe_line(sections.get(text(doc, "section_id"), "")),
        url=text(words, "html_url") or text(doc, "html_url"),
        internal=limited or flag(doc, "draft") or flag(words, "draft"),
        labels=identifiers(doc, "label_names"),
        updated_at=updated,
        stamp=int(updated.timestamp()) if updated else 0,
    )


def body_from(doc: Doc, is_staff: bool) -> str:
    """The words of a comment; a customer's mail is read from its HTML where quotes, tables and links would be lost."""
    html = text(doc, "html_body")
    plain = text(doc, "plain_body", "body")
    rich = any(mark in html[:MAX_HTML].lower() for mark in ("<blockquote", "<table", "<a "))
    if html and len(html) <= MAX_HTML and (not plain or (rich and not is_staff)):
        plain = html_to_text(html).text or plain
    return safe_text(plain or as_text(document(doc.get("data")).get("transcription_text")))
