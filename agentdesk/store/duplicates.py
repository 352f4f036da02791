"""Duplicates: open tickets that say the same as another one, from the same customer or at the same time."""

import sqlite3
from typing import Final

from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.store.judgements import own_words, telling_words
from agentdesk.store.meaning import Meaning

DAYS: Final = 14
SAME_PERSON: Final = 0.35
ANYBODY: Final = 0.85
BY_MEANING: Final = 0.9
MOST_LOOKED_AT: Final = 40


@record
class Duplicate:
    """A ticket that may be the same, how much so (0 to 1), and whether it is the same customer's."""

    ref: Ref
    number: str
    subject: str
    nearness: float
    is_same_person: bool


def duplicates(db: sqlite3.Connection, meaning: Meaning, ticket: Ref, limit: int = 3) -> list[Duplicate]:
    """Unsolved tickets of the last two weeks that may be the same as this one, the likeliest first.

    From the same customer a third of the words is enough; from anybody it takes nearly all, or the same meaning.
    """
    mine = db.execute(
        "SELECT key, requester, created_at FROM ticket WHERE account = ? AND id = ?", (ticket.account, ticket.id)
    ).fetchone()
    if mine is None:
        return []
    key, requester, created_at = mine
    text = own_words(db, ticket)
    words = set(telling_words(text))
    near = {
        one: cosine for one, cosine in meaning.related(text, wait=False).items() if cosine >= BY_MEANING and one != key
    }
    found = []
    for other, account, id, number, subject, theirs in _candidates(db, ticket, requester, created_at, near):
        said = set(telling_words(own_words(db, Ref(account, id))))
        share = max(len(words & said) / max(1, len(words | said)), near.get(other, 0.0))
        is_same = requester is not None and theirs == requester
        if share >= (SAME_PERSON if is_same else ANYBODY):
            found.append(Duplicate(Ref(account, id), number, subject, share, is_same))
    return sorted(found, key=lambda one: (not one.is_same_person, -one.nearness))[:limit]


def _candidates(
    db: sqlite3.Connection, ticket: Ref, requester: str | None, created_at: int, near: dict[int, float]
) -> list[tuple[int, str, str, str, str, str | None]]:
    """Unsolved tickets of about the same time: the customer's own, and those that are near in meaning."""
    keys = ", ".join("?" * len(near))
    return db.execute(
        "SELECT t.key, t.account, t.id, t.number, t.subject, t.requester FROM ticket t WHERE t.account = ? "
        f"AND t.id <> ? AND t.is_unsolved AND abs(t.created_at - ?) <= ? AND (t.requester = ? OR t.key IN ({keys})) "
        "ORDER BY t.created_at DESC LIMIT ?",
        (ticket.account, ticket.id, created_at, DAYS * 86_400_000, requester, *near, MOST_LOOKED_AT),
    ).fetchall()
