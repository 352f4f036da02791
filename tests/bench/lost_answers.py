"""How sends fare on a bad line: `python tests/bench/lost_answers.py [SEED ...]` prints numbers; pytest leaves it out.

A thousand replies over a hundred tickets leave through the real provider and engine, over a socket, to the embedded
helpdesk, while every tenth answer is lost and others are cut, refused, doubled or out of order. Every reply has to be
there once, in the order it was decided; the program ends with 1 when one is not.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import uvicorn

from agentdesk.errors import Offline, RateLimited
from agentdesk.model import Op, Ref, Reply, SetStatus, Status
from agentdesk.providers.zendesk import Zendesk
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import Dataset
from agentdesk.sandbox.faults import Faults, Faulty, parse
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk
from agentdesk.sandbox.tickets import via_of
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine

TICKETS = 100
REPLIES_EACH = 10
BAD_LINE = "lose=0.1,reset=0.05,error=0.05,duplicate=0.1,reorder=0.1,storm=1/15"
STAMP = "2026-05-01T08:00:00Z"


def main() -> None:
    """Run once per seed."""
    results = [asyncio.run(_run(int(word))) for word in sys.argv[1:] or ["1"]]
    sys.exit(0 if all(results) else 1)


def _helpdesk() -> tuple[Helpdesk, list[str]]:
    """A helpdesk with an agent and the tickets that wait for answers."""
    helpdesk = Helpdesk(export_lag=timedelta(0))
    staff = {"id": 1, "name": "Ana", "email": "ana@desk.example", "role": "admin", "created_at": STAMP}
    group = {"id": 11, "name": "First", "created_at": STAMP}
    load(helpdesk, Dataset(users=[staff], groups=[group], memberships=[{"id": 111, "user_id": 1, "group_id": 11}]))
    ids: list[str] = []
    with helpdesk.db.atomic():
        for number in range(TICKETS):
            customer = helpdesk.people.resolve({"name": f"Customer {number}", "email": f"c{number}@example.jp"})
            fields = {"subject": f"Parcel {number}", "comment": {"body": "Where?"}, "requester_id": customer["id"]}
            ids.append(str(helpdesk.tickets.create({**fields, "group_id": 11}, customer, via_of("email"))[0]["id"]))
    return helpdesk, ids


async def _run(seed: int) -> bool:
    helpdesk, ids = _helpdesk()
    sys.stdout.write(f"seed {seed}: ")
    app = create_app(helpdesk, Faults(seed=seed), unlimited())
    assert isinstance(app, Faulty), "faults were given"
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        try:
            is_right = await _send_all(helpdesk, app, ids, path, f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            await serving
            helpdesk.close()
    return is_right


async def _send_all(helpdesk: Helpdesk, app: Faulty, ids: list[str], path: Path, url: str) -> bool:
    token = helpdesk.credentials(1).token
    provider = Zendesk("acme", url, Zendesk.credentials("ana@desk.example", token))
    disk, store = StoreThread(path), Store(path)
    engine = Engine(provider, disk, lambda: datetime.now(UTC))
    try:
        await engine.pull()
        _decide(store, ids)
        app.faults = parse(BAD_LINE)
        began, before = perf_counter(), engine.requests
        passes = await _push_until_empty(engine, store)
        seconds, requests = perf_counter() - began, engine.requests - before
        left = store.outbox.pending()
    finally:
        await provider.close()
        await disk.close()
        store.close()
    return _report(helpdesk, ids, left, f"{seconds:.1f} s, {requests} requests, {passes} passes")


def _decide(store: Store, ids: list[str]) -> None:
    for number in range(REPLIES_EACH):
        for id in ids:
            ref, now = Ref("acme", id), datetime.now(UTC)
            found = store.queries.ticket(ref)
            assert found is not None, "every ticket was pulled"
            status = Status.PENDING if number % 3 else Status.OPEN
            op = Op(f"op-{id}-{number}", ref, (Reply(f"{number} for {id}"), SetStatus(status)), found.ticket, now, now)
            store.outbox.add(op, Author("1", "Ana"))


async def _push_until_empty(engine: Engine, store: Store) -> int:
    """How many passes it took until nothing could leave any more."""
    for number in range(1, 5000):
        try:
            await engine.push()
        except Offline:
            continue
        except RateLimited as error:
            await asyncio.sleep(error.seconds)
            continue
        if not any(op.state.value in ("queued", "sending") for op in store.outbox.pending()):
            return number
    return 5000


def _report(helpdesk: Helpdesk, ids: list[str], left: list[Op], words: str) -> bool:
    """Print what arrived; whether all of it did, once and in order."""
    sql = "SELECT body FROM comments WHERE ticket_id = ? ORDER BY id"
    arrived = {id: [str(row[0]) for row in helpdesk.db.run(sql, (int(id),))] for id in ids}
    expected = {id: ["Where?", *(f"{number} for {id}" for number in range(REPLIES_EACH))] for id in ids}
    count = sum(len(bodies) - 1 for bodies in arrived.values())
    wrong = [id for id in ids if arrived[id] != expected[id]]
    words = f"{words}; {count} replies arrived, {len(wrong)} tickets wrong, {len(left)} decisions left"
    sys.stdout.write(words + "\n")
    for op in left[:5]:
        sys.stdout.write(f"  {op.id}: {op.state.value} {op.reason}\n")
    return not wrong and not left


if __name__ == "__main__":
    main()
