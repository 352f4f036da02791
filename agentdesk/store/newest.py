"""The newest tickets that meet a filter, however many do.

Words that few tickets have are asked of the index, and what it finds is put in order. Words that many have are not
worth that: then the tickets are walked from the newest back, a portion at a time, until enough of them were found. What
costs more, looking into the text, is left to the end and done for the newest first.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from agentdesk.filters import And, Filter, Node, Sort, has_words
from agentdesk.record import record
from agentdesk.store.conditions import (
    EVERYTHING,
    MANY,
    NOTHING,
    Condition,
    Conditions,
    is_of_unsolved,
    latest_with,
    source,
)
from agentdesk.store.queries import Queries
from agentdesk.store.words import Asked, asked

NEWEST = Sort("updated", is_reversed=True)
FIRST_PORTION, FIRST_WITH_FIELDS = 2_000, 200
GROWTH = 4
LOOKED_INTO = 40
MOST_GAPS, WIDE_GAP = 5, 5_000


@record
class _Walk:
    """A walk through the tickets with some fields, for those with some words and what else is demanded.

    `source` is the table with the index to walk.
    """

    db: sqlite3.Connection
    source: str
    fields: Condition
    words: Asked
    demanded: Condition

    def keys(self, limit: int) -> list[int]:
        """The keys of the newest that were looked for."""
        found: list[int] = []
        for ordered in self._ordered():
            for start in range(0, len(ordered), LOOKED_INTO):
                found += self._as_demanded(ordered[start : start + LOOKED_INTO])
                if len(found) >= limit:
                    return found[:limit]
        return found

    def _ordered(self) -> Iterator[list[int]]:
        """The keys of all tickets with the fields and the words, newest first, in portions.

        The first portion often is enough, and is quicker than to ask who has the words; not so where fields have to be
        looked at for it, nor with beginnings, nor with the many words of a sentence, which few tickets have. To put a
        ticket in order takes six times as long as to walk past one: so of some thousands with the words, the newest are
        looked for among as many first.
        """
        portions = self._portions()
        walked: list[int] = []
        if self._is_quick:
            walked = next(portions, [])
            yield self._with_words(walked, [])
        latest = latest_with(self.db, self.words)
        if len(latest) >= MANY:
            for portion in portions:
                yield self._with_words(portion, latest)
            return
        left = set(latest).difference(walked)
        is_worth_it = self.fields == EVERYTHING and len(latest) > 2 * FIRST_PORTION
        while is_worth_it and len(walked) < len(latest) and (portion := next(portions, [])):
            walked += portion
            yield [key for key in portion if key in left]
            left.difference_update(portion)
        yield self._in_order(list(left))

    @property
    def _is_quick(self) -> bool:
        """Is the index sooner asked for what is near the newest tickets than for all?"""
        return self.fields == EVERYTHING and not self.words.is_long and not self.words.is_open

    def _in_order(self, with_words: list[int]) -> list[int]:
        """Those of the tickets that have the fields, newest first."""
        found = self.db.execute(
            f"SELECT t.key FROM ticket t WHERE t.key IN (SELECT value FROM json_each(?)) AND {self.fields.sql} "
            "ORDER BY t.updated_at DESC, t.key DESC",
            (json.dumps(with_words), *self.fields.values),
        )
        return [key for (key,) in found]

    def _portions(self) -> Iterator[list[int]]:
        """The keys of all tickets with the fields, newest first, in portions that grow.

        The first is larger where the index of tickets alone gives it.
        """
        most, after = FIRST_PORTION if self.fields == EVERYTHING else FIRST_WITH_FIELDS, (1 << 62, 0)
        while True:
            rows = self.db.execute(
                f"SELECT t.updated_at, t.key FROM {self.source} WHERE (t.updated_at, t.key) < (?, ?) "
                f"AND {self.fields.sql} ORDER BY t.updated_at DESC, t.key DESC LIMIT ?",
                (*after, *self.fields.values, most),
            ).fetchall()
            if rows:
                yield [key for _updated, key in rows]
            if len(rows) < most:
                return
            most, after = most * GROWTH, rows[-1]

    def _with_words(self, portion: list[int], latest: list[int]) -> list[int]:
        """Those that the index has the words for.

        The highest such keys are known as the `latest`; lower ones are picked from the index's list of all near them.
        """
        found = set(latest)
        lowest = latest[-1] if latest else 1 << 62
        for first, last in _stretches([key for key in portion if key < lowest]):
            rows = self.db.execute(
                "SELECT rowid FROM ticket_words WHERE ticket_words MATCH ? AND rowid BETWEEN ? AND ?",
                (self.words.expression, first, last),
            )
            found.update(key for (key,) in rows)
        return [key for key in portion if key in found]

    def _as_demanded(self, keys: list[int]) -> list[int]:
        if self.demanded == EVERYTHING:
            return keys
        found = self.db.execute(
            f"SELECT t.key FROM ticket t WHERE t.key IN (SELECT value FROM json_each(?)) AND {self.demanded.sql}",
            (json.dumps(keys), *self.demanded.values),
        )
        met = {key for (key,) in found}
        return [key for key in keys if key in met]


def _stretches(keys: list[int]) -> list[tuple[int, int]]:
    """The first and last keys of a few stretches that hold all the keys, without the widest gaps between them."""
    ordered = sorted(keys)
    if not ordered:
        return []
    gaps = sorted(((after - before, before, after) for before, after in pairwise(ordered)), reverse=True)
    wide = sorted((before, after) for gap, before, after in gaps[:MOST_GAPS] if gap > WIDE_GAP)
    firsts = [ordered[0], *(after for _before, after in wide)]
    lasts = [*(before for before, _after in wide), ordered[-1]]
    return list(zip(firsts, lasts, strict=True))


def newest(db: sqlite3.Connection, question: Filter, now: datetime, me: Mapping[str, str], limit: int) -> list[int]:
    """The keys of at most so many tickets that meet an understood filter, newest first or in the order it asks for."""
    words, conditions = asked(question.where), Conditions(db, me, now, among="part")
    if question.sort is None and not has_words(question.where):
        return _with_fields(db, question.where, conditions, limit)
    if question.sort is not None or words is None:
        order = question.sort or NEWEST
        return Queries(db).keys(question, now=now, me=me, sort=order, limit=limit, asleep=True, is_understood=True)
    parts, demanded = _parted(question.where)
    fields = _fields(parts, conditions)
    if fields == NOTHING:
        return []
    return _Walk(db, source(parts), fields, words, conditions.besides(demanded, words)).keys(limit)


def _with_fields(db: sqlite3.Connection, where: Node, conditions: Conditions, limit: int) -> list[int]:
    """The newest with these fields, whatever their words: no more are looked at than are wanted."""
    fields = _fields(where, conditions)
    if fields == NOTHING:
        return []
    found = db.execute(
        f"SELECT t.key FROM {source(where)} WHERE {fields.sql} ORDER BY t.updated_at DESC, t.key DESC LIMIT ?",
        (*fields.values, limit),
    )
    return [key for (key,) in found]


def _fields(where: Node, conditions: Conditions) -> Condition:
    fields = conditions.of(where)
    return Condition(f"t.is_unsolved AND {fields.sql}", fields.values) if is_of_unsolved(where) else fields


def _parted(where: Node) -> tuple[Node, Node]:
    """The part of a filter that speaks of fields only, and the rest."""
    match where:
        case And(parts):
            fields = tuple(part for part in parts if not has_words(part))
            return And(fields), And(tuple(part for part in parts if has_words(part)))
        case _:
            return And(), where
