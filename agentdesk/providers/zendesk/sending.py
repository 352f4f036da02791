"""Sending: an op leaves once, and can be found again.

An update carries the version it was decided on (`safe_update`), so that it is refused, words and all, when somebody
else was first; and our op id in the audit's metadata, where `find` looks for it after a lost answer. A create carries
the op id as idempotency key, which the helpdesk honours for two hours, and as external id.
"""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agentdesk.errors import CannotTell, Forbidden, Gone, Offline, Rejected, UploadGone
from agentdesk.exchange import Uploaded
from agentdesk.files import type_of
from agentdesk.i18n import _
from agentdesk.model import Create, Op, Ticket, Upload
from agentdesk.providers.base import Receipt
from agentdesk.providers.documents import Doc, documents, inner, moment, text
from agentdesk.providers.http import CHUNK_BYTES, Sleep
from agentdesk.providers.sending import nothing_sent
from agentdesk.providers.zendesk import writing
from agentdesk.providers.zendesk.account import Account
from agentdesk.providers.zendesk.api import Api
from agentdesk.providers.zendesk.histories import Histories
from agentdesk.providers.zendesk.log import OP_KEY, events_from_audit, op_from
from agentdesk.providers.zendesk.merging import Merging
from agentdesk.providers.zendesk.pages import tickets_in
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.refusals import Repeated

TOKEN_LIFETIME = timedelta(minutes=60)
"""How long an upload waits for its comment at least."""
_TOKEN_WORDS = re.compile(r"token|upload|attachment", re.IGNORECASE)
CLOCK_SKEW = timedelta(hours=1)
"""How wrong this machine's clock may be against the helpdesk's when an op is looked up."""


class Sending:
    """Carries ops to the helpdesk and looks up what arrived."""

    def __init__(self, api: Api, known: Known, histories: Histories, sleep: Sleep) -> None:
        self._api = api
        self._known = known
        self._merging = Merging(api, histories, sleep)

    async def send(self, account: Account, op: Op, server: Ticket | None) -> Receipt:
        """Do the op, all of it or nothing."""
        if isinstance(op.message, Create):
            return await self._create(account, op)
        if op.merge:
            return await self._merging.send(account, op, op.merge, server)
        with nothing_sent():
            server = server or await self._ticket(account, op.ticket.id)
            tokens = [upload.token or (await self.upload(upload, _unheard)).token for upload in op.uploads]
        path = f"/tickets/{op.ticket.id}"
        document = writing.update_document(op, server, tokens)
        try:
            answer = await self._api.client.write("PUT", path, document, kind=f"api:update:{op.ticket.id}")
        except Rejected as error:
            if tokens and _TOKEN_WORDS.search(str(error)):
                raise UploadGone(str(error)) from error
            raise
        return await self._receipt(account, answer, op, server)

    async def find(self, account: Account, op: Op) -> Receipt | None:
        """Did an earlier send of this op arrive?

        A create that is not shown under its external id may be sent again even when that list lags: the helpdesk then
        still remembers the idempotency key.
        """
        if op.merge:
            return await self._merging.find(account, op, op.merge)
        ticket = await self._created(op) if isinstance(op.message, Create) else op.ticket.id
        if ticket is None:
            return None
        try:
            audit = await self._audit(op, ticket)
        except Forbidden as error:
            raise CannotTell(_("{account}: this role may not look up what arrived.", account=account.name)) from error
        if audit is None and not isinstance(op.message, Create):
            return None
        return await self._receipt(account, {**await self._api.ticket(ticket, urgent=True), "audit": audit}, op)

    async def _create(self, account: Account, op: Op) -> Receipt:
        try:
            answer = await self._api.client.write(
                "POST", "/tickets", writing.create_document(op), headers={"Idempotency-Key": op.id}
            )
        except Repeated as error:
            if receipt := await self.find(account, op):
                return receipt
            raise Offline(str(error), arrived=True) from error
        return await self._receipt(account, answer, op)

    async def _created(self, op: Op) -> str | None:
        """The ticket that this op made."""
        found = await self._api.client.get("/tickets", {"external_id": op.id}, urgent=True)
        mine = (entry for entry in documents(found, "tickets") if text(entry, "external_id") == op.id)
        return next((text(entry, "id") for entry in mine), None)

    async def _audit(self, op: Op, ticket: str) -> Doc | None:
        """The audit that carries the op's id, searched from the newest back to when the op was decided."""
        horizon = op.created_at - CLOCK_SKEW
        asked = {"sort": "-created_at"}
        async for page in self._api.slices(f"/tickets/{ticket}/audits", asked, urgent=True):
            audits = documents(page, "audits")
            if mine := next((audit for audit in audits if op_from(audit) == op.id), None):
                return mine
            times = [at for audit in audits if (at := moment(audit, "created_at"))]
            if times and times[-1] < horizon and times[-1] <= times[0]:
                return None
        return None

    async def _ticket(self, account: Account, id: str) -> Ticket:
        return await self._read(account, await self._api.ticket(id, urgent=True), id)

    async def _read(self, account: Account, found: Doc, id: str) -> Ticket:
        items, _gone = await tickets_in(found, account, self._known)
        ticket = next((item for item in items if isinstance(item, Ticket)), None)
        if ticket is None:
            raise Gone(_("{account}: ticket {id} was deleted on the helpdesk.", account=account.name, id=id))
        return ticket

    async def _receipt(self, account: Account, answer: Doc, op: Op, server: Ticket | None = None) -> Receipt:
        """What the answer to a write proves; our id stands on its events even where the answer leaves it out.

        An answer to a write tells no service level clocks: those of `server` hold until the next pull.
        """
        if not inner(answer, "ticket"):
            raise Offline(_("{account}: the helpdesk's answer does not show the ticket.", account=account.name))
        ticket = await self._read(account, answer, op.ticket.id)
        if server is not None and "slas" not in inner(answer, "ticket"):
            ticket = replace(ticket, due_at=server.due_at, due_metric=server.due_metric)
        audit = {**inner(answer, "audit"), "ticket_id": ticket.ref.id, "metadata": {"custom": {OP_KEY: op.id}}}
        events = events_from_audit(audit, account.name, ticket.requester, self._known)
        return Receipt(ticket, tuple(events))

    async def upload(self, upload: Upload, told: Callable[[int], None]) -> Uploaded:
        """Bring a file to the helpdesk; the token by which one comment can name it, and until when."""
        client, path = self._api.client, Path(upload.path)
        size = _size(path, upload.name, client.account)
        begun = client.clock()
        answer = await client.upload(
            "/uploads", {"filename": upload.name}, lambda: _chunks(path, told), size, type_of(upload.name)
        )
        made = inner(answer, "upload")
        token = text(made, "token")
        if not token:
            raise Offline(_("{account}: the helpdesk's answer does not show the file.", account=client.account))
        least = begun + TOKEN_LIFETIME  # this machine's clock may be wrong; a token that is dead is brought anew anyway
        return Uploaded(token, max(least, moment(made, "expires_at") or least))


def _unheard(_sent: int) -> None:
    """Nobody asks how far it is."""


def _size(path: Path, name: str, account: str) -> int:
    """The bytes in a file that can be read."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise Rejected(_("{account}: {file} cannot be read.", account=account, file=name)) from error


async def _chunks(path: Path, told: Callable[[int], None]) -> AsyncGenerator[bytes, None]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            told(file.tell() - len(chunk))
            yield chunk
