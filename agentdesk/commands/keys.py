"""The map from keys to command lines: what commands ask for, and what the user's configuration says instead.

A key is written as it is typed (`j`, `?`, `ctrl+s`, `enter`), a chord as two keys with a space (`g u`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from agentdesk.commands.registry import PANES, Pane, Registry, Scope, parse
from agentdesk.errors import ConfigError, Refused
from agentdesk.i18n import _


class KeyMap(NamedTuple):
    """Which command line each key runs, by scope."""

    lines: Mapping[tuple[Scope, str], str]

    def line(self, pane: Pane, key: str) -> str | None:
        """The command line that a key (or a whole chord) runs in a pane."""
        found = (self.lines.get((scope, key)) for scope in PANES[pane])
        return next((line for line in found if line is not None), None)

    def chords(self, pane: Pane, key: str) -> dict[str, str]:
        """The chords that begin with a key in this pane: the second key and the line it runs."""
        start = f"{key} "
        return {
            chord.removeprefix(start): line
            for (scope, chord), line in self.lines.items()
            if scope in PANES[pane] and chord.startswith(start)
        }

    def of(self, line: str) -> tuple[str, ...]:
        """The keys that run exactly this command line."""
        return tuple(dict.fromkeys(key for (_scope, key), found in self.lines.items() if found == line))


def key_map(registry: Registry, own: Mapping[str, str] | None = None) -> KeyMap:
    """The keys of every command, the user's own in front: `own` maps a key to a command line.

    Raises `ConfigError` for a line that names no command, and for keys that would mean two things in one pane.
    """
    lines: dict[tuple[Scope, str], str] = {}
    for command in registry:
        for scope in command.scopes:
            for key, arguments in command.keys.items():
                slot = (scope, key)
                line = f"{command.name} {arguments}".strip()
                assert lines.get(slot, line) == line, f"{key!r} is given to {lines[slot]!r} and {line!r}"
                lines[slot] = line
    for key, line in (own or {}).items():
        _rebind(registry, lines, key, line)
    _check(lines)
    return KeyMap(lines)


def _rebind(registry: Registry, lines: dict[tuple[Scope, str], str], key: str, line: str) -> None:
    """Give a key to the line the user wrote; an empty line takes the key away."""
    scopes: tuple[Scope, ...] = tuple({scope for scope, taken in lines if taken == key})
    if line:
        try:
            command, rest = registry.split(line)
            parse(command, rest)
        except Refused as error:
            raise ConfigError(_("[keys] {key}: {reason}", key=key, reason=str(error))) from error
        scopes = command.scopes
        if not any(scope in PANES[pane] for scope in scopes for pane in PANES):
            raise ConfigError(_("[keys] {key}: {line!r} works in the shell only.", key=key, line=line))
    for taken in [taken for taken in lines if taken[1] == key and any(_meet(taken[0], scope) for scope in scopes)]:
        del lines[taken]
    if line:
        lines.update(dict.fromkeys([(scope, key) for scope in scopes], line))


def _meet(one: Scope, other: Scope) -> bool:
    return any(one in scopes and other in scopes for scopes in PANES.values())


def _check(lines: Mapping[tuple[Scope, str], str]) -> None:
    for (scope, key), line in lines.items():
        for (other_scope, other_key), other in lines.items():
            clash = other_key == key or other_key.startswith(f"{key} ")
            if clash and other != line and _meet(scope, other_scope):
                raise ConfigError(
                    _(
                        "[keys] {key} would mean {one!r}, but {other_key} means {other!r}. Give one another key.",
                        key=key,
                        one=line,
                        other=other,
                        other_key=other_key,
                    )
                )
