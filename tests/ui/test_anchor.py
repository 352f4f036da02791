"""The anchor: scrolling through things whose heights are asked for only near the screen."""

from hypothesis import given
from hypothesis import strategies as st

from agentdesk.ui.widgets.anchor import Anchor, Place


def anchor(heights: list[int], rows: int) -> Anchor:
    made = Anchor(heights.__getitem__)
    made.resize(len(heights), rows)
    return made


def line_of(place: Place, heights: list[int]) -> int:
    """The number of a line, counted from the very top."""
    return sum(heights[: place[0]]) + place[1]


@given(
    heights=st.lists(st.integers(1, 9), min_size=1, max_size=30),
    rows=st.integers(1, 20),
    moves=st.lists(st.integers(-25, 25), max_size=12),
)
def test_moving_is_the_same_as_counting_every_line(heights: list[int], rows: int, moves: list[int]) -> None:
    moved = anchor(heights, rows)
    line, end = 0, max(0, sum(heights) - rows)

    for lines in moves:
        moved.move(lines)
        moved.settle()
        line = max(0, min(line + lines, end))

        assert line_of(moved.top, heights) == line
        assert len(moved.on_screen()) == min(rows, sum(heights))


def test_the_end_asks_for_the_heights_of_the_last_things_only() -> None:
    asked: set[int] = set()

    def height_of(place: int) -> int:
        asked.add(place)
        return 5

    far = Anchor(height_of)
    far.resize(100_000, 20)
    far.top = far.last()
    far.on_screen()

    assert asked == {99_996, 99_997, 99_998, 99_999}


def test_nothing_at_all_has_a_place() -> None:
    empty = anchor([], 10)

    empty.move(3)

    assert empty.settle()
    assert empty.on_screen() == []
