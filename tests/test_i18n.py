"""The agent's language: spans of time at a glance and in sentences."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from babel.numbers import format_decimal
from babel.units import format_unit

from agentdesk import i18n

LONG = timedelta(days=2, hours=3, minutes=40)


@pytest.fixture(autouse=True)
def language_of_before() -> Iterator[None]:
    before = i18n.active()
    yield
    i18n.use(before.code, before.zone)


@pytest.mark.parametrize(
    ("code", "span", "words"),
    [
        ("en", timedelta(hours=4, minutes=40), "4 hr 40 min"),
        ("en", LONG, "2 days 3 hr"),
        ("en", timedelta(seconds=20), "0 min"),
        ("ja", timedelta(minutes=5), "5分"),
        ("ja", timedelta(hours=4, minutes=40), "4時間40分"),
        ("ja", -LONG, "2日3時間"),
    ],
)
def test_a_span_in_a_sentence_is_spoken(code: str, span: timedelta, words: str) -> None:
    i18n.use(code)

    assert i18n.spoken(span) == words


def test_words_are_listed_as_the_language_lists_them() -> None:
    i18n.use("en")
    english = i18n.listed(["open", "urgent"])
    i18n.use("ja")

    assert (english, i18n.listed(["対応中", "緊急"])) == ("open, urgent", "対応中、緊急")


def test_a_span_at_a_glance_is_as_short_as_can_be() -> None:
    i18n.use("en")

    assert i18n.wait(timedelta(hours=4, minutes=40)) == "4h40m"


@pytest.mark.parametrize("code", i18n.LANGUAGES)
@pytest.mark.parametrize("value", [7, 999, 1000, -1_234_567])
def test_whole_numbers_are_grouped_as_babel_does(code: str, value: int) -> None:
    i18n.use(code)

    assert i18n.number(value) == format_decimal(value, locale=code)


@pytest.mark.parametrize("code", i18n.LANGUAGES)
@pytest.mark.parametrize("unit", ["day", "hour", "minute"])
def test_spans_at_a_glance_read_as_babel_has_them(code: str, unit: str) -> None:
    i18n.use(code)

    narrow = format_unit(3, f"duration-{unit}", "narrow", locale=code).replace(" ", "")

    assert i18n.wait(timedelta(**{f"{unit}s": 3})) == narrow
