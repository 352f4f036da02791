"""The shape of the cache file, as migrations that are only ever appended.

Times are INTEGER milliseconds UTC, durations seconds, ids and provider words TEXT as served, lists and maps JSON.
`ticket` is what screens show; `server_ticket` is the helpdesk's own copy under the same key, and its `complete_stamp`
the ticket's stamp at which its event log was last read whole. `ticket_queue` holds all that queues ask of unsolved
tickets, so that counting them never reads the wide rows. `customer_step` is the log of what was decided by hand about
who is one customer. The file's version is SQLite's `user_version`: the count of
applied migrations, so that an up-to-date file opens without loading sqlite-utils.

What a migration calls in another module (`words.create`, `meaning.create`, ...) is shipped with it: files of today have
those tables and triggers, and only a further migration changes them.
"""

import sqlite3
from collections.abc import Callable

from agentdesk.errors import StoreError
from agentdesk.i18n import _
from agentdesk.model import Identity
from agentdesk.store import words

TICKET_COLUMNS = """
    account TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, subject TEXT NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, status_raw TEXT NOT NULL,
    priority TEXT, type TEXT, channel TEXT NOT NULL, channel_raw TEXT NOT NULL,
    requester TEXT, assignee TEXT, team TEXT, organization TEXT,
    tags TEXT NOT NULL, fields TEXT NOT NULL, due_at INTEGER, due_metric TEXT NOT NULL,
    brand TEXT, form TEXT, version TEXT NOT NULL, stamp INTEGER NOT NULL, rating TEXT,
    waiting_since INTEGER, last_customer_message INTEGER, last_message_at INTEGER,
    messages INTEGER NOT NULL, bounces INTEGER NOT NULL, snippet TEXT NOT NULL
"""

FIRST = f"""
CREATE TABLE account (
    name TEXT PRIMARY KEY, provider TEXT NOT NULL, url TEXT NOT NULL, user TEXT NOT NULL,
    token_source TEXT NOT NULL, me TEXT, traits TEXT, settings TEXT NOT NULL DEFAULT '{{}}', position INTEGER NOT NULL
);
CREATE TABLE stream (
    account TEXT NOT NULL, stream TEXT NOT NULL, cursor TEXT NOT NULL, is_complete INTEGER NOT NULL,
    pulled_at INTEGER NOT NULL, PRIMARY KEY (account, stream)
) WITHOUT ROWID;

CREATE TABLE ticket (
    key INTEGER PRIMARY KEY, {TICKET_COLUMNS},
    pending_ops INTEGER NOT NULL DEFAULT 0, stuck_ops INTEGER NOT NULL DEFAULT 0, snoozed_until INTEGER,
    promised_at INTEGER,
    is_unsolved INTEGER GENERATED ALWAYS AS (status IN ('new', 'open', 'pending', 'hold')) VIRTUAL,
    urgency INTEGER GENERATED ALWAYS AS
        (CASE priority WHEN 'urgent' THEN 4 WHEN 'high' THEN 3 WHEN 'low' THEN 1 ELSE 2 END) VIRTUAL,
    UNIQUE (account, id)
);
CREATE INDEX ticket_queue ON ticket (
    waiting_since, updated_at, snoozed_until, status, assignee, account, due_at, promised_at, priority, urgency, team,
    stuck_ops, pending_ops, channel, bounces, created_at, last_customer_message, requester, organization, tags,
    is_unsolved
) WHERE is_unsolved;
CREATE INDEX ticket_stuck ON ticket (stuck_ops) WHERE stuck_ops > 0;
CREATE INDEX ticket_snoozed ON ticket (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX ticket_promised ON ticket (promised_at) WHERE promised_at IS NOT NULL;
CREATE INDEX ticket_requester ON ticket (account, requester, created_at);
CREATE INDEX ticket_number ON ticket (number);
CREATE INDEX ticket_created ON ticket (created_at, key);
CREATE INDEX ticket_updated ON ticket (updated_at, key, snoozed_until);
CREATE TABLE server_ticket (
    key INTEGER PRIMARY KEY REFERENCES ticket (key) ON DELETE CASCADE, {TICKET_COLUMNS},
    complete_stamp INTEGER NOT NULL DEFAULT -1
);

CREATE TABLE event (
    key INTEGER PRIMARY KEY, account TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
    ticket TEXT, customer TEXT, author TEXT, author_name TEXT NOT NULL, author_role TEXT NOT NULL,
    public INTEGER NOT NULL, channel TEXT NOT NULL, channel_raw TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL,
    attachments TEXT NOT NULL, field TEXT NOT NULL, old TEXT, new TEXT, data TEXT NOT NULL,
    op TEXT, provisional INTEGER NOT NULL,
    UNIQUE (account, id)
);
CREATE INDEX event_ticket ON event (account, ticket, at, key);
CREATE INDEX event_customer ON event (account, customer, at, key);
CREATE INDEX event_author ON event (account, author, ticket) WHERE body <> '';
CREATE INDEX event_attachment ON event (account, ticket) WHERE attachments <> '[]';
CREATE INDEX event_op ON event (op) WHERE op IS NOT NULL;

CREATE TABLE person (
    key INTEGER PRIMARY KEY, account TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
    identities TEXT NOT NULL, organization TEXT, language TEXT NOT NULL, zone TEXT NOT NULL, notes TEXT NOT NULL,
    tags TEXT NOT NULL, fields TEXT NOT NULL, signature TEXT NOT NULL, active INTEGER NOT NULL,
    created_at INTEGER, stamp INTEGER NOT NULL,
    UNIQUE (account, id)
);
CREATE INDEX person_role ON person (account, role) WHERE role <> 'customer';
CREATE TABLE identity (
    account TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, verified INTEGER NOT NULL,
    PRIMARY KEY (account, person, kind, value)
) WITHOUT ROWID;
CREATE INDEX identity_value ON identity (value, kind);
CREATE TABLE organization (
    account TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, notes TEXT NOT NULL, domains TEXT NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE team (
    account TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, members TEXT NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE article (
    key INTEGER PRIMARY KEY, account TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    html TEXT NOT NULL, language TEXT NOT NULL, section TEXT NOT NULL, url TEXT NOT NULL, internal INTEGER NOT NULL,
    labels TEXT NOT NULL, updated_at INTEGER, stamp INTEGER NOT NULL,
    UNIQUE (account, id)
);
CREATE TABLE canned (
    account TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, public INTEGER NOT NULL,
    actions TEXT NOT NULL, language TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE view (
    account TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE view_ticket (
    account TEXT NOT NULL, view TEXT NOT NULL, ticket TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (account, view, ticket)
) WITHOUT ROWID;
CREATE TABLE field (
    account TEXT NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, type TEXT NOT NULL, options TEXT NOT NULL,
    required_on_solve INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (account, id)
) WITHOUT ROWID;

CREATE TABLE op (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, ticket TEXT NOT NULL,
    changes TEXT NOT NULL, seen TEXT, created_at INTEGER NOT NULL, not_before INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, batch TEXT NOT NULL
);
CREATE INDEX op_ticket ON op (account, ticket, sequence);
CREATE INDEX op_state ON op (state, account) WHERE state NOT IN ('sent', 'dropped');
CREATE TABLE draft (
    account TEXT NOT NULL, ticket TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, cc TEXT NOT NULL,
    uploads TEXT NOT NULL, caret INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (account, ticket, kind)
) WITHOUT ROWID;
CREATE TABLE inserted (
    account TEXT NOT NULL, ticket TEXT NOT NULL, article TEXT NOT NULL, how TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (account, ticket, article)
) WITHOUT ROWID;

CREATE TABLE read_mark (
    account TEXT NOT NULL, ticket TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, ticket)
) WITHOUT ROWID;
CREATE TABLE place (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE wanted (
    account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, asked_at INTEGER NOT NULL,
    PRIMARY KEY (account, kind, id)
) WITHOUT ROWID;
CREATE TABLE lease (account TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE weather (
    account TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL, message TEXT NOT NULL,
    synced_at INTEGER, phase TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER, until INTEGER
) WITHOUT ROWID;
"""


def _first(db: sqlite3.Connection) -> None:
    for statement in FIRST.split(";\n"):
        if statement.strip():
            db.execute(statement)


def _search(db: sqlite3.Connection) -> None:
    """The first index had a document for each message; `_index_of_tickets` made another in its place."""


def _draft_changes(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE draft ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'")


def _index_of_tickets(db: sqlite3.Connection) -> None:
    words.create(db)


def _customers_and_brands(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE customer_step (sequence INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL, "
        "at INTEGER NOT NULL, what TEXT NOT NULL, account TEXT NOT NULL, person TEXT NOT NULL, other_account TEXT, "
        "other_person TEXT, undone INTEGER NOT NULL DEFAULT 0)"
    )
    db.execute(
        "CREATE TABLE brand (account TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, id)) "
        "WITHOUT ROWID"
    )


def _uploads(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE upload (op TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sent INTEGER NOT NULL, "
        "token TEXT, expires_at INTEGER, PRIMARY KEY (op, path)) WITHOUT ROWID"
    )


def _links(db: sqlite3.Connection) -> None:
    for table in ("ticket", "server_ticket"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN links TEXT NOT NULL DEFAULT '[]'")


def _meaning(db: sqlite3.Connection) -> None:
    from agentdesk.store import meaning  # late: only a file of before needs it; 3 ms of every other start

    meaning.create(db)
    db.execute(
        "CREATE TRIGGER ticket_judgements_removed AFTER DELETE ON ticket "
        "BEGIN DELETE FROM inserted WHERE account = old.account AND ticket = old.id; END"
    )


def _learning(db: sqlite3.Connection) -> None:
    from agentdesk.store import judgements, vocabulary  # late, as above

    judgements.create(db)
    vocabulary.create(db)


def _spelled(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE identity ADD COLUMN spelled TEXT NOT NULL DEFAULT ''")
    found = db.execute("SELECT account, person, kind, value FROM identity").fetchall()
    db.executemany(
        "UPDATE identity SET spelled = ? WHERE account = ? AND person = ? AND kind = ? AND value = ?",
        [(Identity(kind, value).spelled, account, person, kind, value) for account, person, kind, value in found],
    )
    db.execute("CREATE INDEX identity_spelled ON identity (spelled, kind)")


def _labels(db: sqlite3.Connection) -> None:
    """The index of words anew, with the labels of articles."""
    words.create(db)


def _lost_words(db: sqlite3.Connection) -> None:
    from agentdesk.store import lost  # late, as above

    lost.create(db)


def _tags_in_use(db: sqlite3.Connection) -> None:
    """How many tickets have each tag, kept by triggers: completing a tag, or finding one misspelt, reads no ticket."""
    db.execute("CREATE TABLE tag_use (tag TEXT PRIMARY KEY COLLATE NOCASE, tickets INTEGER NOT NULL) WITHOUT ROWID")
    db.execute(
        "INSERT INTO tag_use (tag, tickets) SELECT tag.value, count(*) FROM ticket, json_each(ticket.tags) tag "
        "WHERE tag.type = 'text' GROUP BY tag.value COLLATE NOCASE"
    )
    those = "SELECT value FROM json_each({row}.tags) WHERE type = 'text'"
    more = (
        "INSERT INTO tag_use (tag, tickets) SELECT DISTINCT value COLLATE NOCASE, 0 "
        f"FROM ({those.format(row='new')}) WHERE value COLLATE NOCASE NOT IN (SELECT tag FROM tag_use); "
        f"UPDATE tag_use SET tickets = tickets + 1 WHERE tag IN ({those.format(row='new')}); "
    )
    fewer = (
        f"UPDATE tag_use SET tickets = tickets - 1 WHERE tag IN ({those.format(row='old')}); "
        f"DELETE FROM tag_use WHERE tickets < 1 AND tag IN ({those.format(row='old')}); "
    )
    for name, when, what in (
        ("added", "INSERT ON ticket WHEN new.tags <> '[]'", more),
        ("changed", "UPDATE OF tags ON ticket WHEN old.tags <> new.tags", more + fewer),
        ("removed", "DELETE ON ticket WHEN old.tags <> '[]'", fewer),
    ):
        db.execute(f"CREATE TRIGGER tag_use_{name} AFTER {when} BEGIN {what}END")


def _effort(db: sqlite3.Connection) -> None:
    from agentdesk.store import effort  # late, as above

    effort.create(db)


def _reasons(db: sqlite3.Connection) -> None:
    from agentdesk.store import reasons  # late, as above

    reasons.create(db)


def _decided_without_words(db: sqlite3.Connection) -> None:
    """Decisions held what the customer had written last, which may have been redacted since."""
    db.execute("UPDATE op SET seen = json_set(seen, '$[30]', '') WHERE seen IS NOT NULL")


def _effort_in_queues(db: sqlite3.Connection) -> None:
    """The indexes that queues are counted from, with the effort; half a second at 300,000 tickets."""
    from agentdesk.store import effort  # late, as above

    effort.index(db)
    (queues,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'ticket_queue'").fetchone()
    db.execute("DROP INDEX ticket_queue")
    db.execute(queues.replace("is_unsolved\n)", "is_unsolved, effort\n)"))


def _reasons_by_meaning(db: sqlite3.Connection) -> None:
    from agentdesk.store import reasons  # late, as above

    reasons.note_what_is_read(db)


def _running_waits(db: sqlite3.Connection) -> None:
    from agentdesk.store import effort  # late, as above

    effort.add_running_waits(db)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _first,
    _search,
    _draft_changes,
    _customers_and_brands,
    _uploads,
    _links,
    _meaning,
    _index_of_tickets,
    _learning,
    _spelled,
    _labels,
    _lost_words,
    _tags_in_use,
    _effort,
    _reasons,
    _decided_without_words,
    _effort_in_queues,
    _reasons_by_meaning,
    _running_waits,
)
VERSION = len(MIGRATIONS)


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Apply the migrations this file has not had; raises `StoreError` for a file from a newer AgentDesk."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise StoreError(
            _(
                "This cache was written by a newer AgentDesk (file version {theirs}, this program knows {ours}). "
                "Update AgentDesk, or start it with another AGENTDESK_HOME.",
                theirs=version,
                ours=VERSION,
            )
        )
    _migrate(db)


def _migrate(db: sqlite3.Connection) -> None:
    from sqlite_utils import Database, Migrations  # late: 70 ms that an up-to-date file does not pay

    steps = Migrations("agentdesk")
    for position, step in enumerate(MIGRATIONS, start=1):
        steps(name=f"{position:04}{step.__name__}")(lambda database, step=step: step(database.conn))
    db.execute("BEGIN EXCLUSIVE")  # two programs may open a fresh file at the same moment
    try:
        steps.apply(Database(db))
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
