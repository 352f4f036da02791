"""Customers: who they are, everything they ever did, and what other systems know of them."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from agentdesk import i18n
from agentdesk.answers import Answer, event_document, person_document
from agentdesk.commands.context import Context
from agentdesk.commands.registry import commands
from agentdesk.commands.times import moment
from agentdesk.errors import AgentdeskError, Refused
from agentdesk.exchange import Page
from agentdesk.i18n import _, plural
from agentdesk.model import Event, Identity, Kind, Person, Ref, Role
from agentdesk.text.safe import safe_text

TIMELINE_LIMIT = 1000


@commands.add("customer show", scope="shell", in_shell=True, is_recorded=False)
async def show_customer(cx: Context, id: str, *, limit: int = TIMELINE_LIMIT) -> Answer:
    """Show a customer's card and one timeline of everything they did."""
    queries = cx.desk.store.queries
    person = queries.find_person(id, cx.account)
    card = queries.card(person.ref) if person else None
    if card is None:
        raise Refused(_("There is no one customer {id!r} in the cache. Give the id or the e-mail address.", id=id))
    events = queries.timeline(card.person.ref, limit=limit)
    organization = card.organization.name if card.organization else ""
    document = person_document(card.person, organization) | {
        "channels": dict(card.channels),
        "tickets": card.tickets,
        "unsolved": card.unsolved,
        "timeline": [event_document(event) for event in events],
    }
    head = [card.person.name, organization, card.person.address("email"), card.person.notes]
    lines = [line for line in head if line]
    lines += [
        f"{i18n.stamp(event.at)}  {event.kind.value:8}  {'#' + event.ticket if event.ticket else '':8}  "
        f"{event.author_name}: {' '.join(event.body.split())[:160]}"
        for event in events
    ]
    return Answer(document, text=safe_text("\n".join(lines)))


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
    digest = hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]
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
