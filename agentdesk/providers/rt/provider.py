"""The Request Tracker provider: the one object that answers for an account."""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator
from functools import partial

import httpx

from agentdesk.access import USUAL, Access
from agentdesk.errors import Rejected
from agentdesk.i18n import _
from agentdesk.model import Attachment
from agentdesk.providers.assembled import Assembled
from agentdesk.providers.base import Concurrency, Greeting, Stream, Traits
from agentdesk.providers.documents import text
from agentdesk.providers.http import CHUNK_BYTES, Client, Clock, Secret, Sleep, utc_now
from agentdesk.providers.rt.account import Account, probed
from agentdesk.providers.rt.api import Api
from agentdesk.providers.rt.client import Credentials, RtClient, refusal
from agentdesk.providers.rt.histories import Histories
from agentdesk.providers.rt.links import WRITTEN
from agentdesk.providers.rt.people import Directory
from agentdesk.providers.rt.sending import Sending
from agentdesk.providers.rt.statuses import SETTABLE, Statuses
from agentdesk.providers.rt.streams import OFFERED, Streams
from agentdesk.providers.rt.writing import LIMITS

REST2 = "/REST/2.0"


class RequestTracker(Assembled[Account]):
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
        client = RtClient(
            account,
            url.rstrip("/").removesuffix(REST2) + REST2,
            auth,
            partial(refusal, account),
            transport=transport,
            clock=clock,
            sleep=sleep,
            access=access,
        )
        self._credentials = auth
        self._api = Api(client)
        self._people = Directory(client)
        self._statuses = Statuses(self._api)
        histories = Histories(self._api, self._people, self._statuses)
        streams = Streams(self._api, self._people, self._statuses, histories)
        super().__init__(client, streams, histories, Sending(self._api, histories, self._statuses, sleep))

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
            max_upload_bytes=LIMITS.max_bytes,
            statuses=SETTABLE,
            has_tags=account.reader.tags is not None,
            takes_empty_files=LIMITS.takes_empty,
            relations=frozenset(WRITTEN),
            can_merge=True,
        )
        return Greeting(account.me, traits)

    def streams(self) -> tuple[Stream, ...]:
        """The streams this account can follow (known after `greet`)."""
        knows = self._found is not None and self._found.has_articles
        return tuple(stream for stream in OFFERED if knows or stream not in (Stream.ARTICLES, Stream.CANNED))

    async def download(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The content of an attachment, in chunks; the helpdesk gives it whole, as base64 in JSON."""
        doc = await self._client.get(f"/attachment/{int(attachment.id)}", urgent=True)
        try:
            content = base64.b64decode(text(doc, "Content"))
        except (binascii.Error, ValueError):
            raise Rejected(_("{account}: {file} cannot be read.", account=self.account, file=attachment.name)) from None
        for start in range(0, len(content), CHUNK_BYTES):
            yield content[start : start + CHUNK_BYTES]

    async def _probed(self) -> Account:
        return await probed(self._api, self._credentials, self._people, self._statuses)
