"""The outbox: the agent's words on their way out, as decisions in order.

Every call is one durable transaction that ends with the fold: what was decided shows on the screen and survives a power
cut, or neither.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from agentdesk.files import type_of
from agentdesk.model import (
    PENDING,
    Attachment,
    Create,
    Event,
    Kind,
    Note,
    Op,
    OpState,
    Ref,
    Reply,
    Role,
    Status,
    Ticket,
)
from agentdesk.store import rows
from agentdesk.store.atomic import atomic
from agentdesk.store.drafts import Draft, DraftKind, Drafts, joined
from agentdesk.store.folding import PENDING_STATES, put_server, put_visible, rebase
from agentdesk.store.seen import taken_back


class Author(NamedTuple):
    """Who decides here: the agent as the helpdesk knows them."""

    id: str | None
    name: str


class Outbox:
    """Decisions in the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._drafts = Drafts(db)

    def add(self, op: Op, author: Author) -> None:
        """Queue a decision and show it at once; its draft, if it had one, is done."""
        with atomic(self._db):
            places = ", ".join("?" * 11)
            columns = rows.OP.removesuffix(", sequence")
            self._db.execute(f"INSERT INTO op ({columns}) VALUES ({places})", rows.op_row(op))
            if isinstance(op.message, Create):
                self._add_provisional_ticket(op, op.message)
            self._show_message(op, author)
            if op.message is not None:
                self._drafts.forget(op.ticket, _draft_kind(op))
            rebase(self._db, op.ticket)

    def get(self, id: str) -> Op | None:
        """The decision with this id, or whose id begins so when only one does."""
        found = self._db.execute(
            f"SELECT {rows.OP} FROM op WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (id, f"{id}\U0010ffff")
        ).fetchall()
        is_clear = len(found) == 1 or (len(found) == 2 and found[0][0] == id)
        return rows.op_from(found[0]) if is_clear else None

    def pending(self, account: str | None = None) -> list[Op]:
        """Everything that has not arrived yet, oldest first."""
        return self._list(f"state IN ({PENDING_STATES}) AND (? IS NULL OR account = ?)", (account, account))

    def recent(self, limit: int) -> list[Op]:
        """The newest decisions whatever became of them, newest first."""
        found = self._db.execute(f"SELECT {rows.OP} FROM op ORDER BY sequence DESC LIMIT ?", (limit,))
        return [rows.op_from(row) for row in found]

    def of_ticket(self, ticket: Ref) -> list[Op]:
        """Decisions for a ticket that have not arrived yet, oldest first."""
        return self._list(f"state IN ({PENDING_STATES}) AND account = ? AND ticket = ?", (ticket.account, ticket.id))

    def of_batch(self, batch: str) -> list[Op]:
        """Everything that was decided together."""
        return self._list("batch = ?", (batch,))

    def due(self, account: str, now: datetime) -> list[Op]:
        """What may leave now: for each ticket its oldest decision, unless that one is stuck or still held back."""
        first: dict[Ref, Op] = {}
        for op in self._list(f"account = ? AND state IN ({PENDING_STATES})", (account,)):
            first.setdefault(op.ticket, op)
        ready = (OpState.QUEUED, OpState.SENDING)
        return [op for op in first.values() if op.state in ready and op.not_before <= now]

    def counts(self, account: str | None = None) -> dict[OpState, int]:
        """How many decisions are in each state that still needs something."""
        found = self._db.execute(
            f"SELECT state, count(*) FROM op WHERE state IN ({PENDING_STATES}) AND (? IS NULL OR account = ?) "
            "GROUP BY state",
            (account, account),
        )
        return {OpState(state): count for state, count in found}

    def sending(self, op: Op) -> bool:
        """Write down that the op is about to leave; False when it is not as it was read any more."""
        changed = self._db.execute(
            "UPDATE op SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = ? AND attempts = ? "
            "AND state IN ('queued', 'sending')",
            (op.id, op.state.value, op.attempts),
        )
        return changed.rowcount == 1

    def unsend(self, before: Op) -> None:
        """Take back `sending`, as though never tried: this try certainly did not arrive."""
        self._db.execute(
            "UPDATE op SET state = ?, attempts = ? WHERE id = ? AND state = 'sending'",
            (before.state.value, before.attempts, before.id),
        )

    def mark(self, op: Op, state: OpState, reason: str = "") -> bool:
        """Set an op aside (held, failed, in doubt) or back in the queue, with the reason in words; False when it was
        taken back, or arrived, in the meantime.
        """
        with atomic(self._db):
            changed = self._db.execute(
                f"UPDATE op SET state = ?, reason = ? WHERE id = ? AND state IN ({PENDING_STATES})",
                (state.value, reason, op.id),
            )
            rebase(self._db, op.ticket)
        return changed.rowcount == 1

    def retry(self, op: Op, seen: Ticket | None, now: datetime, *, anyway: bool = False) -> None:
        """Queue a stuck op again, judged from now on against what the agent has seen of the ticket by now.

        An op in doubt keeps its id, so the next try still begins by asking the helpdesk for it; `anyway` sends it
        without asking, as though it had never been tried.
        """
        state, attempts = ("queued", 0) if anyway else ("sending", op.attempts)
        with atomic(self._db):
            self._db.execute(
                "UPDATE op SET attempts = CASE state WHEN 'doubt' THEN ? ELSE attempts END, "
                "state = CASE state WHEN 'doubt' THEN ? ELSE 'queued' END, reason = '', "
                "seen = ?, not_before = ? WHERE id = ? AND state IN ('queued', 'held', 'failed', 'doubt')",
                (
                    attempts,
                    state,
                    rows.pack_seen(seen),
                    rows.to_ms(now),
                    op.id,
                ),
            )
            rebase(self._db, op.ticket)

    def recall(self, op: Op, now: datetime) -> bool:
        """Take a decision back before it left, its words into the draft; False when it has already left."""
        with atomic(self._db):
            taken = self._db.execute(
                "UPDATE op SET state = 'dropped' WHERE id = ? AND state IN ('queued', 'held', 'failed')", (op.id,)
            )
            if taken.rowcount == 0:
                return False
            self._db.execute("DELETE FROM event WHERE op = ? AND provisional", (op.id,))
            self._restore_draft(op, now)
            taken_back(self._db, op)
            rebase(self._db, op.ticket)
        return True

    def drop(self, op: Op) -> bool:
        """Give a decision up for good, words included; False when it may have left."""
        with atomic(self._db):
            taken = self._db.execute(
                "UPDATE op SET state = 'dropped' WHERE id = ? AND state IN ('queued', 'held', 'failed', 'doubt')",
                (op.id,),
            )
            if taken.rowcount == 0:
                return False
            self._db.execute("DELETE FROM event WHERE op = ? AND provisional", (op.id,))
            if isinstance(op.message, Create):
                self._db.execute("DELETE FROM ticket WHERE account = ? AND id = ?", (op.ticket.account, op.ticket.id))
            taken_back(self._db, op)
            rebase(self._db, op.ticket)
        return True

    def _list(self, condition: str, values: Iterable[object]) -> list[Op]:
        found = self._db.execute(f"SELECT {rows.OP} FROM op WHERE {condition} ORDER BY sequence", tuple(values))
        return [rows.op_from(row) for row in found]

    def _show_message(self, op: Op, author: Author) -> None:
        event = _provisional_event(op, author)
        if event is None:
            return
        places = ", ".join("?" * len(rows.EVENT.split(",")))
        self._db.execute(f"INSERT INTO event ({rows.EVENT}) VALUES ({places})", rows.event_row(event))

    def _add_provisional_ticket(self, op: Op, new: Create) -> None:
        ticket = Ticket(
            ref=op.ticket,
            number="",
            subject=new.subject,
            status=Status.OPEN,
            created_at=op.created_at,
            updated_at=op.created_at,
            requester=new.requester,
        )
        put_visible(self._db, ticket)
        put_server(self._db, ticket)

    def _restore_draft(self, op: Op, now: datetime) -> None:
        message = op.message
        if not isinstance(message, Reply | Note):
            return
        cc = message.cc if isinstance(message, Reply) else ()
        besides = tuple(change for change in op.changes if change is not message)
        back = Draft(op.ticket, _draft_kind(op), message.body, now, cc, message.uploads, len(message.body), besides)
        begun = self._drafts.get(back.ticket, back.kind)
        self._drafts.save(joined(back, begun) if begun else back)


def _draft_kind(op: Op) -> DraftKind:
    return "note" if isinstance(op.message, Note) else "reply"


def _provisional_event(op: Op, author: Author) -> Event | None:
    """The message of an op as the timeline shows it before the helpdesk has it."""
    message = op.message
    if message is None:
        return None
    is_note = isinstance(message, Note) or (isinstance(message, Create) and not message.public)
    return Event(
        ref=Ref(op.ticket.account, f"op:{op.id}"),
        kind=Kind.NOTE if is_note else Kind.REPLY,
        at=op.created_at,
        ticket=op.ticket.id,
        customer=op.seen.requester if op.seen else None,
        author=author.id,
        author_name=author.name,
        author_role=Role.AGENT,
        public=not is_note,
        channel="api",
        body=message.body,
        attachments=tuple(
            Attachment(f"op:{op.id}:{place}", upload.name, type_of(upload.name), upload.size)
            for place, upload in enumerate(op.uploads)
        ),
        op=op.id,
        provisional=True,
    )


assert frozenset(OpState) - PENDING == {OpState.SENT, OpState.DROPPED}, "every state is either pending or done"
