"""The application: every path of the helpdesk as a Starlette application, with and without `.json`."""

import asyncio
import base64
import binascii
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from agentdesk.sandbox.calls import Answer, Call, Endpoint
from agentdesk.sandbox.dataset import Doc, Script
from agentdesk.sandbox.faults import Faults, Faulty
from agentdesk.sandbox.limits import Area, Limits, Meter
from agentdesk.sandbox.living import living_task
from agentdesk.sandbox.oauth import invalid_token
from agentdesk.sandbox.problems import Problem, bad_value, forbidden, no_endpoint, unauthenticated
from agentdesk.sandbox.records import dumps
from agentdesk.sandbox.routes import oauth
from agentdesk.sandbox.routes.every import EVERY_ENDPOINT
from agentdesk.sandbox.state import Helpdesk

_API = "/api/v2"
_ANONYMOUS_PATHS = ("/users/me",)


class WithoutSuffix:
    """Serves `/x.json` as `/x`; an attachment's own name is in its query and stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its path shortened."""
        if scope["type"] == "http":
            path = re.sub(r"\.json$", "", scope["path"])
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self.app(scope, receive, send)


def create_app(
    helpdesk: Helpdesk, faults: Faults | None = None, limits: Limits | None = None, script: Script | None = None
) -> ASGIApp:
    """The helpdesk over HTTP; with a script it lives by itself while it is served."""
    meter = Meter(limits or Limits(), helpdesk.db.now)
    routes = [Route(_path(one), _endpoint(helpdesk, meter, one), methods=[one.method]) for one in EVERY_ENDPOINT]
    routes += oauth.routes(helpdesk)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with living_task(helpdesk, script):
            yield

    app = Starlette(
        routes=routes,
        middleware=[Middleware(WithoutSuffix)],
        lifespan=lifespan,
        exception_handlers={404: _nowhere, 405: _nowhere},
    )
    if faults is None:
        return app
    helpdesk.db.clock = faults.skewed(helpdesk.db.clock)
    # Outermost, because it breaks the very connection that the server hands over.
    return Faulty(app, faults, helpdesk.db.now)


def _path(endpoint: Endpoint) -> str:
    return endpoint.path if endpoint.path.startswith("/attachments/token") else f"{_API}{endpoint.path}"


def _endpoint(helpdesk: Helpdesk, meter: Meter, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    area: Area = "help-center" if "/help_center" in endpoint.path else "support"
    is_public = endpoint.path.startswith("/attachments/token")

    async def answer(request: Request) -> Response:
        raw = await request.body()
        headers: dict[str, str] = {}
        try:
            with helpdesk.db.atomic():
                user = _user(helpdesk, request.headers, endpoint, is_public=is_public)
                record = str(request.path_params.get("id", ""))
                headers = meter.count(area, endpoint.buckets, str(user["id"]), record)
                helpdesk.jobs.step()
            if endpoint.admin and user["role"] != "admin":
                raise forbidden()
            while endpoint.prepare is not None and endpoint.prepare(helpdesk):  # noqa: ASYNC110 - works, waits for nobody
                await asyncio.sleep(0)
            with helpdesk.db.atomic():
                result = endpoint.handler(_call(helpdesk, request, raw, user))
        except Problem as problem:
            return _response(Answer(problem.status, problem.body, problem.headers), headers)
        except (ValueError, OverflowError):
            # A number that was sent is none, or does not fit: handlers turn them with int().
            refused = bad_value("A value that was sent has the wrong form")
            return _response(Answer(refused.status, refused.body), headers)
        return _response(result if isinstance(result, Answer) else Answer(200, result), headers)

    return answer


def _call(helpdesk: Helpdesk, request: Request, raw: bytes, user: Doc) -> Call:
    url = request.url
    return Call(
        desk=helpdesk,
        method=request.method,
        path=url.path,
        root=f"{url.scheme}://{url.netloc}",
        ids=request.path_params,
        query=dict(request.query_params),
        headers=request.headers,
        raw=raw,
        user=user,
    )


def _response(answer: Answer, headers: dict[str, str]) -> Response:
    every = {**headers, **answer.headers, "X-Zendesk-API-Version": "v2"}
    if answer.status == HTTPStatus.CREATED and (address := _address(answer.body)):
        every["Location"] = address
    if answer.body is None:
        return Response(answer.content, answer.status, every)
    every.setdefault("Content-Type", "application/json; charset=utf-8")
    return Response(dumps(answer.body).encode(), answer.status, every)


def _address(body: Doc | None) -> str | None:
    """Where the record is that an answer shows first."""
    made = next(iter((body or {}).values()), None)
    address = made.get("url") if isinstance(made, dict) else None
    return str(address) if address else None


async def _nowhere(_request: Request, _error: Exception) -> Response:
    return _response(Answer(404, no_endpoint().body), {})


def _user(helpdesk: Helpdesk, headers: Headers, endpoint: Endpoint, *, is_public: bool) -> Doc:
    """The agent whose credential came with the request; 401 for none or a wrong one, where one is needed."""
    authorization = headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return _let_in(helpdesk, authorization[len("bearer ") :].strip(), endpoint)
    user = _signed_in(helpdesk, authorization)
    if user is not None:
        return user
    if is_public or endpoint.path in _ANONYMOUS_PATHS:
        return {"id": None, "role": "anonymous"}
    raise unauthenticated()


def _let_in(helpdesk: Helpdesk, bearer: str, endpoint: Endpoint) -> Doc:
    """The agent whose access token came; 401 for one that has ended, 403 where it is not good for this."""
    found = helpdesk.by_bearer(bearer)
    if found is None:
        raise invalid_token()
    user, access = found
    if not endpoint.path.startswith("/oauth/tokens/current") and not access.allows(endpoint.method, endpoint.path):
        raise forbidden()
    return user


def _signed_in(helpdesk: Helpdesk, authorization: str) -> Doc | None:
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, token = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    email, slash, kind = name.rpartition("/")
    return helpdesk.by_token(email, token) if slash and kind == "token" else None
