"""A picture drawn with half blocks: each cell shows two pixels, one above the other.

Decoding is Pillow's, which is optional (the extra `images`): the desk works without it, and says what is
missing when somebody wants to see a picture.
"""

import io
from typing import TYPE_CHECKING, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from agentdesk.errors import Refused
from agentdesk.extras import install_line
from agentdesk.i18n import _
from agentdesk.record import record

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS: Final = 60_000_000
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
KEPT: Final = (400, 400)
"""No terminal shows more, so nothing bigger is kept."""
RAMP: Final = " .:-=+*#%@"
"""From dark to light, for terminals without colour."""


@record
class Pixels:
    """A decoded picture, at most `KEPT`, and the size it had."""

    image: "Image.Image"
    original: tuple[int, int]


def pixels(content: bytes) -> Pixels:
    """Decode a picture; raises `Refused` where that cannot be done, or the library for it is not there."""
    try:
        from PIL import Image, ImageOps  # late: optional, and only who looks at a picture pays for it
    except ImportError:
        raise Refused(
            _("Pictures are shown here once Pillow is installed: {line}", line=install_line("images"))
        ) from None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            size = opened.size
            if size[0] * size[1] > MOST_PIXELS:
                raise Refused(_("The picture is too big to be shown here. It can be saved or opened."))
            opened.draft("RGB", KEPT)
            turned = ImageOps.exif_transpose(opened)
            plain = turned.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Refused(_("This picture cannot be read. It can be saved or opened.")) from error
    plain.thumbnail(KEPT)
    ground = Image.new("RGBA", plain.size, (128, 128, 128, 255))
    return Pixels(Image.alpha_composite(ground, plain).convert("RGB"), size)


class Picture(Widget, can_focus=True):
    """A picture, fitted to the room there is."""

    def __init__(self, picture: Pixels) -> None:
        super().__init__()
        self.original = picture.original
        self._image = picture.image
        self._rows: list[Strip] = []
        self._drawn_for: tuple[int, int] = (0, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        _wide, high = self._fitted(width, viewport.height - 10)
        return max(1, (high + 1) // 2)

    def _fitted(self, width: int, height: int) -> tuple[int, int]:
        """The size in pixels at which the picture is drawn in so many cells; small ones are not blown up."""
        wide, high = self._image.size
        scale = min(width / wide, 2 * max(1, height) / high, 1.0)
        return max(1, int(wide * scale)), max(1, int(high * scale))

    def render_line(self, y: int) -> Strip:
        if self._drawn_for != (self.size.width, self.size.height):
            self._drawn_for = (self.size.width, self.size.height)
            self._rows = self._drawn()
        return self._rows[y] if y < len(self._rows) else Strip.blank(self.size.width)

    def _drawn(self) -> list[Strip]:
        wide, high = self._fitted(self.size.width, self.size.height)
        small = self._image.resize((wide, high + high % 2)).convert("L" if self.app.no_color else "RGB")
        data = small.tobytes()
        rows = range(0, small.height, 2)
        if self.app.no_color:
            return [Strip([Segment("".join(_letter(data[y * wide + x]) for x in range(wide)))], wide) for y in rows]
        return [Strip([_cell(data, 3 * (y * wide + x), 3 * wide) for x in range(wide)], wide) for y in rows]


def _letter(light: int) -> str:
    return RAMP[light * len(RAMP) // 256]


def _cell(data: bytes, place: int, down: int) -> Segment:
    """The pixel at a place and the one below it, as one cell."""
    top, bottom = data[place : place + 3], data[place + down : place + down + 3]
    return Segment("▀", Style(color=Color.from_rgb(*top), bgcolor=Color.from_rgb(*bottom)))
