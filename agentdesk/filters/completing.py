"""Completing: how the word before the caret may go on."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from agentdesk.filters.fields import FIELD_SIGN, FIELDS, SORTS, field_named
from agentdesk.filters.signs import TWINS, folded
from agentdesk.i18n import _


class Completion(NamedTuple):
    """One way to go on: `text` replaces what stands from `start` to `end`, and `about` says what it is."""

    text: str
    start: int
    end: int
    about: str = ""


class Name(NamedTuple):
    """A value in use, and what may be said to tell it from another."""

    text: str
    about: str = ""


Known = Callable[[str, str], Sequence[Name]]
"""The names in use in a field (`tag`, `assignee`, ...) that begin so, asked only for the field that is being typed."""

_LAST = re.compile(r'[^\s()"]*$')
_QUOTED = re.compile(r'[^\s()":]+:"[^"]*$')
"""A value that is begun with a quotation mark, spaces and all."""


def nothing_known(_field: str, _begun: str) -> Sequence[Name]:
    """No names in use."""
    return ()


def complete(text: str, caret: int, known: Known = nothing_known) -> list[Completion]:
    """What the word before the caret may become; what is begun in Japanese goes on in Japanese."""
    before = text[:caret].translate(TWINS)
    is_quoted = before.count('"') % 2 == 1
    match = (_QUOTED if is_quoted else _LAST).search(before)
    if match is None:
        return []  # a phrase
    start = match.start()
    typed = match[0]
    if typed.startswith("-"):
        start, typed = start + 1, typed[1:]
    at = FIELD_SIGN.match(typed)
    if at is None and before.endswith(('"', ")")):
        return []  # what stands before the caret is complete
    if at is None:
        wanted = folded(typed)
        found = [
            (f"{spelled}:", entry.about())
            for entry in FIELDS.values()
            if (spelled := _spelled(wanted, entry.name, entry.aliases))
        ]
        spelled = _spelled(wanted, "sort", ("並び",))
        found += [(f"{spelled}:", _("the order"))] if spelled else []
        return [Completion(name, start, caret, about) for name, about in found]
    value = typed[at.end() :]
    is_listed = "," in value and not is_quoted
    value = value if is_quoted else value.rpartition(",")[2]
    begun = text[caret - len(value) : caret][is_quoted:]
    names = _values(folded(at["name"]), begun, known, is_japanese=not at["name"].isascii())
    return [
        Completion(written(name), caret - len(value), caret, about)
        for name, about in names
        if not (is_listed and written(name) != name)  # what is quoted stands alone
    ]


def _values(field: str, begun: str, known: Known, *, is_japanese: bool) -> list[Name]:
    """The words that mean something in a field, then the names in use."""
    entry = field_named(field)
    words: Mapping[str, tuple[str, ...]] = SORTS if field == "sort" else entry.values if entry else {}
    wanted = folded(begun)
    spelled = [_spelled(wanted, str(word), others, is_japanese=is_japanese) for word, others in words.items()]
    names = [Name(word) for word in spelled if word]
    return names + [one for one in known(entry.name, begun) if one.text not in words] if entry else names


def _spelled(wanted: str, name: str, others: Sequence[str], *, is_japanese: bool = False) -> str | None:
    """How a word that is begun so goes on: its first name, unless another of its spellings was begun in Japanese."""
    fitting = [one for one in others if not one.isascii() and one.startswith(wanted)]
    if fitting and (is_japanese or not wanted.isascii()):
        return fitting[0]
    begun = folded(name).startswith(wanted) or any(other.startswith(wanted) for other in others)
    return name if begun else None


def written(value: str) -> str:
    """A value as it must be typed."""
    value = value.replace('"', "")
    return f'"{value}"' if re.search(r'[\s(),"]', value) else value
