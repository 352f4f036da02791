"""A look at a file without leaving the desk: texts in whatever encoding, pictures drawn with half blocks.

Nothing of a file is obeyed: texts are shown with their control characters visible, and pictures are only decoded.
"""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from agentdesk.errors import Refused
from agentdesk.files import runs, type_of
from agentdesk.i18n import _
from agentdesk.model import Attachment
from agentdesk.text.decode import Decoded, decoded
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.wrap import wrap
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, keys_line, line
from agentdesk.ui.widgets.picture import Picture, Pixels, pixels

MOST_BYTES = 20_000_000
MOST_TEXT_BYTES = 512_000

Shown = Callable[[], ModalScreen[None]]


def preview_of(attachment: Attachment, content: bytes) -> Shown:
    """What makes the screen that shows a file; raises `Refused` in words where it cannot be shown here."""
    kind = attachment.type if "/" in attachment.type else type_of(attachment.name)
    if kind.startswith("image/") and not runs(attachment.name):
        picture = pixels(content)
        return lambda: PicturePreview(attachment.name, picture)
    text = decoded(content[:MOST_TEXT_BYTES], is_cut=len(content) > MOST_TEXT_BYTES)
    if text is None:
        raise Refused(_("It is no text and no picture. It can be saved or opened."))
    return lambda: TextPreview(attachment.name, text, is_cut=len(content) > MOST_TEXT_BYTES)


class TextLines(Lines):
    """The lines of a text, wrapped."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._paragraphs = safe_text(text).split("\n")

    def build(self, width: int) -> list[Line]:
        room = max(8, width - 1)
        return [line(piece) for paragraph in self._paragraphs for piece in wrap(paragraph, room) or [""]]


class _Preview(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,v,enter", "dismiss", show=False)]


class TextPreview(_Preview):
    """A text file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "leaf(1)", show=False),
        Binding("pageup,b", "leaf(-1)", show=False),
    ]

    def __init__(self, name: str, text: Decoded, *, is_cut: bool) -> None:
        super().__init__()
        self._file, self._decoded, self._is_cut = name, text, is_cut
        self._page = TextLines(text.text)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield FixedLines(line((safe_line(self._file), "strong"), "   ", (self._decoded.encoding, "dim")), line())
            yield self._page
            rest = _("This is the beginning; the whole can be saved.") if self._is_cut else ""
            yield FixedLines(line((rest, "soon")), keys_line({"Esc": _("back")}))

    def on_mount(self) -> None:
        self.set_focus(self._page)

    def action_scroll(self, rows: int) -> None:
        self._page.scroll_lines(rows)

    def action_leaf(self, pages: int) -> None:
        self._page.page(pages)


class PicturePreview(_Preview):
    """A picture, as big as the terminal allows."""

    def __init__(self, name: str, picture: Pixels) -> None:
        super().__init__()
        self._file = name
        self._picture = Picture(picture)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            size = self._picture.original
            words = _("{width} × {height} pixels", width=size[0], height=size[1])
            yield FixedLines(line((safe_line(self._file), "strong"), "   ", (words, "dim")), line())
            yield self._picture
            yield FixedLines(line(), keys_line({"Esc": _("back")}))

    def on_mount(self) -> None:
        self.set_focus(self._picture)
