"""Prose: the same words as plain text and as HTML, and placeholders filled in."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

_BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol"))
_SILENT = frozenset(("script", "style", "head", "title"))
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*(?:\|[^}]*)?\}\}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def text_of(html: str) -> str:
    """The words of an HTML text, a line per block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\r\f]+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def html_of(text: str) -> str:
    """The HTML that Zendesk shows for a plain text: paragraphs and line breaks."""
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    body = "".join(f'<p dir="auto">{escape(part, quote=False)}</p>' for part in paragraphs)
    return f'<div class="zd-comment" dir="auto">{body.replace(chr(10), "<br>")}</div>'


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """The text with each `{{placeholder}}` replaced; an unknown one becomes empty, as in Liquid."""
    return _PLACEHOLDER.sub(lambda match: value_of(match.group(1)), text)
