"""The boxes of HTML mail turned to lines, before its words are read.

Mailers use `div`s for lines and tables for places on a page. They become line breaks here, so that any depth of them is
flat; tables of facts (ruled or with headings, several columns, none within) stay tables, and hidden boxes stay hidden.
"""

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BOXES: Final = frozenset(
    ["div", "center", "section", "article", "header", "footer", "main", "aside", "nav", "address", "form", "fieldset"]
)
_TABLE_PARTS: Final = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th"])
_LINES: Final = _BOXES | _TABLE_PARTS
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script|title)\b.*?(?:</\1\s*>|\Z)|<(/?)("
    + "|".join(sorted(_LINES, key=len, reverse=True))
    + r"|br|p|ul|ol|li|dl|dt|dd|hr|h[1-6]|blockquote|pre)\b([^<>]*)>",
    re.IGNORECASE | re.DOTALL,
)
_NOTHING: Final = re.compile(r"(?:<[^<>]*>|\s|&nbsp;|&zwnj;|&#8203;)*+")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BORDER: Final = re.compile(r"border(?:=[\"']?[1-9]|[\w-]*\s*:\s*(?!0|none))", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<[^<>]*>")


@dataclass(slots=True)
class _Table:
    """What tells a table of facts from a table that only places things on a page."""

    is_placed: bool
    is_ruled: bool
    rows: int = 0
    cells: int = 0
    has_inner: bool = False

    @property
    def is_facts(self) -> bool:
        return self.is_ruled and not self.is_placed and not self.has_inner and self.rows > 1 and self.cells > self.rows


def without_boxes(html: str) -> Iterator[str]:
    """Yield the HTML in which boxes are lines, layout tables are flat, and only words and their structure are left."""
    tags = list(_TAG.finditer(html))
    tables = iter(_tables(tags))
    open_tables: list[_Table] = []
    hidden: list[str] = []  # the box that is hidden, and every box of its name within it
    at = 0
    has_words = False
    for tag in tags:
        yield (between := html[at : tag.start()])
        at = tag.end()
        has_words = has_words or not _NOTHING.fullmatch(between)
        name, closes, attributes = (tag[3] or "").lower(), bool(tag[2]), tag[4] or ""
        if not name:
            continue
        if name == "table" and not closes:
            open_tables.append(next(tables))
        is_kept = name not in _LINES or (name in _TABLE_PARTS and bool(open_tables) and open_tables[-1].is_facts)
        if name == "table" and closes and open_tables:
            open_tables.pop()
        if is_kept:
            yield tag[0]
            has_words = False
        elif hidden or (not closes and _is_hidden(attributes)):
            yield from _hidden_box(hidden, name, closes=closes)
        elif name in {"td", "th"}:
            yield " "
        elif has_words:
            yield "<br>"
            has_words = False
    yield html[at:]


def _hidden_box(hidden: list[str], name: str, *, closes: bool) -> Iterator[str]:
    """Yield the edges of a hidden box, and nothing for the boxes within."""
    if not hidden:
        yield "<div hidden>"
    if not closes:
        if not hidden or hidden[0] == name:
            hidden.append(name)
    elif hidden[0] == name:
        hidden.pop()
        if not hidden:
            yield "</div>"


def _is_hidden(attributes: str) -> bool:
    if not attributes:
        return False
    return bool(_HIDDEN_STYLE.search(attributes)) or "hidden" in _QUOTED.sub("", attributes).lower().split()


def _tables(tags: list[re.Match[str]]) -> list[_Table]:
    """Return what is known of each table, in the order in which they open."""
    tables: list[_Table] = []
    stack: list[_Table] = []
    for tag in tags:
        name, closes = (tag[3] or "").lower(), bool(tag[2])
        if name == "table" and not closes:
            if stack:
                stack[-1].has_inner = True
            placed = "presentation" in tag[4] or 'role="none"' in tag[4]
            stack.append(_Table(is_placed=placed, is_ruled=bool(_BORDER.search(tag[4]))))
            tables.append(stack[-1])
        elif stack and closes and name == "table":
            stack.pop()
        elif stack and not closes and name in {"tr", "td", "th"}:
            stack[-1].rows += name == "tr"
            stack[-1].cells += name != "tr"
            stack[-1].is_ruled |= name == "th"
    return tables


def without_tags(html: str) -> str:
    """Return the words of HTML, a line for each block, when nothing else of it can be read."""
    spaced = _TAG.sub(lambda tag: "\n" if tag[3] and not tag[2] else "", html)
    return entities.unescape(_ANY_TAG.sub("", spaced))
