"""Passages: of a text that was found, the part to show, and where the words are in it."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from agentdesk.text.normalise import normalise, normalise_with_places
from agentdesk.text.snippet import CUT, LONGEST_SEARCHED, Span, snippet

_CELLS: Final = 120
_CHARACTERS: Final = 64
_MOST_PLACES: Final = 20
_MOST_NORMALISED: Final = 6_000
"""To look for other spellings in more of a text would cost a millisecond for each that is shown."""


class Passage:
    """The part of a text that has most of some words, made when it is looked at: most of what is found is not seen."""

    def __init__(self, text: str = "", tokens: Sequence[str] = ()) -> None:
        self._text = text
        self._tokens = tokens

    def __repr__(self) -> str:
        return f"Passage({self.text!r})"

    @property
    def is_blank(self) -> bool:
        """Is there nothing to show?"""
        return not self._text or self._text.isspace()

    @property
    def text(self) -> str:
        """One line, with … where the text goes on."""
        return self._made[0]

    @property
    def spans(self) -> Sequence[Span]:
        """Where the words are in the line."""
        return self._made[1]

    @cached_property
    def _made(self) -> tuple[str, Sequence[Span]]:
        return _passage(self._text, self._tokens)


def _passage(text: str, tokens: Sequence[str]) -> tuple[str, Sequence[Span]]:
    """The passage to show of a text; a long one is looked at near its best hit only, as places cost time to find."""
    start, end = 0, len(text)
    if len(text) > 2 * _CHARACTERS:
        first = _densest(text[:LONGEST_SEARCHED].lower(), tokens)
        if first is None:
            part = text[:_MOST_NORMALISED]
            at = _densest(normalise(part), tokens)  # places cost ten times as much
            first = 0 if at is None else normalise_with_places(part).starts[at]
        start = max(first - _CHARACTERS // 2, 0)
        space = text.find(" ", start, first)
        start = space + 1 if start and space >= 0 else start
        end = min(start + 2 * _CHARACTERS, end)
    passage, spans = snippet(text[start:end], tokens, _CELLS - bool(start) - (end < len(text)))
    lead = CUT if start and not passage.startswith(CUT) else ""
    tail = CUT if end < len(text) and not passage.endswith(CUT) else ""
    return f"{lead}{passage}{tail}", [(first + len(lead), last + len(lead)) for first, last in spans]


def _densest(text: str, tokens: Iterable[str]) -> int | None:
    """Where most of the tokens first stand near each other; None where there is none."""
    places = sorted((at, token) for token in tokens for at in _finds(text, token))
    best: int | None = None
    most = end = 0
    near: dict[str, int] = {}
    for first, leaving in places[:_MOST_PLACES]:
        while end < len(places) and places[end][0] < first + _CHARACTERS:
            near[places[end][1]] = near.get(places[end][1], 0) + 1
            end += 1
        if len(near) > most:
            best, most = first, len(near)
        near[leaving] -= 1
        if not near[leaving]:
            del near[leaving]
    return best


def _finds(text: str, token: str) -> list[int]:
    """The first places of a token."""
    found: list[int] = []
    at = text.find(token)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(at)
        at = text.find(token, at + 1)
    return found
