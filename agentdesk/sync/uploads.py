"""The uploads: the files of due decisions, brought to the helpdesk before the messages that name them leave.

A side of its own beside the push, so that a big file on a slow line keeps no other reply waiting. The decision stays
queued meanwhile: the agent can take it back at any byte. Each file is brought once; what a cut or a crash interrupts
begins again with the file that was on its way, and none before it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from agentdesk.errors import ProviderError, Rejected
from agentdesk.exchange import Uploaded
from agentdesk.model import Op, OpState, Upload
from agentdesk.providers.base import Provider, TakesFilesAhead
from agentdesk.store import Store
from agentdesk.sync.disk import Disk

AT_ONCE = 2
DUE_SECONDS = 1.0
LOOK_SECONDS = 0.25
"""How often is written down how far a file is, and looked whether it is still wanted."""


class Uploads:
    """Brings the files of one account's decisions."""

    def __init__(self, provider: Provider, disk: Disk, clock: Callable[[], datetime]) -> None:
        self._provider = provider
        self._disk = disk
        self._clock = clock
        self._one_pass = asyncio.Lock()

    async def run(self) -> bool:
        """Bring every file that is missing; False when there was none. Raises what stops the whole account.

        What becomes due meanwhile is taken up at once, so that a small file does not wait for a big one.
        """
        if not isinstance(self._provider, TakesFilesAhead):
            return False
        begun: dict[str, asyncio.Task[None]] = {}
        failures: list[ProviderError] = []
        async with self._one_pass, asyncio.TaskGroup() as workers:
            while not failures:
                for op in await self._due():
                    if op.id not in begun and len(_running(begun)) < AT_ONCE:
                        begun[op.id] = workers.create_task(self._bring(self._provider, op, failures))
                if not (running := _running(begun)):
                    break
                await asyncio.wait(running, timeout=DUE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if failures:
            raise failures[0]
        return bool(begun)

    async def _due(self) -> list[Op]:
        """The decisions that lack files, oldest first."""
        account, now = self._provider.account, self._clock()

        def look(store: Store) -> list[Op]:
            due = [op for op in store.outbox.due(account, now) if op.uploads and op.state is OpState.QUEUED]
            lacking = [op for op in due if store.uploads.missing(op, now)]
            for op in lacking:
                store.uploads.begin(op)
            return [op for op in lacking if store.uploads.missing(op, now)]

        return await self._disk.do(look)

    async def _bring(self, provider: TakesFilesAhead, op: Op, failures: list[ProviderError]) -> None:
        """Bring the files of one decision, one after the other, for as long as it is wanted."""
        now = self._clock()
        try:
            for upload in await self._disk.do(lambda store: store.uploads.missing(op, now)):
                if not await self._brought(provider, op, upload):
                    return
        except Rejected as error:
            await self._failed(op, str(error))
        except ProviderError as error:
            failures.append(error)

    async def _failed(self, op: Op, reason: str) -> None:
        await self._disk.do(lambda store: store.outbox.mark(op, OpState.FAILED, reason))

    async def _brought(self, provider: TakesFilesAhead, op: Op, upload: Upload) -> bool:
        """Bring one file and write down its token; False when the decision was taken back meanwhile."""
        sent = 0

        def told(bytes_so_far: int) -> None:
            nonlocal sent
            sent = bytes_so_far

        def look(store: Store) -> bool:
            store.uploads.went(op, upload, sent)
            return store.uploads.is_wanted(op)

        if not await self._disk.do(look):
            return False
        bringing = asyncio.ensure_future(provider.upload(upload, told))
        try:
            while not (await asyncio.wait({bringing}, timeout=LOOK_SECONDS))[0]:
                if not await self._disk.do(look):
                    return False
            proof = bringing.result()
        finally:
            await _ended(bringing)
        await self._disk.do(lambda store: store.uploads.arrived(op, upload, proof))
        return True


def _running(tasks: dict[str, asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    return {task for task in tasks.values() if not task.done()}


async def _ended(bringing: asyncio.Future[Uploaded]) -> None:
    """Let go of a transfer; whatever it would still say is of no interest."""
    bringing.cancel()
    await asyncio.wait({bringing})
    if not bringing.cancelled():
        bringing.exception()
