"""The stream of tickets.

A first reading begins with the agent's own active tickets and those of nobody, then takes all others, newest first:
by number, for pages by number of page would shift while they are read. After it the feed of transactions names what
changed. Now and then the list is walked from the newest change back to where the last walk began: it brings what the
feed could not show. The walk stops by the dates it is given, so no date stands in a question.
"""

import json
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from agentdesk.model import Item, Ref, Ticket
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, documents, moment, text, whole
from agentdesk.providers.rt.account import Account
from agentdesk.providers.rt.api import Api, any_of, is_last, quoted
from agentdesk.providers.rt.feed import Feed, number
from agentdesk.providers.rt.histories import tickets_in
from agentdesk.providers.rt.links import merges_in
from agentdesk.providers.rt.log import is_tombstone
from agentdesk.providers.rt.pages import cursor_of
from agentdesk.providers.rt.people import Directory
from agentdesk.providers.rt.statuses import Statuses

SWEEP_EVERY = timedelta(minutes=10)
OVERLAP_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Position:
    """Where the reading stands: `phase` is `mine` or `all` while the first reading goes on, then `feed`.

    `below` is the number of the last ticket taken, `feed` that of the last transaction, `mark` the newest change (epoch
    seconds) that a walk has seen.
    """

    phase: str = "mine"
    below: int = 0
    feed: int = 0
    mark: int = 0

    def __str__(self) -> str:
        return json.dumps({key: value for key, value in asdict(self).items() if value})


def position_of(cursor: str | None) -> Position:
    """The position that a cursor tells."""
    doc = cursor_of(cursor)
    return Position(
        text(doc, "phase") or "mine", whole(doc, "below") or 0, whole(doc, "feed") or 0, whole(doc, "mark") or 0
    )


class Tickets:
    """Reads the stream of tickets."""

    def __init__(self, api: Api, feed: Feed, people: Directory, statuses: Statuses) -> None:
        self._api = api
        self._feed = feed
        self._people = people
        self._statuses = statuses
        self._swept_at: datetime | None = None

    async def changes(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of tickets with the people around them."""
        position = position_of(since)
        if not position.feed and position.phase != "feed":
            position = replace(position, feed=await self._feed.newest(account))
        if position.phase == "feed":
            async for page in self._feed_pages(account, position):
                yield page
            return
        while position.phase != "feed":
            found, position, total = await self._first(account, position)
            items = await self._items(account, found)
            if position.phase == "feed":
                self._swept_at = self._api.client.clock()
            yield Page(tuple(items), str(position), more=position.phase != "feed", total=total)

    async def _first(self, account: Account, position: Position) -> tuple[list[Doc], Position, int | None]:
        """One page of the first reading, and the position after it."""
        terms = [f"id < {position.below}"] if position.below else ["id > 0"]
        if position.phase == "mine":
            terms += [f"(Owner = {quoted(account.user)} OR Owner = 'Nobody')", "Status = '__Active__'"]
        doc = await self._api.tickets(" AND ".join(terms), orderby="id", order="DESC")
        found = documents(doc, "items")
        mark = max((position.mark, *(changed(entry) for entry in found)))
        total = whole(doc, "total") if position.phase == "all" and not position.below else None
        if found:
            below = min(number(entry) for entry in found)
            return found, replace(position, below=below, mark=mark), total
        phase = "all" if position.phase == "mine" else "feed"
        return found, replace(position, phase=phase, below=0), total

    async def _feed_pages(self, account: Account, position: Position) -> AsyncGenerator[Page, None]:
        """What changed since, by the feed, and when its time has come by a walk."""
        now = self._api.client.clock()
        is_sweep = self._swept_at is None or now - self._swept_at >= SWEEP_EVERY
        seen: dict[str, int] = {}
        async for entries in self._feed.after(account, position.feed, thorough=is_sweep):
            named = {text(entry, "ObjectId"): number(entry) for entry in entries}
            position = replace(position, feed=number(entries[-1]))
            items = await self._named(account, named)
            shown = {item.ref.id for item in items if isinstance(item, Ticket)}
            gone = {text(entry, "ObjectId") for entry in entries if is_tombstone(entry)} - shown
            seen |= named
            refs = tuple(Ref(account.name, id) for id in sorted(gone))
            merged = merges_in(entries, account.name)
            yield Page(tuple(items), str(position), more=True, gone=refs, merged=merged)
        items = []
        if is_sweep:
            found, mark = await self._walked(position.mark)
            items = await self._items(account, [entry for entry in found if text(entry, "id") not in seen])
            position = replace(position, mark=mark)
            self._swept_at = now
        yield Page(tuple(items), str(position))

    async def _named(self, account: Account, named: dict[str, int]) -> list[Item]:
        """The tickets that changed, by number; the newest transaction seen of each is its version."""
        ids = sorted((id for id in named if id.isdigit()), key=int)
        doc = await self._api.tickets(any_of(ids)) if ids else {}
        found = documents(doc, "items")
        return await self._items(account, found, {id: str(last) for id, last in named.items()})

    async def _walked(self, mark: int) -> tuple[list[Doc], int]:
        """The tickets that changed since the mark, newest change first, and the mark after them."""
        floor = mark - OVERLAP_SECONDS
        found: dict[str, Doc] = {}
        page = 1
        while True:
            doc = await self._api.tickets("id > 0", orderby="LastUpdated", order="DESC", page=page)
            entries = documents(doc, "items")
            fresh = [entry for entry in entries if changed(entry) >= floor]
            found |= {text(entry, "id"): entry for entry in fresh}
            if is_last(doc) or len(fresh) < len(entries):
                return list(found.values()), max((mark, *(changed(entry) for entry in found.values())))
            page += 1

    async def _items(self, account: Account, found: list[Doc], versions: dict[str, str] | None = None) -> list[Item]:
        return await tickets_in(found, account, self._people, self._statuses, versions)


def changed(entry: Doc) -> int:
    """When a ticket was changed, in epoch seconds."""
    at = moment(entry, "LastUpdated")
    return int(at.timestamp()) if at else 0
