"""One account's rounds: what leaves, what waits and why, and what comes in."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agentdesk.errors import Offline, RateLimited, Unauthorized
from agentdesk.exchange import Page
from agentdesk.model import Create, Note, Op, OpState, Ref, Reply, SetStatus, Status, Tag
from agentdesk.store import weighed
from agentdesk.sync.push import Push
from agentdesk.sync.verdict import Names

from .desk import ME, Desk, Inline
from .helpdesk import ACCOUNT, Helpdesk, Trouble


async def test_a_decision_leaves_and_is_settled(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"), SetStatus(Status.PENDING))

    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.tickets["1"].status is Status.PENDING
    desk.check_fold()


async def test_a_reply_is_held_when_the_customer_wrote_again_unseen(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))
    helpdesk.writes("1")

    await desk.engine.push()

    assert desk.state(op) == "held"
    assert "wrote again" in desk.reason(op)
    assert helpdesk.times_done(op.id) == 0


async def test_a_reply_waits_for_the_log_when_only_the_ticket_row_is_new(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))
    helpdesk.writes("1")
    new_row = helpdesk.tickets["1"]
    desk.store.mirror.take(helpdesk.page(new_row.ref).__class__((new_row,), ""))

    await desk.engine.push()

    assert desk.state(op) == "held"


async def test_a_foreign_change_elsewhere_does_not_stop_a_decision(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Tag("vip"))
    helpdesk.changes("1", subject="clearer")

    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.tickets["1"].tags == ("vip",)
    assert helpdesk.tickets["1"].subject == "clearer"


async def test_a_lost_answer_is_looked_up_and_the_reply_is_there_once(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))
    desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]

    with pytest.raises(Offline):
        await desk.engine.push()
    assert desk.state(op) == "sending"
    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.times_done(op.id) == 1
    assert desk.provider.calls.count("send") == 1


async def test_a_request_that_arrives_late_does_not_leave_two_replies(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))
    desk.provider.troubles["send"] = [Trouble.ARRIVES_LATE]

    with pytest.raises(Offline):
        await desk.engine.push()
    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.times_done(op.id) == 1


async def test_what_never_left_is_queued_again(desk: Desk) -> None:
    op = desk.decides("1", Note("a"))
    desk.provider.troubles["send"] = [Trouble.NEVER_LEFT]

    with pytest.raises(Offline):
        await desk.engine.push()

    assert desk.state(op) == "queued"


async def test_a_pause_asked_for_is_not_an_attempt(desk: Desk) -> None:
    op = desk.decides("1", Note("a"))
    desk.provider.troubles["send"] = [Trouble.LIMITED]

    with pytest.raises(RateLimited) as caught:
        await desk.engine.push()

    found = desk.store.outbox.get(op.id)
    assert found is not None
    assert (found.state, found.attempts, caught.value.seconds) == (OpState.QUEUED, 0, 60)


async def test_refused_credentials_leave_the_decision_queued(desk: Desk) -> None:
    op = desk.decides("1", Note("a"))
    desk.provider.troubles["send"] = [Trouble.UNAUTHORIZED]

    with pytest.raises(Unauthorized):
        await desk.engine.push()

    assert desk.state(op) == "queued"


async def test_what_nobody_can_tell_is_in_doubt_until_it_is_found(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Note("a"))
    desk.provider.cannot_tell = True
    desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]
    with pytest.raises(Offline):
        await desk.engine.push()
    await desk.engine.push()
    assert desk.state(op) == "doubt"

    desk.provider.cannot_tell = False
    desk.clock.advance(600)
    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.times_done(op.id) == 1


async def test_one_failure_stops_its_ticket_and_no_other(desk: Desk, helpdesk: Helpdesk) -> None:
    helpdesk.changes("1", status=Status.CLOSED)
    first, second = desk.decides("1", Note("a")), desk.decides("1", Note("b"))
    other = desk.decides("2", Note("c"))

    await desk.engine.push()

    assert [desk.state(op) for op in (first, second, other)] == ["failed", "queued", "sent"]
    assert "follow-up" in desk.reason(first)


async def test_a_deleted_ticket_fails_the_decision_and_keeps_its_words(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))
    helpdesk.deletes("1")

    await desk.engine.push()

    assert desk.state(op) == "failed"
    assert desk.store.outbox.recall(op, desk.clock.now)
    draft = desk.store.drafts.get(Ref(ACCOUNT, "1"), "reply")
    assert draft is not None
    assert draft.body == "hello"


async def test_a_new_ticket_and_what_was_decided_about_it_leave_in_order(desk: Desk, helpdesk: Helpdesk) -> None:
    create = desk.decides("", Create("Parcel", "Where is it?", "c1"))
    note = desk.decides(create.ticket.id, Note("called them"))
    desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]

    with pytest.raises(Offline):
        await desk.engine.push()
    await desk.engine.push()

    assert [op.id for op in helpdesk.done] == [create.id, note.id]
    assert len({op.ticket for op in helpdesk.done}) == 1
    desk.check_fold()


async def test_own_changes_found_later_are_not_taken_for_a_colleagues(desk: Desk, helpdesk: Helpdesk) -> None:
    first = desk.decides("1", SetStatus(Status.PENDING))
    second = desk.decides("1", SetStatus(Status.SOLVED))
    desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]

    with pytest.raises(Offline):
        await desk.engine.push()
    await desk.engine.push()

    assert [desk.state(first), desk.state(second)] == ["sent", "sent"]
    assert helpdesk.tickets["1"].status is Status.SOLVED


async def test_a_foreign_change_behind_a_lost_answer_is_still_seen_as_foreign(desk: Desk, helpdesk: Helpdesk) -> None:
    desk.decides("1", Note("a"))
    second = desk.decides("1", SetStatus(Status.SOLVED))
    desk.provider.troubles["send"] = [Trouble.ANSWER_LOST]
    with pytest.raises(Offline):
        await desk.engine.push()
    helpdesk.changes("1", status=Status.HOLD)

    await desk.engine.push()

    assert desk.state(second) == "held"
    assert "on hold" in desk.reason(second)


async def test_a_decision_taken_back_does_not_hold_up_the_next(desk: Desk) -> None:
    first = desk.decides("1", SetStatus(Status.PENDING), undo_seconds=10)
    second = desk.decides("1", SetStatus(Status.SOLVED))

    assert desk.store.outbox.recall(first, desk.clock.now)
    await desk.engine.push()

    assert [desk.state(first), desk.state(second)] == ["dropped", "sent"]


async def test_within_the_undo_window_nothing_leaves(desk: Desk) -> None:
    op = desk.decides("1", Reply("hello"), undo_seconds=10)

    await desk.engine.push()
    assert desk.state(op) == "queued"
    desk.clock.advance(10)
    await desk.engine.push()

    assert desk.state(op) == "sent"


@pytest.mark.parametrize("step", range(8))
async def test_taking_back_and_leaving_never_both_happen(desk: Desk, helpdesk: Helpdesk, step: int) -> None:
    op = desk.decides("1", Reply("hello"))
    steps = iter(range(100))
    taken: list[bool] = []

    def take_back() -> None:
        if next(steps) == step:
            taken.append(desk.store.outbox.recall(op, desk.clock.now))

    desk.start(take_back)
    await desk.engine.push()

    assert len(taken) == 1
    assert helpdesk.times_done(op.id) == (0 if taken[0] else 1)
    assert desk.state(op) == ("dropped" if taken[0] else "sent")


async def test_a_ticket_that_never_rests_is_held_in_the_end(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Tag("vip"))
    desk.provider.step = lambda: helpdesk.changes("1", subject=f"subject {helpdesk.stamp}")

    await desk.engine.push()

    assert desk.state(op) == "held"
    assert "keeps changing" in desk.reason(op)


async def test_tickets_go_side_by_side_and_each_in_its_order(desk: Desk, helpdesk: Helpdesk) -> None:
    ops = [desk.decides(id, Note(f"{number}")) for number in range(5) for id in ("1", "2", "3")]

    await desk.engine.push()

    assert [desk.state(op) for op in ops] == ["sent"] * 15
    for id in ("1", "2", "3"):
        bodies = [op.message.body for op in helpdesk.done if op.ticket.id == id and op.message]
        assert bodies == ["0", "1", "2", "3", "4"]


async def test_a_pull_goes_on_after_the_page_it_had(desk: Desk, helpdesk: Helpdesk) -> None:
    for id in ("4", "5", "6", "7"):
        helpdesk.opens(id)
    desk.provider.troubles["changes"] = [None, Trouble.NEVER_LEFT]
    desk.clock.advance(60)
    with pytest.raises(Offline):
        await desk.engine.pull()
    assert desk.shown("5") is not None
    assert desk.shown("6") is None

    await desk.engine.pull()

    assert desk.shown("7") is not None


async def test_logs_of_unsolved_tickets_are_read_once_until_they_move(desk: Desk, helpdesk: Helpdesk) -> None:
    assert desk.provider.calls.count("detail") == 3
    desk.clock.advance(60)

    await desk.engine.pull()
    assert desk.provider.calls.count("detail") == 3
    helpdesk.writes("2")
    desk.clock.advance(60)
    await desk.engine.pull()

    assert desk.provider.calls.count("detail") == 4
    shown = desk.shown("2")
    assert shown is not None
    assert shown.messages == 2


async def test_wishes_and_sends_are_served_between_the_pages(desk: Desk, helpdesk: Helpdesk) -> None:
    for number in range(10, 20):
        helpdesk.opens(str(number))
    desk.store.desktop.want("customer", Ref(ACCOUNT, "c1"), desk.clock.now)
    desk.decides("1", Note("a"))
    desk.clock.advance(60)
    desk.provider.calls.clear()

    await desk.engine.pull_and_serve()

    assert desk.provider.calls[:4] == ["changes", "send", "customer", "changes"]
    assert desk.store.desktop.wanted(ACCOUNT) is None


async def test_a_cancelled_send_is_looked_up_by_the_next_engine(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Reply("hello"))

    def stop_once_it_is_there() -> None:
        if helpdesk.times_done(op.id):
            raise asyncio.CancelledError

    desk.start(stop_once_it_is_there)
    sending = asyncio.ensure_future(desk.engine.push())
    with pytest.raises(asyncio.CancelledError):
        await sending
    desk.start()
    await desk.engine.push()

    assert desk.state(op) == "sent"
    assert helpdesk.times_done(op.id) == 1


async def test_the_summary_has_the_numbers_of_the_shell_contract(desk: Desk, helpdesk: Helpdesk) -> None:
    desk.decides("1", Note("a"))
    desk.decides("2", Reply("b"))
    desk.decides("3", Note("c"), undo_seconds=60)
    helpdesk.writes("2")

    await desk.engine.push()
    summary = await desk.engine.summary()

    assert summary.pulled == {"tickets": 6, "events": 6, "customers": 0, "articles": 0}
    assert (summary.sent, summary.held, summary.failed, summary.doubt, summary.waiting) == (1, 1, 0, 0, 1)
    assert summary.requests == desk.provider.requests


async def test_a_decision_for_another_account_is_never_sent_here(desk: Desk, helpdesk: Helpdesk) -> None:
    desk.store.mirror.take(Page((replace(helpdesk.tickets["1"], ref=Ref("shop", "1")),), ""))
    seen = desk.store.mirror.ticket(Ref("shop", "1"))
    op = Op("op-of-the-shop", Ref("shop", "1"), (Reply("hello"),), seen, desk.clock.now, desk.clock.now)
    desk.store.outbox.add(op, ME)

    await desk.engine.push()
    assert desk.state(op) == "queued"

    push = Push(desk.provider, Inline(desk.store), desk.clock)
    assert not await push._leave(op, Names())

    assert desk.state(op) == "failed"
    assert desk.reason(op) == "It was written for shop and does not leave anywhere else."
    assert helpdesk.times_done(op.id) == 0


async def test_the_teams_other_weights_hold_after_the_next_turn_of_indexing(desk: Desk, tmp_path: Path) -> None:
    weighed.keep_in(desk.store.db, tmp_path)
    await desk.engine.index()
    before = [row.ticket.effort for row in desk.store.queries.rows([1, 2, 3])]

    (tmp_path / weighed.FILE).write_text("effort 2 = 0\n", encoding="utf-8")
    await desk.engine.index()

    after = [row.ticket.effort for row in desk.store.queries.rows([1, 2, 3])]
    assert (before, after) == ([1, 1, 1], [2, 2, 2])
