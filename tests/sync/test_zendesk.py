"""The engine against the embedded helpdesk, through the real provider, over a line that loses what it can."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import Offline
from agentdesk.files import FileLimits
from agentdesk.model import Event, Note, Op, OpState, Ref, Reply, SetStatus, Status
from agentdesk.providers.http import in_process
from agentdesk.providers.zendesk import Zendesk
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import CustomerReply, Dataset
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk
from agentdesk.sandbox.tickets import via_of
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine

NOW = datetime.now(UTC) - timedelta(days=1)
TICKETS = 20
SENDS_EACH = 10
STAMP = "2026-05-01T08:00:00Z"


class Wire(httpx.AsyncBaseTransport):
    """The way to the helpdesk, which loses requests and answers as `chance` has it; the helpdesk's clock goes on."""

    def __init__(self, helpdesk: Helpdesk, seed: int) -> None:
        self._inner = in_process(create_app(helpdesk, limits=unlimited()))
        self._chance = random.Random(seed)
        self._seconds = 0
        self.lost = 0
        helpdesk.db.clock = lambda: NOW + timedelta(seconds=self._seconds)
        self.is_bad = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seconds += 2
        luck = self._chance.random() if self.is_bad else 1.0
        if luck < 0.1:
            raise httpx.ConnectError("no route")
        response = await self._inner.handle_async_request(request)
        await response.aread()
        if luck < 0.35 and request.method != "GET":
            self.lost += 1
            raise httpx.ReadTimeout("no answer")
        return response


class Shop:
    """A helpdesk with twenty customers who wait."""

    def __init__(self, path: Path) -> None:
        self.helpdesk = Helpdesk(export_lag=timedelta(0))
        staff = {"id": 1, "name": "Ana", "email": "ana@desk.example", "role": "admin", "created_at": STAMP}
        group = {"id": 11, "name": "First", "created_at": STAMP}
        membership = {"id": 111, "user_id": 1, "group_id": 11}
        load(self.helpdesk, Dataset(users=[staff], groups=[group], memberships=[membership]))
        self.wire = Wire(self.helpdesk, seed=7)
        self.ids = [self._opens(number) for number in range(TICKETS)]
        token = self.helpdesk.credentials(1).token
        self.provider = Zendesk(
            "acme", "http://127.0.0.1", Zendesk.credentials("ana@desk.example", token), transport=self.wire
        )
        self.disk = StoreThread(path)
        self.store = Store(path)
        self.engine = Engine(self.provider, self.disk, lambda: datetime.now(UTC))

    def _opens(self, number: int) -> str:
        with self.helpdesk.db.atomic():
            customer = {"name": f"Customer {number}", "email": f"c{number}@example.jp"}
            requester = self.helpdesk.people.resolve(dict(customer))
            fields = {"subject": f"Parcel {number}", "comment": {"body": "Where?", "public": True}, "group_id": 11}
            ticket, _audit = self.helpdesk.tickets.create(
                {**fields, "requester_id": requester["id"]}, requester, via_of("email")
            )
        return str(ticket["id"])

    def decides(self, op_id: str, id: str, *changes: Reply | Note | SetStatus) -> Op:
        ref = Ref("acme", id)
        found = self.store.queries.ticket(ref)
        assert found is not None
        now = datetime.now(UTC)
        op = Op(op_id, ref, changes, found.ticket, now, now)
        self.store.outbox.add(op, Author("1", "Ana"))
        return op

    def bodies(self, id: str) -> list[str]:
        sql = "SELECT body FROM comments WHERE ticket_id = ? ORDER BY id"
        return [str(row[0]) for row in self.helpdesk.db.run(sql, (int(id),)).fetchall()]

    async def close(self) -> None:
        await self.provider.close()
        await self.disk.close()
        self.store.close()
        self.helpdesk.close()


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Shop]:
    shop = Shop(path)
    try:
        await shop.engine.pull()
        yield shop
    finally:
        await shop.close()


async def until_sent(shop: Shop) -> None:
    """Push again and again, as the loop does, until nothing waits."""
    for _attempt in range(500):
        try:
            await shop.engine.push()
        except Offline:
            continue
        return
    pytest.fail("the outbox does not empty")


async def test_two_hundred_sends_with_lost_answers_arrive_once_each_and_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path / "desk.db") as shop:
        expected: dict[str, list[str]] = {id: ["Where?"] for id in shop.ids}
        for number in range(SENDS_EACH):
            for id in shop.ids:
                words = f"{number} for {id}"
                message = Reply(words) if number % 2 else Note(words)
                shop.decides(f"op-{id}-{number}", id, message, SetStatus(Status.PENDING if number % 3 else Status.OPEN))
                expected[id].append(words)

        shop.wire.is_bad = True
        await until_sent(shop)

        assert shop.wire.lost > 20
        assert shop.store.outbox.pending() == []
        assert {id: shop.bodies(id) for id in shop.ids} == expected


async def test_files_arrive_once_each_over_a_line_that_loses_answers(tmp_path: Path) -> None:
    async with opened(tmp_path / "desk.db") as shop:
        expected: dict[str, list[tuple[str, bytes]]] = {}
        for id in shop.ids:
            files = {f"見積書 {id}.pdf": b"%PDF" + id.encode() * 50_000, f"log {id}.txt": id.encode()}
            expected[id] = list(files.items())
            for name, content in files.items():
                (tmp_path / name).write_bytes(content)
            uploads = tuple(shop.store.spool.take(tmp_path / name, "acme", FileLimits(1 << 20)) for name in files)
            shop.decides(f"op-{id}", id, Reply("see the files", uploads=uploads))

        shop.wire.is_bad = True
        while shop.store.outbox.pending():
            with suppress(Offline):
                await shop.engine.upload()
            with suppress(Offline):
                await shop.engine.push()

        assert shop.wire.lost > 5
        shop.wire.is_bad = False
        for id in shop.ids:
            await shop.engine.pull()
            page = await shop.provider.detail(Ref("acme", id))
            attachments = [one for event in page.items if isinstance(event, Event) for one in event.attachments]
            got = [(one.name, b"".join([part async for part in shop.provider.download(one)])) for one in attachments]
            assert got == expected[id]
        assert list((tmp_path / "spool").iterdir()) == []


async def test_a_reply_is_held_when_the_customer_was_faster(tmp_path: Path) -> None:
    async with opened(tmp_path / "desk.db") as shop:
        op = shop.decides("op1", shop.ids[0], Reply("hello"), SetStatus(Status.PENDING))
        shop.helpdesk.apply(CustomerReply(int(shop.ids[0]), "It came!"))

        await shop.engine.push()

        found = shop.store.outbox.get(op.id)
        assert found is not None
        assert found.state is OpState.HELD
        assert shop.bodies(shop.ids[0]) == ["Where?", "It came!"]


async def test_what_was_sent_is_shown_as_the_helpdesk_has_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "desk.db") as shop:
        id = shop.ids[0]
        shop.decides("op1", id, Reply("hello"), SetStatus(Status.PENDING))

        await shop.engine.push()

        timeline = shop.store.db.execute(
            "SELECT body, provisional FROM event WHERE ticket = ? AND kind IN ('customer', 'reply') ORDER BY at, key",
            (id,),
        ).fetchall()
        assert timeline == [("Where?", 0), ("hello", 0)]
        shown = shop.store.queries.ticket(Ref("acme", id))
        assert shown is not None
        assert shown.ticket.status is Status.PENDING
        assert shown.ticket.waiting_since is None
