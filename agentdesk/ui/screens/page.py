"""Pages: text to read, over the desk, left with Esc."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen

from agentdesk.ui.painting import Span
from agentdesk.ui.widgets.sheet import Sheet, Words


class Page(Screen[None]):
    """A title and lines to read."""

    def __init__(self, title: str, lines: Sequence[Sequence[Span]]) -> None:
        super().__init__()
        self._heading = title
        self._sheet = Sheet(lines)

    def compose(self) -> ComposeResult:
        yield Words([(f" {self._heading}", "accent")], classes="page-title")
        yield self._sheet


def text_page(title: str, text: str) -> Page:
    """A page of plain text."""
    return Page(title, [[(line, "plain")] for line in text.split("\n")])
