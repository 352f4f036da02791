"""Changing tickets by command."""

import pytest

from agentdesk.commands.context import Context
from agentdesk.commands.searches import search
from agentdesk.commands.tickets import list_tickets
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.exchange import Concurrency, Traits
from agentdesk.model import Assign, Priority, SetField, SetPriority, SetStatus, Status, Tag, Transfer, Untag
from agentdesk.shell_front import ShellFront

from .conftest import ACCOUNT, Line, seen


async def test_a_ticket_is_assigned_by_name_address_id_or_to_me(desk: Desk, line: Line) -> None:
    for word in ("ben", "BEN@acme.example", "8"):
        await line("ticket assign none", "1")
        await line(f"ticket assign {word}", "1")
        assert seen(desk).assignee == "8"
    await line("ticket assign me", "1")
    assert seen(desk).assignee == "7"


async def test_an_unknown_colleague_is_refused_with_those_there_are(line: Line) -> None:
    with pytest.raises(Refused, match="Aiko, Ben"):
        await line("ticket assign carol", "1")


async def test_several_tickets_are_one_batch(line: Line) -> None:
    ops = (await line("ticket status pending", "1", "2", "3")).ops

    assert len(ops) == 3
    assert len({op.batch for op in ops}) == 1


async def test_what_is_so_already_is_not_decided_again(line: Line) -> None:
    assert (await line("ticket tag vip", "1")).ops == []


async def test_fields_are_set_by_their_japanese_label_and_take_values_by_label(line: Line) -> None:
    (op,) = (await line("ticket set 注文番号=A=12 理由=返品 個数=3 金額=12.5 届いた日=2026-11-20", "1")).ops

    assert op.changes == (
        SetField("f1", "A=12"),
        SetField("f2", "return"),
        SetField("f3", 3),
        SetField("f4", 12.5),
        SetField("f5", "2026-11-20"),
    )


@pytest.mark.parametrize(
    "wrong",
    ["個数=three", "金額=nan", "金額=1,5", "届いた日=yesterday", "理由=unknown", "色=青", "status=great", "個数"],
)
async def test_a_value_that_does_not_fit_is_refused_before_it_is_queued(desk: Desk, line: Line, wrong: str) -> None:
    with pytest.raises(Refused):
        await line(f"ticket set {wrong}", "1")

    assert desk.store.outbox.pending() == []


async def test_a_choice_that_is_not_there_is_refused_with_those_that_are(line: Line) -> None:
    with pytest.raises(Refused, match="返品, 遅延"):
        await line("ticket set 理由=x", "1")


async def test_setting_tags_adds_and_removes(line: Line) -> None:
    (op,) = (await line("ticket set tags=a,b", "1")).ops

    assert op.changes == (Untag("vip"), Tag("a"), Tag("b"))


async def test_tags_with_a_minus_are_removed_and_spaces_part_tags(line: Line) -> None:
    (op,) = (await line("ticket tag 'a b' +c -vip - +", "1")).ops

    assert op.changes == (Tag("a"), Tag("b"), Tag("c"), Untag("vip"))


async def test_moving_to_a_team_keeps_the_colleague_that_is_named_with_it(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket set group=請求 assignee=me", "1")).ops

    assert op.changes == (Transfer("g2"), Assign("7"))
    assert seen(desk).assignee == "7"


async def test_a_priority_is_set_and_taken_away(desk: Desk, line: Line) -> None:
    (op,) = (await line("ticket priority HIGH", "1")).ops
    assert op.changes == (SetPriority(Priority.HIGH),)

    await line("ticket priority none", "1")
    assert seen(desk).priority is None


@pytest.mark.parametrize(
    "text",
    ["ticket solve", "ticket tag x", "ticket set status=open", "ticket assign ben", "ticket note x", "ticket reply x"],
)
async def test_a_closed_ticket_stops_the_whole_command(desk: Desk, line: Line, text: str) -> None:
    with pytest.raises(Refused, match="Ticket 9 is closed"):
        await line(text, "1", "9")

    assert desk.store.outbox.pending() == []


async def test_without_a_value_the_shell_says_what_there_is(line: Line) -> None:
    with pytest.raises(Refused, match="There are: open, pending, hold, solved"):
        await line("ticket status", "1")


async def test_a_snooze_and_a_promise_are_kept_on_this_desk_alone(desk: Desk, line: Line) -> None:
    await line("ticket snooze 2h", "1")
    await line("ticket promise tomorrow", "1")

    row = desk.ticket("1")
    assert row.snoozed_until is not None
    assert row.promised_at is not None
    assert desk.store.outbox.pending() == []

    await line("ticket snooze none", "1")
    assert desk.ticket("1").snoozed_until is None


async def test_solving_sets_the_status(line: Line) -> None:
    (op,) = (await line("ticket solve", "1")).ops

    assert op.changes == (SetStatus(Status.SOLVED),)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ticket assign me", "Assigned to Aiko."),
        ("ticket assign none", "Assigned to nobody."),
        ("ticket transfer g2", "Moved to 請求."),
        ("ticket status hold", "Status: on hold."),
        ("ticket priority none", "Priority: none."),
        ("ticket set status=hold 理由=return", "Changed: Status: on hold, 理由: 返品."),
        ("ticket tag new,-vip", "Tags: +new -vip."),
    ],
)
async def test_what_was_done_is_said_in_names_and_words(
    line: Line, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    await line("ticket set priority=low assignee=ben", "1")
    capsys.readouterr()

    await line(words, "1")

    assert capsys.readouterr().err.strip() == said


async def test_an_empty_list_says_so(desk: Desk) -> None:
    answer = await list_tickets(Context(desk, ShellFront()), "tag:nowhere")

    assert (answer.rows, answer.nothing) == ([], "No ticket answers this query.")


async def test_words_are_found_before_anything_was_indexed(desk: Desk) -> None:
    answer = await list_tickets(Context(desk, ShellFront()), "注文")

    assert answer.rows


async def test_on_a_full_disk_what_is_indexed_is_found_and_the_rest_is_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.index_words()
    await desk.write(lambda store: store.search.rebuild())
    await desk.write(lambda store: store.search.index_some(4))
    full = "CREATE TRIGGER full BEFORE UPDATE ON word_index BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    await desk.write(lambda store: store.db.execute(full))

    listed = await list_tickets(Context(desk, ShellFront()), "注文 OR is:unsolved")
    found = await search(Context(desk, ShellFront()), "美咲")

    assert listed.rows
    assert found.rows
    assert "The search index is being built" in capsys.readouterr().err


async def test_a_list_without_an_account_says_what_to_do(desk: Desk) -> None:
    desk.store.db.execute("DELETE FROM account")

    assert "agentdesk account add" in (await list_tickets(Context(desk, ShellFront()))).nothing


async def test_what_a_helpdesk_cannot_do_is_refused_before_it_waits_in_the_outbox(desk: Desk, line: Line) -> None:
    statuses = frozenset({Status.OPEN, Status.SOLVED})
    traits = Traits(Concurrency.EXACT, True, True, True, False, 1000, statuses=statuses, has_tags=False)
    desk.store.desktop.remember_traits(ACCOUNT, traits)

    for command in (
        "ticket status pending",
        "ticket tag new",
        "ticket set status=hold",
        "ticket note --status hold hi",
    ):
        with pytest.raises(Refused, match="acme cannot do this"):
            await line(command, "1")

    assert desk.store.outbox.pending() == []
