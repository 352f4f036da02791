"""Reading: one pass over a query as it was typed."""

import re
import unicodedata
from collections.abc import Mapping

from agentdesk.errors import FilterError
from agentdesk.filters.fields import (
    FIELD_SIGN,
    SORTS,
    FieldKind,
    FieldWord,
    field_named,
    is_misspelt_field,
    meaning,
    nearest_value,
    unknown_field,
    unknown_value,
)
from agentdesk.filters.question import And, Compare, Filter, Node, Not, Operator, Or, Phrase, Sort, Value, Word
from agentdesk.filters.signs import TWINS, folded
from agentdesk.filters.times import SPACED_TIME, read_span, read_when
from agentdesk.i18n import _

_BRACKETS = {'"': '"', "「": "」", "『": "』"}
_SPACE = re.compile(r"\s+")
_BARE = re.compile(r'[^\s()"「『]+')
_BARE_VALUE = re.compile(r"[^\s()\"「『]*(?:\([^\s()]*\))?[^\s()\"]*")
_LONG_VOWEL_FOR_MINUS = re.compile("ー(?![ァ-ヺー])")
"""What Japanese keyboards write where a minus is; no word begins so."""
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
_EITHER = ("OR", "||", "または")
_BOTH = ("AND", "&&")
OPERATORS = frozenset((*_EITHER, *_BOTH))
"""What joins words and is none, standing on its own."""
_NESTING = 40
LONGEST = 4000
MOST = 10**15
"""More than anything counts: a greater number says the same, and no database takes it."""


def parse(text: str) -> Filter:
    """The filter that a text asks for; raises `FilterError` with the offset at which it stops making sense."""
    if len(text) > LONGEST:
        raise FilterError(_("This query is too long."), LONGEST)
    try:
        return _Reader(text).filter()
    except FilterError as error:
        error.query = text
        raise


class _Reader:
    """One pass over a query."""

    def __init__(self, text: str) -> None:
        self._typed = text
        self._text = text.translate(TWINS)
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
        while not self._ended() and self._takes(*_EITHER):
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
            if self._takes(*_EITHER):
                self._at = began
                break
            if not self._takes(*_BOTH):
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
        if (char == "-" or _LONG_VOWEL_FOR_MINUS.match(self._text, began)) and self._text[
            began + 1 : began + 2
        ].strip():
            self._at += 1
            return self._negated(began)
        if char == "(":
            return self._group()
        if char in _BRACKETS:
            return Phrase(self._quoted())
        match = FIELD_SIGN.match(self._text, began)
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
            raise FilterError(_("An order cannot be negated; write sort:-wait to turn it round."), began, is_slip=True)
        return part.part if isinstance(part, Not) else Not(part)

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
            return Compare("number", ":", unicodedata.normalize("NFKC", text[1:]))
        typed = self._typed[match.start() : match.end()]
        return Word(typed[:-1], is_prefix=True) if len(text) > 1 and text[-1] == "*" else Word(typed)

    def _field(self, match: re.Match[str]) -> Node | None:
        name = folded(match["name"])
        op = _OPERATORS[match["op"] if match["op"] == ":" else match["op"].removeprefix(":")]
        value_at = match.end()
        if name in ("sort", "order", "並び", "並び順"):
            self._at = value_at
            self._sort = _sort(self._value(), value_at, is_slip=name != "order")
            return None
        entry = field_named(name)
        if entry is None:
            if value_at >= len(self._text) or self._text[value_at].isspace():
                return self._word()
            raise FilterError(unknown_field(match["name"]), match.start(), is_slip=is_misspelt_field(name))
        self._at = value_at
        values = self._values(entry)
        compared = [Compare(entry.name, op, _read_value(entry, op, value, at)) for value, at in values]
        return compared[0] if len(compared) == 1 else Or(tuple(compared))

    def _values(self, entry: FieldWord) -> list[tuple[str, int]]:
        """The alternatives behind a colon, each with its offset."""
        at = self._at
        if self._text[at : at + 1] in _BRACKETS:
            return [(self._quoted(), at)]
        if entry.kind is FieldKind.MOMENT and (spaced := SPACED_TIME.match(self._text, at)):
            self._at = spaced.end()
            return [(spaced[0], at)]
        values: list[tuple[str, int]] = []
        for part in self._value().split(","):
            if part:
                values.append((part, at))
            at += len(part) + 1
        if not values:
            is_last = self._at >= len(self._text)
            raise FilterError(_("{field}: needs a value.", field=entry.name), self._at, is_slip=is_last)
        return values

    def _value(self) -> str:
        match = _BARE_VALUE.match(self._text, self._at)
        assert match is not None, "the pattern matches the empty text"
        self._at = match.end()
        return match[0]


def _sort(text: str, at: int, *, is_slip: bool) -> Sort:
    by = meaning(text.removeprefix("-"), SORTS)
    if by is None:
        raise FilterError(unknown_value("sort", text, SORTS), at, is_slip=is_slip and bool(text))
    return Sort(by, text.startswith("-"))


def _read_value(entry: FieldWord, op: Operator, text: str, at: int) -> Value:
    """What a value means to its field; a whole phrase of Japanese behind a colon was not meant as one."""
    try:
        return _value_of(entry, op, text, at)
    except FilterError as error:
        is_slip = text.isascii() or nearest_value(text, entry.values) is not None
        raise FilterError(str(error), error.at, is_slip=is_slip) from None


def _value_of(entry: FieldWord, op: Operator, text: str, at: int) -> Value:
    if op != ":" and entry.kind in (FieldKind.NAME, FieldKind.CHOICE):
        raise FilterError(_("{field} has no order; write {field}:{value}", field=entry.name, value=text), at)
    match entry.kind:
        case FieldKind.NAME:
            return meaning(text, entry.values) or unicodedata.normalize("NFKC", text).strip()
        case FieldKind.CHOICE | FieldKind.ORDERED:
            meant = meaning(text, entry.values)
            if meant is None and entry.name == "priority" and op == ":" and folded(text) in ("none", "なし"):
                return "none"
            if meant is None:
                raise FilterError(unknown_value(entry.name, text, entry.values), at)
            return meant
        case FieldKind.NUMBER:
            return _number(entry.name, text, at)
        case FieldKind.SPAN:
            return read_span(text, at)
        case FieldKind.MOMENT:
            return read_when(text, at)


def _number(name: str, text: str, at: int) -> float:
    try:
        return float(max(-MOST, min(int(unicodedata.normalize("NFKC", text)), MOST)))
    except ValueError:
        raise FilterError(_("{field} needs a whole number, such as {field}>1.", field=name), at) from None
