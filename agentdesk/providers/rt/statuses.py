"""Statuses: the words of the queues' lifecycles, and which of ours each one is.

A lifecycle's words are free, and REST2 does not list them. So the usual words are known here, and of any other the
helpdesk is asked once whether it counts as inactive.

`stalled` is our *on hold* and not our *pending*: Request Tracker 5 leaves a stalled ticket stalled when the customer
writes, and only *on hold* counts a customer's message as waiting. `resolved` and `rejected` are *solved*: a customer's
answer opens them again, so nothing here is ever closed for good.
"""

from collections.abc import Iterable

from agentdesk.model import Status
from agentdesk.providers.documents import documents
from agentdesk.providers.rt.api import Api, quoted

DELETED = "deleted"
SETTABLE = frozenset({Status.NEW, Status.OPEN, Status.HOLD, Status.SOLVED})
"""What the lifecycle that comes with Request Tracker has a word for."""

_WORDS = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "in progress": Status.OPEN,
    "stalled": Status.HOLD,
    "on hold": Status.HOLD,
    "hold": Status.HOLD,
    "blocked": Status.HOLD,
    "pending": Status.PENDING,
    "waiting": Status.PENDING,
    "waiting for customer": Status.PENDING,
    "waiting on customer": Status.PENDING,
    "resolved": Status.SOLVED,
    "rejected": Status.SOLVED,
    "closed": Status.SOLVED,
    "done": Status.SOLVED,
    DELETED: Status.CLOSED,
}
_USUAL = {Status.NEW: "new", Status.OPEN: "open", Status.HOLD: "stalled", Status.SOLVED: "resolved"}


class Statuses:
    """Every status word that was met."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._met: dict[str, Status] = {}

    async def meet(self, words: Iterable[str]) -> None:
        """Find out about the words that are not known yet: one request each, once."""
        for word in sorted({word.casefold() for word in words} - _WORDS.keys() - self._met.keys() - {""}):
            query = f"Status = {quoted(word)} AND Status = '__Inactive__'"
            found = await self._api.client.get("/tickets", {"query": query, "per_page": 1})
            self._met[word] = Status.SOLVED if documents(found, "items") else Status.OPEN

    def status(self, word: str) -> Status:
        """What a word of a lifecycle is for us."""
        known = word.casefold()
        return _WORDS.get(known) or self._met.get(known, Status.OPEN)

    def word(self, status: Status, current: str, offered: Iterable[str]) -> str | None:
        """The word that sets a status on a ticket which offers these, None where there is none.

        What is offered are the buttons of the web pages, not every transition that is allowed: so the usual word is
        tried too, and the helpdesk may refuse it.
        """
        usual = _USUAL.get(status)
        fitting = [word for word in (current, *offered) if word and self.status(word) is status]
        return usual if usual in fitting or not fitting else fitting[0]
