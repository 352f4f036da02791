"""The records: one SQLite file, a shelf per kind of thing, each record a JSON document beside the columns searched.

Names of tables and columns come from the two constants below, never from a request; values are always parameters.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import not_found

Clock = Callable[[], datetime]
Value = str | int | float | None

# Kind -> the fields of its documents that are also columns. Every shelf has `id` and `doc` besides.
_SHELVES: dict[str, tuple[str, ...]] = {
    "users": (
        "name", "email", "phone", "role", "organization_id", "external_id", "active", "suspended", "tags", "notes",
        "details", "created_at", "updated_at", "generated_timestamp", "seq",
    ),
    "identities": ("user_id", "type", "value"),
    "organizations": (
        "name", "external_id", "tags", "notes", "details", "created_at", "updated_at", "generated_timestamp", "seq",
    ),
    "groups": ("name", "deleted", "created_at", "updated_at"),
    "memberships": ("user_id", "group_id"),
    "organization_memberships": ("user_id", "organization_id"),
    "organization_merges": ("loser_id", "winner_id"),
    "ticket_fields": ("type", "position"),
    "ticket_forms": ("position",),
    "macros": ("title", "active", "position", "created_at", "updated_at"),
    "views": ("title", "active", "position", "created_at", "updated_at"),
    "slas": ("position",),
    "tickets": (
        "subject", "status", "priority", "type", "requester_id", "submitter_id", "assignee_id", "group_id",
        "organization_id", "external_id", "problem_id", "ticket_form_id", "brand_id", "channel", "tags", "solved_at",
        "due_at", "description", "created_at", "updated_at", "generated_timestamp", "seq",
    ),
    "comments": ("ticket_id", "audit_id", "author_id", "public", "body", "created_at"),
    "audits": ("ticket_id", "author_id", "created_at", "generated_timestamp", "seq"),
    "ratings": ("ticket_id", "requester_id", "assignee_id", "score", "created_at", "updated_at"),
    "attachments": ("token",),
    "uploads": ("token",),
    "jobs": ("key", "status"),
    "categories": ("locale", "position"),
    "sections": ("locale", "category_id", "position"),
    "articles": ("section_id", "updated_at", "created_at", "position", "title"),
    "translations": ("source_id", "source_type", "locale"),
    "events": ("user_id", "type", "created_at"),
    "metric_events": ("ticket_id", "generated_timestamp", "seq"),
    "skips": ("ticket_id", "user_id", "created_at"),
    "suspended_tickets": ("created_at",),
    "oauth_clients": ("identifier",),
    "oauth_codes": ("code",),
    "oauth_tokens": ("token", "refresh_token"),
}  # fmt: skip

_INDEXES = (
    "tickets(generated_timestamp, seq)", "tickets(seq)", "tickets(updated_at, id)", "tickets(created_at, id)",
    "tickets(requester_id)",
    "tickets(assignee_id, status)", "tickets(group_id, status)", "tickets(organization_id)", "tickets(status, id)",
    "tickets(external_id)", "tickets(problem_id)", "comments(ticket_id, id)", "comments(audit_id)",
    "audits(ticket_id, id)", "audits(generated_timestamp, seq)", "users(email)", "users(generated_timestamp, seq)",
    "users(role)", "users(organization_id)", "users(external_id)", "identities(user_id)", "identities(value)",
    "organizations(generated_timestamp, seq)", "memberships(user_id)", "memberships(group_id)",
    "translations(source_id, locale)", "events(user_id, created_at)", "metric_events(generated_timestamp, seq)",
    "metric_events(ticket_id)", "attachments(token)", "uploads(token)", "ratings(ticket_id)", "jobs(key)",
)  # fmt: skip

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

# Kinds start their ids here, so that ids of different kinds are not mistaken for each other.
_FIRST_ID = 900_000_000_000


def iso(moment: datetime) -> str:
    """A moment as the API writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def utc(text: str) -> str:
    """An ISO 8601 text as the API writes it. Raises ValueError."""
    is_ours = len(text) == 20 and text[-1] == "Z"
    return text if is_ours else iso(moment(text))


def moment(text: str) -> datetime:
    """The moment that an ISO 8601 text names; UTC when it names no zone. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def epoch(text: str) -> int:
    """The epoch seconds of an ISO 8601 text."""
    return int(moment(text).timestamp())


def dumps(doc: object) -> str:
    """A document as compact JSON."""
    return _ENCODER.encode(doc)


def marks(values: Sequence[object]) -> str:
    """One SQL placeholder per value."""
    return ",".join("?" * len(values))


def pattern(text: str) -> str:
    """The LIKE pattern (with ESCAPE '\\') of texts that contain this one."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@dataclass(frozen=True, slots=True)
class Query:
    """Which records of a shelf: an SQL condition with its parameters."""

    where: str = "1"
    parameters: tuple[Value, ...] = ()

    def and_(self, where: str, *parameters: Value) -> "Query":
        """The records that also meet this condition."""
        return Query(f"({self.where}) AND ({where})", (*self.parameters, *parameters))


ALL = Query()


class Database:
    """The SQLite file and the clock; safe to use from several threads, one request at a time."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._lock = RLock()
        self._depth = 0
        self.clock = clock
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.atomic():
            self._create()

    def _create(self) -> None:
        for kind, columns in _SHELVES.items():
            body = "".join(f", {column}" for column in columns)
            self.run(f"CREATE TABLE IF NOT EXISTS {kind}(id INTEGER PRIMARY KEY, doc TEXT NOT NULL{body})")
        for number, target in enumerate(_INDEXES):
            self.run(f"CREATE INDEX IF NOT EXISTS by_{number} ON {target}")
        self.run("CREATE TABLE IF NOT EXISTS sequence(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID")
        self.run("CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        self.run("CREATE TABLE IF NOT EXISTS content(attachment_id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
        self.run(
            "CREATE TABLE IF NOT EXISTS answer("
            "key TEXT PRIMARY KEY, request TEXT NOT NULL, doc TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID"
        )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def now(self) -> datetime:
        """The helpdesk's time, in whole seconds of UTC."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def stamp(self) -> str:
        """The helpdesk's time as the API writes it."""
        return iso(self.now())

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All writes inside happen together or not at all; may be nested."""
        with self._lock:
            name = f"level_{self._depth}"
            self._connection.execute(f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._connection.execute(f"ROLLBACK TO {name}")
                raise
            finally:
                self._depth -= 1
                self._connection.execute(f"RELEASE {name}")

    def run(self, sql: str, parameters: Sequence[Value | bytes] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        with self._lock:
            return self._connection.execute(sql, parameters)

    def run_many(self, sql: str, rows: Iterable[Sequence[Value | bytes]]) -> None:
        """Run one statement for many rows."""
        with self._lock:
            self._connection.executemany(sql, rows)

    def number(self, name: str, first: int = 1) -> int:
        """The next number of a sequence, never given twice."""
        sql = (
            "INSERT INTO sequence(name, value) VALUES (?, ?)"
            " ON CONFLICT(name) DO UPDATE SET value = value + 1 RETURNING value"
        )
        return int(self.run(sql, (name, first)).fetchone()[0])

    def raise_to(self, name: str, value: int) -> None:
        """Let a sequence go on above `value`."""
        sql = (
            "INSERT INTO sequence(name, value) VALUES (?, ?)"
            " ON CONFLICT(name) DO UPDATE SET value = max(value, excluded.value)"
        )
        self.run(sql, (name, value))

    def reached(self, name: str, default: int) -> int:
        """The last number a sequence gave."""
        row = self.run("SELECT value FROM sequence WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else default

    def setting(self, name: str) -> str | None:
        """A remembered text."""
        row = self.run("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def remember(self, name: str, value: str) -> None:
        """Remember a text in the file."""
        self.run("INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)", (name, value))

    def shelf(self, kind: str) -> "Shelf":
        """The records of one kind."""
        return Shelf(self, kind)


class Shelf:
    """The records of one kind."""

    def __init__(self, db: Database, kind: str) -> None:
        self.db = db
        self.kind = kind
        self.columns = _SHELVES[kind]
        self._counted = "seq" in self.columns
        self._sequence = {"comments": "events", "audits": "events"}.get(kind, kind)
        self._first = 1 if kind == "tickets" else _FIRST_ID + 1
        self.insert = (
            f"INSERT OR REPLACE INTO {kind}(id, doc{''.join(', ' + column for column in self.columns)})"
            f" VALUES (?, ?{', ?' * len(self.columns)})"
        )

    def new_id(self) -> int:
        """An id that no record of this kind has."""
        return self.db.number(self._sequence, self._first)

    def row(self, doc: Doc) -> tuple[Value, ...]:
        """A document as a row of the table."""
        return (doc["id"], dumps(doc), *(_column(doc.get(column)) for column in self.columns))

    def put(self, doc: Doc) -> Doc:
        """Save a document under its id (a new one when it has none); shelves that are exported also note the change."""
        if doc.get("id") is None:
            doc["id"] = self.new_id()
        if self._counted:
            doc["seq"] = self.db.number("seq")
            doc["generated_timestamp"] = int(self.db.now().timestamp())
        self.db.run(self.insert, self.row(doc))
        return doc

    def put_many(self, docs: Iterable[Doc]) -> None:
        """Save documents that are complete, without noting the change."""
        self.db.run_many(self.insert, map(self.row, docs))
        top = self.db.run(f"SELECT max(id) FROM {self.kind}").fetchone()[0]
        if top is not None:
            self.db.raise_to(self._sequence, max(int(top), self._first - 1))

    def remove(self, record_id: int) -> None:
        """Forget a record."""
        self.db.run(f"DELETE FROM {self.kind} WHERE id = ?", (record_id,))

    def find(self, record_id: int | None) -> Doc | None:
        """The record with this id, if there is one."""
        if record_id is None or abs(record_id) >= 1 << 63:
            return None
        row = self.db.run(f"SELECT doc FROM {self.kind} WHERE id = ?", (record_id,)).fetchone()
        return _doc(row[0]) if row else None

    def get(self, record_id: int) -> Doc:
        """The record with this id; a 404 problem without one."""
        doc = self.find(record_id)
        if doc is None:
            raise not_found()
        return doc

    def many(self, ids: Iterable[int | None]) -> list[Doc]:
        """The records with these ids, in the order of the ids, without those that do not exist."""
        wanted = list(dict.fromkeys(record_id for record_id in ids if record_id is not None))
        found: dict[int, Doc] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            for doc in self.where(Query(f"id IN ({marks(part)})", tuple(part))):
                found[doc["id"]] = doc
        return [found[record_id] for record_id in wanted if record_id in found]

    def where(self, query: Query = ALL, order: str = "id", limit: int = -1, offset: int = 0) -> list[Doc]:
        """The records of a query, in order."""
        sql = f"SELECT doc FROM {self.kind} WHERE {query.where} ORDER BY {order} LIMIT ? OFFSET ?"
        return [_doc(row[0]) for row in self.db.run(sql, (*query.parameters, limit, offset))]

    def first(self, query: Query, order: str = "id") -> Doc | None:
        """The first record of a query, if there is one."""
        return next(iter(self.where(query, order, limit=1)), None)

    def count(self, query: Query = ALL) -> int:
        """How many records a query has."""
        row = self.db.run(f"SELECT count(*) FROM {self.kind} WHERE {query.where}", query.parameters).fetchone()
        return int(row[0])


def _column(value: object) -> Value:
    if isinstance(value, list):
        return f" {' '.join(map(str, value))} "
    if value is None or isinstance(value, str | int | float):
        return value
    return dumps(value)


def _doc(text: str) -> Doc:
    doc = json.loads(text)
    assert isinstance(doc, dict), "every record is a JSON object"
    return doc
