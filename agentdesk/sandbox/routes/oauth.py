"""The paths of OAuth: the page on which a person lets a program in, and the endpoint that gives it tokens."""

import html
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.oauth import Fields, refused
from agentdesk.sandbox.paging import Listed, Listing, answer
from agentdesk.sandbox.problems import Problem, not_found
from agentdesk.sandbox.records import Query, dumps
from agentdesk.sandbox.state import Helpdesk

TOKEN_PATH = "/oauth/tokens"  # noqa: S105 (a path)
_SHOWN = 20
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<body style="font: 16px sans-serif; max-width: 34em; margin: 4em auto"><h1>{title}</h1>{body}</body></html>"""

Handler = Callable[[Request], Awaitable[Response]]


def routes(helpdesk: Helpdesk) -> list[Route]:
    """What a browser and a program need to sign in to this helpdesk."""
    return [
        Route("/oauth/authorizations/new", _ask(helpdesk), methods=["GET"]),
        Route("/oauth/authorizations", _decide(helpdesk), methods=["POST"]),
        Route(TOKEN_PATH, _token(helpdesk), methods=["POST"]),
    ]


def _ask(helpdesk: Helpdesk) -> Handler:
    async def page(request: Request) -> Response:
        query = dict(request.query_params)
        try:
            with helpdesk.db.atomic():
                wanted = helpdesk.oauth.asked(query)
                objection = helpdesk.oauth.objection(query)
                staff = helpdesk.people.users.where(Query("role IN ('admin', 'agent') AND active"), limit=_SHOWN)
        except Problem as problem:
            return _page("This cannot be asked for", f"<p>{html.escape(problem.body['error_description'])}</p>", 400)
        if objection:
            return _back(wanted.redirect_uri, {"error": objection, "state": wanted.state})
        return _consent(query, str(wanted.client["name"]), wanted.scope, staff)

    return page


def _consent(query: Mapping[str, str], name: str, scope: str, staff: list[Doc]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">' for key, value in query.items()
    )
    people = "".join(
        f'<option value="{user["id"]}">{html.escape(user["name"])} ({user["role"]})</option>' for user in staff
    )
    body = (
        f"<p><b>{html.escape(name)}</b> asks for: {html.escape(scope)}</p>"
        f'<form method="post" action="/oauth/authorizations">{hidden}'
        f'<p><label>Sign in as <select name="user_id">{people}</select></label></p>'
        '<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>'
    )
    return _page("Let a program in?", body)


def _decide(helpdesk: Helpdesk) -> Handler:
    async def decided(request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        try:
            with helpdesk.db.atomic():
                wanted = helpdesk.oauth.asked(sent)
                objection = helpdesk.oauth.objection(sent)
                if sent.get("decision") != "allow":
                    objection = objection or "access_denied"
                if objection:
                    return _back(wanted.redirect_uri, {"error": objection, "state": wanted.state})
                id = sent.get("user_id", "")
                user = helpdesk.people.users.get(int(id)) if id.isdecimal() else helpdesk.admin()
                code = helpdesk.oauth.grant(wanted, user)
        except Problem as problem:
            return _page("This cannot be done", f"<p>{html.escape(str(problem.body))}</p>", problem.status)
        return _back(wanted.redirect_uri, {"code": code, "state": wanted.state})

    return decided


def _token(helpdesk: Helpdesk) -> Handler:
    async def token(request: Request) -> Response:
        raw = await request.body()
        try:
            with helpdesk.db.atomic():
                body: Doc = helpdesk.oauth.issue(_fields(request.headers.get("content-type", ""), raw))
                status = 200
        except Problem as problem:
            body, status = problem.body, problem.status
        headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
        return Response(dumps(body).encode(), status, headers)

    return token


def _fields(kind: str, raw: bytes) -> Fields:
    """What was sent to the token endpoint, as JSON or as a form."""
    if not kind.startswith("application/json"):
        return dict(parse_qsl(raw.decode("utf-8", "replace")))
    try:
        sent = json.loads(raw)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise refused("invalid_request", "The body is not a JSON object")
    return sent


def _back(redirect_uri: str, answer: Mapping[str, str]) -> Response:
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(answer)}", HTTPStatus.FOUND)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=title, body=body), status)


def _shown(client: Doc) -> Doc:
    return {name: value for name, value in client.items() if name != "secret"}


def clients(call: Call) -> Doc:
    """The registered clients, without their secrets."""
    found = [_shown(one) for one in call.desk.oauth.clients.where()]
    return answer(call, Listing("clients", Listed(found), list))


def register(call: Call) -> Answer:
    """A new client; its secret is shown this once."""
    return Answer(201, {"client": call.desk.oauth.register(call.sent("client"))})


def client(call: Call) -> Doc:
    return {"client": _shown(call.desk.oauth.clients.get(call.id))}


def current_token(call: Call) -> Doc:
    """What the token of this request is good for; 404 where it came with another credential."""
    found = call.desk.oauth.access(_bearer(call))
    if found is None:
        raise not_found()
    return {"token": {"user_id": found.user_id, "scopes": list(found.scopes)}}


def revoke_current(call: Call) -> Answer:
    """End the token of this request."""
    call.desk.oauth.revoke(_bearer(call))
    return Answer(204)


def _bearer(call: Call) -> str:
    return call.headers.get("authorization", "").partition(" ")[2].strip()


ENDPOINTS = (
    Endpoint("GET", "/oauth/clients", clients, admin=True),
    Endpoint("POST", "/oauth/clients", register, admin=True),
    Endpoint("GET", "/oauth/clients/{id:int}", client, admin=True),
    Endpoint("GET", "/oauth/tokens/current", current_token),
    Endpoint("DELETE", "/oauth/tokens/current", revoke_current),
)
