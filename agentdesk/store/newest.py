"""The newest tickets that meet a filter, however many do.

Words that few tickets have are asked of the index, and what it finds is put in order. Words that many have are not
worth that: then the tickets are walked from the newest back, a portion at a time, until enough of them were found.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from agentdesk.filters import And, Compare, Filter, Node, Not, Or, Phrase, Sort, Word
from agentdesk.store.conditions import EVERYTHING, Condition, Conditions, is_common, is_of_unsolved
from agentdesk.store.queries import Queries
from agentdesk.store.words import Asked, asked

NEWEST = Sort("updated", is_reversed=True)
FIRST_PORTION = 200
GROWTH = 12
LOOKED_INTO = 60


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through the tickets with some fields, for those with some words and what else is demanded."""

    db: sqlite3.Connection
    fields: Condition
    words: Asked
    demanded: Condition

    def keys(self, limit: int) -> list[int]:
        """The keys of the newest that were looked for."""
        found: list[int] = []
        for portion in self._portions():
            members = self._with_words(portion)
            ordered = [key for key in portion if key in members]
            for start in range(0, len(ordered), LOOKED_INTO):
                found += self._as_demanded(ordered[start : start + LOOKED_INTO])
                if len(found) >= limit:
                    return found[:limit]
        return found

    def _portions(self) -> Iterator[list[int]]:
        """The keys of all tickets with the fields, newest first, in portions that grow."""
        most, after = FIRST_PORTION, (1 << 62, 0)
        while True:
            rows = self.db.execute(
                "SELECT t.updated_at, t.key FROM ticket t WHERE (t.updated_at, t.key) < (?, ?) "
                f"AND {self.fields.sql} ORDER BY t.updated_at DESC, t.key DESC LIMIT ?",
                (*after, *self.fields.values, most),
            ).fetchall()
            if rows:
                yield [key for _updated, key in rows]
            if len(rows) < most:
                return
            most, after = most * GROWTH, rows[-1]

    def _with_words(self, portion: list[int]) -> set[int]:
        """Those that the index has the words for: few are looked up, many are picked from the list of all."""
        if len(portion) <= FIRST_PORTION and not self.words.is_open:
            found = self.db.execute(
                "SELECT value FROM json_each(?) WHERE EXISTS "
                "(SELECT 1 FROM ticket_words w WHERE w.ticket_words MATCH ? AND w.rowid = value)",
                (json.dumps(portion), self.words.expression),
            )
        else:
            found = self.db.execute(
                "SELECT rowid FROM ticket_words WHERE ticket_words MATCH ? AND rowid BETWEEN ? AND ?",
                (self.words.expression, min(portion), max(portion)),
            )
        return {key for (key,) in found}

    def _as_demanded(self, keys: list[int]) -> list[int]:
        if self.demanded == EVERYTHING:
            return keys
        found = self.db.execute(
            f"SELECT t.key FROM ticket t WHERE t.key IN (SELECT value FROM json_each(?)) AND {self.demanded.sql}",
            (json.dumps(keys), *self.demanded.values),
        )
        met = {key for (key,) in found}
        return [key for key in keys if key in met]


def newest(db: sqlite3.Connection, question: Filter, now: datetime, me: Mapping[str, str], limit: int) -> list[int]:
    """The keys of at most so many tickets that meet the filter, newest first or in the order it asks for."""
    words = asked(question.where)
    if question.sort is not None or words is None or not is_common(db, words):
        order = question.sort or NEWEST
        return Queries(db).keys(question, now=now, me=me, sort=order, limit=limit, asleep=True)
    conditions = Conditions(db, me, now, is_narrowed=True)
    parts, demanded = _parted(question.where)
    fields = conditions.of(parts)
    if is_of_unsolved(parts):
        fields = Condition(f"t.is_unsolved AND {fields.sql}", fields.values)
    walk = _Walk(db, fields, words, conditions.besides(demanded, words))
    return walk.keys(limit)


def _parted(where: Node) -> tuple[Node, Node]:
    """The part of a filter that speaks of fields only, and the rest."""
    match where:
        case And(parts):
            fields = tuple(part for part in parts if not _has_words(part))
            return And(fields), And(tuple(part for part in parts if _has_words(part)))
        case _:
            return And(), where


def _has_words(where: Node) -> bool:
    match where:
        case Word() | Phrase():
            return True
        case And(parts) | Or(parts):
            return any(_has_words(part) for part in parts)
        case Not(part):
            return _has_words(part)
        case Compare():
            return False
        case _:
            assert_never(where)
