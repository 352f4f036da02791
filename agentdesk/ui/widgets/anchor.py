"""A place in a long column of things whose heights are only known once they are near the screen.

The place is an anchor (a thing, and a line in it), never a count of lines from the top, so nothing that is far away has
to be laid out. Pure of Textual.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

Place = tuple[int, int]  # a thing, and a line in it


class Weighed(Protocol):
    """Something with a guess at its height."""

    @property
    def weight(self) -> int: ...


class Anchor:
    """What is at the top of a screen of `rows` lines, in a column of `count` things."""

    def __init__(self, height_of: Callable[[int], int]) -> None:
        self._height_of = height_of
        self._last: Place | None = None
        self.top: Place = (0, 0)
        self.count = 0
        self.rows = 0

    def resize(self, count: int, rows: int) -> None:
        """Have another column, or another screen; heights are asked for anew."""
        self.count, self.rows = count, rows
        self._last = None

    def move(self, lines: int) -> None:
        """Move the place by so many lines, not below the first thing."""
        place, number = self.top
        number += lines
        while number < 0 and place > 0:
            place -= 1
            number += self._height_of(place)
        while place < self.count - 1 and number >= self._height_of(place):
            number -= self._height_of(place)
            place += 1
        self.top = (place, max(0, number))

    def settle(self) -> bool:
        """Go no further than the end; is the end on the screen?"""
        is_at_end = self.top >= self.last()
        if is_at_end:
            self.top = self.last()
        return is_at_end

    def last(self) -> Place:
        """The place at which the end is in the last row."""
        if self._last is None:
            room = max(1, self.rows)
            place = self.count
            while place > 0 and room > 0:
                place -= 1
                room -= self._height_of(place)
            self._last = (place, max(0, -room))
        return self._last

    def on_screen(self) -> list[Place]:
        """What is in each row."""
        found: list[Place] = []
        place, number = self.top
        while place < self.count and len(found) < self.rows:
            found += [(place, at) for at in range(number, self._height_of(place))]
            place, number = place + 1, 0
        return found[: self.rows]

    def thumb(self, things: Sequence[Weighed]) -> range:
        """The rows of a scroll bar's thumb, none where everything is on the screen."""
        weights = [thing.weight for thing in things]
        total = sum(weights)
        if not weights or self.last() == (0, 0):
            return range(0)
        above = sum(weights[: self.top[0]]) + min(self.top[1], weights[self.top[0]])
        size = max(1, self.rows * self.rows // max(self.rows, total))
        start = self.rows - size if self.top >= self.last() else min(self.rows - size, self.rows * above // total)
        return range(start, start + size)
