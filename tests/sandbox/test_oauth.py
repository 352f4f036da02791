"""OAuth of the embedded helpdesk: codes are for one use, public clients prove themselves, tokens end and rotate."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.faults import Faults
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.oauth import CALLBACKS, CLIENT

from .conftest import Desk

ROOT = "http://desk.test"
VERIFIER = "v" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": CALLBACKS[0],
    "scope": "read write",
    "state": "s t&te",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
REDEEMED = {
    "grant_type": "authorization_code",
    "client_id": CLIENT,
    "redirect_uri": CALLBACKS[0],
    "code_verifier": VERIFIER,
}


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(desk.helpdesk, limits=unlimited())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as browser:
        yield browser


async def allowed(browser: httpx.AsyncClient, user: Doc, **changed: str) -> dict[str, str]:
    """What the browser is sent back with after somebody allowed it."""
    sent = {**ASKED, **changed, "user_id": str(user["id"]), "decision": "allow", **changed}
    answer = await browser.post("/oauth/authorizations", data=sent)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(CALLBACKS[0])
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def tokens(browser: httpx.AsyncClient, user: Doc, **changed: str) -> Any:  # JSON
    back = await allowed(browser, user, **changed)
    answer = await browser.post("/oauth/tokens", json={**REDEEMED, "code": back["code"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refreshed(browser: httpx.AsyncClient, token: str, **more: object) -> httpx.Response:
    sent = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT, **more}
    return await browser.post("/oauth/tokens", json=sent)


async def me(browser: httpx.AsyncClient, pair: Any) -> httpx.Response:
    return await browser.get("/api/v2/users/me", headers={"Authorization": f"Bearer {pair['access_token']}"})


async def test_the_consent_page_names_the_program_and_sends_the_browser_back(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    page = await browser.get("/oauth/authorizations/new", params=ASKED)
    back = await allowed(browser, desk.agent)

    assert "AgentDesk" in page.text
    assert "s t&amp;te" in page.text
    assert re.search(r"Ken Agent \(agent\)", page.text)
    assert back["state"] == "s t&te"


async def test_a_code_becomes_a_pair_of_tokens_once(desk: Desk, browser: httpx.AsyncClient) -> None:
    back = await allowed(browser, desk.agent)
    sent = {**REDEEMED, "code": back["code"]}

    first = await browser.post("/oauth/tokens", data=sent)
    again = await browser.post("/oauth/tokens", data=sent)

    pair = first.json()
    assert (pair["token_type"], pair["expires_in"], pair["refresh_token_expires_in"]) == ("bearer", 1800, 2_592_000)
    assert (await me(browser, pair)).json()["user"]["email"] == "ken@desk.example"
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changed", [{"code_verifier": "w" * 60}, {"code_verifier": ""}, {"redirect_uri": CALLBACKS[1]}, {"code": "none"}]
)
async def test_a_code_is_worth_nothing_without_its_proof(
    desk: Desk, browser: httpx.AsyncClient, changed: dict[str, str]
) -> None:
    back = await allowed(browser, desk.agent)

    answer = await browser.post("/oauth/tokens", json={**REDEEMED, "code": back["code"], **changed})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"decision": "deny"}, "access_denied"),
    ],
)
async def test_a_public_client_must_use_pkce_and_a_person_may_say_no(
    desk: Desk, browser: httpx.AsyncClient, changed: dict[str, str], error: str
) -> None:
    assert (await allowed(browser, desk.agent, **changed))["error"] == error


async def test_an_address_that_is_not_registered_letter_by_letter_gets_nobody_sent(browser: httpx.AsyncClient) -> None:
    for wrong in ("http://127.0.0.1:47813/callback/", "http://127.0.0.1:1/callback", "https://evil.example/"):
        answer = await browser.get("/oauth/authorizations/new", params={**ASKED, "redirect_uri": wrong})
        assert (answer.status_code, answer.headers.get("location")) == (400, None)


async def test_an_access_token_ends_in_time(desk: Desk, browser: httpx.AsyncClient) -> None:
    pair = await tokens(browser, desk.agent)
    desk.clock.pass_(seconds=1799)
    assert (await me(browser, pair)).status_code == 200

    desk.clock.pass_(seconds=1)

    answer = await me(browser, pair)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_a_refresh_ends_the_old_pair_at_once_and_its_successor_lives_on(
    desk: Desk, browser: httpx.AsyncClient
) -> None:
    first = await tokens(browser, desk.agent)

    second = (await refreshed(browser, first["refresh_token"], expires_in=300)).json()
    used_twice = await refreshed(browser, first["refresh_token"])

    assert (await me(browser, first)).status_code == 401
    assert used_twice.json()["error"] == "invalid_grant"
    assert (await me(browser, second)).status_code == 200
    assert second["expires_in"] == 300


async def test_a_refresh_token_ends_too_and_lifetimes_have_limits(desk: Desk, browser: httpx.AsyncClient) -> None:
    pair = await tokens(browser, desk.agent)
    assert (await refreshed(browser, pair["refresh_token"], expires_in=10)).json()["error"] == "invalid_request"

    desk.clock.pass_(days=30)

    assert (await refreshed(browser, pair["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("read", 200, 403), ("tickets:read", 200, 403), ("read tickets:write", 200, 201), ("everything", 403, 403)],
)
async def test_a_token_does_what_its_scopes_say(
    desk: Desk, browser: httpx.AsyncClient, scope: str, reads: int, writes: int
) -> None:
    pair = await tokens(browser, desk.agent, scope=scope)
    browser.headers["Authorization"] = f"Bearer {pair['access_token']}"

    assert (await browser.get("/api/v2/tickets")).status_code == reads
    made = await browser.post("/api/v2/tickets", json={"ticket": {"comment": {"body": "hi"}}})
    assert made.status_code == writes
    assert (await browser.get("/api/v2/audit_logs")).status_code == 403


async def test_a_token_taken_back_is_worth_nothing(desk: Desk, browser: httpx.AsyncClient) -> None:
    pair = await tokens(browser, desk.agent)

    gone = await browser.delete(
        "/api/v2/oauth/tokens/current.json", headers={"Authorization": f"Bearer {pair['access_token']}"}
    )

    assert gone.status_code == 204
    assert (await me(browser, pair)).status_code == 401
    assert (await refreshed(browser, pair["refresh_token"])).status_code == 400


async def test_a_confidential_client_shows_its_secret_once(api: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    fields = {"name": "Robot", "identifier": "robot", "kind": "confidential", "redirect_uri": "https://robot.example/"}
    made = (await api.post("/oauth/clients", json={"client": fields})).json()["client"]
    listed = (await api.get("/oauth/clients")).json()["clients"]

    answer = await browser.post("/oauth/tokens", json={"client_id": "robot", "grant_type": "refresh_token"})

    assert len(made["secret"]) > 20
    assert [one["identifier"] for one in listed] == [CLIENT, "robot"]
    assert "secret" not in listed[1]
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_answer_of_the_token_endpoint_alone_can_be_lost(desk: Desk, browser: httpx.AsyncClient) -> None:
    pair = await tokens(browser, desk.agent)
    faults = Faults(lose_token=1, broken=httpx.ReadError)
    app = create_app(desk.helpdesk, faults, unlimited())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as bad_line:
        assert (await me(bad_line, pair)).status_code == 200
        with pytest.raises(httpx.ReadError):
            await refreshed(bad_line, pair["refresh_token"])
        assert (await refreshed(bad_line, pair["refresh_token"])).json()["error"] == "invalid_grant"
