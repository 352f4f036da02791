"""Rate limits as a helpdesk tells them in its headers, one bucket for each of its names.

A kind of request is tied to the buckets that were named in the answers to it. Some room is left in every bucket: the
same agent's browser draws from it too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

GENERAL_WINDOW_SECONDS = 60.0
HEADROOM = 0.1
"""The part of a bucket that background reading leaves to others."""

_NAMED = re.compile(r"^zendesk-ratelimit-(?P<name>[a-z0-9-]+)$")
_PART = re.compile(r"(total|remaining|resets)\s*=\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Bucket:
    """How much is left of a limit, and when it is full again."""

    total: float
    remaining: float
    full_at: datetime

    def pause(self, now: datetime, urgent: bool) -> float:
        """The seconds to wait before one more request; an urgent one may use the last of it."""
        room = 0.0 if urgent else max(1.0, self.total * HEADROOM)
        if now >= self.full_at or self.remaining > min(room, self.total - 1):
            return 0.0
        return (self.full_at - now).total_seconds()


class Limits:
    """The buckets of one account."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._of_kind: dict[str, set[str]] = {}

    def learn(self, kind: str, headers: Mapping[str, str], now: datetime) -> None:
        """Take over what an answer to this kind of request says (header names in lower case)."""
        self._forget(now)
        for name, bucket in _told(headers, now, kind):
            self._buckets[name] = bucket
            self._of_kind.setdefault(kind, set()).add(name)

    def refuse(self, kind: str, seconds: float, now: datetime) -> None:
        """Remember that this kind was told to wait."""
        name = f"told:{kind}"
        self._buckets[name] = Bucket(1.0, 0.0, now + timedelta(seconds=seconds))
        self._of_kind.setdefault(kind, set()).add(name)

    def pause(self, kind: str, now: datetime, urgent: bool) -> float:
        """The seconds to wait before a request of this kind."""
        names = self._of_kind.get(kind, set())
        return max((self._buckets[name].pause(now, urgent) for name in names), default=0.0)

    def _forget(self, now: datetime) -> None:
        """Let go of buckets that are full again, and of kinds without any."""
        self._buckets = {name: bucket for name, bucket in self._buckets.items() if bucket.full_at > now}
        kept = {kind: names & self._buckets.keys() for kind, names in self._of_kind.items()}
        self._of_kind = {kind: names for kind, names in kept.items() if names}

    def draw(self, kind: str) -> None:
        """Count a request that leaves now, until its answer tells better."""
        for name in self._of_kind.get(kind, set()):
            bucket = self._buckets[name]
            self._buckets[name] = replace(bucket, remaining=max(0.0, bucket.remaining - 1))

    def total(self, kind: str) -> float | None:
        """The size of the smallest bucket of this kind, None while the helpdesk has not told."""
        return min((self._buckets[name].total for name in self._of_kind.get(kind, set())), default=None)

    def is_scarce(self, kind: str, now: datetime) -> bool:
        """More than half of a bucket of this kind is used up."""
        buckets = (self._buckets[name] for name in self._of_kind.get(kind, set()))
        return any(now < bucket.full_at and bucket.remaining < bucket.total / 2 for bucket in buckets)


def _told(headers: Mapping[str, str], now: datetime, kind: str) -> list[tuple[str, Bucket]]:
    """The buckets in an answer; named ones count for this kind alone, since some are one record's."""
    found: list[tuple[str, Bucket]] = []
    for header, value in headers.items():
        if named := _NAMED.match(header):
            parts = {name: float(number) for name, number in _PART.findall(value)}
            if "total" in parts and "remaining" in parts:
                full_at = now + timedelta(seconds=parts.get("resets", GENERAL_WINDOW_SECONDS))
                found.append((f"{kind}/{named['name']}", Bucket(parts["total"], parts["remaining"], full_at)))
    total = _number(headers, "ratelimit-limit", "x-rate-limit")
    remaining = _number(headers, "ratelimit-remaining", "x-rate-limit-remaining")
    if total is not None and remaining is not None:
        resets = _number(headers, "ratelimit-reset")
        full_at = now + timedelta(seconds=GENERAL_WINDOW_SECONDS if resets is None else resets)
        found.append((f"general:{kind.partition(':')[0]}", Bucket(total, remaining, full_at)))
    return found


def _number(headers: Mapping[str, str], *names: str) -> float | None:
    for name in names:
        words = headers.get(name, "").strip()
        if words.isascii() and words.replace(".", "", 1).isdigit():
            return float(words)
    return None
