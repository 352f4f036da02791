"""The HTTP client that all providers share: httpx ends here.

Three promises. Credentials go to the account's own origin (scheme, host, port) only, and never after a redirect.
Every failure is a `ProviderError`, `Offline` telling whether the request may have arrived. No error and no repr holds
a credential or a message's words; foreign exceptions are dropped from the chain, since httpx quotes header values.
"""

import asyncio
import base64
import json
import random
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx

from agentdesk.access import USUAL, Access
from agentdesk.errors import (
    ConfigError,
    Conflict,
    Forbidden,
    Gone,
    Offline,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
)
from agentdesk.i18n import _
from agentdesk.providers.documents import LIST, NOTHING, Doc
from agentdesk.providers.limits import Limits
from agentdesk.providers.tls import certificate_words, context_for, refused_certificate

Clock = Callable[[], datetime]
Sleep = Callable[[float], Coroutine[None, None, None]]
Secret = str | Callable[[], str]
Parameters = Mapping[str, str | int | tuple[str, ...]]

TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=10.0)
MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_DOWNLOAD_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
MAX_RETRIES = 2
LONGEST_PAUSE_SECONDS = 5.0
"""A longer pause is told to the caller, who has other things to do meanwhile."""
DEFAULT_RETRY_SECONDS = 30.0
LONGEST_RETRY_SECONDS = 3600.0
CHUNK_BYTES = 64 * 1024

FOREIGN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
"""Everything that httpx raises (a test walks them)."""
NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Raised before the first byte of a request is written, so it has certainly not arrived."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def in_process(app: Callable[..., Awaitable[None]]) -> httpx.AsyncBaseTransport:
    """A transport that answers from an ASGI application in this process; when that breaks, it is a status 500."""
    return httpx.ASGITransport(app, raise_app_exceptions=False)


class Auth:
    """Credentials that show only in a request's header; a secret that can be asked for is asked again when refused."""

    def __init__(self, header: Callable[[str], str], secret: Secret) -> None:
        self._header = header
        self._secret = secret
        self._ready: str | None = None

    def __repr__(self) -> str:
        return "Auth(...)"

    async def header(self) -> str:
        """The value of the Authorization header."""
        if self._ready is None:
            self._ready = self._header((await self._asked()).strip())
        return self._ready

    async def _asked(self) -> str:
        if isinstance(self._secret, str):
            return self._secret
        try:
            return await asyncio.to_thread(self._secret)
        except ConfigError as error:  # the safe or the command that holds the secret does not give it
            raise Unauthorized(str(error)) from error

    async def renewed(self, refused: str) -> bool:
        """See to it that the next header is not the one that was refused; False where there is no other.

        Of several requests that were refused the same one, the first to come makes all the others' next one.
        """
        if self._ready == refused:
            self._ready = None
        return await self.header() != refused


class Anonymous(Auth):
    """No credentials at all, to see who answers."""

    def __init__(self) -> None:
        super().__init__(lambda word: word, "")


def basic(user: str, secret: Secret) -> Auth:
    """User and password as HTTP Basic."""
    return Auth(lambda word: "Basic " + base64.b64encode(f"{user}:{word}".encode()).decode("ascii"), secret)


def bearer(secret: Secret) -> Auth:
    """An OAuth access token."""
    return Auth(lambda word: f"Bearer {word}", secret)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status, headers (names in lower case) and the JSON object of the body.

    `credentials` is the Authorization header that it answered to.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    doc: Doc = field(repr=False)
    redirected_to: str = ""
    credentials: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `kind` names its rate limit, `urgent` says that an agent waits for it."""

    method: str
    url: httpx.URL
    kind: str = "api"
    urgent: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], bytes | AsyncIterable[bytes]] | None = None

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"


Refusal = Callable[[Answer], ProviderError | None]
"""A provider's own reading of an error answer; None leaves it to the common rules."""


class Client:
    """Requests to one account's helpdesk."""

    def __init__(
        self,
        account: str,
        url: str,
        auth: Auth,
        refusal: Refusal = lambda answer: None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = asyncio.sleep,
        access: Access = USUAL,
    ) -> None:
        self.account = account
        self.requests = 0
        self.limits = Limits()
        self.clock = clock
        self._base = _checked(account, url, access.plain_http)
        self._auth = auth
        self._refusal = refusal
        self._sleep = sleep
        self._http = self._connecting(access, transport)

    def _connecting(self, access: Access, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
        """The connections: TLS as the account wants it, and the proxies of the usual variables (never to loopback)."""
        try:
            return httpx.AsyncClient(
                timeout=TIMEOUT,
                transport=transport,
                verify=True if transport else context_for(self.account, access.ca_file),
                follow_redirects=False,
                trust_env=not _is_loopback(self._base),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                headers={"Accept": "application/json", "User-Agent": "AgentDesk"},
            )
        except (ValueError, ImportError, httpx.InvalidURL):  # their words quote the proxy's address, password and all
            raise ConfigError(
                _(
                    "{account}: the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used. It has to be an "
                    "address like http://proxy.example:3128.",
                    account=self.account,
                )
            ) from None

    def __repr__(self) -> str:
        return f"Client({self.account!r}, {self.host!r})"

    @property
    def host(self) -> str:
        return self._base.host

    async def get(
        self, path: str, parameters: Parameters | None = None, *, kind: str = "api", urgent: bool = False
    ) -> Doc:
        """The JSON object at a path; of an array, an object with its entries under `LIST`."""
        answer = await self._answer(Call("GET", self._url(path, parameters), kind, urgent))
        return answer.doc

    async def glimpse(self, path: str) -> Answer:
        """What a path answers, a refusal included, to see who is there; raises `Offline` where nobody is."""
        try:
            return await self._once(Call("GET", self._url(path), urgent=True))
        except Offline as error:
            if not error.arrived:
                raise
            return Answer(0, {}, NOTHING)  # somebody answers, but not like a helpdesk

    async def write(
        self, method: str, path: str, doc: Doc, *, headers: Mapping[str, str] | None = None, kind: str = "api"
    ) -> Doc:
        """Send a JSON object once; the JSON object that was answered."""
        content = json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()
        sent = {**(headers or {}), "Content-Type": "application/json"}
        answer = await self._answer(Call(method, self._url(path), kind, True, sent, lambda: content))
        return answer.doc

    async def upload(
        self,
        path: str,
        parameters: Parameters,
        content: Callable[[], AsyncIterable[bytes]],
        size: int,
        content_type: str,
    ) -> Doc:
        """Send `size` bytes as they are; the JSON object that was answered."""
        sent = {"Content-Type": content_type, "Content-Length": str(size)}
        answer = await self._answer(Call("POST", self._url(path, parameters), "api", True, sent, content))
        return answer.doc

    async def download(self, url: str) -> AsyncGenerator[bytes, None]:
        """The bytes at an address, which may be on another host: that one gets no credentials."""
        target = self._base.join(url)
        if target.scheme != "https" and not self._is_ours(target):
            raise Rejected(_("{account}: the attachment lies at an address that is not safe to open.", **self._names()))
        async with self._opened(Call("GET", target, "download", True)) as (response, _hops):
            if response.status_code != httpx.codes.OK:
                raise self._refused(Answer(response.status_code, response.headers, NOTHING))
            received = 0
            async for chunk in response.aiter_bytes(CHUNK_BYTES):
                received += len(chunk)
                self._check_size(received, MAX_DOWNLOAD_BYTES)
                yield chunk

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _answer(self, call: Call) -> Answer:
        """The answer to a call: safe ones are tried a few times, refused credentials are renewed once."""
        retries = MAX_RETRIES if call.is_safe else 0
        may_renew = True
        while True:
            await self._pace(call)
            try:
                answer = await self._once(call)
            except Offline:
                if not retries:
                    raise
            else:
                if answer.status < httpx.codes.MULTIPLE_CHOICES and answer.redirected_to in ("", self.host):
                    return answer  # another host was asked without credentials: what it answers is not for us
                if answer.status == httpx.codes.UNAUTHORIZED and may_renew and not answer.redirected_to:
                    may_renew = False
                    if await self._auth.renewed(answer.credentials):
                        continue
                if answer.status < httpx.codes.INTERNAL_SERVER_ERROR or not retries:
                    raise self._refused(answer)
            await self._sleep(2.0 ** (MAX_RETRIES - retries) * random.uniform(0.2, 0.6))  # noqa: S311 (jitter)
            retries -= 1

    async def _pace(self, call: Call) -> None:
        seconds = self.limits.pause(call.kind, self.clock(), call.urgent)
        if seconds > LONGEST_PAUSE_SECONDS:
            raise self._limited(seconds)
        if seconds:
            await self._sleep(seconds)
        self.limits.draw(call.kind)

    async def _once(self, call: Call) -> Answer:
        async with self._opened(call) as (response, hops):
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                self._check_size(len(content), MAX_ANSWER_BYTES)
            moved = response.headers.get("location", "") if response.is_redirect else ""
            host = str(response.url.join(moved).host) if moved else (response.url.host if hops else "")
            sent = response.request.headers.get("authorization", "")
            return Answer(response.status_code, response.headers, self._parsed(response, bytes(content)), host, sent)

    @asynccontextmanager
    async def _opened(self, call: Call) -> AsyncGenerator[tuple[httpx.Response, int], None]:
        """The response to a call, its body still to come, and the redirects it took; foreign exceptions end here."""
        url, hops = call.url, 0
        try:
            while True:
                request = self._http.build_request(
                    call.method, url, headers=call.headers, content=call.body() if call.body else None
                )
                if not hops and self._is_ours(url):
                    await self._sign(request)
                self.requests += 1
                response = await self._http.send(request, stream=True)
                try:
                    self._learn(call.kind, response)
                    onward = self._onward(call, response) if hops < MAX_REDIRECTS else None
                    if onward is None:
                        yield response, hops
                        return
                finally:
                    await response.aclose()
                url, hops = onward, hops + 1
        except FOREIGN as error:
            raise translated(error, self.account, self.host) from None

    async def _sign(self, request: httpx.Request) -> None:
        if credentials := await self._auth.header():
            request.headers["Authorization"] = credentials

    def _onward(self, call: Call, response: httpx.Response) -> httpx.URL | None:
        """Where a redirect leads, for what may follow it: reading, and never from TLS to plain text."""
        if not (call.is_safe and response.is_redirect):
            return None
        target = response.url.join(response.headers.get("location", ""))
        if target.scheme != "https" and not (
            target.scheme == "http" and _is_loopback(target) and _is_loopback(self._base)
        ):
            return None
        return target

    def _learn(self, kind: str, response: httpx.Response) -> None:
        if _origin(response.url) == _origin(self._base):
            self.limits.learn(kind, response.headers, self.clock())
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                self.limits.refuse(kind, retry_seconds(response.headers), self.clock())

    def _parsed(self, response: httpx.Response, content: bytes) -> Doc:
        if not content.strip() or response.status_code == httpx.codes.NO_CONTENT:
            return NOTHING
        try:
            doc = json.loads(content)
        except (ValueError, RecursionError):
            doc = None
        if isinstance(doc, dict):
            return doc
        if isinstance(doc, list):
            return {LIST: doc}
        if response.status_code >= httpx.codes.MULTIPLE_CHOICES:
            return NOTHING
        raise Offline(_("{account}: {host} did not answer like a helpdesk. Check the address.", **self._names()))

    def _refused(self, answer: Answer) -> ProviderError:
        """The error that an answer means."""
        if answer.redirected_to:
            words = _(
                "{account}: {host} sends us on to {other}. Check the address.",
                **self._names(other=answer.redirected_to),
            )
            return Rejected(words)
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            return self._limited(retry_seconds(answer.headers))
        return self._refusal(answer) or self._common(answer)

    def _common(self, answer: Answer) -> ProviderError:
        names = self._names(status=str(answer.status))
        match answer.status:
            case httpx.codes.UNAUTHORIZED:
                return Unauthorized(_("{account}: {host} refused the credentials.", **names))
            case httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
                return Offline(_proxy_words(self.account, self.host), arrived=False)
            case httpx.codes.FORBIDDEN:
                return Forbidden(_("{account}: this account may not do that on {host}.", **names))
            case httpx.codes.NOT_FOUND | httpx.codes.GONE:
                return Gone(_("{account}: {host} has no such thing, or not any more.", **names))
            case httpx.codes.CONFLICT | httpx.codes.PRECONDITION_FAILED:
                return Conflict(_("{account}: somebody else changed it first.", **names))
            case status if status >= httpx.codes.INTERNAL_SERVER_ERROR:
                return Offline(_("{account}: {host} has a problem of its own (status {status}).", **names))
            case _:
                return Rejected(_("{account}: {host} said no (status {status}).", **names))

    def _limited(self, seconds: float) -> RateLimited:
        return RateLimited(_("{account}: {host} asks for a pause.", **self._names()), seconds)

    def _check_size(self, size: int, limit: int) -> None:
        if size > limit:
            raise Offline(_("{account}: the answer of {host} is too big to take in.", **self._names()))

    def _names(self, **more: str) -> dict[str, str]:
        return {"account": self.account, "host": self.host, **more}

    def _url(self, path: str, parameters: Parameters | None = None) -> httpx.URL:
        url = self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + path.encode("ascii"))
        return url.copy_merge_params(dict(parameters)) if parameters else url

    def _is_ours(self, url: httpx.URL) -> bool:
        return _origin(url) == _origin(self._base)


def translated(error: Exception, account: str, host: str) -> Offline:
    """What a failure of httpx means to us."""
    arrived = not isinstance(error, NEVER_LEFT)
    if certificate := refused_certificate(error):
        return Offline(certificate_words(certificate, account, host), arrived=False)
    if isinstance(error, httpx.ProxyError):
        return Offline(_proxy_words(account, host), arrived=False)
    if isinstance(error, httpx.TimeoutException):
        return Offline(_("{account}: {host} did not answer in time.", account=account, host=host), arrived)
    if arrived:
        return Offline(_("{account}: the connection to {host} broke.", account=account, host=host), arrived)
    return Offline(_("{account}: {host} cannot be reached.", account=account, host=host), arrived)


def _proxy_words(account: str, host: str) -> str:
    return _(
        "{account}: the proxy does not let us through to {host}. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
        account=account,
        host=host,
    )


def retry_seconds(headers: Mapping[str, str]) -> float:
    """How long `Retry-After` asks to wait, within reason."""
    words = headers.get("retry-after", "").strip()
    if words.isascii() and words.replace(".", "", 1).isdigit():
        return min(max(float(words), 1.0), LONGEST_RETRY_SECONDS)
    return DEFAULT_RETRY_SECONDS


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    standard = {"https": 443, "http": 80}
    return url.scheme, url.host, url.port or standard.get(url.scheme)


def _is_loopback(url: httpx.URL) -> bool:
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def _checked(account: str, url: str, plain_http: bool) -> httpx.URL:
    """The account's address, when it is one that credentials may be sent to."""
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in ("http", "https") or not base.host or base.userinfo or base.query:
        raise ConfigError(
            _("{account}: the url is not an address like https://example.zendesk.com.", account=account)
        ) from None
    if base.scheme == "http" and not (plain_http or _is_loopback(base)):
        raise ConfigError(
            _(
                "{account}: the url must begin with https://, or the token could be read on the way. If there is no "
                "other way, and you know the network, say --insecure-http.",
                account=account,
            )
        )
    return base
