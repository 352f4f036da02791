"""Tinydesk: a helpdesk with a page of API, for which the example package has a provider.

Served on loopback for the tests. Its people are known by their tokens: two agents and one customer.
"""

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Doc = dict[str, Any]  # JSON as it comes
PEOPLE = {
    "agent-1": {"id": "1", "name": "Aiko"},
    "agent-2": {"id": "2", "name": "Ben"},
    "customer": {"id": "9", "name": "佐藤 結衣"},
}
TEAMS = [{"id": "1", "name": "Support"}, {"id": "2", "name": "請求"}]
COLUMNS = ("subject", "status", "priority", "agent", "team")
PAGE = 2


class Desk:
    """Everything that the helpdesk remembers."""

    def __init__(self) -> None:
        self.tickets: dict[str, Doc] = {}
        self.messages: dict[str, list[Doc]] = {}
        self.ops: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self._number = 0

    def next(self) -> int:
        self._number += 1
        return self._number

    def change(self, ticket: Doc, order: Doc, token: str) -> None:
        """Do an order on a ticket, all of it."""
        ticket |= {name: order[name] for name in COLUMNS if name in order}
        ticket |= {"version": self.next(), "changed_at": datetime.now(UTC).isoformat()}
        if message := order.get("message"):
            self.messages[ticket["id"]].append(self._message(message, order, token))
        if op := order.get("op"):
            self.ops[op] = ticket["id"]

    def _message(self, message: Doc, order: Doc, token: str) -> Doc:
        person = PEOPLE[token]
        return {
            "id": str(self.next()),
            "text": message["text"],
            "at": datetime.now(UTC).isoformat(),
            "public": message.get("public", True),
            "from_customer": token == "customer",
            "author": person["id"],
            "author_name": person["name"],
            "op": order.get("op"),
            "files": [self._file(file) for file in message.get("files", ())],
        }

    def _file(self, file: Doc) -> Doc:
        id = str(self.next())
        self.files[id] = base64.b64decode(file["content"])
        return {"id": id, "name": file["name"], "size": len(self.files[id]), "url": f"/files/{id}"}

    def shown(self, id: str, op: str | None = None) -> JSONResponse:
        ticket = self.tickets[id]
        customer = PEOPLE["customer"] | {"id": ticket["customer"]}
        return JSONResponse({"ticket": ticket, "messages": self.messages[id], "customer": customer, "op": op})


Endpoint = Callable[[Desk, str, Doc, str], Response]  # what is asked for, the order or the query, and whose token


def me(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return JSONResponse(PEOPLE[token])


def agents(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return JSONResponse({"agents": [PEOPLE["agent-1"], PEOPLE["agent-2"]]})


def teams(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return JSONResponse({"teams": TEAMS})


def customer(desk: Desk, id: str, order: Doc, token: str) -> Response:
    theirs = [ticket for ticket in desk.tickets.values() if ticket["customer"] == id]
    return JSONResponse({"customer": PEOPLE["customer"], "tickets": theirs})


def file(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return Response(desk.files[id], media_type="application/octet-stream")


def op(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return desk.shown(desk.ops[id], id)


def ticket(desk: Desk, id: str, order: Doc, token: str) -> Response:
    return desk.shown(id)


def tickets(desk: Desk, id: str, query: Doc, token: str) -> Response:
    after = int(query.get("after", 0))
    fresh = sorted((one for one in desk.tickets.values() if one["version"] > after), key=lambda one: one["version"])
    end = fresh[:PAGE][-1]["version"] if fresh else after
    return JSONResponse({"tickets": fresh[:PAGE], "next": str(end), "more": len(fresh) > PAGE})


def make(desk: Desk, id: str, order: Doc, token: str) -> Response:
    op = order.get("op")
    if op in desk.ops:
        return desk.shown(desk.ops[op], op)
    id, now = str(desk.next()), datetime.now(UTC).isoformat()
    fresh = {"id": id, "subject": "", "status": "open", "priority": None, "agent": None, "team": "1"}
    desk.tickets[id] = fresh | {"customer": PEOPLE["customer"]["id"], "created_at": now}
    desk.messages[id] = []
    desk.change(desk.tickets[id], order, token)
    return desk.shown(id, op)


def change(desk: Desk, id: str, order: Doc, token: str) -> Response:
    if order.get("version", desk.tickets[id]["version"]) != desk.tickets[id]["version"]:
        return JSONResponse({"error": "The ticket was changed meanwhile."}, 409)
    desk.change(desk.tickets[id], order, token)
    return desk.shown(id, order.get("op"))


ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/me", me),
    ("GET", "/agents", agents),
    ("GET", "/teams", teams),
    ("GET", "/customers/{id}", customer),
    ("GET", "/files/{id}", file),
    ("GET", "/ops/{id}", op),
    ("GET", "/tickets", tickets),
    ("GET", "/tickets/{id}", ticket),
    ("POST", "/tickets", make),
    ("PATCH", "/tickets/{id}", change),
)


def app(desk: Desk) -> Starlette:
    """The helpdesk as an application."""

    def route(method: str, path: str, endpoint: Endpoint) -> Route:
        async def answered(request: Request) -> Response:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if token not in PEOPLE:
                return JSONResponse({"error": "Who are you?"}, 401)
            order: Doc = dict(request.query_params) if method == "GET" else await request.json()
            try:
                return endpoint(desk, request.path_params.get("id", ""), order, token)
            except KeyError:
                return JSONResponse({"error": "There is no such thing."}, 404)

        return Route(path, answered, methods=[method])

    return Starlette(routes=[route(*one) for one in ENDPOINTS])


@contextmanager
def served() -> Iterator[str]:
    """A fresh Tinydesk on loopback; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app(Desk()), log_level="error", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                thread.join(0.01)
                assert thread.is_alive(), "the server came up"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
