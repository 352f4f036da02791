"""The watch: notices that the store has changed, whoever changed it, and keeps counts and title bar true.

`PRAGMA data_version` costs microseconds, so it is asked a few times a second; what changed is read beside the loop.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from agentdesk.config import Queue
from agentdesk.desk import Desk
from agentdesk.errors import StoreError
from agentdesk.filters import Filter, parse, within
from agentdesk.i18n import _
from agentdesk.store import Store
from agentdesk.text.safe import safe_line
from agentdesk.ui.background import Background
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.queues import OF_HELPDESK
from agentdesk.ui.widgets.title_bar import Standing

if TYPE_CHECKING:
    from agentdesk.ui.screens.desk import DeskScreen

POLL_SECONDS = 0.25
CLOCK_SECONDS = 1.0
LIST_CLOCK_SECONDS = 60.0


class Watch:
    """Keeps one main screen in step with the store."""

    def __init__(self, desk: Desk, main: "DeskScreen", background: Background) -> None:
        self._desk = desk
        self._main = main
        self._background = background
        self._revision = desk.store.revision()
        self._counting: asyncio.Task[None] | None = None
        self._is_stale = False
        self._has_counted = False
        self._queue_files = desk.queues_stamp()
        self._told: tuple[str, ...] = ()

    def begin(self) -> None:
        """Look at the store and the clock from now on; the queues are counted when `count` is called first."""
        self._main.set_interval(POLL_SECONDS, self.look)
        self._main.set_interval(CLOCK_SECONDS, self.show_standing)
        self._main.set_interval(CLOCK_SECONDS, self.look_at_queues)
        self._main.set_interval(LIST_CLOCK_SECONDS, self._main.tickets.tick)
        self._desk.on_written(self._reload)
        self._desk.on_noted(self._pass_over)
        self.show_standing()

    def look(self) -> None:
        """Reload if anybody has written since the last look."""
        if self._desk.store.revision() != self._revision:
            self._reload()

    def look_at_queues(self) -> None:
        """Count again if the file of a saved queue was edited since the last look."""
        stamp = self._desk.queues_stamp()
        if stamp != self._queue_files:
            self._queue_files = stamp
            self.count()

    def _reload(self) -> None:
        self._pass_over()
        self._main.reload()
        if (front := self._front) is not None:
            front.reload()
        self.show_standing()
        self.count()
        if self._desk.has_other_accounts:
            self._main.run_worker(self._desk.restart_sync(), group="sync")

    def _pass_over(self) -> None:
        """Take what has been written so far as read."""
        self._revision = self._desk.store.revision()

    def show_standing(self) -> None:
        """Let the title bar say where things stand."""
        desktop, listing = self._desk.store.desktop, self._main.listing
        seen, accounts = self._desk.seen_account, self._desk.accounts()
        shown = [account.name for account in accounts if seen in (None, account.name)]
        standing = Standing(
            account=_("all accounts") if len(shown) > 1 else self._label(shown[0]) if shown else "",
            place=listing.queue.title,
            count=listing.count,
            lines=tuple((self._label(account.name), desktop.weather(account.name)) for account in accounts),
            outbox=self._desk.store.outbox.counts(),
            now=self._desk.clock(),
            uploading=self._desk.store.uploads.progress(),
            is_first=not self._has_counted,
        )
        self._main.title_bar.show(standing)
        if not self._main.tickets.count:
            self._main.tickets.refresh()  # what an empty list says depends on the line, too
        if (front := self._front) is not None:
            front.show_standing(standing, self._main.title_bar.signs)

    @property
    def _front(self) -> Titled[object] | None:
        """The screen over the main one, where it is headed as that is."""
        screen = self._main.app.screen
        return screen if isinstance(screen, Titled) else None

    def _label(self, account: str) -> str:
        return safe_line(self._desk.config.badge(account).label)

    def count(self) -> None:
        """Count the queues again beside the loop; while that runs, one more count is remembered."""
        if self._counting is not None and not self._counting.done():
            self._is_stale = True
            return
        self._is_stale = False
        self._counting = asyncio.get_running_loop().create_task(self._read_counts())

    async def _read_counts(self) -> None:
        read = partial(self._queues_and_counts, seen=self._desk.seen_account)
        try:
            queues, counts, problems = await self._background.read(read)
        except StoreError as error:
            self._tell((str(error),))
        else:
            self._show_counts(queues, counts, problems)
        if self._is_stale:
            self._counting = None
            self.count()

    def _show_counts(self, queues: list[Queue], counts: dict[str, int], problems: tuple[str, ...]) -> None:
        self._has_counted = True
        if self._main.is_attached:
            self._main.queues.set_queues(queues)
            self._main.queues.set_counts(counts)
            self._follow_file(queues)
            self._tell(problems)
            self.show_standing()

    def _follow_file(self, queues: list[Queue]) -> None:
        """Show the queue that is shown with its new query or name, where its file was edited."""
        shown = self._main.listing.queue
        named = [one for one in queues if one.name == shown.name]
        alike = [one for one in queues if one.filter == shown.filter and shown.name != shown.filter]
        queue = next(iter([*named, *alike]), shown)
        if queue != shown:
            self._main.listing.show(queue, at=self._main.tickets.key)
            self._main.queues.show(queue.name)

    def _tell(self, problems: tuple[str, ...]) -> None:
        """Say once what is wrong with a saved queue, or with the cache."""
        new = [one for one in problems if one not in self._told]
        self._told = problems
        if new:
            self._main.footer.say(safe_line(new[0]), "bad")

    def _queues_and_counts(
        self, store: Store, *, seen: str | None
    ) -> tuple[list[Queue], dict[str, int], tuple[str, ...]]:
        now = self._desk.clock()
        own, problems = self._desk.queues_and_problems()
        titles = {queue.title for queue in own}
        queues = [*own, *(view for view in _views(store, seen) if view.title not in titles)]
        counts = {queue.name: store.queries.count(_question(queue, seen), now=now) for queue in queues}
        return queues, counts, problems

    async def settled(self) -> None:
        """Wait until the counts are on the screen."""
        while self._counting is not None and not self._counting.done():
            await self._counting


def _views(store: Store, seen: str | None) -> list[Queue]:
    """The lists that the helpdesks keep, as queues; those of one title are one."""
    titles = [
        view.title
        for account in store.desktop.accounts()
        if seen in (None, account.name)
        for view in store.queries.views(account.name)
        if '"' not in view.title
    ]
    return [Queue(f'{OF_HELPDESK}"{title}"', title, f'view:"{title}"') for title in dict.fromkeys(titles)]


def _question(queue: Queue, seen: str | None) -> Filter:
    return within(parse(queue.filter), seen)
