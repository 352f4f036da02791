"""The customer's card."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentdesk import i18n
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Person, Ref, Role
from agentdesk.text.width import cell_width
from agentdesk.ui.pane import TicketWanted
from agentdesk.ui.widgets.customer import CustomerPane, _field_word

from .example import ACCOUNT, Showing, desk_at, fill, row, ticket


class Card(Showing):
    """A customer's card and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self.card = CustomerPane(desk)
        super().__init__(self.card)
        self.wanted: list[TicketWanted] = []

    def on_ticket_wanted(self, message: TicketWanted) -> None:
        self.wanted.append(message)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path)
    fill(opened.store, 1)
    yield opened
    await opened.close()


async def test_the_card_says_who_this_is(desk: Desk) -> None:
    app = Card(desk)

    async with app.run_test(size=(42, 40)) as pilot:
        app.card.show(row(desk))
        await pilot.pause()

        words = app.words()
        for expected in (
            "田中 美咲",
            "田中商店",
            "継続プラン",
            "mail 1  phone 1",
            "tanaka@example.jp",
            "Japanese",
            "09:41",
        ):
            assert expected in words
        assert "返信は平日夜を希望" in words


async def test_in_japanese_the_customer_is_addressed_as_sama(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, "ja")
    fill(desk.store, 1)
    app = Card(desk)

    async with app.run_test(size=(42, 40)) as pilot:
        app.card.show(row(desk))
        await pilot.pause()
        assert "田中 美咲 様" in app.words()

    await desk.close()


async def test_what_happened_lately_spans_tickets_and_outside(desk: Desk) -> None:
    app = Card(desk)

    async with app.run_test(size=(60, 40)) as pilot:
        app.card.show(row(desk))
        await pilot.pause()

        lately = app.words().split("Lately")[1]
        assert "注文 10-2231 を発送しました" in lately
        assert "rating not satisfied" in lately
        assert "二重に引き落とされています。" in lately


async def test_enter_on_a_happening_asks_for_its_ticket(desk: Desk) -> None:
    app = Card(desk)

    async with app.run_test(size=(60, 40)) as pilot:
        app.card.show(row(desk))
        app.card.edge("bottom")
        app.card.enter()
        await pilot.pause()

        assert [message.ticket.id for message in app.wanted] == ["2"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("plan", "Premium", "Premium"),
        ("since", "2024-07-04", "customer since Thu, 7/4/2024"),
        ("member_number", "10000231", "member number 10000231"),
        ("floor", "1-2", "floor 1-2"),
    ],
)
def test_a_field_that_says_nothing_alone_has_its_name_before_it(name: str, value: str, words: str) -> None:
    i18n.use("en")

    assert _field_word(name, value) == words


async def test_hostile_names_and_fields_stay_text_and_within_the_pane(desk: Desk) -> None:
    hostile = Person(
        Ref(ACCOUNT, "66"), "[red]x[/]\x1b[2J\u202e" + "長" * 60, Role.CUSTOMER, zone="No/Where", language="xx-!!",
        notes="\x1b]0;t\x07 note", fields={"a": "[b]" * 40, "b": None, "c": True, "d": ("p", "q")},
    )  # fmt: skip
    desk.store.mirror.take(Page((hostile, ticket("5", requester="66")), "2"))
    app = Card(desk)

    async with app.run_test(size=(40, 30)) as pilot:
        app.card.show(row(desk, "5"))
        await pilot.pause()

        words = app.words()
        assert "[red]x[/]␛[2J" in words
        assert "\x1b" not in words
        assert all(cell_width(text) <= 40 for text in words.splitlines())


async def test_no_customer_is_said_so(desk: Desk) -> None:
    app = Card(desk)

    async with app.run_test(size=(40, 30)):
        app.card.show(None)

        assert "No customer to show." in app.words()
