"""Lines of spans that belong to entries, and the panes that show them with Textual's line API.

A line is text in tones (`painting`); nothing in it is ever read as markup.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from agentdesk.record import record
from agentdesk.ui.linear import point_at
from agentdesk.ui.painting import Painter, Span
from agentdesk.ui.pane import Pane

WHEEL_LINES = 3


@record
class Line:
    """One line to draw; `entry` is the number of the thing in a list it belongs to, where there is a list."""

    parts: tuple[Span, ...] = ()
    entry: int | None = None

    @property
    def plain(self) -> str:
        return "".join(text for text, _tone in self.parts)


def line(*parts: str | Span, entry: int | None = None) -> Line:
    """A line of parts; a bare string is plain."""
    return Line(tuple((part, "plain") if isinstance(part, str) else part for part in parts), entry)


def joined(words: Iterable[Span], gap: str = "  ") -> tuple[Span, ...]:
    """The words that are not empty, with a gap between them."""
    parts: list[Span] = []
    for text, tone in words:
        if text:
            if parts:
                parts.append((gap, "plain"))
            parts.append((text, tone))
    return tuple(parts)


def keys_line(keys: Mapping[str, str]) -> Line:
    """The keys of a dialog, each with what it does."""
    return line(*(span for key, word in keys.items() for span in ((key, "accent"), (f" {word}   ", "plain"))))


class Drawing(Widget):
    """A widget that draws lines; a subclass says which line is where (`line_at`)."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.painter = Painter(self)

    def line_at(self, y: int) -> Line | None:
        """The line to draw in row `y` of the widget, or None for an empty row."""
        raise NotImplementedError

    def is_chosen(self, shown: Line) -> bool:
        """Is this line part of the entry that the cursor is on?"""
        return False

    def render_line(self, y: int) -> Strip:
        shown = self.line_at(y) or Line()
        return self.painter.strip(shown.parts, self.size.width, "cursor" if self.is_chosen(shown) else "plain")

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


class Lines(Drawing, can_focus=True):
    """Lines that scroll; where lines belong to entries, the cursor goes from entry to entry."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.top = 0
        self.cursor: int | None = None
        self._lines: list[Line] | None = None
        self._built_for = 0

    def build(self, width: int) -> list[Line]:
        """Every line of the pane at this width."""
        raise NotImplementedError

    def lines(self) -> list[Line]:
        if self._lines is None or self._built_for != self.size.width:
            self._built_for = self.size.width
            self._lines = self.build(self._built_for)
        return self._lines

    def rebuild(self, *, keep_place: bool = True) -> None:
        """Make the lines anew; the place is kept as far as there are so many lines."""
        self._lines = None
        if not keep_place:
            self.top = 0
            self.cursor = None
        self.refresh()

    def line_at(self, y: int) -> Line | None:
        place = self._top_within(self.top) + y
        lines = self.lines()
        return lines[place] if place < len(lines) else None

    def is_chosen(self, shown: Line) -> bool:
        return shown.entry is not None and shown.entry == self.cursor and self.has_focus

    def enter(self) -> None:
        """Open what the cursor is on."""

    def entries(self) -> int:
        """How many entries there are to go through."""
        return 1 + max((shown.entry for shown in self.lines() if shown.entry is not None), default=-1)

    def move(self, rows: int) -> None:
        count = self.entries()
        if count == 0:
            self.scroll_lines(rows)
        elif self.cursor is None:
            self.choose(0 if rows > 0 else count - 1)
        else:
            self.choose(max(0, min(self.cursor + rows, count - 1)))

    def page(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self.size.height - 1))

    def edge(self, end: Literal["top", "bottom"]) -> None:
        count = self.entries()
        if count:
            self.choose(0 if end == "top" else count - 1)
        self.scroll_lines(-len(self.lines()) if end == "top" else len(self.lines()))

    def choose(self, entry: int | None) -> None:
        """Put the cursor on an entry and bring it on the screen."""
        self.cursor = entry
        places = [place for place, shown in enumerate(self.lines()) if shown.entry == entry and entry is not None]
        if places and places[0] < self.top:
            self.top = places[0]
        elif places and places[-1] >= self.top + self.size.height:
            self.top = places[-1] - self.size.height + 1
        point_at(self, self._cursor_line)
        self.refresh()

    def on_click(self, event: Click) -> None:
        shown = self.line_at(event.y)
        if shown is not None and shown.entry is not None:
            is_again = shown.entry == self.cursor
            self.choose(shown.entry)
            if is_again or event.chain > 1:
                self.enter()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-WHEEL_LINES)

    def on_focus(self) -> None:
        point_at(self, self._cursor_line)
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self.build(width)))

    def scroll_lines(self, rows: int) -> None:
        """Move what is seen, not the cursor."""
        self.top = self._top_within(self.top + rows)
        self.refresh()

    def _cursor_line(self) -> int:
        entries = [shown.entry for shown in self.lines()[self.top : self.top + self.size.height]]
        return entries.index(self.cursor) if self.cursor in entries else 0

    def _top_within(self, top: int) -> int:
        return max(0, min(top, len(self.lines()) - self.size.height))


class LinesPane(Lines, Pane, can_focus=True):
    """Lines as a pane of the main screen, moved by commands."""


class FixedLines(Drawing):
    """A few lines that stay as they are until others are shown."""

    def __init__(self, *shown: Line, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown = shown

    def show(self, *shown: Line) -> None:
        """Show other lines."""
        is_as_tall = len(shown) == len(self.shown)
        self.shown = shown
        self.refresh(layout=not is_as_tall)

    def line_at(self, y: int) -> Line | None:
        return self.shown[y] if y < len(self.shown) else None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.shown)
