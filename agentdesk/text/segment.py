"""Tokens of text for a search index: Latin words whole, runs of CJK as overlapping pairs, in normalised spelling.

`返品の手順 refund` gives 返品 品の の手 手順 refund. A run of one character is that character. Pairs find words of two
characters, which trigrams cannot, and need no dictionary. They do not know words: 京都 is found in 東京都, and one
character is only found where it is a run of its own (or begins a pair, if the index is asked for a prefix). Latin
words are not stemmed here, the index does that (`porter`). Punctuation and `_` part words.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from agentdesk.text.normalise import normalise

_CJK: Final = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN: Final = f"([{_CJK}]+)|[^\\W_{_CJK}]+"  # compiled by its first use: that takes 3 ms, which no start need spend
_HIRAGANA: Final = re.compile("[\u3041-\u309f\u30fc]+")


def segment(text: str) -> list[str]:
    """Return the tokens of a text in their order, repeated as often as they occur."""
    normal = normalise(text)
    found: list[str] = []
    for run in re.finditer(_RUN, normal):
        word = run[0]
        if run[1] is None or len(word) == 1:
            found.append(word)
        else:
            found += map(str.__add__, word, word[1:])
    return found


def runs(normal: str) -> tuple[list[str], list[str]]:
    """Return the runs of CJK and the other words of text that is already normalised."""
    found = re.findall(f"([{_CJK}]+)|([^\\W_{_CJK}]+)", normal)
    return [run for run, _word in found if run], [word for _run, word in found if word]


def places(normal: str, wanted: Collection[str], is_wanted: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield where tokens are in text that is already normalised: those of CJK in `wanted`, Latin that `is_wanted`."""
    for run in re.finditer(_RUN, normal):
        start, end = run.span()
        if run[1] is None:
            if is_wanted(run[0]):
                yield start, end
        elif end - start == 1:
            if run[0] in wanted:
                yield start, end
        else:
            pairs = map(str.__add__, run[0], run[0][1:])
            yield from ((at, at + 2) for at, pair in enumerate(pairs, start) if pair in wanted)


def telling(words: list[str]) -> list[str]:
    """Return the tokens that tell something: without pairs of hiragana only, unless nothing else is left."""
    return [word for word in words if not _HIRAGANA.fullmatch(word)] or words
