"""Help: the keys that work in a pane, and the commands that have none, generated from the registry."""

from collections.abc import Iterable

from agentdesk.commands.keys import KeyMap
from agentdesk.commands.registry import PANES, Command, Pane, Registry
from agentdesk.i18n import _
from agentdesk.text.width import cell_width
from agentdesk.ui.hints import shown_key
from agentdesk.ui.painting import Span, column
from agentdesk.ui.screens.page import Page

KEY_CELLS = 18


def help_screen(registry: Registry, keys: KeyMap, pane: Pane) -> Page:
    """The help for a pane."""
    return Page(_("Keys: {pane}", pane=pane_word(pane)), list(help_lines(registry, keys, pane)))


def help_lines(registry: Registry, keys: KeyMap, pane: Pane) -> Iterable[list[Span]]:
    """Each command of a pane: its keys, what it does, and how it is typed."""
    scopes = PANES[pane]
    here = [command for command in registry if set(command.scopes) & set(scopes)]
    for scope in scopes:
        yield [(_scope_word(scope), "strong")]
        for command in here:
            if next(one for one in scopes if one in command.scopes) == scope:
                yield _line(command, keys, pane)
        yield [("", "plain")]
    yield [(_("Type a command after : and complete it with Tab. Own keys go to [keys] in the configuration."), "dim")]


def _line(command: Command, keys: KeyMap, pane: Pane) -> list[Span]:
    bound = [key for (scope, key), line in keys.lines.items() if line == command.name and scope in PANES[pane]]
    if not bound:
        bound = [
            key
            for (scope, key), line in keys.lines.items()
            if line.startswith(f"{command.name} ") and scope in PANES[pane]
        ][:4]
    shown = "  ".join(shown_key(key) for key in dict.fromkeys(bound))
    gap = KEY_CELLS if cell_width(shown) < KEY_CELLS else cell_width(shown) + 1
    return [("  ", "plain"), column(shown, gap, "accent"), (command.help, "plain"), (f"   {command.usage}", "dim")]


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
    }
    return words[pane]


def _scope_word(scope: str) -> str:
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
