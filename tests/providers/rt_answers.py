"""A Request Tracker that answers from a table: JSON in the shapes that version 5.0.3 was seen to give."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx

from agentdesk.model import Item
from agentdesk.providers.base import Page, Stream
from agentdesk.providers.rt import RequestTracker

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BASE = "https://rt.example/REST/2.0"
TOKEN = "1-41-0123456789abcdef0123456789abcdef"
Doc = dict[str, object]
Answered = Doc | list[object] | httpx.Response
Reaction = Answered | Callable[[httpx.Request], Answered]


def listed(*entries: Doc, total: int | None = None, page: int = 1, pages: int | None = None) -> Doc:
    """A collection; its totals are null where Request Tracker does not count."""
    return {
        "items": list(entries),
        "count": len(entries),
        "page": page,
        "pages": pages,
        "per_page": 100,
        "total": total,
    }


def counted(*entries: Doc) -> Doc:
    return listed(*entries, total=len(entries), pages=1)


def user(name: str, real: str = "", *, privileged: int | str = "", **more: object) -> Doc:
    """Somebody as lists show them, and as their own page does when `privileged` is told."""
    mail = name if "@" in name else f"{name}@desk.example"
    shown: Doc = {"Name": name, "RealName": real, "EmailAddress": mail, "Privileged": privileged, **more}
    return shown if isinstance(privileged, int) else {"id": name, "type": "user", **shown}


def ticket(id: int = 3, **more: object) -> Doc:
    """A ticket in a list."""
    return {
        "id": str(id),
        "type": "ticket",
        "Type": "ticket",
        "Subject": "請求書について",
        "Status": "open",
        "Priority": "78",
        "SLA": "Premium",
        "TimeWorked": "5",
        "Queue": {"id": "4", "type": "queue"},
        "Owner": user("ben", "Ben Carter"),
        "Creator": {"id": "yui@example.jp", "type": "user"},
        "Requestor": [user("yui@example.jp", "佐藤 結衣")],
        "Cc": [],
        "Created": "2026-11-21T22:14:10Z",
        "LastUpdated": "2026-11-22T08:00:00Z",
        "Due": "2026-11-22T12:15:00Z",
        "Resolved": "1970-01-01T00:00:00Z",
        "CustomFields": [
            {"id": "2", "name": "Product", "type": "customfield", "values": ["API"]},
            {"id": "4", "name": "Order", "type": "customfield", "values": [None]},
            {"id": "5", "name": "Tags", "type": "customfield", "values": ["vip", "請求"]},
        ],
        **more,
    }


def one_ticket(
    version: str = "953",
    id: int = 3,
    offers: tuple[str, ...] = ("correspond", "comment"),
    columns: Doc | None = None,
) -> httpx.Response:
    """A ticket on its own, with its ETag and what the helpdesk offers."""
    links: list[Doc] = [{"ref": name} for name in offers]
    links += [{"ref": "lifecycle", "from": "open", "to": to} for to in ("stalled", "resolved", "rejected")]
    doc = {**ticket(id), **(columns or {}), "id": id, "_hyperlinks": links}
    return httpx.Response(200, json=doc, headers={"ETag": f'"{version}"'})


def transaction(id: int, kind: str, creator: str = "yui@example.jp", **more: object) -> Doc:
    return {
        "id": str(id),
        "type": "transaction",
        "Type": kind,
        "ObjectId": "3",
        "Creator": user(creator),
        "Created": "2026-11-22T08:00:00Z",
        "Field": "",
        "OldValue": "",
        "NewValue": "",
        "Data": "",
        **more,
    }


def part(id: int, transaction: int, content: str = "", kind: str = "text/plain", **more: object) -> Doc:
    """A part of a message; the outermost has the Message-ID among its headers."""
    return {
        "id": str(id),
        "type": "attachment",
        "TransactionId": str(transaction),
        "ContentType": kind,
        "Filename": "",
        "ContentLength": str(len(content.encode()) or 7),
        "Headers": f"Message-ID: <{id}@example.jp>\nContent-Type: {kind}",
        "Created": "2026-11-22T08:00:00Z",
        "Content": content,
        **more,
    }


DESK: Mapping[str, Reaction] = {
    "GET /user/41": {**user("ben", "Ben Carter", privileged=1), "_hyperlinks": [{"ref": "self", "id": 41}]},
    "GET /queues/all": counted({"id": "4", "Name": "Technical"}, {"id": "5", "Name": "日本サポート"}),
    "POST /customfields": counted(
        {"id": "2", "Name": "Product", "Type": "Select", "MaxValues": "1", "Disabled": "0"},
        {"id": "4", "Name": "Order", "Type": "Freeform", "MaxValues": "1", "Disabled": "0"},
        {"id": "5", "Name": "Tags", "Type": "Freeform", "MaxValues": "0", "Disabled": "0"},
    ),
    "GET /classes/all": counted({"id": "2", "Name": "Knowledge Base"}),
    "GET /ticket/3": one_ticket(),
    "GET /transactions": listed(),
    "POST /attachments": listed(),
}


class Answers:
    """The server's side: what was asked, and a provider that asks it. A list of reactions is used up one by one."""

    def __init__(self, table: Mapping[str, "Reaction | Sequence"] | None = None) -> None:
        self.table: dict[str, object] = {**DESK, **(table or {})}
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = NOW
        self.provider = self.signed_in("", TOKEN)

    def signed_in(self, name: str, secret: str) -> RequestTracker:
        return RequestTracker(
            "rt",
            "https://rt.example",
            RequestTracker.credentials(name, secret),
            transport=httpx.MockTransport(self.answer),
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reaction = self.table.get(f"{request.method} {request.url.path.removeprefix('/REST/2.0')}")
        if isinstance(reaction, Sequence):
            reaction = reaction.next()
        if callable(reaction):
            reaction = reaction(request)
        if reaction is None:
            reaction = httpx.Response(404, json={"message": "Not Found"})
        if isinstance(reaction, httpx.Response):
            return httpx.Response(reaction.status_code, headers=reaction.headers, content=reaction.content)
        return httpx.Response(200, json=reaction)

    def asked_for(self, method: str, path: str) -> list[httpx.Request]:
        return [one for one in self.asked if (one.method, str(one.url).partition("?")[0]) == (method, BASE + path)]

    def sent(self, method: str, path: str) -> object:
        """The one JSON document that was sent there."""
        (request,) = self.asked_for(method, path)
        return json.loads(request.content)

    async def pages(self, stream: Stream, since: str | None = None) -> list[Page]:
        return [page async for page in self.provider.changes(stream, since)]


class Sequence:
    """Reactions one after the other; the last one stays."""

    def __init__(self, *reactions: Reaction) -> None:
        self._left = list(reactions)

    def next(self) -> Reaction:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


def items(pages: list[Page]) -> list[Item]:
    return [item for page in pages for item in page.items]
