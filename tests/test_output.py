"""Answers on the terminal: data only, and nothing a terminal would obey."""

import io
import json

import pytest

from agentdesk.answers import Answer
from agentdesk.output import Form, write

HOSTILE = "a\x1b[31mred\x9b2J\u202egnp.exe\x07\x00b\ud800"


def printed(answer: Answer, form: Form, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    write(answer, form, stream)
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(encoding)


def obeyed(text: str) -> list[str]:
    return [char for char in text if char != "\n" and (ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202e")]


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_nothing_from_outside_is_obeyed_by_the_terminal(form: Form) -> None:
    answer = Answer([{"x": HOSTILE}], (HOSTILE, "y"), [[HOSTILE, "1"]], text=HOSTILE)

    assert obeyed(printed(answer, form)) == []


def test_json_gives_back_exactly_what_was_there() -> None:
    assert json.loads(printed(Answer({"x": HOSTILE}), "json")) == {"x": HOSTILE}


def test_json_is_readable_japanese_where_the_stream_takes_it() -> None:
    assert '"返品"' in printed(Answer({"x": "返品"}), "json")
    assert json.loads(printed(Answer({"x": "返品"}), "json", "ascii")) == {"x": "返品"}


def test_a_list_is_a_document_a_line() -> None:
    assert printed(Answer([{"a": 1}, {"a": "二\n行"}]), "jsonl").splitlines() == ['{"a": 1}', '{"a": "二\\n行"}']


def test_the_one_list_of_a_document_is_a_document_a_line() -> None:
    assert printed(Answer({"query": "x", "results": [{"a": 1}]}), "jsonl") == '{"a": 1}\n'
    assert printed(Answer({"a": 1}), "jsonl") == '{"a": 1}\n'


def test_a_pipe_gets_whole_cells_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")

    text = printed(Answer([], ("Subject", "Tags"), [["とても長い件名" * 30, "[bold]vip"]]), "text")

    assert "とても長い件名" * 30 in text
    assert "[bold]vip" in text
    assert "\x1b" not in text


def test_one_long_cell_does_not_widen_every_row() -> None:
    rows = [["x" * 5000, "end"], ["返品", "end"]]

    _heading, long, short = printed(Answer([], ("Subject", "Tags"), rows), "text").splitlines()

    assert long == "x" * 5000 + "  end"
    assert short == "返品" + " " * (48 - 4) + "  end"


def test_an_empty_table_prints_nothing() -> None:
    assert printed(Answer([], ("Subject",), []), "text") == ""
