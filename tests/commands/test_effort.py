"""The effort of a ticket, as the shell tells it."""

from datetime import timedelta
from typing import cast

import pytest

from agentdesk.answers import Answer
from agentdesk.commands import load
from agentdesk.commands.context import Context
from agentdesk.commands.registry import run_line
from agentdesk.desk import Desk
from agentdesk.exchange import Page
from agentdesk.model import Event, Kind, Role
from agentdesk.shell_front import ShellFront
from agentdesk.store import weighed

from .conftest import NOW, ref


def event(id: str, minutes: int, kind: Kind, body: str = "", **change: str) -> Event:
    role = Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT
    at = NOW - timedelta(hours=10) + timedelta(minutes=minutes)
    return Event(ref(id), kind, at, ticket="1", author_role=role, channel="email", body=body, **change)  # type: ignore[arg-type]


LOG = (
    event("e1", 0, Kind.CUSTOMER, "My order number is 10-2231."),
    event("e2", 10, Kind.CHANGE, field="group", old="g1", new="g2"),
    event("e3", 280, Kind.REPLY, "Could you send us your order number?"),
    event("e4", 300, Kind.CUSTOMER, "10-2231"),
    event("e5", 310, Kind.REPLY, "Could you send us your order number?"),
)


async def answer(desk: Desk, line: str, *ids: str) -> Answer:
    load()
    cx = Context(desk, ShellFront(), tuple(desk.ticket(id) for id in ids))
    return cast(Answer, await run_line(line, cx))


def document(told: Answer) -> dict[str, object]:
    assert isinstance(told.document, dict)
    return told.document


async def test_the_ledger_names_the_event_of_each_burden(desk: Desk) -> None:
    desk.store.mirror.take(Page(LOG, ""))

    told = await answer(desk, "ticket effort", "1")

    assert told.headings[1] == (
        "effort 4: 2 contacts, 1 transfer, asked order no. twice, waited 4h40m, 4h50m in all  (uncalibrated)"
    )
    assert [row[2] for row in told.rows] == ["e1", "e1", "e2", "e3", "e4", "e4", "e5"]


async def test_a_ticket_shows_its_effort_and_the_ledger(desk: Desk) -> None:
    desk.store.mirror.take(Page(LOG, ""))

    shown = document(await answer(desk, "ticket show", "1"))

    assert shown["effort"] == 4
    ledger = cast(dict[str, object], shown["effort_ledger"])
    assert (ledger["effort"], ledger["contacts"], ledger["asked_again"], ledger["longest_wait"]) == (4, 2, 2, 16_800)
    assert ledger["calibrated"] is False


async def test_a_ticket_without_a_log_has_no_effort(desk: Desk) -> None:
    told = await answer(desk, "ticket effort", "2")

    assert document(told)["effort"] is None
    assert told.nothing.startswith("effort unknown")


@pytest.mark.parametrize("query", ["effort<3", "労力<3", "-effort>=3 effort>0"])
async def test_an_edited_file_of_weights_holds_at_once(desk: Desk, query: str) -> None:
    desk.store.mirror.take(Page(LOG, ""))
    assert (await answer(desk, f"ticket list {query}")).rows == []

    desk.folders.config.mkdir(parents=True)
    (desk.folders.config / "effort.txt").write_text("asked again = 0\n最長の待ち = 0\n", encoding="utf-8")

    assert [row[0] for row in (await answer(desk, f"ticket list {query}")).rows] == ["1"]


async def test_a_wrong_weight_is_told_with_its_line_here_and_by_the_doctor(desk: Desk) -> None:
    desk.folders.config.mkdir(parents=True)
    (desk.folders.config / "effort.txt").write_text("transfers = 2\ntransfer = 3\n", encoding="utf-8")

    told = await answer(desk, "effort weights")
    health = await answer(desk, "doctor")

    assert told.failed
    assert "# effort.txt, line 2: " in told.text
    assert "transfers = 2 " in told.text
    assert "effort.txt, line 2: " in health.text


async def test_the_weights_say_that_they_are_not_calibrated_and_where_their_file_is(desk: Desk) -> None:
    told = await answer(desk, "effort weights")

    assert str(desk.folders.config / "effort.txt") in told.text
    assert "uncalibrated" in told.text
    assert not told.failed


async def test_a_full_disk_leaves_a_ticket_readable(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.store.mirror.take(Page(LOG, ""))
    desk.folders.config.mkdir(parents=True)
    (desk.folders.config / weighed.FILE).write_text("[weights]\ntransfer = 9\n", encoding="utf-8")
    await desk.write(lambda store: store.db.execute("PRAGMA query_only = ON"))

    shown = await answer(desk, "ticket show", "1")

    assert document(shown)["effort_ledger"]
    assert (await answer(desk, "ticket effort", "1")).rows
    assert "The cache could not be written" in capsys.readouterr().err
