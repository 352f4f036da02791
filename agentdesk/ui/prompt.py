"""The prompt: the command line of the main screen, what it may complete, and what was typed before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentdesk.commands.registry import Registry
from agentdesk.filters.completing import Completion, Name
from agentdesk.store.lost import HISTORY
from agentdesk.ui.completing import completions
from agentdesk.ui.theme import theme_files
from agentdesk.ui.widgets.command_line import CommandLine

if TYPE_CHECKING:
    from agentdesk.ui.screens.desk import DeskScreen


class Prompt:
    """Opens the command line over the footer and closes it again."""

    def __init__(self, main: "DeskScreen", registry: Registry) -> None:
        self._main = main
        self._registry = registry
        self._line: CommandLine | None = None

    async def open(self, start: str) -> None:
        """Let the person type a command that begins so."""
        if self._line is None:
            remembered = self._main.desk.store.desktop.place(HISTORY)
            history = [str(one) for one in remembered] if isinstance(remembered, list) else []
            self._line = CommandLine(self._completions, history)
            await self._main.mount(self._line)
        self._line.open(start)

    async def close(self) -> None:
        """Give the keys back to the pane that had them."""
        if self._line is not None:
            self._line.close()
            history = list(self._line.history)
            self._main.focus_pane(self._main.at)
            await self._main.desk.note(lambda store: store.desktop.remember(HISTORY, history))

    def _completions(self, line: str, caret: int) -> list[Completion]:
        return completions(self._registry, line, caret, self._names)

    def _names(self, field: str, begun: str) -> Sequence[Name]:
        """What may stand in a field and begins so, most likely first."""
        known = self._words(field)
        if known is None:
            return self._main.desk.store.queries.names(field, begun)
        return [Name(word) for word in known if word.casefold().startswith(begun.casefold())]

    def _words(self, field: str) -> Sequence[str] | None:
        """The words of the desk itself; None for a field of the tickets."""
        desk = self._main.desk
        match field:
            case "template":
                row = self._main.current()
                return [canned.title for canned in desk.wording.templates(row)] if row is not None else []
            case "account name":
                return ["all", *(account.name for account in desk.accounts())]
            case "theme":
                return list(theme_files(desk.folders.themes))
            case "queue":
                return [queue.name for queue in self._main.queues.queues]
            case _:
                return None
