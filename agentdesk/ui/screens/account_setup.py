"""Setting an account up on the screen: one question at a time, what was found above it, nothing secret in sight."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input

from agentdesk import setup
from agentdesk.commands.context import Tone
from agentdesk.commands.guide import Given, Guide, Ready
from agentdesk.desk import Desk
from agentdesk.errors import AgentdeskError
from agentdesk.i18n import _
from agentdesk.model import Role
from agentdesk.ui.painting import Span
from agentdesk.ui.painting import Tone as Colour
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.sheet import Words

COLOURS: dict[Tone, Colour] = {"plain": "dim", "good": "good", "bad": "late"}
HIDDEN = "•" * 8


class AccountSetup(Titled[bool]):
    """A conversation that ends with an account that works (True), or with none.

    It asks for the guide that also leads people in the shell.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False, priority=True)]
    can_ask = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(_("Sign in to {name}", name=name) if name else _("Add an account"))
        self._desk = desk
        self._called = name
        self._answer: asyncio.Future[str] | None = None
        self._is_secret = False
        self._told = VerticalScroll(id="told", can_focus=False)
        self._question = Words([("", "strong")], id="question")
        self._field = Input(compact=True, select_on_focus=False, id="answer")

    def compose(self) -> ComposeResult:
        yield self.title_bar
        with Vertical(id="setup"):
            yield self._told
            yield self._question
            yield self._field
        yield self.footer

    def on_mount(self) -> None:
        self.footer.show_hints([("Enter", _("next")), ("Esc", _("leave"))])
        self.set_focus(self._field)
        self.say(_("Each answer is tried at once, and nothing is kept before it works."))
        self.run_worker(self._guided(), group="setup", exclusive=True)

    async def _guided(self) -> None:
        guide = Guide(self._desk, self, Given())
        try:
            known = self._desk.store.desktop.account(self._called) if self._called else None
            account = known if known is not None and known.url else await guide.address(self._called)
            ready = await guide.credentials(account)
            await setup.keep(self._desk, ready.account, ready.secret)
        except AgentdeskError as error:
            self.say(str(error), "bad")
            await self.ask(_("Enter goes back to the desk"))
            self.dismiss(False)
            return
        self._show_promises(ready)
        await self.ask(_("{name} is ready. Enter begins to work", name=ready.account.name))
        self.dismiss(True)

    def _show_promises(self, ready: Ready) -> None:
        greeting = ready.greeting
        assert greeting is not None, "a person's account is kept once it was tried"
        role = _("administrator") if greeting.me.role is Role.ADMIN else _("agent")
        words = _("{account}: signed in as {me} ({role}).", account=ready.account.name, me=greeting.me.name, role=role)
        self._tell([(words, "good")])
        for one in setup.promises(greeting):
            self._tell([(f"  {'+' if one.holds else '-'} {one.told}", "plain" if one.holds else "soon")])

    # What the guide needs

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Add a line to what was told."""
        self._tell([(text, COLOURS[tone])])

    def _tell(self, spans: Sequence[Span]) -> None:
        self._told.mount(Words(spans))
        self._told.scroll_end(animate=False)

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None:
        """Show a question and wait for the answer to it."""
        self._question.show([(question, "strong")])
        self._is_secret = self._field.password = is_secret
        self._field.value = default
        self._field.action_select_all()  # typing takes the place of what is offered
        self._answer = asyncio.get_running_loop().create_future()
        try:
            answer = await self._answer
        finally:
            self._answer = None
            self._question.show([(_("One moment ..."), "dim")])
            self._field.value = ""
            self._field.password = False
        shown = HIDDEN if is_secret else answer
        if shown:
            self._tell([(f"{question}  ", "plain"), (shown, "accent")])
        return answer

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(event.value.strip())

    def action_leave(self) -> None:
        self.workers.cancel_group(self, "setup")
        self.dismiss(False)
