"""Waiting for one's own decisions from the shell."""

import asyncio

import pytest

from agentdesk.errors import Offline
from agentdesk.model import Note, Status
from agentdesk.store.desktop import Weather
from agentdesk.sync.lease import LASTS
from agentdesk.sync.sending import send_now

from .desk import Desk
from .helpdesk import ACCOUNT, START, Helpdesk


async def no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)  # the others still have their turn


async def test_a_decision_is_waited_for_until_it_is_sent(desk: Desk) -> None:
    op = desk.decides("1", Note("a"))

    (settled,) = await send_now(desk.engine, [op.id], sleep=no_sleep)

    assert settled.state == "sent"


async def test_what_is_stuck_behind_another_decision_is_not_waited_for(desk: Desk, helpdesk: Helpdesk) -> None:
    helpdesk.changes("1", status=Status.CLOSED)
    desk.decides("1", Note("a"))
    op = desk.decides("1", Note("b"))

    (settled,) = await send_now(desk.engine, [op.id], sleep=no_sleep)

    assert settled.state == "queued"


async def test_beside_a_desk_whose_line_is_down_the_wait_ends(desk: Desk) -> None:
    op = desk.decides("1", Note("a"))
    desk.store.desktop.take_lease(ACCOUNT, "x@elsewhere/1", START, START + LASTS)
    desk.store.desktop.report(Weather(ACCOUNT, "offline", START, "no route"))

    with pytest.raises(Offline, match="cannot be reached"):
        await send_now(desk.engine, [op.id], sleep=no_sleep)


async def test_when_another_program_takes_over_in_the_middle_the_wait_goes_on(desk: Desk, helpdesk: Helpdesk) -> None:
    op = desk.decides("1", Note("a"))
    taken_over: list[str] = []

    def take_over() -> None:
        if not taken_over and (holder := desk.store.desktop.lease_holder(ACCOUNT)):
            taken_over.append(holder)
            desk.store.db.execute("UPDATE lease SET holder = 'x@elsewhere/1'")

    async def hand_back(_seconds: float) -> None:
        desk.store.desktop.drop_lease(ACCOUNT, "x@elsewhere/1")
        await asyncio.sleep(0)

    desk.start(take_over)
    (settled,) = await send_now(desk.engine, [op.id], sleep=hand_back)

    assert taken_over
    assert settled.state == "sent"
    assert helpdesk.times_done(op.id) == 1
