"""The command line: `:` and what may be typed, with completion and what was typed before."""

from collections.abc import Callable, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from agentdesk.filters.completing import Completion
from agentdesk.text.width import cell_width
from agentdesk.ui.painting import Painter, Span, column
from agentdesk.ui.widgets.sheet import Words

NAMES_CELLS = 34
MOST_REMEMBERED = 200


class Suggestions(Widget):
    """Ways to go on, the one that Tab takes marked."""

    def __init__(self) -> None:
        super().__init__()
        self.painter = Painter(self)
        self.found: list[Completion] = []
        self.chosen = 0

    def show(self, found: Sequence[Completion], chosen: int) -> None:
        """Show these, one of them marked."""
        self.found, self.chosen = list(found), chosen
        self.styles.height = len(self.found)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self.found):
            return self.painter.strip((), width)
        one = self.found[y]
        names = max(NAMES_CELLS, cell_width(one.text) + 2)
        spans: list[Span] = [("  ", "plain"), column(one.text, names), (one.about, "dim")]
        return self.painter.strip(spans, width, "cursor" if y == self.chosen else "plain")

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


class CommandLine(Widget):
    """One line to type a command in. Enter runs it, Tab completes, up and down bring back earlier ones."""

    class Typed(Message):
        """A line was entered."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Left(Message):
        """The person would rather not."""

    def __init__(self, complete: Callable[[str, int], list[Completion]], history: list[str]) -> None:
        super().__init__()
        self._complete = complete
        self.history = history
        self._takes_lines = False
        self._back = 0
        self._field = Input(compact=True, select_on_focus=False)
        self._suggestions = Suggestions()

    def compose(self) -> ComposeResult:
        yield self._suggestions
        with Horizontal(id="prompt"):
            yield Words([(" :", "accent")], id="colon")
            yield self._field

    def open(self, start: str) -> None:
        """Begin a line with this text and take the keys."""
        self.add_class("-open")
        self._back = 0
        self._takes_lines = True
        self._field.value = start
        self._field.cursor_position = len(start)
        self._suggest()
        self.screen.set_focus(self._field)

    def close(self) -> None:
        """Go out of sight."""
        self.remove_class("-open")
        self._suggestions.show((), 0)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._suggest()

    def _suggest(self) -> None:
        self._suggestions.show(self._complete(self._field.value, self._field.cursor_position), 0)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._takes_lines:
            return  # an Enter typed twice must not run the line twice
        self._takes_lines = False
        line = event.value.strip()
        if line and (not self.history or self.history[-1] != line):
            self.history.append(line)
            del self.history[:-MOST_REMEMBERED]
        self.post_message(self.Typed(line))

    async def on_key(self, event: events.Key) -> None:
        steps: dict[str, Callable[[], None]] = {
            "escape": lambda: self._leave(),
            "tab": lambda: self._take(),
            "down": lambda: self._step(1),
            "up": lambda: self._step(-1),
            "ctrl+n": lambda: self._mark(1),
            "ctrl+p": lambda: self._mark(-1),
        }
        step = steps.get(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            step()

    def _leave(self) -> None:
        self.post_message(self.Left())

    def _mark(self, rows: int) -> None:
        found = self._suggestions.found
        if found:
            self._suggestions.show(found, (self._suggestions.chosen + rows) % len(found))

    def _take(self) -> None:
        """Put the marked suggestion in its place."""
        found = self._suggestions.found
        if not found:
            return
        one = found[self._suggestions.chosen]
        value = self._field.value
        self._field.value = value[: one.start] + one.text + value[one.end :]
        self._field.cursor_position = one.start + len(one.text)

    def _step(self, entries: int) -> None:
        """Bring back an earlier line, or a later one."""
        self._back = min(max(self._back - entries, 0), len(self.history))
        self._field.value = self.history[-self._back] if self._back else ""
        self._field.cursor_position = len(self._field.value)
