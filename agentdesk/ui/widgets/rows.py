"""Rows: a pane of lines with a cursor, painted only where it is seen, so that 100,000 rows scroll like ten.

A row is a line of spans; there is no widget per row. Moving the cursor repaints two lines; at the edge the list turns
by half a screen, so that a held key costs as little as one.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agentdesk.ui.glyphs import PRETTY, Glyphs
from agentdesk.ui.linear import point_at
from agentdesk.ui.painting import Ground, Painter, Span
from agentdesk.ui.pane import Pane

WHEEL_ROWS = 3


class Rows(Pane):
    """Lines with a cursor. A subclass says how many there are (`count`) and what each shows (`row`)."""

    def __init__(self, *, signs: Glyphs = PRETTY, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.signs = signs
        self.painter = Painter(self)
        self.cursor = 0
        self.top = 0
        self.on_cursor: Callable[[], None] | None = None

    # What a subclass says

    @property
    def count(self) -> int:
        """How many rows there are."""
        return 0

    def row(self, index: int, width: int) -> Sequence[Span]:
        """What a row shows beside the cursor's bar."""
        raise NotImplementedError

    @property
    def head_count(self) -> int:
        """How many lines stand above the rows."""
        return 0

    def head(self, y: int, width: int) -> Sequence[Span]:
        """One of the lines above the rows."""
        return ()

    def nothing(self) -> str:
        """What an empty place says: what to do now."""
        return ""

    # Movement

    @property
    def height(self) -> int:
        """How many rows are on the screen."""
        return max(self.size.height - self.head_count, 1)

    def move(self, rows: int) -> None:
        self.go(self.cursor + rows)

    def page(self, pages: int) -> None:
        step = max(self.height - 1, 1) * pages
        self.top = self._top_within(self.top + step)
        self.go(self.cursor + step, repaint=True)

    def edge(self, end: Literal["top", "bottom"]) -> None:
        self.go(0 if end == "top" else self.count - 1)

    def go(self, index: int, *, repaint: bool = False) -> None:
        """Put the cursor on a row (the nearest one there is)."""
        before, top = self.cursor, self.top
        self.cursor = min(max(index, 0), max(self.count - 1, 0))
        self._keep_in_sight()
        if repaint or self.top != top:
            self.refresh()
        elif self.cursor != before:
            self.refresh_rows(before, self.cursor)
        point_at(self, self._cursor_line)
        if self.cursor != before:
            self.cursor_moved()

    def cursor_moved(self) -> None:
        """Tell whoever wants to know; the screen does."""
        if self.on_cursor is not None:
            self.on_cursor()

    def refresh_rows(self, *indexes: int) -> None:
        """Repaint single rows."""
        above = self.head_count
        self.refresh(*(Region(0, above + index - self.top, self.size.width, 1) for index in indexes))

    def _cursor_line(self) -> int:
        return self.head_count + self.cursor - self.top

    def _top_within(self, top: int) -> int:
        return min(max(top, 0), max(self.count - self.height, 0))

    def _keep_in_sight(self) -> None:
        height = self.height
        if not self.top <= self.cursor < self.top + height:
            near = abs(self.cursor - self.top) < 2 * height
            middle = self.cursor - height // 2
            is_edge = self.cursor in (0, self.count - 1)
            self.top = middle if near and not is_edge else self.cursor - (0 if self.cursor < self.top else height - 1)
        self.top = self._top_within(self.top)

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        heads = self.head_count
        if y < heads:
            return self.painter.strip(self.head(y, width), width)
        index = self.top + y - heads
        if index < self.count:
            return self.row_strip(index, width)
        if self.count == 0 and y == heads + 1:
            return self.painter.strip([("  ", "plain"), (self.nothing(), "dim")], width)
        return self.painter.strip((), width)

    def row_strip(self, index: int, width: int) -> Strip:
        """One row as it is painted, with the cursor's bar where the cursor is."""
        if index != self.cursor:
            return self.painter.strip([(" ", "plain"), *self.row(index, width - 1)], width)
        ground: Ground = "cursor" if self.has_focus else "idle"
        bar: Span = (self.signs.cursor, "accent" if self.has_focus else "faint")
        return self.painter.strip([bar, *self.row(index, width - 1)], width, ground)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()

    # Mouse and size

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - self.head_count
        if 0 <= index < self.count:
            is_again = index == self.cursor
            self.go(index)
            if is_again or event.chain > 1:
                self.enter()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.wheel(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.wheel(-WHEEL_ROWS)

    def wheel(self, rows: int) -> None:
        """Turn the wheel: the rows move below the cursor, which stays in sight."""
        top = self._top_within(self.top + rows)
        if top != self.top:
            self.top = top
            self.go(min(max(self.cursor, top), top + self.height - 1), repaint=True)

    def on_resize(self) -> None:
        self._keep_in_sight()

    def on_focus(self) -> None:
        point_at(self, self._cursor_line)
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
