"""The fold of the helpdesk's words and the agent's: `rebase` makes a ticket's visible row, and nothing else does.

Screens read plain rows, so the fold happens at write time: after a page arrived, a decision was added, or one settled.
"""

import sqlite3
from dataclasses import replace

from agentdesk.model import PENDING, STUCK, WAITING, Op, Ref, Ticket, fold, summarised
from agentdesk.store import rows

PENDING_STATES = ", ".join(f"'{state.value}'" for state in sorted(PENDING))
EVENT_WITHOUT_HTML = rows.EVENT.replace("html", "''")


def server_ticket(db: sqlite3.Connection, ref: Ref) -> Ticket | None:
    """The helpdesk's own copy, or None for a ticket it has never shown us."""
    row = db.execute(
        f"SELECT {rows.TICKET} FROM server_ticket WHERE key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
        (ref.account, ref.id),
    ).fetchone()
    return rows.ticket_from(row) if row else None


def pending_ops(db: sqlite3.Connection, ref: Ref) -> list[Op]:
    """The decisions for a ticket that have not arrived yet, oldest first."""
    found = db.execute(
        f"SELECT {rows.OP} FROM op WHERE account = ? AND ticket = ? AND state IN ({PENDING_STATES}) ORDER BY sequence",
        (ref.account, ref.id),
    )
    return [rows.op_from(row) for row in found]


def visible(server: Ticket, ops: list[Op]) -> Ticket:
    """What screens show of a ticket."""
    return fold(server, ops)


def rebase(db: sqlite3.Connection, ref: Ref) -> None:
    """Write the visible row of a ticket afresh from the helpdesk's copy and the pending decisions."""
    server = server_ticket(db, ref)
    if server is None:
        return
    ops = pending_ops(db, ref)
    stuck = sum(op.state in STUCK for op in ops)
    _write(db, visible(server, ops), len(ops), stuck)


def resummarise(db: sqlite3.Connection, ref: Ref) -> None:
    """Bring the summary columns of the helpdesk's copy up to date with its event log."""
    from agentdesk.store import effort  # late: 20 ms that a start does not pay, which only reads

    row = db.execute(
        f"SELECT {rows.TICKET}, complete_stamp, key FROM server_ticket "
        "WHERE key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
        (ref.account, ref.id),
    ).fetchone()
    if row is None:
        return
    server = rows.ticket_from(row)
    found = db.execute(
        f"SELECT {EVENT_WITHOUT_HTML} FROM event WHERE account = ? AND ticket = ? AND NOT provisional ORDER BY at, key",
        (ref.account, ref.id),
    )
    events = [rows.event_from(event) for event in found]
    estimate = effort.kept(db, row[-1], events, server.updated_at, is_our_turn=server.status in WAITING)
    summary = replace(summarised(server, events), effort=estimate)
    if row[-2] < server.stamp and server.waiting_since:  # the log has holes: the helpdesk's own word is better
        summary = replace(summary, waiting_since=server.waiting_since)
    if summary != server:
        put_server(db, summary)


def put_server(db: sqlite3.Connection, ticket: Ticket) -> None:
    """Write the helpdesk's copy; the ticket must have a visible row."""
    values = rows.ticket_row(ticket)
    names = [name.strip() for name in rows.TICKET.split(",")]
    assignments = ", ".join(f"{name} = excluded.{name}" for name in names)
    places = ", ".join("?" * len(names))
    db.execute(
        f"INSERT INTO server_ticket (key, {rows.TICKET}) "
        f"VALUES ((SELECT key FROM ticket WHERE account = ? AND id = ?), {places}) "
        f"ON CONFLICT (key) DO UPDATE SET {assignments}",
        (ticket.ref.account, ticket.ref.id, *values),
    )


def put_visible(db: sqlite3.Connection, ticket: Ticket) -> None:
    """Make sure a visible row exists; an existing one is left as it is."""
    places = ", ".join("?" * len(rows.TICKET.split(",")))
    db.execute(f"INSERT OR IGNORE INTO ticket ({rows.TICKET}) VALUES ({places})", rows.ticket_row(ticket))


def _write(db: sqlite3.Connection, ticket: Ticket, pending: int, stuck: int) -> None:
    assignments = ", ".join(f"{name.strip()} = ?" for name in rows.TICKET.split(","))
    db.execute(
        f"UPDATE ticket SET {assignments}, pending_ops = ?, stuck_ops = ? WHERE account = ? AND id = ?",
        (*rows.ticket_row(ticket), pending, stuck, ticket.ref.account, ticket.ref.id),
    )
