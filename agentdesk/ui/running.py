"""Running command lines: one after the other, so that keys typed ahead meet what earlier ones did.

The next key waits until a command is done, until it asks the person something, or for a moment at most.
"""

import asyncio
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from agentdesk.answers import Answer
from agentdesk.commands.context import Context, Front
from agentdesk.commands.registry import Registry, parse, run
from agentdesk.errors import AgentdeskError, Refused
from agentdesk.i18n import _

if TYPE_CHECKING:
    from agentdesk.ui.app import AgentDesk

PATIENCE_SECONDS = 1.0
SETTLING_SECONDS = 0.02
MOUNTING_SECONDS, MOUNTING_TRIES = 0.005, 100
T = TypeVar("T")


class Runner:
    """Runs lines for one app and shows what came of them."""

    def __init__(self, app: "AgentDesk", registry: Registry, front: Front) -> None:
        self._app = app
        self._registry = registry
        self._front = front
        self._last = ""
        self._running: set[asyncio.Task[None]] = set()
        self._go_on: asyncio.Future[None] | None = None
        self._asking = 0

    async def run(self, line: str) -> None:
        """Run a line; comes back when the next key may be taken."""
        loop = asyncio.get_running_loop()
        self._go_on = go_on = loop.create_future()
        task = loop.create_task(self._run(line))
        self._running.add(task)
        task.add_done_callback(self._ended)
        task.add_done_callback(lambda _task: _let_go(go_on))
        patience = loop.call_later(PATIENCE_SECONDS, _let_go, go_on)
        try:
            await go_on
        finally:
            patience.cancel()

    async def _run(self, line: str) -> None:
        try:
            command, rest = self._registry.split(line)
            cx = Context(self._app.desk, self._front, self._app.tickets(), self._app.desk.config.undo_seconds)
            answer = await run(command, parse(command, rest), cx)
        except AgentdeskError as error:
            self._app.say(str(error), "bad")
            return
        finally:
            await self._keys_have_a_place()
            if self._app.place.is_step_on:
                self._app.run_worker(self._app.place.save(), group="place")
        if command.is_recorded:
            self._last = line
        if isinstance(answer, Answer) and answer.text:
            self._front.screen.show_text(command.help, answer.text)

    async def _keys_have_a_place(self) -> None:
        """Wait until the screen in front can take the next key: one just opened mounts before it can."""
        for _try in range(MOUNTING_TRIES):
            if self._app.screen.focused is not None:
                return
            await asyncio.sleep(MOUNTING_SECONDS)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._app.call_later(_raise, error)

    async def repeat(self) -> None:
        """Run the last recorded line again."""
        if not self._last:
            raise Refused(_("Nothing to repeat yet."))
        await self._run(self._last)

    async def asked(self, dialog: Screen[T]) -> T | None:
        """What the person answers; keys go to the dialog meanwhile."""
        answer: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        def answered(given: T | None) -> None:
            if not answer.done():
                answer.set_result(given)

        await self._app.push_screen(dialog, answered)
        await self._keys_have_a_place()
        if self._go_on is not None:
            _let_go(self._go_on)
        self._asking += 1
        try:
            return await answer
        finally:
            self._asking -= 1

    async def settled(self) -> None:
        """Wait until nothing runs but what waits for the person."""
        while len(self._running) > self._asking:
            await asyncio.wait(set(self._running), timeout=SETTLING_SECONDS, return_when=asyncio.FIRST_COMPLETED)


def _let_go(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _raise(error: BaseException) -> None:
    raise error
