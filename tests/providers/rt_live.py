"""A live Request Tracker from the other side of the desk: customers by mail, colleagues over REST2."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import httpx
import pytest

from agentdesk.model import Priority, Ref
from agentdesk.providers.contract import Line
from agentdesk.providers.rt import RequestTracker
from agentdesk.providers.rt.reading import NUMBERS
from tests.providers import rt_server

CUSTOMER = "佐藤 結衣 <yui@example.jp>"
ACCOUNT = "rt"
WANTED = "AGENTDESK_RT"
_SEARCHES = ("/attachments", "/users", "/articles", "/customfields")


def is_write(method: str, path: str) -> bool:
    """This request changes something; searches are sent as POST."""
    return method != "GET" and path.removeprefix("/REST/2.0") not in _SEARCHES


class RtLine(Line):
    """The wire to the server; searches that are sent as POST are not writes."""

    def is_write(self, request: httpx.Request) -> bool:
        return is_write(request.method, request.url.path)


class Live:
    """A served desk, with a provider signed in as one of its agents."""

    colleague = "ben"

    def __init__(self, desk: rt_server.Desk, person: str = "aiko") -> None:
        self.desk = desk
        self.line = RtLine()
        self.text_field: str | None = desk.fields["Order"]
        self._http = httpx.AsyncClient(base_url=f"{desk.url}/REST/2.0", trust_env=False, timeout=60)
        self.provider = self.signed_in(person)

    def signed_in(self, person: str, line: RtLine | None = None) -> RequestTracker:
        """A provider on this or another line, as one of the agents."""
        auth = RequestTracker.credentials("", self.desk.tokens[person])
        return RequestTracker(ACCOUNT, self.desk.url, auth, transport=line or self.line)

    def stranger(self) -> RequestTracker:
        return RequestTracker(ACCOUNT, self.desk.url, RequestTracker.credentials("", "1-14-" + "0" * 32))

    async def customer_opens(self, subject: str, body: str, file: bytes | None = None) -> Ref:
        mail = mail_from_customer(subject, body)
        if file is not None:
            mail.add_attachment(file, maintype="application", subtype="octet-stream", filename="plan.bin")
        newest = await self.newest()
        await self.mailed(mail)
        opened = await self.newest()
        assert opened > newest, "the mail made a ticket"
        return Ref(ACCOUNT, str(opened))

    async def customer_writes(self, ticket: Ref, body: str) -> None:
        await _next_second()
        await self.mailed(mail_from_customer(f"Re: [tests.example #{ticket.id}]", body))

    async def mailed(self, mail: EmailMessage, queue: str = "General") -> None:
        """Hand a mail to the server's own gateway."""
        form = {"queue": queue, "action": "correspond", "SessionType": "REST", "message": mail.as_string()}
        answer = await self._http.post(f"{self.desk.url}/REST/1.0/NoAuth/mail-gateway", data=form)
        assert answer.text.startswith("ok"), answer.text

    async def newest(self) -> int:
        """The number of the newest ticket."""
        found = await self.asked("GET", "/tickets?query=id>0&orderby=id&order=DESC&per_page=1")
        items = found["items"]
        return int(items[0]["id"]) if items else 0

    async def colleague_sets(self, ticket: Ref, priority: Priority) -> None:
        await _next_second()
        await self.asked("PUT", f"/ticket/{ticket.id}", {"Priority": str(NUMBERS[priority])}, "ben")

    async def becomes_a_parent(self, ticket: Ref) -> None:
        """Nothing to do: any ticket can be linked to any."""

    async def freezes(self, ticket: Ref) -> None:
        raise AssertionError("nothing is ever closed for good here")

    async def bodies(self, ticket: Ref) -> list[str]:
        found = await self.asked("GET", f"/ticket/{ticket.id}/history?fields=Type&per_page=100")
        said = [entry["id"] for entry in found["items"] if entry["Type"] in ("Create", "Correspond", "Comment")]
        return [await self._body(transaction) for transaction in said]

    async def _body(self, transaction: str) -> str:
        parts = await self.asked("GET", f"/transaction/{transaction}/attachments?fields=ContentType,Content,Filename")
        texts = [part for part in parts["items"] if part["ContentType"] == "text/plain" and not part["Filename"]]
        return "".join(str(part["Content"]) for part in texts).rstrip("\n")

    async def asked(
        self, method: str, path: str, body: object = None, person: str = "root"
    ) -> "dict[str, list[dict[str, str]]]":
        """Ask the server directly, past the provider and its line."""
        headers = rt_server.authorized(self.desk, person)
        answer = await self._http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found = answer.json()
        return found if isinstance(found, dict) else {"said": found}

    def loses_the_next_answer(self) -> None:
        self.line.loses_answers = 1

    def drops_the_next_request(self) -> None:
        self.line.drops_requests = 1

    async def close(self) -> None:
        await self.provider.close()
        await self._http.aclose()


def mail_from_customer(subject: str, body: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = CUSTOMER
    mail["To"] = "support@tests.example"
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain="example.jp")
    mail.set_content(body, cte="base64")
    return mail


async def _next_second() -> None:
    """Wait until the server's clock shows another second; it keeps times no finer."""
    now = datetime.now(UTC)
    await asyncio.sleep(1.05 - now.microsecond / 1_000_000)


@asynccontextmanager
async def live(desk: rt_server.Desk, person: str = "aiko") -> AsyncGenerator[Live, None]:
    side = Live(desk, person)
    try:
        yield side
    finally:
        await side.close()


def served(folder: Path) -> Iterator[rt_server.Desk]:
    """A server for a session of tests, or a visible reason why they are left out."""
    if os.environ.get(WANTED) != "1":
        reason = rt_server.why_not() or f"{WANTED}=1 is not set"
        pytest.skip(f"not tested against a live Request Tracker: {reason}")
    if reason := rt_server.why_not():
        pytest.fail(f"{WANTED}=1, but {reason}")
    rt_server.install()
    with rt_server.running(folder) as desk:
        yield desk
