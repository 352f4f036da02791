"""Setting accounts up: addresses as people type them, and which helpdesk answers there."""

import httpx
import pytest

from agentdesk import setup
from agentdesk.access import USUAL
from agentdesk.errors import Refused
from agentdesk.providers.http import Anonymous, Client
from agentdesk.providers.rt import RequestTracker
from agentdesk.providers.zendesk import Zendesk


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("acme.zendesk.com", "https://acme.zendesk.com"),
        (" https://rt.example/rt/ ", "https://rt.example/rt"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://acme.example/agent?x=1#top", "https://acme.example/agent"),
    ],
)
def test_an_address_is_kept_whole(typed: str, kept: str) -> None:
    assert setup.address(typed) == kept


@pytest.mark.parametrize("typed", ["", "ftp://x", "https://", "https://a:b", "two words", "https://me:pw@acme.example"])
def test_what_is_no_address_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        setup.address(typed)

    assert "pw" not in str(refused.value)


def test_a_name_is_offered_that_nobody_has() -> None:
    assert setup.name_for("https://support.acme.example", []) == "acme"
    assert setup.name_for("https://acme.zendesk.com", ["acme"]) == "acme2"
    assert setup.name_for("http://127.0.0.1:1", []) == "desk"


async def test_a_zendesk_is_known_by_its_address_alone() -> None:
    assert await setup.provider_at("https://acme.zendesk.com", USUAL) == "zendesk"


ANSWERS: dict[str, dict[str, tuple[int, object]]] = {
    "rt": {"/REST/2.0/rt": (401, {"message": "Unauthorized"})},
    "zendesk": {"/api/v2/users/me.json": (200, {"user": {"id": None}})},
    "neither": {"/": (200, {})},
}


@pytest.mark.parametrize("who", ANSWERS)
async def test_each_provider_knows_its_own_helpdesk(who: str) -> None:
    def answered(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        status, doc = ANSWERS[who].get(request.url.path, (404, {"error": "no"}))
        return httpx.Response(status, json=doc)

    client = Client(who, "https://desk.example", Anonymous(), transport=httpx.MockTransport(answered))

    assert await RequestTracker.is_at(client) is (who == "rt")
    assert await Zendesk.is_at(client) is (who == "zendesk")

    await client.close()
