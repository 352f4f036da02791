"""What goes with a message: its files, one line each, inside the composer's frame."""

from collections.abc import Sequence

from textual.geometry import Size

from agentdesk.files import size_word, type_of
from agentdesk.i18n import _, plural
from agentdesk.model import Upload
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, pad, truncate
from agentdesk.ui.painting import Span, Tone
from agentdesk.ui.widgets.lines import Drawing, Line

MOST_LINES = 4
NAME_CELLS = 40


class Enclosed(Drawing):
    """The files of the message; out of sight where there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[list[Span]] = []
        self._side = "│"
        self._tone: Tone = "reply"

    def show(self, uploads: Sequence[Upload], coming: str, side: str, tone: Tone) -> None:
        """Show these, and the name of one that is still being copied."""
        words = _words(uploads, coming)
        if (words, side, tone) != (self._words, self._side, self._tone):
            self._words, self._side, self._tone = words, side, tone
            self.set_class(bool(words), "-shown")
            self.refresh(layout=True)

    def line_at(self, y: int) -> Line | None:
        if y >= len(self._words):
            return None
        room = max(0, self.size.width - 4)
        shown: list[Span] = []
        for text, tone in self._words[y]:
            cut = truncate(text, room)
            room -= cell_width(cut)
            shown.append((cut, tone))
        return Line(((f"{self._side} ", self._tone), *shown, (" " * room + f" {self._side}", self._tone)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._words)


def _words(uploads: Sequence[Upload], coming: str) -> list[list[Span]]:
    kept = uploads if len(uploads) <= MOST_LINES else uploads[: MOST_LINES - 1]
    lines: list[list[Span]] = [_file_words(upload) for upload in kept]
    if len(kept) < len(uploads):
        rest = len(uploads) - len(kept)
        lines.append([(plural("and {n} more file", "and {n} more files", rest), "dim")])
    if coming:
        lines.append([(_("copying {file}", file=safe_line(coming)), "soon")])
    return lines


def _file_words(upload: Upload) -> list[Span]:
    name = pad(truncate(safe_line(upload.name), NAME_CELLS), NAME_CELLS)
    return [
        (f"{_('file')} ", "dim"),
        (name, "accent"),
        (pad(size_word(upload.size), 10, "right"), "plain"),
        (f"  {type_of(upload.name)}", "dim"),
    ]
