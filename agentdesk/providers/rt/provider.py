"""The Request Tracker provider: the one object that answers for an account."""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator

import httpx

from agentdesk.access import USUAL, Access
from agentdesk.errors import ProviderError, Rejected
from agentdesk.i18n import _
from agentdesk.model import Attachment, Op, Ref, Ticket
from agentdesk.providers.base import Concurrency, Greeting, Page, Receipt, Stream, Traits
from agentdesk.providers.documents import text
from agentdesk.providers.http import CHUNK_BYTES, Answer, Client, Clock, Secret, Sleep, utc_now
from agentdesk.providers.rt.account import Account, probed
from agentdesk.providers.rt.api import Api
from agentdesk.providers.rt.client import Credentials, RtClient, refusal
from agentdesk.providers.rt.histories import Histories
from agentdesk.providers.rt.links import WRITTEN
from agentdesk.providers.rt.people import Directory
from agentdesk.providers.rt.sending import Sending
from agentdesk.providers.rt.statuses import SETTABLE, Statuses
from agentdesk.providers.rt.streams import OFFERED, Streams
from agentdesk.providers.rt.writing import MAX_UPLOAD_BYTES
from agentdesk.providers.sending import nothing_sent

REST2 = "/REST/2.0"


class RequestTracker:
    """One account on one Request Tracker."""

    def __init__(
        self,
        account: str,
        url: str,
        auth: Credentials,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
        access: Access = USUAL,
    ) -> None:
        self.account = account
        self._credentials = auth
        self._client = RtClient(
            account,
            url.rstrip("/").removesuffix(REST2) + REST2,
            auth,
            self._refusal,
            transport=transport,
            clock=clock,
            sleep=sleep,
            access=access,
        )
        self._api = Api(self._client)
        self._people = Directory(self._client)
        self._statuses = Statuses(self._api)
        self._histories = Histories(self._api, self._people, self._statuses)
        self._streams = Streams(self._api, self._people, self._statuses, self._histories)
        self._sending = Sending(self._api, self._histories, self._statuses, sleep)
        self._found: Account | None = None

    def __repr__(self) -> str:
        return f"RequestTracker({self.account!r}, {self._client.host!r})"

    @staticmethod
    def credentials(user: str, secret: Secret) -> Credentials:
        """A token, which needs no user, or the password of the user named."""
        return Credentials(user, secret)

    @staticmethod
    async def is_at(client: Client) -> bool:
        """A Request Tracker answers at this address."""
        answer = await client.glimpse(f"{REST2}/rt")
        return bool(text(answer.doc, "Version")) or (
            answer.status == httpx.codes.UNAUTHORIZED and text(answer.doc, "message") == "Unauthorized"
        )

    @property
    def requests(self) -> int:
        """HTTP requests made so far."""
        return self._client.requests

    def _refusal(self, answer: Answer) -> ProviderError | None:
        return refusal(self.account, answer)

    async def greet(self) -> Greeting:
        """Check the credentials and probe what this account may do."""
        self._found = None
        account = await self._probe()
        traits = Traits(
            concurrency=Concurrency.BEST_EFFORT,
            can_find_sent=True,
            history=True,
            knowledge=account.has_articles,
            can_close=False,
            max_upload_bytes=MAX_UPLOAD_BYTES,
            statuses=SETTABLE,
            has_tags=account.reader.tags is not None,
            takes_empty_files=False,
            relations=frozenset(WRITTEN),
            can_merge=True,
        )
        return Greeting(account.me, traits)

    def streams(self) -> tuple[Stream, ...]:
        """The streams this account can follow (known after `greet`)."""
        knows = self._found is not None and self._found.has_articles
        return tuple(stream for stream in OFFERED if knows or stream not in (Stream.ARTICLES, Stream.CANNED))

    async def changes(self, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of what changed after the cursor."""
        account = await self._probe()
        async for page in self._streams.changes(account, stream, since):
            yield page

    async def detail(self, ticket: Ref) -> Page:
        """One ticket with its whole event log and the people in it."""
        return await self._histories.ticket(await self._probe(), ticket)

    async def customer(self, person: Ref) -> Page:
        """A customer's card and tickets."""
        return await self._histories.customer(await self._probe(), person)

    async def send(self, op: Op, server: Ticket | None) -> Receipt:
        """Do the op against the helpdesk's copy, words last."""
        with nothing_sent():
            account = await self._probe()
        return await self._sending.send(account, op, server)

    async def find(self, op: Op) -> Receipt | None:
        """Did an earlier send of this op arrive?"""
        return await self._sending.find(await self._probe(), op)

    async def download(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The content of an attachment, in chunks; the helpdesk gives it whole, as base64 in JSON."""
        doc = await self._client.get(f"/attachment/{int(attachment.id)}", urgent=True)
        try:
            content = base64.b64decode(text(doc, "Content"))
        except (binascii.Error, ValueError):
            raise Rejected(_("{account}: {file} cannot be read.", account=self.account, file=attachment.name)) from None
        for start in range(0, len(content), CHUNK_BYTES):
            yield content[start : start + CHUNK_BYTES]

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _probe(self) -> Account:
        if self._found is None:
            self._found = await probed(self._api, self._credentials, self._people, self._statuses)
        return self._found
