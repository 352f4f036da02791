"""The analyser of the extra `[ja]`: Japanese text as dictionary words in normalised spelling, by SudachiPy.

It knows what rules cannot: that 子供 and 子ども, 附属 and 付属 are one word, and where words part. Short units (A), so
that 再配達 is found by 配達. Particles, endings and verbs that say nothing are left out. SudachiPy lives here alone.
"""

from functools import lru_cache
from typing import Final, Protocol

_SILENT: Final = frozenset({"補助記号", "空白", "助詞", "助動詞", "接続詞", "感動詞"})
_SAYS_NOTHING: Final = frozenset({"為る", "居る", "有る", "成る", "事", "物", "御", "下さる", "頂く", "致す"})
_MOST_CHARACTERS: Final = 12_000
"""SudachiPy refuses texts of more than 49,149 bytes."""


class Analyser(Protocol):
    """Parts text into words."""

    @property
    def maker(self) -> str:
        """What parts the text, with its version: what it made must be made again by another."""

    def words(self, text: str) -> list[str]:
        """The words of a text in normalised spelling, in their order, without those that say nothing."""


def sudachi_version() -> str | None:
    """The versions of SudachiPy and its dictionary; None when the extra is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # late: 30 ms

    try:
        return f"{version('sudachipy')}, {version('sudachidict_core')}"
    except PackageNotFoundError:
        return None


class Sudachi:
    """SudachiPy with the core dictionary. One thread at a time."""

    def __init__(self) -> None:
        self._tokenizer = _dictionary().tokenizer()
        self.maker = f"sudachi {sudachi_version()} 1"

    def words(self, text: str) -> list[str]:
        from sudachipy import SplitMode  # late: only with the extra

        found = []
        for morpheme in self._tokenizer.tokenize(text[:_MOST_CHARACTERS], SplitMode.A):
            word = morpheme.normalized_form().lower()
            if morpheme.part_of_speech()[0] not in _SILENT and word not in _SAYS_NOTHING:
                found += word.replace('"', " ").split()
        return found


@lru_cache(1)
def _dictionary():  # type: ignore[no-untyped-def]  # a class of a library that may not be installed
    """The dictionary, 100 MB, once for every thread."""
    from sudachipy import Dictionary

    return Dictionary(dict="core")
