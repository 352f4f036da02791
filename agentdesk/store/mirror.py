"""What the helpdesk said: pages of its streams, saved whole with the cursor that continues after them.

Rows never go backwards: an older copy of a thing does not replace a newer one. Absence is never deletion; only what a
page names as gone is deleted. Every save ends with the fold, so that a committed page is a consistent screen.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from agentdesk.exchange import Page, Receipt, Stream
from agentdesk.model import (
    Article,
    Brand,
    Canned,
    Event,
    Field,
    Item,
    Op,
    OpState,
    Organization,
    Person,
    Ref,
    Team,
    Ticket,
    View,
)
from agentdesk.store import rows, seen
from agentdesk.store.atomic import atomic
from agentdesk.store.drafts import Drafts
from agentdesk.store.folding import put_server, put_visible, rebase, resummarise, server_ticket


class Mirror:
    """The helpdesk's words in the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def cursor(self, account: str, stream: Stream) -> str | None:
        """Where the stream was read up to, or None at the very beginning."""
        row = self._db.execute(
            "SELECT cursor FROM stream WHERE account = ? AND stream = ?", (account, stream.value)
        ).fetchone()
        return row[0] if row else None

    def save(self, account: str, stream: Stream, page: Page, now: datetime) -> None:
        """Take in a page and its cursor, as one."""
        with atomic(self._db):
            self.take(page)
            self._db.execute(
                "INSERT INTO stream (account, stream, cursor, is_complete, pulled_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (account, stream) DO UPDATE SET cursor = excluded.cursor, "
                "is_complete = max(is_complete, excluded.is_complete), pulled_at = excluded.pulled_at",
                (account, stream.value, page.cursor, not page.more, rows.to_ms(now)),
            )

    def take(self, page: Page) -> None:
        """Take in what a page brings without moving any cursor (a ticket read on its own, a customer's card)."""
        with atomic(self._db):
            touched = _save_items(self._db, page.items)
            for source, target in page.merged:
                _move(self._db, source, target)
                touched = (touched - {source}) | {target}
            for ref in page.gone:
                _delete_ticket(self._db, ref)
                touched.discard(ref)
            for ref in page.complete:
                _mark_complete(self._db, page, ref)
                touched.add(ref)
            for ref in touched:
                resummarise(self._db, ref)
                rebase(self._db, ref)

    def ticket(self, ref: Ref) -> Ticket | None:
        """The helpdesk's own copy of a ticket, without what is still on its way out."""
        return server_ticket(self._db, ref)

    def is_whole(self, ref: Ref) -> bool:
        """Is every event of the ticket here, up to the copy we have?"""
        row = self._db.execute(
            "SELECT complete_stamp >= stamp FROM server_ticket "
            "WHERE key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
            (ref.account, ref.id),
        ).fetchone()
        return bool(row and row[0])

    def stale(self, account: str, me: str | None) -> list[Ticket]:
        """Unsolved tickets whose event log has holes: mine first, then those that wait longest."""
        columns = ", ".join(f"server.{name.strip()}" for name in rows.TICKET.split(","))
        found = self._db.execute(
            f"SELECT {columns} FROM ticket CROSS JOIN server_ticket server ON server.key = ticket.key "
            "WHERE ticket.account = ? AND ticket.is_unsolved AND server.complete_stamp < server.stamp "
            "AND server.number <> '' "
            "ORDER BY ticket.assignee IS NOT ?, ticket.waiting_since IS NULL, ticket.waiting_since, "
            "ticket.updated_at DESC",
            (account, me),
        )
        return [rows.ticket_from(row) for row in found]

    def names(self, account: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """What the ids of colleagues, teams and ticket fields are called."""
        people = self._db.execute("SELECT id, name FROM person WHERE account = ? AND role <> 'customer'", (account,))
        teams = self._db.execute("SELECT id, name FROM team WHERE account = ?", (account,))
        fields = self._db.execute("SELECT id, label FROM field WHERE account = ?", (account,))
        return dict(people), dict(teams), dict(fields)

    def settle(self, op: Op, receipt: Receipt, against: Ticket | None = None) -> None:
        """Put proof of arrival in place of the pending decision, as one; later decisions are seen against it.

        `against` is the helpdesk's copy that the op was written on, or None where the proof was found later and others
        may have changed the ticket since.
        """
        with atomic(self._db):
            if op.merge is not None:
                self._settle_merge(op, receipt)
                return
            if receipt.ticket.ref != op.ticket:
                against = server_ticket(self._db, op.ticket)
            self._db.execute("UPDATE op SET state = ?, reason = '' WHERE id = ?", (OpState.SENT.value, op.id))
            self._db.execute("DELETE FROM event WHERE op = ? AND provisional", (op.id,))
            if receipt.ticket.ref != op.ticket:
                _adopt(self._db, op.ticket, receipt.ticket)
            touched = _save_items(self._db, (receipt.ticket, *receipt.events))
            if against is not None:
                _keep_complete(self._db, against, receipt.ticket)
            seen.arrived(self._db, op, receipt.ticket, against)
            for ref in touched | {receipt.ticket.ref}:
                resummarise(self._db, ref)
                rebase(self._db, ref)

    def _settle_merge(self, op: Op, receipt: Receipt) -> None:
        """A merge arrived: the receipt shows the ticket closed, or the one it is a part of where it is gone itself."""
        self._db.execute("UPDATE op SET state = ?, reason = '' WHERE id = ?", (OpState.SENT.value, op.id))
        gone = ((op.ticket, receipt.ticket.ref),) if receipt.ticket.ref != op.ticket else ()
        self.take(Page((receipt.ticket, *receipt.events), "", merged=gone))


def _save_items(db: sqlite3.Connection, items: Iterable[Item]) -> set[Ref]:
    """Upsert every item; the answer names the tickets whose summary or fold may have changed."""
    touched: set[Ref] = set()
    for item in items:
        match item:
            case Ticket():
                if _put_ticket(db, item):
                    touched.add(item.ref)
            case Event():
                _put_event(db, item)
                if item.ticket is not None:
                    touched.add(Ref(item.ref.account, item.ticket))
            case _:
                _save_other(db, item)
    return touched


def _save_other(
    db: sqlite3.Connection, item: Person | Organization | Team | Brand | Article | Canned | View | Field
) -> None:
    """Upsert what no ticket's fold depends on."""
    match item:
        case Person():
            _put_person(db, item)
        case Organization():
            _put(db, "organization", rows.ORGANIZATION, rows.organization_row(item))
        case Team():
            _put(db, "team", rows.TEAM, rows.team_row(item))
        case Brand():
            _put(db, "brand", rows.BRAND, rows.brand_row(item))
        case Article():
            _put_article(db, item)
        case Canned():
            _put(db, "canned", rows.CANNED, rows.canned_row(item))
        case View():
            _put_view(db, item)
        case Field():
            _put(db, "field", rows.FIELD, rows.field_row(item))
        case _:
            assert_never(item)


def _put(
    db: sqlite3.Connection, table: str, columns: str, values: tuple[object, ...], newer: str = "", returning: str = ""
) -> tuple[object, ...] | None:
    """Insert or update by (account, id); `newer` is a condition the update must meet."""
    names = [name.strip() for name in columns.split(",")]
    places = ", ".join("?" * len(names))
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name not in ("account", "id"))
    condition = f" WHERE {newer}" if newer else ""
    answer = f" RETURNING {returning}" if returning else ""
    found = db.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({places}) "
        f"ON CONFLICT (account, id) DO UPDATE SET {updates}{condition}{answer}",
        values,
    )
    return found.fetchone() if returning else None


def _put_ticket(db: sqlite3.Connection, ticket: Ticket) -> bool:
    """Write the helpdesk's copy unless a newer one is here; says whether anything was written."""
    known = server_ticket(db, ticket.ref)
    if known is not None and (known.stamp, known.updated_at) > (ticket.stamp, ticket.updated_at):
        return False
    put_visible(db, ticket)
    put_server(db, ticket)
    if known is None or known.requester != ticket.requester:
        db.execute(
            "UPDATE event SET customer = ? WHERE account = ? AND ticket = ?",
            (ticket.requester, ticket.ref.account, ticket.ref.id),
        )
    return True


def _put_event(db: sqlite3.Connection, event: Event) -> None:
    if event.op is not None:
        db.execute("DELETE FROM event WHERE op = ? AND provisional", (event.op,))
    values = list(rows.event_row(event))
    if event.customer is None and event.ticket is not None:
        row = db.execute(
            "SELECT requester FROM server_ticket WHERE key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
            (event.ref.account, event.ticket),
        ).fetchone()
        values[5] = row[0] if row else None
    _put(db, "event", rows.EVENT, tuple(values), newer="event.op IS NULL OR excluded.op IS event.op")


def _put_person(db: sqlite3.Connection, person: Person) -> None:
    written = _put(
        db, "person", rows.PERSON, rows.person_row(person), newer="excluded.stamp >= person.stamp", returning="key"
    )
    if written is None:
        return
    db.execute("DELETE FROM identity WHERE account = ? AND person = ?", (person.ref.account, person.ref.id))
    db.executemany(
        "INSERT OR IGNORE INTO identity (account, person, kind, value, verified, spelled) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (person.ref.account, person.ref.id, one.kind, one.value.casefold(), one.verified, one.spelled)
            for one in person.identities
        ],
    )


def _put_article(db: sqlite3.Connection, article: Article) -> None:
    _put(db, "article", rows.ARTICLE, rows.article_row(article), newer="excluded.stamp >= article.stamp")


def _put_view(db: sqlite3.Connection, view: View) -> None:
    account, id = view.ref.account, view.ref.id
    _put(db, "view", "account, id, title, position", (account, id, view.title, view.position))
    db.execute("DELETE FROM view_ticket WHERE account = ? AND view = ?", (account, id))
    db.executemany(
        "INSERT OR IGNORE INTO view_ticket (account, view, ticket, position) VALUES (?, ?, ?, ?)",
        [(account, id, ticket, position) for position, ticket in enumerate(view.tickets)],
    )


def _mark_complete(db: sqlite3.Connection, page: Page, ref: Ref) -> None:
    """Note up to which copy the log is whole: the page's own, for the cache may know a newer one by now."""
    read = next((item.stamp for item in page.items if isinstance(item, Ticket) and item.ref == ref), None)
    db.execute(
        "UPDATE server_ticket SET complete_stamp = max(complete_stamp, coalesce(?, stamp)) "
        "WHERE key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
        (read, ref.account, ref.id),
    )
    db.execute("DELETE FROM wanted WHERE account = ? AND kind = 'ticket' AND id = ?", (ref.account, ref.id))


def _keep_complete(db: sqlite3.Connection, before: Ticket, after: Ticket) -> None:
    """A log that was whole before our own change is whole after it: the receipt brought the new events."""
    db.execute(
        "UPDATE server_ticket SET complete_stamp = ? WHERE complete_stamp BETWEEN ? AND ? "
        "AND key = (SELECT key FROM ticket WHERE account = ? AND id = ?)",
        (after.stamp, before.stamp, after.stamp, after.ref.account, after.ref.id),
    )


def _delete_ticket(db: sqlite3.Connection, ref: Ref) -> None:
    """Forget a deleted ticket; the agent's own unsent words for it stay in the outbox and the drafts."""
    db.execute("DELETE FROM event WHERE account = ? AND ticket = ?", (ref.account, ref.id))
    db.execute("DELETE FROM ticket WHERE account = ? AND id = ?", (ref.account, ref.id))
    db.execute("DELETE FROM view_ticket WHERE account = ? AND ticket = ?", (ref.account, ref.id))
    db.execute("DELETE FROM wanted WHERE account = ? AND kind = 'ticket' AND id = ?", (ref.account, ref.id))


def _move(db: sqlite3.Connection, source: Ref, target: Ref) -> None:
    """A ticket became part of another: its log, its decisions and its begun words go there."""
    where = (target.id, source.account, source.id)
    db.execute("UPDATE event SET ticket = ? WHERE account = ? AND ticket = ?", where)
    db.execute("UPDATE op SET ticket = ? WHERE account = ? AND ticket = ?", where)
    Drafts(db).move(source, target)
    _delete_ticket(db, source)


def _adopt(db: sqlite3.Connection, provisional: Ref, real: Ticket) -> None:
    """A ticket of ours got its number: what referred to the provisional one now refers to the real one."""
    for table in ("op", "draft", "read_mark"):
        db.execute(
            f"UPDATE OR REPLACE {table} SET ticket = ? WHERE account = ? AND ticket = ?",
            (real.ref.id, provisional.account, provisional.id),
        )
    db.execute(
        "UPDATE event SET ticket = ? WHERE account = ? AND ticket = ? AND provisional",
        (real.ref.id, provisional.account, provisional.id),
    )
    _delete_ticket(db, provisional)
