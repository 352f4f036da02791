"""The desk and its sync in the background: writes in order, closing, and what stands against a helpdesk shown."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from agentdesk.background import Background
from agentdesk.config import Config
from agentdesk.desk import Desk, effective, utc_now
from agentdesk.errors import AgentdeskError, ConfigError, Offline, ProviderError, Refused, StoreError, Unauthorized
from agentdesk.exchange import Page
from agentdesk.helpdesks import open_providers
from agentdesk.model import Assign, Attachment, Note, Ref, SetStatus, Status, Ticket, Transfer
from agentdesk.paths import Folders
from agentdesk.providers.base import Provider
from agentdesk.store import Store
from agentdesk.store.desktop import Account, Weather, WeatherState
from agentdesk.store.store import opened

NOWHERE = "http://127.0.0.1:9"
PATIENCE_SECONDS = 20.0


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = desk_at(tmp_path)
    yield desk
    await desk.close()


def desk_at(folder: Path) -> Desk:
    return Desk(Folders(folder / "config", folder / "data", folder / "logs"), Config(account="second"))


def account(name: str, provider: str = "zendesk", url: str = NOWHERE) -> Account:
    return Account(name, provider, url, "aiko", "env:NOT_SET_ANYWHERE")


async def weather(desk: Desk, name: str, fits: Callable[[Weather], bool]) -> Weather:
    """The weather of an account once it fits."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = desk.store.desktop.weather(name)
            if found is not None and fits(found):
                return found
            await asyncio.sleep(0.01)


def is_bad(found: Weather) -> bool:
    return found.state not in ("fresh", "online")


async def test_writes_happen_in_the_order_they_were_asked_for(desk: Desk) -> None:
    def noted(number: int) -> Callable[[Store], None]:
        return lambda store: store.desktop.remember("last", number)

    await asyncio.gather(*(desk.write(noted(number)) for number in range(50)))

    assert desk.store.desktop.place("last") == 49


async def test_listeners_hear_of_each_write_on_the_caller_s_thread(desk: Desk) -> None:
    heard: list[int] = []
    desk.on_written(lambda: heard.append(threading.get_ident()))

    await desk.write(lambda store: None)

    assert heard == [threading.get_ident()]


async def test_a_note_is_no_news_unless_somebody_else_has_written(desk: Desk) -> None:
    heard: list[str] = []
    desk.on_written(lambda: heard.append("news"))
    desk.on_noted(lambda: heard.append("noted"))
    await desk.note(lambda store: store.desktop.remember("last", 1))  # the first cannot know

    await desk.note(lambda store: store.desktop.remember("last", 2))
    with closing(Store(desk.folders.database)) as other:
        other.desktop.remember("theirs", 1)
    await desk.note(lambda store: store.desktop.remember("last", 3))
    await desk.note(lambda store: store.desktop.remember("last", 4))

    assert heard == ["news", "noted", "news", "noted"]


async def test_what_is_written_right_after_a_note_was_heard_is_told(desk: Desk) -> None:
    heard: list[str] = []
    await desk.note(lambda store: store.desktop.remember("last", 1))

    def slip_in() -> None:
        heard.append("noted")
        with closing(Store(desk.folders.database)) as other:
            other.desktop.remember("theirs", 1)

    desk.on_written(lambda: heard.append("news"))
    desk.on_noted(slip_in)
    await desk.note(lambda store: store.desktop.remember("last", 2))

    assert heard == ["noted", "news"]


async def test_closing_twice_does_nothing_more(desk: Desk) -> None:
    await desk.close()
    await desk.close()


async def test_a_write_after_closing_is_refused(desk: Desk) -> None:
    await desk.close()

    with pytest.raises(Refused, match="closed"):
        await desk.write(lambda store: None)


async def test_what_was_being_written_when_the_desk_closed_is_written(desk: Desk, tmp_path: Path) -> None:
    writing = asyncio.ensure_future(desk.write(lambda store: store.desktop.remember("last", "word")))
    await asyncio.sleep(0)

    await desk.close()
    await writing

    again = desk_at(tmp_path)
    assert again.store.desktop.place("last") == "word"
    await again.close()


@pytest.mark.parametrize("reason", ["database is locked", "database or disk is full"])
async def test_a_disk_that_does_not_take_a_write_is_told_as_a_sentence(desk: Desk, reason: str) -> None:
    def fail(store: Store) -> None:
        raise sqlite3.OperationalError(reason)

    with pytest.raises(StoreError, match=f"nothing was changed: {reason}"):
        await desk.write(fail)

    await desk.write(lambda store: None)


async def test_the_configured_account_comes_first(desk: Desk) -> None:
    for name in ("first", "second", "third"):
        desk.store.desktop.put_account(account(name))

    assert [one.name for one in desk.accounts()] == ["second", "first", "third"]


async def test_an_unknown_ticket_is_refused_with_what_to_do(desk: Desk) -> None:
    with pytest.raises(Refused, match="Run: agentdesk sync"):
        desk.ticket("1")


@pytest.mark.parametrize(("state", "error"), [("offline", Offline), ("unauthorized", Unauthorized)])
async def test_waiting_ends_when_the_process_that_syncs_has_no_line(
    desk: Desk, state: WeatherState, error: type[ProviderError]
) -> None:
    now = utc_now()
    desk.store.desktop.put_account(account("acme"))
    desk.store.mirror.take(Page((Ticket(Ref("acme", "1"), "1", "Hello", Status.OPEN, now, now),), ""))
    desk.store.desktop.take_lease("acme", "another process", now, now + timedelta(minutes=5))
    desk.store.desktop.report(Weather("acme", state, now, "no line today"))
    ops = await desk.decide([desk.ticket("1")], [Note("hello")])

    with pytest.raises(error):
        await desk.wait_for(ops)


async def test_changes_are_left_out_only_when_they_change_nothing_in_their_turn(desk: Desk) -> None:
    now = utc_now()
    ticket = Ticket(Ref("acme", "1"), "1", "Hello", Status.OPEN, now, now, "open", group="g1", assignee="7")

    assert effective(ticket, [Transfer("g2"), Assign("7")]) == (Transfer("g2"), Assign("7"))
    assert effective(ticket, [Transfer("g1"), SetStatus(Status.OPEN)]) == ()


async def test_a_number_that_two_accounts_have_is_never_guessed(desk: Desk) -> None:
    for name in ("first", "second"):
        desk.store.desktop.put_account(account(name))
        began = utc_now()
        desk.store.mirror.take(Page((Ticket(Ref(name, "1"), "1", "Hello", Status.OPEN, began, began),), ""))

    with pytest.raises(Refused, match="Say which: second:1, first:1"):
        desk.ticket("1")

    assert desk.ticket("first:1").ticket.ref == Ref("first", "1")
    assert desk.ticket("1", "second").ticket.ref == Ref("second", "1")


@pytest.mark.parametrize(
    ("provider", "url"),
    [("zendesk", "https://other.example"), ("rt", NOWHERE), ("zendesk", "http://127.0.0.1:8080")],
)
async def test_another_helpdesk_never_takes_the_place_of_one_whose_tickets_are_cached(
    desk: Desk, provider: str, url: str
) -> None:
    began = utc_now()
    desk.store.desktop.put_account(account("acme"))
    desk.store.mirror.take(Page((Ticket(Ref("acme", "1"), "1", "Hello", Status.OPEN, began, began),), ""))

    with pytest.raises(Refused, match="under another name"):
        desk.store.desktop.put_account(account("acme", provider, url))

    desk.store.desktop.put_account(account("acme", url=f"{NOWHERE}/with/a/path"))


async def test_a_cache_that_cannot_be_written_is_shown_and_not_a_dead_thread(desk: Desk) -> None:
    desk.store.desktop.put_account(account("acme"))
    desk.store.db.execute("CREATE TRIGGER full BEFORE INSERT ON lease BEGIN SELECT RAISE(ABORT, 'disk full'); END")

    desk.start_sync()

    assert (await weather(desk, "acme", is_bad)).state == "broken"


async def test_a_missing_token_is_shown_and_not_a_dead_thread(desk: Desk) -> None:
    desk.store.desktop.put_account(account("acme"))

    desk.start_sync()

    found = await weather(desk, "acme", is_bad)
    assert found.state == "unauthorized"
    assert "NOT_SET_ANYWHERE" in found.message


async def test_a_sign_in_by_another_program_is_noticed_and_taken_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.store.desktop.put_account(account("acme"))
    desk.start_sync()
    await weather(desk, "acme", lambda found: found.state == "unauthorized")
    assert not desk.has_other_accounts

    monkeypatch.setenv("NOT_SET_ANYWHERE", "token")
    with opened(desk.folders.database) as other:
        other.desktop.put_account(account("acme"))

    assert desk.has_other_accounts
    await desk.restart_sync()
    assert (await weather(desk, "acme", lambda found: found.state == "offline")).message
    assert not desk.has_other_accounts


async def test_an_account_that_cannot_be_opened_is_shown_while_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOT_SET_ANYWHERE", "token")
    desk.store.desktop.put_account(account("gone", provider="no-such-provider"))
    desk.store.desktop.put_account(account("plain", url="http://acme.example"))
    desk.store.desktop.put_account(account("acme"))

    desk.start_sync()

    assert "no-such-provider" in (await weather(desk, "gone", lambda found: found.state == "broken")).message
    assert (await weather(desk, "plain", is_bad)).state == "broken"
    assert (await weather(desk, "acme", is_bad)).state == "offline"


async def test_one_account_that_fails_does_not_stop_a_round(desk: Desk) -> None:
    desk.store.desktop.put_account(account("gone", provider="no-such-provider"))
    desk.store.desktop.put_account(account("acme"))

    done = await desk.sync()

    assert {one.account: (one.summary is not None, type(one.error).__name__) for one in done} == {
        "gone": (False, "ConfigError"),
        "acme": (True, "Unauthorized"),
    }


class Failing:
    """Stands where the providers are opened, and fails there."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, broken: object = None) -> AbstractAsyncContextManager[Sequence[Provider]]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Sequence[Provider]]:
        raise self.error
        yield ()


@pytest.mark.parametrize(
    "error", [StoreError("a sentence"), OSError("disk full"), sqlite3.OperationalError("locked"), ConfigError("x")]
)
async def test_a_helpdesk_that_cannot_be_prepared_is_shown(tmp_path: Path, error: Exception) -> None:
    desk = Desk(Folders(tmp_path, tmp_path, tmp_path), Config(), providers=Failing(error))
    desk.store.desktop.put_account(account("demo"))

    desk.start_sync()

    found = await weather(desk, "demo", is_bad)
    assert found.state == "broken"
    assert str(error) in found.message
    await desk.close()


async def test_an_account_that_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    desk = Desk(Folders(tmp_path, tmp_path, tmp_path), Config())
    desk.store.desktop.put_account(account("acme", provider="nobody-has-it"))
    desk.start_sync()
    broken = await weather(desk, "acme", is_bad)
    assert "nobody-has-it" in broken.message

    await desk.write(lambda store: store.desktop.put_account(account("acme")))
    desk.refresh()

    assert (await weather(desk, "acme", lambda found: found.state == "unauthorized")).state == "unauthorized"
    await desk.close()


@pytest.fixture
async def background(tmp_path: Path) -> AsyncIterator[Background]:
    """A started sync of one account that has no token."""
    one = account("acme")

    def opened(
        _names: Sequence[str], broken: Callable[[str, AgentdeskError], None]
    ) -> AbstractAsyncContextManager[Sequence[Provider]]:
        return open_providers([one], broken)

    made = Background(tmp_path / "agentdesk.db", ["acme"], opened, utc_now)
    yield made
    await within_patience(asyncio.to_thread(made.stop))


async def within_patience(work: Awaitable[None]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await work


async def test_a_sync_can_be_stopped_before_it_starts(background: Background) -> None:
    await within_patience(asyncio.to_thread(background.stop))


async def test_a_sync_can_be_stopped_at_once_and_twice(background: Background) -> None:
    background.start()

    await within_patience(asyncio.to_thread(background.stop))
    await within_patience(asyncio.to_thread(background.stop))


async def test_words_to_a_sync_that_is_not_there_do_no_harm(background: Background) -> None:
    background.wake()
    background.start()
    for _round in range(200):
        background.wake()
        background.refresh()
    await asyncio.to_thread(background.stop)

    background.wake()
    background.refresh()


async def test_a_download_without_a_line_is_refused(background: Background) -> None:
    with pytest.raises(Refused, match="no line to acme"):
        background.download("acme", Attachment("1", "a.txt"), lambda chunk: None)


async def test_a_download_after_the_end_is_refused(background: Background, tmp_path: Path) -> None:
    background.start()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                background.download("acme", Attachment("1", "a.txt"), lambda chunk: None).cancel()
                break
            except Refused:
                await asyncio.sleep(0.01)
    await asyncio.to_thread(background.stop)

    with pytest.raises(Refused):
        background.download("acme", Attachment("1", "a.txt"), lambda chunk: None)
