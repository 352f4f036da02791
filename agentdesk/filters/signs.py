"""Signs: the same thing written in several ways, at full width or half, in capitals or not."""

import unicodedata

TWINS = str.maketrans("：＜＞＝（）－−‐‑–＂“”„〝〟＃，、　≦≧≤≥＊", ':<>=()-----""""""#,, ≤≥≤≥*')
TWINS |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
"""Each sign for its ASCII twin, half a character for one that can be looked up: one for one, so that places stay."""


def folded(text: str) -> str:
    """The text as names and values are compared: full width, half width and case are one."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
