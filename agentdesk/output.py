"""Answers on the terminal: text and tables for people, one JSON document (or a line each) for programs.

Whatever came from outside is neutral in both: text shows control characters as pictures, JSON escapes them.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Literal, TextIO

from agentdesk.answers import Answer
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import cell_width

Form = Literal["text", "json", "jsonl"]
SHORT_CELLS = 12
"""Columns up to this width are never squeezed on a narrow terminal."""
LONG_CELLS = 48
"""Columns are at most this wide in a pipe."""
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON leaves as it is although a terminal would obey it, and halves of characters, which no encoding takes."""


def write(answer: Answer, form: Form, stream: TextIO | None = None) -> None:
    """Print the answer (on stdout): data only, so that a pipe gets nothing else."""
    standard: TextIO | None = sys.stdout  # None where it was closed: nobody wants to know
    stream = stream or standard
    if stream is None:
        return
    match form:
        case "json":
            stream.write(_json(answer.document, stream, indent=2) + "\n")
        case "jsonl":
            for one in _lines(answer.document):
                stream.write(_json(one, stream) + "\n")
        case "text":
            _write_text(answer, stream)
    stream.flush()


def _json(document: object, stream: TextIO, indent: int | None = None) -> str:
    """The document as JSON that any terminal and any encoding takes: what they could obey or refuse is escaped."""
    is_unicode = (stream.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(document, ensure_ascii=not is_unicode, indent=indent, default=_unusual)
    return _OBEYED.sub(lambda char: f"\\u{ord(char[0]):04x}", text)


def _unusual(value: object) -> str:
    """What a column of a database may hold beside text and numbers."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _lines(document: Mapping[str, object] | Sequence[Mapping[str, object]]) -> Sequence[object]:
    """The entries of a list; a document that holds exactly one list gives its entries, any other itself."""
    if not isinstance(document, Mapping):
        return document
    lists = [value for value in document.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else [document]


def _write_text(answer: Answer, stream: TextIO) -> None:
    if answer.text:
        stream.write(safe_text(answer.text).rstrip("\n") + "\n")
    if not answer.headings or not answer.rows:
        return
    rows = [[safe_line(cell) for cell in row] for row in (answer.headings, *answer.rows)]
    if stream.isatty():
        _write_table(rows, stream)
    else:
        _write_columns(rows, stream)


def _write_columns(rows: Sequence[Sequence[str]], stream: TextIO) -> None:
    """Whole cells, for a pipe has no width; one that is very long pushes what follows, instead of every other row."""
    widths = [min(max(map(cell_width, column)), LONG_CELLS) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=True))
        stream.write("  ".join(cells).rstrip() + "\n")


def _write_table(rows: Sequence[Sequence[str]], stream: TextIO) -> None:
    """A table that fits the terminal."""
    from rich.console import Console  # late: neither scripts nor pipes pay for tables
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in zip(*rows, strict=True):
        widest = max(map(cell_width, column))
        table.add_column(Text(column[0]), overflow="ellipsis", no_wrap=True, min_width=min(widest, SHORT_CELLS))
    for row in rows[1:]:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=stream, markup=False, highlight=False, emoji=False).print(table)
