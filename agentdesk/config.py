"""The user's configuration: one TOML file that the program reads and never writes.

```toml
language = "ja"            # en or ja; without it, the locale decides
theme = "dark"             # a name from `agentdesk doctor`
undo_seconds = 10          # how long a message waits before it leaves
semantic = false           # leaves the extra of this name off although it is installed; also: ja, e5

[keys]
"ctrl+j" = "ticket assign me"

[[queue]]
name = "vip"
title = "VIP"
filter = "is:unsolved tag:vip"

[account]
default = "acme"           # which account the desk begins with when there are several

[account.acme]
label = "Acme Support"     # what it is called on the screen
short = "AC"               # the same in a column of lists
colour = "accent"          # plain, strong, dim, accent or good, as the theme has them
signature = "Acme Support" # what every public reply ends with, where the helpdesk adds nothing itself
templates = "acme"         # a folder below templates/ that only this account's tickets are offered

[account.acme.brand."Acme Outlet"]
short = "OUT"              # label, short, colour, signature and templates of one brand of the account
```
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from agentdesk.errors import ConfigError, FilterError
from agentdesk.filters import parse as parse_filter
from agentdesk.i18n import LANGUAGES, _
from agentdesk.record import record
from agentdesk.text.width import truncate

BadgeTone = Literal["plain", "strong", "dim", "accent", "good"]
SHORT_CELLS = 8
DEFAULT_COLUMNS = ("marker", "wait", "sla", "priority", "customer", "subject", "assignee", "bounce")


class Queue(NamedTuple):
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


@record
class AccountSettings:
    """What a user sets for one account, or for one brand of it; what is empty follows the account, then its name."""

    label: str = ""
    short: str = ""
    colour: BadgeTone | None = None
    signature: str = ""
    templates: str = ""
    brands: Mapping[str, "AccountSettings"] = field(default_factory=dict)


class Badge(NamedTuple):
    """How tickets of one account or brand are told apart: by a name and a short one; the colour only helps."""

    label: str
    short: str
    tone: BadgeTone = "plain"


@record
class Config:
    """Everything a user can set, with what holds when they do not."""

    language: str | None = None
    theme: str = "dark"
    account: str | None = None
    undo_seconds: int = 10
    ambiguous_wide: bool = False
    show_caret: bool = False
    newest_first: bool = False
    ja: bool = True
    semantic: bool = True
    e5: bool = True
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    keys: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[Queue, ...] = ()
    accounts: Mapping[str, AccountSettings] = field(default_factory=dict)

    def settings(self, account: str, brand: str = "") -> tuple[AccountSettings, ...]:
        """What is set for a brand of an account, before what is set for the whole account."""
        whole = self.accounts.get(account, AccountSettings())
        return (whole.brands[brand], whole) if brand in whole.brands else (whole,)

    def badge(self, account: str, brand: str = "") -> Badge:
        """The badge of an account, or of one of its brands: a brand without a label of its own is named after it."""
        found = self.settings(account, brand)
        whole = found[-1]
        own = found[0] if len(found) > 1 else AccountSettings()
        label = own.label or brand or whole.label or account
        short = own.short or ("" if brand else whole.short) or truncate(label, SHORT_CELLS)
        return Badge(label, short, own.colour or whole.colour or "plain")

    def signature(self, account: str, brand: str = "") -> str:
        """What public replies of an account or brand end with, beside what the helpdesk adds."""
        return next((one.signature for one in self.settings(account, brand) if one.signature), "")

    def template_folders(self, account: str, brand: str = "") -> tuple[str, ...]:
        """The folders of templates that belong to an account or brand; a folder of the account's name always does."""
        own = (one.templates for one in self.settings(account, brand) if one.templates)
        return tuple(dict.fromkeys((*own, account)))

    def all_queues(self, saved: Iterable[Queue] = ()) -> tuple[Queue, ...]:
        """The shipped queues and the user's own, saved ones among them; one with a shipped name takes its place."""
        own = {queue.name: queue for queue in (*saved, *self.queues)}
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
    "ja": (bool, None, ""),
    "semantic": (bool, None, ""),
    "e5": (bool, None, ""),
}


def _config(document: Mapping[str, object]) -> Config:
    known = {one.name for one in fields(Config)} - {"queues", "accounts"} | {"queue"}
    values: dict[str, object] = {}
    for name, value in document.items():
        if name not in known:
            raise ConfigError(_unknown(name, known))
        match name:
            case "queue":
                values["queues"] = queues_from(value)
            case "keys":
                values["keys"] = _strings(name, value)
            case "columns":
                values["columns"] = _columns(value)
            case "account" if isinstance(value, dict):
                values["account"] = _default_account(value.get("default"))
                values["accounts"] = {
                    one: _account_settings(f"account.{one}", settings)
                    for one, settings in value.items()
                    if one != "default" or isinstance(settings, dict)
                }
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


def _default_account(value: object) -> str | None:
    if value is None or isinstance(value, dict):
        return None
    if not isinstance(value, str):
        raise ConfigError(_("{key} must be {kind}.", key="account.default", kind=_kind_word(str)))
    return value


_OF_BRAND = ("label", "short", "colour", "signature", "templates")


def _account_settings(section: str, value: object, *, is_brand: bool = False) -> AccountSettings:
    """The settings in `[account.NAME]`, or in `[account.NAME.brand.BRAND]`."""
    if not isinstance(value, dict):
        raise ConfigError(_("Settings of an account are written in a section [account.NAME]."))
    brands = {} if is_brand else value.get("brand", {})
    if not isinstance(brands, dict):
        raise ConfigError(_("Settings of a brand are written in a section [account.NAME.brand.BRAND]."))
    plain = {key: one for key, one in value.items() if is_brand or key != "brand"}
    for key, one in plain.items():
        if key not in _OF_BRAND:
            raise ConfigError(f"[{section}] " + _unknown(key, {*_OF_BRAND, *(() if is_brand else ("brand",))}))
        if not isinstance(one, str):
            raise ConfigError(f"[{section}] " + _("{key} must be {kind}.", key=key, kind=_kind_word(str)))
    if plain.get("colour", "plain") not in get_args(BadgeTone):
        names = ", ".join(get_args(BadgeTone))
        raise ConfigError(f"[{section}] " + _("{key} must be one of: {expected}.", key="colour", expected=names))
    of_brands = {name: _account_settings(f"{section}.brand.{name}", one, is_brand=True) for name, one in brands.items()}
    return AccountSettings(**plain, brands=of_brands)


def queues_from(value: object) -> tuple[Queue, ...]:
    """The queues in `[[queue]]` sections; raises `ConfigError` naming the queue and the key."""
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
