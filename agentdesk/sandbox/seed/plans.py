"""Plans: what each ticket will be about, drawn in the order of arrival; tickets are then written one at a time.

Unsolved tickets are young (minutes to three days waiting, at most weeks pending); the rest arrived over eighteen
months, in office hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from agentdesk.sandbox.seed.customers import Customer
from agentdesk.sandbox.seed.stamps import DAY, HOUR, MINUTE
from agentdesk.sandbox.seed.words import reasons

_UNSOLVED = 0.175
_STATUSES = ("new",) * 5 + ("open",) * 9 + ("pending",) * 4 + ("hold",) * 2
_CHANNELS = ("email",) * 10 + ("web",) * 4 + ("chat",) * 3 + ("voice",) * 3
_SPAN_DAYS = 550
_LONGEST_WAIT = 3 * DAY
_PRODUCTS, _THINGS = 20, 18
_ABOUT_THINGS = ("howto", "return", "exchange", "refund", "stock", "gift")
_CLOSES_AFTER = 14 * DAY
_BUSY_HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 9, 14, 15, 13, 11, 13, 13, 12, 11, 10, 8, 6, 6, 6, 4, 2)
_HOURS = tuple(hour for hour, share in enumerate(_BUSY_HOURS) for _ in range(share))
_AHEAD = {"late": (4, 12), "lost": (5, 14), "refund": (18, 35), "return": (4, 12), "exchange": (3, 9)}


@dataclass(frozen=True, slots=True)
class Plan:
    """One ticket to be: who, when, about what, and how far it got. Moments are seconds since 1970."""

    customer: Customer
    reason: str
    channel: str
    status: str
    created: int
    ended: int
    ordered: int
    order: int
    product: int


def plans(count: int, customers: Sequence[Customer], now: int, chance: Random) -> list[Plan]:
    """This many plans, oldest first; a few customers write often, most once or twice."""
    drawn = sorted((_span(customers, now, chance) for _ in range(count)), key=lambda span: span[1])
    kinds = list(reasons())
    drawn_reasons = chance.choices(kinds, [reasons()[kind]["weight"] for kind in kinds], k=count)
    return [
        Plan(customer, reason, channel, status, created, ended, *purchase(reason, created, chance))
        for (customer, created, ended, status, channel), reason in zip(drawn, drawn_reasons, strict=True)
    ]


def purchase(reason: str, created: int, chance: Random) -> tuple[int, int, int]:
    """When something was ordered before a customer wrote, under which number, and which product."""
    low, high = _AHEAD.get(reason, (1, 9))
    ordered = created - int((low + chance.random() * (high - low)) * DAY)
    products = _THINGS if reason in _ABOUT_THINGS else _PRODUCTS
    return ordered, 10_000_000 + int(chance.random() * 89_999_999), int(chance.random() * products)


def _span(customers: Sequence[Customer], now: int, chance: Random) -> tuple[Customer, int, int, str, str]:
    customer = customers[int(len(customers) * chance.random() ** 2.2)]
    channel = _CHANNELS[int(chance.random() * len(_CHANNELS))]
    if chance.random() < _UNSOLVED:
        return (customer, *_unsolved(channel, now, chance), channel)
    created = _office_moment(customer, now, chance)
    length = (4 + chance.random() * 30) * MINUTE if channel == "chat" else chance.lognormvariate(10.4, 1.2)
    ended = min(created + min(max(int(length), 5 * MINUTE), 21 * DAY), now - MINUTE)
    return customer, created, ended, "closed" if ended + _CLOSES_AFTER < now else "solved", channel


def _unsolved(channel: str, now: int, chance: Random) -> tuple[int, int, str]:
    status = _STATUSES[int(chance.random() * len(_STATUSES))]
    if status in ("new", "open"):
        age = min(max(int(chance.lognormvariate(9.5, 1.3)), 2 * MINUTE), _LONGEST_WAIT - HOUR)
    else:
        age = min(max(int(chance.lognormvariate(11.8, 1.0)), 30 * MINUTE), 20 * DAY)
    if channel == "chat":
        age = min(age, HOUR + age // 30)
    return now - age, now - max(int(age * chance.random()), MINUTE), status


def _office_moment(customer: Customer, now: int, chance: Random) -> int:
    offset = int(customer.words.people["utc_offset_hours"]) * HOUR
    while True:
        day = (now + offset) // DAY - 1 - int(_SPAN_DAYS * chance.random() ** 1.25)
        if (day + 3) % 7 < 5 or chance.random() < 0.45:
            hour = _HOURS[int(chance.random() * len(_HOURS))]
            return min(day * DAY + hour * HOUR + int(chance.random() * HOUR) - offset, now - HOUR)
