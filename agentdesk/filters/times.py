"""Times and lengths of time as they are typed, and the moment that was meant.

Times stay relative in a parsed filter, because a queue is parsed once and asked all day: `moment` turns them into a
time when the question is put.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal

from agentdesk import i18n
from agentdesk.errors import FilterError
from agentdesk.filters.signs import folded
from agentdesk.i18n import _
from agentdesk.record import record


@record
class Ago:
    """So long before now (a negative span lies ahead)."""

    span: timedelta


@record
class DaysBack:
    """The beginning of a day in the agent's zone, so many days and months before today."""

    days: int
    months: int = 0


@record
class Weekday:
    """The beginning of the last such day that has begun, Monday being 0."""

    day: int


@record
class Day:
    """The beginning of a date in the agent's zone; without a year, the latest such date that has begun."""

    month: int
    day: int
    year: int | None = None


@record
class At:
    """An exact time."""

    at: datetime


@record
class Back:
    """A whole week (from Monday), month or year, so many before the present one."""

    unit: Literal["week", "month", "year"]
    count: int


@record
class Month:
    """A whole month of a year, or so many of them from this one on."""

    year: int
    month: int
    months: int = 1


When = Ago | DaysBack | Weekday | Day | At | Back | Month


_SECONDS = {
    "w": 604_800,
    "d": 86_400,
    "h": 3_600,
    "m": 60,
    "s": 1,
    "週": 604_800,
    "日": 86_400,
    "時": 3_600,
    "分": 60,
    "秒": 1,
}
_SPAN_PART = re.compile(
    r"(\d{1,6}(?:\.\d{1,3})?)\s*(weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|w|d|h|m|s|週間?|日間?|時間?|分間?|秒間?)"
)
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_ERA = re.compile(r"(令和|平成|昭和|[rhs])(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA_MONTH = re.compile(r"(令和|平成|昭和|[rhs])(元|\d{1,2})[-/.年](\d{1,2})月?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_BACK: Mapping[str, Back] = {
    "this week": Back("week", 0), "last week": Back("week", 1), "今週": Back("week", 0), "先週": Back("week", 1),
    "先々週": Back("week", 2), "this month": Back("month", 0), "last month": Back("month", 1), "今月": Back("month", 0),
    "先月": Back("month", 1), "先々月": Back("month", 2), "this year": Back("year", 0), "last year": Back("year", 1),
    "今年": Back("year", 0), "去年": Back("year", 1), "昨年": Back("year", 1),
}  # fmt: skip
SPACED_TIME = re.compile(
    r"(?:(?:this|last)[ _-](?:week|month|year)|\d{1,4} ?(?:minute|hour|day|week|month|year)s? ago)(?![^\s()])",
    re.IGNORECASE,
)
"""A time of several words, as it may stand behind a colon without quotes."""
_YEAR = re.compile(r"(\d{4})年?")
_ERA_YEAR = re.compile(r"(令和|平成|昭和|[rhs])(元|\d{1,2})年?")
_MONTHS_BACK = re.compile(r"(\d{1,3}) *(months?|years?|y|[かヶケヵカ箇]月|年(?=前))(?: *ago|前)?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKDAYS)}|mon|tue|wed|thu|fri|sat|sun)|([月火水木金土日])曜日?")
_ERA_BASE = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_DAYS: Mapping[str, int] = {
    "today": 0, "今日": 0, "本日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2, "おととい": 2, "tomorrow": -1, "明日": -1,
}  # fmt: skip


def read_span(text: str, at: int) -> timedelta:
    """A length of time from `90m`, `1d12h`, `2時間30分`, `-1h` or `0`."""
    plain = folded(text)
    is_negative, rest = plain.startswith("-"), plain.removeprefix("-")
    if rest == "0":
        return timedelta()
    parts = list(_SPAN_PART.finditer(rest))
    if not parts or "".join(part[0] for part in parts) != rest:
        raise FilterError(_("{typed} is no length of time. Write it like 30m, 2h or 1d12h.", typed=text), at)
    seconds = sum(float(part[1]) * _SECONDS[part[2][0]] for part in parts)
    return timedelta(seconds=-seconds if is_negative else seconds)


def read_when(text: str, at: int) -> When:
    """A time from a date, month or year, the name of a day, a span before now (`2d`, `3か月前`), or an ISO time."""
    plain = folded(text)
    if plain in _DAYS:
        return DaysBack(_DAYS[plain])
    if plain in ("now", "今"):
        return Ago(timedelta())
    if (back := _BACK.get(re.sub(r"[ _-]+", " ", plain))) is not None:
        return back
    if (weekday := _WEEKDAY.fullmatch(plain)) is not None:
        return Weekday(_weekday(weekday))
    if (dated := _dated_in(plain, text, at) or _months_back(plain)) is not None:
        return dated
    if re.match(r"\d{4}-\d{2}-\d{2}t", plain):
        try:
            exact = datetime.fromisoformat(plain.upper())
        except ValueError:
            raise FilterError(_no_time(text), at) from None
        if exact.year not in _YEARS:
            raise FilterError(_no_time(text), at)
        return At(exact if exact.tzinfo else i18n.meant(exact))
    try:
        return Ago(read_span(plain.removesuffix("ago").removesuffix("前"), at))
    except FilterError:
        raise FilterError(_no_time(text), at) from None


def _dated_in(plain: str, text: str, at: int) -> Day | Month | None:
    """A day, month or year of the calendar, in an era or not."""
    if (era := _ERA.fullmatch(plain)) is not None:
        return _day(_year_of(era), int(era[3]), int(era[4]), text, at)
    if (era := _ERA_MONTH.fullmatch(plain)) is not None:
        return _month(_year_of(era), int(era[3]), text, at)
    if (era := _ERA_YEAR.fullmatch(plain)) is not None:
        return _month(_year_of(era), 1, text, at, months=12)
    if (written := _MONTH.fullmatch(plain)) is not None:
        return _month(int(written[1]), int(written[2]), text, at)
    if (written := _YEAR.fullmatch(plain)) is not None:
        return _month(int(written[1]), 1, text, at, months=12)
    if (written := _DATE.fullmatch(plain)) is not None:
        return _day(int(written[1]) if written[1] else None, int(written[2]), int(written[3]), text, at)
    return None


def _year_of(era: re.Match[str]) -> int:
    return _ERA_BASE[era[1]] + (1 if era[2] == "元" else int(era[2]))


def _weekday(found: re.Match[str]) -> int:
    if found[2]:
        return "月火水木金土日".index(found[2])
    return next(at for at, name in enumerate(_WEEKDAYS) if name.startswith(found[1]))


def _months_back(plain: str) -> DaysBack | None:
    """A day so many months or years back."""
    if plain == "半年前":
        return DaysBack(0, 6)
    found = _MONTHS_BACK.fullmatch(plain)
    if found is None:
        return None
    return DaysBack(0, int(found[1]) * (12 if found[2].startswith(("y", "年")) else 1))


def _month(year: int, month: int, text: str, at: int, months: int = 1) -> Month:
    if not 1 <= month <= 12 or year not in _YEARS:
        raise FilterError(_no_time(text), at)
    return Month(year, month, months)


def _no_time(text: str) -> str:
    return _("{typed} is no time. Write it like 2026-11-20, yesterday or 2d.", typed=text)


def _day(year: int | None, month: int, day: int, text: str, at: int) -> Day:
    try:
        date(year or 2000, month, day)
    except ValueError:
        raise FilterError(_no_time(text), at) from None
    if year is not None and year not in _YEARS:
        raise FilterError(_no_time(text), at)
    return Day(month, day, year)


_YEARS = range(1900, 9999)
"""Beyond them the calendar ends, and with it the days before and after."""
_FURTHEST = timedelta(days=36_500)


def moment(when: When, now: datetime) -> datetime:
    """The time that was meant, for a question put `now`."""
    match when:
        case Ago(span):
            return now - max(-_FURTHEST, min(span, _FURTHEST))
        case At(at):
            return at
        case DaysBack(days, months):
            return _midnight(_months_before(i18n.local(now).date(), months) - timedelta(days=days))
        case Weekday(day):
            today = i18n.local(now).date()
            return _midnight(today - timedelta(days=(today.weekday() - day) % 7))
        case Day(month, day, year):
            return _midnight(_dated(i18n.local(now).date(), month, day, year))
        case Back(unit, count):
            return _midnight(_began(i18n.local(now).date(), unit, count))
        case Month(year, month, _months):
            return _midnight(date(year, month, 1))


def day_after(when: When, now: datetime) -> datetime:
    """The end of what was meant: of the whole day, week or month, the time itself for a time."""
    match when:
        case Ago() | At():
            return moment(when, now)
        case Back(unit, count):
            return _midnight(_began(i18n.local(now).date(), unit, count - 1))
        case Month(year, month, months):
            return _midnight(_first_of(year * 12 + month - 1 + months))
        case DaysBack() | Weekday() | Day():
            return _midnight(i18n.local(moment(when, now)).date() + timedelta(days=1))


def _began(today: date, unit: Literal["week", "month", "year"], back: int) -> date:
    """The first day of a week, month or year, so many before today's."""
    match unit:
        case "week":
            return today - timedelta(days=today.weekday() + 7 * back)
        case "month":
            return _first_of(today.year * 12 + today.month - 1 - back)
        case "year":
            return date(today.year - back, 1, 1)


def _months_before(today: date, months: int) -> date:
    """The same day of an earlier month, or that month's last; not before there are years to speak of."""
    first = _first_of(max(today.year * 12 + today.month - 1 - months, _YEARS.start * 12))
    return min(first + timedelta(days=today.day - 1), _first_of(first.year * 12 + first.month) - timedelta(days=1))


def _first_of(months: int) -> date:
    """The first day of a month, told by its number since year 0."""
    year, month = divmod(months, 12)
    return date(year, month + 1, 1)


def _dated(today: date, month: int, day: int, year: int | None) -> date:
    if year is not None:
        return date(year, month, day)
    for candidate in range(today.year, today.year - 9, -1):  # 29 February may be eight years back
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return today


def _midnight(day: date) -> datetime:
    return i18n.meant(datetime.combine(day, time()))
