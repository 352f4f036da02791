"""OAuth: signing in with the browser, and a pair of tokens that is renewed before it ends.

A refresh token is good for one use. So a renewal happens under a lock that all threads and processes of this machine
share, begins by looking whether another one was faster, and the new pair is in the keyring before it is used. When the
answer to a renewal is lost, the same refresh token is tried again: the helpdesk may not have seen it. If it has, the
sign-in is over, and only the person can begin a new one.
"""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from agentdesk.access import Access
from agentdesk.errors import ConfigError, Offline, ProviderError, Rejected, Unauthorized
from agentdesk.i18n import _
from agentdesk.providers.documents import Doc, text, whole
from agentdesk.providers.http import Anonymous, Answer, Auth, Client, Clock, Sleep, bearer, utc_now

MARGIN = timedelta(seconds=90)
"""A token that ends sooner than this is renewed first: it must last for the request."""
TRIES = 3
DEFAULT_LASTS = timedelta(minutes=30)
BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a helpdesk's OAuth is, below its address, and what to ask of it.

    `client_id` names this program unless the account says otherwise. `redirect_port` is the port of the registered
    address on this machine, 0 where the helpdesk takes any. `revoke` is what a `DELETE` with the token ends it at.
    """

    authorize: str
    token: str
    scope: str
    client_id: str
    redirect_port: int
    revoke: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token, the refresh token for the next one, and until when (epoch seconds) the first is good."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends_at: float
    scope: str = ""

    def packed(self) -> str:
        """The pair as it is kept in the keyring."""
        return json.dumps(asdict(self), separators=(",", ":"))


def unpacked(kept: str, account: str) -> Pair:
    """The pair that was kept; raises `Unauthorized` for anything else."""
    try:
        doc = json.loads(kept)
        return Pair(str(doc["access"]), str(doc["refresh"]), float(doc["ends_at"]), str(doc["scope"]))
    except (ValueError, TypeError, KeyError):
        raise Unauthorized(_("{account}: the keyring holds no sign-in with the browser.", account=account)) from None


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the pair is kept, and the lock around renewing it."""

    read: Callable[[], str]
    keep: Callable[[str], None]
    locked: Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Challenge:
    """One try to sign in: where the browser goes, and what proves afterwards that it was ours."""

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class SignIn:
    """Talks to the token endpoint of one helpdesk."""

    def __init__(
        self,
        account: str,
        url: str,
        endpoints: Endpoints,
        access: Access,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.account = account
        self._url = url.rstrip("/")
        self._endpoints = endpoints
        self._access = access
        self._clock = clock
        self._sleep = sleep

    @property
    def client_id(self) -> str:
        return self._access.client_id or self._endpoints.client_id

    @property
    def redirect_port(self) -> int:
        return self._access.redirect_port or self._endpoints.redirect_port

    def challenge(self, redirect_uri: str) -> Challenge:
        """A new try, with secrets of its own."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        digest = hashlib.sha256(verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._endpoints.scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
        return Challenge(f"{self._url}{self._endpoints.authorize}?{urlencode(asked)}", redirect_uri, state, verifier)

    async def redeem(self, challenge: Challenge, code: str) -> Pair:
        """The first pair, for the code the browser came back with; raises `Unauthorized` where it is not taken."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": challenge.redirect_uri,
            "code_verifier": challenge.verifier,
        }
        pair = await self._issued({**asked, "scope": self._endpoints.scope})
        missing = sorted(set(self._endpoints.scope.split()) - set(pair.scope.split()))
        if pair.scope and missing:
            raise Unauthorized(
                _("{account}: the helpdesk did not allow: {scopes}.", account=self.account, scopes=" ".join(missing))
            )
        return pair

    async def renew(self, pair: Pair) -> Pair:
        """The next pair; tries again when the answer is lost. Raises `Unauthorized` when the sign-in is over."""
        asked = {"grant_type": "refresh_token", "refresh_token": pair.refresh}
        lost = False
        for left in reversed(range(TRIES)):
            try:
                return await self._issued(asked)
            except Offline as error:
                if not error.arrived or not left:
                    raise
                lost = True
                await self._sleep(0.5 * 2.0 ** (TRIES - left - 1))
            except Unauthorized:
                raise self._over(lost) from None
        raise AssertionError("the last try returns or raises")

    def _over(self, lost: bool) -> Unauthorized:
        if lost:
            return Unauthorized(
                _(
                    "{account}: the answer that renews the sign-in was lost on the way, and it is given only once.",
                    account=self.account,
                )
            )
        return Unauthorized(_("{account}: the sign-in with the browser is over.", account=self.account))

    async def revoke(self, pair: Pair) -> bool:
        """End a sign-in at the helpdesk, so that a copy of its tokens is worth nothing; False where that has no way.

        Raises why it could not be ended.
        """
        if not self._endpoints.revoke:
            return False
        client = Client(self.account, self._url, bearer(pair.access), access=self._access, clock=self._clock)
        try:
            await client.write("DELETE", self._endpoints.revoke, {})
        finally:
            await client.close()
        return True

    async def _issued(self, asked: Doc) -> Pair:
        client = Client(self.account, self._url, Anonymous(), self._refusal, access=self._access, clock=self._clock)
        try:
            doc = await client.write("POST", self._endpoints.token, {"client_id": self.client_id, **asked})
        finally:
            await client.close()
        token, refresh = text(doc, "access_token"), text(doc, "refresh_token")
        if not token or not refresh:
            raise Unauthorized(_("{account}: the helpdesk gave no tokens.", account=self.account))
        lasts = whole(doc, "expires_in") or DEFAULT_LASTS.total_seconds()
        return Pair(token, refresh, self._clock().timestamp() + lasts, text(doc, "scope"))

    def _refusal(self, answer: Answer) -> ProviderError | None:
        """What a refusal of the token endpoint means; its words carry no secret, but are not needed either."""
        match text(answer.doc, "error"):
            case "invalid_grant":
                return Unauthorized(_("{account}: the helpdesk does not take this sign-in.", account=self.account))
            case "invalid_client" | "unauthorized_client":
                return Unauthorized(
                    _(
                        "{account}: the helpdesk has no OAuth client {client!r}. An administrator has to register it.",
                        account=self.account,
                        client=self.client_id,
                    )
                )
            case "invalid_request" | "invalid_scope" | "unsupported_grant_type" as error:
                return Rejected(
                    _("{account}: the helpdesk refused to sign in: {error}.", account=self.account, error=error)
                )
            case _:
                return None


class Renewing(Auth):
    """An access token that is always good: renewed before it ends, by one holder at a time."""

    def __init__(self, sign_in: SignIn, vault: Vault, *, clock: Clock = utc_now) -> None:
        super().__init__(lambda token: BEARER + token, "")
        self._sign_in = sign_in
        self._vault = vault
        self._clock = clock
        self._pair: Pair | None = None
        self._unkept: Pair | None = None
        self._over: str | None = None
        self._refused = ""

    async def header(self) -> str:
        """The value of the Authorization header; raises `Unauthorized` when only the person can sign in again."""
        pair = self._pair
        if pair is None or self._ends_soon(pair) or pair.access == self._refused or self._unkept:
            pair = self._pair = await self._good()
        return BEARER + pair.access

    async def renewed(self, refused: str) -> bool:
        """See to it that the next token is another than the one that was refused."""
        self._refused = refused.removeprefix(BEARER)
        return await self.header() != refused

    async def _good(self) -> Pair:
        """The pair in the keyring if it is still good, else the next one."""
        async with self._vault.locked():
            if self._unkept is not None:
                return await self._kept(self._unkept)
            pair = await self._read()
            if not self._ends_soon(pair) and pair.access != self._refused:
                return pair
            if pair.refresh == self._over:
                raise Unauthorized(_("{account}: the sign-in with the browser is over.", account=self._sign_in.account))
            try:
                return await self._kept(await self._sign_in.renew(pair))
            except Unauthorized:
                self._over = pair.refresh
                raise
            except Offline as error:
                if not error.arrived and self._is_good(pair):
                    return pair
                raise Offline(str(error), arrived=False) from None  # what needed the token has not left yet

    async def _read(self) -> Pair:
        try:
            return unpacked(await asyncio.to_thread(self._vault.read), self._sign_in.account)
        except ConfigError as error:
            raise Unauthorized(str(error)) from None

    async def _kept(self, pair: Pair) -> Pair:
        """The pair, once it is in the keyring; until then it is remembered, for there is no other copy."""
        self._unkept = pair
        try:
            await asyncio.to_thread(self._vault.keep, pair.packed())
        except ConfigError as error:
            raise Unauthorized(str(error)) from None
        self._unkept = None
        return pair

    def _ends_soon(self, pair: Pair) -> bool:
        return pair.ends_at - MARGIN.total_seconds() <= self._clock().timestamp()

    def _is_good(self, pair: Pair) -> bool:
        return pair.access != self._refused and pair.ends_at > self._clock().timestamp()
