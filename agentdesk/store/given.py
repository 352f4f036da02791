"""Given answers: what this customer was answered before, and which prepared answers fit what a ticket says."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from agentdesk.model import Canned, Event, Ref
from agentdesk.store import rows
from agentdesk.text.segment import segment, telling

LEAST_SHARED: Final = 0.06
"""What share of a prepared answer's words the ticket must have, for it to be worth a line."""


def earlier_answers(db: sqlite3.Connection, ticket: Ref, limit: int) -> list[Event]:
    """The last public replies on the same customer's other tickets, one a ticket, the newest first."""
    found = db.execute(
        f"SELECT {', '.join(f'e.{name.strip()}' for name in rows.EVENT.split(','))} FROM ticket mine "
        "JOIN ticket t ON t.account = mine.account AND t.requester = mine.requester AND t.id <> mine.id "
        "JOIN event e ON e.key = (SELECT r.key FROM event r WHERE r.account = t.account AND r.ticket = t.id "
        "AND r.kind = 'reply' AND r.public AND r.body <> '' ORDER BY r.at DESC, r.key DESC LIMIT 1) "
        "WHERE mine.account = ? AND mine.id = ? ORDER BY e.at DESC, e.key DESC LIMIT ?",
        (ticket.account, ticket.id, limit),
    )
    return [rows.event_from(row) for row in found]


def fitting(prepared: Sequence[Canned], words: Sequence[str], language: str, limit: int) -> list[Canned]:
    """The prepared answers that share most words with a ticket, titles counting double, in the customer's language."""
    asked, spoken = set(words), language.partition("-")[0]
    scored = []
    for place, one in enumerate(prepared):
        if one.language and spoken and one.language.partition("-")[0] != spoken:
            continue
        title, body = set(telling(segment(one.title))), set(telling(segment(one.body)))
        share = (2 * len(title & asked) + len(body & asked)) / max(1, 2 * len(title) + len(body))
        if title & asked or share >= LEAST_SHARED:
            scored.append((-share, place))
    return [prepared[place] for _share, place in sorted(scored)[:limit]]
