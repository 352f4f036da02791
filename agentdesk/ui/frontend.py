"""The front: how commands speak to the person in front of the screens, and act on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentdesk.commands.context import Choice, Screen, Tone
from agentdesk.model import Op
from agentdesk.ui.acts.going import Going
from agentdesk.ui.acts.moving import Moving
from agentdesk.ui.acts.reading import Reading
from agentdesk.ui.acts.writing import Writing

if TYPE_CHECKING:
    from agentdesk.ui.app import AgentDesk


class Workspace(Moving, Going, Reading, Writing):
    """Everything that commands may ask of the screen (`Screen`)."""

    async def repeat(self) -> None:
        await self.app.runner.repeat()


class Frontend:
    """The screens as commands see them (`Front`)."""

    def __init__(self, app: "AgentDesk") -> None:
        self._app = app
        self._workspace = Workspace(app)

    def say(self, text: str, tone: Tone = "plain") -> None:
        self._app.say(text, tone)

    async def choose(
        self, title: str, choices: Sequence[Choice], *, free: bool = False, otherwise: str | None = None
    ) -> str | None:
        from agentdesk.ui.screens.choose import Choose  # late: not needed for the first paint

        return await self._app.runner.asked(Choose(title, choices, self._app.signs, free=free))

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None:
        from agentdesk.ui.screens.choose import Ask  # late: not needed for the first paint

        return await self._app.runner.asked(Ask(question, default, is_secret=is_secret))

    @property
    def can_ask(self) -> bool:
        return True

    @property
    def has_screen(self) -> bool:
        return True

    async def confirm(self, question: str) -> bool:
        from agentdesk.ui.screens.choose import Confirm  # late: not needed for the first paint

        answer = await self._app.runner.asked(Confirm(question))
        return bool(answer)

    def reopen(self, op: Op) -> None:
        self._workspace.reopen(op)

    @property
    def screen(self) -> Screen:
        return self._workspace
