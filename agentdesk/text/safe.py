"""Text from outside made harmless and visible: what a terminal would obey becomes something to read.

Shown: control characters as control pictures (ESC is `␛`; C1 as `\\x9b`), bidirectional overrides, embeddings and
isolates as `\\u202e`, or all of them escaped when `ascii_only`. Dropped, as nobody can see them: byte order marks,
zero-width spaces, invisible fillers and tag characters (but those of a flag), direction marks. Replaced by U+FFFD:
lone surrogates and noncharacters. Kept: unassigned and private characters, joined emoji, variation selectors.
Capped: more than eight characters without width in a row. Tabs become spaces up to the next stop of four cells.
"""

import re
from typing import Final

from agentdesk.text.cells import NARROW
from agentdesk.text.width import cell_width

TAB_CELLS: Final = 4
MARKS_KEPT: Final = 8

_BIDI: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_UNSEEN_CHAR: Final = re.compile(f"[{_UNSEEN}]")
_TAG: Final = re.compile("[\U000e0000-\U000e007f]")
_LOOSE_TAGS: Final = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
_BROKEN: Final = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSAFE: Final = re.compile(
    f"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI}{_UNSEEN}\U000e0000-\U000e007f{_BROKEN.pattern[1:-1]}]"
)
# Nine or more in a row that are neither letters, ASCII nor common punctuation: combining marks, or emoji to look at.
_FLOOD: Final = re.compile(r"[^\w\x00-\x7f\u2010-\u2027\u2500-\u25ff\u3000-\u3029\u3030-\u303f\uff00-\uff0f]{9,}")


def _shown() -> dict[str, tuple[str, str]]:
    """Return how each control character is shown: as a picture, and in ASCII."""
    shown = {chr(point): (chr(0x2400 + point), f"\\x{point:02x}") for point in range(0x20)}
    shown["\x7f"] = ("\u2421", "\\x7f")
    shown |= {chr(point): (f"\\x{point:02x}", f"\\x{point:02x}") for point in range(0x80, 0xA0)}
    shown |= {char: (f"\\u{ord(char):04x}", f"\\u{ord(char):04x}") for char in _BIDI}
    del shown["\n"]
    return shown


_SHOWN: Final = _shown()


def safe_text(text: str, *, ascii_only: bool = False) -> str:
    """Return the text with every line end as a newline and nothing else that a terminal would obey."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    used = "".join(set(text))
    if _UNSAFE.search(used):
        text = _neutral(text, used, ascii_only=ascii_only)
    has_marks = not all(NARROW[char] for char in used if char != "\n")
    return _FLOOD.sub(_capped, text) if has_marks else text


def safe_line(text: str, *, ascii_only: bool = False) -> str:
    """Return the text as one line, line ends as single spaces, with nothing that a terminal would obey."""
    if text.isascii() and text.isprintable():
        return text
    return safe_text(text, ascii_only=ascii_only).replace("\n", " ")


def _neutral(text: str, used: str, *, ascii_only: bool) -> str:
    if _LINE_ENDS.search(used):
        text = text.replace("\r\n", "\n")
        for char in "\r\x0b\x0c\x85\u2028\u2029":
            text = text.replace(char, "\n")
    if "\t" in used:
        text = text.expandtabs(TAB_CELLS) if text.isascii() else "\n".join(map(_untabbed, text.split("\n")))
    if _BROKEN.search(used):
        text = _BROKEN.sub("\ufffd", text)
    for char in _UNSEEN_CHAR.findall(used):
        text = text.replace(char, "")
    if _TAG.search(used):
        text = _LOOSE_TAGS.sub("", text)
    for char in _SHOWN.keys() & set(used):
        text = text.replace(char, _SHOWN[char][ascii_only])
    return text


def _untabbed(line: str) -> str:
    if line.isascii():
        return line.expandtabs(TAB_CELLS)
    first, *rest = line.split("\t")
    parts = [first]
    for part in rest:
        parts.append(" " * (TAB_CELLS - cell_width(parts[-1]) % TAB_CELLS))
        parts.append(part)
    return "".join(parts)


def _capped(run: re.Match[str]) -> str:
    kept = []
    marks = 0
    for char in run[0]:
        marks = 0 if NARROW[char] else marks + 1
        if marks <= MARKS_KEPT:
            kept.append(char)
    return "".join(kept)
