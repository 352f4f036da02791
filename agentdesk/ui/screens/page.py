"""Pages: text to read, over the desk, left with Esc."""

from collections.abc import Sequence

from textual.app import ComposeResult

from agentdesk.ui.painting import Span
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.sheet import Sheet


class Page(Titled[None]):
    """A title and lines to read."""

    def __init__(self, title: str, lines: Sequence[Sequence[Span]], sought: tuple[str, ...] = ()) -> None:
        super().__init__(title)
        self._sheet = Sheet(lines, sought)

    def on_mount(self) -> None:
        self.call_after_refresh(self._sheet.next_match, 1)

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self._sheet
        yield self.footer


def text_page(title: str, text: str, sought: tuple[str, ...] = ()) -> Page:
    """A page of plain text, the tokens of the search that led to it marked."""
    return Page(title, [[(line, "plain")] for line in text.split("\n")], sought)
