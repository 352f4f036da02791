"""A helpdesk in memory that keeps Zendesk's promises, and a line to it that can fail in every way.

Promises: a write presents the version it was made on and is refused when the ticket has moved on; the id of an op can
be looked up after a lost answer; the stream goes on after its cursor and may repeat things, also older copies.
Any write that overwrites what its author had not seen is a bug of ours, and fails the test.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from agentdesk.errors import CannotTell, Conflict, Gone, Offline, RateLimited, Rejected, Unauthorized, UploadGone
from agentdesk.exchange import Page, Receipt, Stream, Uploaded
from agentdesk.model import (
    Attachment,
    Create,
    Event,
    Kind,
    Note,
    Op,
    Person,
    Ref,
    Reply,
    Role,
    SetStatus,
    Status,
    Ticket,
    Upload,
    apply,
)
from agentdesk.providers.base import Concurrency, Greeting, Traits

ACCOUNT = "acme"
START = datetime(2026, 11, 24, 0, 41, tzinfo=UTC)
PAGE = 2
TOKEN_LIFETIME = timedelta(minutes=60)
SUMMARY = {"waiting_since": None, "last_customer_message": None, "messages": 0, "bounces": 0, "snippet": ""}


class Trouble(Enum):
    """What can go wrong with one call."""

    NEVER_LEFT = auto()
    ANSWER_LOST = auto()
    ARRIVES_LATE = auto()
    LIMITED = auto()
    UNAUTHORIZED = auto()
    NOBODY_KNOWS = auto()


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Helpdesk:
    """The other side: its tickets, their events, and every op it ever did, in order."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    copies: list[Ticket] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    gone: list[Ref] = field(default_factory=list)
    done: list[Op] = field(default_factory=list)
    late: list[Callable[[], object]] = field(default_factory=list)
    stamp: int = 0
    stored: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def stores(self, upload: Upload) -> str:
        """Take a file ahead of its message; its token is good for one."""
        self.stored.append(upload.name)
        token = f"t{len(self.stored)}"
        self.tokens.add(token)
        return token

    def opens(self, id: str, words: str = "help") -> Ticket:
        """A customer opens a ticket."""
        now = self._tick()
        ticket = Ticket(Ref(ACCOUNT, id), id, f"subject {id}", Status.NEW, now, now, requester=f"c{id}")
        self._put(ticket)
        self._says(id, Kind.CUSTOMER, words)
        return self.tickets[id]

    def writes(self, id: str, words: str = "hello?") -> None:
        """The customer writes again."""
        self._tick()
        ticket = self.tickets[id]
        self._put(replace(ticket, status=Status.OPEN if ticket.status is not Status.NEW else Status.NEW))
        self._says(id, Kind.CUSTOMER, words)

    def changes(self, id: str, **values: object) -> None:
        """A colleague changes fields."""
        self._tick()
        self._put(replace(self.tickets[id], **values))  # type: ignore[arg-type]  # each test names real fields

    def answers(self, id: str, words: str = "answered") -> None:
        """A colleague replies."""
        self._tick()
        self._put(apply(self.tickets[id], Reply(words)))
        self._says(id, Kind.REPLY, words)

    def deletes(self, id: str) -> None:
        self._tick()
        self.gone.append(self.tickets.pop(id).ref)
        self.events = [event for event in self.events if event.ticket != id]

    def does(self, op: Op, version: str | None) -> Receipt:
        """Do an op, all of it or nothing."""
        if isinstance(op.message, Create):
            return self._creates(op, op.message)
        ticket = self._present(op.ticket)
        if ticket.status is Status.CLOSED:
            raise Rejected("closed tickets cannot be changed")
        if version != ticket.version:
            raise Conflict("the ticket has moved on")
        self._check(op, ticket)
        tokens = {upload.token for upload in op.uploads}
        if not tokens <= self.tokens:
            raise UploadGone("a token is not known")
        self.tokens -= tokens
        self._tick()
        for change in op.changes:
            ticket = apply(ticket, change)
        if op.message and ticket.status is Status.NEW:
            ticket = replace(ticket, status=Status.OPEN)
        self._put(ticket)
        self._record(op, op.ticket.id)
        return self.receipt(op)

    def receipt(self, op: Op) -> Receipt:
        """Proof that an op was done."""
        (done,) = [one for one in self.done if one.id == op.id]
        ticket = self.tickets[done.ticket.id]
        return Receipt(ticket, tuple(event for event in self.events if event.op == op.id))

    def page(self, ref: Ref) -> Page:
        """A ticket with its whole log."""
        ticket = self._present(ref)
        events = (event for event in self.events if event.ticket == ref.id)
        return Page((ticket, *events), "", complete=(ref,))

    def times_done(self, op_id: str) -> int:
        return sum(op.id == op_id for op in self.done)

    def settle_late(self) -> None:
        """Requests that were on their way arrive; what they meet is theirs alone."""
        late, self.late = self.late, []
        for request in late:
            try:
                request()
            except (Conflict, Rejected):
                continue

    def _creates(self, op: Op, new: Create) -> Receipt:
        if self.times_done(op.id):  # the idempotency key
            return self.receipt(op)
        id = str(900 + len(self.done))
        now = self._tick()
        self._put(Ticket(Ref(ACCOUNT, id), id, new.subject, Status.OPEN, now, now, requester=new.requester))
        self._record(op, id)
        return self.receipt(op)

    def _record(self, op: Op, id: str) -> None:
        assert not self.times_done(op.id), "an op was done twice"
        self.done.append(replace(op, ticket=Ref(ACCOUNT, id)))
        if op.message is not None:
            kind = Kind.NOTE if isinstance(op.message, Note) else Kind.REPLY
            self._says(id, kind, op.message.body, op.id)

    def _check(self, op: Op, ticket: Ticket) -> None:
        """What its author had not seen must not be overwritten."""
        if op.seen is None:
            return
        written = [event.at for event in self.events if event.ticket == op.ticket.id and event.kind is Kind.CUSTOMER]
        for change in op.changes:
            if isinstance(change, Reply) and op.seen.messages:
                assert max(written) == op.seen.last_customer_message, "replied over an unseen message"
            if isinstance(change, SetStatus):
                assert ticket.status in (op.seen.status, change.status), "overwrote a status nobody saw"

    def _present(self, ref: Ref) -> Ticket:
        if ref.id not in self.tickets:
            raise Gone("no such ticket")
        return self.tickets[ref.id]

    def _tick(self) -> datetime:
        self.stamp += 1
        return START + timedelta(seconds=self.stamp)

    def _put(self, ticket: Ticket) -> None:
        now = START + timedelta(seconds=self.stamp)
        ticket = replace(ticket, stamp=self.stamp, version=str(self.stamp), updated_at=now, **SUMMARY)  # type: ignore[arg-type]
        self.tickets[ticket.ref.id] = ticket
        self.copies.append(ticket)

    def _says(self, id: str, kind: Kind, words: str, op: str | None = None) -> None:
        role = Role.CUSTOMER if kind is Kind.CUSTOMER else Role.AGENT
        at = START + timedelta(seconds=self.stamp)
        ref = Ref(ACCOUNT, f"e{len(self.events)}-{self.stamp}")
        self.events.append(Event(ref, kind, at, id, author_role=role, public=kind is not Kind.NOTE, body=words, op=op))


class Fake:
    """The line to a helpdesk: `troubles` befall the next calls of a kind, one each; None lets a call through."""

    def __init__(self, helpdesk: Helpdesk, account: str = ACCOUNT) -> None:
        self.helpdesk = helpdesk
        self.account = account
        self.requests = 0
        self.calls: list[str] = []
        self.troubles: dict[str, list[Trouble | None]] = {}
        self.is_down = False
        self.repeats_old_copies = False
        self.cannot_tell = False
        self.step: Callable[[], None] = lambda: None
        self.now: Callable[[], datetime] = lambda: START
        self.refuses: set[str] = set()
        self.holds_back: asyncio.Event | None = None
        self.before_changes: Callable[[], Awaitable[object]] | None = None

    async def greet(self) -> Greeting:
        self._begin("greet")
        traits = Traits(Concurrency.EXACT, True, True, False, True, 1000)
        return Greeting(Person(Ref(self.account, "7"), "aiko", Role.AGENT), traits)

    def streams(self) -> tuple[Stream, ...]:
        return (Stream.TICKETS, Stream.EVENTS)

    async def changes(self, stream: Stream, since: str | None) -> AsyncGenerator[Page, None]:
        begin = int(since or 0)
        while True:
            if self.before_changes is not None:
                await self.before_changes()
            self._begin("changes")
            page = self._tickets(begin) if stream is Stream.TICKETS else self._events(begin)
            yield page
            if not page.more:
                return
            begin = int(page.cursor)

    async def detail(self, ticket: Ref) -> Page:
        self._begin("detail")
        return self.helpdesk.page(ticket)

    async def customer(self, person: Ref) -> Page:
        self._begin("customer")
        return Page((Person(person, "a customer", Role.CUSTOMER),), "")

    async def send(self, op: Op, server: Ticket | None) -> Receipt:
        trouble = self._begin("send")
        version = server.version if server else None
        if trouble is Trouble.ARRIVES_LATE:
            self.helpdesk.late.append(lambda: self.helpdesk.does(op, version))
            raise Offline("no answer")
        receipt = self.helpdesk.does(op, version)
        if trouble is Trouble.ANSWER_LOST:
            raise Offline("no answer")
        return receipt

    async def upload(self, upload: Upload, told: Callable[[int], None]) -> Uploaded:
        trouble = self._begin("upload")
        told(upload.size // 2)
        if upload.name in self.refuses:
            raise Rejected(f"{upload.name} is not taken")
        if self.holds_back is not None:
            await self.holds_back.wait()
        token = self.helpdesk.stores(upload)
        if trouble is Trouble.ANSWER_LOST:
            raise Offline("no answer", arrived=False)
        return Uploaded(token, self.now() + TOKEN_LIFETIME)

    async def find(self, op: Op) -> Receipt | None:
        self._begin("find")
        if self.cannot_tell:
            raise CannotTell("nothing shows whether it arrived")
        return self.helpdesk.receipt(op) if self.helpdesk.times_done(op.id) else None

    async def download(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        yield b""

    async def close(self) -> None:
        return

    def _tickets(self, begin: int) -> Page:
        changed = [ticket for ticket in self.helpdesk.tickets.values() if ticket.stamp > begin]
        changed.sort(key=lambda ticket: ticket.stamp)
        page, rest = changed[:PAGE], changed[PAGE:]
        old = tuple(self.helpdesk.copies[:3]) if self.repeats_old_copies else ()
        cursor = page[-1].stamp if page else begin
        present = (copy for copy in old if copy.ref.id in self.helpdesk.tickets)
        gone = () if rest else tuple(self.helpdesk.gone)
        return Page((*page, *present), str(cursor), bool(rest), gone)

    def _events(self, begin: int) -> Page:
        found = self.helpdesk.events[begin : begin + PAGE]
        end = begin + len(found)
        return Page(tuple(found), str(end), end < len(self.helpdesk.events))

    def _begin(self, kind: str) -> Trouble | None:
        """Count a call and let its trouble happen, as far as it happens before the helpdesk has the request."""
        self.step()
        self.requests += 1
        self.calls.append(kind)
        waiting = self.troubles.get(kind)
        trouble = waiting.pop(0) if waiting else None
        if self.is_down or trouble is Trouble.NEVER_LEFT:
            raise Offline("no route", arrived=False)
        if kind != "find":  # a request that is still on its way may overtake nothing but the question after it
            self.helpdesk.settle_late()
        match trouble:
            case Trouble.LIMITED:
                raise RateLimited("slow down", 60)
            case Trouble.UNAUTHORIZED:
                raise Unauthorized("who are you?")
            case Trouble.NOBODY_KNOWS:
                raise CannotTell("nothing shows whether it arrived")
            case Trouble.ANSWER_LOST if kind not in ("send", "upload"):
                raise Offline("no answer")
            case _:
                return trouble
