"""Times as people type them."""

import sys
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agentdesk import i18n
from agentdesk.commands.times import moment
from agentdesk.errors import Refused

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # ten in the morning in Tokyo


@pytest.fixture(autouse=True)
def _tokyo() -> None:
    i18n.use("en", ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2h", "2026-11-24 03:00"),
        ("30m", "2026-11-24 01:30"),
        ("3d", "2026-11-27 01:00"),
        ("2時間後", "2026-11-24 03:00"),
        ("３０分", "2026-11-24 01:30"),
        ("17:00", "2026-11-24 08:00"),
        ("１７：００", "2026-11-24 08:00"),
        ("9:00", "2026-11-25 00:00"),
        ("17時", "2026-11-24 08:00"),
        ("tomorrow", "2026-11-25 00:00"),
        ("Today 18:30", "2026-11-24 09:30"),
        ("明日 9:00", "2026-11-25 00:00"),
        ("明後日", "2026-11-26 00:00"),
        ("2026-12-01", "2026-12-01 00:00"),
        ("2026/12/1 15:00", "2026-12-01 06:00"),
        ("2026-12-01 15:00:30", "2026-12-01 06:00"),
        ("2026-12-01T15:00", "2026-12-01 06:00"),
        ("2026-12-01T15:00:00Z", "2026-12-01 15:00"),
        ("2026-12-01 15:00+01:00", "2026-12-01 14:00"),
    ],
)
def test_a_time_means_what_people_mean_by_it(text: str, utc: str) -> None:
    assert moment(text, NOW).strftime("%Y-%m-%d %H:%M") == utc


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "2026-13-01", "99999999999d", "999999999999999999999999d", "-2h"]
)
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Refused, match="2h, 30m, 3d, 17:00, tomorrow"):
        moment(text, NOW)


@pytest.mark.skipif(sys.platform == "win32", reason="the machine's zone cannot be changed there")
def test_a_day_beyond_the_change_of_the_clocks_is_meant_as_the_clock_shows_it_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    i18n.use("en")  # the machine's own zone, as the desk has it

    winter = moment("2026-12-01 9:00", datetime(2026, 7, 1, tzinfo=UTC))
    morning_after = moment("tomorrow", datetime(2026, 10, 24, 10, tzinfo=UTC))
    monkeypatch.undo()
    time.tzset()

    assert winter == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert morning_after == datetime(2026, 10, 25, 8, tzinfo=UTC)
