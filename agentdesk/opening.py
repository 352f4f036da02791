"""The opening: folders and configuration for every way into the program, and the desk on the screen."""

import gc
import io
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from agentdesk.commands.answering import no_account
from agentdesk.config import Config, load
from agentdesk.desk import Desk, speak
from agentdesk.errors import AgentdeskError, FilterError, Offline, Refused, StoreError
from agentdesk.i18n import _
from agentdesk.paths import Folders, folders
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width

FAILED, UNREACHABLE = 1, 3
DEMO_TICKETS = 300


@contextmanager
def prepared() -> Iterator[tuple[Folders, Config]]:
    """The person's folders and configuration; what goes wrong in the block ends the process with a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks Japanese must not end the program
    own = folders()
    speak(Config())
    try:
        config = load(own.config_file)
        speak(config)
        yield own, config
    except AgentdeskError as error:
        _fail(error)
    except sqlite3.Error as error:
        _fail(StoreError(_("The cache {path} cannot be used: {reason}.", path=str(own.database), reason=str(error))))
    except OSError as error:
        _fail(Refused(_("The system refused: {reason}.", reason=str(error))))


def _fail(error: AgentdeskError) -> NoReturn:
    if isinstance(error, FilterError) and error.query:
        print(safe_line(error.query), file=sys.stderr)
        print(f"{' ' * cell_width(safe_line(error.query[: error.at]))}^ ", end="", file=sys.stderr)
    print(safe_line(str(error)), file=sys.stderr)
    sys.exit(UNREACHABLE if isinstance(error, Offline) else FAILED)


def open_own(own: Folders, config: Config) -> None:
    """Open the person's own desk on the screen; without an account and a screen, say what to do."""
    desk = Desk(own, config)
    if not desk.accounts() and not (sys.stdin.isatty() and sys.stdout.isatty()):
        desk.store.close()
        print(no_account(), file=sys.stderr)
        print(_("To look around without an account: agentdesk demo"), file=sys.stderr)
        sys.exit(FAILED)
    open_desk(desk, lambda: demo_desk(own, config))


def demo_desk(own: Folders, config: Config) -> Desk:
    """The demo's desk as it was left, or a new one."""
    from agentdesk.demo import prepare  # late: only the demo pays for the demo

    return prepare(own, config, lang=None, tickets=DEMO_TICKETS, seed=1, fresh=False)


def open_desk(desk: Desk, demo: Callable[[], Desk] | None = None) -> None:
    """Show a desk on the screen until the person leaves it; `demo` gives the one they may turn to."""
    gc.disable()  # until the desk has painted itself, which turns it on again
    from agentdesk.ui.app import run  # late: the shell never pays for Textual, a fifth of a second

    run(desk, demo)
