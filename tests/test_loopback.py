"""The way back from the browser: only our own answer counts, from the browser or from what is pasted."""

import asyncio

import httpx
import pytest

from agentdesk import i18n, loopback
from agentdesk.errors import Refused

STATE = "our-state"


@pytest.mark.parametrize(
    "pasted",
    [
        f"http://127.0.0.1:47813/callback?code=c0de&state={STATE}",
        f"  https://desk.example/x?state={STATE}&code=c0de \n",
        f"code=c0de&state={STATE}",
        "c0de",
    ],
)
def test_the_address_the_browser_ended_at_or_its_code_may_be_pasted(pasted: str) -> None:
    assert loopback.pasted_code(pasted, STATE) == "c0de"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("http://127.0.0.1/callback?code=c0de&state=theirs", "does not belong"),
        ("http://127.0.0.1/callback?code=c0de", "does not belong"),
        (f"http://127.0.0.1/callback?error=access_denied&state={STATE}", "declined"),
        (f"http://127.0.0.1/callback?error=invalid_scope&state={STATE}", "invalid_scope"),
        (f"http://127.0.0.1/callback?state={STATE}", "without a code"),
        ("", "not the address"),
        ("two words", "not the address"),
    ],
)
def test_what_is_not_our_answer_is_refused(pasted: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        loopback.pasted_code(pasted, STATE)


async def test_a_page_that_guesses_changes_nothing_and_the_browser_is_told_in_the_persons_language() -> None:
    before = i18n.active()
    i18n.use("ja")
    try:
        async with loopback.listening(0) as callback, httpx.AsyncClient(trust_env=False) as browser:
            waiting = asyncio.create_task(callback.code(STATE))
            await asyncio.sleep(0)
            forged = await browser.get(f"{callback.redirect_uri}?code=evil&state=guess")
            other = await browser.get(callback.redirect_uri.replace("callback", "favicon.ico"))
            assert not waiting.done()

            page = await browser.get(f"{callback.redirect_uri}?code=c0de&state={STATE}")

            assert await waiting == "c0de"
            assert (forged.status_code, other.status_code, page.status_code) == (400, 404, 200)
            assert '<html lang="ja">' in page.text
            assert "c0de" not in page.text
    finally:
        i18n.use(before.code, before.zone)


async def test_a_port_that_is_taken_leaves_the_way_of_pasting() -> None:
    async with loopback.listening(0) as first:
        port = int(first.redirect_uri.split(":")[2].partition("/")[0])
        async with loopback.listening(port) as second:
            assert not second.is_listening
            assert second.redirect_uri == first.redirect_uri
