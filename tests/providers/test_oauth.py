"""Signing in with OAuth, against the embedded helpdesk: a pair is renewed in time, once, and never lost on our side."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from keyring.errors import KeyringError

from agentdesk import tokens
from agentdesk.access import Access
from agentdesk.errors import Offline, Unauthorized
from agentdesk.helpdesks import sign_in, vault
from agentdesk.providers.http import Client
from agentdesk.providers.oauth import Pair, Renewing, unpacked
from agentdesk.sandbox.app import create_app
from agentdesk.sandbox.faults import Faults, Faulty
from agentdesk.sandbox.limits import unlimited
from agentdesk.sandbox.oauth import CALLBACKS
from agentdesk.sandbox.state import Helpdesk
from agentdesk.store.desktop import Account
from tests.browser import allowed, code_in
from tests.safes import Safe, in_use
from tests.sandbox.served import serving_app


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


async def no_pause(_seconds: float) -> None:
    await asyncio.sleep(0)


@dataclass
class Morning:
    """A helpdesk that is served, a keyring, and an account that signs in with the browser."""

    folder: Path
    helpdesk: Helpdesk
    line: Faulty
    clock: Hands
    account: Account
    safe: Safe

    @property
    def kept(self) -> Pair:
        return unpacked(tokens.secret(tokens.OAUTH, "acme"), "acme")

    def auth(self) -> Renewing:
        """The credentials as one more program has them."""
        signing = sign_in(self.account)
        signing._clock, signing._sleep = self.clock, no_pause
        return Renewing(signing, vault("acme", self.folder), clock=self.clock)

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        client = Client("acme", f"{self.account.url}/api/v2", self.auth(), sleep=no_pause)
        try:
            yield client
        finally:
            await client.close()

    async def signs_in(self) -> None:
        signing = sign_in(self.account)
        signing._clock = self.clock
        challenge = signing.challenge(CALLBACKS[0])
        location = await asyncio.to_thread(allowed, challenge.url)
        tokens.keep("acme", (await signing.redeem(challenge, code_in(location))).packed())


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Morning]:
    clock = Hands()
    helpdesk = Helpdesk(clock=clock)
    helpdesk.admin()
    line = create_app(helpdesk, Faults(), unlimited())
    assert isinstance(line, Faulty)
    with serving_app(line) as port, in_use(Safe()) as safe:
        account = Account("acme", "zendesk", f"http://127.0.0.1:{port}", "", tokens.OAUTH)
        yield Morning(tmp_path, helpdesk, line, clock, account, safe)
    helpdesk.close()


async def who(client: Client) -> object:
    doc = await client.get("/users/me")
    user = doc["user"]
    assert isinstance(user, dict)
    return user["email"]


async def test_a_browser_sign_in_reads_the_helpdesk(morning: Morning) -> None:
    await morning.signs_in()

    async with morning.client() as client:
        assert await who(client) == "owner@desk.example"


async def test_a_token_is_renewed_before_it_ends_and_kept_before_it_is_used(morning: Morning) -> None:
    await morning.signs_in()
    first = morning.kept
    morning.clock.pass_(minutes=29)

    async with morning.client() as client:
        assert await who(client) == "owner@desk.example"

    assert morning.kept.access != first.access
    assert morning.safe.log == [first.packed(), morning.kept.packed()]


async def test_programs_that_renew_at_the_same_moment_use_each_refresh_token_once(morning: Morning) -> None:
    await morning.signs_in()
    for _round in range(3):
        morning.clock.pass_(minutes=31)

        async with contextlib.AsyncExitStack() as programs:
            clients = [await programs.enter_async_context(morning.client()) for _ in range(6)]
            found = await asyncio.gather(*(who(client) for client in clients))

        assert set(found) == {"owner@desk.example"}
    assert len(morning.safe.log) == 4  # the sign-in, and one renewal a round


async def test_a_token_that_was_taken_back_early_is_renewed_once(morning: Morning) -> None:
    await morning.signs_in()
    async with morning.client() as client:
        await who(client)
        other = morning.auth()
        assert await other.renewed(await other.header())

        assert await who(client) == "owner@desk.example"

    assert len(morning.safe.log) == 2  # the client found what the other one had renewed


async def test_requests_that_are_refused_together_get_one_new_token(morning: Morning) -> None:
    await morning.signs_in()
    auth = morning.auth()
    refused = await auth.header()

    assert all(await asyncio.gather(*(auth.renewed(refused) for _request in range(4))))
    renewed = await auth.header()
    assert await auth.renewed(refused)  # the answer to one that was on its way longer

    assert renewed != refused
    assert await auth.header() == renewed
    assert len(morning.safe.log) == 2


async def test_a_lost_answer_to_a_renewal_ends_the_sign_in_with_a_sentence(morning: Morning) -> None:
    await morning.signs_in()
    morning.clock.pass_(minutes=31)
    morning.line.faults = Faults(lose_token=1)

    async with morning.client() as client:
        with pytest.raises(Unauthorized, match="lost on the way"):
            await who(client)
        asked = morning.line._lost_tokens
        with pytest.raises(Unauthorized, match="is over"):
            await who(client)
        assert asked == morning.line._lost_tokens

        await morning.signs_in()

        assert await who(client) == "owner@desk.example"


async def test_a_renewal_that_never_arrived_is_tried_again(morning: Morning) -> None:
    await morning.signs_in()
    morning.clock.pass_(minutes=31)
    morning.line.faults = Faults(error=1.0, writes_only=True)

    async with morning.client() as client:
        with pytest.raises(Offline) as down:
            await who(client)
        morning.line.faults = Faults()

        assert not down.value.arrived, "what needed the token has not left"
        assert await who(client) == "owner@desk.example"


async def test_a_sign_in_that_is_too_old_asks_for_a_new_one(morning: Morning) -> None:
    await morning.signs_in()
    morning.clock.pass_(days=31)

    async with morning.client() as client:
        with pytest.raises(Unauthorized, match="is over"):
            await who(client)


async def test_a_new_pair_that_the_keyring_refuses_is_not_lost(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    await morning.signs_in()
    morning.clock.pass_(minutes=31)

    def locked(_service: str, _name: str, _password: str) -> None:
        raise KeyringError("locked")

    async with morning.client() as client:
        with monkeypatch.context() as patched:
            patched.setattr(morning.safe, "set_password", locked)
            with pytest.raises(Unauthorized, match="no keyring"):
                await who(client)

        assert await who(client) == "owner@desk.example"

    assert morning.helpdesk.oauth.access(morning.kept.access) is not None


async def test_what_the_helpdesk_does_not_know_or_does_not_allow_is_said(morning: Morning) -> None:
    signing = sign_in(replace(morning.account, access=Access(client_id="nobody")))
    with pytest.raises(Unauthorized, match="no OAuth client 'nobody'"):
        await signing.redeem(signing.challenge(CALLBACKS[0]), "code")

    signing = sign_in(morning.account)
    with pytest.raises(Unauthorized, match="does not take this sign-in"):
        await signing.redeem(signing.challenge(CALLBACKS[0]), "code")


async def test_a_narrower_permission_than_was_asked_for_is_refused(morning: Morning) -> None:
    signing = sign_in(morning.account)
    challenge = signing.challenge(CALLBACKS[0])
    location = await asyncio.to_thread(allowed, challenge.url.replace("read+write", "read"))

    with pytest.raises(Unauthorized, match="did not allow: write"):
        await signing.redeem(challenge, code_in(location))


def test_nothing_that_is_shown_carries_a_token() -> None:
    pair = Pair("acc3ss", "r3fresh", 0.0)

    assert "acc3ss" not in repr(pair)
    assert "r3fresh" not in repr(pair)
