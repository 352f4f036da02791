"""Histories: the logs of tickets with their messages' words, and everything of one customer."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from agentdesk.errors import Gone
from agentdesk.i18n import _
from agentdesk.model import Event, Item, Ref
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, documents, inner, text
from agentdesk.providers.rt.account import Account
from agentdesk.providers.rt.api import Api, Copy, quoted
from agentdesk.providers.rt.log import events_from, is_message, needs_files, owners_in
from agentdesk.providers.rt.people import Directory, user_name
from agentdesk.providers.rt.statuses import DELETED, Statuses

PAGES_OF_TICKETS = 5
"""Of a customer with more tickets, the oldest stay on the helpdesk until they are opened."""


class Histories:
    """Reads what belongs to one ticket or one customer."""

    def __init__(self, api: Api, people: Directory, statuses: Statuses) -> None:
        self._api = api
        self._people = people
        self._statuses = statuses

    async def ticket(self, account: Account, ref: Ref) -> Page:
        """The ticket, its customers and every event of it in order; of a merged one, those of what it is part of."""
        copy = await self._copy(ref)
        if copy.id != ref.id:
            target = Ref(ref.account, copy.id)
            return replace(await self.ticket(account, target), merged=((ref, target),))
        entries = await self._api.history(copy)
        events = await self.events(account, entries)
        ticket = account.reader.ticket(copy.doc, copy.version)
        customers = [user_name(person) for person in documents(copy.doc, "Requestor")]
        people: list[Item] = [await self._people.card(account.name, name) for name in customers]
        log = [replace(event, ticket=ref.id) for event in events]  # those of a ticket that was merged into this one too
        return Page((*people, ticket, *log), "", complete=(ref,))

    async def copy(self, ref: Ref, *, urgent: bool = False) -> Copy:
        """The ticket as it is now; raises `Gone` for one that was deleted or is another's part now."""
        copy = await self._copy(ref, urgent=urgent)
        if copy.id != ref.id:
            raise Gone(_("{ticket} was merged into #{other}.", ticket=str(ref), other=copy.id))
        return copy

    async def _copy(self, ref: Ref, *, urgent: bool = False) -> Copy:
        copy = await self._api.ticket(ref.id, urgent=urgent)
        if text(copy.doc, "Status") == DELETED:
            raise Gone(_("{ticket} was deleted on the helpdesk.", ticket=str(ref)))
        self._people.learn(inner(copy.doc, "Owner"), is_staff=True)
        await self._statuses.meet([text(copy.doc, "Status")])
        return copy

    async def events(self, account: Account, entries: Sequence[Doc]) -> list[Event]:
        """The events of these transactions, with what their messages say: two requests at most."""
        await self._meet(entries)
        messages = [entry for entry in entries if is_message(entry)]
        parts: list[Doc] = []
        if messages:
            parts = await self._api.texts([text(entry, "id") for entry in messages])
            if incomplete := needs_files(messages, parts):
                parts = sorted([*parts, *await self._api.files(incomplete)], key=_number)
        return await asyncio.to_thread(events_from, entries, parts, account.reader)

    async def _meet(self, entries: Sequence[Doc]) -> None:
        """Know the people and the words in these transactions."""
        for entry in entries:
            if text(entry, "Type") == "Comment":
                self._people.learn(inner(entry, "Creator"), is_staff=True)
        authors = {user_name(inner(entry, "Creator")): inner(entry, "Creator") for entry in entries}
        await self._people.meet(authors)
        for author in authors.values():
            self._people.learn(author)
        for owner in sorted(owners_in(entries)):
            await self._people.meet_number(owner)
        changed = [entry for entry in entries if text(entry, "Field") == "Status"]
        await self._statuses.meet(text(entry, key) for entry in changed for key in ("OldValue", "NewValue"))

    async def customer(self, account: Account, person: Ref) -> Page:
        """The card and the tickets of a customer."""
        user = await self._api.client.get(f"/user/{quote(person.id, safe='@')}", urgent=True)
        items: list[Item] = [self._people.person(account.name, {"id": person.id, "Name": person.id, **user})]
        for page in range(1, PAGES_OF_TICKETS + 1):
            found = await self._api.tickets(
                f"Requestor.Name = {quoted(person.id)}", orderby="LastUpdated", order="DESC", page=page
            )
            items += await tickets_in(documents(found, "items"), account, self._people, self._statuses)
            if len(documents(found, "items")) == 0 or not text(found, "next_page"):
                break
        return Page(tuple(items), "")


async def tickets_in(
    docs: Sequence[Doc], account: Account, people: Directory, statuses: Statuses, versions: dict[str, str] | None = None
) -> list[Item]:
    """Tickets after the people around them."""
    await statuses.meet(text(doc, "Status") for doc in docs)
    customers: dict[str, Doc] = {}
    for doc in docs:
        people.learn(inner(doc, "Owner"), is_staff=True)
        for person in documents(doc, "Requestor"):
            people.learn(person)
            customers[user_name(person)] = person
    known: list[Item] = [people.person(account.name, person) for person in customers.values()]
    return known + [account.reader.ticket(doc, (versions or {}).get(text(doc, "id"), "")) for doc in docs]


def _number(part: Doc) -> int:
    return int(text(part, "id") or 0)
