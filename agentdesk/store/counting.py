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


def counted(texts: Sequence[tuple[str, str]], asked: Sequence[str], title_weight: float) -> list[Counted]:
    """The words asked in texts of title and body; one in the title counts as so many."""
    read = [(_read(title), _read(body)) for title, body in texts]
    forms = _forms(asked, {word for title, body in read for word in (*title.words, *body.words)})
    wanted = list(zip(asked, forms, strict=True))
    return [
        Counted(
            title.tokens + body.tokens,
            [title_weight * title.times(word, ways) + body.times(word, ways) for word, ways in wanted],
        )
        for title, body in read
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
