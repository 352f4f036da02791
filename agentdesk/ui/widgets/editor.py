"""The field in which messages are written: Textual's TextArea with Japanese manners, and sparing with the line.

TextArea repaints itself whole at each character (7 kB, felt over ssh), wraps a run of Japanese as one word, and edits
by code point. Here only rows that look different are painted, lines break as `text.wrap` says, and the caret steps over
what a reader takes for one character. It leans on inner parts of TextArea (`_set_document`, `_offset_to_line_info`),
which is why Textual is bounded to the series that is tested.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Self

from rich.style import Style
from rich.text import Text
from textual.document._document import Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.events import Key, Paste
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from agentdesk.files import dropped_files
from agentdesk.templates import placeholders
from agentdesk.text.graphemes import clusters
from agentdesk.text.wrap import wrap_spans

_OBEYED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NEAR: Final = 200
MISSING: Final = Style(reverse=True, bold=True)


def typed(text: str) -> str:
    """Text as it may stand in a message: lines end with a newline, and nothing is left that a terminal would obey."""
    return _OBEYED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=2048)
def _breaks(line: str, width: int) -> tuple[int, ...]:
    """Where a line is broken at a width."""
    return tuple(start for start, _end in wrap_spans(line, width) if start) if width else ()


class JapaneseLines(WrappedDocument):
    """The lines of a document as they are broken on the screen."""

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        self._width = width
        self._tab_width = tab_width or self._tab_width
        lines = self.document.lines
        self._wrap_offsets = [list(_breaks(line.expandtabs(1), width)) for line in lines]
        self._tab_width_cache = [[1] * line.count("\t") for line in lines]
        heights = [len(offsets) + 1 for offsets in self._wrap_offsets]
        self._offset_to_line_info = [(row, part) for row, height in enumerate(heights) for part in range(height)]
        ends = list(accumulate(heights))
        self._line_index_to_offsets = [
            list(range(end - height, end)) for end, height in zip(ends, heights, strict=True)
        ]

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        self.wrap(self._width)


class Editor(TextArea):
    """A field for a message."""

    class Dropped(Message):
        """What was pasted is nothing but the paths of files."""

        def __init__(self, text: str, paths: list[Path]) -> None:
            super().__init__()
            self.text = text
            self.paths = paths

    def __init__(self, *, id: str | None = None, before_undo: Callable[[], bool] = lambda: False) -> None:
        self._before_undo = before_undo
        self._drawn: dict[int, object] = {}
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.indent_width = 1

    # What it holds

    def show(self, text: str, caret: int) -> None:
        """Show another text, its history empty, with the caret at a character."""
        self.load_text(typed(text))
        self.go_to(caret)

    @property
    def caret(self) -> int:
        """The caret in characters from the start."""
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    def go_to(self, caret: int) -> None:
        """Put the caret at a character."""
        before = self.text[:caret]
        self.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))

    def put(self, text: str) -> None:
        """Insert text at the caret, in place of what is selected; undone as one step."""
        self.history.checkpoint()
        result = self.replace(typed(text), *self.selection, maintain_selection_offset=False)
        self.move_cursor(result.end_location)

    def begin_paragraph(self) -> None:
        """Put the caret on an empty line: a new paragraph follows where the caret's line holds words."""
        row, _column = self.selection.end
        if self.selection.is_empty and self.document[row].strip():
            self.move_cursor((row, len(self.document[row])))
            self.put("\n\n")

    def put_all(self, text: str) -> None:
        """Replace the whole text; undone as one step."""
        self.history.checkpoint()
        result = self.replace(typed(text), (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(result.end_location)

    async def _on_key(self, event: Key) -> None:
        """Obey our own keys at once: as bindings they would run after text that was typed behind them."""
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)

    async def on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        paths = dropped_files(event.text)
        if paths:
            self.post_message(self.Dropped(event.text, paths))
        else:
            self.put(event.text)

    def action_undo(self) -> None:
        """Take back what was typed last, unless something newer is not in the text at all (`before_undo`)."""
        if not self._before_undo():
            super().action_undo()

    # Characters as readers see them

    def get_cursor_left_location(self) -> Location:
        row, column = self.cursor_location
        if column == 0:
            return super().get_cursor_left_location()
        near = max(0, column - _NEAR)
        starts = [cluster.start for cluster in clusters(self.document[row], near) if cluster.start < column]
        return row, starts[-1]

    def get_cursor_right_location(self) -> Location:
        row, column = self.cursor_location
        cluster = next(clusters(self.document[row], column), None)
        return super().get_cursor_right_location() if cluster is None else (row, cluster.end)

    # Drawing

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document = JapaneseLines(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._rewrap_and_refresh_virtual_size()

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        if "{" in line.plain:
            for placeholder in placeholders(line.plain):
                line.stylize(MISSING, placeholder.start, placeholder.end)
        return line

    def render_line(self, y: int) -> Strip:
        self._drawn[y] = self._looks(y)
        return super().render_line(y)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Repaint what looks different; all of it where that cannot be known."""
        is_known = repaint and not (regions or layout or recompose) and len(self._drawn) >= self.size.height > 0
        if not is_known:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        changed = [y for y in range(self.size.height) if self._looks(y) != self._drawn.get(y)]
        if changed:
            super().refresh(*(Region(0, y, self.size.width, 1) for y in changed))
        return self

    def notify_style_update(self) -> None:
        self._drawn.clear()
        super().notify_style_update()

    def _on_resize(self) -> None:
        self._drawn.clear()
        super()._on_resize()

    def _looks(self, y: int) -> Any:  # a value to compare, of whatever makes the row look as it does
        """What tells one look of a row from another."""
        places = self.wrapped_document._offset_to_line_info
        at = self.scroll_offset.y + y
        if at >= len(places):
            return None
        row, part = places[at]
        offsets = self.wrapped_document.get_offsets(row)
        start = offsets[part - 1] if part else 0
        end = offsets[part] if part < len(offsets) else None
        text = self.document[row][start:end]
        top, bottom = sorted(self.selection)
        if top != bottom:
            return (text, self.selection, self.has_focus) if top[0] <= row <= bottom[0] else text
        column = top[1]
        is_here = top[0] == row and start <= column and (end is None or column < end)
        return (text, column - start, self.has_focus) if is_here else text
