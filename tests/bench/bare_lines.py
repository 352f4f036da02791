"""The measure of a list: a million lines drawn with Textual's line API, a cursor, and nothing else."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

LINES = 1_000_000
PLAIN, CHOSEN = Style(), Style(reverse=True)


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines with a cursor that Down moves."""

    BINDINGS: ClassVar[list[BindingType]] = [("down", "down", "")]

    def on_mount(self) -> None:
        self.cursor = 0
        self.virtual_size = Size(self.size.width, LINES)

    def render_line(self, y: int) -> Strip:
        line = self.scroll_offset.y + y
        text = f"{line:>9}  a customer  a subject of some length".ljust(self.size.width)
        return Strip([Segment(text, CHOSEN if line == self.cursor else PLAIN)], self.size.width)

    def action_down(self) -> None:
        before, self.cursor = self.cursor, self.cursor + 1
        top = self.scroll_offset.y
        if self.cursor >= top + self.size.height:
            self.scroll_to(y=self.cursor - self.size.height // 2, animate=False)
        else:
            self.refresh(*(Region(0, line - top, self.size.width, 1) for line in (before, self.cursor)))


class BareLines(App[None]):
    """One list."""

    def compose(self) -> ComposeResult:
        yield Lines()


if __name__ == "__main__":
    BareLines().run()
