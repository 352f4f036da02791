"""Effort: what a ticket has asked of its customer, as a ledger of single burdens and as an estimate from 1 to 5.

1 is very little effort and good, 5 very much, as in customer effort surveys of that scale (metrics.md, CES;
features.md, G6). The ledger is a pure function of the event log, whatever the order it arrived in. The points of each
burden are the team's own (`Weights`); more of a burden never makes the estimate smaller.

What counts
    contacts        each time the customer came to us: what is written again before our answer within half an hour, and
                    the lines of one chat (four hours), are one contact; the first contact of a ticket is free
    transfers       changes of team (metrics.md, Transfers)
    reassignments   changes from one colleague to another; taking a colleague off is none
    switches        the customer had to come another way: writing (mail, forms), phone, chat, SMS, social
    reopens         solved or closed, and then not
    asked again     we asked for a fact the customer had told in this ticket (`asking`)
    waits           from a customer's message to our public word, or to a status in which it is not our turn, without
                    the time in such a status; one that still runs counts up to a moment that is given, at least up to
                    the newest event

Promises leave no trace in the log, so broken ones are not counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from agentdesk.insight.asking import Fact, asked, given
from agentdesk.model import CHANNELS_OF, STAFF, WAITING, Event, Kind, Ref, Status
from agentdesk.record import record

RULES: Final = 3
"""Counts up whenever a ledger may hold other entries for the same log than before: kept tallies are made anew then."""
LOWEST = 1
NONE: Final = timedelta(0)
DAY_SECONDS: Final = 86_400
_PLACES: Final = 6
"""Points are compared to so many decimal places, so that sums of tenths come out the same everywhere."""


class Burden(StrEnum):
    """A kind of thing that costs a customer effort."""

    CONTACT = "contact"
    TRANSFER = "transfer"
    REASSIGNMENT = "reassignment"
    SWITCH = "switch"
    REOPEN = "reopen"
    ASKED_AGAIN = "asked again"
    WAIT = "wait"


class Entry(NamedTuple):
    """One burden and the event that shows it.

    `what` is the fact that was asked for again (`times`: how often by then in all), or the way of a contact; `span` is
    the length of a wait, which began with the event; `runs_since` is from when one counts that is not over.
    """

    burden: Burden
    event: Ref
    at: datetime
    what: str = ""
    times: int = 0
    span: timedelta = NONE
    runs_since: datetime | None = None


class Tally(NamedTuple):
    """How much of each burden there was; waits in seconds."""

    contacts: int = 0
    transfers: int = 0
    reassignments: int = 0
    switches: int = 0
    reopens: int = 0
    asked_again: int = 0
    longest_wait: int = 0
    total_wait: int = 0


@record
class Weights:
    """Points for one of each burden (for a day of waiting), and from how many points on an estimate is reached."""

    contacts: float = 0.5
    transfers: float = 1.0
    reassignments: float = 0.25
    switches: float = 1.0
    reopens: float = 1.0
    asked_again: float = 1.5
    longest_wait: float = 1.0
    total_wait: float = 0.5
    most_for_waits: float = 3.0
    effort_2: float = 1.0
    effort_3: float = 2.0
    effort_4: float = 3.5
    effort_5: float = 5.5


def ledger(events: Iterable[Event], now: datetime | None = None, *, is_our_turn: bool = True) -> list[Entry]:
    """Every burden that the events of a ticket show, burden by burden, each in the order of time.

    A wait that is not over counts up to `now`, or up to the newest event where that is later or `now` is not given;
    it is left out where the ticket's own status says that it is not our turn, for a log may have holes.
    """
    log = sorted((event for event in events if event.kind in _COUNTED), key=lambda event: (event.at, event.ref.id))
    messages = [event for event in log if event.kind in _SAID]
    changes = [event for event in log if event.kind is Kind.CHANGE]
    return [
        *_contacts(messages),
        *_transfers(changes),
        *_reassignments(changes),
        *_switches(messages),
        *_reopens(changes),
        *_asked_again(messages),
        *(entry for entry in _waits(log, now) if is_our_turn or entry.runs_since is None),
    ]


def tally(entries: Iterable[Entry]) -> Tally:
    """How much of each burden a ledger holds."""
    counts = dict.fromkeys(Burden, 0)
    waits: list[int] = [0]
    for entry in entries:
        counts[entry.burden] += 1
        if entry.burden is Burden.WAIT:
            waits.append(int(entry.span.total_seconds()))
    return Tally(
        counts[Burden.CONTACT],
        counts[Burden.TRANSFER],
        counts[Burden.REASSIGNMENT],
        counts[Burden.SWITCH],
        counts[Burden.REOPEN],
        counts[Burden.ASKED_AGAIN],
        max(waits),
        sum(waits),
    )


def with_wait(found: Tally, span: timedelta) -> Tally:
    """The tally with one more wait."""
    seconds = max(0, int(span.total_seconds()))
    return found._replace(longest_wait=max(found.longest_wait, seconds), total_wait=found.total_wait + seconds)


def points(found: Tally, weights: Weights) -> float:
    """The points of a tally: each burden times its weight, and not more for waits than `most_for_waits`."""
    waits = (weights.longest_wait * found.longest_wait + weights.total_wait * found.total_wait) / DAY_SECONDS
    sums = (
        weights.contacts * max(0, found.contacts - 1)
        + weights.transfers * found.transfers
        + weights.reassignments * found.reassignments
        + weights.switches * found.switches
        + weights.reopens * found.reopens
        + weights.asked_again * found.asked_again
        + min(waits, weights.most_for_waits)
    )
    return round(sums, _PLACES)


def estimate(found: Tally, weights: Weights) -> int:
    """The effort of a tally, 1 (very low) to 5 (very high)."""
    reached = points(found, weights)
    steps = (weights.effort_2, weights.effort_3, weights.effort_4, weights.effort_5)
    return LOWEST + sum(reached >= round(step, _PLACES) for step in steps)


_SAID: Final = frozenset({Kind.CUSTOMER, Kind.REPLY, Kind.CALL})
_COUNTED: Final = _SAID | {Kind.CHANGE, Kind.NOTE}
_OVER: Final = frozenset({Status.SOLVED.value, Status.CLOSED.value})
_NOT_OURS: Final = frozenset(status.value for status in Status if status not in WAITING)
WRITTEN, PHONE, CHAT, SMS, SOCIAL = "written", "phone", "chat", "sms", "social"
_WAYS: Final = {channel: way for way in (PHONE, CHAT, SMS, SOCIAL) for channel in CHANNELS_OF.get(way, (way,))}
_ONE_CONTACT: Final = {WRITTEN: timedelta(minutes=30), PHONE: NONE}
_ONE_TALK: Final = timedelta(hours=4)


def _way(event: Event) -> str:
    """The way a customer came: mail and forms are one, and so is every channel that is not known."""
    return PHONE if event.kind is Kind.CALL else _WAYS.get(event.channel, WRITTEN)


def _is_from_customer(event: Event) -> bool:
    return event.kind is Kind.CUSTOMER or (event.kind is Kind.CALL and event.data.get("direction") == "in")


def _is_ours(event: Event) -> bool:
    return event.kind in (Kind.REPLY, Kind.CALL) and event.public and event.author_role in STAFF


def _contacts(messages: Sequence[Event]) -> Iterator[Entry]:
    begun: dict[str, datetime] = {}
    for event in messages:
        if _is_from_customer(event):
            way = _way(event)
            start = begun.get(way)
            if start is None or event.at - start > _ONE_CONTACT.get(way, _ONE_TALK):
                begun[way] = event.at
                yield Entry(Burden.CONTACT, event.ref, event.at, way)
        if _is_ours(event):
            begun.pop(WRITTEN, None)


def _switches(messages: Sequence[Event]) -> Iterator[Entry]:
    for before, after in pairwise(event for event in messages if _is_from_customer(event)):
        if _way(before) != _way(after):
            yield Entry(Burden.SWITCH, after.ref, after.at, _way(after))


def _transfers(changes: Sequence[Event]) -> Iterator[Entry]:
    for event in changes:
        if event.field == "group" and event.old:
            yield Entry(Burden.TRANSFER, event.ref, event.at)


def _reassignments(changes: Sequence[Event]) -> Iterator[Entry]:
    had: str | None = None
    for event in changes:
        if event.field == "assignee":
            had = had or event.old
            if event.new and had and event.new != had:
                yield Entry(Burden.REASSIGNMENT, event.ref, event.at)
            had = event.new or had


def _reopens(changes: Sequence[Event]) -> Iterator[Entry]:
    for event in changes:
        if event.field == "status" and event.old in _OVER and event.new not in _OVER:
            yield Entry(Burden.REOPEN, event.ref, event.at)


def _asked_again(messages: Sequence[Event]) -> Iterator[Entry]:
    known: set[Fact] = set()
    unread: list[str] = []
    times: dict[Fact, int] = {}
    for event in messages:
        if event.kind is Kind.CUSTOMER:
            unread.append(event.body)
        elif _is_ours(event) and (facts := asked(event.body)):
            known.update(*(given(body) for body in unread))
            unread.clear()
            for fact in sorted(facts):
                times[fact] = times.get(fact, 0) + 1
                if fact in known:
                    yield Entry(Burden.ASKED_AGAIN, event.ref, event.at, fact.value, times[fact])


def _waits(log: Sequence[Event], now: datetime | None) -> Iterator[Entry]:
    since: Event | None = None
    our_turn: datetime | None = log[0].at if log else None
    for event in log:
        begun, is_over = our_turn, _is_ours(event)
        if event.kind is Kind.CHANGE and event.field == "status":
            our_turn = None if event.new in _NOT_OURS else our_turn or event.at
            is_over = begun is not None and our_turn is None
        if event.kind is Kind.CUSTOMER:
            since = since or event
        elif since is not None and is_over:
            if begun is not None:
                yield _wait(since, begun, event.at)
            since = None
    if since is not None and our_turn is not None:
        until = log[-1].at if now is None else max(log[-1].at, now)
        yield _wait(since, our_turn, until)._replace(runs_since=max(since.at, our_turn))


def _wait(since: Event, our_turn: datetime, until: datetime) -> Entry:
    """The wait of a customer's message, counted while it was our turn."""
    return Entry(Burden.WAIT, since.ref, since.at, span=until - max(since.at, our_turn))
