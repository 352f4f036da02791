"""The contract, run by the Zendesk provider against the embedded helpdesk over a real socket."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn

from agentdesk.model import Priority, Ref
from agentdesk.providers.contract import Line, OtherSide, ProviderContract
from agentdesk.providers.zendesk import Zendesk
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import AgentActs, CustomerReply, Dataset, Doc
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk
from agentdesk.sandbox.tickets import via_of

NOW = datetime.now(UTC) - timedelta(minutes=10)
CUSTOMER = {"name": "佐藤 結衣", "email": "yui@example.jp"}


def desk_dataset() -> Dataset:
    """A small team: an administrator, a colleague, an agent without rights, two teams and one field."""
    stamp = "2026-05-01T08:00:00Z"
    staff = [(1, "Ana", "admin"), (2, "Ken", "agent")]
    return Dataset(
        users=[
            {"id": id, "name": name, "email": f"{name.lower()}@desk.example", "role": role, "created_at": stamp}
            for id, name, role in staff
        ],
        groups=[{"id": 11, "name": "First", "created_at": stamp}, {"id": 12, "name": "Second", "created_at": stamp}],
        memberships=[
            {"id": 100 + 10 * user + group, "user_id": user, "group_id": group} for user in (1, 2) for group in (11, 12)
        ],
        ticket_fields=[{"id": 360001, "type": "text", "title": "Order", "created_at": stamp}],
    )


class Sandbox:
    """The embedded helpdesk from the other side; its clock moves on before everything that happens on it."""

    colleague = "2"
    text_field = "360001"

    def __init__(self, helpdesk: Helpdesk, url: str, user: str) -> None:
        self._helpdesk = helpdesk
        self._url = url
        self._line = Line()
        self._moments = 0
        helpdesk.db.clock = lambda: NOW + timedelta(seconds=2 * self._moments)
        self.provider = self._signed_in(user, helpdesk.credentials(1).token)

    def _signed_in(self, user: str, token: str) -> Zendesk:
        return Zendesk("zendesk", self._url, Zendesk.credentials(user, token), transport=self._line)

    def stranger(self) -> Zendesk:
        return Zendesk("zendesk", self._url, Zendesk.credentials("ana@desk.example", "wrong"))

    async def customer_opens(self, subject: str, body: str, file: bytes | None = None) -> Ref:
        self._moments += 1
        with self._helpdesk.db.atomic():
            requester = self._helpdesk.people.resolve(dict(CUSTOMER))
            comment: Doc = {"body": body, "public": True}
            if file is not None:
                upload, _attachment = self._helpdesk.uploads.add("plan.bin", "application/octet-stream", file)
                comment["uploads"] = [upload["token"]]
            fields: Doc = {"subject": subject, "comment": comment, "requester_id": requester["id"], "group_id": 11}
            ticket, _audit = self._helpdesk.tickets.create(fields, requester, via_of("email"))
        self._moments += 1
        return Ref("zendesk", str(ticket["id"]))

    async def customer_writes(self, ticket: Ref, body: str) -> None:
        self._moments += 1
        self._helpdesk.apply(CustomerReply(int(ticket.id), body))

    async def colleague_sets(self, ticket: Ref, priority: Priority) -> None:
        self._moments += 1
        self._helpdesk.apply(AgentActs(int(ticket.id), 2, changes={"priority": priority.value}))
        self._moments += 1

    async def becomes_a_parent(self, ticket: Ref) -> None:
        self._moments += 1
        self._helpdesk.apply(AgentActs(int(ticket.id), 2, changes={"type": "problem"}))

    async def freezes(self, ticket: Ref) -> None:
        self._moments += 1
        self._helpdesk.apply(AgentActs(int(ticket.id), 2, changes={"status": "closed", "assignee_id": 2}))

    async def bodies(self, ticket: Ref) -> list[str]:
        sql = "SELECT body FROM comments WHERE ticket_id = ? ORDER BY id"
        return [str(row[0]) for row in self._helpdesk.db.run(sql, (int(ticket.id),)).fetchall()]

    def loses_the_next_answer(self) -> None:
        self._line.loses_answers = 1

    def drops_the_next_request(self) -> None:
        self._line.drops_requests = 1


@asynccontextmanager
async def served(helpdesk: Helpdesk) -> AsyncGenerator[str, None]:
    """The helpdesk over a real socket; its address."""
    # With the protocol named, asyncio switches Nagle's algorithm off: an answer takes 40 ms less.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    app = create_app(helpdesk, limits=unlimited())
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await server.shutdown(sockets=[listener])


@asynccontextmanager
async def sandbox(user: str) -> AsyncGenerator[Sandbox, None]:
    helpdesk = Helpdesk(export_lag=timedelta(0))
    load(helpdesk, desk_dataset())
    async with served(helpdesk) as url:
        side = Sandbox(helpdesk, url, user)
        yield side
        await side.provider.close()
    helpdesk.close()


class TestAsAdministrator(ProviderContract):
    @pytest.fixture
    async def other(self) -> AsyncGenerator[OtherSide, None]:
        async with sandbox("ana@desk.example") as side:
            yield side


class TestAsAgent(ProviderContract):
    @pytest.fixture
    async def other(self) -> AsyncGenerator[OtherSide, None]:
        async with sandbox("ken@desk.example") as side:
            side.colleague = "1"
            yield side
