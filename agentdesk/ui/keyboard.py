"""The keyboard: what a key means in the pane that has the keys, chords included.

Letters typed while a Japanese input method or kana mode is on count as their ASCII twins. Text fields get their letters
first; only keys that are not text reach the commands from there.
"""

from typing import NamedTuple

from agentdesk.commands.keys import KeyMap
from agentdesk.commands.registry import Pane
from agentdesk.text.keys import ascii_key


class Run(NamedTuple):
    """The key, or the whole chord, stands for a command line."""

    line: str


class Begun(NamedTuple):
    """The key begins a chord: what may follow, and the lines that would run."""

    key: str
    follow: dict[str, str]


class Broken(NamedTuple):
    """The chord that was begun has no such key."""

    chord: str


Press = Run | Begun | Broken | None


def key_name(key: str, character: str | None) -> str:
    """How a key is written in the key map: `j`, `?`, `space`, `ctrl+s`."""
    if character is None or not character.isprintable() or "+" in key.removesuffix("+").removeprefix("shift+"):
        return key
    plain = ascii_key(character) or character
    return "space" if plain == " " else plain


def is_text(key: str, character: str | None) -> bool:
    """Would a text field take this key as a character?"""
    modified = key.startswith(("ctrl+", "alt+", "meta+", "super+"))
    return character is not None and character.isprintable() and not modified


class Keyboard:
    """The key map, and the chord that has been begun."""

    def __init__(self, keys: KeyMap) -> None:
        self.keys = keys
        self.begun = ""

    def press(self, pane: Pane, name: str) -> Press:
        """What a key means now; None for a key without a meaning here."""
        if self.begun:
            chord = f"{self.begun} {name}"
            self.begun = ""
            line = self.keys.line(pane, chord)
            return Run(line) if line else Broken(chord)
        line = self.keys.line(pane, name)
        if line:
            return Run(line)
        follow = self.keys.chords(pane, name)
        if follow:
            self.begun = name
            return Begun(name, follow)
        return None

    def forget(self) -> None:
        """Let a chord that was begun go."""
        self.begun = ""
