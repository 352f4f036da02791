"""The feed: every transaction on tickets, by the one number that grows with each.

One reading serves tickets and events: what the tickets asked for a moment ago is kept for the events.

Entries that this user may not see are dropped after paging, so an empty page need not be the last one. An account that
does not see every queue asks for its own queues' transactions only. What else is hidden is walked past when a reading
is `thorough`: then an empty page is the end only if nothing newer can be seen.
"""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from agentdesk.providers.documents import Doc, text, whole
from agentdesk.providers.rt.account import Account
from agentdesk.providers.rt.api import PAGE, Api, quoted

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

    async def newest(self, account: Account) -> int:
        """The number of the newest transaction that can be seen."""
        found = await self._api.transactions(_visible(account), order="DESC")
        return max((number(entry) for entry in found), default=0)

    async def kept(self, account: Account, start: int) -> AsyncGenerator[list[Doc], None]:
        """The transactions after this one, without asking when that was done a moment ago; each reading serves once."""
        if self._has_kept(start):
            self._kept_at = None
            if fresh := [entry for entry in self._kept if number(entry) > start]:
                yield fresh
            return
        async for found in self.after(account, start, thorough=True):
            yield found

    async def after(self, account: Account, start: int, *, thorough: bool) -> AsyncGenerator[list[Doc], None]:
        """The transactions after this one, oldest first, page by page; nothing when there are none."""
        self._kept, self._kept_after, self._kept_at = [], start, None
        page, ahead = 1, None
        while True:
            found = await self._api.transactions(f"id > {start} AND {_visible(account)}", page=page)
            if found:
                found = sorted(found, key=number)
                self._kept = [*self._kept, *found] if len(self._kept) + len(found) <= KEPT else []
                start, page = number(found[-1]), 1
                yield found
                continue
            if ahead is None:
                ahead = await self.newest(account) if thorough else start
            if ahead <= start:
                break
            page += 1
        if self._kept or start == self._kept_after:
            self._kept_at = self._api.client.clock()

    def _has_kept(self, start: int) -> bool:
        if self._kept_at is None or self._api.client.clock() - self._kept_at > KEPT_FOR:
            return False
        return start >= self._kept_after


def _visible(account: Account) -> str:
    """The condition on transactions that this account can see any of."""
    if account.sees_all or not account.queues:
        return ON_TICKETS
    queues = " OR ".join(f"TicketQueue = {quoted(text(queue, 'Name'))}" for queue in account.queues)
    return f"{ON_TICKETS} AND ({queues})"


def number(entry: Doc) -> int:
    """The number of a transaction."""
    return whole(entry, "id") or 0
