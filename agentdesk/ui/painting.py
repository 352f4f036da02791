"""Painting lines: text in tones made into strips, for widgets that draw with Textual's line API.

A tone is a word for what a text means (`late`, `dim`, ...); the theme says which colour that is. Text from outside is
made safe here once more, and markup is never parsed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as ThemeColor
from textual.strip import Strip
from textual.widget import Widget

from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, pad, truncate
from agentdesk.ui.glyphs import Glyphs

Tone: TypeAlias = Literal[
    "plain", "strong", "dim", "faint", "accent", "soon", "late", "good", "reply", "note", "match", "match-here"
]
Ground: TypeAlias = Literal["plain", "cursor", "idle"]
Span: TypeAlias = tuple[str, Tone]


_JOINED: Final = re.compile("(?:\u200d[^\\s\u200d])+|[\ufe0e\ufe0f\u200d\u20e3]|[\U0001f3fb-\U0001f3ff]")
_FLAG_LETTERS: Final = {0x1F1E6 + letter: chr(ord("A") + letter) for letter in range(26)}
ELLIPSIS, PLAIN_ELLIPSIS = "…", ".."
_TWINS: Final = str.maketrans("─━│┃┌┐└┘┏┓┗┛▌▐▸›•✓↑↓→", "-=|#++++++++>#>>*x^v>")
_NAMES: Mapping[Tone, str] = {"plain": "foreground", "match": "accent", "match-here": "accent"}
_BOLD: frozenset[Tone] = frozenset({"strong", "match", "match-here"})
_UNDERLINED: frozenset[Tone] = frozenset({"match", "match-here"})
"""What a search led to stands out without colours, too; where the reader stands, it is reversed."""
_GROUNDS: Mapping[Ground, str] = {"cursor": "cursor", "idle": "cursor-idle"}


class Painter:
    """The colours of one widget, asked from the theme once."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[Tone, Ground], Style] = {}
        self._is_plain: bool | None = None

    def forget(self) -> None:
        """Ask again: the theme has changed."""
        self._styles.clear()

    def style(self, tone: Tone, ground: Ground = "plain") -> Style:
        found = self._styles.get((tone, ground))
        if found is None:
            found = self._styles[tone, ground] = self._mixed(tone, ground)
        return found

    def _mixed(self, tone: Tone, ground: Ground) -> Style:
        """The colours of a tone on a ground; of sixteen too few stand apart on the cursor, which is reversed there."""
        if ground == "cursor" and getattr(self._widget.app, "has_few_colours", False):
            fore, back = self._colour("background"), self._colour("strong")
            return Style(color=fore, bgcolor=back, underline=tone in _UNDERLINED or None)
        ground_colour = self._widget.rich_style.bgcolor if ground == "plain" else self._colour(_GROUNDS[ground])
        return Style(
            color=self._colour(_NAMES.get(tone, tone)),
            bgcolor=ground_colour,
            bold=tone in _BOLD or None,
            underline=tone in _UNDERLINED or None,
            reverse=tone == "match-here" or None,
        )

    def _colour(self, variable: str) -> Color:
        """A colour of the theme; asked directly, as component classes would be styled anew for every widget."""
        return ThemeColor.parse(self._widget.app.theme_variables[variable]).rich_color

    def _showable(self, text: str) -> str:
        if self._is_plain is None:
            signs: object = getattr(self._widget.app, "signs", None)
            self._is_plain = isinstance(signs, Glyphs) and signs.is_ascii
        return in_ascii(text) if self._is_plain else text

    def strip(self, spans: Iterable[Span], width: int, ground: Ground = "plain") -> Strip:
        """One line of exactly `width` cells; neighbours that look alike become one segment."""
        segments: list[Segment] = []
        tone: Tone = "plain"
        text, room = "", width
        for piece, wanted in spans:
            whole = steady(safe_line(piece))
            fitting = truncate(whole, room)
            shown = self._showable(fitting)
            room -= cell_width(shown)
            if wanted != tone and shown and not (shown.isspace() and tone not in _UNDERLINED):
                if text:
                    segments.append(Segment(text, self.style(tone, ground)))
                text, tone = "", wanted
            text += shown
            if fitting != whole:
                break  # what is cut ends here: a cell that a wide character left free is no room for more
        if tone in _UNDERLINED:
            segments.append(Segment(text, self.style(tone, ground)))
            text, tone = "", "plain"
        if text.strip() or not segments:
            segments.append(Segment(text + " " * room, self.style(tone, ground)))
        else:
            segments.append(Segment(text + " " * room, self.style("plain", ground)))
        return Strip(segments, width)


def in_ascii(text: str) -> str:
    """The text with the signs of the chrome as their ASCII twins, in as many cells; what was cut ends with `..`."""
    if text.isascii():
        return text
    ended = text.rstrip()
    if ended.endswith(ELLIPSIS):
        mark = PLAIN_ELLIPSIS[: cell_width(ended)]
        kept = truncate(ended.removesuffix(ELLIPSIS), cell_width(ended) - len(mark), "")
        text = pad(kept + mark, cell_width(text))
    return text.translate(_TWINS)


def steady(text: str) -> str:
    """The text with emoji that take as many cells on every terminal: joined ones as their first, flags as letters.

    Terminals that do not join them would shift the rest of the row.
    """
    if text.isascii():
        return text
    return _JOINED.sub("", text).translate(_FLAG_LETTERS)


def fitted(spans: Sequence[Span]) -> int:
    """How many cells spans take."""
    return sum(cell_width(text) for text, _tone in spans)


def ends(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Span]:
    """Spans at the left and the right end of a line; what is at the right stays, the left gives way."""
    room = max(width - fitted(right) - 1, 0)
    kept: list[Span] = []
    for text, tone in left:
        shown = truncate(text, room)
        room -= cell_width(shown)
        if shown:
            kept.append((shown, tone))
    return [*kept, (" " * (room + 1), "plain"), *right]


def column(text: str, width: int, tone: Tone = "plain", *, right: bool = False) -> Span:
    """A text cut or filled to a column."""
    return pad(text, width, "right" if right else "left"), tone
