"""The other streams: messages, people, fields, macros, views, knowledge and customers.

Lists that have no export (people, fields, macros, views) are read whole and need no cursor. The cursor of an export is
where it continues.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from agentdesk.errors import Offline, Rejected
from agentdesk.model import Item
from agentdesk.providers.base import Page, Stream
from agentdesk.providers.documents import Doc, documents, flag, moment, text, values, whole
from agentdesk.providers.zendesk import reading
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import HELP_CENTER, INCREMENTAL, PAGE, VIEWS, Api, ids, is_last, parameters_of
from agentdesk.providers.zendesk.log import events_from_export
from agentdesk.providers.zendesk.pages import cursor_of, cut, people_in
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.tickets import Tickets

EXPORT_LAG_SECONDS = 61
"""The newest minute of an export may not be asked for."""
MEMBERS_OF_VIEWS = 20
"""Views whose first hundred tickets are read; the others are known by name."""

REST = {
    Stream.PEOPLE: timedelta(minutes=5),
    Stream.FIELDS: timedelta(minutes=10),
    Stream.CANNED: timedelta(minutes=5),
    Stream.VIEWS: timedelta(minutes=2),
    Stream.CUSTOMERS: timedelta(seconds=60),
    Stream.EVENTS: timedelta(seconds=30),
}
"""How long a process that has read a stream leaves it alone: whole lists always, exports while their limit runs low."""
EXPORTS = frozenset({Stream.CUSTOMERS, Stream.EVENTS})
STAFF_ROLES = ("agent", "admin")
ORGANIZATIONS = "organizations"
"""The part of the customers' export that is still to be read, in a cursor."""


class Streams:
    """Reads every stream of one account."""

    def __init__(self, api: Api, known: Known) -> None:
        self._api = api
        self._known = known
        self._tickets = Tickets(api, known)
        self._sections: dict[str, str] = {}
        self._read_at: dict[Stream, datetime] = {}

    async def changes(self, account: Account, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of what changed after the cursor."""
        if since is not None and self._rests(stream):
            yield Page((), since)
            return
        async for page in self._reader(account, stream, since):
            yield page
        self._read_at[stream] = self._api.client.clock()

    def _reader(self, account: Account, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        match stream:
            case Stream.TICKETS:
                return self._tickets.changes(account, since)
            case Stream.EVENTS:
                return self._events(account, since)
            case Stream.PEOPLE:
                return self._people(account, since)
            case Stream.FIELDS:
                return self._fields(account, since)
            case Stream.CANNED:
                return self._canned(account, since)
            case Stream.VIEWS:
                return self._views(account, since)
            case Stream.ARTICLES:
                return self._articles(account, since)
            case Stream.CUSTOMERS:
                return self._customers(account, since)

    def _rests(self, stream: Stream) -> bool:
        read_at, now = self._read_at.get(stream), self._api.client.clock()
        if read_at is None or stream not in REST or now - read_at >= REST[stream]:
            return False
        return stream not in EXPORTS or self._api.client.limits.is_scarce(INCREMENTAL, now)

    async def _events(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Messages and changes of all tickets, oldest first."""
        await self._meet_colleagues()
        start, more = whole(cursor_of(since), "start") or 0, True
        while more:
            asked: dict[str, str | int] = {"include": "comment_events", "per_page": self._api.export_page()}
            found = await self._export("/incremental/ticket_events", start, INCREMENTAL, asked)
            following = _following(found, start, "ticket_events")
            more = following > start and not is_last(found, "ticket_events")
            entries = documents(found, "ticket_events")
            items = await asyncio.to_thread(self._events_in, account, entries)
            for page in cut(items, _start(start), _start(following), more=more):
                yield page if page.more else replace(page, whole_below=following)
            start = following

    def _events_in(self, account: Account, entries: list[Doc]) -> list[Item]:
        return [event for entry in entries for event in events_from_export(entry, account.name, self._known)]

    async def _meet_colleagues(self) -> None:
        """Know who is staff before messages are told apart by their author."""
        if not self._known.has_staff:
            await self._colleagues()

    async def _colleagues(self) -> list[Doc]:
        users = [user for role in STAFF_ROLES for user in await self._api.listed("/users", "users", {"role": role})]
        staff = [user for user in users if text(user, "role") in STAFF_ROLES]
        self._known.meet_staff(staff)
        return staff

    async def _people(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Colleagues, and the teams with their members."""
        users = await self._colleagues()
        items = people_in({"users": users}, account.name, self._known)
        members: dict[str, list[str]] = {}
        for membership in await self._api.optional("/group_memberships", "group_memberships"):
            members.setdefault(text(membership, "group_id"), []).append(text(membership, "user_id"))
        for group in await self._api.optional("/groups", "groups"):
            if not flag(group, "deleted"):
                items.append(reading.team_from(group, account.name, members.get(text(group, "id"), ())))
        for page in cut(items, since or "{}", "{}", more=False):
            yield page

    async def _fields(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """The account's own ticket fields, and the brands it writes under."""
        found = await self._api.listed("/ticket_fields", "ticket_fields")
        active = [
            entry for entry in found if flag(entry, "active", True) and text(entry, "type") not in reading.SYSTEM_FIELDS
        ]
        brands = await self._api.optional("/brands", "brands")
        items: list[Item] = [reading.field_from(entry, account.name) for entry in active]
        items += [reading.brand_from(entry, account.name) for entry in brands if not flag(entry, "is_deleted")]
        for page in cut(items, since or "{}", "{}", more=False):
            yield page

    async def _canned(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """The macros that are in use."""
        found = await self._api.optional("/macros", "macros", {"active": "true"})
        items = [reading.canned_from(entry, account.name) for entry in found if flag(entry, "active", True)]
        for page in cut(items, since or "{}", "{}", more=False):
            yield page

    async def _views(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """The views that are in use, the first ones with their tickets."""
        found = await self._api.optional("/views", "views", {"active": "true"})
        active = sorted((entry for entry in found if flag(entry, "active", True)), key=_position)
        items: list[Item] = []
        is_troubled = False
        for number, entry in enumerate(active):
            try:
                members = await self._members(text(entry, "id")) if number < MEMBERS_OF_VIEWS else []
            except Offline as error:
                if is_troubled or not error.arrived:
                    raise
                is_troubled = True  # one view may be too much for the helpdesk; what is known of it stays
                continue
            is_troubled = False
            items.append(reading.view_from(entry, account.name, members))
        for page in cut(items, since or "{}", "{}", more=False):
            yield page

    async def _members(self, view: str) -> list[str]:
        try:
            found = await self._api.slice(f"/views/{view}/tickets", {}, None, kind=f"{VIEWS}:{view}")
        except Rejected:
            return []
        return ids(found.doc, "tickets")

    async def _articles(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Knowledge articles in all their languages."""
        start, more = whole(cursor_of(since), "start") or 0, True
        while more:
            asked = {"include": "translations"}
            found = await self._export("/help_center/incremental/articles.json", start, HELP_CENTER, asked)
            entries = documents(found, "articles")
            await self._learn_sections(entries)
            following = _following(found, start, "articles")
            more = following > start and bool(entries) and bool(text(found, "next_page"))
            items = await asyncio.to_thread(_articles_in, found, account, self._sections)
            for page in cut(items, _start(start), _start(following), more=more):
                yield page
            start = following

    async def _learn_sections(self, articles: list[Doc]) -> None:
        """Know the names of the sections of these articles."""
        if any(text(article, "section_id") not in self._sections for article in articles):
            found = await self._api.optional("/help_center/sections.json", "sections", kind=HELP_CENTER)
            self._sections |= {text(section, "id"): text(section, "name") for section in found}

    async def _customers(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Everybody who ever wrote, and their organizations; later only changes, as far as this role is told them."""
        reader = self._exported_customers if account.is_admin else self._listed_customers
        async for page in reader(account, since):
            yield page

    async def _exported_customers(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """People, then organizations; where it was stopped between the two, only what is missing is asked again."""
        position = cursor_of(since)
        after, start = text(position, "after"), whole(position, "start") or 0
        more = text(position, "part") != ORGANIZATIONS
        while more:
            asked: dict[str, str | int] = {"cursor": after} if after else {"start_time": 0}
            found = await self._api.client.get(
                "/incremental/users/cursor", {**asked, "per_page": self._api.export_page()}, kind=INCREMENTAL
            )
            before, after = _start(start, after), text(found, "after_cursor") or after
            more = not is_last(found, "users")
            then = _start(start, after, "" if more else ORGANIZATIONS)
            for page in cut(people_in(found, account.name, self._known), before, then, more=True):
                yield page
        more = True
        while more:
            found = await self._export("/incremental/organizations", start, INCREMENTAL, {})
            following = _following(found, start, "organizations")
            more = following > start and not is_last(found, "organizations")
            items = people_in(found, account.name, self._known)
            before, then = _start(start, after, ORGANIZATIONS), _start(following, after, ORGANIZATIONS if more else "")
            for page in cut(items, before, then, more=more):
                yield page
            start = following

    async def _listed_customers(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """The lists once; afterwards, new customers come along with their tickets."""
        position = cursor_of(since)
        path, after = text(position, "list") or "/users", text(position, "after") or None
        while path != "done":
            asked = {"role": "end-user"} if path == "/users" else {}
            found = await self._api.slice(path, asked, after)
            before, after = _listed(path, after), found.next
            if after is None:
                path = "/organizations" if path == "/users" else "done"
            items = people_in(found.doc, account.name, self._known)
            for page in cut(items, before, _listed(path, after), more=path != "done"):
                yield page
        if text(position, "list") == "done":
            yield Page((), since or "")

    async def _export(self, path: str, start: int, kind: str, asked: Mapping[str, str | int]) -> Doc:
        """A page of an export by time, the newest minute left out as the helpdesk wants it."""
        latest = int(self._api.client.clock().timestamp()) - EXPORT_LAG_SECONDS
        return await self._api.client.get(path, {"start_time": max(0, min(start, latest)), **asked}, kind=kind)


def _following(found: Doc, start: int, key: str) -> int:
    """Where an export by time goes on; a full page within one second is stepped over, or it would come for ever."""
    told = whole(found, "end_time") or whole(parameters_of(text(found, "next_page")), "start_time")
    changed = (moment(entry, "updated_at") for entry in documents(found, key))
    end = told or max((int(at.timestamp()) for at in changed if at), default=start)
    stuck = end <= start and len(values(found, key)) >= PAGE
    return start + 1 if stuck else max(end, start)


def _start(start: int, after: str = "", part: str = "") -> str:
    told = {"after": after, "part": part}
    return json.dumps({"start": start, **{key: value for key, value in told.items() if value}})


def _listed(path: str, after: str | None) -> str:
    return json.dumps({"list": path, "after": after or ""})


def _articles_in(found: Doc, account: Account, sections: dict[str, str]) -> list[Item]:
    translations: dict[str, list[Doc]] = {}
    for entry in documents(found, "translations"):
        translations.setdefault(text(entry, "source_id"), []).append(entry)
    return [
        article
        for entry in documents(found, "articles")
        for article in reading.articles_from(entry, account.name, sections, translations.get(text(entry, "id"), ()))
    ]


def _position(entry: Doc) -> int:
    return whole(entry, "position") or 0
