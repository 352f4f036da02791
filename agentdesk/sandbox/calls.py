"""A call: one authenticated request as the handlers see it, and the answer they give."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.problems import Problem, bad_value, missing
from agentdesk.sandbox.state import Helpdesk

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body, or bytes with their content type."""

    status: int = 200
    body: Doc | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


NO_WORDS = Answer(200, None, {"Content-Type": "application/json; charset=utf-8"}, b'""')
"""What is answered when there is nothing to say: an empty text, as JSON."""


@dataclass(frozen=True)
class Call:
    """One request: who asks, for which record, with what."""

    desk: Helpdesk
    method: str
    path: str
    root: str
    ids: Mapping[str, str | int]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    user: Doc

    @property
    def base(self) -> str:
        """The address of the API."""
        return f"{self.root}/api/v2"

    @property
    def id(self) -> int:
        """The id in the path."""
        return int(self.ids["id"])

    @property
    def is_admin(self) -> bool:
        """An administrator asks."""
        return bool(self.user["role"] == "admin")

    def body(self) -> Doc:
        """The JSON object that was sent; empty without a body, 400 for anything else."""
        if not self.raw.strip():
            return {}
        try:
            sent = json.loads(self.raw)
        except ValueError as error:
            raise Problem(400, {"error": "Unprocessable JSON", "message": "The request body is not JSON"}) from error
        if not isinstance(sent, dict):
            raise bad_value("The request body must be a JSON object")
        clean = _cleaned(sent)
        assert isinstance(clean, dict), "cleaning keeps the shape"
        return clean

    def sent(self, noun: str) -> Doc:
        """The object under a noun of the JSON body; 400 without it."""
        inner = self.body().get(noun)
        if not isinstance(inner, dict):
            raise missing(noun)
        return inner

    def batch(self, noun: str, *, needs_id: bool = False) -> list[Doc]:
        """The objects, a hundred at most, in a list of the JSON body; 400 for anything else."""
        rows = self.body().get(noun)
        if not isinstance(rows, list) or not rows:
            raise missing(noun)
        if len(rows) > 100:
            raise bad_value(f"Bulk work takes up to 100 {noun}")
        if not all(isinstance(row, dict) and (not needs_id or str(row.get("id")).isdigit()) for row in rows):
            raise bad_value("Every one must be an object with an id" if needs_id else "Every one must be an object")
        return rows

    def numbers(self, name: str = "ids", limit: int = 100) -> list[int]:
        """The ids of a parameter such as `ids=1,2`; 400 when there are none, too many, or something else."""
        words = [word.strip() for word in self.query.get(name, "").split(",") if word.strip()]
        if not words:
            raise missing(name)
        if len(words) > limit:
            raise bad_value(f"You can only list up to {limit} ids")
        if not all(word.isdigit() for word in words):
            raise bad_value(f"{name} must be numbers")
        return [int(word) for word in words]

    def includes(self) -> set[str]:
        """The sideloads that were asked for."""
        return set(re.findall(r"\w+", self.query.get("include", "")))

    def flag(self, name: str) -> bool:
        """A parameter that is `true` or `1`."""
        return self.query.get(name, "").lower() in ("true", "1")


Handler = Callable[[Call], Doc | Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path below the API's base, what answers it, and the rate limits it counts against besides the account's."""

    method: str
    path: str
    handler: Handler
    buckets: tuple[str, ...] = ()
    admin: bool = False
    prepare: Callable[[Helpdesk], bool] | None = None
    """Does a slice of the work that has to come first; True while there is more."""


def _cleaned(value: object) -> object:
    """The value without halves of characters, which no UTF-8 text can hold."""
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value) if _SURROGATE.search(value) else value
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {_cleaned(key): _cleaned(one) for key, one in value.items()}
        case _:
            return value
