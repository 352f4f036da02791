"""What goes wrong on purpose, in process and over a real socket."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from agentdesk.sandbox.faults import Faults, parse

from .conftest import Desk
from .served import serving

Opened = AbstractAsyncContextManager[httpx.AsyncClient]
Line = Callable[[Desk, str], Opened]


@asynccontextmanager
async def _in_process(desk: Desk, spec: str) -> AsyncIterator[httpx.AsyncClient]:
    faults = parse(spec)
    broken = Faults(**{**faults.__dict__, "broken": httpx.ReadError})
    async with desk.client(faults=broken) as client:
        yield client


@asynccontextmanager
async def _over_a_socket(desk: Desk, spec: str) -> AsyncIterator[httpx.AsyncClient]:
    signed = desk.helpdesk.credentials()
    with serving(desk.helpdesk, parse(spec)) as port:
        auth = (f"{signed.user}/token", signed.token)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v2", auth=auth) as client:
            yield client


@pytest.fixture(params=[_in_process, _over_a_socket], ids=["in process", "over a socket"])
def line(request: pytest.FixtureRequest) -> Line:
    chosen: Line = request.param
    return chosen


async def test_a_lost_answer_is_a_transport_error_after_the_change_was_made(desk: Desk, line: Line) -> None:
    ticket = desk.ticket()

    async with line(desk, "lose") as client:
        with pytest.raises(httpx.TransportError):
            await client.put(f"/tickets/{ticket}", json={"ticket": {"comment": {"body": "sent", "public": True}}})

    comments = desk.helpdesk.tickets.comments.where(desk.helpdesk.tickets.comments_of(ticket))
    assert [comment["body"] for comment in comments] == ["Where is it?", "sent"]


async def test_an_answer_cut_in_its_body_is_a_transport_error(desk: Desk, line: Line) -> None:
    async with line(desk, "reset") as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/tickets")


async def test_an_error_changes_nothing(desk: Desk, line: Line) -> None:
    ticket = desk.ticket()

    async with line(desk, "error") as client:
        answer = await client.put(f"/tickets/{ticket}", json={"ticket": {"status": "solved"}})

    assert answer.status_code in (500, 502, 503)
    assert desk.helpdesk.tickets.live(ticket)["status"] == "new"


async def test_the_line_goes_on_after_a_lost_answer(desk: Desk, line: Line) -> None:
    async with line(desk, "lose=0.5,seed=3") as client:
        seen = []
        for _ in range(20):
            try:
                seen.append((await client.get("/tickets/count")).status_code)
            except httpx.TransportError:
                seen.append(0)

    assert set(seen) == {0, 200}


async def test_only_writes_are_struck_when_so_asked(desk: Desk) -> None:
    async with _in_process(desk, "lose,writes") as client:
        assert (await client.get("/tickets")).status_code == 200


async def test_a_storm_answers_429_until_it_is_over(desk: Desk) -> None:
    async with _in_process(desk, "storm=20/60s") as client:
        during = await client.get("/tickets")
        desk.clock.pass_(seconds=20)
        after = await client.get("/tickets")
        desk.clock.pass_(seconds=40)
        again = await client.get("/tickets")

    assert [during.status_code, after.status_code, again.status_code] == [429, 200, 429]
    assert during.headers["retry-after"] == "20"


async def test_a_skewed_clock_stamps_ahead(desk: Desk) -> None:
    async with _in_process(desk, "skew=30s") as client:
        answer = await client.post("/tickets", json={"ticket": {"comment": {"body": "x"}}})

    assert answer.json()["ticket"]["created_at"] == "2026-05-04T09:00:30Z"


async def test_a_duplicated_page_brings_the_page_before_once_more(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(3)]

    async with _in_process(desk, "duplicate") as client:
        first = (await client.get("/tickets?page[size]=2")).json()
        second = (await client.get(first["links"]["next"])).json()

    assert [one["id"] for one in second["tickets"]] == tickets


async def test_a_reordered_page_has_the_same_records(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(8)]

    async with _in_process(desk, "reorder") as client:
        found = [one["id"] for one in (await client.get("/tickets")).json()["tickets"]]

    assert sorted(found) == tickets
    assert found != tickets


async def test_strange_records_have_nulls_and_unknown_kinds(desk: Desk) -> None:
    ticket = desk.ticket()

    async with _in_process(desk, "unknown") as client:
        audit = (await client.get(f"/tickets/{ticket}/audits")).json()["audits"][0]
    async with _in_process(desk, "nulls") as client:
        row = (await client.get("/tickets")).json()["tickets"][0]

    assert (audit["via"]["channel"], audit["events"][-1]["type"]) == ("carrier_pigeon", "PigeonLanded")
    assert None in (row["tags"], row["subject"], row["via"], row["custom_fields"], row["fields"], row["description"])


async def test_the_same_seed_makes_the_same_faults(desk: Desk) -> None:
    async def course() -> list[int]:
        async with _in_process(desk, "error=0.5,seed=7") as client:
            return [(await client.get("/tickets/count")).status_code for _ in range(20)]

    assert await course() == await course()


def test_a_spec_is_read_word_by_word() -> None:
    faults = parse("lose=0.1, delay=200ms,storm=20/60s,skew=-30s,duplicate")

    assert faults == Faults(
        lose=0.1,
        delay=timedelta(milliseconds=200),
        storm=timedelta(seconds=20),
        storm_every=timedelta(seconds=60),
        skew=timedelta(seconds=-30),
        duplicate=1.0,
    )


@pytest.mark.parametrize("spec", ["loose", "lose=2", "delay=soon", "lose=much"])
def test_a_wrong_spec_names_the_word(spec: str) -> None:
    with pytest.raises(ValueError, match=spec.split("=")[0]):
        parse(f"error=0.1,{spec}")
