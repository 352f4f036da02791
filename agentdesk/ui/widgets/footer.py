"""The last line: the keys that matter here, what follows a chord, or one sentence about what just happened."""

from collections.abc import Sequence

from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from agentdesk.commands.context import Tone
from agentdesk.text.width import cell_width
from agentdesk.ui.painting import Painter, Span
from agentdesk.ui.painting import Tone as Colour

GOOD_NEWS_SECONDS = 6.0
WIDE_GAP = "   "
_COLOURS: dict[Tone, Colour] = {"plain": "plain", "good": "good", "bad": "late"}
Hint = tuple[str, str]


class Footer(Widget):
    """Hints, until a sentence takes their place for a while (bad news: until the next key)."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.painter = Painter(self)
        self._hints: tuple[Hint, ...] = ()
        self._said: tuple[str, Tone] | None = None
        self._fading: Timer | None = None

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show keys and what they do."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            if self._said is None:
                self.refresh()

    def say(self, text: str, tone: Tone) -> None:
        """Show a sentence; good and plain ones fade, bad ones stay until the next key."""
        self.hush()
        self._said = (text, tone)
        if tone != "bad":
            self._fading = self.set_timer(GOOD_NEWS_SECONDS, self.hush)
        self.refresh()

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
            self._said = None
            self.refresh()

    @property
    def said(self) -> str:
        return self._said[0] if self._said else ""

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._said is None:
            return self.painter.strip(_hint_spans(self._hints, width), width) if y == 0 else Strip.blank(width)
        text, tone = self._said
        return self.painter.strip([(" ", "plain"), (text, _COLOURS[tone])], width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.painter.forget()


def _hint_spans(hints: Sequence[Hint], width: int) -> list[Span]:
    """As many hints as fit whole."""
    whole = 1 + sum(cell_width(f"{key} {label}") for key, label in hints)
    gap = WIDE_GAP if whole + len(WIDE_GAP) * (len(hints) - 1) <= width else "  "
    spans: list[Span] = [(" ", "plain")]
    room = width - 1 + len(gap)
    for key, label in hints:
        room -= cell_width(f"{key} {label}{gap}")
        if room < 0:
            break
        spans += [(key, "plain"), (f" {label}{gap}" if label else gap, "dim")]
    return spans
