"""Completion of the command line: the names of commands, and what is known of their arguments."""

from collections.abc import Mapping

from agentdesk.commands.registry import Command, Registry
from agentdesk.errors import Refused
from agentdesk.filters.completing import Completion, Known, Name, complete
from agentdesk.model import Priority, Status
from agentdesk.ui.completing_paths import path_completions

MOST_SHOWN = 8
QUERIES = ("queue", "queue edit", "find")


FIELD_OF: Mapping[str, str] = {
    "ticket assign": "assignee",
    "ticket tag": "tag",
    "ticket untag": "tag",
    "ticket status": "status",
    "ticket priority": "priority",
    "ticket transfer": "group",
    "template": "template",
    "account": "account name",
    "theme": "theme",
    "queue": "queue",
}


def completions(registry: Registry, line: str, caret: int, known: Known) -> list[Completion]:
    """What the command line may become, at most `MOST_SHOWN` ways."""
    typed = line[:caret].lstrip()
    found = [
        Completion(command.name + (" " if command.parameters else ""), 0, caret, command.help)
        for command in sorted(registry, key=lambda one: one.name)
        if command.name.startswith(typed) and command.name != typed.strip() and command.scopes != ("shell",)
    ]
    if not found or " " in typed:
        found += _arguments(registry, line, caret, known)
    return found[:MOST_SHOWN]


def _arguments(registry: Registry, line: str, caret: int, known: Known) -> list[Completion]:
    try:
        command, _rest = registry.split(line[:caret])
    except Refused:
        return []
    began = caret - len(_rest_of(command, line[:caret]))
    found = _words(command, line, began, caret, known)
    if command.name in QUERIES:
        shifted = complete(line[began:caret], caret - began, known)
        found += [Completion(one.text, one.start + began, one.end + began, one.about) for one in shifted]
    return found


def _rest_of(command: Command, line: str) -> str:
    return line.lstrip().removeprefix(command.name).removeprefix(" ")


def _words(command: Command, line: str, began: int, caret: int, known: Known) -> list[Completion]:
    if command.name == "attach":
        return path_completions(line, began, caret, MOST_SHOWN)
    field = FIELD_OF.get(command.name)
    if field is None:
        return []
    begun = line[began:caret]
    own = [word for word in _OWN_WORDS.get(field, ()) if word.startswith(begun.casefold())]
    return [Completion(one.text, began, caret, one.about) for one in (*map(Name, own), *known(field, begun))]


_OWN_WORDS: Mapping[str, tuple[str, ...]] = {
    "assignee": ("me", "none"),
    "status": tuple(status.value for status in Status),
    "priority": (*(priority.value for priority in reversed(Priority)), "none"),
}
