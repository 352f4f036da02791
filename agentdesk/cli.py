"""The shell: every command of the registry that works without a screen, and the few words that are the shell's own.

Exit codes: 0 done, 1 refused or failed, 2 misuse, 3 the helpdesk could not be reached. Data goes to stdout, words and
progress to stderr. Click is imported here; Textual only by `_open`, which saves a fifth of a second everywhere else.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click

from agentdesk import __version__
from agentdesk.answers import Answer, op_document
from agentdesk.commands import load
from agentdesk.commands.context import Choice, Context, Screen, Tone
from agentdesk.commands.registry import Arguments, Command, bind, run
from agentdesk.config import Config
from agentdesk.config import load as load_config
from agentdesk.desk import Desk, speak
from agentdesk.errors import AgentdeskError, ConfigError, Offline, Refused
from agentdesk.i18n import _
from agentdesk.model import Op, OpState
from agentdesk.output import Form, write
from agentdesk.paths import Folders, folders
from agentdesk.text.safe import safe_line

FAILED, UNREACHABLE = 1, 3
DEMO_TICKETS = 300
MESSAGE = "text"


@dataclass(slots=True)
class ShellFront:
    """The shell as commands see it: words go to stderr, and nobody can be asked."""

    accept: bool = False
    asked: bool = field(default=False)

    def say(self, text: str, tone: Tone = "plain") -> None:
        click.echo(safe_line(text), err=True)

    async def choose(
        self, title: str, choices: Sequence[Choice], *, free: bool = False, otherwise: str | None = None
    ) -> str | None:
        if otherwise is not None:
            return otherwise
        values = ", ".join(choice.value for choice in choices[:20])
        raise Refused(_("{title}: say which. There are: {values}.", title=title, values=values))

    async def confirm(self, question: str) -> bool:
        return True

    def reopen(self, op: Op) -> None:
        """The draft waits in the cache; there is no screen to show it on."""

    @property
    def screen(self) -> Screen:
        raise Refused(_("This needs the screen. Give the text or the value as an argument, or start: agentdesk"))


def main() -> NoReturn:
    """Run the words of the command line; ends the process with the exit code."""
    own = folders()
    try:
        config = load_config(own.config_file)
    except ConfigError as error:
        _fail(error)
    speak(config)
    shell = _shell(own, config)
    try:
        shell.main(standalone_mode=True)
    except AgentdeskError as error:
        _fail(error)
    sys.exit(0)


def _fail(error: AgentdeskError) -> NoReturn:
    click.echo(safe_line(str(error)), err=True)
    sys.exit(UNREACHABLE if isinstance(error, Offline) else FAILED)


def _shell(own: Folders, config: Config) -> click.Group:
    """The whole tree of shell commands."""
    shell = click.Group(
        invoke_without_command=True,
        callback=lambda demo_desk: _open_without_words(own, config),
        help=_("The terminal workspace for customer support. Without a command it opens the desk."),
        params=[click.Option(["--demo", "demo_desk"], is_flag=True, help=_("Work on the demo's desk."))],
    )
    click.version_option(__version__, prog_name="agentdesk")(shell)
    for command in load():
        if command.in_shell:
            _place(shell, command.name.split(), _click_command(command, own, config))
    for extra in _own_words(own, config):
        shell.add_command(extra)
    return shell


def _place(shell: click.Group, words: list[str], leaf: click.Command) -> None:
    """Hang a command where its words say: `ticket list` below the group `ticket`."""
    group = shell
    for word in words[:-1]:
        found = group.commands.get(word)
        if not isinstance(found, click.Group):
            found = click.Group(word)
            group.add_command(found)
        group = found
    group.add_command(leaf, words[-1])


def _click_command(command: Command, own: Folders, config: Config) -> click.Command:
    is_about_tickets = "ticket" in command.scopes
    params: list[click.Parameter] = [click.Argument(["ids"])] if is_about_tickets else []
    params.append(click.Argument(["words"], nargs=-1, type=click.UNPROCESSED))
    params += [
        click.Option(["--json", "as_json"], is_flag=True, help=_("Print one JSON document.")),
        click.Option(["--jsonl"], is_flag=True, help=_("Print one JSON document a line.")),
        click.Option(["--account"], help=_("Only this account.")),
    ]
    if command.undo != "no" or command.name == "outbox retry":
        params.append(click.Option(["--wait"], is_flag=True, help=_("Wait until it is sent, held or failed.")))
    for parameter in command.parameters:
        if parameter.kind in ("flag", "option"):
            params.append(click.Option([f"--{parameter.name.replace('_', '-')}"], is_flag=parameter.kind == "flag"))
    usage = command.usage.removeprefix(command.name).strip()
    return click.Command(
        command.name.split()[-1],
        params=params,
        callback=lambda **given: _run(command, given, own, config),
        help=command.help,
        options_metavar=f"[OPTIONS]{' ID' if is_about_tickets else ''} {usage}".rstrip(),
        context_settings={"ignore_unknown_options": True},
    )


def _run(command: Command, given: dict[str, Any], own: Folders, config: Config) -> None:
    form: Form = "json" if given.pop("as_json") else "jsonl" if given.pop("jsonl", False) else "text"
    given.pop("jsonl", None)
    wait = bool(given.pop("wait", False))
    account = given.pop("account")
    ids = given.pop("ids", None)
    words = list(given.pop("words"))
    named = {name: value for name, value in given.items() if value not in (None, False)}
    try:
        arguments = _arguments(command, words, named)
    except Refused as error:
        raise click.UsageError(str(error)) from error
    desk = _desk(own, config)
    try:
        code = asyncio.run(_answered(desk, command, arguments, account, ids, form, wait))
    except AgentdeskError as error:
        _fail(error)
    sys.exit(code)


def _arguments(command: Command, words: list[str], named: dict[str, Any]) -> Arguments:
    """What the words mean, with a message read from stdin where one is wanted and none was given."""
    takes_text = any(parameter.name == MESSAGE and parameter.kind == "rest" for parameter in command.parameters)
    if takes_text and not words and not sys.stdin.isatty():
        words = [sys.stdin.read().rstrip("\n")]
    flags = [word for name, value in named.items() for word in _option(name, value)]
    return bind(command, [*words, *flags])


def _option(name: str, value: object) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    return [option] if value is True else [option, str(value)]


async def _answered(
    desk: Desk, command: Command, arguments: Arguments, account: str | None, ids: str | None, form: Form, wait: bool
) -> int:
    """Run one command on the desk and print what it answers; the exit code."""
    try:
        tickets = tuple(desk.ticket(id, account) for id in ids.split(",")) if ids else ()
        cx = Context(desk, ShellFront(), tickets, account=account)
        answer = await run(command, arguments, cx)
        code = await _waited(desk, cx.ops) if wait and cx.ops else 0
        if not isinstance(answer, Answer):
            answer = _ops_answer(desk, cx.ops)
        write(answer, form)
        return code or int(answer.failed)
    finally:
        await desk.close()


async def _waited(desk: Desk, ops: list[Op]) -> int:
    """Wait until the decisions have left; the exit code when the line is down."""
    try:
        await desk.wait_for(ops)
    except Offline as error:
        click.echo(safe_line(f"{error} {_('The work is safe in the outbox.')}"), err=True)
        return UNREACHABLE
    return 0


def _ops_answer(desk: Desk, ops: list[Op]) -> Answer:
    """What became of the decisions of a command: one document for one, a list for several."""
    known = [desk.store.outbox.get(op.id) or op for op in ops]
    documents = [op_document(op) for op in known]
    document = documents[0] if len(documents) == 1 else {"ops": documents}
    headings = (_("Decision"), _("Ticket"), _("State"), _("Why"))
    rows = [[op.id, op.ticket.id, op.state.value, safe_line(op.reason)] for op in known]
    return Answer(document, headings, rows, failed=any(op.state in (OpState.HELD, OpState.FAILED) for op in known))


# The shell's own words


def _own_words(own: Folders, config: Config) -> list[click.Command]:
    return [_demo(own, config), _sandbox(), _sync(own, config)]


def _desk(own: Folders, config: Config) -> Desk:
    """The person's own desk, or the demo's where `--demo` was said."""
    if not click.get_current_context().find_root().params.get("demo_desk"):
        return Desk(own, config)
    from agentdesk.demo import prepare  # late: only the demo pays for the demo

    return prepare(own, config, lang=None, tickets=DEMO_TICKETS, seed=1, fresh=False)


def _open_without_words(own: Folders, config: Config) -> None:
    if click.get_current_context().invoked_subcommand is not None:
        return
    desk = Desk(own, config)
    if not desk.accounts():
        click.echo(_("No account yet. Add one: agentdesk account add NAME --url URL --user EMAIL"), err=True)
        if not (sys.stdin.isatty() and click.confirm(_("Open the demo instead?"), default=True, err=True)):
            click.echo(_("To look around without an account: agentdesk demo"), err=True)
            sys.exit(FAILED)
        from agentdesk.demo import prepare

        desk = prepare(own, config, lang=None, tickets=DEMO_TICKETS, seed=1, fresh=False)
    _open(desk)


def _open(desk: Desk) -> None:
    from agentdesk.ui.app import run as run_app  # late: the shell never pays for Textual

    run_app(desk)


def _sync(own: Folders, config: Config) -> click.Command:
    @click.command(help=_("Push what waits and pull what changed, once, or with --watch until interrupted."))
    @click.option("--account", help=_("Only this account."))
    @click.option("--watch", is_flag=True, help=_("Keep on until interrupted."))
    @click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
    def sync(account: str | None, watch: bool, as_json: bool) -> None:
        from agentdesk.shell_sync import run_sync  # late: progress bars and providers

        desk = _desk(own, config)
        if not desk.accounts():
            _fail(Refused(_("No account yet. Add one: agentdesk account add NAME --url URL --user EMAIL")))
        try:
            code = run_sync(desk, account, watch=watch, form="json" if as_json else "text")
        except AgentdeskError as error:
            _fail(error)
        sys.exit(code)

    return sync


def _demo(own: Folders, config: Config) -> click.Command:
    @click.command(help=_("Open the desk on the embedded helpdesk: living data, no network, no account."))
    @click.option("--lang", type=click.Choice(["ja", "en", "both"]), help=_("The language of customers and screen."))
    @click.option("--tickets", default=DEMO_TICKETS, show_default=True, type=click.IntRange(0, 1_000_000))
    @click.option("--seed", default=1, show_default=True)
    @click.option("--fresh", is_flag=True, help=_("Forget the demo's data and begin anew."))
    def demo(lang: str | None, tickets: int, seed: int, fresh: bool) -> None:
        from agentdesk.demo import prepare

        try:
            desk = prepare(own, config, lang=lang, tickets=tickets, seed=seed, fresh=fresh)
        except AgentdeskError as error:
            _fail(error)
        _open(desk)

    return demo


def _sandbox() -> click.Command:
    @click.command(help=_("Serve the embedded helpdesk over HTTP on 127.0.0.1 until interrupted."))
    @click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535))
    @click.option("--data", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--tickets", default=300, show_default=True, type=click.IntRange(0, 10_000_000))
    @click.option("--seed", default=1, show_default=True)
    @click.option("--lang", default="both", show_default=True, type=click.Choice(["ja", "en", "both"]))
    @click.option("--load", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
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
