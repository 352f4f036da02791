"""Rarity: which of many words tell rows apart, and the tickets that have most of those.

A word counts for more the fewer rows have it (the logarithm of their share, as in BM25), and once for each ticket.
Words that many tickets have are left out: they cost time and say nothing. The text of the best is then read, for how
often the words stand in it, which the index does not keep.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from math import log

from agentdesk.store.conditions import Condition
from agentdesk.store.words import INDEXED_CHARACTERS, TICKETS, Indexed, any_of, spelled

RARE_AT_LEAST = 2_000
RARE_AT_MOST = 2_500
MOST_COUNTED = 80
MOST_ASKED = 32
TOKENS_ASKED = 40
EVERYDAY_SHARE, EVERYDAY_AT_LEAST, EVERYDAY_AT_MOST = 0.1, 20, 20_000
CANDIDATES = 400
MOST_READ = 60
LATIN_STEM = r"\b[a-z0-9]{1,3}\b|\b[a-z0-9]{3,}?(?=(?:ing|ed|es|s|e)?\b)"
"""About what the index stems words to, near enough to count them."""
LEAST_WORTH = 0.01
SATURATION, LENGTH_COUNTS = 1.2, 0.75
"""The k1 and b of BM25: the longer a ticket is, the less says a word in it."""


def telling_apart(db: sqlite3.Connection, kind: Indexed, tokens: Sequence[str], share: float) -> list[str]:
    """The rarest of the tokens that the index has at all, and that not more than a share of the rows have."""
    counted = _counted(db, kind, tokens, max(RARE_AT_LEAST, int(_total(db, kind) * share)))
    return [token for _count, _place, token in counted[:TOKENS_ASKED]]


def everyday(db: sqlite3.Connection, tokens: Sequence[str]) -> set[str]:
    """Those of the tokens that many tickets have: greetings and manners, rare as they are in articles, tell nothing."""
    most = min(max(int(_total(db, TICKETS) * EVERYDAY_SHARE), EVERYDAY_AT_LEAST), EVERYDAY_AT_MOST)
    asked = f"SELECT count(*) FROM (SELECT 1 FROM {TICKETS.words} WHERE {TICKETS.words} MATCH ? LIMIT ?)"
    counts = {token: db.execute(asked, (_asked(TICKETS, spelled(token)), most + 1)).fetchone()[0] for token in tokens}
    return {token for token, count in counts.items() if count > most}


def alike(db: sqlite3.Connection, tokens: Sequence[str], demanded: Condition, limit: int) -> list[tuple[int, float]]:
    """Keys of tickets that have most of the rare words and meet a condition, best first, with their scores."""
    total = _total(db, TICKETS)
    plain = [spelled(token) for token in tokens]
    rare = [
        (token, max(log((total - count + 0.5) / (count + 0.5)), LEAST_WORTH))
        for count, _place, token in _counted(db, TICKETS, plain, RARE_AT_MOST)[:MOST_ASKED]
    ]
    if not rare:
        return []
    lists = " UNION ALL ".join(
        ["SELECT rowid AS key, ? AS worth FROM ticket_words WHERE ticket_words MATCH ?"] * len(rare)
    )
    asked = [value for token, worth in rare for value in (worth, _asked(TICKETS, token))]
    found = db.execute(
        "SELECT t.key, found.score, t.subject || char(10) || coalesce((SELECT group_concat(substr(e.body, 1, ?), "
        "char(10)) FROM event e WHERE e.account = t.account AND e.ticket = t.id), '') "
        f"FROM (SELECT key, sum(worth) AS score FROM ({lists}) GROUP BY key "
        "ORDER BY score DESC, key DESC LIMIT ?) found CROSS JOIN ticket t ON t.key = found.key "
        f"WHERE {demanded.sql} ORDER BY found.score DESC, t.updated_at DESC LIMIT ?",
        (INDEXED_CHARACTERS, *asked, CANDIDATES, *demanded.values, max(limit, MOST_READ)),
    ).fetchall()
    return _weighed(found, rare)[:limit]


def _weighed(found: Sequence[tuple[int, float, str]], rare: Sequence[tuple[str, float]]) -> list[tuple[int, float]]:
    """The tickets by how often each word stands in their text, and for how much of it (BM25); the best first."""
    usual = sum(len(text) for _key, _score, text in found) / max(len(found), 1)
    stems = [(token, worth, "".join(re.findall(LATIN_STEM, token)[:1])) for token, worth in rare]
    weighed = []
    for key, score, text in found:
        lower = text.lower()
        room = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * len(text) / usual)
        words = Counter(re.findall(LATIN_STEM, lower))
        often = [(worth, words[stem] if stem else lower.count(token)) for token, worth, stem in stems]
        counted = sum(worth * times * (SATURATION + 1) / (times + room) for worth, times in often)
        unseen = score - sum(worth for worth, times in often if times)
        weighed.append((key, counted + max(unseen, 0.0) * (SATURATION + 1) / (1 + room)))
    return sorted(weighed, key=lambda one: -one[1])


def _total(db: sqlite3.Connection, kind: Indexed) -> int:
    (last,) = db.execute(f"SELECT max(key) FROM {kind.table}").fetchone()
    return int(last or 0)


def _counted(db: sqlite3.Connection, kind: Indexed, tokens: Sequence[str], most: int) -> list[tuple[int, int, str]]:
    """The tokens that some rows have and at most so many, the rarest first."""
    counts = []
    for place, token in enumerate(list(dict.fromkeys(tokens))[:MOST_COUNTED]):
        (count,) = db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {kind.words} WHERE {kind.words} MATCH ? LIMIT ?)",
            (_asked(kind, token), most + 1),
        ).fetchone()
        if 0 < count <= most:
            counts.append((count, place, token))
    return sorted(counts)


def _asked(kind: Indexed, token: str) -> str:
    return f'"{token}"' if kind is TICKETS else any_of([token])
