"""What the author of a waiting decision has seen, kept true while the decisions before it leave or are taken back.

Conflicts are judged against `Op.seen`. Our own earlier decisions are not somebody else's doing, so what they did, or no
longer do, to the ticket moves `seen` with it.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentdesk.model import Op, OpState, Ref, Ticket, apply, fold
from agentdesk.store import rows

_JUDGED = ("status", "priority", "subject", "assignee", "group", "tags", "fields")


def arrived(db: sqlite3.Connection, op: Op, after: Ticket, against: Ticket | None) -> None:
    """Let later decisions see what `op` did: its changes and, where it was written on the copy `against`, everything
    that moved between that copy and `after` (a trigger's work included). Without `against`, part of `after` may be
    somebody else's doing and stays to be judged.
    """
    moved: dict[str, Any] = {} if against is None else _difference(against, after)

    def with_moved(seen: Ticket) -> Ticket:
        for change in op.changes:
            seen = apply(seen, change)
        return replace(seen, **moved)

    _rewrite(db, after.ref, op, with_moved)


def taken_back(db: sqlite3.Connection, op: Op) -> None:
    """Let later decisions no longer see what `op` would have done."""
    if op.seen is None:
        return
    before, after = op.seen, fold(op.seen, [replace(op, state=OpState.QUEUED)])
    expected = _difference(before, after)

    def as_before(seen: Ticket) -> Ticket:
        stale = {name: getattr(before, name) for name, value in expected.items() if getattr(seen, name) == value}
        return replace(seen, **stale)

    _rewrite(db, op.ticket, op, as_before)


def _difference(before: Ticket, after: Ticket) -> dict[str, Any]:  # the types of the judged fields
    return {name: getattr(after, name) for name in _JUDGED if getattr(before, name) != getattr(after, name)}


def _rewrite(db: sqlite3.Connection, ref: Ref, first: Op, change: Callable[[Ticket], Ticket]) -> None:
    later = db.execute(
        f"SELECT {rows.OP} FROM op WHERE account = ? AND ticket = ? AND state = 'queued' AND seen IS NOT NULL "
        "AND sequence > (SELECT sequence FROM op WHERE id = ?)",
        (ref.account, ref.id, first.id),
    ).fetchall()
    for row in later:
        op = rows.op_from(row)
        assert op.seen is not None, "the query leaves out ops without a seen ticket"
        seen = change(op.seen)
        if seen != op.seen:
            db.execute("UPDATE op SET seen = ? WHERE id = ?", (rows.pack(rows.ticket_row(seen)), op.id))
