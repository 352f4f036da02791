"""What a ticket has cost its customer, on the screen."""

from datetime import timedelta
from pathlib import Path

from agentdesk.config import Config
from agentdesk.model import Event, Kind, Ref, Role

from .driver import ACCOUNT, NARROW, WIDE, opened_desk, question, ticket, tickets


def moves(count: int) -> list[Event]:
    """So many changes of team on the first ticket, a day apart."""
    began = ticket(1).created_at + timedelta(minutes=1)
    return [
        Event(
            Ref(ACCOUNT, f"move{n}"), Kind.CHANGE, began + timedelta(minutes=n), ticket="1", author_role=Role.AGENT,
            field="group", old=f"g{n}", new=f"g{n + 1}",
        )
        for n in range(count)
    ]  # fmt: skip


async def test_the_customers_side_says_what_the_ticket_cost(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, [*tickets(2), *moves(4)], size=WIDE) as desk:
        desk.sees("effort 4: 4 transfers")
        desk.sees("(uncalibrated)")

        await desk.press("j")

        desk.sees_not("effort")


async def test_opening_an_entry_goes_to_its_event(tmp_path: Path) -> None:
    log = [*moves(4), question(ticket(1), "It is still broken", 200)]
    async with opened_desk(tmp_path, [*tickets(2), *log], size=NARROW) as desk:
        await desk.press(":")
        await desk.types("ticket effort")
        await desk.press("enter")
        desk.sees("passed to another team")
        desk.sees("the customer wrote or called")

        await desk.press("end", "enter")

        desk.sees("It is still broken")
        assert desk.app.main.work is not None
        assert desk.app.main.open_row is not None


async def test_effort_is_a_column_for_whoever_wants_it(tmp_path: Path) -> None:
    async with opened_desk(
        tmp_path, [*tickets(2), *moves(4)], size=WIDE, config=Config(columns=("effort", "subject"))
    ) as desk:
        desk.sees("Effort")
        desk.sees("4 身に覚えのない請求")
