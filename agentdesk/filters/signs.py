"""Signs: the same thing written in several ways, at full width or half, in capitals or not."""

import unicodedata

TWINS = str.maketrans("：＜＞＝（）－−‐‑–＂“”„〝〟＃，、　≦≧≤≥＊", ':<>=()-----""""""#,, ≤≥≤≥*')
"""Each sign for its ASCII twin: one character for one, so that places in the text stay."""


def folded(text: str) -> str:
    """The text as names and values are compared: full width, half width and case are one."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
