"""The place: what a desk that was cut off comes back to."""

from pathlib import Path

from agentdesk.ui.place import NAME

from .driver import opened_desk, tickets


async def test_who_has_the_keys_is_on_disk_at_once(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        found = []
        for key in ("enter", "r", "x", "ctrl+s", "r", "escape"):
            await desk.press(key)
            place = desk.desk.store.desktop.place(NAME)
            assert isinstance(place, dict)
            found.append((place["pane"], place["composer"]))

    reading, writing = ("reading", None), ("composer", "reply")
    assert found == [reading, writing, writing, reading, writing, reading]
