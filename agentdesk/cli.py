"""The shell: every command of the registry that works without a screen, and the few words that are the shell's own.

Exit codes: 0 done, 1 refused or failed, 2 misuse, 3 the helpdesk could not be reached. Data goes to stdout, words and
progress to stderr.
"""

import asyncio
import gc
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from agentdesk import __version__
from agentdesk.answers import Answer, op_document
from agentdesk.commands import load
from agentdesk.commands.answering import no_account
from agentdesk.commands.context import Choice, Context, Screen, Tone
from agentdesk.commands.registry import Arguments, Command, bind, run
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.errors import Offline, ProviderError, Refused
from agentdesk.i18n import _
from agentdesk.model import STUCK, Op, OpState, TicketRow
from agentdesk.opening import DEMO_TICKETS, FAILED, UNREACHABLE, demo_desk, open_desk, open_own, prepared
from agentdesk.output import Form, write
from agentdesk.paths import Folders
from agentdesk.shell_words import option_help, teach_click
from agentdesk.text.safe import safe_line
from agentdesk.typist import Typist

MESSAGE = "text"
MESSAGE_BYTES = 1_000_000


@dataclass(slots=True)
class ShellFront:
    """The shell as commands see it: words go to stderr, and a person is asked where one is at a terminal."""

    typist: Typist = field(default_factory=Typist)

    def say(self, text: str, tone: Tone = "plain") -> None:
        click.echo(safe_line(text), err=True)

    async def choose(
        self, title: str, choices: Sequence[Choice], *, free: bool = False, otherwise: str | None = None
    ) -> str | None:
        if otherwise is not None:
            return otherwise
        if self.can_ask:
            return await self._picked(title, choices)
        values = ", ".join(choice.value for choice in choices[:20])
        raise Refused(_("{title}: say which. There are: {values}.", title=title, values=values))

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None:
        if not self.can_ask:
            return None
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        if is_secret:
            import getpass  # late: only for a person who types a secret

            return getpass.getpass(prompt).strip()
        click.echo(safe_line(prompt) + " ", err=True, nl=False)
        try:
            return (await self.typist.line()).strip() or default
        except EOFError:
            return None

    @property
    def can_ask(self) -> bool:
        stdin: TextIO | None = sys.stdin  # None where it was closed
        return stdin is not None and stdin.isatty()

    @property
    def has_screen(self) -> bool:
        return False

    async def confirm(self, question: str) -> bool:
        return True

    async def _picked(self, title: str, choices: Sequence[Choice]) -> str | None:
        """The choice whose number the person types; None for an empty line."""
        for number, choice in enumerate(choices, start=1):
            self.say(f"  {number}  {choice.label}  {choice.hint}".rstrip())
        while answer := await self.ask(title):
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return choices[int(answer) - 1].value
        return None

    def reopen(self, op: Op) -> None:
        """The draft waits in the cache; there is no screen to show it on."""

    @property
    def screen(self) -> Screen:
        raise Refused(_("This needs the screen. Give the text or the value as an argument, or start: agentdesk"))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the words of the command line (or `arguments`); ends the process with the exit code."""
    gc.enable()
    words = list(sys.argv[1:] if arguments is None else arguments)
    with prepared() as (own, config):
        if any(not _is_text(word) for word in words):
            raise Refused(_("What was typed is not text in {encoding}.", encoding=sys.getfilesystemencoding()))
        teach_click()
        _shell(own, config).main(words, prog_name="agentdesk", standalone_mode=True)
    sys.exit(0)


def _is_text(word: str) -> bool:
    """Is it made of whole characters? Bytes that are not come in as halves, which nothing can store."""
    return not any("\ud800" <= char <= "\udfff" for char in word)


def _shell(own: Folders, config: Config) -> click.Group:
    """The whole tree of shell commands."""
    shell = _Shell(
        own,
        config,
        invoke_without_command=True,
        callback=lambda demo_desk: _open_without_words(own, config),
        help=_("The terminal workspace for customer support. Without a command it opens the desk."),
        params=[click.Option(["--demo", "demo_desk"], is_flag=True, help=_("Work on the demo's desk."))],
    )
    click.version_option(__version__, prog_name="agentdesk")(shell)
    for extra in _own_words(own, config):
        shell.add_command(extra)
    return shell


class _Shell(click.Group):
    """The tree of commands, which grows when somebody asks for a branch: opening the desk does not wait for it."""

    def __init__(self, own: Folders, config: Config, **settings: Any) -> None:  # click's own arguments
        super().__init__(**settings)
        self._own = own
        self._config = config
        self._is_grown = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._grow()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            self._grow()
        return super().get_command(ctx, cmd_name)

    def _grow(self) -> None:
        if not self._is_grown:
            self._is_grown = True
            for command in load():
                if command.in_shell:
                    _place(self, command.name.split(), _click_command(command, self._own, self._config))


def _place(shell: click.Group, words: list[str], leaf: click.Command) -> None:
    """Hang a command where its words say: `ticket list` below the group `ticket`."""
    group = shell
    for word in words[:-1]:
        found = group.commands.get(word)
        if not isinstance(found, click.Group):
            found = click.Group(word, help=_("All commands about this: {word}.", word=word))
            group.add_command(found)
        group = found
    group.add_command(leaf, words[-1])


class _Words(click.Command):
    """A command that takes what follows `--` as it stands, and asks before it takes a mistyped option for text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let click read up to `--`; keep the rest for the words."""
        place = args.index("--") if "--" in args else len(args)
        rest = super().parse_args(ctx, args[:place])
        strange = next((word for word in ctx.params["words"] if _LOOKS_LIKE_OPTION.fullmatch(word)), None)
        if strange is not None:
            raise click.NoSuchOption(
                strange, _("There is no option {word}. Put -- before text.", word=strange), ctx=ctx
            )
        if args[place:]:
            ctx.params["words"] = (*ctx.params["words"], *args[place + 1 :])
        return rest


_LOOKS_LIKE_OPTION = re.compile(r"--[a-zA-Z][\w-]*(=.*)?", re.DOTALL)


def _click_command(command: Command, own: Folders, config: Config) -> click.Command:
    is_about_tickets = "ticket" in command.scopes
    usage = command.usage.removeprefix(command.name).strip()
    params: list[click.Parameter] = [click.Argument(["ids"], metavar="ID[,ID...]")] if is_about_tickets else []
    params.append(click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, metavar=usage))
    params += [
        click.Option(["--json", "as_json"], is_flag=True, help=_("Print one JSON document.")),
        click.Option(["--jsonl"], is_flag=True, help=_("Print one JSON document a line.")),
        click.Option(["--account"], help=_("Only this account.")),
    ]
    if command.undo != "no" or command.name in ("outbox retry", "undo"):
        params.append(click.Option(["--wait"], is_flag=True, help=_("Wait until it is sent, held or failed.")))
    for parameter in command.parameters:
        if parameter.kind in ("flag", "option"):
            name = f"--{parameter.name.replace('_', '-')}"
            is_flag = parameter.kind == "flag"
            told = option_help(parameter.name)
            params.append(click.Option([name], is_flag=is_flag, multiple=parameter.is_repeated, help=told))
    return _Words(
        command.name.split()[-1],
        params=params,
        callback=lambda **given: _run(command, given, own, config),
        help=command.help,
        context_settings={"ignore_unknown_options": True},
    )


def _run(command: Command, given: dict[str, Any], own: Folders, config: Config) -> None:
    form: Form = "json" if given.pop("as_json") else "jsonl" if given.pop("jsonl", False) else "text"
    given.pop("jsonl", None)
    wait = bool(given.pop("wait", False))
    account = given.pop("account")
    ids = given.pop("ids", None)
    words = list(given.pop("words"))
    named = {name: value for name, value in given.items() if value not in (None, False, ())}
    try:
        arguments = _arguments(command, words, named)
    except Refused as error:
        raise click.UsageError(str(error)) from error
    desk = _desk(own, config)
    sys.exit(asyncio.run(_answered(desk, command, arguments, account, ids, form, wait)))


def _arguments(command: Command, words: list[str], named: dict[str, Any]) -> Arguments:
    """What the words mean, with a message read from stdin where one is wanted and none was given."""
    takes_text = any(parameter.name == MESSAGE and parameter.kind == "rest" for parameter in command.parameters)
    piped: TextIO | None = sys.stdin  # None where it was closed
    if takes_text and not words and piped is not None and not piped.isatty():
        words = [_message(piped.buffer.read(MESSAGE_BYTES + 1), piped.encoding)]
    flags = [word for name, value in named.items() for word in _option(name, value)]
    return bind(command, [*flags, "--", *words])


def _message(given: bytes, encoding: str) -> str:
    """What was piped in as text; raises `Refused` where it is too much, or no text."""
    if len(given) > MESSAGE_BYTES:
        raise Refused(_("A message may have {n} bytes at most.", n=MESSAGE_BYTES))
    try:
        text = given.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(_("What was piped in is not text in {encoding}.", encoding=encoding)) from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n")


def _option(name: str, value: object) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    if value is True:
        return [option]
    several = value if isinstance(value, tuple) else (value,)
    return [word for one in several for word in (option, str(one))]


async def _answered(
    desk: Desk, command: Command, arguments: Arguments, account: str | None, ids: str | None, form: Form, wait: bool
) -> int:
    """Run one command on the desk and print what it answers; the exit code."""
    try:
        _check_account(desk, account)
        cx = Context(desk, ShellFront(), _tickets(desk, ids, account), account=account)
        answer = await run(command, arguments, cx)
        code = await _waited(desk, cx.ops) if wait and cx.ops else 0
        if not isinstance(answer, Answer):
            answer = _ops_answer(desk, cx.ops)
        write(answer, form)
        if form == "text" and answer.nothing and not answer.rows:
            click.echo(answer.nothing, err=True)
        return code or (UNREACHABLE if answer.unreachable else int(answer.failed))
    finally:
        await desk.close()


def _tickets(desk: Desk, ids: str | None, account: str | None) -> tuple[TicketRow, ...]:
    """The tickets that ids with commas name, each once, so that nobody gets a message twice."""
    words = [word.strip() for word in (ids or "").split(",")]
    found = [desk.ticket(word, account) for word in words if word]
    if ids is not None and not found:
        raise Refused(_("Which ticket? Give its id."))
    return tuple({row.ticket.ref: row for row in found}.values())


def _check_account(desk: Desk, account: str | None) -> None:
    names = [one.name for one in desk.accounts()]
    if account is not None and account not in names:
        raise Refused(_("There is no account {name!r}. See: agentdesk account list", name=account))


async def _waited(desk: Desk, ops: list[Op]) -> int:
    """Wait until the decisions have left; the exit code when they have not."""
    try:
        settled = await desk.wait_for(ops)
    except ProviderError as error:
        click.echo(safe_line(f"{error} {_('The work is safe in the outbox.')}"), err=True)
        return UNREACHABLE if isinstance(error, Offline) else FAILED
    if any(op.state is OpState.QUEUED for op in settled):
        told = _("It waits behind an earlier decision on the same ticket. See: agentdesk outbox list")
        click.echo(told, err=True)
        return FAILED
    return 0


def _ops_answer(desk: Desk, ops: list[Op]) -> Answer:
    """What became of the decisions of a command: one document for one, a list for several."""
    known = [desk.store.outbox.get(op.id) or op for op in ops]
    documents = [op_document(op) for op in known]
    document = documents[0] if len(documents) == 1 else {"ops": documents}
    headings = (_("Decision"), _("Ticket"), _("State"), _("Why"))
    rows = [[op.id, desk.clear_name(op.ticket), op.state.value, op.reason] for op in known]
    return Answer(document, headings, rows, failed=any(op.state in STUCK for op in known))


# The shell's own words


def _own_words(own: Folders, config: Config) -> list[click.Command]:
    return [_demo(own, config), _sandbox(), _sync(own, config)]


def _desk(own: Folders, config: Config) -> Desk:
    """The person's own desk, or the demo's where `--demo` was said."""
    if not click.get_current_context().find_root().params.get("demo_desk"):
        return Desk(own, config)
    return demo_desk(own, config)


def _open_without_words(own: Folders, config: Config) -> None:
    if click.get_current_context().invoked_subcommand is None:
        open_own(own, config)


def _sync(own: Folders, config: Config) -> click.Command:
    @click.command(help=_("Push what waits and pull what changed, once, or with --watch until interrupted."))
    @click.option("--account", help=_("Only this account."))
    @click.option("--watch", is_flag=True, help=_("Keep on until interrupted."))
    @click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
    def sync(account: str | None, watch: bool, as_json: bool) -> None:
        from agentdesk.shell_sync import run_sync  # late: progress bars and providers

        desk = _desk(own, config)
        if not desk.accounts():
            raise Refused(no_account())
        _check_account(desk, account)
        sys.exit(run_sync(desk, account, watch=watch, form="json" if as_json else "text"))

    return sync


def _demo(own: Folders, config: Config) -> click.Command:
    @click.command(help=_("Open the desk on the embedded helpdesk: living data, no network, no account."))
    @click.option("--lang", type=click.Choice(["ja", "en", "both"]), help=_("The language of customers and screen."))
    @click.option(
        "--tickets",
        default=DEMO_TICKETS,
        show_default=True,
        type=click.IntRange(0, 1_000_000),
        help=_("So many tickets."),
    )
    @click.option("--seed", default=1, show_default=True, help=_("The same number makes the same data."))
    @click.option("--fresh", is_flag=True, help=_("Forget the demo's data and begin anew."))
    def demo(lang: str | None, tickets: int, seed: int, fresh: bool) -> None:
        from agentdesk.demo import prepare

        open_desk(prepare(own, config, lang=lang, tickets=tickets, seed=seed, fresh=fresh))

    return demo


def _sandbox() -> click.Command:
    @click.command(help=_("Serve the embedded helpdesk over HTTP on 127.0.0.1 until interrupted."))
    @click.option(
        "--port", default=0, show_default=True, type=click.IntRange(0, 65535), help=_("The port; 0 for any free one.")
    )
    @click.option(
        "--data",
        type=click.Path(path_type=Path, dir_okay=False),
        help=_("The file that keeps the data; none forgets it."),
    )
    @click.option(
        "--tickets", default=300, show_default=True, type=click.IntRange(0, 10_000_000), help=_("So many tickets.")
    )
    @click.option("--seed", default=1, show_default=True, help=_("The same number makes the same data."))
    @click.option(
        "--lang",
        default="both",
        show_default=True,
        type=click.Choice(["ja", "en", "both"]),
        help=_("The language of the customers."),
    )
    @click.option(
        "--load",
        "folder",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help=_("Read the data from the JSONL files in this folder."),
    )
    @click.option("--faults", help=_("What goes wrong, such as lose=0.1,delay=200ms."))
    @click.option("--quiet-time", is_flag=True, help=_("Nothing happens by itself."))
    def sandbox(
        port: int,
        data: Path | None,
        tickets: int,
        seed: int,
        lang: Any,
        folder: Path | None,
        faults: str | None,
        quiet_time: bool,
    ) -> None:
        from agentdesk.sandbox.serve import serve

        try:
            serve(port, data, tickets, seed, lang, folder, faults, quiet_time)
        except (ValueError, OSError) as error:
            click.echo(safe_line(str(error)), err=True)
            sys.exit(FAILED)

    return sandbox
