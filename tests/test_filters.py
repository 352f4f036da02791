"""The filter language: what reads, what it means, and what is said of what does not."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk import i18n
from agentdesk.errors import FilterError
from agentdesk.filters import (
    FIELDS,
    Ago,
    And,
    At,
    Back,
    Compare,
    Day,
    DaysBack,
    Month,
    Node,
    Not,
    Or,
    Phrase,
    Sort,
    Weekday,
    When,
    Word,
    both,
    day_after,
    hearing,
    mentions,
    moment,
    parse,
    terms,
    within,
)
from agentdesk.filters.completing import Name, complete
from agentdesk.filters.hearing import Heard, hear
from agentdesk.filters.reading import LONGEST

NOW = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


@pytest.fixture(autouse=True)
def in_tokyo() -> Iterator[None]:
    i18n.use("en", TOKYO)
    yield
    i18n.use("en")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", And()),
        ("返品", Word("返品")),
        ("refund*", Word("refund", is_prefix=True)),
        ("返品 交換", And((Word("返品"), Word("交換")))),
        ('"was charged twice"', Phrase("was charged twice")),
        ("「二重 請求」", Phrase("二重 請求")),
        ("“curly”", Phrase("curly")),
        ("-spam", Not(Word("spam"))),
        ("NOT spam", Not(Word("spam"))),
        ("－返品", Not(Word("返品"))),
        ("a OR b c", Or((Word("a"), And((Word("b"), Word("c")))))),
        ("(a OR b) c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("（a OR b）　c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("a AND b", And((Word("a"), Word("b")))),
        ("#123", Compare("number", ":", "123")),
        ("＃１２３", Compare("number", ":", "123")),
        ("ー返品", Not(Word("返品"))),
        ("‐状態:解決", Not(Compare("status", ":", "solved"))),
        ("〝返品 送料〟", Phrase("返品 送料")),
        ("ーーー", Word("ーーー")),
        ("status:open", Compare("status", ":", "open")),
        ("状態：解決", Compare("status", ":", "solved")),
        ("status<solved", Compare("status", "<", "solved")),
        ("status＜=open", Compare("status", "<=", "open")),
        ("priority≥high", Compare("priority", ">=", "high")),
        ("優先:緊急", Compare("priority", ":", "urgent")),
        ("tag:vip,gold", Or((Compare("tag", ":", "vip"), Compare("tag", ":", "gold")))),
        ('group:"Tier 2"', Compare("group", ":", "Tier 2")),
        ("queue:Billing", Compare("group", ":", "Billing")),
        ("担当:自分", Compare("assignee", ":", "me")),
        ("assignee:none", Compare("assignee", ":", "none")),
        ("channel:メール", Compare("channel", ":", "email")),
        ("waiting>2h", Compare("waiting", ">", timedelta(hours=2))),
        ("待ち>2時間30分", Compare("waiting", ">", timedelta(hours=2, minutes=30))),
        ("sla<0", Compare("sla", "<", timedelta())),
        ("sla<-1h", Compare("sla", "<", timedelta(hours=-1))),
        ("bounce>1", Compare("bounce", ">", 1.0)),
        ("before:2d", Compare("before", ":", Ago(timedelta(days=2)))),
        ("after:昨日", Compare("after", ":", DaysBack(1))),
        ("after:2026-11-20", Compare("after", ":", Day(11, 20, 2026))),
        ("after:11月20日", Compare("after", ":", Day(11, 20))),
        ("after:令和8年11月20日", Compare("after", ":", Day(11, 20, 2026))),
        ("after:令和8年11月", Compare("after", ":", Month(2026, 11))),
        ("created:2026-10", Compare("created", ":", Month(2026, 10))),
        ("created:2026", Compare("created", ":", Month(2026, 1, 12))),
        ("created:令和８年", Compare("created", ":", Month(2026, 1, 12))),
        ("created:H30", Compare("created", ":", Month(2018, 1, 12))),
        ("after:月曜日", Compare("after", ":", Weekday(0))),
        ("after:Fri", Compare("after", ":", Weekday(4))),
        ("after:1ヶ月前", Compare("after", ":", DaysBack(0, 1))),
        ("after:2 years ago x", And((Compare("after", ":", DaysBack(0, 24)), Word("x")))),
        ("after:半年前", Compare("after", ":", DaysBack(0, 6))),
        ("after:3 days ago", Compare("after", ":", Ago(timedelta(days=3)))),
        ("after:先週", Compare("after", ":", Back("week", 1))),
        ("created:last week", Compare("created", ":", Back("week", 1))),
        ('created:"this month" x', And((Compare("created", ":", Back("month", 0)), Word("x")))),
        ("記事:k1", Compare("article", ":", "k1")),
        ("after:2026-11-20T09:00", Compare("after", ":", At(datetime(2026, 11, 20, tzinfo=UTC)))),
        ("is:waiting", Compare("is", ":", "waiting")),
        ("has:添付", Compare("has", ":", "attachment")),
        ("-is:snoozed", Not(Compare("is", ":", "snoozed"))),
        ("https://example.com/a", Word("https://example.com/a")),
        ("Re: hello", And((Word("Re:"), Word("hello")))),
        ("10:30", Word("10:30")),
        ("-", Word("-")),
    ],
)
def test_a_query_reads_as_it_is_meant(text: str, where: Node) -> None:
    assert parse(text).where == where


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("sort:wait", Sort("wait")),
        ("is:waiting sort:-updated", Sort("updated", is_reversed=True)),
        ("並び:期限", Sort("due")),
        ("is:waiting", None),
    ],
)
def test_a_sort_word_says_the_order_and_nothing_else(text: str, sort: Sort | None) -> None:
    assert parse(text).sort == sort


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("stauts:open", 0, "status:"),
        ("a status:opne", 9, "open"),
        ("reasn:billing", 0, "reason:"),
        ("after:2026-13", 6, "2026-13"),
        ("is:waitng", 3, "waiting"),
        ("(a", 0, "never closed"),
        ("a)", 1, "opening"),
        ('x "y', 2, "never closed"),
        ("waiting>5", 8, "30m"),
        ("after:someday", 6, "yesterday"),
        ("before:2026-13-01", 7, "2026-13-01"),
        ("tag>x", 4, "tag:x"),
        ("bounce>many", 7, "whole number"),
        ("status:", 7, "needs a value"),
        ("a OR", 4, "both sides"),
        ("OR a", 2, "both sides"),
        ("sort:size", 5, "wait"),
        ("NOT", 0, "must not"),
        ("-sort:wait", 0, "order"),
    ],
)
def test_a_wrong_query_says_where_and_suggests(text: str, at: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)

    assert (caught.value.at, words in str(caught.value)) == (at, True)


@pytest.mark.parametrize(
    "text",
    [
        'What does "pending mean?', "My order: 12345 is not here?", "Where is my order #12345?", "order #12345",
        "status: delivered but nothing here", "(refund", "refund)", ":-)", "it's 5' 10\" tall", "cost < 100 ?",
        "price<100", "size:L", "C:\\Users\\x", "mailto:foo@bar.com", "cash OR", "OR", "NOT", "I can NOT log in",
        "How do I use the -v option?", "To be OR NOT to be, that is it",
        "エラー：接続できません", "状態：配送済みなのに届かない",
        "担当：田中さんですか？", "期限：明日まで？", "「ログインできません」と出る",
        "返品（手数料込み", "＞＜", "（´・ω・｀）", "😡",
        "one\ntwo -three", "how " * 1500, "(" * 3000, "is my order status:shipped?", '"', "「",
    ],
)  # fmt: skip
def test_what_customers_write_is_heard_as_its_words(text: str) -> None:
    where = hear(text).question.where

    words = where.parts if isinstance(where, And) else (where,)
    assert words
    assert all(isinstance(word, Word) for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "refund -status:open", "(a OR b) c", "a または b", '"was charged twice"', "「二重 請求」", "-spam", "NOT spam",
        "#123", "Acme Inc. -closed", "サイズ、色 -終了",
        "status:open is my order late?", "担当:自分 返品できますか？", "tag:vip,gold",
        "group:「Tier 2」 sla<2h", "Re: hello",
    ],
)  # fmt: skip
def test_what_reads_as_a_query_is_heard_as_one(text: str) -> None:
    assert hear(text) == Heard(parse(text))


@pytest.mark.parametrize(
    "text", ["stauts:open", "a status:opne", "is:waitng", "waiting>5", "bounce>many", "status:", "状態：解決済"]
)
def test_a_slip_in_what_can_only_be_a_query_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        hear(text)


def test_the_values_that_there_are_are_named_as_the_agent_types_them() -> None:
    before = i18n.active()
    i18n.use("ja")
    try:
        with pytest.raises(FilterError) as caught:
            parse("優先度:きんきゅう")
    finally:
        i18n.use(before.code, before.zone)

    assert "低, 通常, 高, 緊急" in str(caught.value)


def test_brackets_and_quotations_part_words() -> None:
    heard = hear("返品（送料：「込み」 at 10:30 a@b.example")

    words = [word.text for word in terms(heard.question.where)]
    assert words == ["返品", "送料", "込み", "at", "10:30", "a@b.example"]


def test_words_that_were_meant_as_a_query_say_why_they_are_none() -> None:
    short, told = hear("(refund OR exchange"), hear("Why (of all things do I wait?")

    assert short.problem is not None
    assert "never closed" in str(short.problem)
    assert told.problem is None


@given(st.text())
def test_any_text_is_heard_or_refused_in_words(text: str) -> None:
    error = refusal(text, hear)

    assert error is None or error.is_slip


def refusal(text: str, read: Callable[[str], object] = parse) -> FilterError | None:
    try:
        read(text)
    except FilterError as error:
        return error
    return None


@given(st.text())
def test_any_text_reads_or_is_refused_in_words(text: str) -> None:
    error = refusal(text)

    assert error is None or (str(error) and 0 <= error.at <= len(text))


@pytest.mark.parametrize("text", ["(" * 3000, "-" * 3000 + "a", "NOT " * 900 + "a"])
def test_a_hostile_query_cannot_exhaust_the_stack(text: str) -> None:
    assert refusal(text) is not None


@pytest.mark.parametrize(
    ("when", "at"),
    [
        (Ago(timedelta(hours=1)), "2026-11-23T23:41:00+00:00"),
        (DaysBack(0), "2026-11-23T15:00:00+00:00"),
        (DaysBack(1), "2026-11-22T15:00:00+00:00"),
        (Day(11, 20, 2026), "2026-11-19T15:00:00+00:00"),
        (Day(12, 1), "2025-11-30T15:00:00+00:00"),
        (DaysBack(0, 9), "2026-02-23T15:00:00+00:00"),
        (DaysBack(0, 1200), "1926-11-23T15:00:00+00:00"),
        (Weekday(1), "2026-11-23T15:00:00+00:00"),
        (Weekday(2), "2026-11-17T15:00:00+00:00"),
        (Day(2, 29), "2024-02-28T15:00:00+00:00"),
    ],
)
def test_days_begin_in_the_agents_zone(when: When, at: str) -> None:
    assert moment(when, NOW).isoformat() == at


def test_a_day_ends_a_day_later_and_a_time_at_once() -> None:
    assert day_after(DaysBack(0), NOW) - moment(DaysBack(0), NOW) == timedelta(days=1)
    assert day_after(Ago(timedelta()), NOW) == NOW


def test_every_field_has_words_and_no_spelling_means_two_things() -> None:
    spellings = [spelling for entry in FIELDS.values() for spelling in (entry.name, *entry.aliases)]

    assert len(spellings) == len(set(spellings))
    assert all(entry.about() for entry in FIELDS.values())


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("st", ["status:"]),
        ("担", ["担当:"]),
        ("状態:", ["新規", "対応中", "お客様待ち", "待機中", "解決", "終了"]),
        ("status:対", ["対応中"]),
        ("a -stat", ["status:"]),
        ("is:un", ["unsolved", "unassigned", "unread"]),
        ("tag:v", ["vip", '"very big"']),
        ("status:open,so", ["solved"]),
        ("sort:w", ["wait"]),
        ('tag:"ver', ['"very big"']),
        ('a -tag:"very b', ['"very big"']),
        ("tag:“ver", ['"very big"']),
        ("tag:gold,v", ["vip"]),
        ('"a phrase" tag:v', ["vip", '"very big"']),
        ('"tag', []),
        ('tag:"very big"', []),
        ("(a OR b)", []),
        ("zzz", []),
    ],
)
def test_completion_offers_fields_values_and_names_in_use(text: str, offered: list[str]) -> None:
    offers = complete(text, len(text), tags_in_use)

    assert [offer.text for offer in offers] == offered


def tags_in_use(field: str, begun: str) -> list[Name]:
    return [Name(tag) for tag in ("vip", "very big", "gold") if field == "tag" and tag.startswith(begun)]


def test_a_completion_says_what_it_replaces() -> None:
    (offer,) = complete("is:waiting tag:g", 16, tags_in_use)
    (quoted,) = complete('is:waiting tag:"very b', 22, tags_in_use)

    assert (offer.start, offer.end) == (15, 16)
    assert (quoted.start, quoted.end) == (15, 22)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("reason:refund", True),
        ("a (b OR -(c reason:refund))", True),
        ("sort:effort", False),
        ("reason status:open", False),
    ],
)
def test_an_answer_depends_on_the_fields_that_are_asked_for_or_ruled_out(query: str, told: bool) -> None:
    assert mentions(parse(query), "reason") == told


def test_an_answer_depends_on_what_it_is_ordered_by() -> None:
    assert mentions(parse("sort:effort"), "effort")


def test_two_filters_join_in_the_order_of_the_second() -> None:
    joined = both(parse("is:waiting sort:wait"), parse("返品 sort:-updated"))

    assert (joined.where, joined.sort) == (
        And((Compare("is", ":", "waiting"), Word("返品"))),
        Sort("updated", is_reversed=True),
    )


@pytest.mark.parametrize(
    ("when", "first", "after"),
    [
        (Back("week", 1), "2026-11-16", "2026-11-23"),
        (Back("month", 1), "2026-10-01", "2026-11-01"),
        (Back("month", 11), "2025-12-01", "2026-01-01"),
        (Back("year", 0), "2026-01-01", "2027-01-01"),
        (Month(2026, 12), "2026-12-01", "2027-01-01"),
        (Month(2026, 1, 12), "2026-01-01", "2027-01-01"),
        (Weekday(0), "2026-11-23", "2026-11-24"),
    ],
)
def test_a_week_month_or_year_is_the_whole_of_it(when: When, first: str, after: str) -> None:
    assert i18n.local(moment(when, NOW)).date().isoformat() == first
    assert i18n.local(day_after(when, NOW)).date().isoformat() == after


@pytest.mark.parametrize("year", ["0000", "0001", "9999"])
@pytest.mark.parametrize("rest", ["-01", "-12-31", "-01-01T00:00"])
def test_a_year_at_the_ends_of_the_calendar_is_no_time(year: str, rest: str) -> None:
    with pytest.raises(FilterError, match="is no time"):
        parse(f"created:{year}{rest}")


@pytest.mark.parametrize("digits", ["9" * 20, "9" * 400])
def test_a_number_beyond_all_counts_asks_for_more_than_there_are(digits: str) -> None:
    where = parse(f"effort>{digits}").where

    assert isinstance(where, Compare)
    assert isinstance(where.value, float)
    assert 10**12 < where.value < 2**63


def test_half_a_character_is_read_as_one_that_can_be_looked_up() -> None:
    assert parse("customer:\ud83d").where == Compare("customer", ":", "\ufffd")


@pytest.mark.parametrize("text", ["あ" * 10_000, "a-" * 100_000])
def test_of_a_long_text_only_its_beginning_is_looked_at_for_signs(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def is_told(beginning: str) -> bool:
        looked_at.append(beginning)
        return False

    monkeypatch.setattr(hearing, "_is_told", is_told)

    hear(text)

    assert [len(one) for one in looked_at] == [LONGEST]


def test_within_an_account_the_other_demands_stand_beside_it() -> None:
    assert within(parse("status:open 返品"), "acme").where == parse("account:acme status:open 返品").where
    assert within(parse("返品 OR 交換"), "acme").where == parse("account:acme (返品 OR 交換)").where
