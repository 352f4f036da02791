"""OAuth: the programs that are registered, the codes that people let them have, and the tokens that expire and rotate.

As in Zendesk: a public client must prove itself with PKCE (S256) and has no secret; redirect addresses are compared
letter by letter; a refresh gives a new pair of tokens and ends the old pair in the same moment, without any grace; the
lifetimes may be asked for within limits. Codes and tokens are kept as digests.
"""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.people import STAFF, People
from agentdesk.sandbox.problems import Problem, invalid
from agentdesk.sandbox.records import Database, Query, iso, moment

CLIENT = "agentdesk"
"""The identifier of the public client that every helpdesk begins with."""
CALLBACKS = ("http://127.0.0.1:47813/callback", "http://localhost:47813/callback")
CODE_LASTS = timedelta(seconds=120)
ACCESS_SECONDS, ACCESS_LIMITS = 1800, (300, 172_800)
REFRESH_SECONDS, REFRESH_LIMITS = 2_592_000, (604_800, 7_776_000)
_RESOURCES = re.compile(r"/(?:api/v2/)?(\w+)")
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """What a program asks a person to let it do."""

    client: Doc
    redirect_uri: str
    scope: str
    state: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Access:
    """Whose token it is, and what it may be used for."""

    user_id: int
    scopes: tuple[str, ...]

    def allows(self, method: str, path: str) -> bool:
        """May a request be made? A scope is `read` or `write`, alone or for one kind of things (`tickets:write`)."""
        verb = "read" if method in ("GET", "HEAD") else "write"
        found = _RESOURCES.match(path)
        resource = "hc" if found and found[1] == "help_center" else (found[1] if found else "")
        return verb in self.scopes or f"{resource}:{verb}" in self.scopes


def refused(error: str, description: str, status: int = 400) -> Problem:
    """A refusal in the words of OAuth."""
    return Problem(status, {"error": error, "error_description": description})


def invalid_token() -> Problem:
    """An access token is none of ours, has ended, or was taken back."""
    description = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem(401, {"error": "invalid_token", "error_description": description}, headers)


class OAuth:
    """Who may use the helpdesk on whose behalf."""

    def __init__(self, db: Database, people: People) -> None:
        self._db = db
        self._people = people
        self.clients = db.shelf("oauth_clients")
        self.tokens = db.shelf("oauth_tokens")
        self._codes = db.shelf("oauth_codes")

    def ensure_client(self) -> None:
        """Have at least the desk's own client."""
        if not self.clients.count():
            self.register({"name": "AgentDesk", "identifier": CLIENT, "redirect_uri": list(CALLBACKS)})

    def register(self, fields: Fields) -> Doc:
        """A new client; 422 for a name that is taken or an address that is neither https nor on this machine."""
        identifier = str(fields.get("identifier") or "")
        if not identifier or self._client(identifier):
            raise invalid(identifier="Identifier: has already been taken" if identifier else "cannot be blank")
        sent = fields.get("redirect_uri")
        addresses = [str(one) for one in sent] if isinstance(sent, list) else str(sent or "").split()
        if any(not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", one) for one in addresses):
            raise invalid(redirect_uri="Redirect Uri: must be https, localhost or 127.0.0.1")
        kind = "confidential" if fields.get("kind") == "confidential" else "public"
        secret = secrets.token_urlsafe(30) if kind == "confidential" else None
        made = {
            "id": None, "name": str(fields.get("name") or identifier), "identifier": identifier, "kind": kind,
            "redirect_uri": addresses, "secret": secret and _digest(secret), "created_at": self._db.stamp(),
        }  # fmt: skip
        return self.clients.put(made) | {"secret": secret}

    def asked(self, query: Mapping[str, str]) -> Request:
        """What the address of the consent page asks for; a problem where no redirect may be trusted."""
        client = self._client(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if client is None:
            raise refused("invalid_client", "No such client", 401)
        if redirect_uri not in client["redirect_uri"]:
            raise refused("invalid_request", "The redirect URI is not one of this client's")
        return Request(
            client, redirect_uri, query.get("scope", "read"), query.get("state", ""), query.get("code_challenge", "")
        )

    def objection(self, query: Mapping[str, str]) -> str:
        """What is wrong with a request whose redirect address is known; empty when nothing is."""
        request = self.asked(query)
        if query.get("response_type") != "code":
            return "unsupported_response_type"
        if not request.challenge:
            return "invalid_request" if request.client["kind"] == "public" else ""
        is_s256 = query.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(request.challenge)
        return "" if is_s256 else "invalid_request"

    def grant(self, request: Request, user: Doc) -> str:
        """A code with which the client may fetch tokens for this agent, once and soon."""
        if user["role"] not in STAFF:
            raise refused("access_denied", "Customers do not sign in here", 403)
        code = secrets.token_urlsafe(24)
        self._codes.put(
            {
                "id": None, "code": _digest(code), "client_id": request.client["id"], "user_id": user["id"],
                "redirect_uri": request.redirect_uri, "scope": request.scope, "challenge": request.challenge,
                "ends_at": iso(self._db.now() + CODE_LASTS),
            }
        )  # fmt: skip
        return code

    def issue(self, fields: Fields) -> Doc:
        """What the token endpoint answers to a code or to a refresh token."""
        client = self._authenticated(fields)
        access, refresh = _seconds(fields)
        match fields.get("grant_type"):
            case "authorization_code":
                user_id, scope = self._redeemed(client, fields)
            case "refresh_token":
                user_id, scope = self._rotated(client, str(fields.get("refresh_token") or ""))
            case _:
                raise refused("unsupported_grant_type", "Use authorization_code or refresh_token")
        return self._new_pair(client, user_id, scope, access, refresh)

    def access(self, token: str) -> Access | None:
        """What an access token is good for now, if anything."""
        found = self._of(token)
        if found is None or moment(found["ends_at"]) <= self._db.now():
            return None
        return Access(found["user_id"], tuple(found["scope"].split()))

    def revoke(self, token: str) -> None:
        """Take back an access token together with its refresh token."""
        found = self._of(token)
        if found is not None:
            self.tokens.remove(found["id"])

    def _of(self, token: str) -> Doc | None:
        return self.tokens.first(Query("token = ?", (_digest(token),)))

    def _client(self, identifier: str) -> Doc | None:
        return self.clients.first(Query("identifier = ?", (identifier,)))

    def _authenticated(self, fields: Fields) -> Doc:
        client = self._client(str(fields.get("client_id") or ""))
        if client is None:
            raise refused("invalid_client", "No such client", 401)
        if client["kind"] == "confidential" and client["secret"] != _digest(str(fields.get("client_secret") or "")):
            raise refused("invalid_client", "The client's secret is wrong", 401)
        return client

    def _redeemed(self, client: Doc, fields: Fields) -> tuple[int, str]:
        """Whose code it was, and for what; the code is used up by the try."""
        found = self._codes.first(Query("code = ?", (_digest(str(fields.get("code") or "")),)))
        if found is not None:
            self._codes.remove(found["id"])
        if (
            found is None
            or found["client_id"] != client["id"]
            or found["redirect_uri"] != fields.get("redirect_uri")
            or moment(found["ends_at"]) <= self._db.now()
            or (found["challenge"] and found["challenge"] != _challenge(str(fields.get("code_verifier") or "")))
        ):
            raise _bad_grant()
        return found["user_id"], found["scope"]

    def _rotated(self, client: Doc, refresh_token: str) -> tuple[int, str]:
        """Whose refresh token it was, and for what; the old pair has ended."""
        found = self.tokens.first(Query("refresh_token = ?", (_digest(refresh_token),)))
        if found is None or found["client_id"] != client["id"] or moment(found["refresh_ends_at"]) <= self._db.now():
            raise _bad_grant()
        self.tokens.remove(found["id"])
        return found["user_id"], found["scope"]

    def _new_pair(self, client: Doc, user_id: int, scope: str, access_seconds: int, refresh_seconds: int) -> Doc:
        user = self._people.users.find(user_id)
        if user is None or user["role"] not in STAFF or user["suspended"]:
            raise _bad_grant()
        token, refresh_token, now = secrets.token_hex(32), secrets.token_hex(32), self._db.now()
        self.tokens.put(
            {
                "id": None, "token": _digest(token), "refresh_token": _digest(refresh_token), "user_id": user_id,
                "client_id": client["id"], "scope": scope, "created_at": iso(now),
                "ends_at": iso(now + timedelta(seconds=access_seconds)),
                "refresh_ends_at": iso(now + timedelta(seconds=refresh_seconds)),
            }
        )  # fmt: skip
        return {
            "access_token": token, "refresh_token": refresh_token, "token_type": "bearer", "scope": scope,
            "expires_in": access_seconds, "refresh_token_expires_in": refresh_seconds,
        }  # fmt: skip


def _bad_grant() -> Problem:
    description = (
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI, "
        "or was issued to another client."
    )
    return refused("invalid_grant", description)


def _seconds(fields: Fields) -> tuple[int, int]:
    """How long the tokens shall last; 400 for a span out of limits."""
    spans = []
    for name, default, (least, most) in (
        ("expires_in", ACCESS_SECONDS, ACCESS_LIMITS),
        ("refresh_token_expires_in", REFRESH_SECONDS, REFRESH_LIMITS),
    ):
        sent = str(fields.get(name) or default)
        if not sent.isdecimal() or not least <= int(sent) <= most:
            raise refused("invalid_request", f"{name} must be between {least} and {most}")
        spans.append(int(sent))
    return spans[0], spans[1]


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
