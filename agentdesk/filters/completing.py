"""Completing: how the word before the caret may go on."""

import re
from collections.abc import Mapping, Sequence
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


_LAST = re.compile(r'[^\s()"]*$')


def complete(text: str, caret: int, known: Mapping[str, Sequence[str]] | None = None) -> list[Completion]:
    """What the word before the caret may become; `known` has names in use by field (`tag`, `assignee`, ...)."""
    before = text[:caret].translate(TWINS)
    match = _LAST.search(before)
    assert match is not None, "the pattern matches the empty text"
    start = match.start()
    typed = match[0]
    if typed.startswith("-"):
        start, typed = start + 1, typed[1:]
    at = FIELD_SIGN.match(typed)
    if at is None:
        wanted = folded(typed)
        found = [
            (f"{entry.name}:", entry.about()) for entry in FIELDS.values() if _begins(wanted, entry.name, entry.aliases)
        ]
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
    entry = field_named(name)
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
