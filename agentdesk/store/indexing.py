"""Indexing: bringing the search index up to date in small steps, in the background.

A step reads and cuts text without any lock, then writes for `LOCK_SECONDS` (the commit may take as long again). What
changed in between or did not fit stays noted for the next step. Two programs may do it at once: whoever comes second
finds the note gone.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from agentdesk.store import words
from agentdesk.store.atomic import atomic
from agentdesk.store.words import Indexed, cut

LOCK_SECONDS = 0.008
MOST_COUNTED = 10_000
_NOTED = "SELECT key, was_title, was_body FROM unindexed WHERE kind = ?"
Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Work:
    """One row to index: what the index holds of it and what it should hold, as text and as tokens."""

    kind: Indexed
    key: int
    was: Text | None
    now: Text | None
    was_cut: Text | None
    now_cut: Text | None


def index_some(db: sqlite3.Connection, limit: int) -> int:
    """Index at most so many rows, the newest first; the answer is how many remain, counted up to `MOST_COUNTED`."""
    room = limit
    for kind in words.KINDS:
        noted = db.execute(f"{_NOTED} ORDER BY key DESC LIMIT ?", (kind.number, room)).fetchall()
        if noted:
            _write(db, _read(db, kind, noted))
        room -= len(noted)
        if room <= 0:
            break
    (left,) = db.execute("SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?)", (MOST_COUNTED,)).fetchone()
    return int(left)


def remaining(db: sqlite3.Connection) -> int:
    """How many rows are not indexed as they are now."""
    (count,) = db.execute("SELECT count(*) FROM unindexed").fetchone()
    return int(count)


def forget_all(db: sqlite3.Connection) -> None:
    """Empty the index and note everything, for when what makes it has changed."""
    with atomic(db):
        db.execute("DELETE FROM unindexed")
        for kind in words.KINDS:
            db.execute(f"INSERT INTO {kind.words} ({kind.words}) VALUES ('delete-all')")
            words.note_all(db, kind)


def _read(db: sqlite3.Connection, kind: Indexed, noted: Sequence[tuple[int, str | None, str]]) -> list[_Work]:
    work: list[_Work] = []
    for key, was_title, was_body in noted:
        was = None if was_title is None else (was_title, was_body)
        now = _text(db, kind, key)
        work.append(_Work(kind, key, was, now, _cut(was), _cut(now)))
    return work


def _text(db: sqlite3.Connection, kind: Indexed, key: int) -> Text | None:
    title, body = kind.text_of(kind.table)
    has_text = kind.has_text.format(row=kind.table)
    row: Text | None = db.execute(
        f"SELECT {title}, {body} FROM {kind.table} WHERE key = ? AND {has_text}", (key,)
    ).fetchone()
    return row


def _cut(text: Text | None) -> Text | None:
    return None if text is None else (cut(text[0]), cut(text[1]))


def _write(db: sqlite3.Connection, work: list[_Work]) -> None:
    with atomic(db):
        until = monotonic() + LOCK_SECONDS
        for one in work:
            if _is_true(db, one):
                _index(db, one)
            if monotonic() > until:
                break


def _is_true(db: sqlite3.Connection, one: _Work) -> bool:
    """Is the row still as it was read, and still not indexed?"""
    noted = db.execute(f"{_NOTED} AND key = ?", (one.kind.number, one.key)).fetchone()
    if noted is None:
        return False
    was = None if noted[1] is None else (noted[1], noted[2])
    return was == one.was and _text(db, one.kind, one.key) == one.now


def _index(db: sqlite3.Connection, one: _Work) -> None:
    table = one.kind.words
    if one.was_cut is not None:
        db.execute(
            f"INSERT INTO {table} ({table}, rowid, title, body) VALUES ('delete', ?, ?, ?)", (one.key, *one.was_cut)
        )
    if one.now_cut is not None:
        db.execute(f"INSERT INTO {table} (rowid, title, body) VALUES (?, ?, ?)", (one.key, *one.now_cut))
    db.execute("DELETE FROM unindexed WHERE kind = ? AND key = ?", (one.kind.number, one.key))
