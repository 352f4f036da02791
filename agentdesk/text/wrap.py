"""Lines of a width: Latin words stay whole where they fit, Japanese breaks anywhere that 禁則処理 allows.

Japanese rules, by pushing down (追い出し): no line starts with a closing bracket, 、。, a small kana, ー or 々; none
ends with an opening bracket; …… and ―― stay together. A word longer than a line (a URL) is broken between clusters.
Spaces where a line is broken belong to no line. Only the line that is asked for is computed: a text of 5 MB in one
paragraph costs nothing until it is shown.
"""

import re
from collections.abc import Iterator
from typing import Final

from agentdesk.text.cells import cells
from agentdesk.text.graphemes import Cluster, clusters
from agentdesk.text.width import cell_width

Span = tuple[int, int]

_NOT_FIRST: Final = frozenset(
    "、。，．,.・･:;：；？！?!‼⁇⁈⁉)]}）］｝」』】〕〉》〙〗〟’”｠»｡､｣％%‰℃°′″"
    "ーｰ‐゠–〜～々〻ゝゞヽヾﾞﾟぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｯｬｭｮ"
)
_NOT_LAST: Final = frozenset("([{（［｛「『【〔〈《〘〖〝‘“｟«￥＄＃¥$£€№")
_TOGETHER: Final = frozenset("…‥―—─")
_SPACES: Final = " \u3000"
_GLUE: Final = "\u00a0\u202f\u2060"
_PREFIX: Final = re.compile(r" *(?:>[ >]*)?")


def wrap(text: str, width: int, *, keep_prefix: bool = False, ambiguous_wide: bool = False) -> list[str]:
    """Return the lines of a text; with `keep_prefix`, indentation and `>` marks are repeated on continued lines."""
    if not keep_prefix:
        return [text[start:end] for start, end in wrap_spans(text, width, ambiguous_wide=ambiguous_wide)]
    lines: list[str] = []
    for paragraph in text.split("\n"):
        match = _PREFIX.match(paragraph)
        prefix = match[0] if match else ""
        room = width - cell_width(prefix, ambiguous_wide=ambiguous_wide)
        if room < width / 2:
            prefix, room = "", width
        rest = paragraph[len(prefix) :]
        spans = wrap_spans(rest, room, ambiguous_wide=ambiguous_wide)
        lines.extend((prefix + rest[start:end]).rstrip(" ") for start, end in spans)
    return lines


def wrap_spans(
    text: str, width: int, start: int = 0, end: int | None = None, *, ambiguous_wide: bool = False
) -> Iterator[Span]:
    """Yield where each line begins and ends in the text, lazily; between two lines are only spaces or one newline."""
    table = cells(ambiguous_wide=ambiguous_wide)
    width = max(width, 1)
    last = len(text) if end is None else end
    while True:
        newline = text.find("\n", start, last)
        yield from _paragraph(text, start, last if newline < 0 else newline, width, table)
        if newline < 0:
            return
        start = newline + 1


def _paragraph(text: str, start: int, stop: int, width: int, table: dict[str, int]) -> Iterator[Span]:
    while True:
        end = _line_end(text, start, stop, width, table)
        after = end
        while after < stop and _is_space(text, after, stop, table):
            after += 1
        yield start, _visible_end(text, start, end)
        if after >= stop:
            return
        start = after


def _is_space(text: str, at: int, stop: int, table: dict[str, int]) -> bool:
    """Say whether a space stands alone; one that carries a mark is a character to show."""
    return text[at] in _SPACES and (at + 1 >= stop or table[text[at + 1]] > 0)


def _visible_end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _SPACES:
        end -= 1
    return end


def _line_end(text: str, start: int, stop: int, width: int, table: dict[str, int]) -> int:
    """Return where the line that begins at `start` is broken."""
    window = text[start : min(start + width + 1, stop)]
    if window.isascii() and window.isprintable():
        return start + _ascii_end(window, width)
    used = 0
    at_break = indent_end = start
    before: Cluster | None = None
    for cluster in clusters(text, start, stop, table=table):
        is_space = cluster.end - cluster.start == 1 and text[cluster.start] in _SPACES
        if before is None or (is_space and indent_end == cluster.start):
            indent_end = cluster.end if is_space else start
        elif cluster.start > indent_end and _may_break(text, start, before, cluster):
            at_break = cluster.start
        used += cluster.cells
        if used > width and not is_space:
            return at_break if at_break > start else max(cluster.start, indent_end) if before else cluster.end
        before = cluster
    return stop


def _ascii_end(window: str, width: int) -> int:
    """Return where a line of printable ASCII is broken; the window is one longer than the line, if there is more."""
    if len(window) <= width or window[width] == " ":
        return min(len(window), width)
    indent = len(window) - len(window.lstrip(" "))
    space = window.rfind(" ", indent, width) + 1
    hyphen = window.rfind("-", indent, width) + 1
    while hyphen > space and not (window[hyphen - 2 : hyphen - 1].isalnum() and window[hyphen].isalpha()):
        hyphen = window.rfind("-", indent, hyphen - 1) + 1
    return max(space, hyphen) or width


def _may_break(text: str, line_start: int, before: Cluster, after: Cluster) -> bool:
    first, second = text[before.start], text[after.start]
    if (second in _SPACES and after.end - after.start == 1) or first in _GLUE or second in _GLUE:
        return False
    if first in _SPACES:
        return True
    if second in _NOT_FIRST or first in _NOT_LAST or (first == second and first in _TOGETHER):
        return False
    if _breaks_anywhere(first, before.cells) or _breaks_anywhere(second, after.cells):
        return True
    return first == "-" and second.isalpha() and before.start > line_start and text[before.start - 1].isalnum()


def _breaks_anywhere(char: str, width: int) -> bool:
    return width == 2 or "\uff61" <= char <= "\uff9f"
