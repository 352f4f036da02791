"""Width of text in terminal cells, and text made to fit a width; it agrees with how Rich and Textual count."""

from typing import Literal, TypeAlias

from agentdesk.text.cells import VS16, ZWJ, cells
from agentdesk.text.graphemes import clusters

Align: TypeAlias = Literal["left", "right", "center"]


def cell_width(text: str, *, ambiguous_wide: bool = False) -> int:
    """Return how many terminal cells one line of text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    table = cells(ambiguous_wide=ambiguous_wide)
    if ZWJ in text or VS16 in text:
        return sum(cluster.cells for cluster in clusters(text, table=table))
    return sum(map(table.__getitem__, text))


def truncate(text: str, width: int, ellipsis: str = "…", *, ambiguous_wide: bool = False) -> str:
    """Return the text cut to at most so many cells; what was cut ends with the ellipsis, if that fits."""
    if text.isascii() and text.isprintable() and len(text) <= width:
        return text
    room = max(width, 0)
    mark = ellipsis if cell_width(ellipsis, ambiguous_wide=ambiguous_wide) <= room else ""
    short = room - cell_width(mark, ambiguous_wide=ambiguous_wide)
    used = kept = 0
    for cluster in clusters(text, table=cells(ambiguous_wide=ambiguous_wide)):
        used += cluster.cells
        if used > room:
            return text[:kept] + mark
        if used <= short:
            kept = cluster.end
    return text


def pad(text: str, width: int, align: Align = "left", *, ambiguous_wide: bool = False) -> str:
    """Return the text cut or filled with spaces to exactly so many cells."""
    shown = truncate(text, width, ambiguous_wide=ambiguous_wide).rstrip(ZWJ)  # a dangling joiner would swallow a space
    missing = max(width - cell_width(shown, ambiguous_wide=ambiguous_wide), 0)
    match align:
        case "left":
            return shown + " " * missing
        case "right":
            return " " * missing + shown
        case "center":
            return " " * (missing // 2) + shown + " " * (missing - missing // 2)
