"""Names: what can stand in a field of a query in this cache, by how it begins, the likeliest first.

What the tickets that changed last have comes first; the indexes of names know the rest. No look-up reads more than a
few hundred rows, so that a cache of 300,000 customers answers while somebody types.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from agentdesk.filters import Word, folded
from agentdesk.filters.completing import Name
from agentdesk.store import reasons
from agentdesk.store.words import expression

MOST: Final = 20
RECENT: Final = 300
"""So many of the tickets that changed last tell what is in use."""
MOST_READ: Final = 100
SHORTEST: Final = 2
"""Shorter Latin beginnings have too many names to look through: they are completed from what is recent alone."""
_RECENT_TICKETS: Final = f"(SELECT * FROM ticket ORDER BY updated_at DESC, key DESC LIMIT {RECENT}) t"
_ADDRESS: Final = (
    "(SELECT i.value FROM identity i WHERE i.account = p.account AND i.person = p.id AND i.kind = 'email' LIMIT 1)"
)


def names(db: sqlite3.Connection, field: str, begun: str, most: int = MOST) -> list[Name]:
    """What a value of this field may become that begins so; nothing for a field whose values are no names."""
    source = _SOURCES.get(field)
    if source is None:
        return []
    found: dict[str, Name] = {}
    for one in source(db, begun.strip()):
        if one.text:
            found.setdefault(one.text, one)
        if len(found) >= most:
            break
    return list(found.values())


def _begins(begun: str, *texts: str) -> bool:
    """Does a text, or a word of it, begin so? Japanese, which has no spaces, may begin anywhere."""
    wanted = folded(begun)
    if not wanted.isascii():
        return any(wanted in folded(text) for text in texts)
    return any(text.startswith(wanted) or f" {wanted}" in text for text in map(folded, texts))


def _frequent(values: Iterable[str], begun: str) -> Iterator[Name]:
    """The values that begin so, the most frequent first."""
    return (Name(value) for value, _times in Counter(values).most_common() if value and _begins(begun, value))


def _column(db: sqlite3.Connection, select: str, *values: object) -> Iterator[str]:
    return (str(value) for (value,) in db.execute(select, values))


def _staff(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    """The colleagues, those with the most of the latest tickets first."""
    found = db.execute(
        f"SELECT p.name, coalesce({_ADDRESS}, '') FROM person p LEFT JOIN (SELECT account, assignee, count(*) AS uses "
        f"FROM {_RECENT_TICKETS} GROUP BY account, assignee) used ON used.account = p.account AND used.assignee = p.id "
        "WHERE p.role <> 'customer' ORDER BY p.active DESC, used.uses DESC, p.name"
    )
    return (Name(name, address) for name, address in found if _begins(begun, name, address))


def _customers(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    """Those of the latest tickets, then those whose names begin so, then addresses that do; the newest first."""
    recent = db.execute(
        f"SELECT p.name, coalesce({_ADDRESS}, '') FROM {_RECENT_TICKETS} JOIN person p "
        "ON p.account = t.account AND p.id = t.requester ORDER BY t.updated_at DESC, t.key DESC"
    )
    yield from (Name(name, address) for name, address in recent if _begins(begun, name))
    if len(begun) >= SHORTEST or not begun.isascii():
        yield from _indexed(
            db,
            "person_words w CROSS JOIN person p ON p.role = 'customer' AND",
            begun,
            "p.name",
            f"coalesce({_ADDRESS}, '')",
        )
        yield from _addresses(db, begun)


def _indexed(db: sqlite3.Connection, tables: str, begun: str, name: str, about: str) -> Iterator[Name]:
    """The newest that the index of titles and names has with this beginning."""
    asked = expression(Word(begun, is_prefix=True))
    if asked is not None:
        words = tables.partition(" ")[0]
        yield from (
            Name(found, told)
            for found, told in db.execute(
                f"SELECT {name}, {about} FROM {tables} p.key = w.rowid WHERE {words} MATCH ? "
                "ORDER BY w.rowid DESC LIMIT ?",
                (f"{{title}} : ({asked})", MOST_READ),
            )
            if _begins(begun, found)
        )


def _addresses(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    beginning = begun.casefold()
    found = db.execute(
        "SELECT i.value, p.name FROM identity i JOIN person p ON p.account = i.account AND p.id = i.person "
        "AND p.role = 'customer' WHERE i.value >= ? AND i.value < ? AND i.kind = 'email' ORDER BY i.value LIMIT ?",
        (beginning, f"{beginning}\U0010ffff", MOST),
    )
    return (Name(address, name) for address, name in found)


def _authors(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    """Customers and colleagues, in turns: either may have written."""
    customers, staff = _customers(db, begun), _staff(db, begun)
    yield from islice(customers, MOST // 2)
    yield from staff
    yield from customers


def _tags(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    yield from _frequent(_column(db, f"SELECT tag.value FROM {_RECENT_TICKETS}, json_each(t.tags) tag"), begun)
    ranked = "SELECT tag FROM tag_use WHERE tag >= ? AND tag < ? ORDER BY tickets DESC, tag LIMIT ?"
    yield from (Name(tag) for tag in _column(db, ranked, begun, f"{begun}\U0010ffff", MOST))


def _organizations(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    recent = (
        f"SELECT o.name FROM {_RECENT_TICKETS} JOIN organization o ON o.account = t.account AND o.id = t.organization"
    )
    yield from _frequent(_column(db, recent), begun)
    named = "SELECT name FROM organization WHERE name COLLATE NOCASE >= ? AND name COLLATE NOCASE < ? LIMIT ?"
    yield from (Name(name) for name in _column(db, named, begun, f"{begun}\U0010ffff", MOST_READ))


def _articles(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    """Those put into replies most first, then the newest."""
    sent = (
        "SELECT a.title FROM inserted i JOIN article a ON a.account = i.account AND a.id = i.article "
        "GROUP BY a.key ORDER BY count(*) DESC LIMIT ?"
    )
    yield from (Name(title) for title in _column(db, sent, MOST_READ) if _begins(begun, title))
    if begun:
        yield from _indexed(db, "article_words w CROSS JOIN article p ON", begun, "p.title", "p.section")
    else:
        yield from map(Name, _column(db, "SELECT title FROM article ORDER BY key DESC LIMIT ?", MOST))


def _reasons(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    return (Name(name) for name in reasons.names(db) if _begins(begun, name))


def _listed(select: str) -> "Source":
    """A field with so few values that all can be read."""

    def found(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
        return (Name(value) for value in _column(db, select) if _begins(begun, value))

    return found


def _languages(db: sqlite3.Connection, begun: str) -> Iterator[Name]:
    spoken = (
        f"SELECT p.language FROM {_RECENT_TICKETS} JOIN person p ON p.account = t.account AND p.id = t.requester "
        "UNION ALL SELECT language FROM article"
    )
    return _frequent((language.partition("-")[0].lower() for language in _column(db, spoken)), begun)


Source = Callable[[sqlite3.Connection, str], Iterable[Name]]
_SOURCES: Final[Mapping[str, Source]] = {
    "assignee": _staff,
    "from": _authors,
    "to": _customers,
    "customer": _customers,
    "tag": _tags,
    "org": _organizations,
    "group": _listed("SELECT name FROM team ORDER BY name"),
    "view": _listed("SELECT title FROM view ORDER BY position, title"),
    "account": _listed("SELECT name FROM account ORDER BY position"),
    "article": _articles,
    "lang": _languages,
    "reason": _reasons,
}
