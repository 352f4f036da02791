"""What a live Request Tracker does to a client, and what the agent sees of it (AGENTDESK_RT=1)."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from agentdesk.errors import CannotTell, Conflict, Forbidden, Gone, Offline, ProviderError, Rejected
from agentdesk.model import (
    Article,
    Assign,
    Canned,
    Create,
    Event,
    Field,
    Item,
    Kind,
    Note,
    Op,
    Person,
    Priority,
    Ref,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Team,
    Ticket,
    Upload,
    View,
)
from agentdesk.providers.base import Stream
from agentdesk.providers.contract import JAPANESE, detail, followed, messages, op_for
from agentdesk.providers.rt import RequestTracker
from tests.providers import rt_server
from tests.providers.rt_live import Live, RtLine, live, mail_from_customer


@pytest.fixture
async def side(rt_desk: rt_server.Desk) -> AsyncGenerator[Live, None]:
    async with live(rt_desk) as found:
        yield found


async def opened(side: Live, subject: str = "Invoice", body: str = "first") -> Ticket:
    ticket, _log = await detail(side.provider, await side.customer_opens(subject, body))
    return ticket


async def items(side: Live, stream: Stream) -> list[Item]:
    await side.provider.greet()
    return [item for page in await followed(side.provider, stream) for item in page.items]


async def test_the_desk_is_read_whole(side: Live) -> None:
    people = await items(side, Stream.PEOPLE)
    fields = {item.label: item for item in await items(side, Stream.FIELDS) if isinstance(item, Field)}
    articles = [item for item in await items(side, Stream.ARTICLES) if isinstance(item, Article)]
    canned = [item for item in await items(side, Stream.CANNED) if isinstance(item, Canned)]
    views = [item for item in await items(side, Stream.VIEWS) if isinstance(item, View)]

    assert {item.name for item in people if isinstance(item, Team)} == {"General", "Billing", "請求"}
    assert {"田中 愛子", "Ben Carter", "小林 春香"} <= {item.name for item in people if isinstance(item, Person)}
    assert {option.value for option in fields["Product"].options} == {"Web", "API"}
    assert {"SLA", "Due", "Priority", "Order"} <= set(fields)
    assert ("返金の方法", "三営業日以内に返金します。") in [(one.title, one.body.strip()) for one in articles]
    assert [one.title for one in canned] == ["Thanks"]
    assert "My Tickets" in [one.title for one in views]


async def test_mail_that_the_helpdesk_sends_is_no_event(side: Live) -> None:
    ticket = await opened(side)

    await side.provider.send(op_for(ticket, Reply("done")), ticket)

    _ticket, log = await detail(side.provider, ticket.ref)
    said = await side.asked("GET", f"/ticket/{ticket.ref.id}/history?fields=Type&per_page=100")
    assert "EmailRecord" in {entry["Type"] for entry in said["items"]}
    assert {event.kind for event in log if event.author_role.value == "system"} <= {Kind.CHANGE}
    assert messages(log) == [(Kind.CUSTOMER, "first"), (Kind.REPLY, "done")]


async def test_the_mark_of_our_op_does_not_reach_the_customer(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("to the customer"))

    await side.provider.send(op, ticket)

    mails = (side.desk.folder / "mail.mbox").read_text(encoding="utf-8")
    assert "to the customer" in mails
    assert op.id not in mails


async def test_an_answer_the_helpdesk_itself_breaks_off_leaves_one_note(rt_desk: rt_server.Desk) -> None:
    """The plain path kills its worker once it has recorded a Japanese agent's note; ours does not."""
    async with live(rt_desk, "haruka") as side:
        ticket = await opened(side)
        broken = {"Content": "直接", "ContentType": "text/plain"}
        headers = rt_server.authorized(rt_desk, "haruka")
        async with httpx.AsyncClient(trust_env=False) as plain:
            with pytest.raises(httpx.RemoteProtocolError):
                await plain.post(f"{rt_desk.url}/REST/2.0/ticket/{ticket.ref.id}/comment", json=broken, headers=headers)
        ticket, _log = await detail(side.provider, ticket.ref)

        await side.provider.send(op_for(ticket, Note("メモ"), SetField(rt_desk.fields["Order"], "注文")), ticket)

        assert await side.bodies(ticket.ref) == ["first", "直接", "メモ"]


async def test_a_200_that_carries_a_failure_is_a_failure_in_the_helpdesks_words(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, SetField(side.desk.fields["Product"], "Nonsense"), SetPriority(Priority.HIGH))

    with pytest.raises(Rejected, match=r"Invalid value.*Done: .*high"):
        await side.provider.send(op, ticket)


async def test_a_refused_field_stops_the_reply(side: Live) -> None:
    ticket = await opened(side)

    with pytest.raises(Rejected, match="nobody-of-that-name"):
        await side.provider.send(op_for(ticket, Reply("with care"), Assign("nobody-of-that-name")), ticket)

    assert await side.bodies(ticket.ref) == ["first"]


async def test_a_status_this_lifecycle_does_not_have_is_refused_before_anything_is_done(side: Live) -> None:
    ticket = await opened(side)

    with pytest.raises(Rejected, match="open, resolved"):
        await side.provider.send(op_for(ticket, Reply("wait"), SetStatus(Status.PENDING)), ticket)

    assert await side.bodies(ticket.ref) == ["first"]


@pytest.mark.parametrize("cut", [1, 2])
async def test_an_op_of_several_calls_is_finished_wherever_it_was_cut(side: Live, cut: int) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("once"), SetStatus(Status.SOLVED), SetSubject("Mended"), Assign("ben"))
    side.line.passes_first, side.line.loses_answers = cut - 1, 1

    with pytest.raises(Offline):
        await side.provider.send(op, ticket)
    receipt = await side.provider.find(op)
    if receipt is None:
        fresh, _log = await detail(side.provider, ticket.ref)
        receipt = await side.provider.send(op, fresh)

    assert (receipt.ticket.status, receipt.ticket.subject) == (Status.SOLVED, "Mended")
    assert receipt.ticket.assignee == "ben"
    assert await side.bodies(ticket.ref) == ["first", "once"]


async def test_words_that_left_without_their_status_are_completed_when_looked_up(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("half"), SetStatus(Status.SOLVED))
    words = op_for(ticket, Reply("half"))
    await side.provider.send(replaced(words, op.id), ticket)

    receipt = await side.provider.find(op)

    assert receipt
    assert receipt.ticket.status is Status.SOLVED
    assert await side.bodies(ticket.ref) == ["first", "half"]


async def test_a_ticket_that_the_customer_opened_again_is_not_solved_by_looking_up(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("solved"), SetStatus(Status.SOLVED))
    await side.provider.send(op, ticket)
    await side.customer_writes(ticket.ref, "not at all")

    receipt = await side.provider.find(op)

    assert receipt
    assert receipt.ticket.status is Status.OPEN


async def test_words_without_their_status_are_in_doubt_once_the_customer_has_written(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("half"), SetStatus(Status.SOLVED))
    await side.provider.send(replaced(op_for(ticket, Reply("half")), op.id), ticket)
    await side.customer_writes(ticket.ref, "wait")

    with pytest.raises(CannotTell, match="has arrived"):
        await side.provider.find(op)


async def test_a_second_try_of_the_same_op_writes_no_second_message(side: Live) -> None:
    ticket = await opened(side)
    op = op_for(ticket, Reply("once"))
    receipt = await side.provider.send(op, ticket)

    again = await side.provider.send(replaced(op, op.id, attempts=1), receipt.ticket)

    assert [event.ref for event in again.events] == [event.ref for event in receipt.events]
    assert await side.bodies(ticket.ref) == ["first", "once"]


async def test_due_dates_come_and_go_in_utc(rt_desk: rt_server.Desk) -> None:
    async with live(rt_desk, "haruka") as side:
        ticket = await opened(side)
        due = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)

        receipt = await side.provider.send(op_for(ticket, SetField("Due", "2026-12-01T21:30:00+09:00")), ticket)
        cleared = await side.provider.send(op_for(ticket, SetField("Due", None)), receipt.ticket)

        assert (receipt.ticket.due_at, cleared.ticket.due_at) == (due, None)


async def test_whoever_may_not_see_a_ticket_cannot_write_in_it(rt_desk: rt_server.Desk) -> None:
    async with live(rt_desk) as side:
        ticket = await opened(side)
        bill = side.signed_in("bill")

        with pytest.raises(Forbidden):
            await bill.send(op_for(ticket, Reply("I should not")), None)

        await bill.close()
        assert await side.bodies(ticket.ref) == ["first"]


async def test_an_agent_of_one_queue_sees_it_and_goes_on_past_what_others_hide(rt_desk: rt_server.Desk) -> None:
    async with live(rt_desk, "bill") as side:
        await side.provider.greet()
        cursor = (await followed(side.provider, Stream.TICKETS))[-1].cursor
        for number in range(3):
            await side.customer_opens(f"Elsewhere {number}", "body")
        await side.mailed(mail_from_customer("請求書", JAPANESE), "Billing")
        mine = await side.newest()

        found = [item for page in await followed(side.provider, Stream.TICKETS, cursor) for item in page.items]

        assert [item.ref.id for item in found if isinstance(item, Ticket)] == [str(mine)]


async def test_a_merged_ticket_is_named_and_its_words_stand_in_the_other(side: Live) -> None:
    kept, lost = await opened(side, "Kept", "kept words"), await opened(side, "Lost", "lost words")
    await side.provider.greet()
    cursor = (await followed(side.provider, Stream.TICKETS))[-1].cursor

    await side.asked("PUT", f"/ticket/{lost.ref.id}", {"MergeInto": kept.ref.id})
    pages = await followed(side.provider, Stream.TICKETS, cursor)
    _ticket, log = await detail(side.provider, kept.ref)

    assert (lost.ref, kept.ref) in [pair for page in pages for pair in page.merged]
    assert {event.ticket for event in log} == {kept.ref.id}
    assert {body for _kind, body in messages(log)} == {"kept words", "lost words"}
    page = await side.provider.detail(lost.ref)
    assert (page.merged, page.complete) == (((lost.ref, kept.ref),), (kept.ref,))


async def test_a_deleted_ticket_is_gone(side: Live) -> None:
    ticket = await opened(side)
    await side.provider.greet()
    cursor = (await followed(side.provider, Stream.TICKETS))[-1].cursor

    await side.asked("PUT", f"/ticket/{ticket.ref.id}", {"Status": "deleted"})
    pages = await followed(side.provider, Stream.TICKETS, cursor)

    assert ticket.ref in [ref for page in pages for ref in page.gone]
    with pytest.raises(Gone):
        await side.provider.send(op_for(ticket, Reply("too late")), ticket)


async def test_the_stream_of_events_brings_what_each_ticket_brings_on_its_own(side: Live) -> None:
    ticket = await opened(side, "Stream", JAPANESE)
    await side.provider.send(op_for(ticket, Reply("words"), SetStatus(Status.HOLD), Assign("ben")), ticket)
    _ticket, alone = await detail(side.provider, ticket.ref)

    pages = await followed(side.provider, Stream.EVENTS)

    streamed = [item for page in pages for item in page.items if isinstance(item, Event)]
    assert [event for event in streamed if event.ticket == ticket.ref.id] == alone
    assert pages[-1].whole_below
    assert {(event.field, event.new) for event in alone if event.kind is Kind.CHANGE} >= {
        ("status", "hold"),
        ("assignee", "ben"),
    }


async def test_a_poll_without_news_costs_one_request(side: Live) -> None:
    await side.provider.greet()
    tickets = (await followed(side.provider, Stream.TICKETS))[-1].cursor
    events = (await followed(side.provider, Stream.EVENTS))[-1].cursor
    before = side.provider.requests

    await followed(side.provider, Stream.TICKETS, tickets)
    await followed(side.provider, Stream.EVENTS, events)

    assert side.provider.requests - before == 1


async def test_files_and_their_japanese_names_pass_byte_for_byte(side: Live, tmp_path: Path) -> None:
    contents = {"報告　書.txt": "一行目\r\n二行目\n".encode("shift_jis"), "画面.png": bytes(range(256)) * 40}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    ticket = await opened(side)
    uploads = tuple(Upload(str(tmp_path / name), name) for name in contents)

    receipt = await side.provider.send(op_for(ticket, Note("", uploads=uploads)), ticket)

    (event,) = receipt.events
    got = {one.name: b"".join([part async for part in side.provider.download(one)]) for one in event.attachments}
    assert got == contents


async def test_an_empty_file_is_refused_before_it_leaves(side: Live, tmp_path: Path) -> None:
    (tmp_path / "none").write_bytes(b"")
    nothing = Upload(str(tmp_path / "none"), "none")
    ticket = await opened(side)

    with pytest.raises(Rejected, match="empty"):
        await side.provider.send(op_for(ticket, Reply("see", uploads=(nothing,))), ticket)


async def test_a_reply_in_copy_adds_the_address_and_keeps_the_others(side: Live) -> None:
    ticket = await opened(side)
    first = await side.provider.send(op_for(ticket, Reply("one", cc=("boss@example.jp",))), ticket)

    await side.provider.send(op_for(first.ticket, Reply("two", cc=("legal@example.jp",))), first.ticket)

    found = await side.asked("GET", f"/ticket/{ticket.ref.id}")
    assert {one["id"] for one in found["Cc"]} == {"boss@example.jp", "legal@example.jp"}


async def test_a_new_ticket_whose_answer_was_lost_is_made_once(side: Live) -> None:
    now = datetime.now(UTC)
    create = Create("It's \\ a “件名”", "本文", "new.customer@example.jp")
    op = Op(f"create-{now.timestamp()}", Ref("rt", "new"), (create, SetPriority(Priority.URGENT)), None, now, now)
    side.loses_the_next_answer()

    with pytest.raises(Offline):
        await side.provider.send(op, None)
    found = await side.provider.find(op)
    again = await side.provider.send(op, None)

    assert found
    assert found.ticket == again.ticket
    assert (found.ticket.subject, found.ticket.priority) == ("It's \\ a “件名”", Priority.URGENT)


async def test_four_agents_on_a_bad_line_lose_nothing_and_repeat_nothing(rt_desk: rt_server.Desk) -> None:
    async with live(rt_desk) as side:
        tickets = [await opened(side, f"Busy {number}") for number in range(3)]
        line = Unsteady()
        agents = [side.signed_in(person, line) for person in ("aiko", "ben", "haruka", "root")]

        async def works(agent: RequestTracker, name: str) -> None:
            for ticket in tickets:
                await delivered(agent, op_for(ticket, Note(f"{name} 様"), SetPriority(Priority.HIGH)))

        await asyncio.gather(*(works(agent, f"agent {number}") for number, agent in enumerate(agents)))

        for ticket in tickets:
            said = await side.bodies(ticket.ref)
            assert sorted(said) == ["agent 0 様", "agent 1 様", "agent 2 様", "agent 3 様", "first"]
        assert line.cut
        for agent in agents:
            await agent.close()


class Unsteady(RtLine):
    """A line on which every third write is cut: its answer, or the request itself, or the connection before it."""

    cut = 0
    writes_seen = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_write(request):
            self.writes_seen += 1
            match self.writes_seen % 6:
                case 0:
                    self.cut += 1
                    self.loses_answers = 1
                case 2:
                    self.cut += 1
                    raise httpx.ReadError("cut on the way")
                case 4:
                    self.cut += 1
                    raise httpx.ConnectError("no route")
        return await super().handle_async_request(request)


async def delivered(agent: RequestTracker, op: Op) -> None:
    """What the sync does with an op until it has arrived: after a lost answer it asks first."""
    is_lost = False
    for attempt in range(30):
        if is_lost and await agent.find(op):
            return
        server, _log = await detail(agent, op.ticket)
        try:
            await agent.send(replaced(op, op.id, attempts=attempt), server)
            return
        except Offline as error:
            is_lost = is_lost or error.arrived
        except Conflict:
            continue
    raise AssertionError("never delivered")


def replaced(op: Op, id: str, attempts: int = 0) -> Op:
    return Op(id, op.ticket, op.changes, op.seen, op.created_at, op.not_before, attempts=attempts)


async def test_a_password_signs_in_as_well_as_a_token(side: Live) -> None:
    auth = RequestTracker.credentials("root", rt_server.ROOT_PASSWORD)
    provider = RequestTracker("rt", side.desk.url, auth)

    greeting = await provider.greet()

    assert greeting.me.ref.id == "root"
    await provider.close()


async def test_a_file_in_a_customers_mail_is_read_byte_for_byte(side: Live) -> None:
    content = base64.b64decode("iVBORw0KGgo=") + bytes(range(256))
    mail = mail_from_customer("画面の件", "see the picture")
    mail.add_attachment(content, maintype="image", subtype="png", filename="画面　コピー.png")
    await side.mailed(mail)

    _ticket, log = await detail(side.provider, Ref("rt", str(await side.newest())))

    (attachment,) = log[0].attachments
    assert (attachment.name, log[0].body) == ("画面　コピー.png", "see the picture")
    assert b"".join([part async for part in side.provider.download(attachment)]) == content


async def test_every_failure_is_one_of_ours(side: Live) -> None:
    ticket = await opened(side)

    for field in ("SLA", "Priority", "TimeWorked", "999"):
        try:
            await side.provider.send(op_for(ticket, SetField(field, "7")), ticket)
        except ProviderError:
            continue
        ticket, _log = await detail(side.provider, ticket.ref)
