"""Help: the keys that work in a pane, and the commands that have none, generated from the registry."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agentdesk.commands.keys import KeyMap
from agentdesk.commands.registry import PANES, Command, Pane, Registry, Scope
from agentdesk.config import Queue
from agentdesk.i18n import _
from agentdesk.text.width import cell_width
from agentdesk.ui.hints import shown_key
from agentdesk.ui.painting import Span, column
from agentdesk.ui.screens.page import Page


def help_screen(registry: Registry, keys: KeyMap, pane: Pane, queues: Sequence[Queue]) -> Page:
    """The help for a pane."""
    titles = {queue.name: queue.title for queue in queues}
    return Page(_("Keys: {pane}", pane=pane_word(pane)), list(help_lines(registry, keys, pane, titles)))


def help_lines(registry: Registry, keys: KeyMap, pane: Pane, titles: Mapping[str, str]) -> Iterator[list[Span]]:
    """Each command of a pane, the pane's own first, those with keys before those without."""
    for scope in reversed(PANES[pane]):
        entries = list(_scope_lines(registry, keys, scope, titles))
        cells = max((cell_width(entry.keys) for entry in entries), default=0) + 2
        yield [(_scope_word(scope), "strong")]
        for entry in entries:
            yield [
                ("  ", "plain"),
                column(entry.keys, cells, "accent"),
                (entry.words, "plain"),
                (f"   {entry.usage}", "dim"),
            ]
        yield [("", "plain")]
    yield [(_("Type a command after : and complete it with Tab. Own keys go to [keys] in the configuration."), "dim")]


class _Entry(NamedTuple):
    """One line of the help."""

    keys: str
    words: str
    usage: str


def _scope_lines(registry: Registry, keys: KeyMap, scope: Scope, titles: Mapping[str, str]) -> Iterator[_Entry]:
    mine = {key: line for (one, key), line in keys.lines.items() if one == scope}
    keyed = [(command, _keys_of(registry, command, mine)) for command in registry if scope in command.scopes]
    for command, lines in sorted(keyed, key=lambda one: not one[1]):
        yield from _lines(command, lines, titles)


def _keys_of(registry: Registry, command: Command, lines: Mapping[str, str]) -> dict[str, str]:
    return {key: line for key, line in lines.items() if registry.split(line)[0] is command}


def _lines(command: Command, lines: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[_Entry]:
    """The command with the keys that run it bare, then each key that gives it arguments."""
    bare = [key for key, line in lines.items() if line == command.name]
    yield _Entry("  ".join(map(shown_key, bare)), command.help, command.usage)
    for key, line in lines.items():
        if key not in bare:
            rest = line.removeprefix(f"{command.name} ")
            yield _Entry(shown_key(key), f"  {titles.get(rest, rest)}", line)


def pane_word(pane: Pane) -> str:
    """What a pane is called."""
    words = {
        "queues": _("queues"),
        "list": _("list of tickets"),
        "reading": _("ticket"),
        "customer": _("customer"),
        "knowledge": _("knowledge"),
        "outbox": _("outbox"),
        "held": _("held before it left"),
        "composer": _("composer"),
        "page": _("page"),
    }
    return words[pane]


def _scope_word(scope: Scope) -> str:
    words = {
        "app": _("Everywhere"),
        "list": _("In the list"),
        "ticket": _("With a ticket"),
        "reading": _("While reading"),
        "knowledge": _("In the knowledge"),
        "outbox": _("In the outbox"),
        "held": _("With what was held"),
        "composer": _("While writing"),
    }
    return words.get(scope, scope)
