"""One customer over several records: by verified address, by hand, and apart by hand.

A record is a person as one account knows them. Two records are one customer where both hold the same address (e-mail
or phone, in whatever spelling) and both helpdesks call it verified. What that means is the helpdesk's
to say: Zendesk has a flag; Request Tracker knows each person by the one address that its answers go to, which counts.
An address that either side does not vouch for is only offered.

What people decide by hand is a log of steps that no sync touches; the newest word on a record holds, and wins over the
rule: a record that was separated follows the rule no more, and is one customer only with those it is joined to by hand.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from agentdesk.model import Ref
from agentdesk.store import rows
from agentdesk.store.atomic import atomic

MOST_RECORDS = 50
"""Records of one customer; more of them share an address than can be one person."""
ADDRESSES = "('email', 'phone')"
BondKind = Literal["email", "phone", "hand"]


class Bond(NamedTuple):
    """Why two records are (or could be) one customer: the address they share, or when somebody said so."""

    one: Ref
    other: Ref
    kind: BondKind
    address: str = ""
    at: datetime | None = None


class Circle(NamedTuple):
    """The records that are one customer, the one asked for first, and the bond that brought each of the others in.

    `apart_since` says when the record asked for was separated by hand, if it still stands alone by that.
    """

    records: tuple[Ref, ...]
    bonds: tuple[Bond, ...] = ()
    apart_since: datetime | None = None


@dataclass(slots=True)
class _Decided:
    """What the steps add up to: who was joined with whom, and who stands apart, each with when (in milliseconds)."""

    joined: dict[Ref, dict[Ref, int]] = field(default_factory=dict)
    apart: dict[Ref, int] = field(default_factory=dict)

    def join(self, one: Ref, other: Ref, at: int) -> None:
        self.joined.setdefault(one, {})[other] = at
        self.joined.setdefault(other, {})[one] = at

    def separate(self, one: Ref, at: int) -> None:
        for other in self.joined.pop(one, {}):
            del self.joined[other][one]
        self.apart[one] = at


class Customers:
    """Who is one customer with whom."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def circle(self, person: Ref) -> Circle:
        """The records that are one customer with this one."""
        decided = self._decided()
        found = {person: None}
        bonds: list[Bond] = []
        waiting = [person]
        while waiting and len(found) < MOST_RECORDS:
            for bond in self._bonds(waiting.pop(0), decided):
                if bond.other not in found:
                    found[bond.other] = None
                    bonds.append(bond)
                    waiting.append(bond.other)
        others = sorted(set(found) - {person})
        apart = None if others else decided.apart.get(person)
        return Circle((person, *others), tuple(bonds), None if apart is None else rows.from_ms(apart))

    def _bonds(self, one: Ref, decided: _Decided) -> list[Bond]:
        joined = decided.joined.get(one, {})
        by_hand = [Bond(one, other, "hand", at=rows.from_ms(at)) for other, at in joined.items()]
        if one in decided.apart:
            return by_hand
        shared = [bond for bond, is_sure in self._sharing(one) if is_sure and bond.other not in decided.apart]
        return [*by_hand, *shared]

    def _sharing(self, one: Ref) -> list[tuple[Bond, bool]]:
        """Every other record with an address of this one, and whether both sides vouch for it."""
        found = self._db.execute(
            "SELECT other.account, other.person, mine.kind, mine.value, mine.verified AND other.verified "
            "FROM identity mine JOIN identity other ON other.spelled = mine.spelled AND other.kind = mine.kind "
            f"WHERE mine.account = ? AND mine.person = ? AND mine.kind IN {ADDRESSES} "
            "AND (other.account, other.person) <> (mine.account, mine.person) "
            "ORDER BY mine.kind, mine.value, other.account, other.person LIMIT ?",
            (one.account, one.id, MOST_RECORDS),
        )
        return [(Bond(one, Ref(account, id), kind, value), bool(sure)) for account, id, kind, value, sure in found]

    def offers(self, circle: Circle) -> list[Bond]:
        """Records that share an address with this customer which is not verified on both sides, each once.

        What somebody separated is not offered again.
        """
        decided = self._decided()
        offered: dict[Ref, Bond] = {}
        for record in circle.records:
            for bond, is_sure in self._sharing(record):
                is_known = bond.other in circle.records or bond.other in decided.apart or record in decided.apart
                if not is_sure and not is_known:
                    offered.setdefault(bond.other, bond)
        return list(offered.values())

    # Deciding

    def join(self, one: Ref, others: Sequence[Ref], at: datetime) -> None:
        """Say that records are one customer, as one step."""
        with atomic(self._db):
            step = self._next_step()
            self._db.executemany(
                "INSERT INTO customer_step (step, at, what, account, person, other_account, other_person) "
                "VALUES (?, ?, 'join', ?, ?, ?, ?)",
                [(step, rows.to_ms(at), one.account, one.id, other.account, other.id) for other in others],
            )

    def separate(self, one: Ref, at: datetime) -> None:
        """Say that a record stands alone, whatever it shares with others."""
        with atomic(self._db):
            self._db.execute(
                "INSERT INTO customer_step (step, at, what, account, person) VALUES (?, ?, 'separate', ?, ?)",
                (self._next_step(), rows.to_ms(at), one.account, one.id),
            )

    def _next_step(self) -> int:
        (step,) = self._db.execute("SELECT coalesce(max(step), 0) + 1 FROM customer_step").fetchone()
        return int(step)

    def stepped_at(self) -> datetime | None:
        """When the newest step was taken that still counts."""
        row = self._db.execute(
            "SELECT at FROM customer_step WHERE undone = 0 ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        return rows.from_ms(row[0]) if row else None

    def step_back(self) -> int:
        """Take the newest step back; how many words of it that were."""
        changed = self._db.execute(
            "UPDATE customer_step SET undone = 1 WHERE step = (SELECT max(step) FROM customer_step WHERE undone = 0)"
        )
        return changed.rowcount

    def _decided(self) -> _Decided:
        decided = _Decided()
        steps = self._db.execute(
            "SELECT at, what, account, person, other_account, other_person FROM customer_step "
            "WHERE undone = 0 ORDER BY sequence"
        )
        for at, what, account, person, other_account, other_person in steps:
            one = Ref(account, person)
            if what == "join":
                decided.join(one, Ref(other_account, other_person), at)
            else:
                decided.separate(one, at)
        return decided
