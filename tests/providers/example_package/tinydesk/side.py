"""Tinydesk from the other side of the desk: its customer and a colleague, for the contract."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from agentdesk.model import Priority, Ref
from agentdesk.providers.contract import Account, Line, PartialSide

from . import Tinydesk


class TinydeskSide(PartialSide):
    """What is not played here (closing for good) leaves its tests out, and the report says so."""

    colleague = "2"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._line = Line()
        self._http = httpx.AsyncClient(base_url=account.url)
        self.provider = Tinydesk("tinydesk", account.url, Tinydesk.credentials("", account.token), transport=self._line)

    def stranger(self) -> Tinydesk:
        return Tinydesk("tinydesk", self._account.url, Tinydesk.credentials("", "wrong"))

    async def customer_opens(self, subject: str, body: str, file: bytes | None = None) -> Ref:
        files = [{"name": "plan.bin", "content": base64.b64encode(file).decode()}] if file else []
        order = {"subject": subject, "message": {"text": body, "files": files}}
        return Ref("tinydesk", (await self._asked("POST", "/tickets", "customer", order))["ticket"]["id"])

    async def customer_writes(self, ticket: Ref, body: str) -> None:
        await self._asked("PATCH", f"/tickets/{ticket.id}", "customer", {"message": {"text": body}})

    async def colleague_sets(self, ticket: Ref, priority: Priority) -> None:
        await self._asked("PATCH", f"/tickets/{ticket.id}", "agent-2", {"priority": priority.value})

    async def bodies(self, ticket: Ref) -> list[str]:
        found = await self._asked("GET", f"/tickets/{ticket.id}", "agent-2")
        return [message["text"] for message in found["messages"]]

    def loses_the_next_answer(self) -> None:
        self._line.loses_answers = 1

    def drops_the_next_request(self) -> None:
        self._line.drops_requests = 1

    async def close(self) -> None:
        await self.provider.close()
        await self._http.aclose()

    async def _asked(self, method: str, path: str, token: str, order: object = None):  # type: ignore[no-untyped-def]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._http.request(method, path, json=order, headers=headers)
        return answer.raise_for_status().json()


@asynccontextmanager
async def side(account: Account) -> AsyncIterator[TinydeskSide]:
    """A side for one test."""
    played = TinydeskSide(account)
    try:
        yield played
    finally:
        await played.close()
