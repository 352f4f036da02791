"""Meant: whom and what the fields of a query name, where a Latin name of a colleague, a customer or a tag is misspelt.

A name is only ever taken for another where nobody bears it and nothing has it as a part: what can be found as it stands
is what was meant.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from agentdesk.filters import And, Compare, Filter, Node, Not, Or, Phrase, Word
from agentdesk.filters.fields import FIELDS
from agentdesk.i18n import _
from agentdesk.store import misspelt, reasons
from agentdesk.store.conditions import PEOPLE_NAMED, people_named
from agentdesk.store.words import any_of, expression

MOST_BEARERS: Final = 50
_LATIN: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


class Taken(NamedTuple):
    """A name that nobody bears in a field of a query, and the names it was taken for."""

    field: str
    typed: str
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was taken for what, as one sentence."""
        shown = ", ".join(f"{self.field}:{name}" for name in self.names)
        return _("There is no {asked}. Shown: {taken}.", asked=f"{self.field}:{self.typed}", taken=shown)


class Meant:
    """Who and what is meant, over one connection; looked up once while the cache stays as it is."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._state: object = None
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def understood(self, question: Filter) -> Filter:
        """The same question, with names that nobody bears taken for those that they are a slip away from."""
        return replace(question, where=_understood(question.where, self._names))

    def taken(self, question: Filter) -> list[Taken]:
        """The names in a filter that were taken for others."""
        found: list[Taken] = []

        def note(compare: Compare) -> tuple[str, ...]:
            names = self._names(compare)
            if names:
                found.append(Taken(compare.field, str(compare.value), names))
            return names

        _understood(question.where, note)
        return list(dict.fromkeys(found))

    def _names(self, compare: Compare) -> tuple[str, ...]:
        """What a misspelt value of a comparison means; nothing where it stands for itself."""
        typed, means = compare.value, _MEANS.get(compare.field)
        if means is None or not isinstance(typed, str) or typed in FIELDS[compare.field].values:
            return ()
        if not misspelt.can_slip(typed):
            return ()
        state = self._db.execute("PRAGMA data_version").fetchone(), self._db.total_changes
        if state != self._state:
            self._state, self._known = state, {}
        known = self._known.get((compare.field, typed))
        if known is None:
            known = self._known[compare.field, typed] = tuple(means(self._db, typed))
        return known


def _understood(where: Node, names: Callable[[Compare], tuple[str, ...]]) -> Node:
    match where:
        case Compare():
            ways = tuple(replace(where, value=name) for name in names(where))
            return Or(ways) if len(ways) > 1 else ways[0] if ways else where
        case And(parts):
            return And(tuple(_understood(part, names) for part in parts))
        case Or(parts):
            return Or(tuple(_understood(part, names) for part in parts))
        case Not(part):
            return Not(_understood(part, names))
        case Word() | Phrase():
            return where


def _colleague(db: sqlite3.Connection, typed: str) -> list[str]:
    staff = db.execute("SELECT id, name, account FROM person WHERE role <> 'customer'").fetchall()
    if any(typed == id or typed.casefold() in name.casefold() for id, name, _account in staff):
        return []
    found = misspelt.near(typed, (word for _id, name, _account in staff for word in _LATIN.findall(name)))
    return found if found and not _has_address(db, typed) else []


def _person(db: sqlite3.Connection, typed: str) -> list[str]:
    """Words of the names of anybody, colleagues and customers."""
    if _is_begun(db, typed) or _has_address(db, typed):
        return []
    terms = misspelt.meant(db, typed)
    found = misspelt.near(typed, _LATIN.findall(" ".join(_bearers(db, terms)))) if terms else []
    return found if found and not _is_borne(db, typed) else []


def _is_begun(db: sqlite3.Connection, typed: str) -> bool:
    """Does a name or an address begin so? The index tells at once."""
    asked = expression(Word(typed, is_prefix=True))
    return _is_there(db, "SELECT 1 FROM person_words WHERE person_words MATCH ? LIMIT 1", asked)


def _is_borne(db: sqlite3.Connection, typed: str) -> bool:
    """Does anything in the cache bear this name, or have it as a part?"""
    return _is_there(db, f"SELECT 1 FROM ({PEOPLE_NAMED}) LIMIT 1", *people_named(typed))


def _has_address(db: sqlite3.Connection, typed: str) -> bool:
    beginning = typed.casefold()
    return _is_there(
        db, "SELECT 1 FROM identity WHERE value >= ? AND value < ? LIMIT 1", beginning, f"{beginning}\U0010ffff"
    )


def _bearers(db: sqlite3.Connection, terms: Iterable[str]) -> list[str]:
    """The names of people that have one of these terms."""
    found = db.execute(
        "SELECT p.name FROM person_words w CROSS JOIN person p ON p.key = w.rowid WHERE w.person_words MATCH ? LIMIT ?",
        (any_of(terms), MOST_BEARERS),
    )
    return [name for (name,) in found]


def _tag(db: sqlite3.Connection, typed: str) -> list[str]:
    if _is_there(db, "SELECT 1 FROM tag_use WHERE tag = ? LIMIT 1", typed):
        return []
    found = db.execute(
        "SELECT tag FROM tag_use WHERE tag >= ? AND tag < ? ORDER BY tickets DESC LIMIT ?",
        (typed[:1], f"{typed[:1]}\U0010ffff", misspelt.MOST_COMPARED),
    )
    return misspelt.near(typed, (tag for (tag,) in found))


def _called(table: str) -> Callable[[sqlite3.Connection, str], list[str]]:
    """Whole names of teams or organizations, of which parts find them, too."""

    def names(db: sqlite3.Connection, typed: str) -> list[str]:
        known = [(id, name) for id, name in db.execute(f"SELECT id, name FROM {table}")]
        if any(typed == id or typed.casefold() in name.casefold() for id, name in known):
            return []
        return misspelt.near(typed, (word for _id, name in known for word in _LATIN.findall(name)))

    return names


def _reason(db: sqlite3.Connection, typed: str) -> list[str]:
    """Words of the names of contact reasons."""
    if reasons.meant(db, typed):
        return []
    return misspelt.near(typed, (word for name in reasons.names(db) for word in _LATIN.findall(name)))


def _is_there(db: sqlite3.Connection, statement: str, *values: object) -> bool:
    return db.execute(statement, values).fetchone() is not None


_MEANS: Final[Mapping[str, Callable[[sqlite3.Connection, str], list[str]]]] = {
    "assignee": _colleague,
    "from": _person,
    "to": _person,
    "customer": _person,
    "tag": _tag,
    "group": _called("team"),
    "org": _called("organization"),
    "reason": _reason,
}
