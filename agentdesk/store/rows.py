"""How our dataclasses lie in the cache's tables: one pair of functions per kind, columns in one order.

Times become integer milliseconds, lists and maps JSON, and enums their values. Reading trusts what was written here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from agentdesk.model import (
    CHANGES,
    Article,
    Attachment,
    Brand,
    Canned,
    CannedAction,
    Change,
    Event,
    Field,
    FieldValue,
    Identity,
    Kind,
    Link,
    Op,
    OpState,
    Option,
    Organization,
    Person,
    Priority,
    Ref,
    Relation,
    Role,
    Status,
    Team,
    Ticket,
    Upload,
)

Row = Sequence[Any]  # SQLite's own types, told apart by the column order below

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
EMPTY: Mapping[str, FieldValue] = MappingProxyType({})


def to_ms(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def from_ms(value: int) -> datetime:
    return EPOCH + timedelta(milliseconds=value)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


def pack(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Any:
    """Whatever `pack` wrote; its shape is known to whoever wrote it."""
    return json.loads(text)


def _names(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))


def _links(text: str) -> tuple[Link, ...]:
    return () if text == "[]" else tuple(Link(Relation(relation), to) for relation, to in json.loads(text))


def _pack_fields(values: Mapping[str, FieldValue]) -> str:
    return pack(dict(values)) if values else "{}"


def _fields(text: str) -> Mapping[str, FieldValue]:
    if text == "{}":
        return EMPTY
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}


TICKET = (
    "account, id, number, subject, status, created_at, updated_at, status_raw, priority, type, channel, channel_raw, "
    "requester, assignee, team, organization, tags, fields, due_at, due_metric, brand, form, version, stamp, rating, "
    "waiting_since, last_customer_message, last_message_at, messages, bounces, snippet, links, effort"
)


def ticket_row(ticket: Ticket) -> tuple[object, ...]:
    return (
        ticket.ref.account,
        ticket.ref.id,
        ticket.number,
        ticket.subject,
        ticket.status.value,
        to_ms(ticket.created_at),
        to_ms(ticket.updated_at),
        ticket.status_raw,
        ticket.priority.value if ticket.priority else None,
        ticket.type,
        ticket.channel,
        ticket.channel_raw,
        ticket.requester,
        ticket.assignee,
        ticket.group,
        ticket.organization,
        pack(ticket.tags),
        _pack_fields(ticket.fields),
        _ms(ticket.due_at),
        ticket.due_metric,
        ticket.brand,
        ticket.form,
        ticket.version,
        ticket.stamp,
        ticket.rating,
        _ms(ticket.waiting_since),
        _ms(ticket.last_customer_message),
        _ms(ticket.last_message_at),
        ticket.messages,
        ticket.bounces,
        ticket.snippet,
        pack([[link.relation.value, link.to] for link in ticket.links]) if ticket.links else "[]",
        ticket.effort,
    )


def ticket_from(row: Row) -> Ticket:
    return Ticket(
        ref=Ref(row[0], row[1]),
        number=row[2],
        subject=row[3],
        status=Status(row[4]),
        created_at=from_ms(row[5]),
        updated_at=from_ms(row[6]),
        status_raw=row[7],
        priority=Priority(row[8]) if row[8] else None,
        type=row[9],
        channel=row[10],
        channel_raw=row[11],
        requester=row[12],
        assignee=row[13],
        group=row[14],
        organization=row[15],
        tags=_names(row[16]),
        fields=_fields(row[17]),
        due_at=_moment(row[18]),
        due_metric=row[19],
        brand=row[20],
        form=row[21],
        version=row[22],
        stamp=row[23],
        rating=row[24],
        waiting_since=_moment(row[25]),
        last_customer_message=_moment(row[26]),
        last_message_at=_moment(row[27]),
        messages=row[28],
        bounces=row[29],
        snippet=row[30],
        links=_links(row[31]) if len(row) > 31 else (),  # a waiting decision may be older than this column
        effort=row[32] if len(row) > 32 else None,  # and than this one
    )


EVENT = (
    "account, id, kind, at, ticket, customer, author, author_name, author_role, public, channel, channel_raw, body, "
    "html, attachments, field, old, new, data, op, provisional"
)


def event_row(event: Event) -> tuple[object, ...]:
    return (
        event.ref.account,
        event.ref.id,
        event.kind.value,
        to_ms(event.at),
        event.ticket,
        event.customer,
        event.author,
        event.author_name,
        event.author_role.value,
        event.public,
        event.channel,
        event.channel_raw,
        event.body,
        event.html,
        pack([asdict(attachment) for attachment in event.attachments]),
        event.field,
        event.old,
        event.new,
        pack(dict(event.data)),
        event.op,
        event.provisional,
    )


def event_from(row: Row) -> Event:
    return Event(
        ref=Ref(row[0], row[1]),
        kind=Kind(row[2]),
        at=from_ms(row[3]),
        ticket=row[4],
        customer=row[5],
        author=row[6],
        author_name=row[7],
        author_role=Role(row[8]),
        public=bool(row[9]),
        channel=row[10],
        channel_raw=row[11],
        body=row[12],
        html=row[13],
        attachments=() if row[14] == "[]" else tuple(Attachment(**one) for one in json.loads(row[14])),
        field=row[15],
        old=row[16],
        new=row[17],
        data={} if row[18] == "{}" else json.loads(row[18]),
        op=row[19],
        provisional=bool(row[20]),
    )


PERSON = (
    "account, id, name, role, identities, organization, language, zone, notes, tags, fields, signature, active, "
    "created_at, stamp"
)


def person_row(person: Person) -> tuple[object, ...]:
    return (
        person.ref.account,
        person.ref.id,
        person.name,
        person.role.value,
        pack([asdict(identity) for identity in person.identities]),
        person.organization,
        person.language,
        person.zone,
        person.notes,
        pack(person.tags),
        _pack_fields(person.fields),
        person.signature,
        person.active,
        _ms(person.created_at),
        person.stamp,
    )


def person_from(row: Row) -> Person:
    return Person(
        ref=Ref(row[0], row[1]),
        name=row[2],
        role=Role(row[3]),
        identities=tuple(Identity(**one) for one in json.loads(row[4])),
        organization=row[5],
        language=row[6],
        zone=row[7],
        notes=row[8],
        tags=_names(row[9]),
        fields=_fields(row[10]),
        signature=row[11],
        active=bool(row[12]),
        created_at=_moment(row[13]),
        stamp=row[14],
    )


ORGANIZATION = "account, id, name, notes, domains"


def organization_row(organization: Organization) -> tuple[object, ...]:
    ref = organization.ref
    return (ref.account, ref.id, organization.name, organization.notes, pack(organization.domains))


def organization_from(row: Row) -> Organization:
    return Organization(Ref(row[0], row[1]), row[2], row[3], _names(row[4]))


TEAM = "account, id, name, members"


def team_row(team: Team) -> tuple[object, ...]:
    return (team.ref.account, team.ref.id, team.name, pack(team.members))


def team_from(row: Row) -> Team:
    return Team(Ref(row[0], row[1]), row[2], _names(row[3]))


BRAND = "account, id, name"


def brand_row(brand: Brand) -> tuple[object, ...]:
    return (brand.ref.account, brand.ref.id, brand.name)


ARTICLE = "account, id, title, body, html, language, section, url, internal, labels, updated_at, stamp"


def article_row(article: Article) -> tuple[object, ...]:
    return (
        article.ref.account,
        article.ref.id,
        article.title,
        article.body,
        article.html,
        article.language,
        article.section,
        article.url,
        article.internal,
        pack(article.labels),
        _ms(article.updated_at),
        article.stamp,
    )


def article_from(row: Row) -> Article:
    return Article(
        ref=Ref(row[0], row[1]),
        title=row[2],
        body=row[3],
        html=row[4],
        language=row[5],
        section=row[6],
        url=row[7],
        internal=bool(row[8]),
        labels=_names(row[9]),
        updated_at=_moment(row[10]),
        stamp=row[11],
    )


CANNED = "account, id, title, body, public, actions, language, position"


def canned_row(canned: Canned) -> tuple[object, ...]:
    return (
        canned.ref.account,
        canned.ref.id,
        canned.title,
        canned.body,
        canned.public,
        pack([asdict(action) for action in canned.actions]),
        canned.language,
        canned.position,
    )


def canned_from(row: Row) -> Canned:
    actions = tuple(CannedAction(one["field"], tuple(one["value"])) for one in json.loads(row[5]))
    return Canned(Ref(row[0], row[1]), row[2], row[3], bool(row[4]), actions, row[6], row[7])


FIELD = "account, id, label, type, options, required_on_solve, position"


def field_row(field: Field) -> tuple[object, ...]:
    options = pack([asdict(option) for option in field.options])
    return (field.ref.account, field.ref.id, field.label, field.type, options, field.required_on_solve, field.position)


def field_from(row: Row) -> Field:
    options = tuple(Option(**one) for one in json.loads(row[4]))
    return Field(Ref(row[0], row[1]), row[2], row[3], options, bool(row[5]), row[6])


def pack_seen(ticket: Ticket | None) -> str | None:
    """A ticket as an agent saw it when deciding, without the customer's words: nobody judges by those."""
    return None if ticket is None else pack(ticket_row(replace(ticket, snippet="")))


OP = "id, account, ticket, changes, seen, created_at, not_before, state, attempts, reason, batch, sequence"

_CHANGE_NAMED = {change.__name__: change for change in CHANGES}


def change_document(change: Change) -> dict[str, object]:
    """A change as plain data: its class name under `do`, then its fields."""
    return {"do": type(change).__name__, **asdict(change)}


def change_from(document: Mapping[str, Any]) -> Change:
    kind = _CHANGE_NAMED[document["do"]]
    values = {field.name: document[field.name] for field in fields(kind) if field.name in document}
    for name, value in values.items():
        values[name] = _change_value(name, value)
    return kind(**values)


def _change_value(name: str, value: Any) -> Any:
    match name, value:
        case "status", str():
            return Status(value)
        case "priority", str():
            return Priority(value)
        case "relation", str():
            return Relation(value)
        case "uploads", list():
            return tuple(Upload(**one) for one in value)
        case _, list():
            return tuple(value)
        case _:
            return value


def op_row(op: Op) -> tuple[object, ...]:
    """All columns but the last: the cache numbers decisions itself."""
    return (
        op.id,
        op.ticket.account,
        op.ticket.id,
        pack([change_document(change) for change in op.changes]),
        pack_seen(op.seen),
        to_ms(op.created_at),
        to_ms(op.not_before),
        op.state.value,
        op.attempts,
        op.reason,
        op.batch,
    )


def op_from(row: Row) -> Op:
    return Op(
        id=row[0],
        ticket=Ref(row[1], row[2]),
        changes=tuple(change_from(document) for document in json.loads(row[3])),
        seen=None if row[4] is None else ticket_from(json.loads(row[4])),
        created_at=from_ms(row[5]),
        not_before=from_ms(row[6]),
        state=OpState(row[7]),
        attempts=row[8],
        reason=row[9],
        batch=row[10],
        sequence=row[11],
    )
