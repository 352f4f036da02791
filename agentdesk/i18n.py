"""The agent's language: words from gettext catalogs; times, waits and numbers through Babel.

A process speaks one language to one person, so the active `Language` is the one piece of process-wide state in the
program: `use()` sets it at start, everything else only asks. English is the source text; a language is a catalog
`locale/CODE/LC_MESSAGES/agentdesk.po` with its compiled twin beside it.

Babel takes 20 ms to come in with a language's data. What the list shows at the first paint, whole numbers and spans at
a glance, reads the same in all our languages and is put together here; everything else asks Babel, later.
"""

import gettext
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from agentdesk.errors import ConfigError

if TYPE_CHECKING:
    from babel import Locale

DOMAIN = "agentdesk"
CATALOGS = Path(__file__).parent / "locale"
LANGUAGES = ("en", "ja")
_COUNTED_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


class Language(NamedTuple):
    """One language with its catalog and the zone in which times are shown (None: the machine's)."""

    code: str
    zone: tzinfo | None = None
    catalog: gettext.NullTranslations = gettext.NullTranslations()


_active = Language("en")


def use(code: str, zone: tzinfo | None = None) -> Language:
    """Make `code` (one of `LANGUAGES`) the language of this process."""
    global _active
    if code not in LANGUAGES:
        raise ConfigError(f"There is no language {code!r}. Choose one of: {', '.join(LANGUAGES)}.")
    catalog = gettext.translation(DOMAIN, CATALOGS, [code], fallback=True)
    _active = Language(code, zone, catalog)
    return _active


def active() -> Language:
    return _active


def preferred(environment: dict[str, str] | os._Environ[str] = os.environ) -> str:
    """The language that the locale variables ask for, English when none of ours is named."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            code = value.partition(".")[0].partition("_")[0].lower()
            return code if code in LANGUAGES else "en"
    return "en"


def _(text: str, /, **values: object) -> str:
    """The sentence in the agent's language, its named placeholders filled."""
    found = _active.catalog.gettext(text)
    return found.format(**values) if values else found


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """The form of a sentence that fits `n`; `{n}` is filled with the formatted number."""
    return _active.catalog.ngettext(one, many, n).format(n=number(n), **values)


@lru_cache(maxsize=4)
def _locale(code: str) -> "Locale":
    from babel import Locale  # late, as everything of Babel: see above

    return Locale.parse(code)


def number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(_active.code))


def listed(words: Iterable[str]) -> str:
    """Words one after another as the agent's language lists them: `open, urgent`, `対応中、緊急`."""
    return ("、" if _active.code == "ja" else ", ").join(words)


@lru_cache(maxsize=4096)
def _unit(code: str, unit: str, count: int) -> str:
    from babel.units import format_unit

    words = format_unit(count, f"duration-{unit}", "short", locale=_locale(code))
    return words.replace(" ", "") if code == "ja" else words


def wait(span: timedelta) -> str:
    """A span at a glance, at most two units: `4h40m`, `31m`, `2d3h`. Negative spans read as their size."""
    return "".join(f"{number(count)}{unit[0]}" for unit, count in _counted(span))


def spoken(span: timedelta) -> str:
    """A span as a sentence says it, at most two units: `4 hr 40 min`, `4時間40分`. Negative ones read as their size."""
    between = "" if _active.code == "ja" else " "
    return between.join(_unit(_active.code, unit, count) for unit, count in _counted(span))


def _counted(span: timedelta) -> list[tuple[str, int]]:
    """The two largest units of a span, with how many of each; whole minutes at least."""
    seconds = int(abs(span.total_seconds()))
    counted: list[tuple[str, int]] = []
    for unit, size in _COUNTED_UNITS:
        count, seconds = divmod(seconds, size)
        if count or (unit == "minute" and not counted):
            counted.append((unit, count))
        elif counted:
            break
    return counted[:2]


def local(moment: datetime) -> datetime:
    """The moment in the agent's zone."""
    return moment.astimezone(_active.zone)


def meant(wall: datetime) -> datetime:
    """The moment (UTC) at which the agent's clock shows `wall` (a time without zone): summer time as it is by then.

    Raises `OverflowError` at the ends of the calendar.
    """
    return wall.replace(tzinfo=_active.zone).astimezone(UTC)


def clock(moment: datetime) -> str:
    """Hours and minutes: `09:41`."""
    return local(moment).strftime("%H:%M")


@lru_cache(maxsize=8192)
def _skeleton(code: str, skeleton: str, year: int, month: int, day: int) -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, datetime(year, month, day), locale=_locale(code))  # noqa: DTZ001 (a wall date)


def day(moment: datetime) -> str:
    """The date as the agent writes it: `Tue, 11/24` or `11/24(火)`."""
    here = local(moment)
    return _skeleton(_active.code, "MEd", here.year, here.month, here.day)


def day_with_year(moment: datetime) -> str:
    return date_with_year(local(moment))


def date_with_year(day: date) -> str:
    """A date of no zone: `Tue, 11/24/2026` or `2026/11/24(火)`."""
    return _skeleton(_active.code, "yMEd", day.year, day.month, day.day)


def stamp(moment: datetime) -> str:
    """Date and time of a line on a timeline: `Tue, 11/24 09:41`."""
    return f"{day(moment)} {clock(moment)}"
