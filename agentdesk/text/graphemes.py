"""Grapheme clusters: what a reader takes for one character, and what must never be split.

A compact form of UAX 29: a character without width of its own (combining mark, kana voicing mark, variation
selector, emoji modifier, Hangul vowel or final) belongs to the one before; ZERO WIDTH JOINER also takes the one after;
regional indicators pair up to flags; CR LF is one. Not covered: Indic conjuncts joined by a virama.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from agentdesk.text.cells import NARROW, VS16, WIDENED, ZWJ

_FIRST_FLAG: Final = "\U0001f1e6"
_LAST_FLAG: Final = "\U0001f1ff"


class Cluster(NamedTuple):
    """One grapheme cluster: its place in the text, and its width in terminal cells."""

    start: int
    end: int
    cells: int


def clusters(text: str, start: int = 0, end: int | None = None, *, table: dict[str, int] = NARROW) -> Iterator[Cluster]:
    """Yield the clusters of a text, or of a part of it, lazily."""
    stop = len(text) if end is None else end
    at = start
    while at < stop:
        char = text[at]
        after = at + 1
        cells = table[char]
        if after < stop and ((char == ZWJ and text[after] >= " ") or (char == "\r" and text[after] == "\n")):
            after += 1
        elif _FIRST_FLAG <= char <= _LAST_FLAG and after < stop and _FIRST_FLAG <= text[after] <= _LAST_FLAG:
            cells += table[text[after]]
            after += 1
        if char >= " " and after < stop and not table[text[after]]:
            after, widened = _extended(text, after, stop, table)
            if widened and char in WIDENED and cells == 1:
                cells = 2
        yield Cluster(at, after, cells)
        at = after


def is_plain(text: str) -> bool:
    """Is every character of a text a cluster of its own? That is quick to say, and nearly always so."""
    return not text or (max(text) < _FIRST_FLAG and all(map(NARROW.__getitem__, text)))


def _extended(text: str, at: int, stop: int, table: dict[str, int]) -> tuple[int, bool]:
    """Return where the cluster that reaches `at` ends, and whether it asks to be shown as an emoji."""
    widened = False
    while at < stop:
        char = text[at]
        if table[char] or char < " " or "\x7f" <= char < "\xa0":
            break
        widened = widened or char == VS16
        at += 1
        if char == ZWJ and at < stop and text[at] >= " ":
            at += 1
    return at, widened
