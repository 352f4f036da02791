"""The Zendesk provider: the one object that answers for an account."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial

import httpx

from agentdesk.access import USUAL, Access
from agentdesk.model import Attachment, Relation, Upload
from agentdesk.providers.assembled import Assembled
from agentdesk.providers.base import Concurrency, Greeting, Stream, Traits, Uploaded
from agentdesk.providers.documents import text
from agentdesk.providers.http import Auth, Client, Clock, Secret, Sleep, basic, bearer, utc_now
from agentdesk.providers.oauth import Endpoints
from agentdesk.providers.sending import nothing_sent
from agentdesk.providers.zendesk.account import Account, probed
from agentdesk.providers.zendesk.api import Api
from agentdesk.providers.zendesk.histories import Histories
from agentdesk.providers.zendesk.people import Known
from agentdesk.providers.zendesk.refusals import refusal
from agentdesk.providers.zendesk.sending import Sending
from agentdesk.providers.zendesk.streams import Streams

CALLBACK_PORT = 47813
"""Zendesk compares redirect addresses letter by letter, so that the port has to be the one that was registered."""


class Zendesk(Assembled[Account]):
    """One account on one Zendesk."""

    OAUTH = Endpoints(
        "/oauth/authorizations/new",
        "/oauth/tokens",
        "read write",
        "agentdesk",
        CALLBACK_PORT,
        revoke="/api/v2/oauth/tokens/current",
    )

    def __init__(
        self,
        account: str,
        url: str,
        auth: Auth,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
        access: Access = USUAL,
    ) -> None:
        client = Client(
            account,
            url.rstrip("/").removesuffix("/api/v2") + "/api/v2",
            auth,
            partial(refusal, account),
            transport=transport,
            clock=clock,
            sleep=sleep,
            access=access,
        )
        self._api = Api(client)
        self._known = Known()
        histories = Histories(self._api, self._known)
        self._uploading = Sending(self._api, self._known, histories, sleep)
        super().__init__(client, Streams(self._api, self._known), histories, self._uploading)

    @staticmethod
    def credentials(user: str, secret: Secret) -> Auth:
        """An API token of the user, or an OAuth access token when no user is named."""
        return basic(f"{user}/token", secret) if user else bearer(secret)

    @staticmethod
    async def is_at(client: Client) -> bool:
        """A Zendesk answers at this address: it greets strangers, as nobody."""
        answer = await client.glimpse("/api/v2/users/me.json")
        return "user" in answer.doc or text(answer.doc, "error") == "Couldn't authenticate you"

    async def greet(self) -> Greeting:
        """Check the credentials and probe what this account may do."""
        account = self._found = await self._probed()
        traits = Traits(
            concurrency=Concurrency.EXACT,
            can_find_sent=True,
            history=account.is_admin,
            knowledge=account.has_knowledge,
            can_close=True,
            max_upload_bytes=account.max_upload_bytes,
            relations=frozenset({Relation.PARENT}),
            can_merge=True,
        )
        return Greeting(account.me, traits)

    def streams(self) -> tuple[Stream, ...]:
        """The streams this account can follow (known after `greet`)."""
        account = self._found
        missing = set()
        if account is None or not account.is_admin:
            missing.add(Stream.EVENTS)
        if account is None or not account.has_knowledge:
            missing.add(Stream.ARTICLES)
        return tuple(stream for stream in Stream if stream not in missing)

    async def upload(self, upload: Upload, told: Callable[[int], None]) -> Uploaded:
        """Bring a file to the helpdesk ahead of the message that names it."""
        with nothing_sent():
            return await self._uploading.upload(upload, told)

    async def download(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The content of an attachment, in chunks."""
        async for chunk in self._client.download(attachment.url):
            yield chunk

    async def _probed(self) -> Account:
        return await probed(self._api, self._known)
