"""Tokens of text for a search index: Latin words whole, runs of CJK as overlapping pairs, in normalised spelling.

`返品の手順 refund` gives 返品 品の の手 手順 refund. A run of one character is that character. Pairs find words of two
characters, which trigrams cannot, and need no dictionary. They do not know words: 京都 is found in 東京都, and one
character is only found where it is a run of its own (or begins a pair, if the index is asked for a prefix). Latin
words are not stemmed here, the index does that (`porter`). Punctuation and `_` part words.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from agentdesk.text.normalise import normalise

_CJK: Final = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK_RUN: Final = f"[{_CJK}]+"  # compiled by their first use: that takes 3 ms, which no start need spend
_LATIN: Final = f"[^\\W_{_CJK}]"
_LATIN_RUN: Final = f"{_LATIN}+"
_RUN: Final = f"({_CJK_RUN})|({_LATIN_RUN})"
_WORD: Final = "[a-z0-9]+"
_BETWEEN_NUMBERS: Final = f"([0-9]{{1,2}})[^\\w\n]*([{_CJK}])(?=[^\\w\n]*([0-9]{{1,2}}))"
_CODES: Final = f"utf-32-{sys.byteorder[0]}e"
_HIRAGANA: Final = re.compile("[\u3041-\u309f\u30fc]+")


def segment(text: str) -> list[str]:
    """Return the tokens of a text in their order, repeated as often as they occur."""
    normal = normalise(text)
    if normal.isascii():
        return re.findall(_WORD, normal)
    found: list[str] = []
    for run, word in re.findall(_RUN, normal):
        if word:
            found.append(word)
        elif len(run) == 1:
            found.append(run)
        else:
            found += map(str.__add__, run, run[1:])
    return found


def runs(normal: str) -> tuple[list[str], list[str]]:
    """Return the runs of CJK and the other words of text that is already normalised."""
    return re.findall(_CJK_RUN, normal), re.findall(_LATIN_RUN, normal)


def pieces(text: str) -> tuple[set[str], set[str]]:
    """Return the Latin words of a text, and of its CJK the pairs, every character and the dates, each once."""
    normal = normalise(text)
    if normal.isascii():
        return set(re.findall(_WORD, normal)), set()
    cjk, latin = runs(normal)
    together = " ".join(cjk)
    return set(latin), _neighbours(together).union(together.replace(" ", ""), dates(normal))


def dates(normal: str) -> list[str]:
    """Return dates, times and what else has one character between numbers: 26年6 and 6月18 of 2026年6月18日."""
    return ["".join(found) for found in re.findall(_BETWEEN_NUMBERS, normal)]


def _neighbours(together: str) -> set[str]:
    """Return the pairs of runs with spaces between, and what begins or ends one, made with one object for each."""
    codes = array("I", together.encode(_CODES))
    row = array("I", " ".encode(_CODES)) * (3 * len(codes))
    row[0::3] = codes
    row[1:-3:3] = codes[1:]
    return set(row.tobytes().decode(_CODES).split())


def is_cjk(token: str) -> bool:
    """Is this token a pair or a character of CJK, and no Latin word?"""
    return re.match(f"[{_CJK}]", token) is not None


def words_of(normal: str) -> Iterator[re.Match[str]]:
    """Return the Latin words of text that is already normalised, in their order."""
    return re.finditer(_WORD if normal.isascii() else _LATIN_RUN, normal)


def places(normal: str, cjk: Iterable[str]) -> list[tuple[int, int]]:
    """Return where tokens of CJK are in text that is already normalised."""
    return [place for token in cjk if token in normal for place in _places_of(token, normal)]


def _places_of(token: str, normal: str) -> Iterator[tuple[int, int]]:
    """Yield where a token of CJK is: a pair anywhere, one character where it is a run of its own."""
    if len(token) == 1:
        yield from (alone.span() for alone in re.finditer(f"(?<![{_CJK}]){token}(?![{_CJK}])", normal))
        return
    at = normal.find(token)
    while at >= 0:
        yield at, at + len(token)
        at = normal.find(token, at + 1)


def side_by_side(normal: str, latin: Callable[[str], str], *, is_open: bool) -> str:
    """Return a pattern that finds the tokens of normalised text in a row in other such text.

    `latin` gives the pattern of a Latin word with its endings. Where the row `is_open`, its last token may go on.
    """
    parts = []
    found = re.findall(_RUN, normal)
    for place, (run, word) in enumerate(found):
        is_last = place == len(found) - 1
        if word:
            whole = f"{latin(word)}(?!{_LATIN})"
            parts.append(f"(?<!{_LATIN})(?:{f'{word}|' if is_open and is_last else ''}{whole})")
            continue
        is_begun = place > 0 or len(run) == 1
        is_ended = not is_last or (len(run) == 1 and not is_open)
        parts.append((f"(?<![{_CJK}])" if is_begun else "") + run + (f"(?![{_CJK}])" if is_ended else ""))
    return r"[\W_]*".join(parts)


def telling(words: list[str]) -> list[str]:
    """Return the tokens that tell something: without pairs of hiragana only, unless nothing else is left."""
    return [word for word in words if not _HIRAGANA.fullmatch(word)] or words
