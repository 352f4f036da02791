"""The contract: what every provider must prove against its helpdesk, as one class that its tests inherit.

A provider's tests give a fixture `other`: the helpdesk seen from the other side of the desk (`OtherSide`), fresh for
each test and holding at least one agent, one colleague and one team. Where a promise cannot hold on every helpdesk, the
test asks the provider's traits and is left out with a reason, which `pytest -rs` shows. Only tests import this module;
pytest and pytest-asyncio are needed.

    class TestZendesk(ProviderContract):
        @pytest.fixture
        async def other(self) -> AsyncIterator[OtherSide]: ...

`pytest --agentdesk-provider NAME` runs it without such a class, on a provider in any package (`contract_plugin`).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, Protocol
from uuid import uuid4

import httpx
import pytest

from agentdesk.errors import Conflict, Gone, Offline, Rejected, Unauthorized, UploadGone
from agentdesk.model import (
    Assign,
    Attachment,
    Change,
    Create,
    Event,
    Kind,
    Link,
    Merge,
    Note,
    Op,
    Person,
    Priority,
    Ref,
    Relation,
    Reply,
    SetField,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Tag,
    Team,
    Ticket,
    Transfer,
    Unlink,
    Untag,
    Upload,
    summarised,
)
from agentdesk.providers.base import Page, Provider, Stream, TakesFilesAhead, Traits

JAPANESE = "お世話になっております。\n\n  請求書の件、㈱テストです。🎌\n― 佐藤　結衣"


class OtherSide(Protocol):
    """The helpdesk under test, and the people on it who are not us."""

    @property
    def provider(self) -> Provider:
        """A provider signed in as an agent who may read and write everything."""

    @property
    def colleague(self) -> str:
        """The id of another agent."""

    @property
    def text_field(self) -> str | None:
        """The id of a ticket field that takes text, where tickets have such."""

    def stranger(self) -> Provider:
        """A provider of the same helpdesk with credentials that it does not know."""

    async def customer_opens(self, subject: str, body: str, file: bytes | None = None) -> Ref:
        """A customer opens a ticket, with a file when one is given."""

    async def customer_writes(self, ticket: Ref, body: str) -> None:
        """The customer writes again, at least a second after everything before."""

    async def colleague_sets(self, ticket: Ref, priority: Priority) -> None:
        """Another agent changes the ticket, at least a second after everything before."""

    async def becomes_a_parent(self, ticket: Ref) -> None:
        """Make the ticket one that others can be linked to, where the helpdesk wants that said."""

    async def freezes(self, ticket: Ref) -> None:
        """The ticket is closed for good."""

    async def bodies(self, ticket: Ref) -> list[str]:
        """The messages of a ticket as the helpdesk itself has them, oldest first."""

    def loses_the_next_answer(self) -> None:
        """The next write is done, and its answer never arrives."""

    def drops_the_next_request(self) -> None:
        """The next write never arrives."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the contract is run with, from the options, the settings and the environment of the run."""

    url: str = ""
    user: str = ""
    token: str = field(default="", repr=False)


class Line(httpx.AsyncBaseTransport):
    """The wire to the helpdesk, which can lose the answer to a write or the write itself: a transport for httpx."""

    def __init__(self) -> None:
        self._wire = httpx.AsyncHTTPTransport()
        self.loses_answers = 0
        self.drops_requests = 0
        self.passes_first = 0

    def is_write(self, request: httpx.Request) -> bool:
        """This request changes something on the helpdesk; where searches are sent as POST, say so here."""
        return request.method != "GET"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_write = self.is_write(request)
        if is_write and self.passes_first:
            self.passes_first -= 1
            is_write = False
        if is_write and self.drops_requests:
            self.drops_requests -= 1
            raise httpx.ConnectError("no route")
        response = await self._wire.handle_async_request(request)
        if is_write and self.loses_answers:
            self.loses_answers -= 1
            await response.aread()
            await response.aclose()
            raise httpx.ReadTimeout("no answer")
        return response

    async def aclose(self) -> None:
        await self._wire.aclose()


class PartialSide:
    """An other side of which not everything can be played: what is not overridden leaves its tests out, visibly."""

    text_field: str | None = None

    async def customer_writes(self, ticket: Ref, body: str) -> None:
        _cannot("let the customer write again")

    async def colleague_sets(self, ticket: Ref, priority: Priority) -> None:
        _cannot("let a colleague change a ticket")

    async def freezes(self, ticket: Ref) -> None:
        _cannot("close a ticket for good")

    async def becomes_a_parent(self, ticket: Ref) -> None:
        _cannot("make a ticket one that others can be linked to")

    async def bodies(self, ticket: Ref) -> list[str]:
        _cannot("look at the messages of a ticket past the provider")

    def loses_the_next_answer(self) -> None:
        _cannot("lose an answer")

    def drops_the_next_request(self) -> None:
        _cannot("drop a request")


def _cannot(what: str) -> NoReturn:
    pytest.skip(f"this side of the helpdesk cannot {what}")


def op_for(ticket: Ticket, *changes: Change) -> Op:
    """A decision that leaves now."""
    now = datetime.now(UTC)
    return Op(uuid4().hex, ticket.ref, changes, ticket, created_at=now, not_before=now)


async def followed(provider: Provider, stream: Stream, since: str | None = None) -> list[Page]:
    """All pages of a stream."""
    return [page async for page in provider.changes(stream, since)]


async def detail(provider: Provider, ref: Ref) -> tuple[Ticket, list[Event]]:
    """A ticket and its log, read on their own."""
    page = await provider.detail(ref)
    (ticket,) = (item for item in page.items if isinstance(item, Ticket) and item.ref == ref)
    return ticket, [item for item in page.items if isinstance(item, Event)]


def waiting_status(traits: Traits) -> Status:
    """A status that says somebody else must act first: pending, where the helpdesk has it."""
    return Status.PENDING if Status.PENDING in traits.statuses else Status.HOLD


def unless(is_promised: bool, reason: str) -> None:
    """Leave a test out, visibly, when the helpdesk does not promise what it checks."""
    if not is_promised:
        pytest.skip(reason)


def messages(events: list[Event]) -> list[tuple[Kind, str]]:
    """What was said in a log."""
    return [(event.kind, event.body) for event in events if event.kind in (Kind.CUSTOMER, Kind.REPLY, Kind.NOTE)]


class ProviderContract:
    """What a provider promises, whatever helpdesk is behind it."""

    pytestmark = pytest.mark.asyncio

    async def test_greeting_names_us(self, other: OtherSide) -> None:
        greeting = await other.provider.greet()

        assert greeting.me.name
        assert greeting.me.ref.account == other.provider.account

    async def test_unknown_credentials_are_refused(self, other: OtherSide) -> None:
        stranger = other.stranger()

        with pytest.raises(Unauthorized):
            await stranger.greet()
        await stranger.close()

    async def test_requests_are_counted(self, other: OtherSide) -> None:
        await other.provider.greet()

        assert other.provider.requests > 0

    async def test_every_stream_ends_and_goes_on_from_its_cursor(self, other: OtherSide) -> None:
        await other.customer_opens("One", "first")
        await other.provider.greet()

        for stream in other.provider.streams():
            pages = await followed(other.provider, stream)
            assert not pages[-1].more
            assert all(page.more for page in pages[:-1])
            assert not (await followed(other.provider, stream, pages[-1].cursor))[-1].more

    async def test_tickets_can_be_resumed_at_every_page(self, other: OtherSide) -> None:
        opened = {await other.customer_opens(f"Ticket {number}", "body") for number in range(5)}
        pages = await followed(other.provider, Stream.TICKETS)

        for number, page in enumerate(pages[:-1]):
            seen = {item.ref for before in pages[: number + 1] for item in before.items}
            rest = await followed(other.provider, Stream.TICKETS, page.cursor)
            assert opened <= seen | {item.ref for after in rest for item in after.items}

    async def test_reading_a_stream_twice_brings_the_same(self, other: OtherSide) -> None:
        await other.customer_opens("One", JAPANESE)

        first, second = [
            {item.ref: item for page in await followed(other.provider, Stream.TICKETS) for item in _tickets(page)}
            for _ in range(2)
        ]

        assert first == second

    async def test_a_change_is_seen_from_the_cursor_on(self, other: OtherSide) -> None:
        quiet = await other.customer_opens("Quiet", "body")
        ref = await other.customer_opens("One", "body")
        cursor = (await followed(other.provider, Stream.TICKETS))[-1].cursor
        before, _log = await detail(other.provider, ref)

        await other.customer_writes(ref, "again")
        found = [ticket for page in await followed(other.provider, Stream.TICKETS, cursor) for ticket in _tickets(page)]

        assert max(ticket.stamp for ticket in found if ticket.ref == ref) > before.stamp
        assert {ticket.ref for ticket in found} <= {ref, quiet}

    async def test_colleagues_and_teams_are_read(self, other: OtherSide) -> None:
        items = [item for page in await followed(other.provider, Stream.PEOPLE) for item in page.items]

        assert any(isinstance(item, Person) and item.ref.id == other.colleague for item in items)
        assert any(isinstance(item, Team) for item in items)

    async def test_a_ticket_is_read_with_its_whole_log_and_its_people(self, other: OtherSide) -> None:
        ref = await other.customer_opens("Invoice", "first")
        await other.customer_writes(ref, "second")

        page = await other.provider.detail(ref)
        ticket, log = await detail(other.provider, ref)

        assert page.complete == (ref,)
        assert messages(log) == [(Kind.CUSTOMER, "first"), (Kind.CUSTOMER, "second")]
        assert any(isinstance(item, Person) and item.ref.id == ticket.requester for item in page.items)
        assert all(event.author_name for event in log if event.kind is Kind.CUSTOMER)

    async def test_a_ticket_that_is_not_there_is_gone(self, other: OtherSide) -> None:
        with pytest.raises(Gone):
            await other.provider.detail(Ref(other.provider.account, "987654321"))

    async def test_japanese_comes_and_goes_byte_for_byte(self, other: OtherSide) -> None:
        ref = await other.customer_opens("請求書について　㈱", JAPANESE)
        ticket, log = await detail(other.provider, ref)
        assert (ticket.subject, messages(log)) == ("請求書について　㈱", [(Kind.CUSTOMER, JAPANESE)])

        await other.provider.send(op_for(ticket, Reply(JAPANESE)), ticket)

        assert (await other.bodies(ref))[-1] == JAPANESE

    async def test_a_reply_is_public_and_a_note_is_not(self, other: OtherSide) -> None:
        ref = await other.customer_opens("Invoice", "first")

        for change in (Reply("to the customer"), Note("among us")):
            ticket, _log = await detail(other.provider, ref)
            await other.provider.send(op_for(ticket, change), ticket)

        _ticket, log = await detail(other.provider, ref)
        assert messages(log)[1:] == [(Kind.REPLY, "to the customer"), (Kind.NOTE, "among us")]
        assert [event.public for event in log if event.kind in (Kind.REPLY, Kind.NOTE)] == [True, False]

    async def test_the_receipt_is_the_ticket_and_the_events_as_they_are_read_later(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        status = waiting_status((await other.provider.greet()).traits)
        op = op_for(ticket, Reply("done"), SetStatus(status))

        receipt = await other.provider.send(op, ticket)

        after, log = await detail(other.provider, ticket.ref)
        assert (receipt.ticket.status, receipt.ticket.version) == (status, after.version)
        mine = [event.ref for event in receipt.events]
        assert mine
        assert set(mine) <= {event.ref for event in log}
        assert {event.op for event in log if event.ref in mine} == {op.id}

    async def test_every_change_of_an_op_is_done_at_once(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        traits = (await other.provider.greet()).traits
        tags = {"vip", "billing"} if traits.has_tags else set()
        changes: list[Change] = [
            Reply("words"),
            SetStatus(waiting_status(traits)),
            SetPriority(Priority.URGENT),
            SetSubject("Invoice, mended"),
            Assign(other.colleague),
            *(Tag(tag) for tag in sorted(tags)),
        ]
        if other.text_field:
            changes.append(SetField(other.text_field, "注文 7"))

        await other.provider.send(op_for(ticket, *changes), ticket)

        after, _log = await detail(other.provider, ticket.ref)
        assert (after.status, after.priority) == (waiting_status(traits), Priority.URGENT)
        assert (after.subject, after.assignee) == ("Invoice, mended", other.colleague)
        assert tags <= set(after.tags)
        if other.text_field:
            assert after.fields[other.text_field] == "注文 7"

    async def test_a_tag_is_taken_off_and_the_others_stay(self, other: OtherSide) -> None:
        unless((await other.provider.greet()).traits.has_tags, "this helpdesk has no tags")
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        tagged = (await other.provider.send(op_for(ticket, Tag("keep"), Tag("drop")), ticket)).ticket

        await other.provider.send(op_for(tagged, Untag("drop")), tagged)

        after, _log = await detail(other.provider, ticket.ref)
        assert set(after.tags) == set(tagged.tags) - {"drop"}

    async def test_a_ticket_is_given_to_nobody(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        taken = (await other.provider.send(op_for(ticket, Assign(other.colleague)), ticket)).ticket

        receipt = await other.provider.send(op_for(taken, Assign(None)), taken)

        assert (taken.assignee, receipt.ticket.assignee) == (other.colleague, None)

    async def test_a_ticket_moves_to_another_team(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        items = [item for page in await followed(other.provider, Stream.PEOPLE) for item in page.items]
        team = next(item for item in items if isinstance(item, Team) and item.ref.id != ticket.group)

        receipt = await other.provider.send(op_for(ticket, Transfer(team.ref.id)), ticket)

        assert receipt.ticket.group == team.ref.id

    async def test_a_link_is_made_shown_and_taken_away(self, other: OtherSide) -> None:
        relations = (await other.provider.greet()).traits.relations
        unless(bool(relations), "tickets of this helpdesk cannot be linked")
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        end = await other.customer_opens("The bigger matter", "first")
        await other.becomes_a_parent(end)

        for relation in sorted(relations):
            link = Link(relation, end.id)
            made = (await other.provider.send(op_for(ticket, link), ticket)).ticket
            after, log = await detail(other.provider, ticket.ref)
            assert link in summarised(after, log).links
            ticket = (await other.provider.send(op_for(made, Unlink(relation, end.id)), made)).ticket
            after, log = await detail(other.provider, ticket.ref)
            assert link not in summarised(after, log).links

    async def test_a_link_to_nothing_is_refused_in_words(self, other: OtherSide) -> None:
        relations = (await other.provider.greet()).traits.relations
        unless(bool(relations), "tickets of this helpdesk cannot be linked")
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))

        with pytest.raises(Rejected, match=r"\w+"):
            await other.provider.send(op_for(ticket, Link(min(relations), "987654321")), ticket)

    async def test_a_ticket_becomes_part_of_another_once_even_when_the_answer_is_lost(self, other: OtherSide) -> None:
        unless((await other.provider.greet()).traits.can_merge, "tickets of this helpdesk cannot be merged")
        source, _log = await detail(other.provider, await other.customer_opens("Twice", "said again"))
        target = await other.customer_opens("Once", "said first")
        op = op_for(source, Merge(target.id))
        other.loses_the_next_answer()

        with pytest.raises(Offline) as caught:
            await other.provider.send(op, source)
        found = await other.provider.find(op)
        again = await other.provider.send(op, source)

        assert caught.value.arrived
        assert found is None or found.ticket.ref == again.ticket.ref
        assert again.ticket.ref == target or again.ticket.status is Status.CLOSED
        ticket, log = await detail(other.provider, target)
        assert Link(Relation.MERGED_FROM, source.ref.id) in summarised(ticket, log).links
        assert sum("said again" in body for body in await other.bodies(target)) == 1

    async def test_a_merge_into_nothing_is_refused_and_nothing_is_done(self, other: OtherSide) -> None:
        unless((await other.provider.greet()).traits.can_merge, "tickets of this helpdesk cannot be merged")
        source, _log = await detail(other.provider, await other.customer_opens("Twice", "said again"))

        with pytest.raises(Rejected, match=r"\w+"):
            await other.provider.send(op_for(source, Merge("987654321")), source)

        assert (await detail(other.provider, source.ref))[0].status is source.status

    async def test_a_merge_is_a_conflict_when_a_colleague_was_first(self, other: OtherSide) -> None:
        unless((await other.provider.greet()).traits.can_merge, "tickets of this helpdesk cannot be merged")
        source, _log = await detail(other.provider, await other.customer_opens("Twice", "said again"))
        target = await other.customer_opens("Once", "said first")
        await other.colleague_sets(source.ref, Priority.URGENT)

        with pytest.raises(Conflict):
            await other.provider.send(op_for(source, Merge(target.id)), source)

        assert (await detail(other.provider, source.ref))[0].status is source.status

    async def test_a_new_ticket_is_made_once_however_often_it_is_sent(self, other: OtherSide) -> None:
        ref = await other.customer_opens("Old", "first")
        old, _log = await detail(other.provider, ref)
        assert old.requester
        now = datetime.now(UTC)
        create = Create("折り返しのお電話", "お電話いただきました", old.requester)
        op = Op(uuid4().hex, Ref(ref.account, "new"), (create,), None, created_at=now, not_before=now)

        receipts = [await other.provider.send(op, None) for _ in range(2)]

        found = await other.provider.find(op)
        assert found
        assert {receipt.ticket.ref for receipt in (*receipts, found)} == {receipts[0].ticket.ref}
        assert await other.bodies(receipts[0].ticket.ref) == ["お電話いただきました"]

    async def test_a_lost_answer_is_found_again(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        op = op_for(ticket, Reply("sorry"), SetStatus(Status.SOLVED))
        other.loses_the_next_answer()

        with pytest.raises(Offline) as caught:
            await other.provider.send(op, ticket)
        receipt = await other.provider.find(op)

        assert caught.value.arrived
        assert receipt
        assert receipt.ticket.status is Status.SOLVED
        assert [event.body for event in receipt.events if event.kind is Kind.REPLY] == ["sorry"]
        assert await other.bodies(ticket.ref) == ["first", "sorry"]

    async def test_what_never_arrived_is_certainly_not_found(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        op = op_for(ticket, Reply("sorry"))
        other.drops_the_next_request()

        with pytest.raises(Offline) as caught:
            await other.provider.send(op, ticket)

        assert not caught.value.arrived
        assert await other.provider.find(op) is None
        assert await other.bodies(ticket.ref) == ["first"]

    @pytest.mark.parametrize(
        "change", [Reply("hello"), Note("hello"), SetStatus(Status.SOLVED)], ids=lambda c: type(c).__name__
    )
    async def test_a_foreign_change_is_a_conflict_and_nothing_is_done(self, other: OtherSide, change: Change) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        await other.colleague_sets(ticket.ref, Priority.URGENT)

        with pytest.raises(Conflict):
            await other.provider.send(op_for(ticket, change), ticket)

        after, log = await detail(other.provider, ticket.ref)
        assert (after.priority, after.status) == (Priority.URGENT, ticket.status)
        assert messages(log) == [(Kind.CUSTOMER, "first")]

    async def test_a_closed_ticket_refuses_in_words(self, other: OtherSide) -> None:
        unless((await other.provider.greet()).traits.can_close, "nothing on this helpdesk is ever closed for good")
        ref = await other.customer_opens("Invoice", "first")
        await other.freezes(ref)
        ticket, _log = await detail(other.provider, ref)
        assert ticket.status is Status.CLOSED

        with pytest.raises(Rejected, match=r"\w+"):
            await other.provider.send(op_for(ticket, Reply("too late")), ticket)

        assert await other.bodies(ref) == ["first"]

    async def test_a_field_that_nobody_knows_is_refused_or_ignored_and_never_breaks(self, other: OtherSide) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        op = op_for(ticket, SetField("987654321", "x"))

        try:
            receipt = await other.provider.send(op, ticket)
        except Rejected:
            return

        assert receipt.ticket.ref == ticket.ref

    async def test_files_come_and_go_byte_for_byte(self, other: OtherSide, tmp_path: Path) -> None:
        content = bytes(range(256)) * 1000
        sent = tmp_path / "図面.bin"
        sent.write_bytes(content)
        ticket, log = await detail(other.provider, await other.customer_opens("Invoice", "first", content))
        (theirs,) = (attachment for event in log for attachment in event.attachments)
        assert await _content(other.provider, theirs) == content

        op = op_for(ticket, Reply("see the plan", uploads=(Upload(str(sent), "図面.bin", len(content)),)))
        receipt = await other.provider.send(op, ticket)

        (ours,) = (attachment for event in receipt.events for attachment in event.attachments)
        assert (ours.name, ours.size) == ("図面.bin", len(content))
        assert await _content(other.provider, ours) == content

    async def test_a_file_brought_ahead_arrives_with_the_message_that_names_it(
        self, other: OtherSide, tmp_path: Path
    ) -> None:
        provider = other.provider
        unless(isinstance(provider, TakesFilesAhead), "files travel inside the message here")
        assert isinstance(provider, TakesFilesAhead)
        content, went = bytes(range(256)) * 1000, list[int]()
        (tmp_path / "copy").write_bytes(content)
        ticket, _log = await detail(provider, await other.customer_opens("Invoice", "first"))
        upload = Upload(str(tmp_path / "copy"), "図面 最終.bin", len(content))

        proof = await provider.upload(upload, went.append)
        (tmp_path / "copy").unlink()
        op = op_for(ticket, Reply("see the plan", uploads=(replace(upload, token=proof.token),)))
        receipt = await provider.send(op, ticket)

        assert went == sorted(went)
        assert proof.expires_at > datetime.now(UTC)
        (ours,) = (attachment for event in receipt.events for attachment in event.attachments)
        assert ours.name == "図面 最終.bin"
        assert await _content(provider, ours) == content

    async def test_a_token_that_is_not_known_stops_the_reply_whole(self, other: OtherSide, tmp_path: Path) -> None:
        unless(isinstance(other.provider, TakesFilesAhead), "files travel inside the message here")
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        upload = Upload(str(tmp_path / "copy"), "plan", 1, token="no such token")  # noqa: S106 (it names no secret)

        with pytest.raises(UploadGone):
            await other.provider.send(op_for(ticket, Reply("see the plan", uploads=(upload,))), ticket)

        assert await other.bodies(ticket.ref) == ["first"]

    async def test_a_file_that_is_gone_stops_the_reply(self, other: OtherSide, tmp_path: Path) -> None:
        ticket, _log = await detail(other.provider, await other.customer_opens("Invoice", "first"))
        op = op_for(ticket, Reply("see the plan", uploads=(Upload(str(tmp_path / "none"), "none"),)))

        with pytest.raises(Rejected, match="none"):
            await other.provider.send(op, ticket)

        assert await other.bodies(ticket.ref) == ["first"]

    async def test_a_customer_has_a_card_and_tickets(self, other: OtherSide) -> None:
        ref = await other.customer_opens("Invoice", "first")
        ticket, _log = await detail(other.provider, ref)
        assert ticket.requester

        page = await other.provider.customer(replace(ref, id=ticket.requester))

        assert any(isinstance(item, Person) and item.ref.id == ticket.requester for item in page.items)
        assert ref in {item.ref for item in _tickets(page)}


def _tickets(page: Page) -> list[Ticket]:
    return [item for item in page.items if isinstance(item, Ticket)]


async def _content(provider: Provider, attachment: Attachment) -> bytes:
    return b"".join([chunk async for chunk in provider.download(attachment)])
