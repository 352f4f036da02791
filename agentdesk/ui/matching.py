"""Finding by typing a few letters: every word typed must occur, or its letters in order."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from agentdesk.filters import folded

T = TypeVar("T")
WORD_START, WORD_INSIDE, LETTERS_IN_ORDER = 3, 2, 1


def score(query: str, text: str) -> int | None:
    """How well a text answers what was typed, more is better; None when it does not."""
    hay = folded(text)
    total = 0
    for word in folded(query).split():
        at = hay.find(word)
        if at >= 0:
            total += WORD_START if at == 0 or not hay[at - 1].isalnum() else WORD_INSIDE
        elif _in_order(word, hay):
            total += LETTERS_IN_ORDER
        else:
            return None
    return total


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


def best(query: str, entries: Iterable[T], text_of: Callable[[T], str]) -> list[T]:
    """The entries that answer what was typed, best first, else in their order."""
    if not query.strip():
        return list(entries)
    scored = [(found, entry) for entry in entries if (found := score(query, text_of(entry))) is not None]
    return [entry for _found, entry in sorted(scored, key=lambda pair: -pair[0])]
