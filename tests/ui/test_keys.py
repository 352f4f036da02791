"""Keys: chords, Japanese twins, the user's own, and calm words for what cannot be done."""

from pathlib import Path

from agentdesk.config import Config
from agentdesk.ui.keyboard import key_name
from agentdesk.ui.screens.choose import Confirm
from tests.ui.driver import NARROW, opened_desk, ticket, tickets


async def test_a_chord_goes_to_a_queue(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("g", "m")

        desk.sees("Mine  0")


async def test_a_chord_shows_what_may_follow_after_a_while(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("g")
        await desk.pilot.pause(0.5)

        desk.sees("u Unassigned", "m Mine")


async def test_a_broken_chord_says_so_and_does_nothing_else(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("g", "j")

        desk.sees("g j is not a command here")
        desk.cursor_is_on("53001")


async def test_full_width_and_kana_keys_count_as_their_ascii_twins(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("ｊ", "ま")

        desk.cursor_is_on("53003")


async def test_a_refusal_is_one_calm_sentence_until_the_next_key(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.runs("ticket status nonsense")
        desk.sees("There is no status 'nonsense'")

        await desk.press("j")

        desk.sees_not("There is no status")


async def test_an_unknown_command_names_the_nearest_one(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.runs("ticket asign")

        desk.sees("Did you mean 'ticket assign'?")


async def test_the_users_own_key_runs_its_line(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), config=Config(keys={"ctrl+j": "ticket assign me"})) as desk:
        await desk.press("ctrl+j")

        row = desk.desk.store.queries.ticket(ticket(1).ref)
        assert row is not None
        assert row.ticket.assignee == "7"


async def test_keys_typed_ahead_meet_what_earlier_ones_did(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(5)) as desk:
        await desk.press("j", "enter", "escape", "j", "S")

        assert desk.desk.store.queries.ticket(ticket(3).ref).ticket.status == "solved"  # type: ignore[union-attr]


async def test_a_dialog_takes_the_keys_typed_after_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("s", "s", "o", "l", "v", "enter")

        assert desk.desk.store.queries.ticket(ticket(1).ref).ticket.status == "solved"  # type: ignore[union-attr]


async def test_escape_leaves_a_dialog_without_a_word(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("s")
        desk.sees("pending", "solved")

        await desk.press("escape")

        desk.has_keys("list")
        assert desk.desk.store.queries.ticket(ticket(1).ref).ticket.status == "open"  # type: ignore[union-attr]


async def test_the_footer_names_the_keys_of_the_pane(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=NARROW) as desk:
        desk.sees("Enter open it", "n next", "? keys")

        await desk.press("enter")

        desk.sees("r reply", "m note")


async def test_help_lists_every_key_of_the_pane(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("?")
        desk.sees("Keys: list of tickets", "Select this ticket, or let it go.")

        await desk.press("escape")

        desk.has_keys("list")


async def test_the_palette_finds_a_command_by_what_it_does_and_shows_its_key(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press("ctrl+p")
        await desk.types("mark solved")
        desk.sees("Mark the selected tickets as solved.", "ticket solve  S")

        await desk.press("enter")

        desk.sees("Solved.")


async def test_the_command_line_completes_and_runs(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press(":")
        await desk.types("ticket pri")
        desk.sees("Set the priority")

        await desk.press("tab")
        await desk.types("urg")
        await desk.press("tab", "enter")

        desk.sees("Priority: urgent.")
        desk.has_keys("list")


async def test_the_command_line_brings_back_earlier_lines(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.press(":")
        await desk.types("queue mine")
        await desk.press("enter")
        await desk.press("g", "w", ":", "up", "enter")

        desk.sees("Mine  0")


async def test_a_query_is_completed_in_the_filter_language(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(6)) as desk:
        await desk.press("f")
        await desk.types("assignee:")
        desk.sees("me", "none")

        await desk.press("escape")

        desk.has_keys("list")


async def test_a_query_that_does_not_read_is_refused_and_the_list_stays(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.runs("queue status:nonsense")

        desk.sees("This query does not read")
        desk.sees("Waiting longest  3")


def test_modified_keys_keep_their_name() -> None:
    assert key_name("ctrl+s", None) == "ctrl+s"
    assert key_name("alt+s", "s") == "alt+s"
    assert key_name("question_mark", "?") == "?"
    assert key_name("G", "G") == "G"
    assert key_name("space", " ") == "space"
    assert key_name("plus", "+") == "+"


async def test_help_names_each_command_once_where_names_begin_alike(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("?")

        assert desk.text.count("select all") == 1
        desk.sees("Select every ticket of this queue.")


async def test_help_puts_what_has_a_key_before_what_has_none(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("?")

        assert desk.text.index("ticket promise") < desk.text.index("ticket unlink")


async def test_the_footer_of_a_note_sends_nothing(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press("enter", "m")

        desk.sees("ctrl+s add the note", "ctrl+d add the note, solved")
        desk.sees_not("send, pending")


async def test_the_command_line_offers_nothing_that_only_the_shell_can_do(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press(":")
        await desk.types("outbox")

        desk.sees("outbox retry")
        desk.sees_not("outbox list")


async def test_an_enter_typed_twice_runs_a_line_once(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        await desk.press(":")
        await desk.types("ticket note once")
        desk.app.simulate_key("enter")
        desk.app.simulate_key("enter")
        await desk.pilot.pause(0.3)

        assert len(desk.app.desk.store.outbox.pending()) == 1


async def test_full_width_and_kana_keys_answer_a_dialog_too(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1)) as desk:
        desk.app.push_screen(Confirm("Really?"))
        await desk.settles()
        desk.sees("Really?")

        await desk.press("ｙ")

        desk.sees_not("Really?")
