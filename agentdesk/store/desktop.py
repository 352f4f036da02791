"""What is true of this desk alone: accounts, where the agent was, what they have read, who syncs, how the line is."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from agentdesk.access import USUAL, Access, access_from
from agentdesk.errors import Refused
from agentdesk.exchange import Traits, traits_from
from agentdesk.files import FileLimits
from agentdesk.i18n import _
from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.store import rows
from agentdesk.store.atomic import atomic

Mark = Literal["snoozed_until", "promised_at"]
"""A time that only this desk knows of a ticket."""
LAST_MARK = "last mark"
USUAL_PORTS = (80, 443)
USUAL_LIMITS = FileLimits(50 * 1024 * 1024)
WeatherState = Literal["fresh", "online", "offline", "limited", "unauthorized", "broken"]
PREPARING = "preparing"
"""The phase in which the demo's helpdesk is made, before anything can be read."""


@record
class Account:
    """A helpdesk that this desk works on. `token_source` says where the secret is, never what it is.

    `sign_ins` counts how often it was set up: one more tells every program that the secret is another one.
    """

    name: str
    provider: str
    url: str
    user: str
    token_source: str
    me: str | None = None
    position: int = 0
    access: Access = USUAL
    sign_ins: int = 0


@record
class Weather:
    """How the line to a helpdesk is: its state and since when, what is being read and how far, in words when bad.

    `total` is None where nobody knows how much there is; `until` ends a pause that the helpdesk asked for.
    """

    account: str
    state: WeatherState
    since: datetime
    message: str = ""
    synced_at: datetime | None = None
    phase: str = ""
    done: int = 0
    total: int | None = None
    until: datetime | None = None


class Desktop:
    """The desk's own memory in the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def accounts(self) -> list[Account]:
        """Every account, the default one first."""
        found = self._db.execute(
            "SELECT name, provider, url, user, token_source, me, position, json_extract(settings, '$.access'), "
            "coalesce(json_extract(settings, '$.sign_ins'), 0) FROM account ORDER BY position, name"
        )
        return [
            Account(name, provider, url, user, source, me, position, access_from(json.loads(access or "{}")), sign_ins)
            for name, provider, url, user, source, me, position, access, sign_ins in found
        ]

    def remember_traits(self, account: str, traits: Traits) -> None:
        """Keep what the helpdesk can do for this account, so that it can be said without asking."""
        self._db.execute("UPDATE account SET traits = ? WHERE name = ?", (rows.pack(traits.document()), account))

    def traits(self, account: str) -> Traits | None:
        """What the helpdesk can do for this account; None until it told."""
        row = self._db.execute("SELECT traits FROM account WHERE name = ?", (account,)).fetchone()
        kept = rows.unpack(row[0]) if row and row[0] else {}
        return traits_from(kept) if "concurrency" in kept else None  # once only limits of files were kept

    def limits(self, account: str) -> FileLimits:
        """What the helpdesk takes of files, as far as it told; until then what most helpdesks take."""
        traits = self.traits(account)
        return traits.file_limits if traits else USUAL_LIMITS

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts() if account.name == name), None)

    def put_account(self, account: Account) -> None:
        """Keep an account; raises `Refused` where another helpdesk would take the place of one whose tickets are here.

        A reply that waits for ticket 5 of one helpdesk must never reach ticket 5 of another.
        """
        known = self.account(account.name)
        if known is not None and not _is_same_helpdesk(known, account) and self._is_used(account.name):
            raise Refused(
                _(
                    "{name} is {url} here, and its tickets are cached. Add {other} under another name.",
                    name=account.name,
                    url=known.url,
                    other=account.url,
                )
            )
        self._db.execute(
            "INSERT INTO account (name, provider, url, user, token_source, me, position, settings) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, json_object('access', json(?))) "
            "ON CONFLICT (name) DO UPDATE SET provider = excluded.provider, url = excluded.url, user = excluded.user, "
            "token_source = excluded.token_source, me = coalesce(excluded.me, me), position = excluded.position, "
            "settings = json_set(settings, '$.access', json(json_extract(excluded.settings, '$.access')), "
            "'$.sign_ins', coalesce(json_extract(settings, '$.sign_ins'), 0) + 1)",
            (
                account.name,
                account.provider,
                account.url,
                account.user,
                account.token_source,
                account.me,
                account.position,
                json.dumps(account.access.document()),
            ),
        )

    def _is_used(self, account: str) -> bool:
        """Is anything cached of an account, or on its way to it?"""
        used = "SELECT EXISTS (SELECT 1 FROM ticket WHERE account = ?) OR EXISTS (SELECT 1 FROM op WHERE account = ?)"
        return bool(self._db.execute(used, (account, account)).fetchone()[0])

    def set_me(self, account: str, person: str) -> None:
        """Remember who we are on the helpdesk."""
        self._db.execute("UPDATE account SET me = ? WHERE name = ? AND me IS NOT ?", (person, account, person))

    def remove_account(self, name: str) -> None:
        """Forget an account and everything that was cached of it, unsent work included."""
        with atomic(self._db):
            self._db.execute("DELETE FROM account WHERE name = ?", (name,))
            for table, column in self._naming_accounts():
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))

    def rename_account(self, old: str, new: str) -> None:
        """Give an account another name wherever the cache has it; what waits in the outbox goes with it."""
        with atomic(self._db):
            self._db.execute("DELETE FROM lease WHERE account = ?", (old,))
            self._db.execute("UPDATE account SET name = ? WHERE name = ?", (new, old))
            for table, column in self._naming_accounts():
                self._db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
            self._db.execute("UPDATE op SET seen = json_set(seen, '$[0]', account) WHERE account = ?", (new,))
            self.remember(LAST_MARK, None)

    def _naming_accounts(self) -> list[tuple[str, str]]:
        """Every table whose rows belong to an account, and the column that names it."""
        return self._db.execute(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name IN ('account', 'other_account')"
        ).fetchall()

    def place(self, name: str) -> object:
        """What was remembered under `name` (JSON), or None."""
        row = self._db.execute("SELECT value FROM place WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def remember(self, name: str, value: object) -> None:
        self._db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (name, rows.pack(value)))

    def read_until(self, ticket: Ref) -> datetime | None:
        """Up to which moment the agent has read a ticket."""
        row = self._db.execute(
            "SELECT at FROM read_mark WHERE account = ? AND ticket = ?", (ticket.account, ticket.id)
        ).fetchone()
        return rows.from_ms(row[0]) if row else None

    def mark_read(self, ticket: Ref, at: datetime) -> None:
        self._db.execute(
            "INSERT INTO read_mark (account, ticket, at) VALUES (?, ?, ?) "
            "ON CONFLICT (account, ticket) DO UPDATE SET at = max(at, excluded.at)",
            (ticket.account, ticket.id, rows.to_ms(at)),
        )

    def snooze(self, ticket: Ref, until: datetime | None) -> None:
        """Keep a ticket out of the queues until a moment (None wakes it); known to this desk alone."""
        self._set_time("snoozed_until", ticket, until)

    def promise(self, ticket: Ref, at: datetime | None) -> None:
        """Remember until when the customer was promised word (None: kept, or taken back); known to this desk alone."""
        self._set_time("promised_at", ticket, at)

    def _set_time(self, column: Mark, ticket: Ref, at: datetime | None) -> None:
        self._db.execute(
            f"UPDATE ticket SET {column} = ? WHERE account = ? AND id = ?",
            (None if at is None else rows.to_ms(at), ticket.account, ticket.id),
        )

    def mark(self, column: Mark, tickets: Sequence[Ref], at: datetime | None, now: datetime) -> None:
        """Snooze or promise several tickets in one step that `unmark` takes back."""
        with atomic(self._db):
            was = [(ref.account, ref.id, self._time(column, ref)) for ref in tickets]
            for ref in tickets:
                self._set_time(column, ref, at)
            self.remember(LAST_MARK, {"column": column, "at": rows.to_ms(now), "was": was})

    def _time(self, column: Mark, ticket: Ref) -> int | None:
        row = self._db.execute(
            f"SELECT {column} FROM ticket WHERE account = ? AND id = ?", (ticket.account, ticket.id)
        ).fetchone()
        return row[0] if row else None

    def marked_at(self) -> datetime | None:
        """When the last such step was taken, if it can still be taken back."""
        last = self.place(LAST_MARK)
        return rows.from_ms(last["at"]) if isinstance(last, dict) else None

    def unmark(self) -> int:
        """Take the last snooze or promise back; on how many tickets."""
        with atomic(self._db):
            last = self.place(LAST_MARK)
            if not isinstance(last, dict):
                return 0
            for account, id, was in last["was"]:
                self._set_time(last["column"], Ref(account, id), None if was is None else rows.from_ms(was))
            self.remember(LAST_MARK, None)
            return len(last["was"])

    def inserted(self, ticket: Ref, article: str, how: Literal["link", "text"], at: datetime) -> None:
        """Remember that an article (an id of the ticket's account) was put into a message for a ticket."""
        self._db.execute(
            "INSERT OR REPLACE INTO inserted (account, ticket, article, how, at) VALUES (?, ?, ?, ?, ?)",
            (ticket.account, ticket.id, article, how, rows.to_ms(at)),
        )

    def want(self, kind: Literal["ticket", "customer"], ref: Ref, now: datetime) -> None:
        """Ask the sync for something the agent is looking at; the newest wish is served first."""
        self._db.execute(
            "INSERT OR REPLACE INTO wanted (account, kind, id, asked_at) VALUES (?, ?, ?, ?)",
            (ref.account, kind, ref.id, rows.to_ms(now)),
        )

    def wanted(self, account: str) -> tuple[Literal["ticket", "customer"], Ref] | None:
        """The newest wish."""
        row = self._db.execute(
            "SELECT kind, account, id FROM wanted WHERE account = ? ORDER BY asked_at DESC LIMIT 1", (account,)
        ).fetchone()
        return (row[0], Ref(row[1], row[2])) if row else None

    def granted(self, kind: Literal["ticket", "customer"], ref: Ref) -> None:
        """A wish was served, or cannot be."""
        self._db.execute("DELETE FROM wanted WHERE account = ? AND kind = ? AND id = ?", (ref.account, kind, ref.id))

    def take_lease(self, account: str, holder: str, now: datetime, until: datetime) -> bool:
        """Become (or stay) the one who syncs an account; False while another holder's lease runs."""
        changed = self._db.execute(
            "INSERT INTO lease (account, holder, until) VALUES (?, ?, ?) "
            "ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, until = excluded.until "
            "WHERE holder = excluded.holder OR until <= ?",
            (account, holder, rows.to_ms(until), rows.to_ms(now)),
        )
        return changed.rowcount == 1

    def lease_holder(self, account: str) -> str | None:
        """Who syncs an account, or last did without saying that it stopped."""
        row = self._db.execute("SELECT holder FROM lease WHERE account = ?", (account,)).fetchone()
        return row[0] if row else None

    def drop_lease(self, account: str, holder: str) -> None:
        self._db.execute("DELETE FROM lease WHERE account = ? AND holder = ?", (account, holder))

    def weather(self, account: str) -> Weather | None:
        row = self._db.execute(
            "SELECT account, state, since, message, synced_at, phase, done, total, until FROM weather "
            "WHERE account = ?",
            (account,),
        ).fetchone()
        return _weather_from(row) if row else None

    def report(self, weather: Weather) -> None:
        """Tell every reader of the cache how the line is; `since` of an unchanged state is kept."""
        known = self.weather(weather.account)
        if known is not None and known.state == weather.state:
            weather = replace(weather, since=known.since)
        if weather == known:
            return
        self._db.execute(
            "INSERT OR REPLACE INTO weather (account, state, since, message, synced_at, phase, done, total, until) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                weather.account,
                weather.state,
                rows.to_ms(weather.since),
                weather.message,
                None if weather.synced_at is None else rows.to_ms(weather.synced_at),
                weather.phase,
                weather.done,
                weather.total,
                None if weather.until is None else rows.to_ms(weather.until),
            ),
        )


def _is_same_helpdesk(one: Account, other: Account) -> bool:
    """Do two accounts lead to one helpdesk? Each port may be another one; http, https and the path may change."""
    return (one.provider, *_host_and_port(one.url)) == (other.provider, *_host_and_port(other.url))


def _host_and_port(url: str) -> tuple[str | None, int | None]:
    found = urlsplit(url)
    return found.hostname, None if found.port in USUAL_PORTS else found.port


def _weather_from(row: rows.Row) -> Weather:
    return Weather(
        account=row[0],
        state=row[1],
        since=rows.from_ms(row[2]),
        message=row[3],
        synced_at=None if row[4] is None else rows.from_ms(row[4]),
        phase=row[5],
        done=row[6],
        total=row[7],
        until=None if row[8] is None else rows.from_ms(row[8]),
    )
