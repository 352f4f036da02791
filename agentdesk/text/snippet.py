"""Where the words of a search are in a text, and the passage that shows most of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from agentdesk.text.cells import NARROW
from agentdesk.text.graphemes import clusters, is_plain
from agentdesk.text.normalise import normalise_with_places
from agentdesk.text.segment import is_cjk, places, telling, words_of
from agentdesk.text.width import cell_width

Span = tuple[int, int]

LONGEST_SEARCHED: Final = 20_000
_MOST_PASSAGES: Final = 200
CUT: Final = "…"
_CUT_CELLS: Final = cell_width(CUT)
_FEW_WORDS: Final = 3
_ENGLISH_GRAMMAR: Final = (
    "a an and are as at be been but by can could did do does for from had has have he her him his how i if in is it "
    "its me my no not now of on or our she so that the their them then there they this to us was we were what when "
    "where which who why will with would you your"
)
_GRAMMAR: Final = frozenset(_ENGLISH_GRAMMAR.split())
_SAME: Final = 3
"""So many letters begin any two words of one stem."""


def highlight(text: str, query_tokens: Iterable[str]) -> list[Span]:
    """Return where the tokens of a query are in the text as it was written; touching places are one.

    A Latin word also counts when it only differs in its ending (refund, refunds, refunded), as the index stems it. Of a
    sentence, the words that are grammar do not count.
    """
    cjk, latin = _wanted(tuple(query_tokens))
    if not cjk and not latin:
        return []

    def is_wanted(word: str) -> bool:
        alike = latin[word[:_SAME]]
        return word in alike or (word.isascii() and any(_same_stem(word, other) for other in alike))

    normal = normalise_with_places(text)
    found = places(normal.text, cjk)
    if any(begun in normal.text for begun in latin):
        words = words_of(normal.text)
        found += [word.span() for word in words if word[0][:_SAME] in latin and is_wanted(word[0])]
    spans: list[Span] = []
    for first, last in sorted(found):
        start, end = normal.starts[first], normal.ends[last - 1]
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


@lru_cache(maxsize=8)
def _wanted(query_tokens: tuple[str, ...]) -> tuple[Sequence[str], Mapping[str, Sequence[str]]]:
    """Return the tokens of CJK to look for, and Latin words by how they begin; a list's hits all ask for the same."""
    wanted = frozenset(telling(list(query_tokens)))
    if len(wanted) > _FEW_WORDS:
        wanted = wanted - _GRAMMAR or wanted
    latin: dict[str, list[str]] = {}
    for word in wanted:
        if not is_cjk(word):
            latin.setdefault(word[:_SAME], []).append(word)
    return [token for token in wanted if is_cjk(token)], latin


def snippet(text: str, terms: Iterable[str], cells: int) -> tuple[str, list[Span]]:
    """Return the best passage as one line of at most so many cells, and where the terms are in it.

    `terms` are tokens from `segment`. Only the first 20,000 characters count; without a hit it is the beginning.
    """
    line = " ".join(text[:LONGEST_SEARCHED].split())
    spans = highlight(line, terms)
    edges = _edges(line)
    if _width(line, edges) <= cells:
        return line, spans
    start = _best_start(line, edges, spans, cells)
    lead = CUT if start else ""
    room = cells - len(lead) * _CUT_CELLS - _CUT_CELLS
    end = _fitting_end(line, edges, start, room)
    if _fitting_end(line, edges, start, room + _CUT_CELLS) == len(line):
        end = len(line)
    tail = CUT if end < len(line) else ""
    passage = lead + line[start:end] + tail
    shift = len(lead) - start
    shown = [
        (max(first, start) + shift, min(last, end) + shift) for first, last in spans if first < end and last > start
    ]
    return (passage, shown) if cell_width(passage) <= cells else ("", [])


def _edges(line: str) -> Sequence[int] | None:
    """Return how many cells lie before each place of a line; None for one whose characters belong together."""
    if line.isascii() and line.isprintable():
        return range(len(line) + 1)
    return [0, *accumulate(map(NARROW.__getitem__, line))] if is_plain(line) else None


def _width(line: str, edges: Sequence[int] | None) -> int:
    return cell_width(line) if edges is None else edges[-1]


def _best_start(line: str, edges: Sequence[int] | None, spans: list[Span], cells: int) -> int:
    """Return where a passage begins that holds as many different hits as can be."""
    if not spans or _fitting_end(line, edges, 0, cells - 1) >= spans[-1][1]:
        return 0
    best, best_worth = spans[0], 0
    starts = [first for first, _ in spans]
    words = [line[first:last].casefold() for first, last in spans]
    for place, span in enumerate(spans[:_MOST_PASSAGES]):
        end = _fitting_end(line, edges, span[0], cells * 3 // 4)
        worth = sum(map(len, set(words[place : bisect_left(starts, end)])))
        if worth > best_worth:
            best, best_worth = span, worth
    return _comfortable_start(line, best[0], cells // 4)


def _comfortable_start(line: str, at: int, room: int) -> int:
    """Return a start that lets some words lead to the hit, at a word or sentence where there is one."""
    start = at
    while start > 0 and room >= (width := NARROW[line[start - 1]]):
        room -= width
        start -= 1
    if start == 0:
        return 0
    pause = max(line.rfind(mark, start, at) for mark in "。！？、. ")
    if pause >= 0:
        return pause + 1 if line[pause + 1 : pause + 2] != " " else pause + 2
    return next((cluster.end for cluster in clusters(line, max(start - 1, 0), at) if cluster.end >= start), at)


def _fitting_end(line: str, edges: Sequence[int] | None, start: int, cells: int) -> int:
    if edges is not None:
        return max(bisect_right(edges, edges[start] + cells) - 1, start)
    end = start
    for cluster in clusters(line, start):
        cells -= cluster.cells
        if cells < 0:
            break
        end = cluster.end
    return end


def _same_stem(word: str, other: str) -> bool:
    """Say whether two Latin words differ in a short ending only."""
    short, long = sorted((word, other), key=len)
    return (
        short.isascii() and len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(short.removesuffix("e"))
    )
