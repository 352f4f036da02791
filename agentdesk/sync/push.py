"""The push: decisions on their way out, in order per ticket, several tickets at once, each exactly once.

    queued ──► verdict ──► SENDING on disk ──► provider.send ──► settled, with the receipt
                 │  ▲                             │
         held ◄──┤  │ read again (at most ROUNDS) ├── Conflict ─────► a try that was lost may have won: find first
       failed ◄──┘  └─────────────────────────────┤
       failed ◄───── Rejected, Gone ──────────────┤
        doubt ◄───── CannotTell ──────────────────┤
       queued ◄───── RateLimited, Unauthorized, never left this machine
      SENDING ◄───── the answer was lost, a crash, a cancel: the next try begins with find

A reply is judged only with the whole conversation at hand: where the log has holes, the ticket is read first. Whatever
stops one ticket leaves the others going; a refused login, a pause asked for, or a line that is down stops the pass.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from agentdesk.errors import (
    CannotTell,
    Conflict,
    Forbidden,
    Gone,
    Offline,
    RateLimited,
    Rejected,
    Unauthorized,
    UploadGone,
)
from agentdesk.exchange import Page, Receipt
from agentdesk.i18n import _
from agentdesk.model import Create, Merge, Op, OpState, Ref, Reply, Ticket
from agentdesk.providers.base import Provider, TakesFilesAhead
from agentdesk.store import Store
from agentdesk.sync.disk import Disk
from agentdesk.sync.together import together
from agentdesk.sync.verdict import Fail, Hold, Names, Send, verdict

AT_ONCE = 4
"""Tickets whose decisions leave at the same time."""
ROUNDS = 5
"""How often a decision is judged again because the ticket moved while it was leaving."""
LOST_IN_A_ROW = 3
"""Answers lost one after the other that make a line count as down."""


@dataclass
class _Pass:
    """What one pass over the outbox has learnt."""

    names: Names = field(default_factory=Names)
    waiting: set[Ref] = field(default_factory=set)
    lost: int = 0
    lost_in_a_row: int = 0


class Push:
    """Lets the decisions of one account leave."""

    def __init__(self, provider: Provider, disk: Disk, clock: Callable[[], datetime]) -> None:
        self.sent = 0
        self._provider = provider
        self._disk = disk
        self._clock = clock
        self._one_pass = asyncio.Lock()

    async def run(self) -> None:
        """Send everything that is due; raises what keeps the whole account from sending.

        Answers that were lost are asked for again while others come through.
        """
        async with self._one_pass:
            while True:
                sent_before = self.sent
                current = await self._pass()
                if not current.lost:
                    return
                if self.sent == sent_before:
                    raise Offline(_("{account}: the helpdesk did not answer.", account=self._provider.account))

    async def _pass(self) -> _Pass:
        """Let everything that is due leave once."""
        current = _Pass()
        due = await self._due(current)
        if due:
            current.names = await self._disk.do(self._names)
        while due:
            await together(AT_ONCE, due, partial(self._try, current))
            due = await self._due(current)
        return current

    async def ask_again(self) -> None:
        """Ask the helpdesk once more for every decision in doubt."""
        async with self._one_pass:
            account = self._provider.account
            pending = await self._disk.do(lambda store: store.outbox.pending(account))
            for op in (op for op in pending if op.state is OpState.DOUBT):
                try:
                    if not await self._was_found(op):
                        await self._mark(op, OpState.QUEUED)
                except CannotTell:
                    continue

    async def _due(self, current: _Pass) -> list[Op]:
        account, now = self._provider.account, self._clock()
        due = await self._disk.do(lambda store: store.outbox.due(account, now))
        return [op for op in due if op.ticket not in current.waiting]

    async def _has_files(self, op: Op) -> bool:
        """Has the helpdesk every file of the decision that it takes ahead? What lacks some waits for `Uploads`."""
        if not (op.uploads and isinstance(self._provider, TakesFilesAhead)):
            return True
        now = self._clock()
        return not await self._disk.do(lambda store: store.uploads.missing(op, now))

    async def _try(self, current: _Pass, op: Op) -> None:
        """Let one decision leave, or note that its ticket must wait; raises what stops the whole account."""
        try:
            has_left = await self._leave(op, current.names)
        except Offline as error:
            current.waiting.add(op.ticket)
            current.lost += 1
            current.lost_in_a_row += 1
            if not error.arrived or current.lost_in_a_row >= LOST_IN_A_ROW:
                raise
            return
        except UploadGone as error:
            await self._bring_anew(op, error)
            has_left = False
        except Rejected as error:
            await self._mark(op, OpState.FAILED, await self._why_refused(op, error))
            has_left = False
        except CannotTell as error:
            await self._mark(op, OpState.DOUBT, str(error))
            has_left = False
        current.lost_in_a_row = 0
        if not has_left:
            current.waiting.add(op.ticket)

    async def _bring_anew(self, op: Op, error: UploadGone) -> None:
        """Let the files of a decision be brought once more, unless that has not helped before."""
        await self._disk.do(lambda store: store.uploads.forget(op))
        is_enough = op.attempts >= ROUNDS
        await self._mark(op, *((OpState.FAILED, str(error)) if is_enough else (OpState.QUEUED,)))

    async def _leave(self, op: Op, names: Names) -> bool:
        """See one decision through to its receipt (True), or to the state it has to wait in.

        What was decided for a ticket of another account is never said here, whoever asks.
        """
        if op.ticket.account != self._provider.account:
            why = _("It was written for {account} and does not leave anywhere else.", account=op.ticket.account)
            await self._mark(op, OpState.FAILED, why)
            return False
        if op.state is OpState.SENDING and await self._was_found(op):
            return True
        if not await self._has_files(op):
            if op.state is OpState.SENDING:  # it certainly did not arrive, so the files may be brought anew
                await self._mark(op, OpState.QUEUED)
            return False
        server = await self._picture(op)
        for _round in range(ROUNDS):
            match verdict(op, server, names):
                case Hold(why):
                    await self._mark(op, OpState.HELD, why)
                    return False
                case Fail(why):
                    await self._mark(op, OpState.FAILED, why)
                    return False
                case Send() if not await self._write_down(op):
                    return False
            try:
                await self._send(op, server)
                return True
            except Conflict:
                if op.attempts and await self._was_found(op):
                    return True
                if isinstance(op.message, Create):
                    return False
            op = replace(op, state=OpState.SENDING, attempts=op.attempts + 1)
            server = await self._read_again(op.ticket)
        await self._mark(op, OpState.HELD, _("This ticket keeps changing. Look at it, then send again."))
        return False

    async def _why_refused(self, op: Op, error: Rejected) -> str:
        """The verdict on the ticket as it is now where that says it better, else the helpdesk's own words."""
        if isinstance(op.message, Create) or isinstance(error, Forbidden):
            return str(error)
        judged = verdict(op, await self._read_again(op.ticket))
        return judged.why if isinstance(judged, Fail) else str(error)

    async def _write_down(self, op: Op) -> bool:
        """Put on disk that the decision is about to leave; False when it was taken back first."""
        return await self._disk.do(lambda store: store.outbox.sending(op))

    async def _send(self, op: Op, server: Ticket | None) -> None:
        """Hand the decision to the helpdesk and settle it."""
        now = self._clock()
        try:
            receipt = await self._provider.send(await self._disk.do(lambda store: store.uploads.named(op, now)), server)
        except (Offline, RateLimited, Unauthorized) as error:
            if not (isinstance(error, Offline) and error.arrived):
                await self._disk.do(lambda store: store.outbox.unsend(op))
            raise
        await self._settle(op, receipt, server)

    async def _was_found(self, op: Op) -> bool:
        """Did an earlier try arrive? Settles it if so; raises `CannotTell` when nothing shows."""
        try:
            receipt = await self._provider.find(op)
        except Gone:
            return False  # the verdict will say so
        except Rejected as error:
            raise CannotTell(str(error)) from error
        if receipt is None:
            return False
        await self._settle(op, receipt, None)
        return True

    async def _settle(self, op: Op, receipt: Receipt, against: Ticket | None) -> None:
        def settle(store: Store) -> None:
            store.mirror.settle(op, receipt, against)
            store.uploads.forget(op)
            store.spool.release(op.uploads)

        await self._disk.do(settle)
        self.sent += 1

    async def _mark(self, op: Op, state: OpState, reason: str = "") -> None:
        await self._disk.do(lambda store: store.outbox.mark(op, state, reason))

    async def _picture(self, op: Op) -> Ticket | None:
        """The helpdesk's copy of the ticket, good enough to judge the decision by."""
        needs_log = any(isinstance(change, Reply | Merge) for change in op.changes)

        def look(store: Store) -> tuple[Ticket | None, bool]:
            return store.mirror.ticket(op.ticket), not needs_log or store.mirror.is_whole(op.ticket)

        server, is_enough = await self._disk.do(look)
        if isinstance(op.message, Create) or (server is not None and is_enough):
            return server
        return await self._read_again(op.ticket)

    async def _read_again(self, ref: Ref) -> Ticket | None:
        """The ticket as the helpdesk has it now, taken into the cache; None when it is gone."""
        page = await read_ticket(self._provider, ref)

        def take(store: Store) -> Ticket | None:
            store.mirror.take(page)
            return store.mirror.ticket(ref)

        return await self._disk.do(take)

    def _names(self, store: Store) -> Names:
        return Names(*store.mirror.names(self._provider.account))


async def read_ticket(provider: Provider, ref: Ref) -> Page:
    """One ticket with its whole log, or the page that says it is gone."""
    try:
        return await provider.detail(ref)
    except Gone:
        return Page((), "", gone=(ref,))
