"""A provider for Tinydesk, a helpdesk with a page of API."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from agentdesk.access import USUAL, Access
from agentdesk.errors import Conflict, Gone, ProviderError, Rejected
from agentdesk.model import (
    Assign,
    Attachment,
    Change,
    Create,
    Event,
    Kind,
    Note,
    Op,
    Person,
    Priority,
    Ref,
    Reply,
    Role,
    SetPriority,
    SetStatus,
    SetSubject,
    Status,
    Team,
    Ticket,
    Transfer,
    Upload,
)
from agentdesk.providers.base import Concurrency, Greeting, Page, Receipt, Stream, Traits
from agentdesk.providers.documents import Doc, documents, flag, inner, moment, text, whole
from agentdesk.providers.http import Answer, Auth, Client, Secret, bearer
from agentdesk.text.safe import safe_line, safe_text

STATUSES = frozenset({Status.OPEN, Status.HOLD, Status.SOLVED})


class Tinydesk:
    """One account on one Tinydesk."""

    def __init__(
        self,
        account: str,
        url: str,
        auth: Auth,
        *,
        access: Access = USUAL,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.account = account
        self._client = Client(account, url, auth, self._refusal, access=access, transport=transport)

    @staticmethod
    def credentials(user: str, secret: Secret) -> Auth:
        return bearer(secret)

    @property
    def requests(self) -> int:
        return self._client.requests

    def _refusal(self, answer: Answer) -> ProviderError | None:
        """What a refusal means; the shared client knows the usual ones: 401, 403, 429, 5xx, no answer at all."""
        words = safe_line(text(answer.doc, "error"))
        kinds = {404: Gone, 409: Conflict, 422: Rejected}
        return kinds[answer.status](f"{self.account}: {words}") if answer.status in kinds else None

    async def greet(self) -> Greeting:
        me = await self._client.get("/me", urgent=True)
        traits = Traits(
            concurrency=Concurrency.EXACT,
            can_find_sent=True,
            history=True,
            knowledge=False,
            can_close=False,
            max_upload_bytes=1_000_000,
            statuses=STATUSES,
            has_tags=False,
        )
        return Greeting(self._person(me, Role.AGENT), traits)

    def streams(self) -> tuple[Stream, ...]:
        return (Stream.PEOPLE, Stream.TICKETS)

    async def changes(self, stream: Stream, since: str | None) -> AsyncIterator[Page]:
        if stream is Stream.PEOPLE:
            agents, teams = await self._client.get("/agents"), await self._client.get("/teams")
            people = [self._person(agent, Role.AGENT) for agent in documents(agents, "agents")]
            named = [Team(self._ref(team), safe_line(text(team, "name"))) for team in documents(teams, "teams")]
            yield Page((*people, *named), "")
            return
        cursor, more = since or "0", True
        while more:
            found = await self._client.get("/tickets", {"after": cursor})
            cursor, more = text(found, "next"), flag(found, "more")
            yield Page(tuple(self._ticket(doc) for doc in documents(found, "tickets")), cursor, more)

    async def detail(self, ticket: Ref) -> Page:
        found = await self._client.get(f"/tickets/{ticket.id}")
        customer = self._person(inner(found, "customer"), Role.CUSTOMER)
        return Page((customer, self._ticket(inner(found, "ticket")), *self._log(found)), "", complete=(ticket,))

    async def customer(self, person: Ref) -> Page:
        found = await self._client.get(f"/customers/{person.id}")
        card = self._person(inner(found, "customer"), Role.CUSTOMER)
        return Page((card, *(self._ticket(doc) for doc in documents(found, "tickets"))), "")

    async def send(self, op: Op, server: Ticket | None) -> Receipt:
        """One request does all of the op, or nothing: `version` guards it, and `op` is what `find` asks for."""
        order: dict[str, object] = {"op": op.id}
        for change in op.changes:
            order |= self._written(change)
        if isinstance(op.message, Create):
            return self._receipt(await self._client.write("POST", "/tickets", order))
        order["version"] = int(server.version) if server else None
        return self._receipt(await self._client.write("PATCH", f"/tickets/{op.ticket.id}", order))

    async def find(self, op: Op) -> Receipt | None:
        try:
            return self._receipt(await self._client.get(f"/ops/{op.id}", urgent=True))
        except Gone:
            return None

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        async for chunk in self._client.download(attachment.url):
            yield chunk

    async def close(self) -> None:
        await self._client.close()

    def _written(self, change: Change) -> dict[str, object]:
        match change:
            case Reply() | Note():
                files = [_file(upload) for upload in change.uploads]
                return {"message": {"text": change.body, "public": isinstance(change, Reply), "files": files}}
            case Create(subject, body, requester):
                return {"subject": subject, "customer": requester, "message": {"text": body, "public": True}}
            case SetStatus(status) if status in STATUSES:
                return {"status": status.value}
            case SetPriority(priority):
                return {"priority": priority.value if priority else None}
            case SetSubject(subject):
                return {"subject": subject}
            case Assign(agent):
                return {"agent": agent}
            case Transfer(group):
                return {"team": group}
            case _:
                raise Rejected(f"{self.account}: Tinydesk cannot do this: {type(change).__name__}")

    def _receipt(self, found: Doc) -> Receipt:
        op = text(found, "op")
        return Receipt(self._ticket(inner(found, "ticket")), tuple(e for e in self._log(found) if op and e.op == op))

    def _ref(self, doc: Doc) -> Ref:
        return Ref(self.account, text(doc, "id"))

    def _person(self, doc: Doc, role: Role) -> Person:
        return Person(self._ref(doc), safe_line(text(doc, "name")), role)

    def _ticket(self, doc: Doc) -> Ticket:
        created, changed = moment(doc, "created_at"), moment(doc, "changed_at")
        assert created
        assert changed
        return Ticket(
            ref=self._ref(doc),
            number=text(doc, "id"),
            subject=safe_line(text(doc, "subject")),
            status=Status(text(doc, "status")),
            created_at=created,
            updated_at=changed,
            priority=Priority(text(doc, "priority")) if text(doc, "priority") else None,
            requester=text(doc, "customer") or None,
            assignee=text(doc, "agent") or None,
            group=text(doc, "team") or None,
            version=text(doc, "version"),
            stamp=whole(doc, "version") or 0,
        )

    def _log(self, found: Doc) -> list[Event]:
        return [self._event(doc, text(inner(found, "ticket"), "id")) for doc in documents(found, "messages")]

    def _event(self, doc: Doc, ticket: str) -> Event:
        from_customer, public = flag(doc, "from_customer"), flag(doc, "public")
        at = moment(doc, "at")
        assert at
        return Event(
            ref=self._ref(doc),
            kind=(Kind.CUSTOMER if from_customer else Kind.REPLY) if public else Kind.NOTE,
            at=at,
            ticket=ticket,
            author=text(doc, "author"),
            author_name=safe_line(text(doc, "author_name")),
            author_role=Role.CUSTOMER if from_customer else Role.AGENT,
            public=public,
            body=safe_text(text(doc, "text")),
            op=text(doc, "op") or None,
            attachments=tuple(
                Attachment(text(file, "id"), text(file, "name"), size=whole(file, "size") or 0, url=text(file, "url"))
                for file in documents(doc, "files")
            ),
        )


def _file(upload: Upload) -> dict[str, str]:
    try:
        content = Path(upload.path).read_bytes()
    except OSError as error:
        raise Rejected(f"{upload.name} cannot be read.") from error
    return {"name": upload.name, "content": base64.b64encode(content).decode()}
