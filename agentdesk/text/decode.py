"""Bytes as text, in whichever way they were written; Japanese files come in four.

Definite signs first (a byte order mark, the escapes of ISO-2022-JP, valid UTF-8), then whichever of EUC-JP and
Shift_JIS reads more like Japanese: each, taken for the other, turns into half-width katakana. What holds control
characters is no text.
"""

import codecs
import re
from typing import Final

from agentdesk.record import record

_ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$(")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_KANA: Final = re.compile("[\u3001-\u3003\u3041-\u309f\u30a1-\u30ff]")
_HALF: Final = re.compile("[\uff61-\uff9f]")
_NAMES: Final = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "iso2022_jp_2": "ISO-2022-JP", "cp1252": "Windows-1252"}


@record
class Decoded:
    """A text, and the name of the encoding it was in."""

    text: str
    encoding: str


def decoded(content: bytes, *, is_cut: bool = False) -> Decoded | None:
    """The text in these bytes, or None where they are none; `is_cut` allows for a character cut in two at the end."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _named(content, name, is_cut)
    if any(escape in content for escape in _ESCAPES):
        found = _named(content, "iso2022_jp_2", is_cut)
        if found is not None:
            return found
    plain = _named(content, "utf-8", is_cut)
    if plain is not None or b"\x00" in content:
        return plain
    ways = [way for name in ("euc_jp", "cp932") if (way := _named(content, name, is_cut)) is not None]
    best = max(ways, key=lambda way: _japanese(way.text), default=None)
    if best is not None and _japanese(best.text) > 0:
        return best
    return _named(content, "cp1252", is_cut) or best


def _named(content: bytes, name: str, is_cut: bool) -> Decoded | None:
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(content, not is_cut)
    except UnicodeDecodeError:
        return None
    return None if _NO_TEXT.search(text) else Decoded(text, _NAMES.get(name, name.upper().removesuffix("-SIG")))


def _japanese(text: str) -> int:
    """How much a text reads like Japanese."""
    return len(_KANA.findall(text)) - 2 * len(_HALF.findall(text))
