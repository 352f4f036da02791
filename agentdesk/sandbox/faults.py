"""Faults: what goes wrong between a helpdesk and its client, on purpose and repeatably.

A SPEC is words parted by commas. A word is `name`, or `name=value`; a chance is a number from 0 to 1 (1 when left out).

    lose=0.1         the request is applied, and its answer never arrives
    lose-token=1     the same for the first so many answers of OAuth's token endpoint
    reset=0.02       the answer is cut in the middle of its body
    error=0.05       500, 502 or 503 instead of doing anything
    delay=200ms      every answer waits (ms, s)
    storm=20/60s     for 20 of every 60 seconds everything is answered 429
    skew=30s         the helpdesk's clock goes ahead of ours (-30s: behind)
    duplicate=0.2    a page brings the records of the page before once more
    reorder=0.2      the records of a page come in another order
    nulls=0.1        a field that is never null is null
    unknown=0.1      records carry channels and event types nobody has heard of
    writes           lose, reset and error strike only requests that write
    seed=7           another course of events

How a connection breaks differs by where the application runs: under uvicorn its socket is closed; in process (an ASGI
transport) the exception `broken` is raised out of the application, so give it the client's own transport error.
"""

import asyncio
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import too_many_requests
from agentdesk.sandbox.records import Clock, dumps

_DURATION = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m)?$")
_CHANCES = ("lose", "reset", "error", "duplicate", "reorder", "nulls", "unknown")
_NULLABLE = ("tags", "subject", "via", "custom_fields", "fields", "description", "attachments", "metadata", "name")


@dataclass(frozen=True)
class Faults:
    """Which faults strike and how often; see the module for each."""

    lose: float = 0.0
    lose_token: int = 0
    reset: float = 0.0
    error: float = 0.0
    delay: timedelta = timedelta(0)
    storm: timedelta = timedelta(0)
    storm_every: timedelta = timedelta(0)
    skew: timedelta = timedelta(0)
    duplicate: float = 0.0
    reorder: float = 0.0
    nulls: float = 0.0
    unknown: float = 0.0
    writes_only: bool = False
    seed: int = 0
    broken: Callable[[str], Exception] = ConnectionResetError

    def skewed(self, clock: Clock) -> Clock:
        """The clock with the skew."""
        return lambda: clock() + self.skew


def parse(spec: str) -> Faults:
    """The faults that a SPEC names. Raises ValueError naming the word that is wrong."""
    faults = Faults()
    for word in filter(None, (part.strip() for part in spec.split(","))):
        name, _, value = word.partition("=")
        try:
            faults = _with(faults, name, value)
        except ValueError as error:
            raise ValueError(f"{word!r} is not a fault: {error}") from error
    return faults


def _with(faults: Faults, name: str, value: str) -> Faults:
    if name in _CHANCES:
        chance = float(value or 1)
        if not 0 <= chance <= 1:
            raise ValueError("a chance is from 0 to 1")
        chances: Doc = {name: chance}
        return replace(faults, **chances)
    match name:
        case "lose-token":
            return replace(faults, lose_token=int(value or 1))
        case "delay":
            return replace(faults, delay=_duration(value))
        case "skew":
            return replace(faults, skew=_duration(value))
        case "storm":
            length, _, every = value.partition("/")
            return replace(faults, storm=_duration(length), storm_every=_duration(every or "60s"))
        case "writes":
            return replace(faults, writes_only=True)
        case "seed":
            return replace(faults, seed=int(value))
        case _:
            names = ", ".join((*_CHANCES, "lose-token", "delay", "storm", "skew", "writes", "seed"))
            raise ValueError(f"known are {names}")


def _duration(text: str) -> timedelta:
    found = _DURATION.match(text)
    if not found:
        raise ValueError("a duration is written like 200ms, 30s or 2m")
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}[found.group(2)]
    return timedelta(seconds=float(found.group(1)) * unit)


@dataclass(slots=True)
class _Held:
    """An answer that is complete and not sent yet."""

    start: Message
    body: bytes


class Faulty:
    """The application behind a bad line; change `faults` while it runs to change the line."""

    def __init__(self, app: ASGIApp, faults: Faults, now: Callable[[], datetime]) -> None:
        self.app = app
        self.faults = faults
        self._now = now
        self._began = now()
        self._chance = random.Random(faults.seed)  # noqa: S311 - repeatable, not secret
        self._previous: dict[str, list[object]] = {}
        self._lost_tokens = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it go wrong."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        faults = self.faults
        strikes = not faults.writes_only or scope["method"] != "GET"
        if faults.delay:
            await asyncio.sleep(faults.delay.total_seconds())
        storm = self._storm()
        if storm:
            await _send_problem(send, 429, too_many_requests(storm).body, {"Retry-After": str(storm)})
            return
        if strikes and self._happens(faults.error):
            await self._fail(send)
            return
        held = await _hold(self.app, scope, receive)
        if self._loses_token(scope) or (strikes and self._happens(faults.lose)):
            await self._break(receive, send, "the connection was closed before an answer came")
            return
        if scope["method"] == "GET" and held.start["status"] == 200:
            held = self._bent(scope, held)
        if strikes and held.body and self._happens(faults.reset):
            await send(held.start)
            half = held.body[: len(held.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await self._break(receive, send, "the connection was closed in the middle of the answer")
            return
        await send(held.start)
        await send({"type": "http.response.body", "body": held.body})

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._chance.random() < chance

    def _loses_token(self, scope: Scope) -> bool:
        if scope["path"] != "/oauth/tokens" or self._lost_tokens >= self.faults.lose_token:
            return False
        self._lost_tokens += 1
        return True

    def _storm(self) -> int:
        """The seconds that a storm still lasts; 0 in calm."""
        if not self.faults.storm or not self.faults.storm_every:
            return 0
        into = (self._now() - self._began) % self.faults.storm_every
        return max(0, int((self.faults.storm - into).total_seconds() + 0.999))

    async def _fail(self, send: Send) -> None:
        status = self._chance.choice((500, 502, 503))
        headers = {"Retry-After": "1"} if status == 503 else {}
        body: Doc = {"error": "InternalError", "description": "The helpdesk has hiccups (on purpose)"}
        await _send_problem(send, status, body, headers)

    async def _break(self, receive: Receive, send: Send, why: str) -> None:
        """Close the socket the answer would go to, or raise when there is none."""
        # uvicorn's `send` is a method of the object that holds the connection's transport; no public way leads to it.
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if not isinstance(transport, asyncio.Transport):
            raise self.faults.broken(why)
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            continue

    def _bent(self, scope: Scope, held: _Held) -> _Held:
        """The answer with its JSON bent; another answer is left alone."""
        faults = self.faults
        if not (faults.duplicate or faults.reorder or faults.nulls or faults.unknown):
            return held
        try:
            doc = json.loads(held.body)
        except ValueError:
            return held
        key = next((name for name, value in doc.items() if isinstance(value, list) and value), None)
        if key is None:
            return held
        rows: list[object] = doc[key]
        before = self._previous.get(scope["path"], [])
        self._previous[scope["path"]] = list(rows)
        if self._happens(faults.duplicate):
            rows = [*before, *rows]
        if self._happens(faults.reorder):
            self._chance.shuffle(rows)
        doc[key] = [self._strange(row) if isinstance(row, dict) else row for row in rows]
        body = dumps(doc).encode()
        headers = [(name, value) for name, value in held.start["headers"] if name != b"content-length"]
        return _Held({**held.start, "headers": [*headers, (b"content-length", str(len(body)).encode())]}, body)

    def _strange(self, row: Doc) -> Doc:
        if self._happens(self.faults.nulls):
            names = [name for name in _NULLABLE if row.get(name) is not None]
            row = row | dict.fromkeys(names[:1] if len(names) < 2 else [self._chance.choice(names)])
        if self._happens(self.faults.unknown):
            if row.get("via"):
                row = row | {"via": {"channel": "carrier_pigeon", "source": {"rel": "loft"}}}
            if isinstance(row.get("events"), list):
                row = row | {"events": [*row["events"], {"id": 1, "type": "PigeonLanded", "value": {"loft": 3}}]}
        return row


async def _hold(app: ASGIApp, scope: Scope, receive: Receive) -> _Held:
    held = _Held({}, b"")

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            held.start = message
        else:
            held.body += message.get("body", b"")

    await app(scope, receive, keep)
    return held


async def _send_problem(send: Send, status: int, body: Doc, headers: dict[str, str]) -> None:
    content = dumps(body).encode()
    every = {"content-type": "application/json; charset=utf-8", "content-length": str(len(content)), **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
