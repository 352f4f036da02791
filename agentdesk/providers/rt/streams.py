"""The other streams: messages, people, fields, prepared answers, saved searches and knowledge.

Customers come with their tickets. Lists that are read whole rest for a while, since each request costs the server.
"""

import json
import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from agentdesk.errors import Rejected
from agentdesk.model import Article, Item
from agentdesk.providers.base import Page, Stream
from agentdesk.providers.documents import Doc, documents, inner, moment, text, texts, values, whole
from agentdesk.providers.rt import reading
from agentdesk.providers.rt.account import Account
from agentdesk.providers.rt.api import PAGE, Api
from agentdesk.providers.rt.feed import Feed, number
from agentdesk.providers.rt.histories import Histories
from agentdesk.providers.rt.links import merges_in
from agentdesk.providers.rt.pages import cursor_of, listed
from agentdesk.providers.rt.people import SYSTEM, Directory, user_name
from agentdesk.providers.rt.statuses import Statuses
from agentdesk.providers.rt.tickets import Tickets

REST = {
    Stream.PEOPLE: timedelta(minutes=30),
    Stream.FIELDS: timedelta(minutes=60),
    Stream.CANNED: timedelta(minutes=15),
    Stream.ARTICLES: timedelta(minutes=15),
    Stream.VIEWS: timedelta(minutes=10),
}
CANNED_CLASSES = re.compile(r"canned|prepared|template|repl(y|ies)|responses?|定型|返信|テンプレート", re.IGNORECASE)
"""The names of article classes that hold prepared answers: Request Tracker itself does not tell them apart."""
PAGES_OF_COLLEAGUES = 3
"""Accounts beyond the first three hundred are met when they do something."""
MEMBERS_OF_VIEWS = 10
"""Saved searches whose first hundred tickets are read, one request each; the others are known by name."""
OFFERED = (
    Stream.PEOPLE,
    Stream.FIELDS,
    Stream.TICKETS,
    Stream.CANNED,
    Stream.VIEWS,
    Stream.ARTICLES,
    Stream.EVENTS,
)


class Streams:
    """Reads every stream of one account."""

    def __init__(self, api: Api, people: Directory, statuses: Statuses, histories: Histories) -> None:
        self._api = api
        self._people = people
        self._histories = histories
        self._feed = Feed(api)
        self._tickets = Tickets(api, self._feed, people, statuses)
        self._read_at: dict[Stream, datetime] = {}
        self._staff: dict[str, Doc] = {}
        self._articles_at: datetime | None = None
        self._articles: list[Article] = []

    async def changes(self, account: Account, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of what changed after the cursor."""
        if since is not None and self._rests(stream):
            yield Page((), since)
            return
        match stream:
            case Stream.TICKETS:
                pages = self._tickets.changes(account, since)
            case Stream.EVENTS:
                pages = self._events(account, since)
            case _:
                pages = self._whole(account, stream)
        async for page in pages:
            yield page
        self._read_at[stream] = self._api.client.clock()

    def _rests(self, stream: Stream) -> bool:
        read_at = self._read_at.get(stream)
        return read_at is not None and stream in REST and self._api.client.clock() - read_at < REST[stream]

    async def _events(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Messages and changes of all tickets, oldest first; `at` is the second up to which all are given."""
        cursor = cursor_of(since)
        start, at = whole(cursor, "feed") or 0, whole(cursor, "at") or 0
        async for entries in self._feed.kept(account, start):
            start = number(entries[-1])
            newest = moment(entries[-1], "Created")
            at = max(at, int(newest.timestamp()) if newest else 0)
            events = await self._histories.events(account, entries)
            merged = merges_in(entries, account.name)
            yield Page(tuple(events), _events_cursor(start, at), more=True, merged=merged)
        yield Page((), _events_cursor(start, at), whole_below=at)

    async def _whole(self, account: Account, stream: Stream) -> AsyncGenerator[Page, None]:
        """A list that has no changes of its own to ask for."""
        match stream:
            case Stream.PEOPLE:
                items = await self._colleagues(account)
            case Stream.FIELDS:
                items = await self._fields(account)
            case Stream.VIEWS:
                items = await self._views(account)
            case Stream.ARTICLES:
                items = [*await self._knowledge(account)]
            case Stream.CANNED:
                items = await self._canned(account)
            case _:
                items = []
        yield listed(items)

    async def _colleagues(self, account: Account) -> list[Item]:
        """Accounts that are not named like a mail address, and who else was seen to be staff; and the queues."""
        asked = {"fields": "Name,RealName,EmailAddress,Disabled"}
        terms = [{"field": "Name", "operator": "NOT LIKE", "value": "@"}]
        try:
            found = await self._api.searched("/users", asked, terms, most=PAGES_OF_COLLEAGUES)
        except Rejected:
            found = []
        named = {name for doc in found if "@" not in (name := user_name(doc))}  # a helpdesk may leave out the condition
        names = named | self._people.staff() | {account.user}
        for name in sorted(names - SYSTEM - self._staff.keys()):
            self._staff[name] = {"Name": name, **await self._people.user(name)}
        items: list[Item] = [self._people.person(account.name, doc) for doc in self._staff.values()]
        return items + [reading.team_from(queue, account.name) for queue in account.queues]

    async def _fields(self, account: Account) -> list[Item]:
        """The custom fields of tickets with their options, and the columns that we keep as fields."""
        items: list[Item] = []
        for position, field in enumerate(account.fields):
            if text(field, "id") != account.reader.tags:
                items.append(reading.field_from(field, account.name, await self._options(field), position))
        columns = enumerate(reading.COLUMNS, start=len(items))
        return items + [reading.column_from(name, account.name, position) for position, name in columns]

    async def _options(self, field: Doc) -> tuple[str, ...]:
        if text(field, "Type") not in reading.CHOICES:
            return ()
        found = await self._api.client.get(f"/customfield/{text(field, 'id')}")
        return texts(values(found, "Values"))

    async def _views(self, account: Account) -> list[Item]:
        """The saved searches for tickets, the first ones with what they find."""
        searches = await self._api.listed("/searches", {"query": "[]", "fields": "Name,Description,Content"})
        wanted = [doc for doc in searches if text(inner(doc, "Content"), "Query")]
        items: list[Item] = []
        for position, doc in enumerate(wanted):
            members = await self._members(text(doc, "id")) if position < MEMBERS_OF_VIEWS else ()
            items.append(reading.view_from(doc, account.name, position, members))
        return items

    async def _members(self, search: str) -> tuple[str, ...]:
        try:
            found = await self._api.client.get("/tickets", {"search": search, "per_page": PAGE})
        except Rejected:
            return ()
        return texts(entry.get("id") for entry in documents(found, "items"))

    async def _canned(self, account: Account) -> list[Item]:
        """The articles of classes that are named for prepared answers."""
        articles = await self._knowledge(account)
        return [reading.canned_from(article) for article in articles if CANNED_CLASSES.search(article.section)]

    async def _knowledge(self, account: Account) -> list[Article]:
        """Every article; read once for knowledge and prepared answers."""
        now = self._api.client.clock()
        if self._articles_at is None or now - self._articles_at >= REST[Stream.ARTICLES] / 2:
            asked = {"fields": "Name,Summary,Class,LastUpdated,CustomFields,Disabled", "fields[Class]": "Name"}
            found = await self._api.searched("/articles", asked, [{"field": "id", "operator": ">", "value": "0"}])
            used = [doc for doc in found if text(doc, "Disabled") in ("", "0")]
            self._articles = [reading.article_from(doc, account.name) for doc in used]
            self._articles_at = now
        return self._articles


def _events_cursor(feed: int, at: int) -> str:
    return json.dumps({"feed": feed, "at": at})
