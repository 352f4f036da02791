"""The timeline: what a ticket's log reads like, and that its size does not matter."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Event, Kind, Reply, Status
from agentdesk.text.width import cell_width
from agentdesk.ui.pane import TicketWanted
from agentdesk.ui.widgets.ticket import TicketView
from agentdesk.ui.widgets.timeline import Timeline

from .example import NOW, TICKET, Showing, desk_at, event, fill, row


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path)
    yield opened
    await opened.close()


class Reading(Showing):
    """A ticket as an agent reads it."""

    def __init__(self, desk: Desk, *further: Event, rounds: int = 3) -> None:
        self.view = TicketView(desk)
        fill(desk.store, rounds, *further)
        super().__init__(self.view)
        self.desk = desk
        self.wanted: list[TicketWanted] = []

    def on_mount(self) -> None:
        self.view.show(row(self.desk))
        self.view.timeline.focus()

    def on_ticket_wanted(self, message: TicketWanted) -> None:
        self.wanted.append(message)


@pytest.fixture
async def newest_first(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = desk_at(tmp_path, config=Config(newest_first=True))
    yield opened
    await opened.close()


@pytest.fixture(params=[(80, 24), (160, 48)], ids=["narrow", "wide"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


async def test_a_ticket_opens_at_its_end_when_everything_was_read(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "まだでしょうか" in app.words().splitlines()[-2]


async def test_a_ticket_opens_at_the_first_unread_event(desk: Desk) -> None:
    desk.store.desktop.mark_read(TICKET, NOW - timedelta(minutes=100))
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        above, below = app.words().split("read up to here")
        assert "INTERNAL NOTE" in below
        assert len(above.splitlines()) <= 6


async def test_notes_replies_and_customers_differ_in_words(desk: Desk, size: tuple[int, int]) -> None:
    app = Reading(desk)

    async with app.run_test(size=size) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()

        words = app.words()
        assert "aiko  INTERNAL NOTE" in words
        assert "田中 美咲  customer  mail" in words
        app.view.timeline.page(1)
        await pilot.pause()
        assert "aiko  public reply  mail" in app.words() + words


async def test_what_a_terminal_would_obey_is_shown_as_text(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 60)) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()

        words = app.words()
        assert "the [bold]customer[/] is upset ␛[31mred␛[0m \\u202egnp.exe" in words
        assert "\x1b" not in words


async def test_quotes_and_signatures_fold_and_unfold(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 60)) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()
        assert "> [quoted, 4 lines]" in app.words()
        assert "引用の一行目" not in app.words()

        app.view.fold_quotes()
        await pilot.pause()

        assert "> 引用の一行目" in app.words()
        assert "TEL 03-1234-5678" in app.words()


async def test_html_links_are_numbered_and_say_where_they_lead(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 60)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

        assert "[1]  https://evil.example/x  leads elsewhere than it says" in app.words()


async def test_japanese_lines_never_begin_with_a_closing_mark(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(47, 40)) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()

        lines = [text.strip(" ┃│▐") for text in app.words().splitlines()]
        assert not [text for text in lines if text[:1] and text[0] in "、。」）"]
        assert all(cell_width(text) <= 47 for text in app.words().splitlines())


async def test_field_changes_are_one_line_with_names(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 60)) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()

        assert "Routed from Support to Billing  changed by 振り分け" in app.words()


async def test_the_head_tells_the_way_through_the_teams(desk: Desk) -> None:
    app = Reading(desk, rounds=2)

    async with app.run_test(size=(150, 40)) as pilot:
        await pilot.pause()

        head = app.words().splitlines()[0]
        assert "#53812  身に覚えのない請求がある" in head
        assert "Support 21h30m > Billing 1h > Support" in head
        assert "overdue 12 min" in head


async def test_nothing_is_overdue_on_a_solved_ticket(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(150, 40)) as pilot:
        open_row = row(desk)
        app.view.show(replace(open_row, ticket=replace(open_row.ticket, status=Status.SOLVED)))
        await pilot.pause()

        head = app.words().splitlines()[0]
        assert "#53812" in head
        assert "overdue" not in head


async def test_messages_only_hides_changes_and_ratings(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 48)) as pilot:
        assert "Rating" in app.words()

        shown = app.view.filter_timeline("messages")
        await pilot.pause()

        assert shown == "messages only"
        assert "Rating" not in app.words()
        assert "messages only" in app.words()


async def test_a_filter_can_be_a_channel_and_turns_back_to_all(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 48)) as pilot:
        app.view.filter_timeline("voice")
        await pilot.pause()
        assert "はい、請求についてですね。" in app.words()
        assert "まだでしょうか" not in app.words()

        for _turn in app.view.timeline.choices():
            if app.view.timeline.filter != "all":
                app.view.filter_timeline("")
        assert app.view.timeline.filter == "all"


async def test_the_customers_timeline_spans_tickets_and_outside_events(desk: Desk) -> None:
    app = Reading(desk, rounds=1)

    async with app.run_test(size=(100, 60)) as pilot:
        assert "発送しました" not in app.words()

        app.view.whole_customer()
        await pilot.pause()

        assert "注文 10-2231 を発送しました" in app.words()
        assert "#51220 二重請求について" in app.words()
        assert "everything of this customer" in app.words()


async def test_enter_on_the_customers_timeline_asks_for_the_ticket(desk: Desk) -> None:
    app = Reading(desk, rounds=1)

    async with app.run_test(size=(100, 60)) as pilot:
        app.view.whole_customer()
        app.view.timeline.edge("top")
        app.view.timeline.enter()
        await pilot.pause()

        assert [message.ticket.id for message in app.wanted] == ["2"]


async def test_a_message_on_its_way_says_so_in_words(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(100, 40)) as pilot:
        await desk.decide([row(desk)], [Reply("すぐ確認します")], hold=timedelta(seconds=8))
        app.view.reload()
        await pilot.pause()

        assert "leaves in 8 s, u takes it back" in app.words()


async def test_what_arrives_at_the_end_is_followed_and_elsewhere_the_place_is_kept(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        desk.store.mirror.take(Page((event("new1", 5, Kind.CUSTOMER, "追伸です"),), "2"))
        app.view.reload()
        await pilot.pause()
        assert "追伸です" in app.words()

        app.view.timeline.edge("top")
        await pilot.pause()
        before = app.words()
        desk.store.mirror.take(Page((event("new2", 4, Kind.CUSTOMER, "もう一通"),), "3"))
        app.view.reload()
        await pilot.pause()
        assert app.words() == before


async def test_what_was_in_view_is_marked_as_read(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        while desk.store.desktop.read_until(TICKET) is None:
            await pilot.pause(0.05)

        assert desk.store.desktop.read_until(TICKET) == NOW - timedelta(minutes=12)


async def test_the_marker_goes_from_message_to_message(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        app.view.timeline.edge("top")
        marked = []
        for _step in range(3):
            await pilot.pause()
            marked += [text for text in app.words().splitlines() if text.startswith("▸")]
            app.view.next_message(1)

        assert ["customer" in marked[0], "NOTE" in marked[1], "reply" in marked[2]] == [True, True, True]


async def test_a_message_of_5_mb_shows_its_beginning_and_more_on_enter(desk: Desk) -> None:
    app = Reading(desk, event("huge", 2, Kind.CUSTOMER, "".join(f"{number} 行目です。\n" for number in range(400_000))))

    async with app.run_test(size=(80, 24)) as pilot:
        assert "this message goes on: Enter shows more" in app.words()

        for _more in range(4):
            app.view.timeline.enter()
            app.view.reload()
        app.view.timeline.edge("bottom")
        await pilot.pause()

        shown = int(app.words().splitlines()[-3].split()[0])
        assert shown > 5_000
        assert "this message goes on" in app.words()


async def test_only_what_is_near_the_screen_is_laid_out(desk: Desk) -> None:
    app = Reading(desk, rounds=60)

    async with app.run_test(size=(80, 24)):
        items = app.view.timeline._stretches
        laid_out = [item for item in items if item.entry is not None]

    assert len(items) > 200
    assert len(laid_out) < 20


async def test_a_page_of_a_long_ticket_is_drawn_within_a_frame(desk: Desk) -> None:
    app = Reading(desk, rounds=60)

    async with app.run_test(size=(160, 48)):
        began = time.process_time()
        for _leaf in range(10):
            app.view.timeline.page(-1)
            app.view.timeline.render_lines(app.view.timeline.size.region)

        assert (time.process_time() - began) / 10 < 0.05


async def test_older_events_of_a_customer_come_as_the_top_is_reached(desk: Desk) -> None:
    app = Reading(desk, rounds=60)

    async with app.run_test(size=(80, 24)) as pilot:
        app.view.whole_customer()
        for _time in range(3):
            app.view.timeline.edge("top")
        await pilot.pause()

        assert "#51220 二重請求について" in app.words()


async def test_what_the_agent_just_wrote_comes_into_view(desk: Desk) -> None:
    app = Reading(desk)

    async with app.run_test(size=(80, 24)) as pilot:
        app.view.timeline.edge("top")
        await desk.decide([row(desk)], [Reply("ただいま確認しております")])
        app.view.reload()
        await pilot.pause()

        assert "ただいま確認しております" in app.words()


async def test_what_a_ticket_began_with_is_no_news(desk: Desk) -> None:
    born = event("new", 1440, Kind.CHANGE, field="status", new="new")
    later = event("later", 20, Kind.CHANGE, field="status", old="new", new="open")
    app = Reading(desk, born, later)

    async with app.run_test(size=(120, 48)) as pilot:
        app.view.timeline.edge("top")
        await pilot.pause()
        top = app.words()
        app.view.timeline.edge("bottom")
        await pilot.pause()

        assert "Status: new" not in top
        assert "Status: from new to open" in app.words()


async def test_joined_emoji_in_a_message_do_not_shift_what_stands_beside_it(desk: Desk) -> None:
    app = Reading(desk, event("family", 1, Kind.CUSTOMER, "👨\u200d👩\u200d👧 here"))

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert "👨 here" in app.words()


async def test_the_newest_comes_first_where_the_agent_wants_it_so(newest_first: Desk) -> None:
    app = Reading(newest_first)

    async with app.run_test(size=(160, 48)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

        words = app.words()
        assert words.index("まだでしょうか") < words.index("返答が遅い") < words.index("はい、請求")


async def test_newest_first_what_arrives_is_seen_at_the_top(newest_first: Desk) -> None:
    app = Reading(newest_first)

    async with app.run_test(size=(80, 24)) as pilot:
        newest_first.store.mirror.take(Page((event("new", 1, Kind.CUSTOMER, "newest words"),), "2"))
        app.view.reload()
        await pilot.pause()

        assert app.words().index("newest words") < app.words().index("まだでしょうか")


async def test_newest_first_the_read_mark_stands_above_what_was_read(newest_first: Desk) -> None:
    newest_first.store.desktop.mark_read(TICKET, NOW - timedelta(minutes=18))
    app = Reading(newest_first)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        unread, read = app.words().split("already read")
        assert "まだでしょうか" in unread
        assert "返答が遅い" in read


async def test_the_scroll_bar_hides_no_letter_of_a_full_line(desk: Desk) -> None:
    words = "あ" * 400
    app = Reading(desk, event("full", 1, Kind.CUSTOMER, words))

    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        app.view.timeline.edge("bottom")
        await pilot.pause()

        assert "…" not in app.words(app.view.timeline)


async def test_what_we_changed_ourselves_is_not_unread(desk: Desk) -> None:
    desk.store.desktop.mark_read(TICKET, NOW)
    changed = event("own", -1, Kind.CHANGE, field="status", old="open", new="pending", op="op1")
    app = Reading(desk, changed)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert "read up to here" not in app.words()


async def test_a_reply_from_here_says_nothing_of_its_channel(desk: Desk) -> None:
    app = Reading(desk, event("sent", 1, Kind.REPLY, "From here.", channel="api"))

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert "public reply" in app.words()
        assert "API" not in app.words()


async def test_braces_on_a_timeline_without_anything_go_nowhere(desk: Desk) -> None:
    timeline = Timeline(desk)
    timeline.seek(("parcel",))

    assert timeline.next_match(1)
