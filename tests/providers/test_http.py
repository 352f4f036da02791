"""The shared client: credentials stay home, every failure is ours, limits are kept."""

import base64
import inspect
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agentdesk.errors import (
    AgentdeskError,
    ConfigError,
    Conflict,
    Forbidden,
    Gone,
    Offline,
    RateLimited,
    Rejected,
    Unauthorized,
)
from agentdesk.providers import http
from agentdesk.providers.documents import LIST
from agentdesk.providers.http import Auth, Client, basic, bearer

HOME = "https://desk.example.com/api"
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


class Rest:
    """A sleep that takes no time and remembers how long it was asked to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def client(handler: Handler, *, url: str = HOME, auth: Auth | None = None, rest: Rest | None = None) -> Client:
    return Client(
        "acme",
        url,
        auth or bearer("s3cret"),
        transport=httpx.MockTransport(handler),
        clock=lambda: NOW,
        sleep=rest or Rest(),
    )


def answering(*answers: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    """A server that gives these answers in turn, the last one for ever, and a list of what it was asked."""
    left, asked = list(answers), list[httpx.Request]()

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler, asked


def everything_httpx_raises() -> list[type[Exception]]:
    return [kind for _name, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, Exception)]


def raised(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", HOME)
        return httpx.HTTPStatusError("boom", request=request, response=httpx.Response(500, request=request))
    wanted = inspect.signature(kind.__init__).parameters
    return kind("boom") if "message" in wanted else kind()


@pytest.mark.parametrize("kind", everything_httpx_raises(), ids=lambda kind: kind.__name__)
async def test_every_httpx_exception_becomes_offline(kind: type[Exception]) -> None:
    handler, _asked = answering(raised(kind))

    with pytest.raises(Offline) as caught:
        await client(handler).write("PUT", "/tickets/1", {})

    assert caught.value.arrived is not issubclass(kind, http.NEVER_LEFT)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", http.NEVER_LEFT, ids=lambda kind: kind.__name__)
async def test_what_never_left_has_not_arrived(kind: type[Exception]) -> None:
    handler, _asked = answering(raised(kind))

    with pytest.raises(Offline) as caught:
        await client(handler).write("PUT", "/tickets/1", {})

    assert not caught.value.arrived


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Forbidden),
        (404, Gone),
        (409, Conflict),
        (410, Gone),
        (412, Conflict),
        (422, Rejected),
        (429, RateLimited),
        (500, Offline),
        (503, Offline),
    ],
)
async def test_a_status_has_its_error(status: int, error: type[AgentdeskError]) -> None:
    handler, asked = answering(httpx.Response(status, json={}))

    with pytest.raises(error):
        await client(handler).write("PUT", "/tickets/1", {})

    assert len(asked) == 1


async def test_a_server_error_on_a_write_may_have_arrived() -> None:
    handler, _asked = answering(httpx.Response(502, text="<html>bad gateway</html>"))

    with pytest.raises(Offline) as caught:
        await client(handler).write("PUT", "/tickets/1", {})

    assert caught.value.arrived


async def test_reading_is_tried_again_a_few_times() -> None:
    handler, asked = answering(httpx.Response(503), httpx.ReadTimeout("slow"), httpx.Response(200, json={"ok": 1}))
    rest = Rest()

    doc = await client(handler, rest=rest).get("/tickets")

    assert doc == {"ok": 1}
    assert len(asked) == 3
    assert len(rest.seconds) == 2


async def test_writing_is_never_tried_again_by_itself() -> None:
    handler, asked = answering(httpx.ReadTimeout("slow"))

    with pytest.raises(Offline):
        await client(handler).write("PUT", "/tickets/1", {})

    assert len(asked) == 1


async def test_retry_after_is_told_to_the_caller_and_keeps_the_next_request_at_home() -> None:
    handler, asked = answering(httpx.Response(429, headers={"Retry-After": "42"}, json={}))
    desk = client(handler)

    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await desk.get("/tickets")
        assert caught.value.seconds == 42

    assert len(asked) == 1


async def test_a_bucket_running_low_pauses_before_the_wall() -> None:
    low = {"zendesk-ratelimit-incremental-exports": "total=10; remaining=1; resets=2"}
    handler, _asked = answering(httpx.Response(200, json={}, headers=low))
    rest = Rest()
    desk = client(handler, rest=rest)

    await desk.get("/incremental/tickets", kind="api:incremental")
    await desk.get("/incremental/users", kind="api:incremental")
    await desk.get("/tickets", kind="api")

    assert rest.seconds == [2.0]


async def test_an_agent_may_use_the_room_that_reading_leaves() -> None:
    low = {"X-Rate-Limit": "400", "X-Rate-Limit-Remaining": "12", "ratelimit-reset": "50"}
    handler, _asked = answering(httpx.Response(200, json={}, headers=low))
    desk = client(handler)
    await desk.get("/tickets")

    await desk.get("/tickets/1", urgent=True)

    with pytest.raises(RateLimited):
        await desk.get("/tickets")


async def test_a_full_window_is_open_again_after_its_reset() -> None:
    used_up = {"ratelimit-limit": "400", "ratelimit-remaining": "0", "ratelimit-reset": "50"}
    handler, asked = answering(httpx.Response(200, json={}, headers=used_up))
    desk = client(handler)
    await desk.get("/tickets")

    desk.clock = lambda: NOW + timedelta(seconds=51)
    await desk.get("/tickets")

    assert len(asked) == 2


async def test_credentials_do_not_go_to_another_host() -> None:
    handler, asked = answering(httpx.Response(200, content=b"file"))

    content = [chunk async for chunk in client(handler).download("https://cdn.example.net/file")]

    assert content == [b"file"]
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize(
    "target", ["https://cdn.example.net/x", "https://desk.example.com:8443/x", f"{HOME}/elsewhere"]
)
async def test_credentials_do_not_follow_a_redirect(target: str) -> None:
    handler, asked = answering(httpx.Response(302, headers={"Location": target}), httpx.Response(200, content=b"file"))

    content = [chunk async for chunk in client(handler).download(f"{HOME}/attachments/1")]

    assert content == [b"file"]
    assert "authorization" in asked[0].headers
    assert "authorization" not in asked[1].headers


async def test_a_redirect_to_plain_text_is_not_followed() -> None:
    handler, asked = answering(httpx.Response(302, headers={"Location": "http://desk.example.com/api/x"}))

    with pytest.raises(Rejected):
        await client(handler).get("/tickets")

    assert len(asked) == 1


async def test_what_another_host_answers_a_stranger_is_no_answer() -> None:
    handler, _asked = answering(
        httpx.Response(301, headers={"Location": "https://other.example.com/api/v2/users/me"}),
        httpx.Response(200, json={"user": {"id": None}}),
    )

    with pytest.raises(Rejected, match=r"other\.example\.com"):
        await client(handler).get("/users/me")


async def test_a_write_does_not_follow_a_redirect() -> None:
    handler, asked = answering(httpx.Response(307, headers={"Location": "https://other.example.com/"}))

    with pytest.raises(Rejected, match=r"other\.example\.com"):
        await client(handler).write("PUT", "/tickets/1", {})

    assert len(asked) == 1


async def test_endless_redirects_end() -> None:
    handler, asked = answering(httpx.Response(302, headers={"Location": f"{HOME}/again"}))

    with pytest.raises(Rejected):
        await client(handler).get("/tickets")

    assert len(asked) == http.MAX_REDIRECTS + 1


async def test_cookies_are_not_kept() -> None:
    handler, asked = answering(httpx.Response(200, json={}, headers={"Set-Cookie": "session=abc"}))
    desk = client(handler)

    await desk.get("/tickets")
    await desk.get("/tickets")

    assert "cookie" not in asked[1].headers


@pytest.mark.parametrize(
    "url", ["http://desk.example.com", "ftp://desk.example.com", "desk.example.com", "https://a:b@c"]
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        client(lambda request: httpx.Response(200), url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:5"])
async def test_this_machine_may_be_spoken_to_in_plain_text(url: str) -> None:
    handler, _asked = answering(httpx.Response(200, json={"ok": True}))

    assert await client(handler, url=url).get("/x") == {"ok": True}


@pytest.mark.parametrize("content", [b"<html>hello</html>", b"12", b"\xff\xfe", b"[" * 100_000])
async def test_an_answer_that_is_no_json_object_is_no_answer(content: bytes) -> None:
    handler, _asked = answering(httpx.Response(200, content=content))

    with pytest.raises(Offline):
        await client(handler).get("/tickets")


async def test_an_answer_that_is_an_array_is_an_object_with_a_list() -> None:
    handler, _asked = answering(httpx.Response(200, content=b'[{"id": 1}]'))

    assert await client(handler).get("/tickets") == {LIST: [{"id": 1}]}


async def test_an_answer_too_big_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1024

    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 10_000)

    with pytest.raises(Offline):
        await client(lambda request: httpx.Response(200, content=flood())).get("/tickets")


async def test_no_error_and_no_repr_shows_credentials_or_words() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError(f"Illegal header value {request.headers['authorization']}")

    auth = basic("ana@example.com/token", "s3cret")
    desk = client(handler, auth=auth)

    with pytest.raises(Offline) as caught:
        await desk.write("PUT", "/tickets/1", {"comment": "private words"})

    shown = f"{caught.value!r} {caught.value} {desk!r} {auth!r}"
    hidden = base64.b64encode(b"ana@example.com/token:s3cret").decode()
    assert not any(secret in shown for secret in ("s3cret", hidden, "private words"))


async def test_refused_credentials_are_asked_for_once_more() -> None:
    secrets = iter(["old", "new"])
    handler, asked = answering(httpx.Response(401, json={}), httpx.Response(200, json={"ok": 1}))

    doc = await client(handler, auth=bearer(lambda: next(secrets))).write("PUT", "/tickets/1", {"a": "あ"})

    assert doc == {"ok": 1}
    assert [request.headers["authorization"] for request in asked] == ["Bearer old", "Bearer new"]
    assert [json.loads(request.content) for request in asked] == [{"a": "あ"}] * 2


async def test_credentials_that_stay_the_same_are_not_tried_twice() -> None:
    handler, asked = answering(httpx.Response(401, json={}))

    with pytest.raises(Unauthorized):
        await client(handler, auth=bearer(lambda: "same")).get("/tickets")

    assert len(asked) == 1


async def test_a_secret_that_cannot_be_had_is_a_matter_of_credentials() -> None:
    def locked() -> str:
        raise ConfigError("acme: the keyring is locked.")

    handler, asked = answering(httpx.Response(200, json={}))

    with pytest.raises(Unauthorized, match="locked"):
        await client(handler, auth=bearer(locked)).get("/tickets")

    assert asked == []


async def test_requests_are_counted() -> None:
    handler, _asked = answering(httpx.Response(503), httpx.Response(200, json={}))
    desk = client(handler)

    await desk.get("/tickets")

    assert desk.requests == 2
