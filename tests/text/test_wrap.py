from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.text.graphemes import clusters
from agentdesk.text.width import cell_width
from agentdesk.text.wrap import wrap, wrap_spans

MIXED = st.text(alphabet="ab-. \n>「」、。ゃー亜あか\u3099👨\u200d👩❤\ufe0f🇯🇵(ｱ…\u3000", max_size=60)
WIDTHS = st.integers(1, 15)


@given(MIXED, WIDTHS)
def test_no_line_is_wider_than_asked_but_for_one_wide_character(text: str, width: int) -> None:
    for line in wrap(text, width):
        assert cell_width(line) <= width or len([c for c in clusters(line) if c.cells]) == 1


@given(MIXED, WIDTHS)
def test_only_spaces_or_one_newline_are_between_two_lines(text: str, width: int) -> None:
    spans = list(wrap_spans(text, width))
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(spans)]

    assert spans[0][0] == 0
    assert all(gap.strip(" \u3000") in {"", "\n"} for gap in [*gaps, text[spans[-1][1] :]])


@given(MIXED, WIDTHS)
def test_no_character_is_split(text: str, width: int) -> None:
    edges = {cluster.start for cluster in clusters(text)} | {len(text)}

    assert {edge for start, _ in wrap_spans(text, width) for edge in [start]} <= edges


@given(st.text(alphabet="ab c-\n", max_size=60), WIDTHS)
def test_ascii_lines_are_the_same_with_and_without_the_short_cut(text: str, width: int) -> None:
    marked = text.replace("c", "é")

    assert [line.replace("é", "c") for line in wrap(marked, width)] == wrap(text, width)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("the quick brown fox", 10, ["the quick", "brown fox"]),
        ("a well-known-word", 8, ["a well-", "known-", "word"]),
        ("https://example.com/abc", 10, ["https://ex", "ample.com/", "abc"]),
        ("返品しました。次に", 12, ["返品しまし", "た。次に"]),
        ("これは「返品」です", 8, ["これは", "「返品」", "です"]),
        ("ちょっと待って", 6, ["ちょっ", "と待っ", "て"]),
        ("サーバー移行", 6, ["サー", "バー移", "行"]),
        ("待って……ください", 6, ["待って", "……くだ", "さい"]),
        ("今日はAgentDeskを使う", 12, ["今日は", "AgentDeskを", "使う"]),
        ("。。。。。", 4, ["。。", "。。", "。"]),
        ("　字下げの段落です", 8, ["　字下げ", "の段落で", "す"]),
        ("か\u3099か\u3099か\u3099", 4, ["か\u3099か\u3099", "か\u3099"]),
    ],
)
def test_lines_break_where_a_reader_expects(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("> quoted text that is long", 14, ["> quoted text", "> that is long"]),
        ("> > 深い引用の文", 12, ["> > 深い引用", "> > の文"]),
        ("    code goes on", 12, ["    code", "    goes on"]),
        (">>>>>>>> a", 4, [">>>>", ">>>>", "a"]),
    ],
)
def test_quote_marks_and_indentation_are_repeated_when_asked(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width, keep_prefix=True) == lines


def test_the_first_lines_of_an_endless_paragraph_need_only_themselves() -> None:
    spans = wrap_spans("お客様の返品 hello " * 400_000, 80)

    assert next(spans)[0] == 0
    assert next(spans)[0] < 80
