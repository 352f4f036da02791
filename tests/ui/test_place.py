"""The place: what a desk that was cut off comes back to."""

from pathlib import Path

from textual.events import Key

from agentdesk.ui.app import AgentDesk
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


class Hasty(AgentDesk):
    """A desk that somebody types at before it is there, and that says what its first paint shows."""

    def on_mount(self) -> None:
        for character in "!?":
            self.post_message(Key(character, character))

    async def _furnish(self) -> None:
        work = self.main.work
        self.first = (work is not None and work.composer.is_open and work.composer.text, self.main.at)
        await super()._furnish()


async def test_a_draft_is_there_with_the_first_paint_and_gets_the_keys_typed_ahead(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("enter", "r", "x")

    async with opened_desk(tmp_path, app=Hasty) as desk:
        assert isinstance(desk.app, Hasty)
        assert desk.app.first == ("x!?", "composer")


async def test_keys_typed_ahead_of_the_list_move_its_cursor(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)):
        pass

    class Downward(AgentDesk):
        def on_mount(self) -> None:
            self.post_message(Key("down", None))

    async with opened_desk(tmp_path, app=Downward) as desk:
        assert desk.app.main.tickets.cursor == 1


async def test_the_pane_at_the_side_that_had_the_keys_has_them_again(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("enter", "tab")
        at = desk.app.main.at

    async with opened_desk(tmp_path) as desk:
        assert (at, desk.app.main.at) == ("customer", "customer")
