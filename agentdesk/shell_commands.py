"""The commands of the registry in the shell: what is typed becomes their arguments, and their answers are printed."""

import asyncio
import re
import sys
from typing import Any, TextIO

import click

from agentdesk.answers import Answer, op_document
from agentdesk.commands.context import Context
from agentdesk.commands.registry import Arguments, Command, bind, run
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.errors import Offline, ProviderError, Refused
from agentdesk.i18n import _
from agentdesk.model import STUCK, Op, OpState, TicketRow
from agentdesk.opening import FAILED, UNREACHABLE, demo_desk
from agentdesk.output import Form, write
from agentdesk.paths import Folders
from agentdesk.shell_completing import query_completer
from agentdesk.shell_front import ShellFront
from agentdesk.shell_words import option_help
from agentdesk.text.safe import safe_line

MESSAGE = "text"
MESSAGE_BYTES = 1_000_000


def desk_of(own: Folders, config: Config) -> Desk:
    """The person's own desk, or the demo's where `--demo` was said."""
    if not click.get_current_context().find_root().params.get("demo_desk"):
        return Desk(own, config)
    return demo_desk(own, config)


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


def click_command(command: Command, own: Folders, config: Config) -> click.Command:
    """A command of the registry as click knows it."""
    is_about_tickets = "ticket" in command.scopes
    usage = command.usage.removeprefix(command.name).strip()
    params: list[click.Parameter] = [click.Argument(["ids"], metavar="ID[,ID...]")] if is_about_tickets else []
    query = command.query
    ways = query_completer(lambda: desk_of(own, config)) if query else None
    of_words = ways if query and query.kind == "rest" else None
    params.append(click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, metavar=usage, shell_complete=of_words))
    params += [
        click.Option(["--json", "as_json"], is_flag=True, help=_("Print one JSON document.")),
        click.Option(["--jsonl"], is_flag=True, help=_("Print one JSON document a line.")),
        click.Option(["--account"], help=_("Only this account.")),
    ]
    if command.undo != "no" or command.name in ("outbox retry", "undo"):
        params.append(click.Option(["--wait"], is_flag=True, help=_("Wait until it is sent, held or failed.")))
    for name, parameter in command.options.items():
        is_flag, told = parameter.kind == "flag", option_help(parameter.name)
        completer = ways if parameter.is_query else None
        # None, as with False click leaves a value that begins with a minus to the words
        params.append(
            click.Option(
                [name], is_flag=is_flag or None, multiple=parameter.is_repeated, help=told, shell_complete=completer
            )
        )
    params += [click.Option([name], hidden=True) for name in command.named_words]
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
    desk = desk_of(own, config)
    sys.exit(asyncio.run(_answered(desk, command, arguments, account, ids, form, wait)))


def _arguments(command: Command, words: list[str], named: dict[str, Any]) -> Arguments:
    """What the words mean, with a message read from stdin where one is wanted and none was given."""
    takes_text = any(parameter.name == MESSAGE and parameter.kind == "rest" for parameter in command.parameters)
    piped: TextIO | None = sys.stdin  # None where it was closed
    if takes_text and not words and piped is not None and not piped.isatty():
        words = [_message(piped.buffer.read(MESSAGE_BYTES + 1), piped.encoding)]
    known = {**command.named_words, **command.options}
    flags = [word for name, parameter in known.items() for word in _typed(name, named.get(parameter.name, False))]
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


def _typed(option: str, value: object) -> list[str]:
    """An option as it was typed, once for each of its values."""
    if isinstance(value, bool):
        return [option] if value else []
    several = value if isinstance(value, tuple) else (value,)
    return [word for one in several for word in (option, str(one))]


async def _answered(
    desk: Desk, command: Command, arguments: Arguments, account: str | None, ids: str | None, form: Form, wait: bool
) -> int:
    """Run one command on the desk and print what it answers; the exit code."""
    try:
        if account is not None:
            desk.account(account)
        cx = Context(desk, ShellFront(), _tickets(desk, ids, account), account=account)
        answer = await run(command, arguments, cx)
        code = await _waited(desk, cx.ops) if wait and cx.ops else 0
        if not isinstance(answer, Answer):
            answer = _ops_answer(desk, cx.ops)
        write(answer, form)
        if answer.hint:
            click.echo(answer.hint, err=True)
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
