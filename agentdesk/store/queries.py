"""Queries: everything that screens and the shell read of the cache, each a plain SELECT.

Lists come in two steps, so that they stay quick at any length: `keys` answers a filter with the tickets' keys in order,
`rows` turns the few dozen keys on the screen into something to show. Snoozed tickets are in no list but `is:snoozed`
until they wake, unless a caller asks for them (`asleep`).
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from agentdesk.filters import And, Compare, Filter, Node, Not, Or, Sort, has_words
from agentdesk.filters.completing import Name
from agentdesk.model import (
    STAFF,
    Article,
    Canned,
    Event,
    Field,
    Kind,
    Organization,
    Person,
    Ref,
    Role,
    Team,
    TicketRow,
    View,
)
from agentdesk.store import rows
from agentdesk.store.conditions import (
    HAS_DRAFT,
    PEOPLE_NAMED,
    UNREAD,
    Condition,
    Conditions,
    is_of_unsolved,
    like,
    natural_sort,
    order,
    people_named,
    source,
)
from agentdesk.store.customers import Bond, Circle, Customers
from agentdesk.store.meant import Meant, Taken
from agentdesk.store.names import names
from agentdesk.store.reasons import OF_TICKET
from agentdesk.store.rows import Row

if TYPE_CHECKING:
    from agentdesk.store.vocabulary import Vocabulary

MOST_PARAMETERS = 500
RATINGS_SHOWN = 3
RECENT_TICKETS = 5_000


class Card(NamedTuple):
    """What there is to know of a customer before the first word; `channels` counts their tickets by channel.

    `people` are all the records that are this person, `circle` says why; `offers` are records that could be, too.
    """

    person: Person
    organization: Organization | None
    people: tuple[Person, ...]
    circle: Circle
    offers: tuple[tuple[Bond, Person], ...]
    channels: Mapping[str, int]
    tickets: int
    unsolved: int
    first_seen: datetime | None
    ratings: tuple[Event, ...]


_TICKET = ", ".join(f"t.{name.strip()}" for name in rows.TICKET.split(","))
_BRAND = (
    "(SELECT b.name FROM brand b WHERE b.account = t.account AND b.id = t.brand "
    "AND EXISTS (SELECT 1 FROM brand c WHERE c.account = b.account AND c.id <> b.id))"
)
_ROW = (
    f"SELECT {_TICKET}, t.key, p.name, a.name, g.name, o.name, {_BRAND}, t.pending_ops, t.stuck_ops, t.snoozed_until, "
    f"t.promised_at, {HAS_DRAFT}, {UNREAD}, {OF_TICKET} FROM ticket t "
    "LEFT JOIN person p ON p.account = t.account AND p.id = t.requester "
    "LEFT JOIN person a ON a.account = t.account AND a.id = t.assignee "
    "LEFT JOIN team g ON g.account = t.account AND g.id = t.team "
    "LEFT JOIN organization o ON o.account = t.account AND o.id = t.organization"
)
_WITHOUT_HTML = rows.EVENT.replace("html", "''")
_CUT = rows.EVENT.replace("body, html", "substr(body, 1, ?), substr(html, 1, ?)")


class Queries:
    """The reading side of the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._customers = Customers(db)
        self.meant = Meant(db)

    # Lists of tickets

    def keys(
        self,
        question: Filter,
        *,
        now: datetime,
        me: Mapping[str, str] | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        asleep: bool = False,
        is_understood: bool = False,
    ) -> list[int]:
        """The keys of the tickets that meet a filter, in order.

        `me` maps accounts to who asks there; without it, everybody is whom their account says. A question that was
        `understood` before `is_understood`: to take its words for others once more would find other tickets.
        """
        question = question if is_understood else self.understood(question)
        where = self._where(question, now, me, asleep)
        by = order(sort or question.sort or natural_sort(question.where))
        found = self._db.execute(
            f"SELECT t.key FROM {source(question.where)} WHERE {where.sql} ORDER BY {by} LIMIT ?",
            (*where.values, -1 if limit is None else limit),
        )
        return [key for (key,) in found]

    def count(
        self, question: Filter, *, now: datetime, me: Mapping[str, str] | None = None, asleep: bool = False
    ) -> int:
        """How many tickets meet a filter."""
        question = self.understood(question)
        where = self._where(question, now, me, asleep)
        (count,) = self._db.execute(
            f"SELECT count(*) FROM {source(question.where)} WHERE {where.sql}", where.values
        ).fetchone()
        return int(count)

    def understood(self, question: Filter) -> Filter:
        """The same question with misspelt names as they were meant, and each word also in the team's other words.

        A queue finds what a search does.
        """
        meant = self.meant.understood(question)
        return replace(meant, where=self.vocabulary.widened(meant.where)) if has_words(meant.where) else meant

    def taken(self, question: Filter) -> list[Taken]:
        """The misspelt names of a filter, and what they were taken for."""
        return self.meant.taken(question)

    def rows(self, keys: Sequence[int]) -> list[TicketRow]:
        """The tickets with these keys, in the order of the keys; one that is gone is left out."""
        found: dict[int, TicketRow] = {}
        for start in range(0, len(keys), MOST_PARAMETERS):
            part = keys[start : start + MOST_PARAMETERS]
            places = ", ".join("?" * len(part))
            for row in self._db.execute(f"{_ROW} WHERE t.key IN ({places})", part):
                ticket_row = _row_from(row)
                found[ticket_row.key] = ticket_row
        return [found[key] for key in keys if key in found]

    def next_ticket(
        self,
        after: int | None,
        question: Filter,
        *,
        now: datetime,
        me: Mapping[str, str] | None = None,
        sort: Sort | None = None,
    ) -> int | None:
        """The key that follows `after` in a list, its first one where `after` is not in it or is its last."""
        keys = self.keys(question, now=now, me=me, sort=sort)
        place = keys.index(after) + 1 if after in keys else 0
        if place >= len(keys):
            place = 0
        return keys[place] if keys and keys[place] != after else None

    def _where(self, question: Filter, now: datetime, me: Mapping[str, str] | None, asleep: bool) -> Condition:
        conditions = Conditions(self._db, self.me() if me is None else me, now)
        asked = conditions.of(question.where)
        if is_of_unsolved(question.where):
            asked = Condition(f"t.is_unsolved AND {asked.sql}", asked.values)
        if asleep or _names_snoozed(question.where):
            return asked
        awake = conditions.awake()
        return Condition(f"{asked.sql} AND {awake.sql}", (*asked.values, *awake.values))

    @cached_property
    def vocabulary(self) -> "Vocabulary":
        """The team's words."""
        from agentdesk.store.vocabulary import Vocabulary  # late: the first paint asks for no words

        return Vocabulary(self._db)

    def me(self) -> dict[str, str]:
        """Who we are on each account."""
        return dict(self._db.execute("SELECT name, me FROM account WHERE me IS NOT NULL").fetchall())

    # One ticket and its events

    def ticket(self, ref: Ref) -> TicketRow | None:
        row = self._db.execute(f"{_ROW} WHERE t.account = ? AND t.id = ?", (ref.account, ref.id)).fetchone()
        return _row_from(row) if row else None

    def find_ticket(self, text: str, account: str | None = None) -> TicketRow | None:
        """The ticket meant by `123`, `#123` or `account:123`; among several accounts, the one changed last."""
        wanted = text.strip().removeprefix("#")
        name, colon, id = wanted.partition(":")
        if colon and (named := self.ticket(Ref(name, id.removeprefix("#")))):
            return named
        row = self._db.execute(
            f"{_ROW} WHERE t.key IN (SELECT key FROM ticket WHERE number = ? "
            "UNION SELECT key FROM ticket WHERE account IN (SELECT name FROM account) AND id = ?) "
            "AND (? IS NULL OR t.account = ?) ORDER BY t.number = ? DESC, t.updated_at DESC LIMIT 1",
            (wanted, wanted, account, account, wanted),
        ).fetchone()
        return _row_from(row) if row else None

    def events(self, ref: Ref, *, most_characters: int | None = None) -> list[Event]:
        """The log of a ticket, oldest first; of long messages only the first `most_characters`, where that is said."""
        cut = (most_characters, most_characters) if most_characters is not None else ()
        found = self._db.execute(
            f"SELECT {_CUT if cut else rows.EVENT} FROM event WHERE account = ? AND ticket = ? ORDER BY at, key",
            (*cut, ref.account, ref.id),
        )
        return [rows.event_from(row) for row in found]

    def changes(self, ref: Ref, field: str) -> list[Event]:
        """What one field of a ticket was changed to, oldest first."""
        found = self._db.execute(
            f"SELECT {rows.EVENT} FROM event WHERE account = ? AND ticket = ? AND kind = 'change' AND field = ? "
            "ORDER BY at, key",
            (ref.account, ref.id, field),
        )
        return [rows.event_from(row) for row in found]

    def event(self, ref: Ref) -> Event | None:
        row = self._db.execute(
            f"SELECT {rows.EVENT} FROM event WHERE account = ? AND id = ?", (ref.account, ref.id)
        ).fetchone()
        return rows.event_from(row) if row else None

    # Customers

    def timeline(
        self,
        person: Ref,
        *,
        kinds: Collection[Kind] | None = None,
        channels: Collection[str] | None = None,
        limit: int = 200,
        before: Event | None = None,
        most_characters: int | None = None,
    ) -> list[Event]:
        """What happened with a customer in all tickets and outside of them, newest first; without HTML, and of long
        messages only the first `most_characters`.

        `before` continues after the last event of an earlier answer.
        """
        chosen = _also(_one_of("kind", kinds), _one_of("channel", channels), self._older(before))
        parts = [self._part_of_timeline(ref, chosen, limit, most_characters) for ref in self.same_person(person)]
        newest = merge(*parts, key=lambda row: (row[3], row[-1]), reverse=True)
        return [rows.event_from(row) for row in islice(newest, limit)]

    def _part_of_timeline(self, person: Ref, chosen: Condition, limit: int, most: int | None) -> list[Row]:
        columns = _WITHOUT_HTML if most is None else _WITHOUT_HTML.replace("body", "substr(body, 1, ?)")
        found = self._db.execute(
            f"SELECT {columns}, key FROM event WHERE account = ? AND customer = ?{chosen.sql} "
            "ORDER BY at DESC, key DESC LIMIT ?",
            (*(() if most is None else (most,)), person.account, person.id, *chosen.values, limit),
        )
        return found.fetchall()

    def _older(self, before: Event | None) -> Condition:
        if before is None:
            return Condition("")
        row = self._db.execute(
            "SELECT key FROM event WHERE account = ? AND id = ?", (before.ref.account, before.ref.id)
        ).fetchone()
        return Condition(" AND (at, key) < (?, ?)", (rows.to_ms(before.at), row[0] if row else 0))

    def same_person(self, person: Ref) -> list[Ref]:
        """The records that are one customer, this one first."""
        return list(self._customers.circle(person).records)

    def person(self, ref: Ref) -> Person | None:
        row = self._db.execute(
            f"SELECT {rows.PERSON} FROM person WHERE account = ? AND id = ?", (ref.account, ref.id)
        ).fetchone()
        return rows.person_from(row) if row else None

    def people(self, account: str, roles: Collection[Role] = STAFF) -> list[Person]:
        """Everybody with one of these roles, by name; the colleagues if nothing else is asked."""
        chosen = _one_of("role", roles)
        found = self._db.execute(
            f"SELECT {rows.PERSON} FROM person WHERE account = ?{chosen.sql} ORDER BY active DESC, name",
            (account, *chosen.values),
        )
        return [rows.person_from(row) for row in found]

    def find_people(self, text: str, account: str | None = None, limit: int = 20) -> list[Person]:
        """People by id, address or part of their name, exact ones first."""
        wanted = text.strip()
        name, colon, id = wanted.partition(":")
        if colon and (named := self.person(Ref(name, id))):
            return [named]
        found = self._db.execute(
            f"SELECT {rows.PERSON} FROM person WHERE (account, id) IN ({PEOPLE_NAMED}) "
            "AND (? IS NULL OR account = ?) ORDER BY id = ? DESC, EXISTS (SELECT 1 FROM identity i "
            "WHERE i.account = person.account AND i.person = person.id AND i.value = ?) DESC, name = ? DESC, name "
            "LIMIT ?",
            (*people_named(wanted), account, account, wanted, wanted.casefold(), wanted, limit),
        )
        return [rows.person_from(row) for row in found]

    def find_person(self, text: str, account: str | None = None) -> Person | None:
        """The one person meant by an id, an address or a name; None where nobody or several could be meant."""
        found = self.find_exactly(text, account)
        return found[0] if found else None

    def find_exactly(self, text: str, account: str | None = None) -> list[Person]:
        """Everybody whom an id, an address or a whole name means, best first; else the one a part of it means."""
        wanted = text.strip()
        found = self.find_people(wanted, account)
        exact = [
            person
            for person in found
            if wanted in (person.ref.id, str(person.ref), person.name)
            or any(identity.value.casefold() == wanted.casefold() for identity in person.identities)
        ]
        return exact or (found if len(found) == 1 else [])

    def card(self, ref: Ref) -> Card | None:
        """What there is to know of a customer; None for somebody the cache does not know."""
        person = self.person(ref)
        if person is None:
            return None
        circle = self._customers.circle(ref)
        refs = circle.records
        offers = [(bond, known) for bond in self._customers.offers(circle) if (known := self.person(bond.other))]
        people = [known for other in refs if (known := self.person(other))]
        channels: dict[str, int] = {}
        unsolved = 0
        began = [known.created_at for known in people if known.created_at]
        for other in refs:
            for channel, count, still_open, first in self._tickets_by_channel(other):
                channels[channel] = channels.get(channel, 0) + count
                unsolved += still_open
                began.append(rows.from_ms(first))
        return Card(
            person=person,
            organization=self.organization(Ref(ref.account, person.organization)) if person.organization else None,
            people=tuple(people),
            circle=circle,
            offers=tuple(offers),
            channels=dict(sorted(channels.items(), key=lambda entry: -entry[1])),
            tickets=sum(channels.values()),
            unsolved=unsolved,
            first_seen=min(began, default=None),
            ratings=tuple(self.timeline(ref, kinds={Kind.RATING}, limit=RATINGS_SHOWN)),
        )

    def _tickets_by_channel(self, person: Ref) -> list[tuple[str, int, int, int]]:
        return self._db.execute(
            "SELECT channel, count(*), sum(is_unsolved), min(created_at) FROM ticket "
            "WHERE account = ? AND requester = ? GROUP BY channel",
            (person.account, person.id),
        ).fetchall()

    def tickets_of(self, person: Ref, limit: int = 50) -> list[TicketRow]:
        """The tickets of a customer in all accounts, newest first, snoozed ones too."""
        keys: list[tuple[int, int]] = []
        for ref in self.same_person(person):
            keys += self._db.execute(
                "SELECT created_at, key FROM ticket WHERE account = ? AND requester = ? "
                "ORDER BY created_at DESC LIMIT ?",
                (ref.account, ref.id, limit),
            ).fetchall()
        return self.rows([key for _created, key in sorted(keys, reverse=True)[:limit]])

    def organization(self, ref: Ref) -> Organization | None:
        row = self._db.execute(
            f"SELECT {rows.ORGANIZATION} FROM organization WHERE account = ? AND id = ?", (ref.account, ref.id)
        ).fetchone()
        return rows.organization_from(row) if row else None

    # The account's own things

    def homes(self) -> list[tuple[str, str]]:
        """Where tickets can live: every account, and every brand of those that have several."""
        found = self._db.execute(
            "SELECT name, '' FROM account UNION SELECT b.account, b.name FROM brand b "
            "WHERE EXISTS (SELECT 1 FROM brand c WHERE c.account = b.account AND c.id <> b.id) ORDER BY 1, 2"
        )
        return [(account, brand) for account, brand in found]

    def has_brands(self, account: str | None = None) -> bool:
        """Does this account (or any) write to customers under several names?"""
        return any(brand and account in (None, home) for home, brand in self.homes())

    def teams(self, account: str) -> list[Team]:
        found = self._db.execute(f"SELECT {rows.TEAM} FROM team WHERE account = ? ORDER BY name", (account,))
        return [rows.team_from(row) for row in found]

    def articles(self, account: str | None = None, *, language: str | None = None) -> list[Article]:
        """The knowledge base by title."""
        found = self._db.execute(
            f"SELECT {rows.ARTICLE} FROM article WHERE (? IS NULL OR account = ?) AND (? IS NULL OR language = ?) "
            "ORDER BY title, key",
            (account, account, language, language),
        )
        return [rows.article_from(row) for row in found]

    def article(self, ref: Ref | str) -> Article | None:
        """One article by its name, or by its id alone where that is enough."""
        return next(iter(self.articles_named(ref)), None)

    def articles_named(self, ref: Ref | str) -> list[Article]:
        """The articles that a name, or an id alone, can mean: one of each account at most."""
        account, id = (ref.account, ref.id) if isinstance(ref, Ref) else _account_and_id(ref)
        found = self._db.execute(
            f"SELECT {rows.ARTICLE} FROM article WHERE id = ? AND (? IS NULL OR account = ?) ORDER BY account",
            (id, account, account),
        )
        return [rows.article_from(row) for row in found]

    def canned(self, account: str) -> list[Canned]:
        """The team's prepared answers in their order."""
        found = self._db.execute(
            f"SELECT {rows.CANNED} FROM canned WHERE account = ? ORDER BY position, title", (account,)
        )
        return [rows.canned_from(row) for row in found]

    def views(self, account: str) -> list[View]:
        """The lists that the helpdesk keeps, with their tickets."""
        found = self._db.execute(
            "SELECT account, id, title, position FROM view WHERE account = ? ORDER BY position, title", (account,)
        ).fetchall()
        return [View(Ref(row[0], row[1]), row[2], row[3], self._tickets_in_view(row[0], row[1])) for row in found]

    def _tickets_in_view(self, account: str, view: str) -> tuple[str, ...]:
        found = self._db.execute(
            "SELECT ticket FROM view_ticket WHERE account = ? AND view = ? ORDER BY position", (account, view)
        )
        return tuple(ticket for (ticket,) in found)

    def fields(self, account: str) -> list[Field]:
        found = self._db.execute(
            f"SELECT {rows.FIELD} FROM field WHERE account = ? ORDER BY position, label", (account,)
        )
        return [rows.field_from(row) for row in found]

    def names(self, field: str, begun: str) -> list[Name]:
        """What a value of a field of the filter language may become that begins so, the likeliest first."""
        return names(self._db, field, begun)

    def tags(self, beginning: str = "", limit: int = 50) -> list[str]:
        """Tags of the tickets that changed last, the most used first."""
        found = self._db.execute(
            "SELECT tag.value, count(*) AS uses FROM "
            "(SELECT tags FROM ticket ORDER BY updated_at DESC, key DESC LIMIT ?) recent, json_each(recent.tags) tag "
            "WHERE tag.value LIKE ? ESCAPE '\\' GROUP BY tag.value ORDER BY uses DESC, tag.value LIMIT ?",
            (RECENT_TICKETS, like(beginning)[1:], limit),
        )
        return [tag for tag, _uses in found]


def _row_from(row: Row) -> TicketRow:
    at = len(rows.TICKET.split(","))
    return TicketRow(
        ticket=rows.ticket_from(row),
        key=row[at],
        requester_name=row[at + 1] or "",
        assignee_name=row[at + 2] or "",
        group_name=row[at + 3] or "",
        organization_name=row[at + 4] or "",
        brand_name=row[at + 5] or "",
        pending_ops=row[at + 6],
        stuck_ops=row[at + 7],
        snoozed_until=None if row[at + 8] is None else rows.from_ms(row[at + 8]),
        promised_at=None if row[at + 9] is None else rows.from_ms(row[at + 9]),
        has_draft=bool(row[at + 10]),
        is_unread=bool(row[at + 11]),
        reason=row[at + 12] or "",
    )


def _one_of(column: str, values: Collection[str] | None) -> Condition:
    """A further condition, or none for None."""
    if values is None:
        return Condition("")
    places = ", ".join("?" * len(values))
    return Condition(f" AND {column} IN ({places})", tuple(str(value) for value in values))


def _also(*conditions: Condition) -> Condition:
    return Condition(
        "".join(condition.sql for condition in conditions),
        tuple(value for condition in conditions for value in condition.values),
    )


def _account_and_id(text: str) -> tuple[str | None, str]:
    account, colon, id = text.strip().rpartition(":")
    return (account, id) if colon else (None, id)


def _names_snoozed(where: Node) -> bool:
    """Does the filter itself say what it wants of snoozed tickets?"""
    match where:
        case And(parts) | Or(parts):
            return any(_names_snoozed(part) for part in parts)
        case Not(part):
            return _names_snoozed(part)
        case Compare(value="snoozed"):
            return True
        case _:
            return False
