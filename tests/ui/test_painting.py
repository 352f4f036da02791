"""Painting: what a plain terminal is given in place of the signs it cannot show."""

import pytest

from agentdesk.text.width import cell_width
from agentdesk.ui.painting import in_ascii


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
