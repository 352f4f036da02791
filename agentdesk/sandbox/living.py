"""Living: a script's happenings applied to a helpdesk at intervals, for as long as it is served."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

from agentdesk.sandbox.dataset import Script
from agentdesk.sandbox.problems import Problem
from agentdesk.sandbox.state import Helpdesk

INTERVAL_SECONDS = 20.0


async def run_living(
    helpdesk: Helpdesk, script: Script, interval_seconds: float = INTERVAL_SECONDS, *, seed: int = 0
) -> None:
    """Let something happen about every so many seconds, until cancelled."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    while True:
        await asyncio.sleep(interval_seconds * chance.uniform(0.5, 1.5))
        # A script may ask for what is refused by now, such as a word on a ticket just closed: then nothing happens.
        with contextlib.suppress(Problem):
            helpdesk.tick(script)


@contextlib.asynccontextmanager
async def living_task(helpdesk: Helpdesk, script: Script | None) -> AsyncIterator[None]:
    """A helpdesk that lives inside the block; nothing happens without a script."""
    if script is None:
        yield
        return
    task = asyncio.create_task(run_living(helpdesk, script))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
