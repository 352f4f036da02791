"""Cells of one character on a terminal: 0, 1 or 2, by the same rules as Rich and Textual draw (Unicode 17).

Computed from `unicodedata` and remembered per character; the few places where older Unicode data (Python 3.11
has version 14) differs from what terminals do today are listed below. A test walks all of Unicode against Rich.
"""

import unicodedata
from typing import Final

ZWJ: Final = "\u200d"
VS16: Final = "\ufe0f"


def _ranges(text: str) -> frozenset[int]:
    """Return the code points of hexadecimal ranges such as `2600-2604 260E`."""
    points: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)


_ZERO: Final = _ranges("1160-11FF 3164 D7B0-D7C6 D7CB-D7FB FFA0 1F3FB-1F3FF")
_ONE: Final = _ranges("AD 600-605 6DD 70F 890-891 8E2 110BD 110CD")
_TWO: Final = _ranges("2630-2637 268A-268F 4DC0-4DFF 1D300-1D356 1D360-1D376")
# Emoji added after Unicode 14: wide although older data does not know them.
_NEW_EMOJI: Final = _ranges("1F6DC 1FA75-1FA7C 1FA80-1FA8A 1FA8E-1FAC6 1FAC8 1FACD-1FADC 1FADF-1FAEA 1FAEF-1FAF8")
# Characters that are text by default and become a wide emoji before VARIATION SELECTOR-16.
WIDENED: Final = frozenset(
    map(
        chr,
        _ranges(
            "23 2A 30-39 A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 2328 23CF 23ED-23EF 23F1-23F2 23F8-23FA 24C2 "
            "25AA-25AB 25B6 25C0 25FB-25FC 2600-2604 260E 2611 2618 261D 2620 2622-2623 2626 262A 262E-262F "
            "2638-263A 2640 2642 265F-2660 2663 2665-2666 2668 267B 267E 2692 2694-2697 2699 269B-269C 26A0 26A7 "
            "26B0-26B1 26C8 26CF 26D1 26D3 26E9 26F0-26F1 26F4 26F7-26F9 2702 2708-2709 270C-270D 270F 2712 2714 "
            "2716 271D 2721 2733-2734 2744 2747 2763-2764 27A1 2934-2935 2B05-2B07 1F170-1F171 1F17E-1F17F 1F321 "
            "1F324-1F32C 1F336 1F37D 1F396-1F397 1F399-1F39B 1F39E-1F39F 1F3CB-1F3CE 1F3D4-1F3DF 1F3F3 1F3F5 "
            "1F3F7 1F43F 1F441 1F4FD 1F549-1F54A 1F56F-1F570 1F573-1F579 1F587 1F58A-1F58D 1F590 1F5A5 1F5A8 "
            "1F5B1-1F5B2 1F5BC 1F5C2-1F5C4 1F5D1-1F5D3 1F5DC-1F5DE 1F5E1 1F5E3 1F5E8 1F5EF 1F5F3 1F5FA 1F6CB "
            "1F6CD-1F6CF 1F6E0-1F6E5 1F6E9 1F6F0 1F6F3 "
        ),
    )
)


class _Cells(dict[str, int]):
    """Cells by character, each computed when first asked for."""

    def __init__(self, ambiguous: int) -> None:
        self._ambiguous = ambiguous

    def __missing__(self, char: str) -> int:
        cells = self[char] = _cells(char, self._ambiguous)
        return cells


def _cells(char: str, ambiguous: int) -> int:
    point = ord(char)
    if point in _ONE:
        return 1
    if point in _TWO or point in _NEW_EMOJI:
        return 2
    category = unicodedata.category(char)
    if point in _ZERO or category in {"Mn", "Me", "Mc", "Cf", "Cc", "Zl", "Zp"}:
        return 0
    if category == "Cn":
        return 2 if point >> 16 in {2, 3} and point & 0xFFFF < 0xFFFE else 1
    match unicodedata.east_asian_width(char):
        case "W" | "F":
            return 2
        case "A":
            return ambiguous
        case _:
            return 1


NARROW: Final = _Cells(ambiguous=1)
WIDE: Final = _Cells(ambiguous=2)


def cells(*, ambiguous_wide: bool = False) -> dict[str, int]:
    """Return the table of cells by character; ambiguous characters (…, ①, Greek) are 2 when asked so."""
    return WIDE if ambiguous_wide else NARROW
