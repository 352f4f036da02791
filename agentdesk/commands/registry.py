"""The registry of commands: everything a person can do, as one line of text.

A command is a decorated async function. Its name is the words typed, its signature the grammar of what follows, the
first line of its docstring the help; keys, palette, help screen, footer, macros, shell and README come from here and
nowhere else.

Scopes say where a command's keys work; a pane of the screen listens to several scopes at once (`PANES`).
"""

import inspect
import re
import shlex
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar

from agentdesk.errors import Refused
from agentdesk.i18n import _

if TYPE_CHECKING:
    from agentdesk.commands.context import Context

Scope = Literal["app", "list", "ticket", "reading", "knowledge", "outbox", "held", "composer", "shell"]
Pane = Literal["queues", "list", "reading", "customer", "knowledge", "outbox", "held", "composer", "page"]

PANES: Mapping[Pane, tuple[Scope, ...]] = {
    "queues": ("app",),
    "list": ("app", "list", "ticket"),
    "reading": ("app", "reading", "ticket"),
    "customer": ("app", "reading", "ticket"),
    "knowledge": ("app", "knowledge", "ticket"),
    "outbox": ("app", "outbox"),
    "held": ("held",),
    "composer": ("composer",),
    "page": ("app",),
}
"""Which scopes' keys work while a pane has the keys. The composer takes plain letters as text."""

Run = Callable[..., Awaitable[object]]
R = TypeVar("R", bound=Run)
Reason = Callable[["Context"], str | None]
Query: TypeAlias = Annotated[str, "a query"]
"""A text that the queues and the search read as a question; what a command takes as `str` is any other text."""


class Parameter(NamedTuple):
    """One word a command takes: `rest` takes all that follows, `flag` is `--name`, `option` is `--name VALUE`.

    A repeated option may be given several times; the command gets a tuple.
    """

    name: str
    kind: Literal["word", "rest", "words", "flag", "option"]
    default: str | None = None
    required: bool = False
    is_number: bool = False
    is_repeated: bool = False
    is_query: bool = False


class Command(NamedTuple):
    """One thing a person can do.

    `keys` maps each key (or chord: two keys with a space) to the arguments it gives. `when` answers why the command
    cannot run now, or None. `undo` says what `u` makes of it: `window` only until it has left.
    """

    name: str
    run: Run
    scopes: tuple[Scope, ...]
    keys: Mapping[str, str]
    source_help: str
    when: Reason | None = None
    undo: Literal["yes", "window", "no"] = "no"
    is_recorded: bool = True
    in_shell: bool = False
    topic: str = ""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the command takes after its name."""
        return _parameters(self.run)

    @property
    def help(self) -> str:
        """One sentence on what the command does, in the agent's language."""
        return _(self.source_help)

    @property
    def usage(self) -> str:
        """The command as typed, with what it takes: `ticket assign [TO]`."""
        options = [one for one in self.parameters if one.kind in ("flag", "option")]
        words = [one for one in self.parameters if one not in options]
        inner = [*options, *words] if any(one.kind == "rest" for one in words) else [*words, *options]
        return " ".join([self.name, *(_usage(parameter) for parameter in inner)])

    @property
    def options(self) -> Mapping[str, Parameter]:
        """What the command takes by name, as typed: `--status`."""
        return {_option(one): one for one in self.parameters if one.kind in ("flag", "option")}

    @property
    def query(self) -> Parameter | None:
        """What it takes that is a query; None for a command that takes none."""
        return next((one for one in self.parameters if one.is_query), None)

    @property
    def named_words(self) -> Mapping[str, Parameter]:
        """The single words it takes, which may be given by their names, too: `--to me`."""
        return {_option(one): one for one in self.parameters if one.kind == "word"}


def _option(parameter: Parameter) -> str:
    return f"--{parameter.name.replace('_', '-')}"


def _usage(parameter: Parameter) -> str:
    word = parameter.name.upper()
    match parameter.kind:
        case "flag":
            return f"[{_option(parameter)}]"
        case "option":
            return f"[{_option(parameter)} {word}]" + ("..." if parameter.is_repeated else "")
        case "words":
            return f"{word}..." if parameter.required else f"[{word}...]"
        case _:
            return word if parameter.required else f"[{word}]"


class Registry:
    """All commands of this process, found by name, by the words of a line, or by key."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def add(
        self,
        name: str,
        *,
        scope: Scope | tuple[Scope, ...] = "app",
        keys: str | tuple[str, ...] | Mapping[str, str] = (),
        when: Reason | None = None,
        undo: Literal["yes", "window", "no"] = "no",
        is_recorded: bool = True,
        in_shell: bool = False,
    ) -> Callable[[R], R]:
        """Register the decorated function; see `Command` for what the arguments mean."""

        def register(run: R) -> R:
            assert name not in self._commands, f"two commands are named {name!r}"
            doc = run.__doc__
            assert doc, f"the command {name!r} has no help"
            self._commands[name] = Command(
                name=name,
                run=run,
                scopes=(scope,) if isinstance(scope, str) else scope,
                keys=_keys(keys),
                source_help=doc.partition("\n")[0],
                when=when,
                undo=undo,
                is_recorded=is_recorded,
                in_shell=in_shell,
                topic=run.__module__.rpartition(".")[2],
            )
            return run

        return register

    def get(self, name: str) -> Command | None:
        return self._commands.get(name)

    def split(self, line: str) -> tuple[Command, str]:
        """The command a line names, by its longest name, and the rest of the line; raises `Refused`."""
        words = line.strip().split(maxsplit=3)
        for size in range(min(3, len(words)), 0, -1):
            command = self._commands.get(" ".join(words[:size]))
            if command is not None:
                rest = line.strip()
                for word in words[:size]:
                    rest = rest.removeprefix(word).lstrip()
                return command, rest
        raise Refused(_("There is no command {line!r}.{hint}", line=line.strip(), hint=self._hint(line)))

    def _hint(self, line: str) -> str:
        from difflib import get_close_matches  # late: only needed for a typing mistake

        close = get_close_matches(line.strip(), self._commands, n=1)
        return " " + _("Did you mean {name!r}?", name=close[0]) if close else ""


commands = Registry()
"""The registry that the modules of this package add to when they are imported; nothing writes to it afterwards."""


def _keys(keys: str | tuple[str, ...] | Mapping[str, str]) -> Mapping[str, str]:
    match keys:
        case str():
            return {keys: ""}
        case tuple():
            return dict.fromkeys(keys, "")
        case _:
            return keys


@cache
def _parameters(run: Run) -> tuple[Parameter, ...]:
    """The grammar a function's signature stands for: its first parameter is the context."""
    found = []
    for parameter in list(inspect.signature(run).parameters.values())[1:]:
        required = parameter.default is inspect.Parameter.empty
        default = None if required or parameter.default is None else str(parameter.default)
        found.append(
            Parameter(
                name=parameter.name,
                kind=_kind(parameter),
                default=default,
                required=required and parameter.kind is not inspect.Parameter.VAR_POSITIONAL,
                is_number=parameter.annotation is int,
                is_repeated=parameter.annotation == tuple[str, ...],
                is_query=parameter.annotation == Query,
            )
        )
    return tuple(found)


def _kind(parameter: inspect.Parameter) -> Literal["word", "rest", "words", "flag", "option"]:
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return "words"
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
        return "flag" if parameter.annotation is bool else "option"
    return "rest" if parameter.name in ("text", "query") else "word"


class Arguments(NamedTuple):
    """What a line gave a command, ready to call it with."""

    positional: tuple[Any, ...]  # each of the type its parameter is annotated with
    named: Mapping[str, Any]


def parse(command: Command, rest: str) -> Arguments:
    """The arguments in the rest of a line; raises `Refused` with the usage when they do not fit."""
    if command.parameters and command.parameters[0].kind == "rest":
        return _with_rest(command, rest)
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()  # a lone quotation mark is text, not an error
    return bind(command, words)


def _with_rest(command: Command, rest: str) -> Arguments:
    """Options first, then text that is taken as it stands, quotation marks and all; `--` begins it.

    An option further on is refused: it would otherwise be said to the customer.
    """
    leading: list[str] = []
    text = rest
    while (start := _LEADING.match(text)) and (option := command.options.get(start[1])):
        end = start.end()
        leading.append(start[0])
        if option.kind == "option" and (value := _VALUE.match(text, end)):
            leading[-1:] = [start[1], "".join(part or "" for part in value.groups())]
            end = value.end()
        text = text[end:].lstrip()
    if text.split(maxsplit=1)[:1] == ["--"]:
        text = text.removeprefix("--").lstrip()
    elif any(word.partition("=")[0] in command.options for word in text.split()):
        _misuse(command)
    return bind(command, [*leading, *(("--", text) if text else ())])


_LEADING = re.compile(r"(--[a-z-]+)(?:=|(?=\s|$))")
_VALUE = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")


def bind(command: Command, words: Iterable[str]) -> Arguments:
    """The arguments that separate words stand for, after `--` none is an option; raises `Refused` with the usage."""
    named: dict[str, Any] = {}
    plain: list[str] = []
    queue = list(words)
    known = {**command.named_words, **command.options}
    while queue:
        word = queue.pop(0)
        if word == "--":
            plain += queue
            break
        name, equals, value = word.partition("=")
        option = known.get(name)
        if option is None:
            plain.append(word)
        elif option.kind == "flag" and not equals:
            named[option.name] = True
        elif option.kind != "flag" and (equals or queue):
            given = _typed(command, option, value if equals else queue.pop(0))
            named[option.name] = (*named.get(option.name, ()), given) if option.is_repeated else given
        else:
            _misuse(command)
    return Arguments(tuple(_positional(command, plain, named)), named)


def _positional(command: Command, plain: list[str], named: dict[str, Any]) -> Iterator[Any]:
    """What goes by its place; a word that was given by its name does so too, unless one before it is left out."""
    taken = 0
    is_whole = True
    for parameter in command.parameters:
        match parameter.kind:
            case "word" if parameter.name in named:
                if is_whole:
                    yield named.pop(parameter.name)
            case "word" if taken < len(plain):
                yield _typed(command, parameter, plain[taken])
                taken += 1
            case "rest" if taken < len(plain):
                yield " ".join(plain[taken:])
                taken = len(plain)
            case "words":
                yield from plain[taken:]
                taken = len(plain)
            case "word" | "rest" if parameter.required:
                _misuse(command)
            case _:
                is_whole = False
    if taken < len(plain):
        _misuse(command)


def _typed(command: Command, parameter: Parameter, word: str) -> str | int:
    if not parameter.is_number:
        return word
    if not re.fullmatch(r"-?\d{1,9}", word):
        _misuse(command)
    return int(word)


def _misuse(command: Command) -> Any:  # never returns; Any lets callers use it in expressions
    raise Refused(_("Type it like this: {usage}", usage=command.usage))


async def run_line(line: str, cx: "Context", registry: Registry = commands) -> object:
    """Run a command line and give back its answer; raises `Refused` with the reason when it cannot run."""
    command, rest = registry.split(line)
    return await run(command, parse(command, rest), cx)


async def run(command: Command, arguments: Arguments, cx: "Context") -> object:
    """Run a command unless its `when` has a reason against it."""
    reason = command.when(cx) if command.when else None
    if reason is not None:
        raise Refused(reason)
    return await command.run(cx, *arguments.positional, **arguments.named)
