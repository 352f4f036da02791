"""Sending now: for a shell command that waits until its own decisions have left."""

import asyncio
from collections.abc import Collection

from agentdesk.errors import RateLimited
from agentdesk.model import Op, OpState
from agentdesk.store import Store
from agentdesk.sync.engine import Engine
from agentdesk.sync.lease import Lease, Sleep, new_holder

LOOK_AGAIN_SECONDS = 0.3
ON_THEIR_WAY = frozenset({OpState.QUEUED, OpState.SENDING})


async def send_now(engine: Engine, ids: Collection[str], *, sleep: Sleep = asyncio.sleep) -> list[Op]:
    """The named decisions once each is sent, held, failed, in doubt or dropped; raises `Offline`, `Unauthorized`.

    While another process syncs the account, that one sends them and we watch.
    """
    lease = Lease(engine.account, new_holder(), engine.disk, engine.clock, sleep)

    def look(store: Store) -> list[Op]:
        return [op for id in ids if (op := store.outbox.get(id))]

    while any(op.state in ON_THEIR_WAY for op in await engine.disk.do(look)):
        if await lease.take():
            try:
                await lease.keep(engine.serve())
            except RateLimited as error:
                await sleep(error.seconds)
        await sleep(LOOK_AGAIN_SECONDS)
    return await engine.disk.do(look)
