"""Counts of contact reasons: how often customers wrote about each in a period, and in the one before.

A reason rises or falls where the two counts differ by more than chance lets them: by at least twice the square root of
their sum, which is the spread of the difference between two counts of the same rate (Poisson). Nothing is said of it
where the period before had no tickets at all.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import sqrt
from typing import Final, Literal

from agentdesk.filters import Filter
from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.store import reasons, rows
from agentdesk.store.conditions import Conditions
from agentdesk.store.queries import Queries

Trend = Literal["rising", "falling", "steady"]
SPREAD: Final = 2.0
EXAMPLES: Final = 3


@record
class ReasonCount:
    """How many tickets of a period have a reason (empty for none), and their share of all of the period, 0 to 1.

    `before` is the count of the period before, of the same length; `examples` are the newest of the tickets.
    """

    name: str
    source: str
    words: tuple[str, ...]
    tickets: int
    share: float
    before: int
    trend: Trend | None
    examples: tuple[Ref, ...]


def counts(
    db: sqlite3.Connection, question: Filter, *, now: datetime, period: timedelta, me: Mapping[str, str]
) -> list[ReasonCount]:
    """The reasons of the tickets that meet a filter and began in the period that ends now, or in the one before.

    The most frequent first; those without a reason last.
    """
    began, before = rows.to_ms(now - period), rows.to_ms(now - 2 * period)
    met = Conditions(db, me, now).of(Queries(db).understood(question).where)
    told = {one.name: one for one in reversed(reasons.reasons(db))}
    examples_of = ", ".join(
        f"max(CASE WHEN place = {place} THEN {column} END)"
        for place in range(1, EXAMPLES + 1)
        for column in ("account", "id")
    )
    found = db.execute(
        f"SELECT name, sum(began >= ?), sum(began < ?), {examples_of} FROM "
        f"(SELECT coalesce({reasons.OF_TICKET}, '') AS name, t.account AS account, t.id AS id, t.created_at AS began, "
        f"row_number() OVER (PARTITION BY coalesce({reasons.OF_TICKET}, '') ORDER BY t.created_at DESC, t.key DESC) "
        f"AS place FROM ticket t WHERE t.created_at >= ? AND t.created_at <= ? AND {met.sql}) "
        "GROUP BY name",
        (began, began, before, rows.to_ms(now), *met.values),
    ).fetchall()
    total, whole_before = sum(row[1] for row in found), sum(row[2] for row in found)
    counted = [
        ReasonCount(
            name,
            told[name].source if name in told else "",
            told[name].words if name in told else (),
            tickets,
            tickets / total if total else 0.0,
            earlier,
            _trend(tickets, earlier) if whole_before else None,
            tuple(Ref(account, id) for account, id in zip(examples[::2], examples[1::2], strict=True) if id),
        )
        for name, tickets, earlier, *examples in found
    ]
    return sorted(counted, key=lambda one: (not one.name, -one.tickets, -one.before, one.name))


def _trend(tickets: int, before: int) -> Trend:
    if abs(tickets - before) < SPREAD * sqrt(tickets + before) or tickets == before:
        return "steady"
    return "rising" if tickets > before else "falling"
