"""Merging: one ticket made part of another, which Zendesk does by closing it, and in a job of its own.

Merging is not idempotent there, but a ticket that was merged is closed, and a closed one cannot be merged: so a second
order changes nothing, and what became of the first is read from the ticket itself.
"""

from agentdesk.errors import Conflict, Gone, Rejected
from agentdesk.i18n import _
from agentdesk.model import Event, Kind, Merge, Op, Relation, Status, Ticket, summarised
from agentdesk.providers.base import Receipt
from agentdesk.providers.documents import Doc, documents, inner, text
from agentdesk.providers.http import Sleep
from agentdesk.providers.sending import nothing_sent
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import Api
from agentdesk.providers.zendesk.histories import Histories
from agentdesk.providers.zendesk.writing import number
from agentdesk.text.safe import safe_line

MERGED_TAG = "closed_by_merge"
AT_WORK = frozenset({"queued", "working"})
LOOKS = 30
LOOK_AGAIN_SECONDS = 1.0
QUOTED_CHARACTERS = 2000


class Merging:
    """Orders merges and finds out what became of them."""

    def __init__(self, api: Api, histories: Histories, sleep: Sleep) -> None:
        self._api = api
        self._histories = histories
        self._sleep = sleep

    async def send(self, account: Account, op: Op, merge: Merge, server: Ticket | None) -> Receipt:
        """Make the ticket part of the other one, unless it is that already."""
        with nothing_sent():
            ticket, log = await self._read(account, op)
            if receipt := _receipt(op, merge, ticket, log):
                return receipt
            if server is not None and server.version != ticket.version:
                raise Conflict(_("{account}: somebody else changed the ticket first.", account=account.name))
        order = {"ids": [number(op.ticket.id)], **_comments(ticket, merge, log)}
        answer = await self._api.client.write("POST", f"/tickets/{merge.into}/merge", order)
        words = await self._done(inner(answer, "job_status"))
        receipt = await self.find(account, op, merge)
        if receipt is None:
            raise Rejected(_("{account}: the tickets were not merged. {words}", account=account.name, words=words))
        return receipt

    async def find(self, account: Account, op: Op, merge: Merge) -> Receipt | None:
        """The ticket as the merge left it, None while it is as it was."""
        return _receipt(op, merge, *await self._read(account, op))

    async def _read(self, account: Account, op: Op) -> tuple[Ticket, list[Event]]:
        page = await self._histories.ticket(account, op.ticket)
        ticket = next(item for item in page.items if isinstance(item, Ticket) and item.ref == op.ticket)
        return ticket, [item for item in page.items if isinstance(item, Event)]

    async def _done(self, job: Doc) -> str:
        """Wait for a job; what it says of itself when it is over, or was not after a while."""
        for _look in range(LOOKS):
            if text(job, "status") not in AT_WORK:
                break
            await self._sleep(LOOK_AGAIN_SECONDS)
            found = await self._api.client.get(f"/job_statuses/{text(job, 'id')}", urgent=True)
            job = inner(found, "job_status")
        said = [text(job, "message"), *(text(row, "details", "error") for row in documents(job, "results"))]
        return safe_line(" ".join(words for words in said if words))


def _receipt(op: Op, merge: Merge, ticket: Ticket, log: list[Event]) -> Receipt | None:
    """Proof of the merge; raises `Gone` where the ticket is part of another one."""
    into = [link.to for link in summarised(ticket, log).links if link.relation is Relation.MERGED_INTO]
    if into and into[-1] != merge.into:
        raise Gone(_("{ticket} was merged into #{other}.", ticket=str(op.ticket), other=into[-1]))
    is_closed = ticket.status is Status.CLOSED and MERGED_TAG in ticket.tags
    return Receipt(ticket, tuple(log)) if into or is_closed else None


def _comments(ticket: Ticket, merge: Merge, log: list[Event]) -> dict[str, object]:
    """What both tickets say afterwards, to colleagues only: the one that stays has the other's last words."""
    said = [event.body for event in log if event.kind in (Kind.CUSTOMER, Kind.REPLY) and event.body]
    told = _("#{number} “{subject}” was merged into this ticket.", number=ticket.number, subject=ticket.subject)
    return {
        "target_comment": "\n\n".join([told, *(words[:QUOTED_CHARACTERS] for words in said[-1:])]),
        "source_comment": _("This ticket was merged into #{number}.", number=merge.into),
        "target_comment_is_public": False,
        "source_comment_is_public": False,
    }
