"""The stream of tickets, from two paths.

Everybody may walk the list from the newest change back to the high-water mark; that is fresh at once. An administrator
also follows the incremental export, which lags a minute but knows what the list does not: archived tickets, deletions,
changes the system makes. A first reading begins with the queue: the agent's own unsolved tickets, those of nobody and
those of their teams, newest first.
"""

import json
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from agentdesk.errors import Rejected
from agentdesk.providers.base import Page
from agentdesk.providers.documents import Doc, documents, moment, text, values, whole
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import INCREMENTAL, SIDELOADS, Api, ids, is_last
from agentdesk.providers.zendesk.pages import cursor_of, cut, tickets_in
from agentdesk.providers.zendesk.people import Known

OVERLAP_SECONDS = 120
"""How far behind the high-water mark the walk goes: times have second resolution and lists settle late."""
LOST_CURSOR_SECONDS = 3600
"""How far behind the mark an export begins again when its cursor is refused."""
SEARCH_PAGES = 10
"""A search ends after a thousand results."""
EXPORT_REST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the reading of tickets stands, and what to begin with next time.

    `phase` is `queue`, `export` or `walk` while something is unfinished, `idle` between readings. `mark` is the newest
    change (epoch seconds) up to which everything is known, `top` the newest one seen when the present walk began.
    """

    phase: str = "queue"
    query: int = 0
    page: int = 1
    after: str = ""
    export: str = ""
    mark: int = 0
    top: int = 0

    def __str__(self) -> str:
        return json.dumps({key: value for key, value in asdict(self).items() if value})


def position_of(cursor: str | None) -> Position:
    """The position that a cursor tells."""
    doc = cursor_of(cursor)
    return Position(
        phase=text(doc, "phase") or "queue",
        query=whole(doc, "query") or 0,
        page=whole(doc, "page") or 1,
        after=text(doc, "after"),
        export=text(doc, "export"),
        mark=whole(doc, "mark") or 0,
        top=whole(doc, "top") or 0,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What one request of the reading brought, and the position after it."""

    found: Doc
    then: Position


class Tickets:
    """Reads the stream of tickets."""

    def __init__(self, api: Api, known: Known) -> None:
        self._api = api
        self._known = known
        self._exported_at = api.client.clock() - EXPORT_REST

    async def changes(self, account: Account, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of tickets with the people around them."""
        position = position_of(since)
        if position.phase == "idle":
            position = replace(position, phase="walk", after="", top=0)
        while position.phase != "idle":
            step = await self._step(account, position)
            items, gone = await tickets_in(step.found, account, self._known)
            more = step.then.phase != "idle"
            total = None if position.mark and position.phase == "walk" else account.total
            for page in cut(items, str(position), str(step.then), more=more, gone=gone, total=total):
                yield page
            position = step.then

    async def _step(self, account: Account, position: Position) -> Step:
        match position.phase:
            case "queue":
                return await self._queue(account, position)
            case "export":
                return await self._export(position)
            case _:
                return await self._walk(account, position)

    async def _queue(self, account: Account, position: Position) -> Step:
        """One page of the tickets that the agent needs first; fresh copies, since a search lags behind."""
        queries = ["assignee:me", "assignee:none", *(f"group:{group}" for group in account.groups)]
        after = replace(position, phase="export" if account.is_admin else "walk", query=0, page=1)
        asked: dict[str, str | int] = {"query": f"type:ticket status<solved {queries[position.query % len(queries)]}"}
        asked |= {"sort_by": "updated_at", "sort_order": "desc", "per_page": 100, "page": position.page}
        try:
            found = await self._api.client.get("/search", asked, kind="api:search")
        except Rejected:
            return Step({}, after)
        wanted = ids(found, "results")
        tickets = await self._api.tickets(wanted) if wanted else {}
        if text(found, "next_page") and wanted and position.page < SEARCH_PAGES:
            after = replace(position, page=position.page + 1)
        elif position.query + 1 < len(queries):
            after = replace(position, query=position.query + 1, page=1)
        return Step(tickets, after)

    async def _export(self, position: Position) -> Step:
        """One page of the incremental export."""
        try:
            found = await self._exported(position)
        except Rejected as error:
            if type(error) is not Rejected or not position.export:
                raise
            found = await self._exported(replace(position, export=""))
        cursor = text(found, "after_cursor") or position.export
        ended = is_last(found, "tickets") or cursor == position.export
        stamps = (stamp for entry in documents(found, "tickets") if (stamp := _changed(entry)))
        mark = max(stamps, default=0)
        self._exported_at = self._api.client.clock()
        return Step(
            found, replace(position, phase="idle" if ended else "export", export=cursor, mark=max(position.mark, mark))
        )

    async def _exported(self, position: Position) -> Doc:
        asked: dict[str, str | int] = {
            "per_page": self._api.export_page(),
            "support_type_scope": "all",
            "include": SIDELOADS,
        }
        if position.export:
            asked["cursor"] = position.export
        else:
            asked["start_time"] = max(0, position.mark - LOST_CURSOR_SECONDS)
        return await self._api.client.get("/incremental/tickets/cursor", asked, kind=INCREMENTAL)

    async def _walk(self, account: Account, position: Position) -> Step:
        """One page of the list, newest change first; what the mark already covers is left out."""
        floor = position.mark - OVERLAP_SECONDS
        asked = {"sort": "-updated_at", "include": SIDELOADS}
        try:
            found = await self._api.slice("/tickets", asked, position.after or None)
        except Rejected as error:
            if type(error) is not Rejected or not position.after:
                raise
            return Step({}, replace(position, after="", top=0))
        stamps = {text(entry, "id"): _changed(entry) for entry in documents(found.doc, "tickets")}
        fresh = [entry for entry in documents(found.doc, "tickets") if (stamps[text(entry, "id")] or floor) >= floor]
        top = position.top or max((stamp for stamp in stamps.values() if stamp), default=position.mark)
        passed = len(fresh) < len(stamps)
        if found.next and found.next != position.after and not passed and values(found.doc, "tickets"):
            return Step(found.doc, replace(position, after=found.next, top=top))
        return Step(
            _around(found.doc, fresh),
            self._walked(account, replace(position, after="", top=0, mark=max(position.mark, top))),
        )

    def _walked(self, account: Account, position: Position) -> Position:
        """The position after a whole walk: on to the export, unless its small limit should rest."""
        now, limits = self._api.client.clock(), self._api.client.limits
        resting = limits.is_scarce(INCREMENTAL, now) and now - self._exported_at < EXPORT_REST
        return replace(position, phase="export" if account.is_admin and not resting else "idle")


def _around(doc: Doc, tickets: list[Doc]) -> Doc:
    """The answer cut down to these tickets and the people they name."""
    named = {text(entry, key) for entry in tickets for key in ("requester_id", "assignee_id", "organization_id")}
    kept = {
        key: [entry for entry in documents(doc, key) if text(entry, "id") in named]
        for key in ("users", "organizations")
    }
    return {**doc, **kept, "tickets": tickets}


def _changed(entry: Doc) -> int | None:
    """When a ticket was changed, in epoch seconds."""
    at = moment(entry, "updated_at")
    return int(at.timestamp()) if at else None
