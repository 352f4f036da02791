"""Sheets: lines to read, wrapped to the width; and single lines of a dialog."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from agentdesk.commands.registry import Pane as PaneName
from agentdesk.text.wrap import wrap
from agentdesk.ui.marking import marked, next_match, standing_at
from agentdesk.ui.painting import Painter, Span, fitted
from agentdesk.ui.widgets.rows import Rows


class Words(Widget):
    """Spans on as many lines as they need."""

    DEFAULT_CSS = "Words { height: auto; width: 100%; }"

    def __init__(self, spans: Sequence[Span], *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.painter = Painter(self)
        self.spans = list(spans)

    def show(self, spans: Sequence[Span]) -> None:
        """Show other spans."""
        self.spans = list(spans)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def _lines(self, width: int) -> list[list[Span]]:
        if fitted(self.spans) <= width:
            return [self.spans]
        tone = self.spans[0][1]
        return [[(line, tone)] for line in wrap("".join(text for text, _tone in self.spans), max(width, 1))]

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)
        return self.painter.strip(lines[y] if y < len(lines) else (), self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


class Sheet(Rows):
    """Lines to read: moving scrolls, there is no cursor."""

    NAME: ClassVar[PaneName] = "page"

    def __init__(self, lines: Sequence[Sequence[Span]], sought: tuple[str, ...] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = [list(line) for line in lines]
        self._sought = sought
        self._match: int | None = None
        self._wrapped: list[Sequence[Span]] = []
        self._width = -1

    @property
    def count(self) -> int:
        self._wrap(self.size.width)
        return len(self._wrapped)

    def _wrap(self, width: int) -> None:
        if width == self._width:
            return
        self._width = width
        self._wrapped = []
        self._match = None  # its row is another one now
        for line in self._source:
            if len(line) != 1:
                self._wrapped.append(line)
            else:
                [(text, tone)] = line
                texts = [text] if fitted(line) <= width - 2 else wrap(text, max(width - 2, 1))
                self._wrapped += marked(texts, text, self._sought, tone)

    @property
    def is_marked(self) -> bool:
        return bool(self._sought)

    def next_match(self, step: int) -> bool:
        self._wrap(self.size.width)
        self._match = next_match(self._wrapped, self._match, step)
        if self._match is None:
            return False
        if not self.top <= self._match < self.top + self.height:
            self.top = self._top_within(self._match - self.height // 4)
        self.refresh()
        return True

    def move(self, rows: int) -> None:
        self.wheel(rows)

    def page(self, pages: int) -> None:
        self.wheel(pages * max(self.height - 1, 1))

    def edge(self, end: Literal["top", "bottom"]) -> None:
        self.wheel(-self.count if end == "top" else self.count)

    def row_strip(self, index: int, width: int) -> Strip:
        shown = self._wrapped[index]
        return self.painter.strip([(" ", "plain"), *(standing_at(shown) if index == self._match else shown)], width)

    def row(self, index: int, width: int) -> Sequence[Span]:
        return self._wrapped[index]
