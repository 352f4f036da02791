"""Finding everything from one field."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.message import Message
from textual.pilot import Pilot

from agentdesk.commands import load
from agentdesk.desk import Desk
from agentdesk.ui.pane import RunLine, TicketWanted
from agentdesk.ui.screens.find import Answered, Answers, Find

from .example import Showing, desk_at, fill


class Finding(Showing):
    """The search, and what it asks for."""

    def __init__(self, desk: Desk, query: str = "") -> None:
        super().__init__()
        self.find = Find(desk, query)
        self.wanted: list[Message] = []

    async def on_mount(self) -> None:
        await self.push_screen(self.find)

    def on_ticket_wanted(self, message: TicketWanted) -> None:
        self.wanted.append(message)

    def on_run_line(self, message: RunLine) -> None:
        self.wanted.append(message)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    load()
    opened = desk_at(tmp_path)
    fill(opened.store, 1)
    while opened.store.search.index_some(100):
        pass
    yield opened
    await opened.close()


async def settled(app: Finding, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_kinds_stand_side_by_side(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"二重")
        await settled(app, pilot)

        words = app.words()
        assert all(kind in words for kind in ("Tickets  2", "Articles  2", "Customers", "Commands"))
        assert "二重に引き落とされています。" in words


async def test_on_a_narrow_terminal_tab_turns_to_the_next_kind(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        assert "Tickets  2" in app.words()
        assert "Articles" not in app.words()

        await pilot.press("tab")
        await pilot.pause()

        assert "Articles  2" in app.words()


async def test_enter_asks_for_the_ticket_at_the_very_message(desk: Desk) -> None:
    app = Finding(desk, "引き落とされています")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        await pilot.press("enter")
        await pilot.pause()

        [wanted] = app.wanted
        assert isinstance(wanted, TicketWanted)
        assert wanted.event is not None


async def test_a_customer_is_found_by_address_and_leads_to_the_newest_ticket(desk: Desk) -> None:
    app = Finding(desk, "tanaka@example")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        while app.find.active != "customer":
            await pilot.press("tab")
        await pilot.press("enter")
        await pilot.pause()

        [wanted] = app.wanted
        assert isinstance(wanted, TicketWanted)


async def test_a_command_is_found_by_what_it_does_and_run(desk: Desk) -> None:
    app = Finding(desk, "internal note colleagues")

    async with app.run_test(size=(140, 40)) as pilot:
        app.find.field.value = "only colleagues see"
        await settled(app, pilot)
        while app.find.active != "command":
            await pilot.press("tab")
        await pilot.press("enter")
        await pilot.pause()

        [wanted] = app.wanted
        assert isinstance(wanted, RunLine)
        assert wanted.line == "ticket note"


async def test_the_newest_answer_wins(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        app.find.post_message(Answered(Answers("an older question")))
        await pilot.pause()

        assert "Tickets  2" in app.words()


async def test_escape_goes_back(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()

        assert app.screen is not app.find
