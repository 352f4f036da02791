"""Times as people type them: `2h`, `30m`, `3d`, `17:00`, `tomorrow`, `明日 9:00`, `2026-11-24 09:00`."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from agentdesk import i18n
from agentdesk.errors import Refused
from agentdesk.i18n import _

_SPAN = re.compile(r"(\d+)\s*(m|min|分|h|時間|d|日)")
_UNITS = {"m": "minutes", "min": "minutes", "分": "minutes", "h": "hours", "時間": "hours", "d": "days", "日": "days"}
_CLOCK = re.compile(r"(\d{1,2})(?::|時)(\d{2})?分?")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}")
_MORNING = time(9)
_DAYS = {"today": 0, "今日": 0, "tomorrow": 1, "明日": 1, "明後日": 2}


def moment(text: str, now: datetime) -> datetime:
    """The moment (UTC) that the words mean, seen from `now` in the agent's zone; raises `Refused` with examples.

    A clock time that has passed today means tomorrow; a day without a time means nine in the morning; a span counts
    from now.
    """
    words = unicodedata.normalize("NFKC", text).strip().casefold()
    span = _SPAN.fullmatch(words.removesuffix("後"))
    try:
        if span:
            return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
        return _written_out(words) or _at(words, now)
    except (ValueError, OverflowError):
        raise Refused(
            _("{text!r} is no time I know. Write 2h, 30m, 3d, 17:00, tomorrow or 2026-11-24 09:00.", text=text)
        ) from None


def _written_out(words: str) -> datetime | None:
    """The moment of an ISO 8601 date with its time, in the agent's zone where it names none."""
    if not _ISO.match(words):
        return None
    found = datetime.fromisoformat(words.upper())
    return found.astimezone(UTC) if found.tzinfo else i18n.meant(found)


def _at(words: str, now: datetime) -> datetime:
    here = i18n.local(now)
    day, rest = _day(words, here.date())
    clock = _CLOCK.fullmatch(rest.strip())
    if rest.strip() and clock is None:
        raise ValueError(words)
    at = time(int(clock[1]), int(clock[2] or 0)) if clock else _MORNING
    today = i18n.meant(datetime.combine(day or here.date(), at))
    is_over = day is None and today <= now
    return i18n.meant(datetime.combine(here.date() + timedelta(days=1), at)) if is_over else today


def _day(words: str, today: date) -> tuple[date | None, str]:
    for word, days in _DAYS.items():
        if words.startswith(word):
            return today + timedelta(days=days), words.removeprefix(word)
    found = _DATE.match(words)
    if found:
        return date(int(found[1]), int(found[2]), int(found[3])), words[found.end() :]
    if not words.strip():
        raise ValueError(words)
    return None, words
