"""Keeping in step for as long as the desk is open: wake-ups, rests, the lease. Time passes only when a test says so."""

import asyncio
import heapq
import itertools
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.errors import Offline, Unauthorized
from agentdesk.exchange import Page
from agentdesk.i18n import clock
from agentdesk.model import Note, Ref, Reply
from agentdesk.store import Store
from agentdesk.store.desktop import Weather, WeatherState
from agentdesk.sync.engine import Engine
from agentdesk.sync.lease import LASTS, has_ended, new_holder
from agentdesk.sync.loop import Loop, check_line, sync_once

from .desk import Desk, Inline
from .helpdesk import ACCOUNT, START, Clock, Fake, Helpdesk, Trouble

TURNS = 400
"""Turns of the event loop in which everything that does not wait for time comes to its end (no thread is involved)."""


class Time(Clock):
    """A clock whose sleepers wake when the test lets time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: list[tuple[float, int, asyncio.Event]] = []
        self.numbers = itertools.count()

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        heapq.heappush(self.sleepers, ((self.now - START).total_seconds() + seconds, next(self.numbers), event))
        await event.wait()

    async def settle(self) -> None:
        for _turn in range(TURNS):
            await asyncio.sleep(0)

    async def passes(self, seconds: float) -> None:
        """Let time pass, waking every sleeper at its moment."""
        end = (self.now - START).total_seconds() + seconds
        while self.sleepers and self.sleepers[0][0] <= end:
            at, _number, event = heapq.heappop(self.sleepers)
            self.now = max(self.now, START + timedelta(seconds=at))
            event.set()
            await self.settle()
        self.now = START + timedelta(seconds=end)


class Morning:
    """A desk whose loop runs."""

    def __init__(self, path: Path) -> None:
        self.time = Time()
        self.helpdesk = Helpdesk()
        for id in ("1", "2", "3"):
            self.helpdesk.opens(id)
        self.desk = Desk(path, self.helpdesk, self.time)
        self.line = self.desk.provider
        self.loop = Loop(self.desk.engine, "a@here/1", sleep=self.time.sleep, chance=lambda: 1.0)

    @asynccontextmanager
    async def running(self, loop: Loop | None = None) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task((loop or self.loop).run())
        await self.time.settle()
        yield task
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def weather(self) -> Weather:
        weather = self.desk.store.desktop.weather(ACCOUNT)
        assert weather is not None
        return weather

    def another(self, path: Path) -> tuple[Fake, Loop]:
        """The loop of a second process over the same file."""
        provider = Fake(self.helpdesk)
        engine = Engine(provider, Inline(Store(path)), self.time)
        return provider, Loop(engine, "b@there/2", sleep=self.time.sleep, chance=lambda: 1.0)


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    return Morning(tmp_path / "desk.db")


async def test_the_screen_fills_and_the_line_is_online(morning: Morning) -> None:
    async with morning.running():
        assert morning.desk.shown("1") is not None
        assert morning.weather().state == "online"
        assert morning.weather().synced_at == START
        assert morning.desk.shown("3") is not None


async def test_what_came_in_can_be_searched_soon(morning: Morning) -> None:
    async with morning.running():
        await morning.time.passes(3)

        assert morning.desk.store.search.remaining() == 0


async def test_a_wake_up_sends_at_once(morning: Morning) -> None:
    async with morning.running():
        op = morning.desk.decides("1", Reply("hello"))
        morning.loop.wake()
        await morning.time.settle()

        assert morning.desk.state(op) == "sent"


async def test_what_another_process_queued_leaves_within_a_tick(morning: Morning) -> None:
    async with morning.running():
        op = morning.desk.decides("1", Reply("hello"))
        await morning.time.passes(1)

        assert morning.desk.state(op) == "sent"


async def test_the_undo_window_ends_by_itself(morning: Morning) -> None:
    async with morning.running():
        op = morning.desk.decides("1", Reply("hello"), undo_seconds=10)
        await morning.time.passes(9)
        assert morning.desk.state(op) == "queued"
        await morning.time.passes(2)

        assert morning.desk.state(op) == "sent"


async def test_news_arrive_with_the_next_poll(morning: Morning) -> None:
    async with morning.running():
        morning.helpdesk.opens("4")
        await morning.time.passes(26)

        assert morning.desk.shown("4") is not None


async def test_a_reply_does_not_wait_for_a_long_page(morning: Morning) -> None:
    async with morning.running():
        page_may_come = asyncio.Event()
        morning.line.before_changes = page_may_come.wait
        await morning.time.passes(26)
        op = morning.desk.decides("1", Reply("hello"))
        morning.loop.wake()
        await morning.time.settle()

        assert morning.desk.state(op) == "sent"
        page_may_come.set()


async def test_offline_is_shown_since_when_and_rests_grow(morning: Morning) -> None:
    async with morning.running():
        morning.line.is_down = True
        op = morning.desk.decides("1", Note("a"))
        await morning.time.passes(1)
        since = morning.time.now
        assert (morning.weather().state, morning.weather().since) == ("offline", since)
        attempts = len(morning.line.calls)
        await morning.time.passes(60)
        assert 3 <= len(morning.line.calls) - attempts <= 12
        assert morning.weather().since == since

        morning.line.is_down = False
        await morning.time.passes(60)

        assert morning.weather().state == "online"
        assert morning.desk.state(op) == "sent"


async def test_a_wake_up_tries_a_dead_line_at_once(morning: Morning) -> None:
    async with morning.running():
        morning.line.is_down = True
        await morning.time.passes(120)
        morning.line.is_down = False
        op = morning.desk.decides("1", Note("a"))
        morning.loop.wake()
        await morning.time.settle()

        assert morning.desk.state(op) == "sent"
        assert morning.weather().state == "online"


async def test_a_pause_asked_for_is_kept_exactly(morning: Morning) -> None:
    async with morning.running():
        op = morning.desk.decides("1", Note("a"))
        morning.line.troubles["send"] = [Trouble.LIMITED]
        morning.loop.wake()
        await morning.time.settle()
        assert morning.weather().state == "limited"
        assert morning.weather().until == morning.time.now + timedelta(seconds=60)

        morning.loop.wake()
        await morning.time.passes(59)
        assert morning.desk.state(op) == "queued"
        await morning.time.passes(1)

        assert morning.desk.state(op) == "sent"


async def test_a_pause_of_the_pull_does_not_stop_a_reply(morning: Morning) -> None:
    async with morning.running():
        morning.line.troubles["changes"] = [Trouble.LIMITED]
        await morning.time.passes(26)
        op = morning.desk.decides("1", Reply("hello"))
        morning.loop.wake()
        await morning.time.settle()

        assert morning.desk.state(op) == "sent"


async def test_refused_credentials_pause_the_account_until_a_refresh(morning: Morning) -> None:
    async with morning.running():
        op = morning.desk.decides("1", Note("a"))
        morning.line.troubles["send"] = [Trouble.UNAUTHORIZED]
        await morning.time.passes(1)
        assert morning.weather().state == "unauthorized"
        assert "agentdesk account sign-in acme" in morning.weather().message
        calls = len(morning.line.calls)
        morning.loop.wake()
        await morning.time.passes(300)
        assert len(morning.line.calls) == calls

        morning.loop.refresh()
        await morning.time.settle()

        assert morning.desk.state(op) == "sent"
        assert morning.weather().state == "online"


async def test_a_bug_is_shown_without_words_of_a_message_and_the_loop_goes_on(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    async with morning.running():

        async def stumble() -> None:
            raise ValueError("the customer's secret words")

        morning.line.before_changes = stumble
        with caplog.at_level(logging.ERROR):
            await morning.time.passes(28)
        assert morning.weather().state == "broken"
        assert "secret" not in caplog.text + morning.weather().message
        assert "ValueError" in caplog.text

        morning.line.before_changes = None
        await morning.time.passes(60)

        assert morning.weather().state == "online"


async def test_one_process_syncs_and_takes_the_others_decisions_along(morning: Morning, tmp_path: Path) -> None:
    provider, second = morning.another(tmp_path / "desk.db")
    async with morning.running(), morning.running(second):
        op = morning.desk.decides("1", Note("a"))
        await morning.time.passes(5)

        assert provider.calls == []
        assert morning.desk.state(op) == "sent"


async def test_the_next_process_takes_over_when_the_first_ends(morning: Morning, tmp_path: Path) -> None:
    provider, second = morning.another(tmp_path / "desk.db")
    async with morning.running(second):
        async with morning.running():
            await morning.time.passes(1)
        await morning.time.passes(2)

        assert "changes" in provider.calls


async def test_a_holder_that_went_silent_is_followed_when_its_lease_ends(morning: Morning, tmp_path: Path) -> None:
    morning.desk.store.desktop.take_lease(ACCOUNT, "x@elsewhere/9", START, START + LASTS)
    async with morning.running():
        await morning.time.passes(LASTS.total_seconds() - 1)
        assert morning.line.calls == []
        await morning.time.passes(2)

        assert "changes" in morning.line.calls


async def test_a_holder_that_slept_through_its_lease_stops(morning: Morning, tmp_path: Path) -> None:
    async with morning.running():
        until = START + timedelta(days=1)
        assert morning.desk.store.desktop.take_lease(ACCOUNT, "b@there/2", START + LASTS, until)
        await morning.time.passes(21)
        calls = len(morning.line.calls)
        await morning.time.passes(120)

        assert len(morning.line.calls) == calls


@pytest.mark.skipif(sys.platform == "win32", reason="a dead process is only asked for where asking is harmless")
def test_a_killed_holder_on_this_machine_is_noticed_at_once() -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    ours = new_holder()

    assert not has_ended(ours)
    assert has_ended(f"{int(ended.stdout)}@{ours.partition('@')[2]}")
    assert not has_ended("1@elsewhere/1")


async def test_a_single_round_pushes_pulls_and_gives_the_lease_back(morning: Morning) -> None:
    summary = await sync_once(morning.desk.engine, sleep=morning.time.sleep)

    assert summary.pulled["tickets"] == 6
    assert morning.desk.store.desktop.lease_holder(ACCOUNT) is None
    assert morning.weather().state == "online"


async def test_a_single_round_says_when_the_line_is_down(morning: Morning) -> None:
    morning.line.is_down = True

    with pytest.raises(Offline):
        await sync_once(morning.desk.engine, sleep=morning.time.sleep)

    assert morning.weather().state == "offline"
    assert morning.desk.store.desktop.lease_holder(ACCOUNT) is None


async def test_a_single_round_says_when_the_credentials_are_refused(morning: Morning) -> None:
    morning.line.troubles["greet"] = [Trouble.UNAUTHORIZED]

    with pytest.raises(Unauthorized):
        await sync_once(morning.desk.engine, sleep=morning.time.sleep)

    assert morning.weather().state == "unauthorized"


@pytest.mark.parametrize(
    ("state", "error", "told"),
    [
        ("offline", Offline, f"{ACCOUNT}: the helpdesk cannot be reached since {{began}}."),
        ("unauthorized", Unauthorized, f"Sign in again: agentdesk account sign-in {ACCOUNT}"),
    ],
)
async def test_the_line_is_told_in_the_readers_language_and_not_in_the_holders(
    morning: Morning, state: WeatherState, error: type[Exception], told: str
) -> None:
    morning.desk.store.desktop.report(Weather(ACCOUNT, state, START, message="つながりません。"))

    with pytest.raises(error) as raised:
        await check_line(morning.desk.engine)

    assert str(raised.value) == told.format(began=clock(START))


async def test_a_single_round_waits_out_a_pause_and_goes_on(morning: Morning) -> None:
    morning.line.troubles["changes"] = [None, Trouble.LIMITED]
    syncing = asyncio.create_task(sync_once(morning.desk.engine, sleep=morning.time.sleep))
    await morning.time.settle()
    assert not syncing.done()

    await morning.time.passes(60)

    assert (await syncing).pulled["tickets"] >= 3


async def test_beside_a_desk_a_single_round_waits_for_the_desks(morning: Morning, tmp_path: Path) -> None:
    provider = Fake(morning.helpdesk)
    engine = Engine(provider, Inline(Store(tmp_path / "desk.db")), morning.time)
    async with morning.running():
        await morning.time.passes(5)
        op = morning.desk.decides("1", Note("a"))
        syncing = asyncio.create_task(sync_once(engine, "b@there/2", sleep=morning.time.sleep))
        await morning.time.passes(30)

        summary = await syncing

    assert (provider.calls, summary.waiting, morning.desk.state(op)) == ([], 0, "sent")


async def test_a_wish_is_granted_before_the_next_poll(morning: Morning) -> None:
    async with morning.running():
        new_row = morning.helpdesk.opens("9")
        morning.desk.store.mirror.take(Page((new_row,), ""))
        morning.desk.store.desktop.want("ticket", Ref(ACCOUNT, "9"), morning.time.now)
        morning.loop.wake()
        await morning.time.settle()

        assert morning.desk.store.mirror.is_whole(Ref(ACCOUNT, "9"))
