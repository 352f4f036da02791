"""The metrics of a ticket, computed from its audits: metric sets, SLA clocks and metric events.

Everything starts from the statuses a ticket went through and the public comments on it. A clock is one instance of one
metric: when it started, when it ended, and in which statuses it ran. Minutes are whole, rounded down, as Zendesk's are;
business hours equal calendar hours because the account has no schedule.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from agentdesk.sandbox.conditions import matches
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.records import epoch, iso

FIRST_METRIC_SET = 1_000_000_000
UNSOLVED = frozenset(("new", "open", "pending", "hold"))
_WAITING = frozenset(("new", "open", "hold"))
_WORKED = frozenset(("new", "open"))

# The update clocks run only where a policy asks for them.
_ALWAYS = frozenset(("reply_time", "requester_wait_time", "agent_work_time", "resolution_time"))

# SLA policies name their metrics a little differently from metric events.
_CLOCK_OF = {
    "first_reply_time": "reply_time",
    "next_reply_time": "reply_time",
    "total_resolution_time": "resolution_time",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One instance of a metric; times are epoch seconds, `ended` is None while it goes on."""

    metric: str
    instance: int
    runs: tuple[tuple[int, int | None], ...]
    ended: int | None

    def used(self, now: int) -> int:
        """The seconds it has run."""
        return sum((now if end is None else end) - start for start, end in self.runs)

    @property
    def running(self) -> bool:
        """It goes on at this moment."""
        return bool(self.runs) and self.runs[-1][1] is None

    def reaches(self, seconds: int) -> int | None:
        """When it has run so long, if the runs it has get there."""
        left = seconds
        for start, end in self.runs:
            if end is None or end - start > left:
                return start + left
            left -= end - start
        return None


@dataclass(frozen=True, slots=True)
class History:
    """What metrics are made of: (time, status) steps, (time, by staff) public comments, and the changes of owner."""

    created: int
    steps: tuple[tuple[int, str], ...]
    comments: tuple[tuple[int, bool], ...]
    assignees: tuple[tuple[int, str | None], ...]
    groups: tuple[tuple[int, str | None], ...]
    last_comment: int
    requester_updated: int
    replies: int

    def runs(self, start: int, end: int | None, statuses: frozenset[str]) -> tuple[tuple[int, int | None], ...]:
        """The stretches between start and end in which the ticket was in one of the statuses."""
        found: list[tuple[int, int | None]] = []
        for number, (since, status) in enumerate(self.steps):
            if status not in statuses:
                continue
            until = self.steps[number + 1][0] if number + 1 < len(self.steps) else None
            first, last = max(since, start), _earlier(until, end)
            if last is not None and last <= first:
                continue
            if found and found[-1][1] == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return tuple(found)

    def solved_after(self, start: int) -> int | None:
        """When the ticket was next solved or closed."""
        return next((at for at, status in self.steps if at >= start and status not in UNSOLVED), None)


def history(ticket: Doc, audits: Iterable[Doc], is_staff: Callable[[int], bool]) -> History:
    """What happened to a ticket, from its audits in order."""
    created = epoch(ticket["created_at"])
    steps: list[tuple[int, str]] = []
    comments: list[tuple[int, bool]] = []
    owners: dict[str, list[tuple[int, str | None]]] = {"assignee_id": [], "group_id": []}
    last_comment, requester_updated, replies = created, created, 0
    for number, audit in enumerate(audits):
        at = epoch(audit["created_at"])
        if audit["author_id"] == ticket["requester_id"]:
            requester_updated = at
        for event in audit["events"]:
            field = event.get("field_name")
            if event["type"] in ("Comment", "VoiceComment"):
                last_comment = at
                if event["public"]:
                    by_staff = is_staff(event["author_id"])
                    comments.append((at, by_staff))
                    replies += by_staff and number > 0
            elif event["type"] in ("Create", "Change") and field == "status":
                steps.append((at, str(event["value"])))
            elif event["type"] in ("Create", "Change") and field in owners:
                owners[field].append((at, event["value"]))
    steps = steps or [(created, ticket["status"])]
    return History(
        created, tuple(steps), tuple(comments), tuple(owners["assignee_id"]), tuple(owners["group_id"]),
        last_comment, requester_updated, replies,
    )  # fmt: skip


def clocks(past: History, wanted: Collection[str]) -> list[Clock]:
    """Every clock of these metrics that the ticket has had, by metric and instance."""
    found: list[Clock] = []
    instances: dict[str, int] = {}

    def start(metric: str, at: int, end: int | None, statuses: frozenset[str]) -> None:
        if metric in wanted:
            ended = _earlier(end, past.solved_after(at))
            instances[metric] = instances.get(metric, 0) + 1
            found.append(Clock(metric, instances[metric], past.runs(at, ended, statuses), ended))

    asked: int | None = None
    for at, by_staff in past.comments:
        if not by_staff and asked is None:
            asked = at
        elif by_staff and asked is not None:
            start("reply_time", asked, at, UNSOLVED)
            asked = None
    if asked is not None:
        start("reply_time", asked, None, UNSOLVED)
    told = [at for at, by_staff in past.comments if by_staff]
    for number, at in enumerate(told):
        following = told[number + 1] if number + 1 < len(told) else None
        start("periodic_update_time", at, following, UNSOLVED)
        start("pausable_update_time", at, following, _WAITING)
    openings = [at for number, (at, status) in enumerate(past.steps)
                if status in UNSOLVED and (number == 0 or past.steps[number - 1][1] not in UNSOLVED)]  # fmt: skip
    for at in openings:
        start("requester_wait_time", at, None, _WAITING)
        start("agent_work_time", at, None, _WORKED)
        start("resolution_time", at, None, UNSOLVED)
    return found


def metric_set(ticket: Doc, past: History) -> Doc:
    """The metric set of a ticket; times are minutes."""
    solved = [at for at, status in past.steps if status == "solved"]
    first_reply = next(iter(clocks(past, ("reply_time",))), None)
    replied = first_reply and first_reply.runs and any(by_staff for _, by_staff in past.comments)
    reply_seconds = first_reply.used(first_reply.ended) if first_reply and replied and first_reply.ended else None
    is_solved = past.steps[-1][1] not in UNSOLVED
    statuses = [status for _, status in past.steps]
    pairs = list(pairwise(statuses))
    assigned = [at for at, value in past.assignees if value]

    def spent(*within: str) -> Doc:
        runs = past.runs(past.created, None, frozenset(within))
        return _minutes(sum(end - start for start, end in runs if end is not None))

    return {
        "url": None,
        "id": FIRST_METRIC_SET + ticket["id"],
        "ticket_id": ticket["id"],
        "created_at": ticket["created_at"],
        "updated_at": ticket["updated_at"],
        "group_stations": len({value for _, value in past.groups if value}),
        "assignee_stations": len({value for _, value in past.assignees if value}),
        "reopens": sum(was == "solved" and becomes in UNSOLVED for was, becomes in pairs),
        "replies": past.replies,
        "assignee_updated_at": _stamp(past.assignees[-1][0] if past.assignees else None),
        "requester_updated_at": _stamp(past.requester_updated),
        "status_updated_at": _stamp(past.steps[-1][0]),
        "custom_status_updated_at": _stamp(past.steps[-1][0]),
        "initially_assigned_at": _stamp(assigned[0] if assigned else None),
        "assigned_at": _stamp(assigned[-1] if assigned else None),
        "solved_at": _stamp(solved[-1] if solved and is_solved else None),
        "latest_comment_added_at": _stamp(past.last_comment),
        "reply_time_in_minutes": _minutes(reply_seconds),
        "reply_time_in_seconds": {"calendar": reply_seconds, "business": reply_seconds},
        "first_resolution_time_in_minutes": _minutes(solved[0] - past.created if solved else None),
        "full_resolution_time_in_minutes": _minutes(solved[-1] - past.created if solved and is_solved else None),
        "agent_wait_time_in_minutes": spent("pending"),
        "requester_wait_time_in_minutes": spent("new", "open", "hold"),
        "on_hold_time_in_minutes": spent("hold"),
    }


def policy_for(ticket: Doc, policies: list[Doc]) -> Doc | None:
    """The first SLA policy whose filter the ticket meets."""
    return next((policy for policy in policies if matches(policy["filter"], ticket)), None)


def _targets(ticket: Doc, policy: Doc | None) -> list[Doc]:
    rows = policy["policy_metrics"] if policy else []
    return [row for row in rows if row["priority"] == (ticket["priority"] or "normal")]


def _clocks_of(target: Doc, all_clocks: list[Clock]) -> list[Clock]:
    name = target["metric"]
    mine = [clock for clock in all_clocks if clock.metric == _CLOCK_OF.get(name, name)]
    if name in ("first_reply_time", "next_reply_time"):
        return [clock for clock in mine if (clock.instance == 1) == (name == "first_reply_time")]
    return mine


def slas(ticket: Doc, past: History, policy: Doc | None, now: datetime) -> Doc:
    """The live SLA state of a ticket: one row per target of its policy that has begun."""
    seconds_now = int(now.timestamp())
    targets = _targets(ticket, policy)
    all_clocks = clocks(past, {_CLOCK_OF.get(name, name) for name in (str(target["metric"]) for target in targets)})
    rows: list[Doc] = []
    for target in targets:
        mine = _clocks_of(target, all_clocks)
        if not mine:
            continue
        clock = mine[-1]
        stage = "achieved" if clock.ended is not None else "active" if clock.running else "paused"
        row: Doc = {"metric": target["metric"], "stage": stage, "breach_at": None}
        left = target["target"] * 60 - clock.used(clock.ended or seconds_now)
        if stage == "active":
            row["breach_at"] = iso(datetime.fromtimestamp(seconds_now + left, now.tzinfo))
        if stage != "achieved":
            unit, size = next(
                (pair for pair in (("days", 86400), ("hours", 3600)) if abs(left) >= pair[1]), ("minutes", 60)
            )
            row[unit] = int(left / size)
        rows.append(row)
    return {"policy_metrics": rows}


def metric_events(ticket: Doc, past: History, policy: Doc | None, now: datetime) -> list[Doc]:
    """Every metric event of a ticket up to now, and the breaches to come if nothing happens."""
    targets = _targets(ticket, policy)
    all_clocks = clocks(past, _ALWAYS | {target["metric"] for target in targets})
    events = [event for clock in all_clocks for event in _clock_events(ticket, clock)]
    for target in targets:
        assert policy is not None, "only a policy has targets"
        seconds = target["target"] * 60
        sla = {
            "target": target["target"],
            "target_in_seconds": seconds,
            "business_hours": bool(target.get("business_hours")),
            "policy": {"id": policy["id"], "title": policy["title"], "description": policy.get("description")},
        }
        for clock in _clocks_of(target, all_clocks):
            if clock.runs:
                events.append(_event(ticket, clock, "apply_sla", clock.runs[0][0]) | {"sla": sla})
                breach = clock.reaches(seconds)
                if breach is not None:
                    events.append(_event(ticket, clock, "breach", breach) | {"deleted": False})
    order = ("activate", "apply_sla", "pause", "breach", "fulfill", "update_status")
    return sorted(events, key=lambda event: (event["time"], order.index(event["type"]), event["metric"]))


def _clock_events(ticket: Doc, clock: Clock) -> Iterable[Doc]:
    used = 0
    for start, end in clock.runs:
        yield _event(ticket, clock, "activate", start)
        if end is not None:
            used += end - start
            yield _event(ticket, clock, "fulfill" if end == clock.ended else "pause", end)
            yield _event(ticket, clock, "update_status", end) | {"status": _minutes(used)}
    if clock.ended is not None and (not clock.runs or clock.runs[-1][1] != clock.ended):
        yield _event(ticket, clock, "fulfill", clock.ended)


def _event(ticket: Doc, clock: Clock, kind: str, at: int) -> Doc:
    name = f"{ticket['id']}/{clock.metric}/{clock.instance}/{kind}/{at}"
    return {
        "id": int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest(), "big"),
        "ticket_id": ticket["id"],
        "metric": clock.metric,
        "instance_id": clock.instance,
        "type": kind,
        "time": _stamp(at),
    }


def _earlier(one: int | None, other: int | None) -> int | None:
    """The first of two times, None being never."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _minutes(seconds: int | None) -> Doc:
    minutes = None if seconds is None else seconds // 60
    return {"calendar": minutes, "business": minutes}


def _stamp(at: int | None) -> str | None:
    return None if at is None else iso(datetime.fromtimestamp(at, UTC))
