"""The palette: any command, queue or template by a few letters of what it does, each standing for a command line."""

from collections.abc import Iterable, Iterator, Sequence

from agentdesk.commands.context import Choice
from agentdesk.commands.keys import KeyMap
from agentdesk.commands.registry import PANES, Command, Pane, Registry
from agentdesk.config import Queue
from agentdesk.i18n import _
from agentdesk.model import Canned
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.hints import shown_key
from agentdesk.ui.screens.choose import Choose

MOVING = "moving"
FREQUENT = (
    "ticket reply",
    "ticket note",
    "template",
    "ticket assign",
    "ticket take",
    "ticket status",
    "ticket solve",
    "ticket tag",
    "ticket priority",
    "ticket snooze",
    "next",
    "find",
    "undo",
    "outbox",
    "drafts",
    "help",
)
"""What agents do all day comes first, in this order."""


class Palette(Choose):
    """A choice among command lines."""

    def __init__(self, choices: Sequence[Choice], signs: Glyphs) -> None:
        super().__init__(_("What would you like to do?"), choices, signs)


def palette_choices(
    registry: Registry, keys: KeyMap, pane: Pane, queues: Iterable[Queue], canned: Iterable[Canned]
) -> list[Choice]:
    """Every line that can run in a pane, as choices."""
    return [
        *_commands(registry, keys, pane),
        *(Choice(f"queue {queue.name}", _("Queue: {title}", title=queue.title), "queue") for queue in queues),
        *(Choice(f"template {one.title}", _("Template: {title}", title=one.title), "template") for one in canned),
    ]


def _commands(registry: Registry, keys: KeyMap, pane: Pane) -> Iterator[Choice]:
    scopes = set(PANES[pane])
    for command in sorted(registry, key=_place):
        if scopes & set(command.scopes):
            bound = next((key for key in keys.of(command.name)), "")
            yield Choice(_line(command), f"{command.help}", f"{command.name}  {shown_key(bound)}".strip())


def _place(command: Command) -> int:
    """Where a command stands: what is done all day first, what everybody knows by heart last."""
    if command.name in FREQUENT:
        return FREQUENT.index(command.name)
    return len(FREQUENT) + (command.topic == MOVING)


def _line(command: Command) -> str:
    """The line that a command begins with; a trailing space where something must follow."""
    needs_more = any(parameter.required for parameter in command.parameters)
    return f"{command.name} " if needs_more else command.name
