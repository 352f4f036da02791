"""The list of tickets, driven with keys."""

from datetime import timedelta
from pathlib import Path

from textual.strip import Strip

from agentdesk.config import Config, Queue
from agentdesk.model import Priority, Ref, Status, View
from agentdesk.ui.widgets.ticket_list import TicketList
from tests.ui.driver import ACCOUNT, NARROW, NOW, opened_desk, people, question, ticket, tickets


async def test_the_desk_opens_on_who_has_waited_longest(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        desk.sees("Waiting longest", "身に覚えのない請求", "Where is my parcel?", "5h50m")
        desk.cursor_is_on("53001")
        desk.has_keys("list")


async def test_j_and_k_move_the_cursor_and_stop_at_the_ends(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("j", "j", "j", "j")
        desk.cursor_is_on("53003")

        await desk.press("k", "k", "k", "k")
        desk.cursor_is_on("53001")


async def test_moving_repaints_the_two_lines_the_cursor_left_and_met(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(30)) as desk:
        painted: list[int] = []
        watch_lines(desk.app.main.tickets, painted)

        await desk.press("j")

        assert sorted(set(painted)) == [1, 2]


async def test_a_write_that_changes_no_row_paints_nothing(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(30)) as desk:
        painted: list[int] = []
        watch_lines(desk.app.main.tickets, painted)

        await desk.desk.write(lambda store: store.desktop.remember("anything", 1))
        await desk.settles()

        assert painted == []


def watch_lines(view: TicketList, painted: list[int]) -> None:
    """Note which lines of a list are painted from now on."""
    paint = view.render_line

    def watched(y: int) -> Strip:
        painted.append(y)
        return paint(y)

    view.render_line = watched  # type: ignore[method-assign]


async def test_a_hundred_thousand_keys_read_only_the_rows_on_the_screen(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(200), size=NARROW) as desk:
        await desk.press("G")

        desk.cursor_is_on("53200")
        assert len(desk.app.main.tickets._rows) < 60


async def test_a_new_message_does_not_move_the_cursor_from_its_ticket(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("j", "j")
        urgent = ticket(-20, subject="Waited even longer", requester="101")

        await desk.arrives(urgent, question(urgent))

        desk.cursor_is_on("53003")
        desk.sees("Waited even longer", "Waiting longest  6")


async def test_the_cursor_stays_on_its_line_when_its_ticket_leaves_the_queue(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("j")

        await desk.runs("ticket status pending")

        desk.cursor_is_on("53003")
        assert len(desk.app.main.tickets.keys) == 4


async def test_selected_tickets_are_marked_counted_and_changed_together(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("x", "x")
        desk.sees("2 selected", "✓")

        await desk.runs("ticket priority high")

        desk.sees("2 tickets changed")
        assert [desk.line_of(name).count("high") for name in ("田中", "Dana", "佐々木")] == [1, 1, 0]


async def test_escape_lets_the_selection_go(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("X")
        desk.sees("3 selected")

        await desk.press("escape")

        desk.sees_not("selected")


async def test_a_late_clock_says_so_in_words(tmp_path: Path) -> None:
    late = ticket(1, due_at=NOW - timedelta(minutes=12), priority=Priority.URGENT)
    async with opened_desk(tmp_path, [*people(), late, question(late)]) as desk:
        desk.sees("over 12m", "urgent")


async def test_markup_and_escapes_from_outside_are_shown_as_they_are(tmp_path: Path) -> None:
    nasty = ticket(1, subject="[b]x[/] \x1b[31m\u202e")
    async with opened_desk(tmp_path, [*people(), nasty, question(nasty)]) as desk:
        desk.sees("[b]x[/] ␛[31m\\u202e")


async def test_a_queue_of_words_says_that_the_index_is_being_built(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.write(lambda store: store.search.rebuild())
        desk.app.main.listing.show(Queue("words", "Words", "kettle"))
        await desk.settles()

        desk.sees("The search index is being built: 0 of")


async def test_an_empty_queue_says_what_to_do(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, people()) as desk:
        desk.sees("g u shows the unassigned ones")


async def test_the_columns_are_those_of_the_configuration(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2), config=Config(columns=("number", "subject"))) as desk:
        desk.sees("53001", "No.")
        desk.sees_not("Prio", "Wait ")


async def test_numbers_stand_at_the_right_of_their_columns(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        ends = {desk.line_of(word).index(word) + len(word) for word in ("5h50m", "5h40m")}

        assert len(ends) == 1


async def test_the_wheel_turns_the_list(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(100), size=NARROW) as desk:
        desk.sees("5h50m")

        desk.app.main.tickets.wheel(30)
        await desk.settles()

        desk.sees_not("5h50m")


async def test_a_click_puts_the_cursor_there_and_a_second_one_opens(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.pilot.click("#list", offset=(10, 3))
        await desk.settles()
        desk.cursor_is_on("53003")

        await desk.pilot.click("#list", offset=(10, 3))
        await desk.settles()

        desk.has_keys("reading")


async def test_ascii_signs_are_used_where_wide_signs_would_shift_columns(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2), config=Config(ambiguous_wide=True)) as desk:
        assert ">" in desk.line_of("身に覚え")
        desk.sees_not("▌")


async def test_solved_tickets_leave_the_queue_at_once(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("S")

        desk.sees("Solved.", "Waiting longest  2")
        assert desk.desk.store.queries.ticket(ticket(1).ref).ticket.status is Status.SOLVED  # type: ignore[union-attr]


async def test_japanese_titles_and_waits_fit_their_columns(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6), language="ja", size=NARROW) as desk:
        desk.sees("身に覚えのない請求", "田中 美咲")


async def test_joined_emoji_do_not_shift_the_columns(tmp_path: Path) -> None:
    family = ticket(1, subject="👨‍👩‍👧‍👦 order 🇯🇵 late ⚠️")
    async with opened_desk(tmp_path, [*people(), family, question(family)]) as desk:
        desk.sees("👨 order JP late ⚠")


async def test_the_views_of_the_helpdesk_stand_apart_and_repeat_no_queue(tmp_path: Path) -> None:
    views = [View(Ref(ACCOUNT, "v1"), "Mine"), View(Ref(ACCOUNT, "v2"), "Billing team")]
    async with opened_desk(tmp_path, [*tickets(2), *views]) as desk:
        desk.sees("Helpdesk views", "Billing team")
        assert desk.text.count("Mine") == 1

        await desk.press("g", "q", "G", "k")
        assert desk.app.main.queues.cursor == 8

        await desk.press("j", "enter")

        desk.sees("Billing team  0")


async def test_a_dot_marks_what_is_unread_and_only_that(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        await desk.desk.write(lambda store: store.desktop.mark_read(ticket(1).ref, NOW))
        await desk.settles()

        assert "•" not in desk.line_of("身に覚え")
        assert "•" in desk.line_of("parcel")


async def test_a_clock_of_many_days_is_told_in_days(tmp_path: Path) -> None:
    late = ticket(1, due_at=NOW - timedelta(days=49, hours=18))
    async with opened_desk(tmp_path, [*people(), late, question(late)]) as desk:
        desk.sees("over 49d ")


async def test_the_footer_counts_what_is_selected_and_names_what_can_be_done_with_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5), size=NARROW) as desk:
        await desk.press("x", "x", "x")
        assert desk.lines[-1].startswith(" 3 selected   a Assignee   t Tags   s Status   p Priority   Esc back")

        await desk.press("g", "u")

        assert "selected" not in desk.lines[-1]


async def test_what_was_done_to_several_is_taken_back_at_once(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("x", "x", "x")
        await desk.runs("ticket status pending")
        desk.sees("Waiting longest  2")

        await desk.press("u")

        desk.sees("Waiting longest  5")
