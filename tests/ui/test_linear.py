"""`ACCESSIBLE`: the desk as screen readers and braille lines need it."""

import re
from pathlib import Path

import pytest
from textual.widgets import Input

from .driver import WIDE, opened_desk, tickets

DRAWN = re.compile("[\u2500-\u259f]")


@pytest.fixture(autouse=True)
def accessible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESSIBLE", "1")


async def test_one_pane_has_the_screen_however_wide_it_is(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=WIDE) as desk:
        desk.sees("身に覚えのない請求")

        desk.sees_not("Queues")


async def test_nothing_is_drawn_with_boxes_and_blocks(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=WIDE) as desk:
        shown = desk.text
        await desk.press("enter")
        shown += desk.text
        await desk.press("r", *"Hello")
        shown += desk.text

        assert DRAWN.findall(shown) == []


async def test_the_terminals_cursor_is_on_the_row_that_has_ours(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5), size=WIDE) as desk:
        await desk.press("j", "j")

        assert "解約したい" in desk.lines[desk.app.cursor_position.y]


async def test_the_terminals_cursor_is_on_the_message_that_is_read(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2), size=WIDE) as desk:
        await desk.press("enter")

        assert "田中 美咲" in desk.lines[desk.app.cursor_position.y]


async def test_no_caret_blinks(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1), size=WIDE) as desk:
        await desk.press(":")

        assert isinstance(desk.app.focused, Input)
        assert not desk.app.focused.cursor_blink
