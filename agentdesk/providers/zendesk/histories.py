"""Histories: one ticket with its whole log, one customer with all their tickets.

Tickets are read by the hundred in the background, so they leave room in the rate limit for what an agent sends.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from agentdesk.errors import Forbidden, Gone, Rejected
from agentdesk.i18n import _
from agentdesk.model import Event, Item, Ref
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, documents, inner, text
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import PAGE, SIDELOADS, Api
from agentdesk.providers.zendesk.log import events_from_audit, events_from_comments, outside_from
from agentdesk.providers.zendesk.pages import people_in, tickets_in
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.reading import organization_from

PAGES_OF_TICKETS = 5
"""Of a customer with more tickets, the oldest stay on the helpdesk until they are opened."""


class Histories:
    """Reads what belongs to one ticket or one customer."""

    def __init__(self, api: Api, known: Known) -> None:
        self._api = api
        self._known = known

    async def ticket(self, account: Account, ticket: Ref) -> Page:
        """The ticket, the people in it and every event of it in order."""
        found = await self._api.ticket(ticket.id)
        items, gone = await tickets_in(found, account, self._known)
        if gone or not inner(found, "ticket"):
            raise Gone(_("{ticket} was deleted on the helpdesk.", ticket=str(ticket)))
        requester = text(inner(found, "ticket"), "requester_id")
        log, people = await self._log(account, ticket.id, requester)
        return Page((*items, *people, *log), "", complete=(ticket,))

    async def customer(self, account: Account, person: Ref) -> Page:
        """The card, the organization, the tickets and the outside events of a customer."""
        path = f"/users/{person.id}"
        user = inner(await self._api.client.get(path, urgent=True), "user")
        identities = await self._api.optional(f"{path}/identities", "identities", urgent=True)
        items = people_in({"users": [{**user, "identities": identities}]}, account.name, self._known)
        items += await self._organization(account, text(user, "organization_id"))
        pages = 0
        async for page in self._api.slices(
            f"{path}/tickets/requested", {"sort": "-updated_at", "include": SIDELOADS}, urgent=True
        ):
            found, _gone = await tickets_in({**page, "users": []}, account, self._known)
            items += found
            pages += 1
            if pages == PAGES_OF_TICKETS:
                break
        outside = await self._api.optional(f"{path}/events", "events", urgent=True)
        items += [outside_from(entry, account.name, person.id) for entry in outside if text(entry, "id")]
        return Page(tuple(items), "")

    async def _log(self, account: Account, ticket: str, requester: str) -> tuple[list[Event], list[Item]]:
        """The events of a ticket in order, and the people in it; comments alone for who may not read audits."""
        try:
            audits, people = await self._entries(f"/tickets/{ticket}/audits", "audits")
        except Forbidden:
            comments, people = await self._entries(f"/tickets/{ticket}/comments", "comments")
            read = partial(events_from_comments, comments, account.name, ticket, requester, self._known)
            return _in_order(await asyncio.to_thread(read)), people
        return _in_order(await asyncio.to_thread(self._events, account, audits, ticket, requester)), people

    def _events(self, account: Account, audits: list[Doc], ticket: str, requester: str) -> list[Event]:
        return [
            event
            for audit in audits
            for event in events_from_audit({**audit, "ticket_id": ticket}, account.name, requester, self._known)
        ]

    async def _entries(self, path: str, key: str) -> tuple[list[Doc], list[Item]]:
        """A whole list with the people who wrote in it."""
        entries: list[Doc] = []
        people: list[Item] = []
        async for page in self._api.slices(path, {"include": "users"}):
            entries += documents(page, key)
            people += people_in(page, self._api.client.account, self._known)
        return entries, people + await self._strangers(entries)

    async def _strangers(self, entries: Iterable[Doc]) -> list[Item]:
        """The authors whom no answer has shown yet."""
        authors = {text(entry, "author_id") for entry in entries}
        authors |= {text(event, "author_id") for entry in entries for event in documents(entry, "events")}
        strangers = sorted(id for id in authors if id and id not in self._known)
        items: list[Item] = []
        for start in range(0, len(strangers), PAGE):
            asked = {"ids": ",".join(strangers[start : start + PAGE])}
            found = await self._api.client.get("/users/show_many", asked)
            items += people_in(found, self._api.client.account, self._known)
        return items

    async def _organization(self, account: Account, id: str) -> list[Item]:
        if not id:
            return []
        try:
            found = inner(await self._api.client.get(f"/organizations/{id}", urgent=True), "organization")
        except Rejected:
            return []
        return [organization_from(found, account.name)]


def _in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.at, len(event.ref.id), event.ref.id))
