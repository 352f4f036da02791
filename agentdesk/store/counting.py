"""Counting: how often words stand in a few texts, and how long those are, which the index of tickets does not keep.

Texts are read as they are cut for the index: in normalised spelling, Latin words in every form that SQLite stems alike.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing

from agentdesk.record import record
from agentdesk.store.words import spelled
from agentdesk.text.normalise import normalise
from agentdesk.text.segment import runs

SAME_BEGINNING = 2
"""So many letters the forms of a Latin word share, whatever their stem is."""


@record
class Counted:
    """How many tokens a text has, and how often each of the words that were asked stands in it, in their order."""

    tokens: int
    times: list[float]


@record
class _Text:
    """A text in its normalised spelling, how many tokens it has, and how often each of its Latin words is there."""

    normal: str
    tokens: int
    words: Counter[str]

    def times(self, word: str, forms: Collection[str]) -> int:
        """How often a word is there, in any of its forms if it is Latin."""
        return sum(self.words[form] for form in forms) if word.isascii() else self.normal.count(word)


def counted(texts: Sequence[Sequence[str]], asked: Sequence[str], weights: Sequence[float]) -> list[Counted]:
    """The words asked in texts of several parts; one in each part counts as so many."""
    read = [[_read(part) for part in parts] for parts in texts]
    forms = _forms(asked, {word for parts in read for part in parts for word in part.words})
    wanted = list(zip(asked, forms, strict=True))
    return [
        Counted(
            sum(part.tokens for part in parts),
            [
                sum(weight * part.times(word, ways) for weight, part in zip(weights, parts, strict=True))
                for word, ways in wanted
            ],
        )
        for parts in read
    ]


def _read(text: str) -> _Text:
    normal = normalise(text)
    pairs, words = runs(normal)
    return _Text(normal, len(words) + sum(max(len(run) - 1, 1) for run in pairs), Counter(words))


def _forms(asked: Sequence[str], words: Iterable[str]) -> list[list[str]]:
    """For each that was asked, the words that the index holds for the same."""
    beginnings = {word[:SAME_BEGINNING] for word in asked if word.isascii()}
    near = [word for word in words if spelled(word)[:SAME_BEGINNING] in beginnings]
    stems = _stems([*asked, *map(spelled, near)])
    same: dict[str, list[str]] = {}
    for word, stem in zip(near, stems[len(asked) :], strict=True):
        same.setdefault(stem, []).append(word)
    return [same.get(stem, []) for stem in stems[: len(asked)]]


def _stems(words: Sequence[str]) -> list[str]:
    """The words as the index of tickets stems them."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE stemmed USING fts5 (word, tokenize = 'porter ascii')")
        db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (stemmed, instance)")
        db.executemany("INSERT INTO stemmed (rowid, word) VALUES (?, ?)", enumerate(words))
        found = dict(db.execute("SELECT doc, term FROM stems"))
    return [found.get(place, word) for place, word in enumerate(words)]
