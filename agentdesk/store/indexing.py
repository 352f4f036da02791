"""Indexing: bringing the search index up to date in small steps, in the background.

A step reads and cuts text without any lock, then writes what it cut, little enough to hold the lock for a few
milliseconds; then it rests as long, because SQLite's writers wait by trying again, not in a row. FTS5 would merge its
segments whenever it likes, up to a tenth of a second: so that is off, and steps of their own merge a few pages each.
What changed in between stays noted for a later step. Two programs may do it at once: whoever comes second finds the
note gone. What changed comes before what was never indexed, and that is built from the newest down.

Forgetting is thorough: what FTS5 deletes it only marks, until its segments are merged, and the write-ahead log keeps
old pages. So when words have left the index, its segments are merged into one, step by step, searches for what is gone
are forgotten (`lost`), and the log is emptied; `secure_delete` blanks what the file no longer uses.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from agentdesk.i18n import _, number
from agentdesk.record import record
from agentdesk.store import lost, words
from agentdesk.store.atomic import atomic, briefly
from agentdesk.store.words import ARTICLES, INDEXED_CHARACTERS, KINDS, NEW, TICKETS, Indexed

MOST_COUNTED = 10_000
ROWS_AT_ONCE = 80
TOKENS_AT_ONCE = 16_000
PAGES_AT_ONCE = 16
MERGES_AT_ONCE = 6
JUDGED = "judged_words"
Text = tuple[str, str]
Notes = Sequence[tuple[int, str | None, str | None]]


@record
class Progress:
    """How far the index is: so many rows done of all there are."""

    done: int
    total: int

    @property
    def words(self) -> str:
        """The same as a sentence, for whoever searches meanwhile."""
        done, total = number(self.done), number(self.total)
        return _("The search index is being built: {done} of {total}. Older tickets follow.", done=done, total=total)


@record
class _Work:
    """One row to index: the notes and texts it was read from, and the words to forget and to add."""

    kind: Indexed
    key: int
    notes: Notes
    parts: dict[int, Text]
    forgotten: Text | None
    added: Text | None
    is_loss: bool = False
    tokens: int = 0


def index_some(db: sqlite3.Connection, limit: int) -> int:
    """Index at most so many rows; the answer is how many remain, counted up to `MOST_COUNTED`."""
    for kind in KINDS:
        if _state(db, kind)[0] != words.MAKER:
            forget(db, kind)
    room = limit
    for kind in KINDS:
        room -= _index_noted(db, kind, room) if room > 0 else 0
    for kind in KINDS:
        room -= _build(db, kind, room) if room > 0 else 0
    left = remaining(db, MOST_COUNTED)
    return left or _clean(db)


def remaining(db: sqlite3.Connection, most: int = -1) -> int:
    """How many rows are not indexed as they are now, counted up to `most`."""
    count = 0
    for kind in KINDS:
        unbuilt = _state(db, kind)[1]
        for sql, value in (
            ("SELECT DISTINCT key FROM unindexed WHERE kind = ? AND key >= ?", (kind.number, unbuilt)),
            (f"SELECT key FROM {kind.table} WHERE key < ?", (unbuilt,)),
        ):
            (found,) = db.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", (*value, most)).fetchone()
            count += found
    return count if most < 0 else min(count, most)


def progress(db: sqlite3.Connection) -> Progress | None:
    """How far an index is that is being built; None for one that is."""
    total = done = 0
    for kind in KINDS:
        _maker, unbuilt, rows = _state(db, kind)
        (left,) = db.execute(f"SELECT count(*) FROM {kind.table} WHERE key < ?", (unbuilt,)).fetchone()
        total, done = total + max(rows, left), done + max(rows - left, 0)
    return Progress(done, total) if done < total else None


def forget_all(db: sqlite3.Connection) -> None:
    """Begin the whole index anew, for when what makes it has changed."""
    for kind in KINDS:
        forget(db, kind)


def forget(db: sqlite3.Connection, kind: Indexed) -> None:
    """Begin the index of one kind anew."""
    with atomic(db):
        words.begin(db, kind)


def _state(db: sqlite3.Connection, kind: Indexed) -> tuple[str, int, int]:
    """What made the index of a kind, the key below which it is not built yet, and how many rows there were to build."""
    row: tuple[str, int, int] = db.execute(
        "SELECT maker, unbuilt, total FROM word_index WHERE kind = ?", (kind.number,)
    ).fetchone()
    return row


def _merge_some(db: sqlite3.Connection, kind: Indexed) -> None:
    """Merge as many pages as a portion gives to merge, in steps."""
    for _step in range(MERGES_AT_ONCE):
        before = db.total_changes
        with briefly(db):
            db.execute(f"INSERT INTO {kind.words} ({kind.words}, rank) VALUES ('merge', ?)", (PAGES_AT_ONCE,))
        if db.total_changes - before < 2:
            return


# What changed


def _index_noted(db: sqlite3.Connection, kind: Indexed, most: int) -> int:
    """Bring rows with notes up to date, the newest first; how many were done."""
    unbuilt = _state(db, kind)[1]
    noted = db.execute(
        "SELECT DISTINCT key FROM unindexed WHERE kind = ? ORDER BY key DESC LIMIT ?", (kind.number, most)
    ).fetchall()
    keys = [key for (key,) in noted]
    for portion in _portions(keys):
        version = _version(db)
        work = [_work_on(db, kind, key, _notes(db, kind, key), is_new=key < unbuilt) for key in portion]
        with briefly(db):
            is_as_read = _version(db) == version
            for one in sorted(work, key=lambda work: work.key):  # FTS5 begins a new segment where keys go back
                if is_as_read or _is_as_read(db, one):
                    if one.key >= unbuilt:
                        _write(db, one)
                    db.execute("DELETE FROM unindexed WHERE kind = ? AND key = ?", (kind.number, one.key))
        _merge_some(db, kind)
    return len(keys)


def _portions(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), ROWS_AT_ONCE):
        yield keys[start : start + ROWS_AT_ONCE]


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA data_version").fetchone()
    return int(version)


def _is_as_read(db: sqlite3.Connection, one: _Work) -> bool:
    return _notes(db, one.kind, one.key) == one.notes and _parts(db, one.kind, one.key) == one.parts


def _notes(db: sqlite3.Connection, kind: Indexed, key: int) -> Notes:
    return db.execute(
        "SELECT part, was_title, was_body FROM unindexed WHERE kind = ? AND key = ? ORDER BY part", (kind.number, key)
    ).fetchall()


def _work_on(db: sqlite3.Connection, kind: Indexed, key: int, notes: Notes, *, is_new: bool) -> _Work:
    parts = _parts(db, kind, key)
    if kind is TICKETS:
        return _ticket_work(key, notes, parts, is_new or any(part == NEW for part, *_was in notes))
    was = next(((title, body or "") for _part, title, body in notes if title is not None and not is_new), None)
    now = parts.get(0)
    return _Work(kind, key, notes, parts, was and _cut(was), now and _cut(now), is_loss=was is not None and was != now)


def _cut(text: Text) -> Text:
    return words.cut(text[0]), words.cut(text[1])


def _ticket_work(key: int, notes: Notes, parts: dict[int, Text], is_new: bool) -> _Work:
    """What the document of a ticket was and is: parts without a note are in the index as they are.

    A change forgets the whole document and adds it anew. Words come and go by their stems, and only SQLite knows which
    of them the others still have.
    """
    after = words.cut_once(body for _title, body in parts.values())
    before = set[str]()
    if not is_new:
        noted = {part for part, *_was in notes}
        as_they_are = [body for part, (_title, body) in parts.items() if part not in noted]
        before = words.cut_once([*as_they_are, *(body or "" for _part, title, body in notes if title is not None)])
    return _Work(
        TICKETS,
        key,
        notes,
        parts,
        ("", " ".join(before)) if before and before != after else None,
        ("", " ".join(after)) if after and before != after else None,
        is_loss=not before <= after,
        tokens=len(after),
    )


def _parts(db: sqlite3.Connection, kind: Indexed, key: int) -> dict[int, Text]:
    """The texts of a row as they are now: 0 is its own, the others are a ticket's messages by their keys."""
    if kind is not TICKETS:
        title, body = kind.text_of(kind.table)
        row = db.execute(f"SELECT {title}, {body} FROM {kind.table} WHERE key = ?", (key,)).fetchone()
        return {0: row} if row else {}
    own = db.execute(f"SELECT t.account, t.id, {words.head('t')} FROM ticket t WHERE t.key = ?", (key,)).fetchone()
    if own is None:
        return {}
    account, id, head = own
    messages = db.execute(
        f"SELECT key, substr(body, 1, {INDEXED_CHARACTERS}) FROM event WHERE account = ? AND ticket = ? AND body <> ''",
        (account, id),
    )
    return {0: ("", head), **{part: ("", body) for part, body in messages}}


def _write(db: sqlite3.Connection, one: _Work) -> None:
    """Forget and add: in this order, because FTS5 keeps both of one row in one segment only so."""
    if one.forgotten is not None:
        _put(db, one.kind, one.key, one.forgotten, command="delete")
    if one.is_loss:
        lost.note(db, _tokens(one.forgotten) - _tokens(one.added))
        db.execute("UPDATE word_index SET is_unclean = 1 WHERE kind = ? AND is_unclean <> 1", (one.kind.number,))
    if one.added is not None:
        _put(db, one.kind, one.key, one.added)


def _tokens(text: Text | None) -> set[str]:
    return set(" ".join(text or ()).split())


def _put(db: sqlite3.Connection, kind: Indexed, key: int, text: Text, command: str = "") -> None:
    columns, values = ("words", text[1:]) if kind is TICKETS else ("title, body", text)
    if command:
        columns, values = f"{kind.words}, {columns}", (command, *values)
    places = ", ".join("?" for _value in values)
    db.execute(f"INSERT INTO {kind.words} (rowid, {columns}) VALUES (?, {places})", (key, *values))


# What was never indexed


def _build(db: sqlite3.Connection, kind: Indexed, most: int) -> int:
    """Index rows that were never indexed, the newest first; how many were done."""
    done = 0
    while done < most:
        unbuilt = _state(db, kind)[1]
        keys = db.execute(
            f"SELECT key FROM {kind.table} WHERE key < ? ORDER BY key DESC LIMIT ?",
            (unbuilt, min(ROWS_AT_ONCE, most - done)),
        ).fetchall()
        if not keys:
            if unbuilt > 0:
                _finish(db, kind, unbuilt)
            return done
        done += _build_portion(db, kind, unbuilt, [key for (key,) in keys])
    return done


def _finish(db: sqlite3.Connection, kind: Indexed, unbuilt: int) -> None:
    """Say that all is built. What was written in portions then becomes one segment, which answers a quarter sooner."""
    with atomic(db):
        db.execute(
            "UPDATE word_index SET unbuilt = 0, is_unclean = 1 WHERE kind = ? AND unbuilt = ?", (kind.number, unbuilt)
        )
        db.execute(f"INSERT INTO {kind.words} ({kind.words}, rank) VALUES ('usermerge', ?)", (words.MERGED_LATER,))


def _build_portion(db: sqlite3.Connection, kind: Indexed, unbuilt: int, keys: list[int]) -> int:
    version = _version(db)
    noted = {
        key
        for (key,) in db.execute(
            "SELECT key FROM unindexed WHERE kind = ? AND key BETWEEN ? AND ?", (kind.number, keys[-1], keys[0])
        )
    }
    work: list[_Work] = []
    for key in keys:
        work.append(_work_on(db, kind, key, _notes(db, kind, key) if key in noted else [], is_new=True))
        if sum(one.tokens for one in work) > TOKENS_AT_ONCE:
            break
    lowest = work[-1].key
    with briefly(db):
        if _state(db, kind)[1] != unbuilt:
            return 0  # another program was here
        is_as_read = _version(db) == version
        for one in reversed(work):
            if is_as_read or _parts(db, kind, one.key) == one.parts:
                _write(db, one)
                db.execute("DELETE FROM unindexed WHERE kind = ? AND key = ?", (kind.number, one.key))
            else:
                _note_again(db, kind, one.key)
        db.execute("UPDATE word_index SET unbuilt = ? WHERE kind = ?", (lowest, kind.number))
    _merge_some(db, kind)
    return len(work)


def _note_again(db: sqlite3.Connection, kind: Indexed, key: int) -> None:
    """What changed while it was being cut waits with the other changes."""
    db.execute("DELETE FROM unindexed WHERE kind = ? AND key = ?", (kind.number, key))
    db.execute(
        "INSERT INTO unindexed (kind, key, part, was_title, was_body) VALUES (?, ?, ?, NULL, NULL)",
        (kind.number, key, NEW if kind is TICKETS else 0),
    )


# Forgetting


def _clean(db: sqlite3.Connection) -> int:
    """Do a step of making what was forgotten unreadable; 1 while there is more to do that can be done now."""
    for kind in KINDS:
        (state,) = db.execute("SELECT is_unclean FROM word_index WHERE kind = ?", (kind.number,)).fetchone()
        if state == 1:
            _merge(db, kind)
            return 1
    if not db.execute("SELECT 1 FROM word_index WHERE is_unclean = 2").fetchone():
        return 0
    with atomic(db):
        if _merge_pages(db, (JUDGED,)):
            return 1
        lost.forget_searches(db)
    _empty_log(db)
    return 0


def _merge(db: sqlite3.Connection, kind: Indexed) -> None:
    """Write some pages of all segments as one; when nothing was left to do, only the log remains to be emptied."""
    with atomic(db):
        if not _merge_pages(db, (kind.words, "article_terms") if kind is ARTICLES else (kind.words,)):
            db.execute("UPDATE word_index SET is_unclean = 2 WHERE kind = ?", (kind.number,))


def _merge_pages(db: sqlite3.Connection, tables: Sequence[str]) -> bool:
    """Write some pages of all segments of these indexes as one; was there anything left to do?"""
    before = db.total_changes
    for table in tables:
        db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (-PAGES_AT_ONCE,))
    return db.total_changes - before >= 2 * len(tables)


def _empty_log(db: sqlite3.Connection) -> None:
    """Empty the write-ahead log, if nobody is reading from it; else the next time."""
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 0")
    try:
        db.execute("UPDATE word_index SET is_unclean = 0 WHERE is_unclean = 2")
        busy, _pages, _moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            db.execute("UPDATE word_index SET is_unclean = 2 WHERE kind = ?", (ARTICLES.number,))
    except sqlite3.OperationalError:
        return  # another program writes; it is tried again
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}")
