"""Reading beside the loop: the newest question does not wait for one that nobody wants answered."""

import asyncio
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from agentdesk.store import Store
from agentdesk.ui.background import Background

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
ENDLESS = f"{NUMBERS} SELECT count(*) FROM n"
LONG = f"SELECT count(*) FROM ({NUMBERS} SELECT i FROM n LIMIT 99999)"


async def test_a_question_that_nobody_waits_for_is_broken_off(tmp_path: Path) -> None:
    background = Background(tmp_path / "desk.db")
    began = Event()

    def endless(store: Store) -> None:
        began.set()
        store.db.execute(ENDLESS).fetchone()

    asked = asyncio.create_task(background.read(endless))
    await asyncio.to_thread(began.wait)
    started = monotonic()
    while not asked.done():
        asked.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert await background.read(lambda store: store.revision()) > 0
    assert monotonic() - started < 10
    background.close()


async def test_the_same_question_is_answered_after_it_was_broken_off(tmp_path: Path) -> None:
    background = Background(tmp_path / "desk.db")
    began, goes_on = Event(), Event()

    def long(store: Store) -> int:
        began.set()
        goes_on.wait(10)
        return int(store.db.execute(LONG).fetchone()[0])

    asked = asyncio.create_task(background.read(long))
    await asyncio.to_thread(began.wait)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    goes_on.set()

    assert await background.read(long) == 99_999
    background.close()


async def test_questions_that_were_dropped_one_after_another_are_no_failures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    background = Background(tmp_path / "desk.db")
    began, goes_on = Event(), Event()

    def endless(store: Store) -> None:
        began.set()
        goes_on.wait(10)
        store.db.execute(ENDLESS).fetchone()

    first = asyncio.create_task(background.read(endless))
    await asyncio.to_thread(began.wait)
    second = asyncio.create_task(background.read(lambda store: store.revision()))
    await asyncio.sleep(0)
    for asked in (first, second):
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    goes_on.set()

    assert await background.read(lambda store: store.revision()) > 0
    assert not caplog.records
    background.close()
