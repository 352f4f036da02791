"""Two real processes over one cache: one syncs, and the other takes over when that one is killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.model import Note, Op, Ref
from agentdesk.sandbox.dataset import Dataset
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk
from agentdesk.store import Store
from agentdesk.store.outbox import Author
from tests.sandbox.served import serving

PROGRAM = Path(__file__).with_name("syncing_process.py")
PATIENCE_SECONDS = 60
USER = "ana@desk.example"
STAMP = "2026-05-01T08:00:00Z"


def until(is_so: Callable[[], bool]) -> None:
    """Look again until something has become so; what is waited for is an event in another process, not a time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.02)


@contextmanager
def syncing(path: Path, port: int, token: str) -> Iterator[subprocess.Popen[str]]:
    """A process that syncs, killed without warning at the end."""
    command = [sys.executable, str(PROGRAM), str(path), f"http://127.0.0.1:{port}", USER, token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def helpdesk_with_a_ticket() -> Helpdesk:
    helpdesk = Helpdesk(export_lag=timedelta(0))
    staff = [{"id": 1, "name": "Ana", "email": USER, "role": "admin", "created_at": STAMP}]
    customer = {"id": 2, "name": "Yui", "email": "yui@example.jp", "role": "end-user", "created_at": STAMP}
    comment = {"author_id": 2, "body": "Where is it?", "public": True, "created_at": STAMP}
    ticket = {"id": 5, "subject": "Parcel", "requester_id": 2, "status": "open", "created_at": STAMP}
    load(helpdesk, Dataset(users=[*staff, customer], tickets=[{**ticket, "comments": [comment]}]))
    return helpdesk


def decide(store: Store, op_id: str) -> Op:
    ref = Ref("acme", "5")
    row = store.queries.ticket(ref)
    assert row is not None
    now = datetime.now(UTC)
    op = Op(op_id, ref, (Note(op_id),), row.ticket, now, now)
    store.outbox.add(op, Author("1", "Ana"))
    return op


def is_sent(store: Store, op: Op) -> bool:
    found = store.outbox.get(op.id)
    return found is not None and found.state == "sent"


@pytest.mark.skipif(sys.platform == "win32", reason="there, a killed holder is followed only when its lease ends")
def test_one_of_two_processes_syncs_and_the_other_takes_over_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    helpdesk = helpdesk_with_a_ticket()
    token = helpdesk.credentials(1).token
    store = Store(path)
    with serving(helpdesk) as port, syncing(path, port, token) as first:
        until(lambda: store.mirror.is_whole(Ref("acme", "5")))
        holder = store.desktop.lease_holder("acme")
        with syncing(path, port, token):
            before = decide(store, "before")
            until(lambda: is_sent(store, before))
            assert store.desktop.lease_holder("acme") == holder
            assert holder is not None
            assert holder.startswith(f"{first.pid}@")

            first.kill()
            first.wait()
            after = decide(store, "after")
            until(lambda: is_sent(store, after))

        assert store.desktop.lease_holder("acme") != holder
    sql = "SELECT body FROM comments WHERE ticket_id = 5 ORDER BY id"
    assert [body for (body,) in helpdesk.db.run(sql).fetchall()] == ["Where is it?", "before", "after"]
    store.close()
    helpdesk.close()
