"""What is around an open ticket: its way through the teams, its links and its files."""

import webbrowser
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.ui.widgets.ticket import TicketView, legs

from .example import NOW, Showing, desk_at, fill, row


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path / "home")
    fill(opened.store, 2)
    yield opened
    await opened.close()


def test_time_is_counted_for_each_team_a_ticket_was_with(desk: Desk) -> None:
    changes = desk.store.queries.changes(row(desk).ticket.ref, "group")

    passed = legs(row(desk), changes, NOW)

    assert [(leg.team, leg.span) for leg in passed] == [
        ("g1", timedelta(hours=21, minutes=30)),
        ("g2", timedelta(hours=1)),
        ("g1", timedelta(hours=1, minutes=30)),
    ]


def test_a_ticket_that_never_moved_has_one_leg(desk: Desk) -> None:
    assert [leg.team for leg in legs(row(desk), [], NOW)] == ["g1"]


async def test_a_link_is_opened_only_after_its_whole_address_was_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    view = TicketView(desk)
    app = Showing(view)

    async with app.run_test(size=(90, 40)) as pilot:
        view.show(row(desk))
        await app.workers.wait_for_complete()
        view.timeline.edge("top")
        view.next_message(1)
        view.next_message(1)
        view.open_link(1)
        await pilot.pause()
        assert "https://evil.example/x" in app.words()
        assert "leads elsewhere" in app.words()
        assert opened == []

        await pilot.press("enter")
        await pilot.pause()

        assert opened == ["https://evil.example/x"]


async def test_a_link_that_is_not_there_is_refused(desk: Desk) -> None:
    view = TicketView(desk)
    app = Showing(view)

    async with app.run_test(size=(90, 40)):
        view.show(row(desk))

        with pytest.raises(Refused, match="no link 9"):
            view.open_link(9)


async def test_no_ticket_says_what_to_do(desk: Desk) -> None:
    view = TicketView(desk)
    app = Showing(view)

    async with app.run_test(size=(90, 40)):
        view.show(None)

        assert "No ticket is open" in app.words()


async def test_an_unknown_filter_names_those_there_are(desk: Desk) -> None:
    view = TicketView(desk)
    app = Showing(view)

    async with app.run_test(size=(90, 40)):
        view.show(row(desk))

        with pytest.raises(Refused, match="all, messages, public, email"):
            view.filter_timeline("pigeons")
