"""Rarity: which of many words tell rows apart, and the tickets that have most of those.

A word counts for more the fewer rows have it (the logarithm of their share, as in BM25), and once for each ticket.
Words that many tickets have are left out: they cost time and say nothing.
"""

import sqlite3
from collections.abc import Sequence
from math import log

from agentdesk.store.conditions import Condition
from agentdesk.store.words import TICKETS, Indexed, any_of, spelled

RARE_AT_LEAST = 2_000
RARE_AT_MOST = 2_500
MOST_COUNTED = 80
MOST_ASKED = 16
TOKENS_ASKED = 40
CANDIDATES = 400
LEAST_WORTH = 0.01
SATURATION, LENGTH_COUNTS = 1.2, 0.75
"""The k1 and b of BM25: the longer a ticket is, the less says a word in it."""


def telling_apart(db: sqlite3.Connection, kind: Indexed, tokens: Sequence[str], share: float) -> list[str]:
    """The rarest of the tokens that the index has at all, and that not more than a share of the rows have."""
    counted = _counted(db, kind, tokens, max(RARE_AT_LEAST, int(_total(db, kind) * share)))
    return [token for _count, _place, token in counted[:TOKENS_ASKED]]


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
    return db.execute(
        "WITH met AS (SELECT t.key, t.updated_at, found.score, length(t.subject) + coalesce((SELECT "
        "sum(length(e.body)) FROM event e WHERE e.account = t.account AND e.ticket = t.id), 0) AS long "
        f"FROM (SELECT key, sum(worth) AS score FROM ({lists}) GROUP BY key "
        "ORDER BY score DESC, key DESC LIMIT ?) found CROSS JOIN ticket t ON t.key = found.key "
        f"WHERE {demanded.sql}) "
        f"SELECT key, score / (1 + {SATURATION} * (1 - {LENGTH_COUNTS} + {LENGTH_COUNTS} * long / "
        "(SELECT avg(long) FROM met))) AS score FROM met ORDER BY score DESC, updated_at DESC LIMIT ?",
        (*asked, CANDIDATES, *demanded.values, limit),
    ).fetchall()


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
