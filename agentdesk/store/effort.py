"""Effort as it is kept: each ticket's tally beside it, its estimate in its row, and the weights that made it.

The fold tallies a ticket's log whenever it changes. When the team's weights change, every estimate is made anew from
the kept tallies, in small steps in the background; so are the tallies where other rules counted them, or none. Both go
down from the newest ticket, and what the fold touches meanwhile is right already: it uses the weights of the cache,
which only change together with the note of what is to be scored anew.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from agentdesk.i18n import _
from agentdesk.insight import effort
from agentdesk.insight.effort import Entry, Tally, Weights
from agentdesk.insight.weights import Read, weights_of
from agentdesk.model import WAITING, Event, Ref
from agentdesk.paths import changed_at
from agentdesk.store import rows, weighed
from agentdesk.store.atomic import atomic, briefly
from agentdesk.store.rows import Row

ROWS_AT_ONCE: Final = 25
_RULES: Final = "rules"
_NAMES: Final = Tally._fields
_COUNTS: Final = ", ".join(_NAMES)
_PUT: Final = (
    f"INSERT INTO effort (key, {_COUNTS}, runs_since) VALUES ({', '.join('?' * (2 + len(_NAMES)))}) "
    f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in (*_NAMES, 'runs_since'))}"
)
WAITS_EVERY: Final = timedelta(minutes=5)
"""How often the waits that still run are looked at again."""
_EVENT: Final = rows.EVENT.replace("html", "''").replace("attachments", "'[]'")
_EVENTS_OF: Final = f"SELECT {_EVENT} FROM event WHERE account = ? AND ticket = ? AND NOT provisional"


class Calibration(NamedTuple):
    """The mean estimate of the tickets that customers rated so (`good`, `bad`), and how many they are."""

    rating: str
    mean: float
    n: int


def create(db: sqlite3.Connection) -> None:
    """Make the columns and tables; what is cached already waits for `score_some`."""
    for table in ("ticket", "server_ticket"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN effort INTEGER")
    _begin(db)
    db.execute("CREATE TABLE effort_state (weights TEXT NOT NULL, unscored INTEGER NOT NULL)")
    db.execute(
        "INSERT INTO effort_state (weights, unscored) SELECT ?, coalesce(max(key), -1) + 1 FROM ticket",
        (_packed(Weights()),),
    )


def add_running_waits(db: sqlite3.Connection) -> None:
    """Make the tallies anew, with the waits that are not over."""
    db.execute("DROP TABLE effort")
    _begin(db)
    db.execute("UPDATE effort_state SET unscored = (SELECT coalesce(max(key), -1) + 1 FROM ticket)")


def _begin(db: sqlite3.Connection) -> None:
    """Make the table of tallies; `runs_since` is from when (ms) a wait counts that is not in the tally yet."""
    counts = ", ".join(f"{name} INTEGER NOT NULL" for name in _NAMES)
    db.execute(
        "CREATE TABLE effort (key INTEGER PRIMARY KEY REFERENCES ticket (key) ON DELETE CASCADE, "
        f"{counts}, runs_since INTEGER)"
    )
    db.execute("CREATE INDEX effort_running ON effort (key) WHERE runs_since IS NOT NULL")


def index(db: sqlite3.Connection) -> None:
    """Make what tickets are found by effort with, solved ones too."""
    db.execute("DROP INDEX IF EXISTS ticket_effort")
    db.execute(
        "CREATE INDEX ticket_effort ON ticket (effort, snoozed_until, waiting_since, updated_at) "
        "WHERE effort IS NOT NULL"
    )


def kept(
    db: sqlite3.Connection, key: int, events: Sequence[Event], until: datetime, *, is_our_turn: bool
) -> int | None:
    """The estimate of a ticket with this log at a moment, its tally kept; None without a log.

    Not less than it was raised to while the same wait ran: the log may end long before now.
    """
    if not events:
        return None
    entries = effort.ledger(events, until, is_our_turn=is_our_turn)
    over = effort.tally(entry for entry in entries if entry.runs_since is None)
    runs_since = next((rows.to_ms(entry.runs_since) for entry in entries if entry.runs_since is not None), None)
    found = effort.estimate(effort.tally(entries), weights(db))
    raised = _raised(db, key, runs_since) if runs_since is not None else None
    db.execute(_PUT, (key, *over, runs_since))
    return max(found, raised or 0)


def _raised(db: sqlite3.Connection, key: int, runs_since: int) -> int | None:
    """The estimate a ticket has while the wait that runs since then goes on, as it was last raised."""
    row = db.execute(
        "SELECT t.effort FROM effort e JOIN ticket t ON t.key = e.key WHERE e.key = ? AND e.runs_since = ?",
        (key, runs_since),
    ).fetchone()
    return None if row is None else row[0]


def weights(db: sqlite3.Connection) -> Weights:
    """The weights that the cache's estimates are made with."""
    (told,) = db.execute("SELECT weights FROM effort_state").fetchone()
    return _unpacked(told)


class Efforts:
    """What tickets cost their customers, over one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._read: tuple[int, Read] | None = None
        self._waits_seen: datetime | None = None

    def weights(self) -> Weights:
        """The weights that the cache's estimates are made with."""
        return weights(self._db)

    def file(self) -> Read:
        """The weights as the team's file says them now; those of the cache where it cannot be read."""
        path = weighed.kept_in(self._db)
        if path is None:
            return Read(self.weights())
        stamp = changed_at(path)
        if self._read is None or self._read[0] != stamp:
            try:
                self._read = stamp, weights_of(path.read_text(encoding="utf-8-sig") if stamp else "", path.name)
            except (OSError, UnicodeDecodeError) as error:
                problem = _("{path} cannot be read: {reason}.", path=str(path), reason=str(error))
                return Read(self.weights(), (problem,))
        return self._read[1]

    def score_some(self, now: datetime, limit: int = 500) -> int:
        """Make so many estimates that are to be made anew; 0 when none is left. Now and then, waits that still run."""
        self._adopt()
        for _turn in range(0, limit, ROWS_AT_ONCE):
            (unscored,) = self._db.execute("SELECT unscored FROM effort_state").fetchone()
            if not unscored:
                self._see_waits(now)
                return 0
            with briefly(self._db):
                self._score_below(unscored, now)
        return 1

    def ledger(self, ticket: Ref, now: datetime) -> list[Entry]:
        """Every burden that a ticket's log shows by now, in the order of time."""
        events = self._db.execute(_EVENTS_OF, (ticket.account, ticket.id))
        row = self._db.execute(
            "SELECT status FROM ticket WHERE account = ? AND id = ?", (ticket.account, ticket.id)
        ).fetchone()
        is_our_turn = row is not None and row[0] in WAITING
        entries = effort.ledger((rows.event_from(event) for event in events), now, is_our_turn=is_our_turn)
        return sorted(entries, key=attrgetter("at"))

    def summed(self, ticket: Ref, now: datetime) -> tuple[Tally, list[Entry]]:
        """What a ticket's log shows by now, added up; the log itself is read only where something was asked again."""
        row = self._db.execute(
            f"SELECT e.runs_since, {_COUNTS} FROM effort e JOIN ticket t ON t.key = e.key "
            "WHERE t.account = ? AND t.id = ?",
            (ticket.account, ticket.id),
        ).fetchone()
        if row is None or Tally(*row[1:]).asked_again:
            entries = self.ledger(ticket, now)
            return effort.tally(entries), entries
        return _by_now(row[1:], row[0], now), []

    def calibration(self) -> list[Calibration]:
        """How the estimates go with what customers answered; there is no survey of effort itself in the cache."""
        found = self._db.execute(
            "SELECT CASE WHEN rating LIKE 'good%' THEN 'good' ELSE 'bad' END AS word, avg(effort), count(*) "
            "FROM ticket WHERE (rating LIKE 'good%' OR rating LIKE 'bad%') AND effort IS NOT NULL "
            "GROUP BY word ORDER BY word DESC"
        )
        return [Calibration(word, mean, n) for word, mean, n in found]

    def _adopt(self) -> None:
        """Take the weights of the file, and note that every estimate is to be made anew if they are others."""
        wanted = _packed(self.file().weights)
        (had,) = self._db.execute("SELECT weights FROM effort_state").fetchone()
        if wanted != had:
            with atomic(self._db):
                if rows.unpack(had).get(_RULES) != effort.RULES:
                    self._db.execute("DELETE FROM effort")
                self._db.execute(
                    "UPDATE effort_state SET weights = ?, unscored = (SELECT coalesce(max(key), -1) + 1 FROM ticket)",
                    (wanted,),
                )
        if self._read is not None:
            weighed.note_read(self._db, self._read[0])

    def _see_waits(self, now: datetime) -> None:
        """Raise the estimates of tickets whose customers have waited long by now."""
        if self._waits_seen is not None and now - self._waits_seen < WAITS_EVERY:
            return
        self._waits_seen = now
        found = self._db.execute(
            f"SELECT t.key, t.effort, e.runs_since, {_COUNTS} FROM effort e INDEXED BY effort_running "
            "JOIN ticket t ON t.key = e.key WHERE e.runs_since IS NOT NULL"
        ).fetchall()
        given = self.weights()
        changed = [row[0] for row in found if row[1] != _estimate(row[3:], row[2], now, given)]
        for start in range(0, len(changed), ROWS_AT_ONCE):
            with briefly(self._db):
                given = self.weights()
                for key in changed[start : start + ROWS_AT_ONCE]:
                    self._score(key, now, given)

    def _score_below(self, unscored: int, now: datetime) -> None:
        found = self._db.execute(
            "SELECT key FROM ticket WHERE key < ? ORDER BY key DESC LIMIT ?", (unscored, ROWS_AT_ONCE)
        ).fetchall()
        given = self.weights()
        for (key,) in found:
            self._score(key, now, given)
        lowest = found[-1][0] if len(found) == ROWS_AT_ONCE else 0
        self._db.execute("UPDATE effort_state SET unscored = ? WHERE unscored = ?", (lowest, unscored))

    def _score(self, key: int, now: datetime, given: Weights) -> None:
        """Make the estimate of a ticket anew; nothing for one that is gone meanwhile."""
        row = self._tallied(key)
        if row is None:
            ticket = self._db.execute("SELECT account, id, status FROM ticket WHERE key = ?", (key,)).fetchone()
            if ticket is None:
                return
            account, id, status = ticket
            events = [rows.event_from(event) for event in self._db.execute(_EVENTS_OF, (account, id))]
            found = kept(self._db, key, events, now, is_our_turn=status in WAITING)
        else:
            found = _estimate(row[1:], row[0], now, given)
        for table in ("ticket", "server_ticket"):
            self._db.execute(f"UPDATE {table} SET effort = ? WHERE key = ? AND effort IS NOT ?", (found, key, found))

    def _tallied(self, key: int) -> Row | None:
        found: Row | None = self._db.execute(
            f"SELECT runs_since, {_COUNTS} FROM effort WHERE key = ?", (key,)
        ).fetchone()
        return found


def _estimate(counts: Row, runs_since: int | None, now: datetime, given: Weights) -> int:
    return effort.estimate(_by_now(counts, runs_since, now), given)


def _by_now(counts: Row, runs_since: int | None, now: datetime) -> Tally:
    """A kept tally, with the wait that still runs."""
    found = Tally(*counts)
    return found if runs_since is None else effort.with_wait(found, now - rows.from_ms(runs_since))


def _packed(given: Weights) -> str:
    """Weights as the cache keeps them, with the rules by which the tallies were counted."""
    return rows.pack({_RULES: effort.RULES, **asdict(given)})


@lru_cache(maxsize=4)
def _unpacked(told: str) -> Weights:
    return Weights(**{name: value for name, value in rows.unpack(told).items() if name != _RULES})
