"""`agentdesk sync`: a round of pushing and pulling with a progress bar, or a watch that goes on until interrupted."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from agentdesk.answers import Answer
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError, Offline
from agentdesk.i18n import _
from agentdesk.output import Form, write
from agentdesk.sync.engine import Summary
from agentdesk.text.safe import safe_line

if TYPE_CHECKING:
    from rich.progress import Progress

LOOK_EVERY_SECONDS = 0.2
REPEAT_SECONDS = 25.0
FAILED, UNREACHABLE = 1, 3
MANY = 100
"""So many texts the extras read before anybody wonders."""


def run_sync(desk: Desk, account: str | None, *, watch: bool, form: Form) -> int:
    """Sync, print what was done for each account, and give the exit code."""
    try:
        return asyncio.run(_sync(desk, account, watch, form))
    except KeyboardInterrupt:
        if not watch:
            raise
        return 0  # a watch goes on until it is interrupted: that is how it ends


async def _sync(desk: Desk, account: str | None, watch: bool, form: Form) -> int:
    try:
        await desk.set_search_up()
        while True:
            async with _progress(desk):
                done = await desk.sync(account)
                if not watch:
                    await _index(desk)
            write(
                _answer([one.summary for one in done if one.summary]), form if form == "text" or not watch else "jsonl"
            )
            errors = [one.error for one in done if one.error]
            for error in errors:
                sys.stderr.write(f"{safe_line(str(error))}\n")
            if not watch:
                return _exit_code(errors)
            await asyncio.sleep(REPEAT_SECONDS)
    finally:
        await desk.close()


async def _index(desk: Desk) -> None:
    """Make everything that came in searchable and score it; where the extras have long to read, that is said."""
    left = desk.store.search.meaning.unread()
    if left > MANY:
        told = _("The extras of the search have {count} texts to read. Interrupted, they go on next time.", count=left)
        sys.stderr.write(f"{told}\n")
    await desk.index(is_patient=True)
    await desk.score()


def _exit_code(errors: Sequence[AgentdeskError]) -> int:
    """0 when all went well, 3 when helpdesks could not be reached, 1 when one refused."""
    if not errors:
        return 0
    return UNREACHABLE if all(isinstance(error, Offline) for error in errors) else FAILED


def _answer(summaries: list[Summary]) -> Answer:
    headings = (
        _("Account"), _("Tickets"), _("Events"), _("Customers"), _("Articles"), _("Sent"), _("Held"), _("Failed"),
        _("In doubt"), _("Waiting"), _("Requests"), _("Seconds"),
    )  # fmt: skip
    rows = [
        [
            one.account,
            *(str(one.pulled.get(kind, 0)) for kind in ("tickets", "events", "customers", "articles")),
            *(str(count) for count in (one.sent, one.held, one.failed, one.doubt, one.waiting, one.requests)),
            f"{one.seconds:.1f}",
        ]
        for one in summaries
    ]
    return Answer({"accounts": [asdict(one) for one in summaries]}, headings, rows)


@contextlib.asynccontextmanager
async def _progress(desk: Desk) -> AsyncIterator[None]:
    """A bar on stderr while the block runs, where a person looks at it."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # late: pipes need no bars
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        drawing = asyncio.create_task(_draw(desk, bars))
        try:
            yield
        finally:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)


async def _draw(desk: Desk, bars: "Progress") -> None:
    tasks = {account.name: bars.add_task(account.name, total=None) for account in desk.accounts()}
    while True:
        for name, task in tasks.items():
            weather = desk.store.desktop.weather(name)
            if weather is not None and weather.phase:
                bars.update(task, description=f"{name}: {weather.phase}", completed=weather.done, total=weather.total)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
