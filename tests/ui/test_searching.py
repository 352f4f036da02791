"""Searching on the running desk: from the key to the message, and from a query to a queue."""

from dataclasses import replace
from pathlib import Path

from agentdesk.model import Item, Ref
from agentdesk.store.desktop import Account, Weather
from tests.ui.driver import NARROW, NOW, WIDE, DeskDriver, opened_desk, people, question, ticket, tickets


def long_story() -> list[Item]:
    """A ticket of forty messages, of which the sixth speaks of a zebra."""
    one = ticket(1)
    said = [question(one, f"message {at} " + "words " * 60, at) for at in range(40)]
    said[5] = replace(said[5], body="the zebra is in the parcel " + "words " * 60)
    return [*people(), one, *said, ticket(2), question(ticket(2))]


async def finds(desk: DeskDriver, text: str) -> None:
    await desk.press("/")
    await desk.types(text)
    await answered(desk)


async def answered(desk: DeskDriver) -> None:
    await desk.app.workers.wait_for_complete()
    await desk.settles()


async def test_enter_brings_the_very_message_on_the_screen_and_marks_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=WIDE) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("enter")
        await desk.settles()

        desk.has_keys("reading")
        desk.sees("the zebra is in the parcel")
        marked = next(at for at, line in enumerate(desk.lines) if "▸" in line)
        assert "the zebra is in the parcel" in desk.lines[marked + 1]


async def test_the_next_search_begins_with_the_last_one_and_typing_replaces_it(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, long_story(), size=NARROW) as desk:
        await desk.desk.index()
        await finds(desk, "zebra")
        await desk.press("escape", "/")
        await answered(desk)
        desk.sees(" zebra", "Tickets  1")

        await desk.types("parcel")
        await answered(desk)
        desk.sees(" parcel")
        desk.sees_not(" zebra parcel")


async def test_a_query_is_kept_as_a_queue_from_the_search(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3)) as desk:
        await desk.desk.index()
        await finds(desk, "status:open parcel")
        await desk.press("ctrl+s")
        await desk.types("Parcels")
        await desk.press("enter")
        await answered(desk)
        await desk.press("escape")
        await desk.settles()

        desk.sees("Parcels")
        await desk.runs("queue Parcels")
        desk.sees("Where is my parcel?")
        desk.sees_not("Change my address")
        assert 'filter = "status:open parcel"' in (tmp_path / "config/queues/Parcels.toml").read_text(encoding="utf-8")


async def test_with_one_account_seen_alone_only_that_one_is_searched(tmp_path: Path) -> None:
    other = Account("shop", "zendesk", "https://shop.example", "aiko@shop.example", "none", "9")
    line = Weather("shop", "online", NOW, synced_at=NOW)
    foreign = replace(ticket(9), ref=Ref("shop", "9"), subject="Parcel of the shop", requester=None)
    async with opened_desk(tmp_path, [*tickets(3), foreign], also=[(other, line)]) as desk:
        await desk.desk.index()
        await desk.runs("account acme")
        await finds(desk, "parcel")

        desk.sees("Search in acme", "Where is my parcel?")
        desk.sees_not("Parcel of the shop")
