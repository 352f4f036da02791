"""A provider put together from parts: what follows streams, what reads histories and what sends, for one account.

What the account is, is found out once, when it is first needed, and afresh at every greeting.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, Protocol, TypeVar

from agentdesk.model import Op, Ref, Ticket
from agentdesk.providers.base import Page, Receipt, Stream
from agentdesk.providers.http import Client
from agentdesk.providers.sending import nothing_sent

Account = TypeVar("Account")
Known = TypeVar("Known", contravariant=True)


class Streams(Protocol[Known]):
    """What follows streams."""

    def changes(self, account: Known, stream: Stream, since: str | None) -> AsyncIterator[Page]: ...


class Histories(Protocol[Known]):
    """What reads one ticket or one customer."""

    async def ticket(self, account: Known, ref: Ref) -> Page: ...

    async def customer(self, account: Known, person: Ref) -> Page: ...


class Sending(Protocol[Known]):
    """What carries ops to the helpdesk."""

    async def send(self, account: Known, op: Op, server: Ticket | None) -> Receipt: ...

    async def find(self, account: Known, op: Op) -> Receipt | None: ...


class Assembled(ABC, Generic[Account]):
    """The part of a provider that only passes on what its parts do."""

    def __init__(
        self, client: Client, streams: Streams[Account], histories: Histories[Account], sending: Sending[Account]
    ) -> None:
        self.account = client.account
        self._client = client
        self._streams = streams
        self._histories = histories
        self._sending = sending
        self._found: Account | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account!r}, {self._client.host!r})"

    @abstractmethod
    async def _probed(self) -> Account:
        """What this account is and may do, as the helpdesk says now."""

    @property
    def requests(self) -> int:
        """HTTP requests made so far."""
        return self._client.requests

    async def changes(self, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        """Pages of what changed after the cursor."""
        account = await self._probe()
        async for page in self._streams.changes(account, stream, since):
            yield page

    async def detail(self, ticket: Ref) -> Page:
        """One ticket with its whole event log and the people in it."""
        return await self._histories.ticket(await self._probe(), ticket)

    async def customer(self, person: Ref) -> Page:
        """A customer's card, tickets and outside events, as far as the helpdesk tells."""
        return await self._histories.customer(await self._probe(), person)

    async def send(self, op: Op, server: Ticket | None) -> Receipt:
        """Do the op against the helpdesk's copy."""
        with nothing_sent():
            account = await self._probe()
        return await self._sending.send(account, op, server)

    async def find(self, op: Op) -> Receipt | None:
        """Did an earlier send of this op arrive?"""
        return await self._sending.find(await self._probe(), op)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _probe(self) -> Account:
        if self._found is None:
            self._found = await self._probed()
        return self._found
