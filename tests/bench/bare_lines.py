"""The measure of a list: a million lines drawn with Textual's line API, a cursor, and nothing else."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

LINES = 1_000_000
PLAIN, CHOSEN = Style(), Style(reverse=True)


class Lines(ScrollView, can_focus=True):
    """Lines with a cursor that Down moves."""

    def on_mount(self) -> None:
        self.cursor = 0
        self.virtual_size = Size(self.size.width, LINES)

    def render_line(self, y: int) -> Strip:
        line = self.scroll_offset.y + y
        text = f"{line:>9}  a customer  a subject of some length".ljust(self.size.width)
        return Strip([Segment(text, CHOSEN if line == self.cursor else PLAIN)], self.size.width)

    def on_key(self, event: events.Key) -> None:
        if event.key == "down":
            before, self.cursor = self.cursor, self.cursor + 1
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
            for line in (before, self.cursor):
                self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))


class BareLines(App[None]):
    """One list."""

    def compose(self) -> ComposeResult:
        yield Lines()


if __name__ == "__main__":
    BareLines().run()
