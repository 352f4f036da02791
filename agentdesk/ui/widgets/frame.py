"""The frame round the composer, whose edges say who will read what is written."""

from agentdesk.text.width import cell_width, truncate
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.widgets.lines import Drawing, Line


class FrameLine(Drawing):
    """One edge of the frame, with words in it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.corners = "   "
        self.tone: Tone = "reply"
        self.words: tuple[Span, ...] = ()

    def show(self, words: tuple[Span, ...], corners: str, tone: Tone) -> None:
        """Show words in an edge; `corners` are its left end, the rule and its right end."""
        if (words, corners, tone) != (self.words, self.corners, self.tone):
            self.words, self.corners, self.tone = words, corners, tone
            self.refresh()

    def line_at(self, y: int) -> Line:
        left, rule, right = self.corners[0], self.corners[1], self.corners[2]
        room = self.size.width - 6
        shown: list[Span] = []
        for text, tone in self.words:
            cut = truncate(text, room)
            room -= cell_width(cut)
            shown.append((cut, tone))
        return Line(((f"{left}{rule} ", self.tone), *shown, (f" {rule * (room + 1)}{right}", self.tone)))
