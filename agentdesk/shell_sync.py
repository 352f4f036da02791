"""`agentdesk sync`: a round of pushing and pulling with a progress bar, or a watch that goes on until interrupted."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from agentdesk.answers import Answer
from agentdesk.desk import Desk
from agentdesk.errors import Offline
from agentdesk.i18n import _
from agentdesk.output import Form, write
from agentdesk.sync.engine import Summary

if TYPE_CHECKING:
    from rich.progress import Progress

LOOK_EVERY_SECONDS = 0.2
REPEAT_SECONDS = 25.0


def run_sync(desk: Desk, account: str | None, *, watch: bool, form: Form) -> int:
    """Sync, print what was done, and give the exit code; raises the `AgentdeskError` that stopped a single round."""
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_sync(desk, account, watch, form))
    return 0


async def _sync(desk: Desk, account: str | None, watch: bool, form: Form) -> int:
    try:
        while True:
            try:
                async with _progress(desk):
                    summaries = await desk.sync(account)
                write(_answer(summaries), form)
            except Offline as error:
                if not watch:
                    raise
                sys.stderr.write(f"{error}\n")
            if not watch:
                return 0
            await asyncio.sleep(REPEAT_SECONDS)
    finally:
        await desk.close()


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
