"""Why customers write, counted in the shell."""

import pytest

from agentdesk.commands.context import Context
from agentdesk.commands.reasons import list_reasons
from agentdesk.commands.tickets import list_tickets
from agentdesk.desk import Desk
from agentdesk.errors import Refused
from agentdesk.shell_front import ShellFront
from agentdesk.store.reason_rules import FILE


def write(desk: Desk, text: str) -> None:
    desk.folders.config.mkdir(parents=True, exist_ok=True)
    (desk.folders.config / FILE).write_text(text, encoding="utf-8")


async def test_reasons_are_listed_as_the_teams_file_is_now(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    write(desk, "vip orders = ご注文 tag:vip\nnonsense\n")

    answer = await list_reasons(Context(desk, ShellFront()))
    assert answer is not None

    assert answer.document == [
        {
            "reason": "vip orders",
            "source": "team",
            "words": [],
            "tickets": 4,
            "share": 1.0,
            "before": 0,
            "trend": None,
            "examples": [{"account": "acme", "id": id} for id in ("9", "3", "2")],
        }
    ]
    assert answer.rows == [["vip orders", "4", "100%", "0", "", "9 3 2", "your team"]]
    assert "reasons.txt, line 2" in capsys.readouterr().err


async def test_tickets_are_found_by_a_reason_that_was_just_written(desk: Desk) -> None:
    write(desk, "first = subject:1\n")

    answer = await list_tickets(Context(desk, ShellFront()), "reason:first")

    assert [(one["id"], one["reason"]) for one in answer.document] == [("1", "first")]  # type: ignore[index]  # rows


async def test_a_period_has_days(desk: Desk) -> None:
    with pytest.raises(Refused, match="from 1 to"):
        await list_reasons(Context(desk, ShellFront()), days=0)


async def test_on_a_full_disk_the_reasons_that_are_known_are_counted(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    write(desk, "first = subject:1\n")
    await desk.reason()
    write(desk, "second = subject:2\n")
    await desk.write(lambda store: store.db.execute("PRAGMA query_only = ON"))

    answer = await list_reasons(Context(desk, ShellFront()))
    listed = await list_tickets(Context(desk, ShellFront()), "reason:first")

    assert answer is not None
    assert answer.rows
    assert [one["id"] for one in listed.document] == ["1"]  # type: ignore[index]  # rows
    assert "The cache could not be written" in capsys.readouterr().err
