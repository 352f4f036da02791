"""The user's configuration: one TOML file that the program reads and never writes.

```toml
language = "ja"            # en or ja; without it, the locale decides
theme = "dark"             # a name from `agentdesk doctor`
undo_seconds = 10          # how long a message waits before it leaves
account = "acme"           # which account opens when there are several

[keys]
"ctrl+j" = "ticket assign me"

[[queue]]
name = "vip"
title = "VIP"
filter = "is:unsolved tag:vip"
```
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path

from agentdesk.errors import ConfigError, FilterError
from agentdesk.filters import parse as parse_filter
from agentdesk.i18n import LANGUAGES, _

DEFAULT_COLUMNS = ("marker", "wait", "sla", "priority", "customer", "subject", "assignee", "bounce")


@dataclass(frozen=True, slots=True)
class Queue:
    """A saved filter that agents work from. `title` is shown; shipped ones are translated."""

    name: str
    title: str
    filter: str
    key: str = ""


def shipped_queues() -> tuple[Queue, ...]:
    """The queues every desk begins with, in the agent's language."""
    return (
        Queue("waiting", _("Waiting longest"), "is:waiting sort:wait", "w"),
        Queue("urgent", _("Urgent"), "is:unsolved is:urgent sort:wait", "x"),
        Queue("mine", _("Mine"), "is:unsolved assignee:me sort:wait", "m"),
        Queue("unassigned", _("Unassigned"), "is:unsolved assignee:none sort:wait", "u"),
        Queue("breaching", _("Breaching soon"), "is:unsolved sla<2h sort:due", "b"),
        Queue("promised", _("Promised today"), "is:promised sort:due", "p"),
        Queue("snoozed", _("Snoozed"), "is:snoozed", "z"),
        Queue("held", _("Held in the outbox"), "is:held", "h"),
        Queue("all", _("All unsolved"), "is:unsolved sort:-updated", "a"),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a user can set, with what holds when they do not."""

    language: str | None = None
    theme: str = "dark"
    account: str | None = None
    undo_seconds: int = 10
    ambiguous_wide: bool = False
    show_caret: bool = False
    newest_first: bool = False
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    keys: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[Queue, ...] = ()

    def all_queues(self) -> tuple[Queue, ...]:
        """The shipped queues and the user's own; one of the user's with a shipped name takes its place."""
        own = {queue.name: queue for queue in self.queues}
        shipped = tuple(own.pop(queue.name, queue) for queue in shipped_queues())
        return (*shipped, *own.values())


def load(path: Path) -> Config:
    """The configuration in a file, or the defaults when there is none; raises `ConfigError` naming file and key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_("{path} cannot be read: {reason}.", path=str(path), reason=str(error))) from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{path} is not valid TOML: {reason}.", path=str(path), reason=str(error))) from error
    try:
        return _config(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


_CHECKS: Mapping[str, tuple[type, Callable[[object], bool] | None, str]] = {
    "language": (str, lambda value: value in LANGUAGES, "en, ja"),
    "theme": (str, None, ""),
    "account": (str, None, ""),
    "undo_seconds": (int, lambda value: isinstance(value, int) and 0 <= value <= 600, "0-600"),
    "ambiguous_wide": (bool, None, ""),
    "show_caret": (bool, None, ""),
    "newest_first": (bool, None, ""),
}


def _config(document: Mapping[str, object]) -> Config:
    known = {one.name for one in fields(Config)} - {"queues"} | {"queue"}
    values: dict[str, object] = {}
    for name, value in document.items():
        if name not in known:
            raise ConfigError(_unknown(name, known))
        match name:
            case "queue":
                values["queues"] = _queues(value)
            case "keys":
                values["keys"] = _strings(name, value)
            case "columns":
                values["columns"] = _columns(value)
            case _:
                values[name] = _checked(name, value)
    return Config(**values)  # type: ignore[arg-type]  # each value was checked against its field above


def _checked(name: str, value: object) -> object:
    kind, fits, expected = _CHECKS[name]
    if type(value) is not kind:
        raise ConfigError(_("{key} must be {kind}.", key=name, kind=_kind_word(kind)))
    if fits is not None and not fits(value):
        raise ConfigError(_("{key} must be one of: {expected}.", key=name, expected=expected))
    return value


def _kind_word(kind: type) -> str:
    words = {str: _("text in quotation marks"), int: _("a whole number"), bool: _("true or false")}
    return words[kind]


def _unknown(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = " " + _("Did you mean {name!r}?", name=close[0]) if close else ""
    return _("unknown key {key!r}.", key=name) + hint


def _strings(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ConfigError(_('[{key}] takes lines of the form "key" = "text".', key=name))
    return value


def _columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(_("{key} must be a list of names.", key="columns"))
    return tuple(value)


def _queues(value: object) -> tuple[Queue, ...]:
    if not isinstance(value, list):
        raise ConfigError(_("Queues are written as [[queue]] sections."))
    queues = tuple(_queue(one) for one in value)
    names = [queue.name for queue in queues]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(_("[[queue]] {name}: there are two of that name.", name=name))
    return queues


def _queue(value: object) -> Queue:
    known = {"name", "title", "filter"}
    document = _strings("queue", value)
    for key in document:
        if key not in known:
            raise ConfigError("[[queue]] " + _unknown(key, known))
    for key in ("name", "filter"):
        if not document.get(key):
            raise ConfigError(_("[[queue]] needs {key}.", key=key))
    try:
        parse_filter(document["filter"])
    except FilterError as error:
        raise ConfigError(_("[[queue]] {name}: filter: {reason}", name=document["name"], reason=str(error))) from error
    return Queue(document["name"], document.get("title") or document["name"], document["filter"])
