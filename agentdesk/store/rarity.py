"""Rarity: which of many words tell rows apart, and the tickets that have most of those.

A word counts for more the fewer rows have it (the logarithm of their share, as in BM25), and once for each ticket.
Words that many tickets have are left out: they cost time and say nothing. The text of the best is then read, and those
are put in the order of BM25.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from math import log
from typing import NamedTuple

from agentdesk.store.conditions import EVERYTHING, Condition
from agentdesk.store.counting import Counted, counted
from agentdesk.store.words import INDEXED_CHARACTERS, TICKETS, Indexed, any_of, spelled

RARE_AT_LEAST = 2_000
RARE_AT_LEAST_OF_MANY, RARE_AT_MOST = 2_500, 10_000
MOST_COUNTED, COUNTED_IN_ALL = 80, 100_000
"""So many of the words are counted, and the fewer they are, the more rows each may have to be rare among tickets."""
MOST_ASKED, MOST_LISTED = 32, 40_000
"""So many of the rarest words are asked for tickets, as long as the index lists no more tickets than that for them."""
TOKENS_ASKED = 40
LISTED_AT_LEAST, LISTED_SHARE = 4_000, 1.3
"""So many rows, or so much of them all, the words of a sentence may have together: the commonest tell nothing."""
EVERYDAY_SHARE, EVERYDAY_AT_LEAST, EVERYDAY_AT_MOST = 0.2, 20, 20_000
CANDIDATES, MANY_CANDIDATES = 400, 10_000
"""Of so many with the words the best that meet a condition are taken; of more, where too few of the first do."""
MOST_READ, CHARACTERS_READ = 60, 8_000
"""So many of them are read, what customers wrote and what others did up to so far; a word further back counts once."""
SAMPLED = 60
"""Of so many tickets the length is looked at, to know how long one usually is."""
LEAST_WORTH = 0.01
PART_WEIGHTS = (3.0, 1.0, 0.5)
"""A word counts most in the subject, and least in what we wrote, which has the same manners everywhere."""
SATURATION, LENGTH_COUNTS = 2.0, 0.75
"""The k1 and b of BM25: how much another of the same word still says, and how little one says in a long ticket."""
LENGTHLESS = (1 + SATURATION * (1 - LENGTH_COUNTS)) / (SATURATION * LENGTH_COUNTS)
"""What BM25 of a word that stands there once adds to the length: so many times the usual one."""


class _Found(NamedTuple):
    """A ticket with the sum of what its words are worth, its subject, what customers wrote, and what others did."""

    key: int
    score: float
    subject: str
    customers: str
    others: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """Its text in the order of `PART_WEIGHTS`."""
        return self.subject, self.customers, self.others


def telling_apart(db: sqlite3.Connection, kind: Indexed, tokens: Sequence[str], share: float) -> list[str]:
    """The rarest of the tokens that the index has at all, and that not more than a share of the rows have."""
    found = _counted(db, kind, tokens, max(RARE_AT_LEAST, int(_total(db, kind) * share)))
    return [token for _count, _place, token in found[:TOKENS_ASKED]]


def affordable(db: sqlite3.Connection, kind: Indexed, tokens: Sequence[str]) -> list[str]:
    """The tokens without the commonest, so many as the index lists rows for in little time; late ones all stay."""
    total = _total(db, kind)
    most = max(LISTED_AT_LEAST, int(total * LISTED_SHARE))
    found = _counted(db, kind, tokens, total)
    listed = accumulate(count for count, _place, _token in found)
    rarest = [token for rows, (_count, _place, token) in zip(listed, found, strict=True) if rows <= most]
    return [*rarest, *tokens[MOST_COUNTED:]]


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
    rare = min(max(COUNTED_IN_ALL // max(len(plain), 1), RARE_AT_LEAST_OF_MANY), RARE_AT_MOST)
    found = _counted(db, TICKETS, plain, rare)
    words = [(token, max(log((total - count + 0.5) / (count + 0.5)), LEAST_WORTH)) for count, _place, token in found]
    asked = words[: _affordable(count for count, _place, _token in found)]
    if not asked:
        return []
    most = max(min(limit, CANDIDATES), MOST_READ)
    characters = _usual_characters(db, total)
    tickets = _having(db, asked, demanded, characters, CANDIDATES, most)
    if len(tickets) < most and demanded != EVERYTHING:
        tickets = _having(db, asked, demanded, characters, MANY_CANDIDATES, most)
    texts = counted([one.parts for one in tickets], [token for token, _worth in words], PART_WEIGHTS)
    usual = characters * _tokens_in_a_character(tickets, texts)
    scores = [
        (one.key, _weight(one.score, text, words, len(asked), text.tokens / usual))
        for one, text in zip(tickets, texts, strict=True)
    ]
    return sorted(scores, key=lambda one: -one[1])[:limit]


def _messages(customers: str) -> str:
    """SQL for the messages of a ticket as one text: those of customers (`=`), or all others (`<>`)."""
    return (
        f"coalesce((SELECT substr(group_concat(substr(e.body, 1, {CHARACTERS_READ}), char(10)), 1, {CHARACTERS_READ}) "
        f"FROM event e WHERE e.account = t.account AND e.ticket = t.id AND e.kind {customers} 'customer'), '')"
    )


def _affordable(counts: Iterable[int]) -> int:
    """Of how many words, the rarest first, all tickets can be listed."""
    return max(sum(listed <= MOST_LISTED for listed in islice(accumulate(counts), MOST_ASKED)), 1)


def _having(
    db: sqlite3.Connection,
    words: Sequence[tuple[str, float]],
    demanded: Condition,
    usual: float,
    candidates: int,
    limit: int,
) -> list[_Found]:
    """Of the candidates, whose words are worth most together, the best for their length that meet a condition."""
    lists = " UNION ALL ".join(
        ["SELECT rowid AS key, ? AS worth FROM ticket_words WHERE ticket_words MATCH ?"] * len(words)
    )
    asked = [value for token, worth in words for value in (worth, _asked(TICKETS, token))]
    found = db.execute(
        f"WITH candidate AS (SELECT key, sum(worth) AS score FROM ({lists}) GROUP BY key "
        "ORDER BY score DESC, key DESC LIMIT ?), "
        f"met AS (SELECT t.key, candidate.score, t.subject, t.updated_at, {_messages('=')} AS customers, "
        f"{_messages('<>')} AS others FROM candidate CROSS JOIN ticket t ON t.key = candidate.key "
        f"WHERE {demanded.sql}) "
        "SELECT key, score, subject, customers, others FROM met "
        "ORDER BY score / (? + length(customers) + length(others)) DESC, updated_at DESC LIMIT ?",
        (*asked, candidates, *demanded.values, usual * LENGTHLESS, limit),
    )
    return [_Found(*row) for row in found]


def _weight(known: float, text: Counted, words: Sequence[tuple[str, float]], asked: int, length: float) -> float:
    """What the words say of a ticket of so many times the usual length (BM25).

    Of those that were `asked` it is `known` what is there; what the text lacks stands in the customer's name.
    """
    room = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length)
    there = [(worth, times) for (_token, worth), times in zip(words, text.times, strict=True)]
    weight = sum(worth * times * (SATURATION + 1) / (times + room) for worth, times in there)
    unseen = known - sum(worth for worth, times in there[:asked] if times)
    return weight + max(unseen, 0.0) * (SATURATION + 1) / (1 + room)


def _usual_characters(db: sqlite3.Connection, total: int) -> float:
    """How long a ticket usually is, from a sample of them."""
    (characters,) = db.execute(
        "SELECT avg(length(t.subject) + coalesce((SELECT sum(min(length(e.body), ?)) FROM event e "
        "WHERE e.account = t.account AND e.ticket = t.id), 0)) "
        "FROM ticket t WHERE t.key IN (SELECT value FROM json_each(?))",
        (INDEXED_CHARACTERS, json.dumps([*range(1, total + 1, max(total // SAMPLED, 1))])),
    ).fetchone()
    return float(max(characters or 0, 1))


def _tokens_in_a_character(tickets: Sequence[_Found], texts: Sequence[Counted]) -> float:
    read = sum(len(part) for one in tickets for part in one.parts)
    return max(sum(one.tokens for one in texts), 1) / max(read, 1)


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
