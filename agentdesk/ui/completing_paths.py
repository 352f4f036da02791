"""Completion of paths: what a half-typed path may become, quoted as the command line wants it."""

import os
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from agentdesk.files import size_word
from agentdesk.filters.completing import Completion

MOST_LOOKED_AT = 10_000
"""Of each folder: more would keep a key waiting."""
_SPECIAL = frozenset(" \"'\\&;()<>|$`#*?![]{}\u3000")


def path_completions(line: str, began: int, caret: int, most: int) -> list[Completion]:
    """Ways to go on with the last path before the caret, folders with a slash at their end, at most so many."""
    start, typed = _last_word(line[began:caret])
    head, slash, wanted = typed.rpartition("/")
    folder = Path(head + slash or ".").expanduser()
    found = _entries(folder, _letters(wanted))
    entries = sorted(found, key=lambda entry: (entry.name.startswith("."), _letters(entry.name)))[:most]
    return [
        Completion(_quoted(head + slash + entry.name, is_folder=entry.is_dir()), began + start, caret, _about(entry))
        for entry in entries
    ]


def _entries(folder: Path, wanted: str) -> Iterator["os.DirEntry[str]"]:
    """What lies in a folder and begins so; hidden names only when a dot was typed."""
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, MOST_LOOKED_AT):
                is_hidden = entry.name.startswith(".") and not wanted.startswith(".")
                if not is_hidden and _letters(entry.name).startswith(wanted):
                    yield entry
    except (OSError, ValueError):
        return


def _letters(name: str) -> str:
    """A name as it is compared: composed, without case."""
    return unicodedata.normalize("NFC", name).casefold()


def _last_word(typed: str) -> tuple[int, str]:
    """Where the word at the end begins, and what it means without its quotes and escapes."""
    start, quote, word, escaped = 0, "", "", False
    for place, char in enumerate(typed):
        if escaped:
            word, escaped = word + char, False
        elif char == "\\" and quote != "'" and os.sep == "/":
            escaped = True
        elif quote:
            word, quote = (word, "") if char == quote else (word + char, quote)
        elif char in "\"'":
            quote = char
        elif char == " ":
            start, word = place + 1, ""
        else:
            word += char
    return start, word.replace(os.sep, "/")


def _quoted(path: str, *, is_folder: bool) -> str:
    """A path as typed; the quotes of a folder stay open, for what is in it follows."""
    ending = "/" if is_folder else ""
    if not _SPECIAL & set(path):
        return path + ending
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}{ending}' + ("" if is_folder else '"')


def _about(entry: "os.DirEntry[str]") -> str:
    try:
        return "" if entry.is_dir() else size_word(entry.stat().st_size)
    except OSError:
        return ""
