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


Known = Callable[[str], Sequence[str]]
"""The names in use in a field (`tag`, `assignee`, ...), asked only for the field that is being typed."""

_LAST = re.compile(r'[^\s()"]*$')


def nothing_known(_field: str) -> Sequence[str]:
    """No names in use."""
    return ()


def complete(text: str, caret: int, known: Known = nothing_known) -> list[Completion]:
    """What the word before the caret may become; what is begun in Japanese goes on in Japanese."""
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
            (f"{spelled}:", entry.about())
            for entry in FIELDS.values()
            if (spelled := _spelled(wanted, entry.name, entry.aliases))
        ]
        spelled = _spelled(wanted, "sort", ("並び",))
        found += [(f"{spelled}:", _("the order"))] if spelled else []
        return [Completion(name, start, caret, about) for name, about in found]
    value = typed[at.end() :].rpartition(",")[2]
    values = _values_of(folded(at["name"]), known)
    wanted, is_japanese = folded(value), not at["name"].isascii()
    return [
        Completion(written(spelled), caret - len(value), caret)
        for name, others in values.items()
        if (spelled := _spelled(wanted, name, others, is_japanese=is_japanese))
    ]


def _values_of(name: str, known: Known) -> Mapping[str, tuple[str, ...]]:
    if name == "sort":
        return SORTS
    entry = field_named(name)
    if entry is None:
        return {}
    return {
        **{str(value): others for value, others in entry.values.items()},
        **dict.fromkeys(known(entry.name), ()),
    }


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
