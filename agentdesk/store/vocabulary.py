"""The team's vocabulary as searches use it: the files it edits, and what it taught by searching again.

The files are looked at when something is asked, so an edit holds at once. A search that found nothing, followed soon by
one that found something, makes a candidate: the agent said the same in other words. A candidate counts once accepted.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from agentdesk.errors import FilterError
from agentdesk.filters import And, Node, Not, Or, Phrase, Word, parse
from agentdesk.i18n import _
from agentdesk.paths import changed_at
from agentdesk.record import record
from agentdesk.store import lost, rows
from agentdesk.store.lost import MISSED
from agentdesk.text.aliases import Aliases, aliases, groups_of, words_of
from agentdesk.text.normalise import normalise
from agentdesk.text.segment import segment

FILES = "vocabulary"
ALIASES, STOPWORDS = "aliases.txt", "stopwords.txt"
SOON = timedelta(minutes=3)
MOST_WAYS = 8
LONGEST_QUERY = 60


@record
class Candidate:
    """Two queries of which the second found what the first did not, and how often that happened."""

    query: str
    reworded: str
    times: int
    is_accepted: bool


def create(db: sqlite3.Connection) -> None:
    """Make the table of candidates."""
    db.execute(
        "CREATE TABLE alias (query TEXT NOT NULL, reworded TEXT NOT NULL, times INTEGER NOT NULL, "
        "is_accepted INTEGER NOT NULL, PRIMARY KEY (query, reworded)) WITHOUT ROWID"
    )


class Vocabulary:
    """The team's words, over one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._read: tuple[object, Aliases] = (None, Aliases())

    def keep_in(self, folder: Path) -> None:
        """Say in which folder the team's files are."""
        told = rows.pack(str(folder))
        self._db.execute(
            "INSERT INTO place (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
            "WHERE value <> excluded.value",
            (FILES, told),
        )

    def words(self) -> Aliases:
        """The team's words as the files and the accepted candidates are now."""
        folder = self.folder()
        paths = [folder / ALIASES, folder / STOPWORDS] if folder else []
        accepted = [(one.query, one.reworded) for one in self.candidates() if one.is_accepted]
        state = (*((str(path), changed_at(path)) for path in paths), *accepted)
        if self._read[0] != state:
            self._read = state, _words(paths, accepted)
        return self._read[1]

    def widened(self, where: Node) -> Node:
        """What a filter asks, each word also in the team's other words for it, and without silent words."""
        return _widened(where, self.words())

    def folder(self) -> Path | None:
        """Where the team's files are, once that was said."""
        row = self._db.execute("SELECT value FROM place WHERE name = ?", (FILES,)).fetchone()
        return Path(rows.unpack(row[0])) if row else None

    # Learning

    def searched(self, query: str, found: bool, now: datetime) -> None:
        """Remember a search that found nothing; one that found something soon after makes a candidate of the two.

        Numbers, fields and signs are no words for one another. What was searched for with a word that is in the cache
        no more, as after a redaction, is not kept.
        """
        query = query.strip()
        if len(query) > LONGEST_QUERY or not _is_of_words(query) or (not found and lost.is_lost(self._db, query)):
            return
        row = self._db.execute("SELECT value FROM place WHERE name = ?", (MISSED,)).fetchone()
        missed = rows.unpack(row[0]) if row else None
        if not found:
            told = rows.pack({"query": query, "at": rows.to_ms(now)})
            self._db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (MISSED, told))
        elif missed:
            self._db.execute("DELETE FROM place WHERE name = ?", (MISSED,))
            if now - rows.from_ms(missed["at"]) <= SOON and missed["query"] != query:
                self._db.execute(
                    "INSERT INTO alias (query, reworded, times, is_accepted) VALUES (?, ?, 1, 0) "
                    "ON CONFLICT (query, reworded) DO UPDATE SET times = times + 1",
                    (missed["query"], query),
                )

    def candidates(self) -> list[Candidate]:
        """What was searched again in other words, the most frequent first."""
        found = self._db.execute(
            "SELECT query, reworded, times, is_accepted FROM alias ORDER BY is_accepted, times DESC, query"
        )
        return [Candidate(query, reworded, times, bool(accepted)) for query, reworded, times, accepted in found]

    def accept(self, query: str) -> list[Candidate]:
        """Let the candidates for a query count; which those are."""
        self._db.execute("UPDATE alias SET is_accepted = 1 WHERE query = ?", (query,))
        return [one for one in self.candidates() if one.query == query]


def _is_of_words(query: str) -> bool:
    """Does a query ask for words, and for nothing else?"""
    try:
        where = parse(query).where
    except FilterError:
        return False
    parts = where.parts if isinstance(where, And) else (where,)
    has_digits = any(char.isdecimal() for char in query)
    return (
        not has_digits
        and all(isinstance(one, Word | Phrase) for one in parts)
        and max(map(len, segment(query)), default=0) > 1
    )


def _words(paths: Sequence[Path], accepted: Sequence[tuple[str, str]]) -> Aliases:
    texts, problems = [], []
    for path in paths:
        try:
            texts.append(path.read_text(encoding="utf-8-sig") if path.exists() else "")
        except (OSError, UnicodeDecodeError) as error:
            texts.append("")
            problems.append(_("{path} cannot be read: {reason}.", path=str(path), reason=str(error)))
    groups, wrong = groups_of(texts[0], ALIASES) if texts else ([], [])
    silent = words_of(texts[1]) if texts else []
    return aliases([*groups, *accepted], silent, [*problems, *wrong])


def _widened(where: Node, words: Aliases) -> Node:
    match where:
        case Word(text):
            heard = replace(where, text=words.heard(text))
            ways = [replace(where, text=way) for way in words.ways(heard.text)[:MOST_WAYS]]
            return Or((heard, *ways)) if ways else heard
        case And(parts):
            kept = tuple(part for part in parts if not (isinstance(part, Word) and _is_silent(part.text, words)))
            return And(tuple(_widened(part, words) for part in kept or parts))
        case Or(parts):
            return Or(tuple(_widened(part, words) for part in parts))
        case Not(part):
            return Not(_widened(part, words))
        case _:
            return where


def _is_silent(text: str, words: Aliases) -> bool:
    return normalise(text) in words.silent
