"""Misspelt names: the Latin names in the index that somebody may have meant who typed another.

A letter more, less or other, and two letters turned round, count as one slip each; short names allow one, long ones
two. Only names that begin alike are compared, and of each beginning so many at the most, so that a large vocabulary
costs milliseconds: the first letter is rarely wrong, and the second seldom in a name that has many neighbours.
"""

import sqlite3
from collections.abc import Iterable

SHORTEST = 4
LONG = 7
MOST_COMPARED = 10_000
MOST_MEANT = 5


def meant(db: sqlite3.Connection, typed: str) -> list[str]:
    """The names one or two slips away from a word, the nearest first; none for a word too short to tell."""
    word = typed.casefold()
    if not can_slip(word):
        return []
    slips = _allowed(word)
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.name_word USING fts5vocab (main, person_words, row)")
    names = {
        name
        for begun in dict.fromkeys((word[:2], word[0] + word[2], word[0]))
        for (name,) in db.execute(
            "SELECT term FROM (SELECT term FROM temp.name_word WHERE term >= ? AND term < ? LIMIT ?) "
            "WHERE length(term) BETWEEN ? AND ?",
            (begun, f"{begun}\U0010ffff", MOST_COMPARED, len(word) - slips, len(word) + slips),
        )
    }
    near = sorted((distance, name) for name in names if (distance := _slips(word, name, slips)) <= slips)
    return [name for _distance, name in near[:MOST_MEANT]]


def near(typed: str, names: Iterable[str]) -> list[str]:
    """Those of the names that are fewest slips away from a word, each once; none where all are too far."""
    word = typed.casefold()
    slips = _allowed(word) if can_slip(word) else 0
    apart = {
        name: _slips(word, name.casefold(), slips)
        for name in dict.fromkeys(names)
        if name[:1].casefold() == word[:1] and abs(len(name) - len(word)) <= slips
    }
    least = min(apart.values(), default=slips + 1)
    return [name for name, distance in apart.items() if distance == least <= slips][:MOST_MEANT]


def can_slip(word: str) -> bool:
    """Is it long enough, and of a script, to tell a slip from another name?"""
    return word.isascii() and len(word) >= SHORTEST and word.replace("-", "").replace("_", "").isalpha()


def _allowed(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _slips(one: str, other: str, most: int) -> int:
    """How many slips lie between two words; more than `most` is not told exactly."""
    if len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    before, row = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for place, its in enumerate(other, start=1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != its))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == its:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
