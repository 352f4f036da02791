"""Lost words: what the cache does not say any more must not live on in what was searched for, or in a log.

A redacted word stands nowhere in the cache, yet somebody may search for it: to look whether it is gone, or because they
remember it. Such a search is not kept, and one that was kept is forgotten. To know a lost word again without keeping
it, a number is made of it with a secret of this cache.

The index takes a word out by what it was told; where a text changes before the index has read it, nothing but the
write-ahead log remembers. So every text that changes or goes says that the log is to be emptied (`watch`).
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from agentdesk.store import rows, words
from agentdesk.store.words import ARTICLES, KINDS, PEOPLE, TICKETS, Indexed
from agentdesk.text.segment import segment

PLACE: Final = "lost words"
HISTORY: Final = "command history"
MISSED: Final = "missed search"
_WATCHED: Final[tuple[tuple[Indexed, str, str], ...]] = (
    (ARTICLES, "article", "title, body, labels"),
    (PEOPLE, "person", "name, identities"),
    (TICKETS, "ticket", "subject"),
    (TICKETS, "event", "body"),
)


def create(db: sqlite3.Connection) -> None:
    """Make the empty table of lost words and its secret, and watch texts from now on."""
    db.execute("CREATE TABLE lost_word (word INTEGER PRIMARY KEY)")
    from secrets import token_hex  # late, as below

    db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (PLACE, rows.pack(token_hex(16))))
    for kind, table, columns in _WATCHED:
        changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns.split(", "))
        for name, when in (
            ("changed", f"UPDATE OF {columns} ON {table} WHEN {changed}"),
            ("gone", f"DELETE ON {table}"),
        ):
            db.execute(
                f"CREATE TRIGGER {table}_text_{name} AFTER {when} BEGIN "
                f"UPDATE word_index SET is_unclean = 2 WHERE kind = {kind.number} AND is_unclean = 0; END"
            )


def note(db: sqlite3.Connection, tokens: Iterable[str]) -> None:
    """Know these tokens again, which the index has lost somewhere."""
    secret = _secret(db)
    db.executemany("INSERT OR IGNORE INTO lost_word (word) VALUES (?)", [(_number(secret, one),) for one in tokens])


def is_lost(db: sqlite3.Connection, text: str) -> bool:
    """Has a text a word that was lost, and that stands nowhere any more?"""
    secret = _secret(db)
    return any(
        db.execute("SELECT 1 FROM lost_word WHERE word = ?", (_number(secret, token),)).fetchone()
        and not any(_has(db, kind, token) for kind in KINDS)
        for token in dict.fromkeys(map(words.spelled, segment(text)))
    )


def forget_searches(db: sqlite3.Connection) -> None:
    """Forget what was searched for and typed with words that are lost now."""
    for query, reworded in db.execute("SELECT query, reworded FROM alias").fetchall():
        if is_lost(db, f"{query} {reworded}"):
            db.execute("DELETE FROM alias WHERE query = ? AND reworded = ?", (query, reworded))
    kept = dict(db.execute("SELECT name, value FROM place WHERE name IN (?, ?)", (MISSED, HISTORY)).fetchall())
    if MISSED in kept and is_lost(db, rows.unpack(kept[MISSED])["query"]):
        db.execute("DELETE FROM place WHERE name = ?", (MISSED,))
    lines = rows.unpack(kept[HISTORY]) if HISTORY in kept else []
    left = [line for line in lines if not is_lost(db, line)]
    if left != lines:
        db.execute("UPDATE place SET value = ? WHERE name = ?", (rows.pack(left), HISTORY))


def _has(db: sqlite3.Connection, kind: Indexed, token: str) -> bool:
    found = db.execute(f"SELECT 1 FROM {kind.words} WHERE {kind.words} MATCH ? LIMIT 1", (f'"{token}"',))
    return found.fetchone() is not None


def _secret(db: sqlite3.Connection) -> bytes:
    (value,) = db.execute("SELECT value FROM place WHERE name = ?", (PLACE,)).fetchone()
    return bytes.fromhex(rows.unpack(value))


def _number(secret: bytes, token: str) -> int:
    from hashlib import blake2b  # late: the first paint hashes nothing

    return int.from_bytes(blake2b(token.encode(), digest_size=8, key=secret).digest(), "big", signed=True)
