"""Answers on the terminal: text and tables for people, one JSON document (or a line each) for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Literal, TextIO

from agentdesk.answers import Answer
from agentdesk.text.width import cell_width

Form = Literal["text", "json", "jsonl"]
SHORT_CELLS = 12
"""Columns up to this width are never squeezed on a narrow terminal."""
PIPE_CELLS = 1_000
"""A pipe has no width: nothing is cut there."""


def write(answer: Answer, form: Form, stream: TextIO = sys.stdout) -> None:
    """Print the answer: data only, so that a pipe gets nothing else."""
    match form:
        case "json":
            stream.write(json.dumps(answer.document, ensure_ascii=False, indent=2) + "\n")
        case "jsonl":
            for one in _lines(answer.document):
                stream.write(json.dumps(one, ensure_ascii=False) + "\n")
        case "text":
            _write_text(answer, stream)
    stream.flush()


def _lines(document: Mapping[str, object] | Sequence[Mapping[str, object]]) -> Sequence[object]:
    """The entries of a list; a document that holds exactly one list gives its entries, any other itself."""
    if not isinstance(document, Mapping):
        return document
    lists = [value for value in document.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else [document]


def _write_text(answer: Answer, stream: TextIO) -> None:
    if answer.text:
        stream.write(answer.text.rstrip("\n") + "\n")
    if not answer.headings or not answer.rows:
        return
    from rich.console import Console  # late: scripts that ask for JSON do not pay for tables
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for place, heading in enumerate(answer.headings):
        widest = max(cell_width(row[place]) for row in (answer.headings, *answer.rows))
        table.add_column(Text(heading), overflow="ellipsis", no_wrap=True, min_width=min(widest, SHORT_CELLS))
    for row in answer.rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if stream.isatty() else PIPE_CELLS
    Console(file=stream, markup=False, highlight=False, emoji=False, width=width).print(table)
