"""The frame: title bar, queues, panes, outbox, and the place that is kept."""

from datetime import timedelta
from pathlib import Path

from agentdesk.exchange import Page
from agentdesk.model import Note, Op, OpState, Reply, SetStatus, Status, View
from agentdesk.model import Ref as Name
from agentdesk.store.desktop import PREPARING, Weather
from agentdesk.store.drafts import Draft
from agentdesk.store.outbox import Author
from tests.ui.driver import ACCOUNT, NARROW, NOW, opened_desk, people, question, ticket, tickets


async def test_the_title_bar_says_where_i_am_and_how_fresh_it_is(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        desk.sees("AgentDesk", "acme", "synced 10 s ago", "00:41")


async def test_offline_says_since_when_and_that_the_work_is_safe(tmp_path: Path) -> None:
    weather = Weather(ACCOUNT, "offline", NOW - timedelta(hours=1))
    async with opened_desk(tmp_path, tickets(3), weather=weather) as desk:
        desk.sees("offline since 23:41 (your work is safe)")


async def test_a_rate_limit_says_until_when(tmp_path: Path) -> None:
    weather = Weather(ACCOUNT, "limited", NOW, until=NOW + timedelta(minutes=2))
    async with opened_desk(tmp_path, tickets(3), weather=weather) as desk:
        desk.sees("asks us to wait until 00:43")


async def test_the_first_sync_shows_how_far_it_is(tmp_path: Path) -> None:
    weather = Weather(ACCOUNT, "fresh", NOW, phase="tickets", done=150, total=300)
    async with opened_desk(tmp_path, tickets(3), weather=weather) as desk:
        desk.sees("first sync: tickets 150 of 300", "━━━━━━──────")


async def test_what_waits_and_what_is_held_is_counted(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.HELD))
        await desk.settles()

        desk.sees("1 held")


def _queue(store, state: OpState) -> None:  # type: ignore[no-untyped-def]
    row = store.queries.ticket(Name(ACCOUNT, "1"))
    changes = (Reply("ご連絡ありがとうございます。"),)
    op = Op("op1", row.ticket.ref, changes, row.ticket, NOW - timedelta(minutes=5), NOW)
    store.outbox.add(op, Author("7", "aiko"))
    store.outbox.mark(op, state, "The customer wrote again")


async def test_the_outbox_shows_what_was_held_and_why(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.HELD))
        await desk.press("g", "o")

        desk.sees("Outbox", "held", "The customer wrote again", "#53001 田中 美咲")
        desk.has_keys("outbox")


async def test_the_outbox_says_why_before_what_where_there_is_little_room(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=(100, 24)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.HELD))
        await desk.press("g", "o")

        assert desk.text.index("The customer wrote again") < desk.text.index("public reply")


async def test_a_held_reply_stands_beside_what_arrived(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.HELD))
        again = question(ticket(1), "自己解決しました。", minutes_later=349)
        await desk.arrives(again)
        await desk.press("g", "o", "enter")

        desk.has_keys("held")
        desk.sees(
            "As you saw it", "Please help me.", "自己解決しました。", "ご連絡ありがとうございます。", "k send as it is"
        )


async def test_a_held_reply_is_sent_as_it_is_with_k(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.HELD))
        await desk.press("g", "o", "enter", "k")

        op = desk.desk.store.outbox.get("op1")
        assert op is not None
        assert op.state is OpState.QUEUED


async def test_a_held_reply_does_not_count_as_seen_or_as_arrived(tmp_path: Path) -> None:
    def hold(store) -> None:  # type: ignore[no-untyped-def]
        row = store.queries.ticket(Name(ACCOUNT, "1"))
        op = Op("op1", row.ticket.ref, (Reply("Only once"), SetStatus(Status.SOLVED)), row.ticket, NOW, NOW)
        store.outbox.add(op, Author("7", "aiko"))
        store.outbox.mark(op, OpState.HELD, "Look.")

    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.desk.write(hold)
        await desk.press("g", "o", "enter")

        assert desk.text.count("Only once") == 1
        desk.sees("Nothing new.", "With it: Status: solved")


async def test_what_is_in_doubt_is_sent_anyway_only_after_a_yes(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: _queue(store, OpState.DOUBT))
        await desk.press("g", "o", "enter", "!")
        desk.sees("the customer gets it twice")
        await desk.press("n")
        assert [op.state for op in desk.desk.store.outbox.pending()] == [OpState.DOUBT]

        await desk.press("!", "y")
        assert [op.state for op in desk.desk.store.outbox.pending()] == [OpState.QUEUED]


async def test_a_failed_note_is_dropped_only_after_a_yes(tmp_path: Path) -> None:
    def fail(store) -> None:  # type: ignore[no-untyped-def]
        row = store.queries.ticket(Name(ACCOUNT, "1"))
        op = Op("op1", row.ticket.ref, (Note("社内"),), row.ticket, NOW, NOW)
        store.outbox.add(op, Author("7", "aiko"))
        store.outbox.mark(op, OpState.FAILED, "no such field")

    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.desk.write(fail)
        await desk.press("g", "o", "d", "n")
        assert len(desk.desk.store.outbox.pending()) == 1

        await desk.press("d", "y")
        assert desk.desk.store.outbox.pending() == []


async def test_queues_count_live(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        assert desk.line_of("Unassigned").split()[1] == "3"

        await desk.runs("ticket assign me")

        assert desk.line_of("Unassigned").split()[1] == "2"
        assert desk.line_of(" Mine").split()[1] == "1"


async def test_the_helpdesks_views_are_queues_too(tmp_path: Path) -> None:
    view = View(Name(ACCOUNT, "9"), "VIP customers", 1, ("2", "3"))
    async with opened_desk(tmp_path, [*tickets(4), view]) as desk:
        desk.sees("VIP customers")
        await desk.press("g", "q", "G", "enter")

        assert len(desk.app.main.tickets.keys) == 2


async def test_tab_turns_through_the_panes_and_back(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("tab")
        desk.has_keys("customer")
        await desk.press("tab", "tab")
        desk.has_keys("queues")
        await desk.press("tab")
        desk.has_keys("list")


async def test_narrow_shows_one_pane_at_a_time(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=NARROW) as desk:
        desk.sees_not("Queues")

        await desk.press("shift+tab")

        desk.sees("Queues", "Breaching soon")
        desk.sees_not("Where is my parcel?")


async def test_a_ticket_opens_with_enter_and_closes_with_escape(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=NARROW) as desk:
        await desk.press("j", "enter")
        desk.sees("#53002", "Please help me.")

        await desk.press("escape")
        desk.has_keys("list")
        desk.cursor_is_on("53002")


async def test_n_opens_the_next_ticket_that_needs_me(tmp_path: Path) -> None:
    theirs = ticket(2, assignee="8")
    items = [*people(), ticket(1), theirs, ticket(3), *(question(ticket(number)) for number in (1, 2, 3))]
    async with opened_desk(tmp_path, items) as desk:
        await desk.press("enter", "n")

        desk.sees("#53003")


async def test_the_place_is_kept_between_starts(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        await desk.press("g", "a", "j", "j", "enter")
        number = desk.app.main.open_row.ticket.number  # type: ignore[union-attr]

    async with opened_desk(tmp_path) as desk:
        desk.sees(f"#{number}")
        desk.has_keys("reading")
        await desk.press("escape")
        desk.cursor_is_on(number)
        assert desk.app.main.listing.queue.name == "all"


async def test_growing_and_shrinking_loses_nothing(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        await desk.press("j", "j")
        await desk.resizes(NARROW)
        desk.cursor_is_on("53003")
        await desk.resizes((160, 48))

        desk.cursor_is_on("53003")
        desk.sees("Queues", "佐々木 亮")


async def test_the_second_process_is_seen_without_a_key(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        from agentdesk.store.store import opened

        new = ticket(9, subject="From the other process", requester="101")
        with opened(desk.desk.folders.database) as other:
            other.mirror.take(Page((new, question(new)), ""))
        desk.app.watch_store.look()
        await desk.settles()

        desk.sees("From the other process")


async def test_the_place_is_on_disk_a_moment_after_the_agent_moved(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        await desk.press("j", "j")
        await desk.app.place.save()

        place = desk.desk.store.desktop.place("desk")
        assert isinstance(place, dict)
        assert place["cursor"] == [ACCOUNT, "3"]


async def test_leaving_keeps_the_text_of_the_composer(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        await desk.press("r")
        await desk.types("Dear Misaki")
        await desk.press("ctrl+q")

    async with opened_desk(tmp_path) as desk:
        desk.sees("Dear Misaki")
        desk.has_keys("composer")


async def test_a_reply_is_sent_set_pending_and_taken_back(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        await desk.press("r")
        await desk.types("Dear Misaki")
        await desk.press("ctrl+s")
        desk.sees("leaves in 10 s", "1 to send")

        await desk.press("u")

        desk.sees("Dear Misaki")
        desk.has_keys("composer")


async def test_a_draft_whose_ticket_is_gone_is_in_the_outbox_to_be_read_copied_or_dropped(tmp_path: Path) -> None:
    draft = Draft(Name(ACCOUNT, "404"), "reply", "Words of an hour", NOW)

    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.desk.write(lambda store: store.drafts.save(draft))
        await desk.press("g", "d")
        desk.sees("Drafts", "1 more draft is of a ticket that is gone: g o shows it.")

        await desk.press("g", "o")
        desk.sees("#404", "draft", "Words of an hour", "The ticket is gone.")
        await desk.press("y")
        assert desk.app.clipboard == "Words of an hour"

        await desk.press("enter")
        desk.sees("Draft of #404, which is gone", "Words of an hour")

        await desk.press("escape", "d", "y")
        assert desk.desk.store.drafts.all() == []


async def test_the_outbox_and_the_help_have_the_title_bar_too(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        for keys, place in (("go", "Outbox"), ("?", "Keys: list of tickets")):
            await desk.press(*keys)
            assert place in desk.lines[0]
            assert "synced 10 s ago" in desk.lines[0]
            await desk.press("escape")


async def test_what_is_left_twice_in_a_moment_leaves_the_desk_open(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("?")
        for _press in range(2):
            desk.app.pop_screen()
        await desk.press("j")

        assert desk.app.screen is desk.app.main
        assert desk.app.is_running


async def test_keys_and_words_of_the_help_stand_in_columns(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("?")
        lines: list[str] = []
        for _page in range(4):
            lines += desk.lines
            await desk.press("space")

        down = next(line for line in lines if "Move down by a screenful" in line)
        up = next(line for line in lines if "Move up by a screenful" in line)
        assert down.index("Move down") == up.index("Move up")


async def test_a_long_sentence_takes_the_lines_it_needs(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1), size=NARROW) as desk:
        desk.app.say("This sentence is so long that eighty columns cannot hold the whole of it, up to its END.", "bad")
        await desk.settles()
        desk.sees("END.")

        await desk.press("j")
        desk.sees_not("END.")
        assert "Enter" in desk.lines[-1]


async def test_what_follows_g_is_said_in_words(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("g")
        await desk.pilot.pause(0.6)
        await desk.settles()

        desk.sees("g first line", "o Outbox", "d Drafts")


async def test_the_palette_begins_with_what_agents_do_all_day(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("ctrl+p")

        reply, note = desk.text.index("Write to the customer"), desk.text.index("Write a note that only")
        assert reply < note < desk.text.index("Assign the selected tickets to a colleague")


async def test_an_empty_list_says_that_the_demos_helpdesk_is_being_prepared(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, weather=Weather(ACCOUNT, "online", NOW)) as desk:
        preparing = Weather(ACCOUNT, "fresh", NOW, phase=PREPARING)
        await desk.desk.write(lambda store: store.desktop.report(preparing))
        desk.app.watch_store.show_standing()
        await desk.settles()

        desk.sees("The demo's helpdesk is being prepared: its tickets appear here in a moment.")
        assert "Preparing the demo's helpdesk" in desk.lines[0]


async def test_an_empty_list_of_a_cache_being_filled_says_so(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, weather=Weather(ACCOUNT, "online", NOW)) as desk:
        desk.sees("Being read for the first time: tickets appear here as they come.")
