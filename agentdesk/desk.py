"""The composition root: folders and configuration become stores, providers and one place that writes decisions down.

Screens and shell read `desk.store`; everything written goes through `desk.write`, which runs on one thread of its own
with its own connection, so that no key ever waits for a disk.
"""

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from agentdesk import i18n
from agentdesk.config import Config, Queue
from agentdesk.errors import AgentdeskError, ProviderError, Refused, StoreError
from agentdesk.i18n import _
from agentdesk.model import (
    Attachment,
    Change,
    Create,
    Note,
    Op,
    Ref,
    Reply,
    Ticket,
    TicketRow,
    Upload,
    apply,
)
from agentdesk.paths import Folders
from agentdesk.record import record
from agentdesk.store import Store, weighed
from agentdesk.store.desktop import Account
from agentdesk.store.store import opened
from agentdesk.store.undoing import Undone, undo_last
from agentdesk.wording import Wording

if TYPE_CHECKING:
    from agentdesk.background import Background, Broken
    from agentdesk.providers.base import Provider
    from agentdesk.store.meaning import Wanted
    from agentdesk.sync.engine import Summary

    Providers = Callable[[], AbstractAsyncContextManager[Sequence[Provider]]]

T = TypeVar("T")
Clock = Callable[[], datetime]
INDEX_AT_ONCE = 500
SCORE_SECONDS = 4.0
SEEN_ACCOUNT = "seen account"


def utc_now() -> datetime:
    return datetime.now(UTC)


@record
class Synced:
    """What one round did for an account, and what stopped it; without a summary it could not even be opened."""

    account: str
    summary: "Summary | None"
    error: AgentdeskError | None = None


class Desk:
    """One person's desk: its configuration, its cache, its accounts."""

    def __init__(
        self, folders: Folders, config: Config, clock: Clock = utc_now, providers: "Providers | None" = None
    ) -> None:
        self.folders = folders
        self.config = config
        self.clock = clock
        self.store = Store(folders.database)
        self.wording = Wording(folders, config, self.store)
        self._providers = providers
        self._background: Background | None = None
        self._synced: list[Account] = []
        self._log: logging.Handler | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="agentdesk-writer")
        self._writing_store: Store | None = None
        self._on_written: list[Callable[[], None]] = []
        self._on_noted: list[Callable[[], None]] = []
        self._foreign: int | None = None
        self._is_closed = False

    # Writing

    async def write(self, work: Callable[[Store], T]) -> T:
        """Run `work` with the writing store, off this thread; writes happen one after the other, in order.

        Raises `StoreError` where the disk does not take it.
        """
        answer = await self._on_writer(work)
        self.wake()
        self._tell(self._on_written)
        return answer

    async def note(self, work: Callable[[Store], T]) -> T:
        """As `write`, for what no screen shows and nothing sends: the screens need not read anything again for it.

        Unless somebody else has written meanwhile: then it is told as any other write.
        """
        answer, foreign = await self._on_writer(lambda store: (work(store), store.revision()))
        is_alone, self._foreign = foreign == self._foreign, foreign
        if is_alone:
            self._tell(self._on_noted)
            is_alone = await self._on_writer(Store.revision) == foreign  # nobody slipped in before it was heard
        if not is_alone:
            self._tell(self._on_written)
        return answer

    async def _on_writer(self, work: Callable[[Store], T]) -> T:
        if self._is_closed:
            raise Refused(_("The desk is closed."))
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    def _tell(self, listeners: "Sequence[Callable[[], None]]") -> None:
        for listener in listeners:
            listener()

    def _write(self, work: Callable[[Store], T]) -> T:
        if self._writing_store is None:
            self._writing_store = Store(self.folders.database)
        try:
            return work(self._writing_store)
        except sqlite3.Error as error:
            raise StoreError(
                _("The cache could not be written, nothing was changed: {reason}.", reason=str(error))
            ) from error

    def on_written(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the caller's thread after each write of this desk."""
        self._on_written.append(listener)

    def on_noted(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the caller's thread after each note of this desk that nobody else has written beside."""
        self._on_noted.append(listener)

    async def close(self) -> None:
        """Stop the sync, finish what is being written and close the file; closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._background is not None:
            await asyncio.to_thread(self._background.stop)
        if self._log is not None:
            from agentdesk.logs import stop_logging

            stop_logging(self._log)
        await asyncio.get_running_loop().run_in_executor(self._writer, self._close_writing_store)
        self._writer.shutdown()
        self.store.close()

    def _close_writing_store(self) -> None:
        if self._writing_store is not None:
            self._writing_store.close()
            self._writing_store = None

    # Syncing

    def start_sync(self) -> None:
        """Keep every account in step in the background until the desk is closed."""
        from agentdesk.background import Background  # late: the first paint waits for no provider
        from agentdesk.logs import log_to

        if self._log is None:
            self._log = log_to(self.folders.logs)
        self._synced = self._set_up()
        names = [account.name for account in self._synced]
        self._background = Background(self.folders.database, names, self._open_as_they_are, self.clock)
        self._writer.submit(self._write, self._set_search_up)
        self._background.start()

    def _open_as_they_are(
        self, names: Sequence[str], broken: "Broken"
    ) -> AbstractAsyncContextManager["Sequence[Provider]"]:
        """The providers of accounts as they are set up by now; asked on the sync's own thread."""
        with opened(self.folders.database) as store:
            known = [store.desktop.account(name) for name in names]
        return self.open_providers([account for account in known if account is not None], broken)

    @asynccontextmanager
    async def without_sync(self) -> AsyncIterator[None]:
        """Nothing of this desk syncs for the length of the block, in which accounts may change."""
        was = self._background
        if was is None:
            yield
            return
        self._background = None
        await asyncio.to_thread(was.stop)
        try:
            yield
        finally:
            self.start_sync()

    @property
    def has_other_accounts(self) -> bool:
        """Did anybody, in whichever program, add an account or sign in to one since the sync began?"""
        return self._background is not None and self._synced != self._set_up()

    def _set_up(self) -> list[Account]:
        """The accounts as they were set up, without what was found out since."""
        return [replace(account, me=None) for account in self.accounts()]

    async def restart_sync(self) -> None:
        """Let the sync begin afresh, with the accounts as they are now."""
        async with self.without_sync():
            pass

    def wake(self) -> None:
        """Let the sync look at once."""
        if self._background is not None:
            self._background.wake()

    def refresh(self) -> None:
        """Let the sync pull everything now."""
        if self._background is not None:
            self._background.refresh()

    async def fetch(self, account: str, attachment: Attachment, to: Callable[[bytes], object]) -> None:
        """Fetch a file piece by piece into `to`, over the line that is open or over one opened for it."""
        if self._background is not None:
            await asyncio.wrap_future(self._background.download(account, attachment, to))
            return
        accounts = [one for one in self.accounts() if one.name == account]
        async with self.open_providers(accounts) as providers:
            for provider in providers:
                async for piece in provider.download(attachment):
                    to(piece)

    async def sync(self, account: str | None = None) -> "list[Synced]":
        """One push and pull of every account (or of one), in this event loop; one that fails stops no other."""
        from agentdesk.sync.disk import StoreThread  # late: only the shell comes here
        from agentdesk.sync.engine import Engine
        from agentdesk.sync.loop import sync_once

        done: list[Synced] = []
        accounts = [one for one in self.accounts() if account in (None, one.name)]

        def broken(name: str, error: AgentdeskError) -> None:
            done.append(Synced(name, None, error))

        async with self.open_providers(accounts, broken) as providers:
            for provider in providers:
                disk = StoreThread(self.folders.database)
                engine = Engine(provider, disk, self.clock)
                try:
                    done.append(Synced(provider.account, await sync_once(engine)))
                except ProviderError as error:
                    done.append(Synced(provider.account, await engine.summary(), error))
                finally:
                    await disk.close()
        return done

    def open_providers(
        self, accounts: Sequence[Account], broken: "Broken | None" = None
    ) -> AbstractAsyncContextManager["Sequence[Provider]"]:
        """The providers of these accounts, for the length of a block; `broken` is told what cannot be opened."""
        if self._providers is not None:
            return self._providers()
        from agentdesk.helpdesks import open_providers

        return open_providers(accounts, broken, self.folders.data)

    async def index(self, *, is_patient: bool = False) -> None:
        """Bring the search index up to date with everything that is cached, and what the extras make beside it.

        Unless the caller `is_patient`, the slow encoder is left for later.
        """
        await self.index_words()
        while await self.write(lambda store: store.search.learn_some(is_patient=is_patient)):
            pass

    async def index_words(self) -> None:
        """Bring the index of words up to date with everything that is cached."""
        await self.set_search_up()
        while await self.write(lambda store: store.search.index_some(INDEX_AT_ONCE)):
            pass

    async def set_search_up(self) -> None:
        """Let the cache know which extras are on, and where the team's words are."""
        await self.write(self._set_search_up)

    def extras(self) -> "Wanted":
        """The extras of the search that are installed and not switched off."""
        from agentdesk.store.meaning import Wanted, installed  # late: 30 ms

        has, is_on = installed(), {"use": self.config.semantic, "e5": self.config.e5}
        return Wanted(has.analyser and self.config.ja, tuple(name for name in has.encoders if is_on[name]))

    async def reason(self) -> None:
        """Give every ticket its contact reason, as the team's file is now."""
        await self.index_words()
        while await self.write(lambda store: store.search.reasoning.reason_some()):
            pass

    async def score(self) -> bool:
        """Bring every ticket's effort up to date with the team's weights as their file is now.

        After `SCORE_SECONDS` the rest is left to the sync, and the answer is False.
        """
        if weighed.is_current(self.store.db, self.folders.config):
            return True
        await self.write(lambda store: weighed.keep_in(store.db, self.folders.config))
        began = monotonic()
        while await self.write(lambda store: store.efforts.score_some(self.clock(), INDEX_AT_ONCE)):
            if monotonic() - began > SCORE_SECONDS:
                return False
        return True

    def _set_search_up(self, store: Store) -> None:
        weighed.keep_in(store.db, self.folders.config)
        store.search.meaning.want(self.extras())
        store.search.vocabulary.keep_in(self.folders.config)

    async def wait_for(self, ops: Sequence[Op]) -> list[Op]:
        """The decisions once each has left or been set aside; raises `Offline` where the line is down."""
        from agentdesk.sync.disk import StoreThread
        from agentdesk.sync.engine import Engine
        from agentdesk.sync.sending import send_now

        settled = []
        named = {op.ticket.account for op in ops}
        accounts = [account for account in self.accounts() if account.name in named]
        async with self.open_providers(accounts) as providers:
            for provider in providers:
                disk = StoreThread(self.folders.database)
                try:
                    mine = [op.id for op in ops if op.ticket.account == provider.account]
                    settled += await send_now(Engine(provider, disk, self.clock), mine)
                finally:
                    await disk.close()
        return settled

    # Who and what

    def accounts(self) -> list[Account]:
        """Every account, the default one first."""
        accounts = self.store.desktop.accounts()
        return sorted(accounts, key=lambda account: account.name != self.config.account)

    def account(self, name: str) -> Account:
        """The account of this name; raises `Refused` where there is none."""
        found = self.store.desktop.account(name)
        if found is None:
            raise Refused(_("There is no account {name!r}. See: agentdesk account list", name=name))
        return found

    @property
    def has_several_accounts(self) -> bool:
        """Must tickets say where they live?"""
        return len(self.accounts()) > 1

    @property
    def seen_account(self) -> str | None:
        """The one account whose tickets the queues show; None for all of them.

        What was chosen last is remembered; before that, the configuration's account.
        """
        names = [account.name for account in self.accounts()]
        chosen = self.store.desktop.place(SEEN_ACCOUNT)
        wanted = self.config.account if chosen is None else chosen
        return wanted if isinstance(wanted, str) and wanted in names and len(names) > 1 else None

    async def see_account(self, name: str | None) -> None:
        """Let the queues show one account, or all of them, until something else is chosen."""
        await self.write(lambda store: store.desktop.remember(SEEN_ACCOUNT, name or ""))

    def clear_name(self, ref: Ref) -> str:
        """What to type to mean this and nothing else: its id, with the account where there are several."""
        return str(ref) if self.has_several_accounts else ref.id

    def my_ids(self) -> dict[str, str]:
        """Our own id on each helpdesk, by account."""
        return {account.name: account.me for account in self.store.desktop.accounts() if account.me}

    def queues(self) -> tuple[Queue, ...]:
        """Every queue: the shipped ones, the configured ones, and those that were saved, as their files are now."""
        return self.queues_and_problems()[0]

    def queues_and_problems(self) -> tuple[tuple[Queue, ...], tuple[str, ...]]:
        """Every queue; and what is wrong with the files of saved queues that were left out, in words."""
        if not self.folders.queues.is_dir():
            return self.config.all_queues(), ()
        from agentdesk.saved_queues import load_saved  # late: most desks keep none, 3 ms of a start

        saved = load_saved(self.folders.queues)
        return self.config.all_queues(saved.queues), saved.problems

    def queues_stamp(self) -> object:
        """What changes whenever a file of a saved queue does."""
        if not self.folders.queues.is_dir():
            return ()
        from agentdesk.saved_queues import stamp  # late, as above

        return stamp(self.folders.queues)

    def queue(self, name: str) -> Queue | None:
        return next((queue for queue in self.queues() if queue.name == name), None)

    # Deciding

    async def decide(
        self,
        tickets: Sequence[TicketRow],
        changes: Sequence[Change] | Callable[[TicketRow], Sequence[Change]],
        *,
        hold: timedelta = timedelta(0),
    ) -> list[Op]:
        """Queue changes for each ticket, as one batch that is undone as one; what would change nothing is left out."""
        now, batch = self.clock(), new_id()
        ops = []
        for row in tickets:
            wanted = changes(row) if callable(changes) else changes
            real = effective(row.ticket, wanted)
            if real:
                ops.append(Op(new_id(), row.ticket.ref, real, row.ticket, now, now + hold, batch=batch))
        authors = {op.ticket.account: self.wording.author(op.ticket.account) for op in ops}

        def queue(store: Store) -> None:
            for op in ops:
                store.outbox.add(op, authors[op.ticket.account])

        if ops:
            await self.write(queue)
        return ops

    async def copied(self, path: Path, account: str) -> Upload:
        """Our own copy of a file, to send to an account; raises `Refused`, in words, where it cannot go."""
        limits, spool = self.store.desktop.limits(account), self.store.spool
        return await asyncio.to_thread(spool.take, path, account, limits)

    async def undo(self) -> Undone:
        """Take back the newest thing this agent did."""
        authors = {account.name: self.wording.author(account.name) for account in self.accounts()}
        now = self.clock()
        return await self.write(lambda store: undo_last(store, authors.__getitem__, now, new_id))

    def ticket(self, text: str, account: str | None = None) -> TicketRow:
        """The ticket that `123`, `#123` or `account:123` names; raises `Refused` for none here, or for several."""
        names = [account] if account or ":" in text else [one.name for one in self.accounts()]
        every = [self.store.queries.find_ticket(text, name) for name in names]
        found = [row for row in every if row is not None]
        if not found:
            raise Refused(_("There is no ticket {text} in the cache. Run: agentdesk sync", text=text))
        if len(found) > 1:
            refs = ", ".join(str(row.ticket.ref) for row in found)
            raise Refused(_("Several accounts have a ticket {text}. Say which: {refs}.", text=text, refs=refs))
        return found[0]


def effective(ticket: Ticket, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that change something, on the ticket as it is or after those before them."""
    real = []
    after = ticket
    for change in changes:
        changed = apply(after, change)
        if is_message(change) or changed != after or apply(ticket, change) != ticket:
            real.append(change)
        after = changed
    return tuple(real)


def is_message(change: Change) -> bool:
    """Does the change carry words of the agent's?"""
    return isinstance(change, Reply | Note | Create)


def new_id() -> str:
    return uuid.uuid4().hex


def speak(config: Config) -> None:
    """Make the configured language, or the locale's, the language of this process."""
    i18n.use(config.language or i18n.preferred())
