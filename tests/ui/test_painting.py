"""Painting: what a plain terminal is given in place of the signs it cannot show."""

from pathlib import Path

import pytest

from agentdesk.text.width import cell_width
from agentdesk.ui.painting import in_ascii
from tests.ui.driver import opened_desk


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a long titl…", "a long tit.."),
        ("日本…", "日.. "),
        ("cut…   ", "cu..   "),
        ("…", "."),
        ("┌─ reply ─┐", "+- reply -+"),
        ("plain", "plain"),
    ],
)
def test_signs_have_ascii_twins_of_the_same_width(text: str, shown: str) -> None:
    assert in_ascii(text) == shown
    assert cell_width(in_ascii(text)) == cell_width(text)


async def test_what_was_sought_stands_out_without_colours(tmp_path: Path) -> None:
    async with opened_desk(tmp_path) as desk:
        painter = desk.app.main.tickets.painter

        strip = painter.strip([("a ", "plain"), ("parcel", "match"), (" late ", "plain"), ("x", "match-here")], 20)

        styles = {piece.text.strip(): piece.style for piece in strip if piece.style is not None}
        assert styles["parcel"].bold
        assert styles["parcel"].underline
        assert styles["x"].reverse
        assert [piece.text for piece in strip] == ["a ", "parcel", " late ", "x", " " * 5]
        assert not styles["late"].underline
        assert not styles[""].underline
