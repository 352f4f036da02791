"""Completion of the command line: the names of commands, and what is known of their arguments."""

import re
from collections.abc import Mapping

from agentdesk.commands.registry import Command, Registry
from agentdesk.errors import Refused
from agentdesk.filters.completing import Completion, Known, Name, complete
from agentdesk.filters.fields import ME, NONE, PRIORITIES, STATUSES
from agentdesk.ui.completing_paths import path_completions

MOST_SHOWN = 8
_OPTION = re.compile(r"""--(?P<name>[a-z-]+)(?:=|\s+)(?P<mark>['"]?)(?P<value>(?<=')[^']*|(?<=")[^"]*|[^\s"']*)$""")
"""The value of an option that is being typed, and the quotation mark it began with."""

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
    return found + _of_query(command, line[:caret], began, known)


def _of_query(command: Command, line: str, began: int, known: Known) -> list[Completion]:
    """What the query at the end of a line may become; in an option only what needs no quotation marks there."""
    if command.query is None:
        return []
    forbidden = ""
    if command.query.kind == "option":
        option = _OPTION.search(line, began)
        if option is None or option["name"] != command.query.name:
            return []
        began, forbidden = option.start("value"), option["mark"] or "\"'"
    found = complete(line[began:], len(line) - began, known)
    fitting = [one for one in found if not set(forbidden) & set(one.text)]
    return [Completion(one.text, one.start + began, one.end + began, one.about) for one in fitting]


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
    "assignee": tuple(ME),
    "status": tuple(STATUSES),
    "priority": (*reversed(tuple(PRIORITIES)), *NONE),
}
"""The words of a field that a command takes, too."""
