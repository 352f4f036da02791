"""The front of the shell: what commands say goes to stderr, and a person at a terminal can be asked."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

import click

from agentdesk.commands.context import Choice, Screen, Tone
from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.model import Op
from agentdesk.text.safe import safe_line
from agentdesk.typist import Typist


@dataclass(slots=True)
class ShellFront:
    """The shell as commands see it: words go to stderr, and a person is asked where one is at a terminal."""

    typist: Typist = field(default_factory=Typist)

    def say(self, text: str, tone: Tone = "plain") -> None:
        click.echo(safe_line(text), err=True)

    async def choose(
        self, title: str, choices: Sequence[Choice], *, free: bool = False, otherwise: str | None = None
    ) -> str | None:
        if otherwise is not None:
            return otherwise
        if self.can_ask:
            return await self._picked(title, choices)
        values = ", ".join(choice.value for choice in choices[:20])
        raise Refused(_("{title}: say which. There are: {values}.", title=title, values=values))

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None:
        if not self.can_ask:
            return None
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        if is_secret:
            import getpass  # late: only for a person who types a secret

            return getpass.getpass(prompt).strip()
        click.echo(safe_line(prompt) + " ", err=True, nl=False)
        try:
            return (await self.typist.line()).strip() or default
        except EOFError:
            return None

    @property
    def can_ask(self) -> bool:
        stdin: TextIO | None = sys.stdin  # None where it was closed
        return stdin is not None and stdin.isatty()

    @property
    def has_screen(self) -> bool:
        return False

    async def confirm(self, question: str) -> bool:
        return True

    async def _picked(self, title: str, choices: Sequence[Choice]) -> str | None:
        """The choice whose number the person types; None for an empty line."""
        for number, choice in enumerate(choices, start=1):
            self.say(f"  {number}  {choice.label}  {choice.hint}".rstrip())
        while answer := await self.ask(title):
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return choices[int(answer) - 1].value
        return None

    def reopen(self, op: Op) -> None:
        """The draft waits in the cache; there is no screen to show it on."""

    @property
    def screen(self) -> Screen:
        raise Refused(_("This needs the screen. Give the text or the value as an argument, or start: agentdesk"))
