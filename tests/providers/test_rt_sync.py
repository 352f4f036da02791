"""The engine on a live Request Tracker over a bad line: four desks at once (AGENTDESK_RT=1)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import Offline
from agentdesk.model import Change, Note, Op, Ref, Reply, SetPriority, SetStatus, Status
from agentdesk.model import Priority as Level
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine
from tests.providers import rt_server
from tests.providers.rt_live import Live, RtLine, live

WHO = ("aiko", "ben", "haruka", "root")


class BadLine(RtLine):
    """Of every five writes one never leaves, one loses its answer, and one is cut on the way."""

    cut = 0
    writes = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_write(request):
            self.writes += 1
            match self.writes % 5:
                case 1:
                    self.cut += 1
                    raise httpx.ConnectError("no route")
                case 2:
                    self.cut += 1
                    self.loses_answers += 1
                case 4:
                    self.cut += 1
                    raise httpx.ReadError("cut on the way")
        return await super().handle_async_request(request)


class Agent:
    """One agent's desk: an engine and its cache."""

    def __init__(self, side: Live, person: str, path: Path) -> None:
        self.line = BadLine()
        self.provider = side.signed_in(person, self.line)
        self.disk = StoreThread(path)
        self.store = Store(path)
        self.engine = Engine(self.provider, self.disk, lambda: datetime.now(UTC))

    def decides(self, op_id: str, ref: Ref, *changes: Change) -> None:
        found = self.store.queries.ticket(ref)
        assert found, "the ticket was pulled"
        now = datetime.now(UTC)
        self.store.outbox.add(Op(op_id, ref, changes, found.ticket, now, now), Author("me", "Me"))

    async def pushes(self) -> None:
        """Push until nothing waits, as the loop does."""
        for _attempt in range(60):
            try:
                await self.engine.push()
            except Offline:
                continue
            if not self.store.outbox.pending():
                return
        pytest.fail(f"left over: {[(op.state, op.reason) for op in self.store.outbox.pending()]}")

    async def close(self) -> None:
        await self.provider.close()
        await self.disk.close()
        self.store.close()


@asynccontextmanager
async def desks(side: Live, folder: Path) -> AsyncGenerator[list[Agent], None]:
    agents = [Agent(side, person, folder / f"{person}.db") for person in WHO]
    try:
        for agent in agents:
            await agent.engine.pull()
        yield agents
    finally:
        for agent in agents:
            await agent.close()


async def test_four_desks_write_at_once_and_every_note_arrives_once(rt_desk: rt_server.Desk, tmp_path: Path) -> None:
    async with live(rt_desk) as side:
        refs = [await side.customer_opens(f"Shared {number}", "first") for number in range(2)]
        async with desks(side, tmp_path) as agents:
            for agent, person in zip(agents, WHO, strict=True):
                for ref in refs:
                    agent.decides(f"{person}-{ref.id}-1", ref, Note(f"{person} 一"))
                    agent.decides(f"{person}-{ref.id}-2", ref, Note(f"{person} 二"))

            await asyncio.gather(*(agent.pushes() for agent in agents))

            expected = ["first", *(f"{person} {word}" for person in WHO for word in "一二")]
            for ref in refs:
                said = await side.bodies(ref)
                assert sorted(said) == sorted(expected)
                assert [one for one in said if one.startswith("ben")] == ["ben 一", "ben 二"]
            assert all(agent.line.cut for agent in agents)


async def test_a_reply_with_status_and_fields_arrives_whole_over_a_bad_line(
    rt_desk: rt_server.Desk, tmp_path: Path
) -> None:
    async with live(rt_desk) as side:
        ref = await side.customer_opens("Alone", "first")
        async with desks(side, tmp_path) as agents:
            agents[0].decides("whole", ref, Reply("done"), SetStatus(Status.SOLVED), SetPriority(Level.URGENT))

            await agents[0].pushes()
            await agents[0].engine.pull()

            found = agents[0].store.queries.ticket(ref)
            assert found
            assert (found.ticket.status, found.ticket.priority) == (Status.SOLVED, Level.URGENT)
            assert await side.bodies(ref) == ["first", "done"]
