"""Marking what was sought in the lines of a text."""

from agentdesk.text.wrap import wrap
from agentdesk.ui.marking import has_match, marked, next_match, standing_at
from agentdesk.ui.painting import Span


def words(lines: list[tuple[Span, ...]]) -> list[str]:
    """Each line as text, what is marked in square brackets."""
    return ["".join(f"[{text}]" if tone == "match" else text for text, tone in line) for line in lines]


def test_a_japanese_word_that_is_broken_between_two_lines_is_marked_on_both() -> None:
    text = "ご注文の取り消しをお願いします"

    assert words(marked(wrap(text, 12), text, ("取消",), "plain")) == ["ご注文の[取り]", "[消し]をお願い", "します"]


def test_what_is_repeated_before_a_line_that_goes_on_is_not_marked() -> None:
    text = "> where is my parcel and why is the parcel late"

    lines = words(marked(wrap(text, 18, keep_prefix=True), text, ("parcel", "late"), "dim"))

    assert lines == ["> where is my", "> [parcel] and why", "> is the [parcel]", "> [late]"]


def test_nothing_sought_marks_nothing() -> None:
    assert marked(["a parcel"], "a parcel", (), "dim") == [(("a parcel", "dim"),)]


def test_the_line_where_the_reader_stands_keeps_its_words() -> None:
    line: tuple[Span, ...] = (("a ", "plain"), ("parcel", "match"))

    assert has_match(line)
    assert standing_at(line) == (("a ", "plain"), ("parcel", "match-here"))


def test_the_next_match_stays_where_there_is_none_ahead() -> None:
    hit: tuple[Span, ...] = (("parcel", "match"),)
    lines: list[tuple[Span, ...]] = [(), hit, (), hit]

    assert [next_match(lines, here, 1) for here in (None, 1, 3)] == [1, 3, 3]
    assert [next_match(lines, here, -1) for here in (None, 3, 1)] == [3, 1, 1]
    assert next_match([()], None, 1) is None
