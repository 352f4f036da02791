"""Contact reasons: why customers write, at most one for each ticket.

Where a reason comes from, the first that has one: the team's own names (`reason_rules`), a field or tag of the helpdesk
that says it, or the groups that tickets fall into by what they say (`reasoning`). `reason` names them, `ticket_reason`
gives each ticket its one, `reason_due` notes the tickets that changed since, and `reason_book` holds what groups were
formed from. A ticket takes its reason with it when it goes; the id of a reason never comes back.
"""

import json
import sqlite3
from typing import Final, Literal

from agentdesk.record import record
from agentdesk.text.normalise import normalise

Source = Literal["team", "field", "found"]
TEAM: Final[Source] = "team"
FIELD: Final[Source] = "field"
FOUND: Final[Source] = "found"
OF_TICKET: Final = "(SELECT r.name FROM ticket_reason tr JOIN reason r ON r.id = tr.reason WHERE tr.key = t.key)"
"""The name of the reason of a ticket `t`, as SQL; NULL for none."""
_COLUMNS: Final = ("subject", "tags", "fields", "team", "organization", "channel", "channel_raw", "requester")
_OF_PERSON: Final = ("name", "language", "identities")
UNREAD: Final = "reasons unread"
"""What begins the names of the places, one for each account, down to which tickets were looked at."""
RULES_READ: Final = "reasons.txt read"
"""The place that tells which state of the team's file holds; without it, every ticket that it names is looked at."""


@record
class Reason:
    """One reason: `words` tell why tickets have it, the most telling first. `account` is empty for the team's own."""

    id: int
    account: str
    source: Source
    name: str
    words: tuple[str, ...] = ()


def create(db: sqlite3.Connection) -> None:
    """Make the empty tables, and the triggers that note what changed and forget what is gone."""
    for statement in (
        "CREATE TABLE reason (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, source TEXT NOT NULL, "
        "name TEXT NOT NULL, folded TEXT NOT NULL, words TEXT NOT NULL, is_cjk INTEGER NOT NULL, "
        "middle TEXT NOT NULL, UNIQUE (account, source, name))",
        "CREATE TABLE ticket_reason (key INTEGER PRIMARY KEY, reason INTEGER NOT NULL)",
        "CREATE INDEX ticket_reason_reason ON ticket_reason (reason)",
        "CREATE TABLE reason_due (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL)",
        "CREATE INDEX reason_due_key ON reason_due (key)",
        "CREATE TABLE reason_book (account TEXT PRIMARY KEY, edition INTEGER NOT NULL, maker TEXT NOT NULL, "
        "last_key INTEGER NOT NULL, newest_at INTEGER NOT NULL, books TEXT NOT NULL) WITHOUT ROWID",
    ):
        db.execute(statement)
    note = "INSERT INTO reason_due (key) "
    of_message = f"{note}SELECT t.key FROM ticket t WHERE t.account = {{0}}.account AND t.id = {{0}}.ticket"
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in _COLUMNS)
    forget_words = "UPDATE reason_book SET maker = '', edition = edition + 1 WHERE account = old.account"
    of_person = f"{note}SELECT t.key FROM ticket t WHERE t.account = new.account AND t.requester = new.id"
    is_another = " OR ".join(f"old.{column} IS NOT new.{column}" for column in _OF_PERSON)
    forget_rules, is_renamed = f"DELETE FROM place WHERE name = '{RULES_READ}'", "old.name <> new.name"
    for name, when, what in (
        ("added", "INSERT ON ticket", f"{note}VALUES (new.key)"),
        ("changed", f"UPDATE OF {', '.join(_COLUMNS)} ON ticket WHEN {changed}", f"{note}VALUES (old.key)"),
        ("said_otherwise", "UPDATE OF subject ON ticket WHEN old.subject <> new.subject", forget_words),
        (
            "removed",
            "DELETE ON ticket",
            "DELETE FROM ticket_reason WHERE key = old.key; DELETE FROM reason_due WHERE key = old.key; "
            f"{forget_words}",
        ),
        ("of_message_added", "INSERT ON event WHEN new.kind = 'customer'", of_message.format("new")),
        (
            "of_message_changed",
            "UPDATE OF body ON event WHEN old.kind = 'customer' AND old.body <> new.body",
            f"{of_message.format('old')}; {forget_words}",
        ),
        (
            "of_message_removed",
            "DELETE ON event WHEN old.kind = 'customer'",
            f"{of_message.format('old')}; {forget_words}",
        ),
        ("of_person_added", "INSERT ON person", of_person),
        ("of_person_changed", f"UPDATE OF {', '.join(_OF_PERSON)} ON person WHEN {is_another}", of_person),
        ("of_team_added", "INSERT ON team", forget_rules),
        ("of_team_renamed", f"UPDATE OF name ON team WHEN {is_renamed}", forget_rules),
        ("of_organization_renamed", f"UPDATE OF name ON organization WHEN {is_renamed}", forget_rules),
        (
            "of_account_removed",
            "DELETE ON account",
            "DELETE FROM reason WHERE account = old.name; DELETE FROM reason_book WHERE account = old.name; "
            f"DELETE FROM place WHERE name = '{UNREAD} ' || old.name",
        ),
    ):
        db.execute(f"CREATE TRIGGER ticket_reason_{name} AFTER {when} BEGIN {what}; END")


def note_what_is_read(db: sqlite3.Connection) -> None:
    """Look again at a ticket without a reason once an extra has read it."""
    db.execute(
        "CREATE TRIGGER ticket_reason_of_meaning AFTER INSERT ON meaning WHEN new.kind = 'ticket' AND NOT EXISTS "
        "(SELECT 1 FROM ticket_reason WHERE key = new.key) BEGIN INSERT INTO reason_due (key) VALUES (new.key); END"
    )


def reasons(db: sqlite3.Connection) -> list[Reason]:
    """The reasons that tickets have, the most frequent first."""
    found = db.execute(
        "SELECT r.id, r.account, r.source, r.name, r.words FROM reason r JOIN "
        "(SELECT reason, count(*) AS tickets FROM ticket_reason GROUP BY reason) used ON used.reason = r.id "
        "ORDER BY used.tickets DESC, r.name"
    )
    return [Reason(id, account, source, name, tuple(json.loads(words))) for id, account, source, name, words in found]


def names(db: sqlite3.Connection) -> list[str]:
    """The names of the reasons that tickets have, the most frequent first."""
    return list(dict.fromkeys(one.name for one in reasons(db)))


def meant(db: sqlite3.Connection, word: str) -> list[int]:
    """The reasons that a word means: those called so, else those with it in their names."""
    wanted = normalise(word)
    named: list[tuple[int, str]] = db.execute("SELECT id, folded FROM reason").fetchall()
    return [id for id, name in named if name == wanted] or [id for id, name in named if wanted in name]


def unread_of(account: str) -> str:
    """The place of an account that tells down to which key its tickets were looked at."""
    return f"{UNREAD} {account}"


def reason_id(db: sqlite3.Connection, account: str, source: Source, name: str) -> int:
    """The reason of this name, made where there was none."""
    db.execute(
        "INSERT OR IGNORE INTO reason (account, source, name, folded, words, is_cjk, middle) "
        "VALUES (?, ?, ?, ?, '[]', 0, '{}')",
        (account, source, name, normalise(name)),
    )
    (id,) = db.execute(
        "SELECT id FROM reason WHERE account = ? AND source = ? AND name = ?", (account, source, name)
    ).fetchone()
    return int(id)
