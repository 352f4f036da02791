"""Finding everything from one field."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from agentdesk.commands import load
from agentdesk.desk import Desk
from agentdesk.model import Ref
from agentdesk.store.facets import FIELDS
from agentdesk.store.search import Hit
from agentdesk.text.passage import Passage
from agentdesk.text.width import cell_width
from agentdesk.ui.finding import Answers
from agentdesk.ui.pane import RunLine, TicketWanted
from agentdesk.ui.screens.find import Answered, Find
from agentdesk.ui.widgets.found import field_words, passage_line

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


async def test_a_result_shows_its_passage_where_it_is_seen(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"二重")
        await settled(app, pilot)

        results = app.find.results["ticket"]
        hit = results.results[0]
        assert isinstance(hit, Hit)
        assert "二重" in hit.passage.text
        assert hit.passage.text[:12] in app.words()


async def test_kinds_stand_side_by_side(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"二重")
        await settled(app, pilot)

        words = app.words()
        assert all(kind in words for kind in ("Tickets  2", "Articles  2", "Customers", "Commands"))
        assert "二重に引き落とされています。" in words


async def test_on_a_narrow_terminal_every_kind_is_counted_and_tab_unfolds_the_next(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        assert "Tickets  2" in app.words()
        assert "Articles  2" in app.words()
        assert "請求の社内手順" not in app.words()

        await pilot.press("tab")
        await pilot.pause()

        assert "請求の社内手順" in app.words()


async def test_a_value_is_put_into_the_query_by_a_key_and_taken_out_by_the_same(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        assert "Narrow down" in app.words()
        await pilot.press("ctrl+f", "enter")
        await settled(app, pilot)

        assert app.find.field.value == "二重 status:open"
        assert "Tickets  1" in app.words()

        await pilot.press("enter")
        await settled(app, pilot)
        assert app.find.field.value == "二重"
        assert "Tickets  2" in app.words()


async def test_the_first_kind_with_results_is_in_front_until_another_is_chosen(desk: Desk) -> None:
    app = Finding(desk, "手順")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        assert app.find.results["article"].is_active

        app.find.field.value = "二重"
        await settled(app, pilot)
        assert app.find.results["ticket"].is_active

        await pilot.press("tab")
        app.find.field.value = "二重 "
        await settled(app, pilot)
        assert app.find.results["article"].is_active


def test_what_leads_to_a_hit_leaves_no_room_empty_behind_it() -> None:
    text = "words that lead to it and more words that lead to it at last the parcel"
    hit = Hit("ticket", Ref("acme", "1"), "Late", Passage(text, ["parcel"]))

    passage = passage_line(hit, 0, 40)

    assert cell_width(passage.plain.rstrip()) >= 38
    assert passage.plain.endswith("the parcel")


async def test_a_click_turns_to_a_kind_and_the_next_opens_what_is_there(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        assert app.find.results["ticket"].is_active

        await pilot.click("#facets", offset=(4, 2))
        await settled(app, pilot)
        assert app.find.facets.is_active
        assert app.find.field.value == "二重"

        await pilot.click("#facets", offset=(4, 2))
        await settled(app, pilot)
        assert app.find.field.value == "二重 status:open"


async def test_what_was_found_says_why(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)

        assert "Found by: 二重" in app.words()


async def test_a_wrong_query_says_where_and_keeps_what_was_found(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        app.find.field.value = "二重 waiting>banana"
        await settled(app, pilot)

        place = next(text for text in app.words().splitlines() if "↑" in text)
        assert cell_width(place[: place.index("↑")]) == 1 + cell_width("二重 waiting>")
        assert "Tickets  2" in app.words()


async def test_one_may_walk_on_in_what_was_found_before_a_slip(desk: Desk) -> None:
    app = Finding(desk, "二重")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        app.find.field.value = "is:open"
        await settled(app, pilot)
        await pilot.press("down", "tab", "down")
        await settled(app, pilot)

        assert "Tickets  2" in app.words()


async def test_words_with_a_stray_sign_are_found_and_the_sign_is_shown(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        app.find.field.value = "二重 (請求"
        await settled(app, pilot)

        place = next(text for text in app.words().splitlines() if "↑" in text)
        assert "never closed" in place
        assert "Tickets  2" in app.words()


async def test_the_word_that_is_typed_goes_on_with_the_right_arrow(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"状態:解")
        await settled(app, pilot)
        assert "→ 解決" in app.words()

        await pilot.press("right")
        await settled(app, pilot)
        assert app.find.field.value == "状態:解決"


async def test_names_in_use_complete_a_tag(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"tag:bi")
        await settled(app, pilot)

        assert "→ billing" in app.words()


async def test_what_is_typed_can_be_kept_as_a_queue(desk: Desk) -> None:
    app = Finding(desk, "二重 status:open")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        await pilot.press("ctrl+s")
        await pilot.pause()

        [wanted] = app.wanted
        assert isinstance(wanted, RunLine)
        assert wanted.line == "queue save --query '二重 status:open'"


async def test_a_search_that_finds_nothing_says_what_to_do(desk: Desk) -> None:
    app = Finding(desk, "zzzz qqqq")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)

        assert "Nothing found. Fewer or other words find more" in app.words()


async def test_prepared_answers_are_found_and_read(desk: Desk) -> None:
    app = Finding(desk, "お調べ")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)

        assert "Prepared answers  " in app.words()


async def test_enter_asks_for_the_ticket_at_the_very_message(desk: Desk) -> None:
    app = Finding(desk, "引き落とされています")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        await pilot.press("enter")
        await pilot.pause()

        [wanted] = app.wanted
        assert isinstance(wanted, TicketWanted)
        assert wanted.event is not None


async def test_enter_pressed_twice_in_a_moment_opens_once(desk: Desk) -> None:
    app = Finding(desk, "二重に")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        for _press in range(2):
            app.find.post_message(Input.Submitted(app.find.field, "二重に"))
        await settled(app, pilot)

        assert len(app.wanted) == 1


async def test_enter_pressed_twice_in_a_moment_opens_one_page(desk: Desk) -> None:
    app = Finding(desk, "請求の社内手順")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        app.find.active = "article"
        for _press in range(2):
            app.find.post_message(Input.Submitted(app.find.field, app.find.field.value))
        await settled(app, pilot)
        app.pop_screen()

        assert app.screen is app.find


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
        app.find.post_message(Answered(Answers("an older question", {})))
        await pilot.pause()

        assert "Tickets  2" in app.words()


async def test_the_way_back_is_named_on_a_narrow_terminal(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)

        assert "Esc back" in app.words()


async def test_escape_goes_back(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()

        assert app.screen is not app.find


async def test_a_misspelt_name_finds_what_was_meant_and_says_so(desk: Desk) -> None:
    app = Finding(desk, "tag:biling")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)

        assert "There is no tag:biling. Shown: tag:billing." in app.words()


async def test_a_name_with_a_space_is_completed_in_quotation_marks(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press(*"customer:田")
        await settled(app, pilot)
        await pilot.press("right")
        await settled(app, pilot)

        assert app.find.field.value == 'customer:"田中 美咲"'


def test_a_passage_is_drawn_where_there_is_no_room_at_all() -> None:
    hit = Hit("ticket", Ref("acme", "1"), "Parcel", Passage("Where is my parcel?", ["parcel"]))

    assert passage_line(hit, 0, 0).plain


def test_everything_that_divides_tickets_has_a_heading() -> None:
    assert all(field_words(field) for field in FIELDS)


async def test_behind_a_word_there_is_room_for_what_to_know(desk: Desk) -> None:
    app = Finding(desk, "zzzz qqqq ")

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)

        assert "Nothing found." in app.words()


async def test_a_mail_of_several_lines_is_pasted_whole(desk: Desk) -> None:
    app = Finding(desk)

    async with app.run_test(size=(140, 40)) as pilot:
        await settled(app, pilot)
        app.find.field.post_message(Paste("\nお世話になっております。\r\n二重に引き落とされています。\n  よろしく"))
        await settled(app, pilot)

        assert app.find.field.value == "お世話になっております。 二重に引き落とされています。 よろしく"
        assert app.find.results["ticket"].count


async def test_a_cache_that_does_not_answer_is_told_and_ends_nothing(desk: Desk) -> None:
    desk.store.db.execute("DROP TABLE article_words")
    app = Finding(desk, "請求")

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)

        assert "The cache did not answer" in app.words()
