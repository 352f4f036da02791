"""A desk with a few tickets and no line to a helpdesk, and the shell's front to run command lines with."""

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentdesk.commands import load
from agentdesk.commands.context import Context
from agentdesk.commands.registry import run_line
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Field, Identity, Item, Op, Option, Person, Ref, Role, Status, Team, Ticket
from agentdesk.paths import Folders
from agentdesk.shell_front import ShellFront
from agentdesk.store.desktop import Account

ACCOUNT = "acme"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

Line = Callable[..., Coroutine[None, None, Context]]


def ref(id: str) -> Ref:
    return Ref(ACCOUNT, id)


def ticket(id: str, status: Status = Status.OPEN) -> Ticket:
    began = NOW - timedelta(hours=5)
    return Ticket(
        ref(id),
        id,
        f"ご注文 {id} について",
        status,
        began,
        began,
        requester="41",
        assignee="7",
        group="g1",
        tags=("vip",),
    )


def around() -> tuple[Item, ...]:
    return (
        Person(ref("41"), "田中 美咲", Role.CUSTOMER, (Identity("email", "tanaka@example.jp", True),)),
        Person(ref("7"), "Aiko", Role.AGENT, (Identity("email", "aiko@acme.example", True),)),
        Person(ref("8"), "Ben", Role.AGENT, (Identity("email", "ben@acme.example", True),)),
        Team(ref("g1"), "Support"),
        Team(ref("g2"), "請求"),
        Field(ref("f1"), "注文番号"),
        Field(ref("f2"), "理由", "choice", (Option("return", "返品"), Option("late", "遅延"))),
        Field(ref("f3"), "個数", "int"),
        Field(ref("f4"), "金額", "decimal"),
        Field(ref("f5"), "届いた日", "date"),
    )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Tickets 1, 2 and 3 are open, 9 is closed; Aiko (7) works here."""
    desk = Desk(Folders(tmp_path / "config", tmp_path / "data", tmp_path / "logs"), Config(), clock=lambda: NOW)
    desk.store.desktop.put_account(Account(ACCOUNT, "zendesk", "https://acme.example", "aiko", "env:TOKEN", "7"))
    tickets = [ticket("1"), ticket("2"), ticket("3"), ticket("9", Status.CLOSED)]
    desk.store.mirror.take(Page((*around(), *tickets), "1"))
    yield desk
    await desk.close()


@pytest.fixture
def line(desk: Desk) -> Line:
    """Runs a command line on tickets, and gives back the context it ran in."""
    load()

    async def run(text: str, *ids: str, hold_seconds: int = 0) -> Context:
        cx = Context(desk, ShellFront(), tuple(desk.ticket(id) for id in ids), hold_seconds)
        await run_line(text, cx)
        return cx

    return run


def seen(desk: Desk, id: str = "1") -> Ticket:
    """The ticket as the screen shows it."""
    return desk.ticket(id).ticket


def sent(desk: Desk, op: Op) -> None:
    """Let the helpdesk have taken a decision."""
    desk.store.db.execute("UPDATE op SET state = 'sent' WHERE id = ?", (op.id,))
