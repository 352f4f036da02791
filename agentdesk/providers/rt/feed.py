"""The feed: every transaction on tickets, by the one number that grows with each.

One reading serves tickets and events: what was asked for a moment ago is kept. Entries that this user may not see are
dropped after paging, so a page is walked past while it is empty, as far as `patience` goes: an account that sees every
queue needs none.
"""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from agentdesk.providers.documents import Doc, whole
from agentdesk.providers.rt.api import PAGE, Api

KEPT_FOR = timedelta(seconds=15)
KEPT = 5 * PAGE
ON_TICKETS = "ObjectType = 'RT::Ticket'"


class Feed:
    """Reads transactions on from a number."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: list[Doc] = []
        self._kept_after = 0
        self._kept_at: datetime | None = None

    async def newest(self) -> int:
        """The number of the newest transaction that can be seen."""
        found = await self._api.transactions(ON_TICKETS, order="DESC", per_page=PAGE // 10)
        return max((number(entry) for entry in found), default=0)

    async def after(self, start: int, patience: int) -> AsyncGenerator[list[Doc], None]:
        """The transactions after this one, oldest first, page by page; nothing when there are none."""
        if self._has_kept(start):
            if fresh := [entry for entry in self._kept if number(entry) > start]:
                yield fresh
            return
        self._kept, self._kept_after, self._kept_at = [], start, None
        page = 1
        while page <= 1 + patience:
            found = await self._api.transactions(f"id > {start} AND {ON_TICKETS}", page=page)
            if not found:
                page += 1
                continue
            found = sorted(found, key=number)
            self._kept = [*self._kept, *found][-KEPT:] if len(self._kept) + len(found) <= KEPT else []
            start, page = number(found[-1]), 1
            yield found
        if self._kept or start == self._kept_after:
            self._kept_at = self._api.client.clock()

    def _has_kept(self, start: int) -> bool:
        if self._kept_at is None or self._api.client.clock() - self._kept_at > KEPT_FOR:
            return False
        return start >= self._kept_after


def number(entry: Doc) -> int:
    """The number of a transaction."""
    return whole(entry, "id") or 0
