"""Filters: the one language in which queues, search, macros and the shell ask for tickets.

    words "a phrase" -not  A OR B  (A B) OR C  status:open,pending  priority>=high  waiting>2h  after:昨日  sort:wait

Words stand side by side for "and". `FIELDS` is the table of everything that may stand before a colon; parsing,
suggestions and completion are derived from it. Times stay relative in the parsed filter, because a queue is parsed
once and asked all day: `moment` turns them into a time when the question is put. Full-width signs count as their
ASCII twins; offsets in errors are offsets in the text as typed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum
from typing import Literal

from agentdesk import i18n
from agentdesk.errors import FilterError
from agentdesk.i18n import _
from agentdesk.model import Priority, Status

Operator = Literal[":", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Ago:
    """So long before now (a negative span lies ahead)."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class DaysBack:
    """The beginning of a day in the agent's zone, so many days before today."""

    days: int


@dataclass(frozen=True, slots=True)
class Day:
    """The beginning of a date in the agent's zone; without a year, the latest such date that has begun."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class At:
    """An exact time."""

    at: datetime


When = Ago | DaysBack | Day | At
Value = str | float | timedelta | When


@dataclass(frozen=True, slots=True)
class Word:
    """Text that must occur; `is_prefix` when it was typed with a star at its end."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Text that must occur as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A field held against a value; `field` is the field's first name in `FIELDS`."""

    field: str
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts; without any, everything."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple["Node", ...]


Node = And | Or | Not | Word | Phrase | Compare


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by one of `SORTS`: longest wait, oldest time, soonest due, highest priority first, unless reversed."""

    by: str
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A question: what must hold, in which order to answer if it says so, and the text it was read from."""

    where: Node = And()
    sort: Sort | None = None
    text: str = ""


ALL = Filter()
SORTS: Mapping[str, tuple[str, ...]] = {
    "wait": ("waiting", "待ち"),
    "updated": ("更新",),
    "created": ("作成",),
    "due": ("sla", "期限"),
    "priority": ("優先", "優先度"),
}


# The table


class FieldKind(Enum):
    """What may stand behind a field's colon."""

    NAME = "name"
    CHOICE = "choice"
    ORDERED = "ordered"
    NUMBER = "number"
    SPAN = "span"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class FieldWord:
    """One word that may stand before a colon.

    `values` names what can stand behind it: all there is for a choice (in order, for an ordered one), and for a name
    only the words with a meaning of their own. Each value lists its other spellings.
    """

    name: str
    kind: FieldKind
    about: Callable[[], str]
    aliases: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


STATUSES: Mapping[str, tuple[str, ...]] = {
    Status.NEW: ("新規",),
    Status.OPEN: ("対応中", "オープン"),
    Status.PENDING: ("保留中", "返信待ち", "ペンディング"),
    Status.HOLD: ("on-hold", "待機中", "保留"),
    Status.SOLVED: ("解決", "解決済み", "resolved"),
    Status.CLOSED: ("終了", "完了", "クローズ"),
}
PRIORITIES: Mapping[str, tuple[str, ...]] = {
    Priority.LOW: ("低", "低い"),
    Priority.NORMAL: ("通常", "中", "普通"),
    Priority.HIGH: ("高", "高い"),
    Priority.URGENT: ("緊急", "至急"),
}
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "email": ("mail", "メール"),
    "web": ("form", "フォーム", "ウェブ"),
    "chat": ("messaging", "チャット"),
    "phone": ("voice", "call", "電話"),
    "sms": (),
    "social": ("twitter", "facebook", "line"),
    "api": (),
    "other": ("その他",),
}
ME: Mapping[str, tuple[str, ...]] = {
    "me": ("自分", "私"),
    "none": ("nobody", "unassigned", "なし", "未定", "未割り当て"),
}
NONE: Mapping[str, tuple[str, ...]] = {"none": ("なし",)}

_FIELDS = (
    FieldWord("from", FieldKind.NAME, lambda: _("who wrote a message"), ("差出人", "送信者")),
    FieldWord("to", FieldKind.NAME, lambda: _("whom we answered"), ("宛先", "宛て")),
    FieldWord("tag", FieldKind.NAME, lambda: _("a tag"), ("tags", "タグ"), NONE),
    FieldWord("status", FieldKind.ORDERED, lambda: _("the status"), ("状態", "ステータス"), STATUSES),
    FieldWord("priority", FieldKind.ORDERED, lambda: _("the priority"), ("優先", "優先度"), PRIORITIES),
    FieldWord("group", FieldKind.NAME, lambda: _("the team"), ("queue", "team", "グループ", "チーム", "部署"), NONE),
    FieldWord("assignee", FieldKind.NAME, lambda: _("the colleague who has it"), ("担当", "担当者"), ME),
    FieldWord("channel", FieldKind.NAME, lambda: _("how it came in"), ("via", "チャネル", "経路"), CHANNELS),
    FieldWord("customer", FieldKind.NAME, lambda: _("the customer"), ("requester", "お客様", "顧客", "依頼者")),
    FieldWord("org", FieldKind.NAME, lambda: _("the customer's organization"), ("organization", "組織", "会社"), NONE),
    FieldWord("account", FieldKind.NAME, lambda: _("the helpdesk account"), ("アカウント",)),
    FieldWord("number", FieldKind.NAME, lambda: _("the ticket's number"), ("id", "番号")),
    FieldWord("subject", FieldKind.NAME, lambda: _("words in the subject"), ("title", "件名")),
    FieldWord("lang", FieldKind.NAME, lambda: _("the language of an article or customer"), ("language", "言語")),
    FieldWord("view", FieldKind.NAME, lambda: _("a list kept by the helpdesk"), ("ビュー",)),
    FieldWord(
        "has",
        FieldKind.CHOICE,
        lambda: _("what belongs to it"),
        ("有り", "あり"),
        {
            "attachment": ("attachments", "file", "添付"),
            "draft": ("下書き",),
            "held": ("送信保留",),
            "snoozed": ("スヌーズ",),
            "unsent": ("送信待ち",),
        },
    ),
    FieldWord(
        "is",
        FieldKind.CHOICE,
        lambda: _("what it is"),
        ("は",),
        {
            "unsolved": ("未解決",),
            "waiting": ("待ち", "返信待たせ"),
            "unassigned": ("未割り当て", "担当なし"),
            "mine": ("自分", "自分の担当"),
            "urgent": ("緊急",),
            "promised": ("約束",),
            "held": ("送信保留",),
            "snoozed": ("スヌーズ",),
            "unread": ("未読",),
        },
    ),
    FieldWord("before", FieldKind.MOMENT, lambda: _("last changed before"), ("until", "以前", "まで")),
    FieldWord("after", FieldKind.MOMENT, lambda: _("last changed since"), ("since", "以降", "から")),
    FieldWord("created", FieldKind.MOMENT, lambda: _("when it began"), ("作成", "作成日")),
    FieldWord("updated", FieldKind.MOMENT, lambda: _("when it last changed"), ("更新", "更新日")),
    FieldWord("due", FieldKind.MOMENT, lambda: _("when an answer is due"), ("期日",)),
    FieldWord("waiting", FieldKind.SPAN, lambda: _("how long the customer has waited"), ("wait", "待ち")),
    FieldWord("sla", FieldKind.SPAN, lambda: _("time until an answer is due"), ("期限",)),
    FieldWord("bounce", FieldKind.NUMBER, lambda: _("how often it was passed on"), ("bounces", "回", "たらい回し")),
)
FIELDS: Mapping[str, FieldWord] = {entry.name: entry for entry in _FIELDS}


# Reading

_TWINS = str.maketrans("：＜＞＝（）－−＂“”„＃，、　≦≧≤≥＊", ':<>=()--""""#,, ≤≥≤≥*')
_BRACKETS = {'"': '"', "「": "」", "『": "』"}
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"(?P<name>[^\W\d][\w-]*)(?P<op>:?(?:<=|>=|[<>=≤≥])|:)(?!//)")
_BARE = re.compile(r'[^\s()"「『]+')
_BARE_VALUE = re.compile(r"[^\s()\"「『]*(?:\([^\s()]*\))?[^\s()\"]*")
_OPERATORS: Mapping[str, Operator] = {
    ":": ":",
    "=": ":",
    "<": "<",
    "<=": "<=",
    "≤": "<=",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
}
_NESTING = 40
_LONGEST = 4000


def folded(text: str) -> str:
    """The text as names and values are compared: full width, half width and case are one."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def parse(text: str) -> Filter:
    """The filter that a text asks for; raises `FilterError` with the offset at which it stops making sense."""
    if len(text) > _LONGEST:
        raise FilterError(_("This query is too long."), _LONGEST)
    return _Reader(text).filter()


class _Reader:
    """One pass over a query."""

    def __init__(self, text: str) -> None:
        self._typed = text
        self._text = text.translate(_TWINS)
        self._at = 0
        self._depth = 0
        self._sort: Sort | None = None

    def filter(self) -> Filter:
        where = self._either()
        if not self._ended():
            raise FilterError(_("There is a closing parenthesis without an opening one."), self._at)
        return Filter(where, self._sort, self._typed)

    def _ended(self) -> bool:
        match = _SPACE.match(self._text, self._at)
        if match:
            self._at = match.end()
        return self._at >= len(self._text)

    def _takes(self, *words: str) -> bool:
        """Step over one of these words, if it stands here on its own."""
        for word in words:
            end = self._at + len(word)
            if self._text.startswith(word, self._at) and (end >= len(self._text) or self._text[end] in ' ("\t\n'):
                self._at = end
                return True
        return False

    def _either(self) -> Node:
        parts = [self._all()]
        while not self._ended() and self._takes("OR", "||", "または"):
            began = self._at
            part = self._all()
            if part == And() or parts[0] == And():
                raise FilterError(_("OR needs something on both sides."), began)
            parts.append(part)
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts: list[Node] = []
        while not self._ended() and self._text[self._at] != ")":
            began = self._at
            if self._takes("OR", "||", "または"):
                self._at = began
                break
            if not self._takes("AND", "&&"):
                part = self._one()
                if part is not None:
                    parts.append(part)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Node | None:
        """The next term, or None for one that only says how to sort."""
        began = self._at
        char = self._text[began]
        if self._takes("NOT"):
            return self._negated(began)
        if char == "-" and self._text[began + 1 : began + 2].strip():
            self._at += 1
            return self._negated(began)
        if char == "(":
            return self._group()
        if char in _BRACKETS:
            return Phrase(self._quoted())
        match = _FIELD.match(self._text, began)
        if match and (match["name"][-1] != "-"):
            return self._field(match)
        return self._word()

    def _negated(self, began: int) -> Node:
        if self._ended() or self._text[self._at] == ")":
            raise FilterError(_("Say what must not be there."), began)
        self._deeper(began)
        part = self._one()
        self._depth -= 1
        if part is None:
            raise FilterError(_("An order cannot be negated; write sort:-wait to turn it round."), began)
        return Not(part)

    def _deeper(self, began: int) -> None:
        self._depth += 1
        if self._depth > _NESTING:
            raise FilterError(_("This query is nested too deeply."), began)

    def _group(self) -> Node:
        began = self._at
        self._deeper(began)
        self._at += 1
        inside = self._either()
        if self._ended():
            raise FilterError(_("This parenthesis is never closed."), began)
        self._at += 1
        self._depth -= 1
        return inside

    def _quoted(self) -> str:
        began = self._at
        closing = _BRACKETS[self._text[began]]
        end = self._text.find(closing, began + 1)
        if end < 0:
            raise FilterError(_("This quotation is never closed."), began)
        self._at = end + 1
        return self._typed[began + 1 : end]

    def _word(self) -> Node:
        match = _BARE.match(self._text, self._at)
        if match is None:  # a stray sign that begins nothing
            self._at += 1
            return And()
        self._at = match.end()
        text = match[0]
        if re.fullmatch(r"#\d+", text):
            return Compare("number", ":", text[1:])
        typed = self._typed[match.start() : match.end()]
        return Word(typed[:-1], is_prefix=True) if len(text) > 1 and text[-1] == "*" else Word(typed)

    def _field(self, match: re.Match[str]) -> Node | None:
        name = folded(match["name"])
        op = _OPERATORS[match["op"] if match["op"] == ":" else match["op"].removeprefix(":")]
        value_at = match.end()
        if name in ("sort", "order", "並び", "並び順"):
            self._at = value_at
            self._sort = _sort(self._value(), value_at)
            return None
        entry = _field_named(name)
        if entry is None:
            if value_at >= len(self._text) or self._text[value_at].isspace():
                return self._word()
            raise FilterError(_unknown_field(match["name"]), match.start())
        self._at = value_at
        values = self._values(entry)
        compared = [Compare(entry.name, op, _read_value(entry, op, value, at)) for value, at in values]
        return compared[0] if len(compared) == 1 else Or(tuple(compared))

    def _values(self, entry: FieldWord) -> list[tuple[str, int]]:
        """The alternatives behind a colon, each with its offset."""
        at = self._at
        if self._text[at : at + 1] in _BRACKETS:
            return [(self._quoted(), at)]
        values: list[tuple[str, int]] = []
        for part in self._value().split(","):
            if part:
                values.append((part, at))
            at += len(part) + 1
        if not values:
            raise FilterError(_("{field}: needs a value.", field=entry.name), self._at)
        return values

    def _value(self) -> str:
        match = _BARE_VALUE.match(self._text, self._at)
        assert match is not None, "the pattern matches the empty text"
        self._at = match.end()
        return match[0]


def _field_named(name: str) -> FieldWord | None:
    known = FIELDS.get(name)
    return known or next((entry for entry in _FIELDS if name in entry.aliases), None)


def _unknown_field(name: str) -> str:
    known = [spelling for entry in _FIELDS for spelling in (entry.name, *entry.aliases)]
    near = get_close_matches(folded(name), [*known, "sort"], n=1, cutoff=0.6)
    if near:
        return _("There is no field {name}. Did you mean {near}?", name=name, near=f"{near[0]}:")
    return _("There is no field {name}. Put it in quotes to look for the words.", name=name)


def _unknown_value(field: str, value: str, values: Mapping[str, tuple[str, ...]]) -> str:
    known = [spelling for name, others in values.items() for spelling in (name, *others)]
    near = get_close_matches(folded(value), known, n=1, cutoff=0.5)
    if near:
        return _("{field}: knows no {value}. Did you mean {near}?", field=field, value=value, near=near[0])
    return _("{field}: knows no {value}. Choose one of: {known}.", field=field, value=value, known=", ".join(values))


def _meant(value: str, values: Mapping[str, tuple[str, ...]]) -> str | None:
    wanted = folded(value)
    return next((str(name) for name, others in values.items() if wanted == name or wanted in others), None)


def _sort(text: str, at: int) -> Sort:
    by = _meant(text.removeprefix("-"), SORTS)
    if by is None:
        raise FilterError(_unknown_value("sort", text, SORTS), at)
    return Sort(by, text.startswith("-"))


def _read_value(entry: FieldWord, op: Operator, text: str, at: int) -> Value:
    """What a value means to its field."""
    if op != ":" and entry.kind in (FieldKind.NAME, FieldKind.CHOICE):
        raise FilterError(_("{field} has no order; write {field}:{value}", field=entry.name, value=text), at)
    match entry.kind:
        case FieldKind.NAME:
            return _meant(text, entry.values) or unicodedata.normalize("NFKC", text).strip()
        case FieldKind.CHOICE | FieldKind.ORDERED:
            meant = _meant(text, entry.values)
            if meant is None and entry.name == "priority" and op == ":" and folded(text) in ("none", "なし"):
                return "none"
            if meant is None:
                raise FilterError(_unknown_value(entry.name, text, entry.values), at)
            return meant
        case FieldKind.NUMBER:
            return _number(entry.name, text, at)
        case FieldKind.SPAN:
            return _span(text, at)
        case FieldKind.MOMENT:
            return _when(text, at)


# Numbers, spans and times

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
_ERA_BASE = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_DAYS: Mapping[str, int] = {
    "today": 0, "今日": 0, "本日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2, "おととい": 2, "tomorrow": -1, "明日": -1,
}  # fmt: skip


def _number(name: str, text: str, at: int) -> float:
    try:
        return float(int(unicodedata.normalize("NFKC", text)))
    except ValueError:
        raise FilterError(_("{field} needs a whole number, such as {field}>1.", field=name), at) from None


def _span(text: str, at: int) -> timedelta:
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


def _when(text: str, at: int) -> When:
    """A time from a date, a day's name, a span before now (`2d`), or an ISO time."""
    plain = folded(text)
    if plain in _DAYS:
        return DaysBack(_DAYS[plain])
    if plain in ("now", "今"):
        return Ago(timedelta())
    era, written = _ERA.fullmatch(plain), _DATE.fullmatch(plain)
    if era:
        year = _ERA_BASE[era[1]] + (1 if era[2] == "元" else int(era[2]))
        return _day(year, int(era[3]), int(era[4]), text, at)
    if written:
        return _day(int(written[1]) if written[1] else None, int(written[2]), int(written[3]), text, at)
    if re.match(r"\d{4}-\d{2}-\d{2}t", plain):
        try:
            exact = datetime.fromisoformat(plain.upper())
        except ValueError:
            raise FilterError(_no_time(text), at) from None
        return At(exact if exact.tzinfo else exact.replace(tzinfo=i18n.active().zone).astimezone(UTC))
    try:
        return Ago(_span(plain.removesuffix("ago").removesuffix("前"), at))
    except FilterError:
        raise FilterError(_no_time(text), at) from None


def _no_time(text: str) -> str:
    return _("{typed} is no time. Write it like 2026-11-20, yesterday or 2d.", typed=text)


def _day(year: int | None, month: int, day: int, text: str, at: int) -> Day:
    try:
        date(year or 2000, month, day)
    except ValueError:
        raise FilterError(_no_time(text), at) from None
    return Day(month, day, year)


_FURTHEST = timedelta(days=36_500)


def moment(when: When, now: datetime) -> datetime:
    """The time that was meant, for a question put `now`."""
    match when:
        case Ago(span):
            return now - max(-_FURTHEST, min(span, _FURTHEST))
        case At(at):
            return at
        case DaysBack(days):
            return _midnight(i18n.local(now).date() - timedelta(days=days), now)
        case Day(month, day, year):
            return _midnight(_dated(i18n.local(now).date(), month, day, year), now)


def day_after(when: When, now: datetime) -> datetime:
    """The end of what was meant: of the whole day for a day, the time itself for a time."""
    began = moment(when, now)
    if isinstance(when, Ago | At):
        return began
    return _midnight(i18n.local(began).date() + timedelta(days=1), now)


def _dated(today: date, month: int, day: int, year: int | None) -> date:
    if year is not None:
        return date(max(year, 1), month, day)
    for candidate in range(today.year, today.year - 9, -1):  # 29 February may be eight years back
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return today


def _midnight(day: date, now: datetime) -> datetime:
    wall = datetime.combine(day, time(), i18n.active().zone)
    return wall.astimezone(UTC) if wall.tzinfo else wall.astimezone().astimezone(UTC)


# Taking apart


def terms(where: Node) -> list[Word | Phrase]:
    """The words and phrases that are asked for, not those that must be absent."""
    match where:
        case Word() | Phrase():
            return [where]
        case And(parts) | Or(parts):
            return [term for part in parts for term in terms(part)]
        case _:
            return []


def compares(where: Node) -> list[Compare]:
    """Every comparison that is asked for, not those that are negated."""
    match where:
        case Compare():
            return [where]
        case And(parts) | Or(parts):
            return [compare for part in parts for compare in compares(part)]
        case _:
            return []


def both(first: Filter, second: Filter) -> Filter:
    """What meets both filters, in the order of the second one if it says any."""
    where = And((first.where, second.where))
    return Filter(where, second.sort or first.sort, f"({first.text}) ({second.text})")


def sorted_by(question: Filter, sort: Sort) -> Filter:
    """The same question, answered in another order."""
    return replace(question, sort=sort)


# Completing


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: `text` replaces what stands from `start` to `end`, and `about` says what it is."""

    text: str
    start: int
    end: int
    about: str = ""


_LAST = re.compile(r'[^\s()"]*$')


def complete(text: str, caret: int, known: Mapping[str, Sequence[str]] | None = None) -> list[Completion]:
    """What the word before the caret may become; `known` has names in use by field (`tag`, `assignee`, ...)."""
    before = text[:caret].translate(_TWINS)
    match = _LAST.search(before)
    assert match is not None, "the pattern matches the empty text"
    start = match.start()
    typed = match[0]
    if typed.startswith("-"):
        start, typed = start + 1, typed[1:]
    at = _FIELD.match(typed)
    if at is None:
        wanted = folded(typed)
        found = [(f"{entry.name}:", entry.about()) for entry in _FIELDS if _begins(wanted, entry.name, entry.aliases)]
        found += [("sort:", _("the order"))] if _begins(wanted, "sort", ("並び",)) else []
        return [Completion(name, start, caret, about) for name, about in found]
    value = typed[at.end() :].rpartition(",")[2]
    values = _values_of(folded(at["name"]), known or {})
    return [
        Completion(_written(name), caret - len(value), caret)
        for name, others in values.items()
        if _begins(folded(value), name, others)
    ]


def _values_of(name: str, known: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    if name == "sort":
        return SORTS
    entry = _field_named(name)
    if entry is None:
        return {}
    return {
        **{str(value): others for value, others in entry.values.items()},
        **dict.fromkeys(known.get(entry.name, ()), ()),
    }


def _begins(wanted: str, name: str, others: Sequence[str]) -> bool:
    return folded(name).startswith(wanted) or any(other.startswith(wanted) for other in others)


def _written(value: str) -> str:
    """A value as it must be typed."""
    value = value.replace('"', "")
    return f'"{value}"' if re.search(r'[\s(),"]', value) else value
