"""The accounts screen: every helpdesk of this desk, how its line is, and what can be done about it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from agentdesk import i18n
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.store.desktop import Account, Weather
from agentdesk.text.safe import safe_line
from agentdesk.ui.painting import Span, Tone, column
from agentdesk.ui.pane import RunLine
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.lines import Line, Lines, line

NAME_CELLS = 16


class AccountLines(Lines):
    """The accounts, three lines each."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.accounts: Sequence[Account] = desk.accounts()
        self.cursor = 0 if self.accounts else None

    def reload(self) -> None:
        """Read the accounts again; the cursor stays where it is."""
        self.accounts = self._desk.accounts()
        last = len(self.accounts) - 1
        self.cursor = None if last < 0 else min(self.cursor or 0, last)
        self.rebuild()

    def build(self, width: int) -> list[Line]:
        if not self.accounts:
            return [line((_("No account yet. a adds one."), "dim"))]
        lines: list[Line] = []
        for entry, account in enumerate(self.accounts):
            words, tone = line_words(self._desk.store.desktop.weather(account.name))
            name: Span = column(account.name, NAME_CELLS)
            user = safe_line(account.user) or _("the token's owner")
            lines.append(Line((name, (f" {safe_line(account.url)}", "plain")), entry))
            lines.append(Line(((" " * NAME_CELLS, "plain"), (f" {account.provider}  {user}", "dim")), entry))
            lines.append(Line(((" " * NAME_CELLS, "plain"), (f" {words}", tone)), entry))
        return lines


def line_words(weather: Weather | None) -> tuple[str, Tone]:
    """How the line to a helpdesk is, in words."""
    if weather is None:
        return _("not synced yet"), "dim"
    if weather.state in ("unauthorized", "broken", "offline") and weather.message:
        return safe_line(weather.message), "late" if weather.state != "offline" else "soon"
    if weather.synced_at is not None:
        return _("synced {time}", time=i18n.stamp(weather.synced_at)), "good"
    return _("being read for the first time"), "dim"


class AccountsScreen(Titled[None]):
    """Every account, with the keys that add, check, rename and remove one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("a", "run('account add')", show=False),
        Binding("c,enter", "run_on('account check')", show=False),
        Binding("s", "run_on('account sign-in')", show=False),
        Binding("r", "run_on('account rename')", show=False),
        Binding("d", "run_on('account remove')", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("Accounts"))
        self._desk = desk
        self._lines = AccountLines(desk)

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self._lines
        yield self.footer

    def on_mount(self) -> None:
        self.set_focus(self._lines)
        self.footer.show_hints(
            [
                ("a", _("add")), ("c", _("check")), ("s", _("sign in again")), ("r", _("rename")), ("d", _("remove")),
                ("Esc", _("back")),
            ]
        )  # fmt: skip

    def reload(self) -> None:
        self._lines.reload()

    def on_screen_resume(self) -> None:
        self.reload()

    def action_move(self, rows: int) -> None:
        self._lines.move(rows)

    def action_run(self, command: str) -> None:
        self.post_message(RunLine(command))

    def action_run_on(self, command: str) -> None:
        self.reload()  # what was renamed a moment ago has its new name
        account = self._account()
        if account is not None:
            self.post_message(RunLine(f"{command} {account.name}"))

    def _account(self) -> Account | None:
        cursor = self._lines.cursor
        return None if cursor is None else self._lines.accounts[cursor]
