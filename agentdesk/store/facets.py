"""Facets: how the tickets that a search found divide by status, team, reason, assignee, channel, tag and so on."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

MOST_COUNTED: Final = 2_000
"""So many of the newest tickets found are counted; more would say the same and cost time."""
MOST_VALUES: Final = 6


class Facet(NamedTuple):
    """A value that some of the tickets have in a field of the filter language (or in `year`), and how many."""

    field: str
    value: str
    tickets: int


_FOUND: Final = "FROM json_each(?) found JOIN ticket t ON t.key = found.value"
_VALUES: Final[Mapping[str, str]] = {
    "status": f"SELECT t.status {_FOUND}",
    "group": "SELECT CASE WHEN t.team IS NULL THEN 'none' ELSE coalesce(g.name, t.team) END "
    f"{_FOUND} LEFT JOIN team g ON g.account = t.account AND g.id = t.team",
    "reason": f"SELECT r.name {_FOUND} JOIN ticket_reason tr ON tr.key = t.key JOIN reason r ON r.id = tr.reason",
    "assignee": "SELECT CASE WHEN t.assignee IS NULL THEN 'none' ELSE coalesce(a.name, t.assignee) END "
    f"{_FOUND} LEFT JOIN person a ON a.account = t.account AND a.id = t.assignee",
    "channel": f"SELECT t.channel {_FOUND}",
    "tag": f"SELECT tag.value {_FOUND}, json_each(t.tags) tag",
    "lang": "SELECT CASE instr(p.language, '-') WHEN 0 THEN p.language "
    "ELSE substr(p.language, 1, instr(p.language, '-') - 1) END "
    f"{_FOUND} JOIN person p ON p.account = t.account AND p.id = t.requester",
    "year": f"SELECT strftime('%Y', t.created_at / 1000, 'unixepoch') {_FOUND}",
}
FIELDS: Final = tuple(_VALUES)


def facets(db: sqlite3.Connection, keys: Sequence[int]) -> list[Facet]:
    """How the tickets with these keys divide, field by field, in each the most frequent values first."""
    found = json.dumps(list(keys))
    return [
        Facet(field, value, count)
        for field, values in _VALUES.items()
        for value, count in db.execute(
            f"SELECT value, count(*) AS tickets FROM ({values.replace(' FROM', ' AS value FROM', 1)}) "
            "WHERE value <> '' GROUP BY value ORDER BY tickets DESC, value LIMIT ?",
            (found, MOST_VALUES),
        )
    ]
