"""The last line: the keys that matter here, what follows a chord, or one sentence about what just happened."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from agentdesk.commands.context import Tone
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width
from agentdesk.text.wrap import wrap
from agentdesk.ui.painting import Painter, Span
from agentdesk.ui.painting import Tone as Colour

GOOD_NEWS_SECONDS = 6.0
MOST_LINES = 3
WIDE_GAP = "   "
_COLOURS: dict[Tone, Colour] = {"plain": "plain", "good": "good", "bad": "late"}
Hint = tuple[str, str]


class Footer(Widget):
    """Hints, until a sentence takes their place for a while (bad news: until the next key)."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.painter = Painter(self)
        self._hints: tuple[Hint, ...] = ()
        self._is_whole = False
        self._said: tuple[str, Tone] | None = None
        self._fading: Timer | None = None

    def show_hints(self, hints: Sequence[Hint], *, whole: bool = False) -> None:
        """Show keys and what they do: as many as fit on one line, or on the lines they need where `whole`."""
        if (tuple(hints), whole) != (self._hints, self._is_whole):
            before = self._takes_more()
            self._hints, self._is_whole = tuple(hints), whole
            if self._said is None:
                self.refresh(layout=before or self._takes_more())

    def say(self, text: str, tone: Tone) -> None:
        """Show a sentence; good and plain ones fade, bad ones stay until the next key."""
        self.hush()
        self._said = (safe_line(text), tone)
        if tone != "bad":
            self._fading = self.set_timer(GOOD_NEWS_SECONDS, self.hush)
        self.refresh(layout=self._takes_more())

    def key_pressed(self) -> None:
        """The person has read on: bad news may go. Good news stay for their time."""
        if self._said is not None and self._said[1] == "bad":
            self.hush()

    def hush(self) -> None:
        """Show the hints again."""
        if self._fading is not None:
            self._fading.stop()
            self._fading = None
        if self._said is not None:
            is_higher = self._takes_more()
            self._said = None
            self.refresh(layout=is_higher)

    def _takes_more(self) -> bool:
        """Does what it shows need more than one line?"""
        return len(self._lines(self.size.width)) > 1

    @property
    def said(self) -> str:
        return self._said[0] if self._said else ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def _lines(self, width: int) -> list[list[Span]]:
        """The sentence, or the hints, on as many lines as they may take."""
        if self._said is None:
            return _hint_lines(self._hints, width)[: MOST_LINES if self._is_whole else 1]
        text, tone = self._said
        return [[(" ", "plain"), (line, _COLOURS[tone])] for line in wrap(text, max(width - 2, 1))[:MOST_LINES]]

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)
        return self.painter.strip(lines[y] if y < len(lines) else (), self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


def _hint_lines(hints: Sequence[Hint], width: int) -> list[list[Span]]:
    """The hints on lines, each hint whole."""
    whole = 1 + sum(cell_width(f"{key} {label}") for key, label in hints)
    gap = WIDE_GAP if whole + len(WIDE_GAP) * (len(hints) - 1) <= width else "  "
    lines: list[list[Span]] = [[(" ", "plain")]]
    room = width - 1
    for key, label in hints:
        words = f" {label}" if label else ""
        cells = cell_width(key + words)
        is_first = len(lines[-1]) == 1
        if not is_first and len(gap) + cells > room:
            lines.append([(" ", "plain")])
            room, is_first = width - 1, True
        before = "" if is_first else gap
        room -= len(before) + cells
        lines[-1] += [(before + key, "plain"), (words, "dim")]
    return lines
