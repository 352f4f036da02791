"""Sending now: for a shell command that waits until its own decisions have left."""

import asyncio
import contextlib
from collections.abc import Collection

from agentdesk.errors import RateLimited
from agentdesk.model import Op, OpState
from agentdesk.store import Store
from agentdesk.sync.engine import Engine
from agentdesk.sync.lease import Lease, LeaseLost, Sleep, new_holder
from agentdesk.sync.loop import check_line

LOOK_AGAIN_SECONDS = 0.3
ON_THEIR_WAY = frozenset({OpState.QUEUED, OpState.SENDING})


async def send_now(engine: Engine, ids: Collection[str], *, sleep: Sleep = asyncio.sleep) -> list[Op]:
    """The named decisions once none of them can move on by itself; raises `Offline`, `Unauthorized`.

    While another process syncs the account, that one sends them and we watch. What waits behind a decision that needs
    the agent comes back as it is.
    """
    lease = Lease(engine.account, new_holder(), engine.disk, engine.clock, sleep)

    def look(store: Store) -> list[Op]:
        return [op for id in ids if (op := store.outbox.get(id))]

    def may_leave(store: Store) -> bool:
        return any(op.state in ON_THEIR_WAY and not _is_blocked(store, op) for op in look(store))

    while await engine.disk.do(may_leave):
        if not await lease.take():
            await check_line(engine)
        else:
            try:
                with contextlib.suppress(LeaseLost):  # this machine slept; whoever took over sends them
                    await lease.keep(_sent(engine))
            except RateLimited as error:
                await sleep(error.seconds)
        if await engine.disk.do(may_leave):
            await sleep(LOOK_AGAIN_SECONDS)
    return await engine.disk.do(look)


async def _sent(engine: Engine) -> None:
    await engine.upload()
    await engine.serve()


def _is_blocked(store: Store, op: Op) -> bool:
    """Does an earlier decision on the same ticket have to be settled by the agent first?"""
    return any(first.state not in ON_THEIR_WAY for first in store.outbox.of_ticket(op.ticket)[:1])
