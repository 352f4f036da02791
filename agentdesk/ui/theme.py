"""Themes: the fields of Textual's `Theme` in a TOML file, and the colours that AgentDesk adds to them.

The user's own themes win by name. What a file leaves out of `VARIABLES` is taken from the field beside it, so that any
theme written for Textual works here. `late` and `soon` are for clocks and danger alone.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from agentdesk.errors import ConfigError
from agentdesk.i18n import _

VARIABLES: Mapping[str, str] = {
    "strong": "foreground",
    "dim": "foreground",
    "faint": "foreground",
    "cursor": "panel",
    "cursor-idle": "surface",
    "soon": "warning",
    "late": "error",
    "good": "success",
    "reply": "primary",
    "note": "warning",
}
_PLAIN = ("name", "dark", "luminosity_spread", "text_alpha", "ansi", "variables")
_COLOURS = tuple(field.name for field in fields(Theme) if field.name not in _PLAIN)
_NEEDED = ("primary", "secondary", "accent", "warning", "error", "success", "foreground", "background", "surface")
_PACKAGE = Path(__file__).parents[1]


def shipped_folder() -> Path:
    """Where the themes that come with AgentDesk are: in the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "themes"
    return installed if installed.is_dir() else _PACKAGE.parent / "themes"


def theme_files(own: Path) -> dict[str, Path]:
    """Every theme file by name, the user's own in front of shipped ones."""
    return {path.stem: path for folder in (shipped_folder(), own) for path in sorted(folder.glob("*.toml"))}


def load_theme(name: str, own: Path) -> Theme:
    """The theme with this name; raises `ConfigError` naming file and field."""
    files = theme_files(own)
    if name not in files:
        raise ConfigError(_("There is no theme {name!r}. Choose one of: {names}.", name=name, names=", ".join(files)))
    return read_theme(files[name])


def read_theme(path: Path) -> Theme:
    """The theme in a file; raises `ConfigError` naming file and field."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(_("The theme {path} cannot be read: {reason}.", path=str(path), reason=str(error))) from error
    try:
        return _theme(path.stem, document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _theme(name: str, document: Mapping[str, Any]) -> Theme:  # Any: TOML values, each checked below
    known = {field.name: field for field in fields(Theme)}
    values: dict[str, Any] = {}
    for key, value in document.items():
        if key not in known:
            raise ConfigError(_("unknown field {key!r}.", key=key))
        if key in _COLOURS:
            _check_colour(key, value)
        elif key == "variables":
            _check_variables(value)
        elif key != "name" and type(value) is not type(known[key].default) and known[key].default is not MISSING:
            raise ConfigError(_("{key} has the wrong type.", key=key))
        values[key] = value
    for key in (*_NEEDED, "panel"):
        if key not in values:
            raise ConfigError(_("{key} is missing.", key=key))
    own = values.get("variables", {})
    values["variables"] = {word: values[field] for word, field in VARIABLES.items()} | own
    return Theme(**values | {"name": name})


def _check_variables(value: object) -> None:
    if not isinstance(value, dict):
        raise ConfigError(_("{key} has the wrong type.", key="variables"))
    for key, colour in value.items():
        _check_colour(f"variables.{key}", colour)


def _check_colour(key: str, value: object) -> None:
    try:
        if not isinstance(value, str):
            raise ConfigError(_("{key} must be a colour in quotation marks.", key=key))
        Color.parse(value)
    except ColorParseError as error:
        raise ConfigError(_("{key}: {value!r} is not a colour.", key=key, value=value)) from error
