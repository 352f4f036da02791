"""Why customers write, counted on the screen."""

from pathlib import Path

from agentdesk.store.reason_rules import FILE

from .driver import WIDE, opened_desk, tickets


async def test_a_count_opens_the_tickets_it_counts(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(3), size=WIDE) as desk:
        folder = desk.app.main.desk.folders.config
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text("charges = subject:身に覚え\n", encoding="utf-8")
        await desk.app.main.desk.reason()

        await desk.press(":")
        await desk.types("reason list")
        await desk.press("enter")
        desk.sees("Contact reasons, 30 days")
        desk.sees("charges")
        desk.sees("1  33%  0")

        await desk.press("enter")

        desk.sees("reason:charges created:30d")


async def test_without_tickets_the_count_says_so(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(1), size=WIDE) as desk:
        await desk.press(":")
        await desk.types("reason list subject:zebra")
        await desk.press("enter")

        desk.sees("No ticket of the last 60 days answers this query.")
