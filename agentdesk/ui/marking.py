"""Marking: the words that a search led here by, standing out in the lines of a text. Pure of Textual."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from agentdesk.ui.painting import Span, Tone

_BETWEEN_LINES = " \u3000\n"


def marked(lines: Iterable[str], source: str, sought: Sequence[str], tone: Tone) -> list[tuple[Span, ...]]:
    """The lines that a text was wrapped to, as spans: the tokens of a search marked, the rest in this tone.

    They are looked for in the text itself, for a Japanese word may be broken between two lines.
    """
    if not sought:
        return [((text, tone),) for text in lines]
    from agentdesk.text.snippet import highlight  # late: nothing is marked at the first paint

    hits = highlight(source, sought)
    if not hits:
        return [((text, tone),) for text in lines]
    is_hit = bytearray(len(source))
    for start, end in hits:
        is_hit[start:end] = b"\1" * (end - start)
    spans: list[tuple[Span, ...]] = []
    at = 0
    for text in lines:
        flags: list[tuple[str, bool]] = []
        for char in text:  # what stands before a line that goes on (`> `) is not in the source a second time
            while at < len(source) and source[at] != char and source[at] in _BETWEEN_LINES:
                at += 1
            is_there = at < len(source) and source[at] == char
            flags.append((char, is_there and bool(is_hit[at])))
            at += is_there
        runs = groupby(flags, key=lambda flag: flag[1])
        spans.append(tuple(("".join(char for char, _hit in run), "match" if hit else tone) for hit, run in runs))
    return spans


def has_match(parts: Iterable[Span]) -> bool:
    """Is anything in a line marked?"""
    return any(tone == "match" for _text, tone in parts)


def next_match(lines: Iterable[Iterable[Span]], here: int | None, step: int) -> int | None:
    """The line with something marked that comes next behind (or before) `here`; without one `here` itself.

    From nowhere it is the first (or the last). None where nothing is marked.
    """
    found = [at for at, parts in enumerate(lines) if has_match(parts)]
    ahead = [at for at in found if here is None or (at - here) * step > 0]
    if ahead:
        return ahead[0] if step > 0 else ahead[-1]
    return here if found else None


def standing_at(parts: Iterable[Span]) -> tuple[Span, ...]:
    """The line that the reader stands at: what is marked in it stands out more."""
    return tuple((text, "match-here" if tone == "match" else tone) for text, tone in parts)
