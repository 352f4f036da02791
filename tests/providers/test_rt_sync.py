"""The engine on a live Request Tracker through a proxy that cuts: four desks at once (AGENTDESK_RT=1)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import Offline
from agentdesk.model import (
    Change,
    Link,
    Merge,
    Note,
    Op,
    OpState,
    Ref,
    Relation,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    Status,
)
from agentdesk.model import Priority as Level
from agentdesk.providers.rt import RequestTracker
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine
from tests.providers import rt_server
from tests.providers.cutting import Cutting, cutting
from tests.providers.rt_live import ACCOUNT, Live, is_write, live

WHO = ("aiko", "ben", "haruka", "root")


class Agent:
    """One agent's desk: an engine and its cache."""

    def __init__(self, side: Live, person: str, address: str, path: Path) -> None:
        auth = RequestTracker.credentials("", side.desk.tokens[person])
        self.provider = RequestTracker(ACCOUNT, address, auth)
        self.disk = StoreThread(path)
        self.store = Store(path)
        self.ahead = timedelta()
        self.engine = Engine(self.provider, self.disk, lambda: datetime.now(UTC) + self.ahead)

    def decides(self, op_id: str, ref: Ref, *changes: Change) -> None:
        found = self.store.queries.ticket(ref)
        assert found, "the ticket was pulled"
        now = datetime.now(UTC)
        self.store.outbox.add(Op(op_id, ref, changes, found.ticket, now, now), Author("me", "Me"))

    async def pushes(self, failing: str = "") -> None:
        """Push until nothing waits, as the loop does, but for a decision that is to fail."""
        for _attempt in range(60):
            try:
                await self.engine.push()
            except Offline:
                continue
            if all(op.id == failing and op.state is OpState.FAILED for op in self.store.outbox.pending()):
                return
        pytest.fail(f"left over: {[(op.state, op.reason) for op in self.store.outbox.pending()]}")

    async def close(self) -> None:
        await self.provider.close()
        await self.disk.close()
        self.store.close()


@asynccontextmanager
async def desks(side: Live, folder: Path) -> AsyncGenerator[tuple[list[Agent], Cutting], None]:
    port = httpx.URL(side.desk.url).port
    assert port
    async with cutting(port, is_write) as proxy:
        agents = [Agent(side, person, proxy.address, folder / f"{person}.db") for person in WHO]
        try:
            for agent in agents:
                await agent.engine.pull()
            yield agents, proxy
        finally:
            for agent in agents:
                await agent.close()


async def test_four_desks_write_at_once_and_every_note_arrives_once(rt_desk: rt_server.Desk, tmp_path: Path) -> None:
    async with live(rt_desk) as side:
        refs = [await side.customer_opens(f"Shared {number}", "first") for number in range(2)]
        async with desks(side, tmp_path) as (agents, proxy):
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
            assert proxy.never_left
            assert proxy.answers_lost


async def test_a_reply_with_status_and_fields_arrives_whole_over_a_bad_line(
    rt_desk: rt_server.Desk, tmp_path: Path
) -> None:
    async with live(rt_desk) as side:
        ref = await side.customer_opens("Alone", "first")
        async with desks(side, tmp_path) as (agents, _proxy):
            agents[0].decides("whole", ref, Reply("done"), SetStatus(Status.SOLVED), SetPriority(Level.URGENT))

            await agents[0].pushes()
            await agents[0].engine.pull()

            found = agents[0].store.queries.ticket(ref)
            assert found
            assert (found.ticket.status, found.ticket.priority) == (Status.SOLVED, Level.URGENT)
            assert await side.bodies(ref) == ["first", "done"]


async def test_a_merge_a_link_and_a_refusal_over_a_line_that_cuts(rt_desk: rt_server.Desk, tmp_path: Path) -> None:
    async with live(rt_desk) as side:
        twice, once = await side.customer_opens("Twice", "said again"), await side.customer_opens("Once", "first")
        async with desks(side, tmp_path) as (agents, proxy):
            agents[0].decides("linked", once, Link(Relation.REFERS_TO, twice.id))
            agents[1].decides("refused", once, SetField("987654321", "x"), Reply("kept here"))
            await asyncio.gather(agents[0].pushes(), agents[1].pushes(failing="refused"))
            agents[2].decides("merged", twice, Merge(once.id))

            await agents[2].pushes()
            agents[3].ahead = timedelta(minutes=1)  # when tickets are to be read again
            await agents[3].engine.pull()

            assert sorted(await side.bodies(once)) == ["first", "said again"]
            refused = agents[1].store.outbox.get("refused")
            assert refused
            assert "987654321" in refused.reason
            for agent in agents[2:]:
                assert agent.store.mirror.ticket(twice) is None
                kept = agent.store.queries.ticket(once)
                assert kept
                assert Link(Relation.MERGED_FROM, twice.id) in kept.ticket.links
            assert proxy.never_left
