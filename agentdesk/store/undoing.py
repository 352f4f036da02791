"""Taking back the newest thing the agent did: recalled before it left, reversed after, and said where neither can be.

What was decided together (`Op.batch`) is taken back together. A reversal is a decision of its own, so history is never
rewritten; it carries the batch `undo:...` and is not undone itself. What somebody has changed since stays as it is: an
undo takes back what we did, never what a colleague did after us.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from agentdesk.model import (
    Assign,
    Change,
    Op,
    OpState,
    Ref,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Tag,
    Ticket,
    Transfer,
    Untag,
    inverse,
)
from agentdesk.store import rows
from agentdesk.store.atomic import atomic
from agentdesk.store.outbox import Author
from agentdesk.store.store import Store

UNDO = "undo:"
DONE = "undone"
LOOK_BACK = 500


class Undone(NamedTuple):
    """What became of an undo: decisions taken back before they left, reversed after, and messages that had left.

    `overtaken` are the changes that somebody has changed again since, each with its decision; `marked` counts tickets
    whose snooze or promise was taken back, `parted` words on who is one customer.
    """

    recalled: tuple[Op, ...] = ()
    reversed: tuple[Op, ...] = ()
    left: tuple[Op, ...] = ()
    overtaken: tuple[tuple[Op, Change], ...] = ()
    marked: int = 0
    parted: int = 0


def undo_last(store: Store, author_of: Callable[[str], Author], now: datetime, new_id: Callable[[], str]) -> Undone:
    """Take back the newest batch that still can be; an empty answer when there is none."""
    newest = _newest(store)
    decided_at = newest.created_at if newest is not None else None
    marked_at, stepped_at = store.desktop.marked_at(), store.customers.stepped_at()
    latest = max((at for at in (decided_at, marked_at, stepped_at) if at is not None), default=None)
    if latest is not None and latest == stepped_at:
        return Undone(parted=store.customers.step_back())
    if latest is not None and latest == marked_at:
        return Undone(marked=store.desktop.unmark())
    if newest is None:
        return Undone()
    batch = newest.batch
    recalled: list[Op] = []
    reversals: list[Op] = []
    left: list[Op] = []
    overtaken: list[tuple[Op, Change]] = []
    with atomic(store.db):
        for op in reversed(store.outbox.of_batch(batch)):
            if op.state is OpState.DROPPED:
                continue
            if store.outbox.recall(op, now):
                recalled.append(op)
                continue
            if op.message is not None or op.merge is not None:
                left.append(op)
            shown = _visible(store, op.ticket)
            gone = [] if shown is None else [change for change in op.changes if _is_overtaken(op, change, shown)]
            overtaken += [(op, change) for change in gone]
            reversal = None if shown is None else _reversal(op, gone, shown, now, new_id())
            if reversal is not None:
                store.outbox.add(reversal, author_of(op.ticket.account))
                reversals.append(reversal)
        store.desktop.remember(DONE, [batch, *_done(store)][:LOOK_BACK])
    return Undone(tuple(recalled), tuple(reversals), tuple(left), tuple(overtaken))


def _newest(store: Store) -> Op | None:
    """The newest decision that an undo has not been through."""
    done = _done(store)
    for op in store.outbox.recent(LOOK_BACK):
        can_be = op.batch and op.state is not OpState.DROPPED and not op.batch.startswith(UNDO)
        if can_be and op.batch not in done:
            return op
    return None


def _done(store: Store) -> list[str]:
    """The batches an undo has already been through, the latest first."""
    known = store.desktop.place(DONE)
    return [str(batch) for batch in known] if isinstance(known, list) else []


def _reversal(op: Op, gone: list[Change], shown: Ticket, now: datetime, id: str) -> Op | None:
    """The decision that takes back what still stands of `op` on the ticket as it is shown, or None."""
    if op.seen is None:
        return None
    standing = [change for change in reversed(op.changes) if change not in gone]
    changes = [back for change in standing if (back := inverse(op.seen, change)) is not None]
    if any(isinstance(change, Transfer) for change in changes):
        changes = [change for change in changes if not isinstance(change, Assign)]
        changes.append(Assign(op.seen.assignee))  # last, because moving to a team takes the assignee away
    if not changes:
        return None
    return Op(id, op.ticket, tuple(changes), shown, now, now, batch=UNDO + op.batch)


def _is_overtaken(op: Op, change: Change, shown: Ticket) -> bool:
    """Has somebody changed again what this change of `op` had set?"""
    match change:
        case SetStatus(status):
            return shown.status is not status
        case SetPriority(priority):
            return shown.priority is not priority
        case SetSubject(subject):
            return shown.subject != subject
        case Assign(agent):
            return shown.assignee != agent
        case Transfer(group):
            assigned = (one.agent for one in op.changes if isinstance(one, Assign))
            before = op.seen.assignee if op.seen else None
            return shown.group != group or shown.assignee not in (None, before, *assigned)
        case Tag(tag):
            return tag not in shown.tags
        case Untag(tag):
            return tag in shown.tags
        case SetField(name, value):
            return shown.fields.get(name) != value
        case _:
            return False


def _visible(store: Store, ref: Ref) -> Ticket | None:
    row = store.db.execute(
        f"SELECT {rows.TICKET} FROM ticket WHERE account = ? AND id = ?", (ref.account, ref.id)
    ).fetchone()
    return rows.ticket_from(row) if row else None
