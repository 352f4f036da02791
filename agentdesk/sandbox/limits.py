"""The rate limits: a plan's figures, and the windows that count against them by the helpdesk's clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal

from agentdesk.sandbox.problems import too_many_requests

Area = Literal["support", "help-center"]
Scope = Literal["account", "user", "record", "user and record"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests a plan allows per minute, or per ten minutes where said; by default those of Enterprise."""

    account: int = 700
    help_center: int = 700
    incremental: int = 10
    ticket_update_per_ten_minutes: int = 30
    ticket_updates: int = 100
    tickets_deep_pages: int = 50
    view: int = 5
    view_counts: int = 6
    search: int = 2500
    search_export: int = 100
    deleted_tickets: int = 10
    ticket_deletes: int = 400
    user_update: int = 5
    organization_update: int = 5
    attachments: int = 2500


def unlimited() -> Limits:
    """A plan nobody reaches the end of."""
    return replace(Limits(), **{field.name: 10**9 for field in fields(Limits)})


@dataclass(frozen=True, slots=True)
class _Bucket:
    total: Callable[[Limits], int]
    seconds: int = 60
    scope: Scope = "account"


# Bucket names as they appear in `zendesk-ratelimit-NAME`.
_BUCKETS = {
    "incremental-exports": _Bucket(lambda plan: plan.incremental),
    "ticket-update": _Bucket(lambda plan: plan.ticket_update_per_ten_minutes, 600, "user and record"),
    "tickets-update": _Bucket(lambda plan: plan.ticket_updates),
    "tickets-index": _Bucket(lambda plan: plan.account),
    "tickets-index-deep-pagination": _Bucket(lambda plan: plan.tickets_deep_pages),
    "views": _Bucket(lambda plan: plan.view, scope="user and record"),
    "view-counts": _Bucket(lambda plan: plan.view_counts, scope="user"),
    "search-index": _Bucket(lambda plan: plan.search),
    "search-export": _Bucket(lambda plan: plan.search_export),
    "deleted-tickets": _Bucket(lambda plan: plan.deleted_tickets),
    "tickets-delete": _Bucket(lambda plan: plan.ticket_deletes),
    "users-update": _Bucket(lambda plan: plan.user_update, scope="record"),
    "organizations-update": _Bucket(lambda plan: plan.organization_update, scope="record"),
    "attachments": _Bucket(lambda plan: plan.attachments),
}


@dataclass(slots=True)
class _Window:
    until: float
    used: int


class Meter:
    """Counts requests; each window begins with its first request."""

    def __init__(self, plan: Limits, now: Callable[[], datetime]) -> None:
        self.plan = plan
        self._now = now
        self._windows: dict[tuple[str, ...], _Window] = {}

    def count(self, area: Area, names: Iterable[str], user: str, record: str) -> dict[str, str]:
        """The headers of a request that is counted; 429 with them when a limit is reached, which counts nothing."""
        now = self._now().timestamp()
        total = self.plan.account if area == "support" else self.plan.help_center
        account = self._window((area,), 60, now)
        windows = [(name, _BUCKETS[name].total(self.plan), self._bucket(name, user, record, now)) for name in names]
        full = [window for _, most, window in [(area, total, account), *windows] if window.used >= most]
        if not full:
            for window in (account, *(window for _, _, window in windows)):
                window.used += 1
        headers = _account_headers(total, account, now)
        for name, most, window in windows:
            left = f"total={most}; remaining={max(0, most - window.used)}; resets={_seconds(window, now)}"
            headers[f"zendesk-ratelimit-{name}"] = left
        if full:
            raise too_many_requests(max(_seconds(window, now) for window in full), headers)
        return headers

    def _bucket(self, name: str, user: str, record: str, now: float) -> _Window:
        bucket = _BUCKETS[name]
        key = {"account": (), "user": (user,), "record": (record,), "user and record": (user, record)}[bucket.scope]
        return self._window((name, *key), bucket.seconds, now)

    def _window(self, key: tuple[str, ...], seconds: int, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None or window.until <= now:
            if len(self._windows) > 10_000:
                self._windows = {known: one for known, one in self._windows.items() if one.until > now}
            window = self._windows[key] = _Window(now + seconds, 0)
        return window


def _account_headers(total: int, window: _Window, now: float) -> dict[str, str]:
    left = str(max(0, total - window.used))
    return {
        "X-Rate-Limit": str(total),
        "X-Rate-Limit-Remaining": left,
        "ratelimit-limit": str(total),
        "ratelimit-remaining": left,
        "ratelimit-reset": str(_seconds(window, now)),
    }


def _seconds(window: _Window, now: float) -> int:
    return max(1, int(window.until - now + 0.999))
