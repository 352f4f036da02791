"""The shell: every command of the registry that works without a screen, and the few words that are the shell's own.

Exit codes: 0 done, 1 refused or failed, 2 misuse, 3 the helpdesk could not be reached. Data goes to stdout, words and
progress to stderr.
"""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from agentdesk import __version__
from agentdesk.commands import load
from agentdesk.commands.answering import no_account
from agentdesk.config import Config
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.opening import DEMO_TICKETS, FAILED, open_desk, open_own, prepared
from agentdesk.paths import Folders
from agentdesk.shell_commands import click_command, desk_of
from agentdesk.shell_words import teach_click
from agentdesk.text.safe import safe_line


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
                    _place(self, command.name.split(), click_command(command, self._own, self._config))


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


# The shell's own words


def _own_words(own: Folders, config: Config) -> list[click.Command]:
    return [_demo(own, config), _sandbox(), _sync(own, config)]


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

        desk = desk_of(own, config)
        if not desk.accounts():
            raise Refused(no_account())
        if account is not None:
            desk.account(account)
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
