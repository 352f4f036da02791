"""A Zendesk that answers from a table: JSON written after its documentation, odd cases and all."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import httpx

from agentdesk.model import Item
from agentdesk.providers.base import Page, Stream
from agentdesk.providers.zendesk import Zendesk

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
Doc = dict[str, object]
Reaction = Doc | httpx.Response | Callable[[httpx.Request], "Doc | httpx.Response"]

ANA: Doc = {"id": 7, "name": "Ana", "email": "ana@desk.example", "role": "agent"}
YUI: Doc = {"id": 41, "name": "佐藤 結衣", "email": "yui@example.jp", "role": "end-user", "locale": "ja"}
FORBIDDEN = httpx.Response(403, json={"error": {"title": "Forbidden", "message": "You do not have access"}})

ADMIN: Mapping[str, Reaction] = {
    "GET /users/me": {"user": {**ANA, "role": "admin"}},
    "GET /tickets/count": {"count": {"value": 3}},
    "GET /incremental/tickets/cursor": {"tickets": [], "after_cursor": "c0", "end_of_stream": True},
    "GET /help_center/articles.json": {"articles": []},
    "GET /users/7/group_memberships": {"group_memberships": []},
    "GET /custom_statuses": {"custom_statuses": []},
    "GET /users": {"users": [ANA]},
    "GET /search": {"results": [], "count": 0, "next_page": None},
}
AGENT: Mapping[str, Reaction] = {
    **ADMIN,
    "GET /users/me": {"user": ANA},
    "GET /incremental/tickets/cursor": FORBIDDEN,
    "GET /help_center/articles.json": httpx.Response(
        404, json={"error": "InvalidEndpoint", "description": "Not found"}
    ),
}


class Answers:
    """The server's side: what was asked, and a provider that asks it."""

    def __init__(self, *tables: Mapping[str, Reaction]) -> None:
        self.table: dict[str, Reaction] = {}
        for table in tables:
            self.table |= table
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = NOW
        self.provider = Zendesk(
            "acme",
            "https://acme.zendesk.com",
            Zendesk.credentials("ana@desk.example", "s3cret"),
            transport=httpx.MockTransport(self.answer),
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reaction = self.table.get(f"{request.method} {request.url.path.removeprefix('/api/v2')}")
        if callable(reaction):
            reaction = reaction(request)
        if reaction is None:
            reaction = httpx.Response(404, json={"error": "RecordNotFound", "description": "Not found"})
        if isinstance(reaction, httpx.Response):
            return httpx.Response(reaction.status_code, headers=reaction.headers, content=reaction.content)
        return httpx.Response(200, json=reaction)

    def asked_for(self, method: str, path: str) -> list[httpx.Request]:
        wanted = f"/api/v2{path}"
        return [request for request in self.asked if request.method == method and request.url.path == wanted]

    def sent(self, method: str, path: str) -> Doc:
        """The one JSON document that was sent there."""
        (request,) = self.asked_for(method, path)
        return dict(json.loads(request.content))

    async def pages(self, stream: Stream, since: str | None = None) -> list[Page]:
        return [page async for page in self.provider.changes(stream, since)]


def items(pages: Sequence[Page]) -> list[Item]:
    return [item for page in pages for item in page.items]


def ticket(id: int = 1, **more: object) -> Doc:
    return {
        "id": id,
        "subject": "Invoice wrong",
        "description": "The invoice is wrong",
        "status": "open",
        "priority": "high",
        "requester_id": 41,
        "assignee_id": 7,
        "group_id": 3,
        "tags": ["billing"],
        "via": {"channel": "email", "source": {}},
        "created_at": "2026-04-30T08:00:00Z",
        "updated_at": "2026-05-01T08:00:00Z",
        "generated_timestamp": 1777622401,
        "custom_fields": [],
        **more,
    }
