"""A desk for the tests of the sync: a store, an engine, and what an agent does between its rounds."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from agentdesk.model import Change, Create, Op, Ref, Ticket, fold
from agentdesk.store import Store, rows
from agentdesk.store.folding import pending_ops
from agentdesk.store.outbox import Author
from agentdesk.sync.engine import Engine

from .helpdesk import ACCOUNT, Clock, Fake, Helpdesk

T = TypeVar("T")
ME = Author("7", "aiko")
_ids = itertools.count(1)


class Inline:
    """A disk whose store works where it is asked; `step` runs before."""

    def __init__(self, store: Store, step: Callable[[], None] = lambda: None) -> None:
        self.store = store
        self.step = step

    async def do(self, work: Callable[[Store], T]) -> T:
        self.step()
        return work(self.store)

    async def close(self) -> None:
        self.store.close()


class Desk:
    """One agent's cache in step with one helpdesk."""

    def __init__(self, path: Path, helpdesk: Helpdesk, clock: Clock) -> None:
        self.path = path
        self.helpdesk = helpdesk
        self.clock = clock
        self.start()

    def start(self, step: Callable[[], None] = lambda: None) -> None:
        """A fresh process over the same file; `step` runs before every write and call, and may end it."""
        self.store = Store(self.path)
        self.store.db.execute("PRAGMA synchronous = OFF")  # processes end here, computers do not
        self.provider = Fake(self.helpdesk)
        self.provider.step = step
        self.provider.now = self.clock
        self.engine = Engine(self.provider, Inline(self.store, step), self.clock)

    def decides(self, id: str, *changes: Change, undo_seconds: float = 0.0) -> Op:
        """The agent decides something about a ticket as it is shown."""
        op_id = f"op{next(_ids)}"
        ref = Ref(ACCOUNT, f"new:{op_id}" if isinstance(changes[0], Create) else id)
        now = self.clock.now
        self.clock.advance(undo_seconds)
        op = Op(op_id, ref, changes, self.shown(id), now, self.clock.now)
        self.clock.advance(-undo_seconds)
        self.store.outbox.add(op, ME)
        return op

    def shown(self, id: str) -> Ticket | None:
        row = self.store.db.execute(f"SELECT {rows.TICKET} FROM ticket WHERE id = ?", (id,)).fetchone()
        return rows.ticket_from(row) if row else None

    def state(self, op: Op) -> str:
        found = self.store.outbox.get(op.id)
        assert found is not None
        return found.state.value

    def reason(self, op: Op) -> str:
        found = self.store.outbox.get(op.id)
        assert found is not None
        return found.reason

    def check_fold(self) -> None:
        """What is shown is the fold of the helpdesk's words and ours."""
        for (id,) in self.store.db.execute("SELECT id FROM ticket").fetchall():
            ref = Ref(ACCOUNT, id)
            server = self.store.mirror.ticket(ref)
            assert server is not None
            assert self.shown(id) == fold(server, pending_ops(self.store.db, ref))
