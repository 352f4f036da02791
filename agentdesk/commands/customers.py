"""Customers: who they are, everything they ever did, and what other systems know of them."""

import json
from datetime import datetime
from pathlib import Path

from agentdesk import i18n
from agentdesk.answers import Answer, event_document, iso, most, person_document
from agentdesk.commands.answering import one_ticket
from agentdesk.commands.context import Choice, Context
from agentdesk.commands.happenings import Names, kind_word, what_changed
from agentdesk.commands.registry import commands
from agentdesk.commands.times import moment
from agentdesk.errors import AgentdeskError, Refused
from agentdesk.exchange import Page
from agentdesk.i18n import _, plural
from agentdesk.model import Event, Identity, Kind, Person, Ref, Role
from agentdesk.store.customers import Bond, Circle
from agentdesk.text.safe import safe_text
from agentdesk.text.width import pad

TIMELINE_LIMIT = 1000
MOST_NAMED = 8
KIND_CELLS = 13


@commands.add("customer show", scope="shell", in_shell=True, is_recorded=False)
async def show_customer(cx: Context, id: str, *, limit: int = TIMELINE_LIMIT) -> Answer:
    """Show a customer's card and one timeline of everything they did."""
    queries = cx.desk.store.queries
    card = queries.card(_record(cx, id).ref)
    assert card is not None, "the record was just found"
    events = queries.timeline(card.person.ref, limit=most(limit))
    organization = card.organization.name if card.organization else ""
    document = person_document(card.person, organization) | {
        "channels": dict(card.channels),
        "tickets": card.tickets,
        "unsolved": card.unsolved,
        **_circle_document(card.circle),
        "offers": [_bond_document(bond) for bond, _person in card.offers],
        "timeline": [event_document(event) for event in events],
    }
    head = [card.person.name, organization, card.person.address("email"), card.person.notes]
    if len(card.circle.records) > 1:
        head.append(_("one customer: {records}", records=", ".join(str(ref) for ref in card.circle.records)))
    lines, names = [line for line in head if line], Names(cx.desk.store)
    lines += [
        f"{i18n.stamp(event.at)}  {pad(kind_word(event), KIND_CELLS)}  {'#' + event.ticket if event.ticket else '':8}  "
        f"{event.author_name}: {' '.join(event.body.split())[:160] or what_changed(event, names)}"
        for event in events
    ]
    return Answer(document, text=safe_text("\n".join(lines)))


def _circle_document(circle: Circle) -> dict[str, object]:
    return {
        "records": [str(ref) for ref in circle.records],
        "bonds": [_bond_document(bond) for bond in circle.bonds],
        "separated_at": iso(circle.apart_since),
    }


def _bond_document(bond: Bond) -> dict[str, object]:
    """Two records and what makes them one customer: `why` is email, phone or hand."""
    return {
        "record": str(bond.one),
        "other": str(bond.other),
        "why": bond.kind,
        "address": bond.address or None,
        "at": iso(bond.at),
    }


@commands.add("customer join", in_shell=True, undo="yes", is_recorded=False)
async def join_customers(cx: Context, one: str = "", other: str = "") -> Answer | None:
    """Say that two records are one customer: ids, addresses, or account:id; with one, it joins this ticket's."""
    if not one:
        one = await cx.front.choose(_("Which record is the same customer?"), _offered(cx), free=True) or ""
        if not one:
            return None
    first = _record(cx, one) if other else _customer_at_hand(cx)
    others = [_record(cx, other or one).ref]
    if first.ref in others:
        raise Refused(_("These are the same record: {ref}.", ref=str(first.ref)))
    known = cx.desk.store.customers.circle(first.ref)
    if others[0] in known.records:
        raise Refused(_("They are one customer already."))
    now = cx.now()
    await cx.desk.write(lambda store: store.customers.join(first.ref, others, now))
    circle = cx.desk.store.customers.circle(first.ref)
    records = ", ".join(str(ref) for ref in circle.records)
    cx.front.say(_("One customer now: {records}. u takes it back.", records=records), "good")
    return Answer(_circle_document(circle))


@commands.add("customer separate", in_shell=True, undo="yes", is_recorded=False)
async def separate_customer(cx: Context, record: str = "") -> Answer | None:
    """Say that a record is a customer of its own, whatever address it shares with others."""
    if not record:
        circle = cx.desk.store.customers.circle(_customer_at_hand(cx).ref)
        if len(circle.records) < 2:
            raise Refused(_("This customer is one record; there is nothing to separate."))
        choices = [_record_choice(cx, ref, "") for ref in circle.records]
        record = await cx.front.choose(_("Which record stands alone?"), choices) or ""
        if not record:
            return None
    ref, now = _record(cx, record).ref, cx.now()
    if len(cx.desk.store.customers.circle(ref).records) < 2:
        raise Refused(_("This customer is one record; there is nothing to separate."))
    await cx.desk.write(lambda store: store.customers.separate(ref, now))
    cx.front.say(_("{record} is a customer of its own now. u takes it back.", record=str(ref)), "good")
    return Answer(_circle_document(cx.desk.store.customers.circle(ref)))


def _offered(cx: Context) -> list[Choice]:
    """The records that share an unverified address with this ticket's customer."""
    card = cx.desk.store.queries.card(_customer_at_hand(cx).ref)
    return [] if card is None else [_record_choice(cx, bond.other, bond.address) for bond, _person in card.offers]


def _record_choice(cx: Context, ref: Ref, address: str) -> Choice:
    person, label = cx.desk.store.queries.person(ref), cx.desk.config.badge(ref.account).label
    return Choice(str(ref), f"{label}: {person.name if person else ref.id}", address)


def _customer_at_hand(cx: Context) -> Person:
    """The customer of the ticket that the command is about; raises `Refused` where there is none."""
    if not cx.tickets:
        raise Refused(_("Put the cursor on a ticket first, or name both records."))
    ticket = one_ticket(cx).ticket
    person = cx.desk.store.queries.person(Ref(ticket.ref.account, ticket.requester)) if ticket.requester else None
    if person is None:
        raise Refused(_("The customer of this ticket is not in the cache yet."))
    return person


def _record(cx: Context, text: str) -> Person:
    """The record that an id, an address, a name or `account:id` means; raises `Refused` for none, or for several that
    are not one customer, naming them.
    """
    found = cx.desk.store.queries.find_exactly(text, cx.account)
    if not found:
        raise Refused(_("There is no one customer {id!r} in the cache. Give the id or the e-mail address.", id=text))
    together = set(cx.desk.store.customers.circle(found[0].ref).records)
    if not together.issuperset(person.ref for person in found):
        refs = ", ".join(f"{person.ref} ({person.name})" for person in found[:MOST_NAMED])
        raise Refused(_("Several customers are meant by {text!r}. Say which: {refs}.", text=text, refs=refs))
    return found[0]


@commands.add("event add", scope="shell", in_shell=True, is_recorded=False)
async def add_event(
    cx: Context, *, customer: str = "", kind: str = "", at: str = "", text: str = "", ref: str = "", source: str = ""
) -> Answer:
    """Put something that happened elsewhere (an order, a late parcel) on a customer's timeline."""
    given = {"customer": customer, "kind": kind, "at": at, "text": text, "ref": ref, "source": source}
    added = await _add(cx, [given])
    return Answer({"added": added}, text=plural("{n} event added.", "{n} events added.", added))


@commands.add("event import", scope="shell", in_shell=True, is_recorded=False)
async def import_events(cx: Context, file: str) -> Answer:
    """Add many such events from a JSONL file; what is there already is not added again."""
    given = _lines(file)
    added = await _add(cx, given)
    return Answer(
        {"added": added, "known": len(given) - added}, text=plural("{n} event added.", "{n} events added.", added)
    )


def _lines(file: str) -> list[dict[str, str]]:
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").split("\n")  # other line ends may stand inside JSON text
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(_("{path} cannot be read: {reason}.", path=file, reason=str(error))) from error
    return [_line(file, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _line(file: str, number: int, line: str) -> dict[str, str]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise Refused(_("{path}, line {n}: not JSON ({reason}).", path=file, n=number, reason=error.msg)) from error
    if not isinstance(found, dict):
        raise Refused(_("{path}, line {n}: not a JSON object.", path=file, n=number))
    return {str(name): _whole(str(value)) for name, value in found.items() if value is not None}


def _whole(text: str) -> str:
    """The text without halves of characters, which JSON can name and nothing can store."""
    return text.encode("utf-8", "replace").decode("utf-8")


async def _add(cx: Context, given: list[dict[str, str]]) -> int:
    """How many of the events were not there yet; nothing is added when one of them cannot be."""
    account = cx.account or next((account.name for account in cx.desk.accounts()), "local")
    people: dict[str, Person] = {}
    events = [_event(cx, account, one, people, place) for place, one in enumerate(given, start=1)]
    known = {event.ref for event in events if cx.desk.store.queries.event(event.ref)}
    await cx.desk.write(lambda store: store.mirror.take(Page((*people.values(), *events), "")))
    return len({event.ref for event in events} - known)


def _event(cx: Context, account: str, given: dict[str, str], people: dict[str, Person], place: int) -> Event:
    """One outside event; its id is a digest of what it says, so that the same one is never added twice."""
    for name in ("customer", "kind", "at", "text"):
        if not given.get(name):
            raise Refused(_("Event {n}: {field} is missing.", n=place, field=name))
    address = given["customer"].strip().casefold()
    person = cx.desk.store.queries.find_person(address, account) or people.setdefault(
        address, _stranger(account, address)
    )
    at = _time(given["at"], cx.now(), place)
    words = (address, given["kind"], at.isoformat(), given["text"], given.get("ref", ""), given.get("source", ""))
    from hashlib import sha256  # late: 2 ms of a start

    digest = sha256("\0".join(words).encode()).hexdigest()[:24]
    return Event(
        ref=Ref(person.ref.account, f"outside:{digest}"),
        kind=Kind.OUTSIDE,
        at=at,
        customer=person.ref.id,
        author_name=given.get("source", ""),
        author_role=Role.SYSTEM,
        public=False,
        body=given["text"],
        data={"kind": given["kind"], "source": given.get("source", ""), "url": given.get("ref", "")},
    )


def _time(text: str, now: datetime, place: int) -> datetime:
    try:
        return moment(text, now)
    except AgentdeskError as error:
        raise Refused(_("Event {n}: {reason}", n=place, reason=str(error))) from error


def _stranger(account: str, address: str) -> Person:
    """Somebody who never wrote yet; their address joins them to the customer they will be."""
    return Person(Ref(account, f"mail:{address}"), address, Role.CUSTOMER, (Identity("email", address, verified=True),))
