"""The outbox screen: what has not left, and the way to each decision's own page."""

from textual.app import ComposeResult
from textual.screen import Screen

from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import Op
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.screens.held import HeldScreen
from agentdesk.ui.widgets.footer import Footer
from agentdesk.ui.widgets.outbox import OutboxPane
from agentdesk.ui.widgets.sheet import Words

POLL_SECONDS = 0.5


class OutboxScreen(Screen[None]):
    """Everything that waits or was held."""

    def __init__(self, desk: Desk, signs: Glyphs) -> None:
        super().__init__()
        self._desk = desk
        self._list = OutboxPane(desk, signs, self._open)
        self._revision = desk.store.revision()
        self.footer = Footer(id="footer")

    @property
    def op(self) -> Op | None:
        """The decision under the cursor."""
        return self._list.op

    def compose(self) -> ComposeResult:
        yield Words([(f" {_('Outbox')}", "accent")], classes="page-title")
        yield self._list
        yield self.footer

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self.reload)

    def on_screen_resume(self) -> None:
        self._list.reload()

    def reload(self) -> None:
        """Read the outbox again if anybody has written."""
        revision = self._desk.store.revision()
        if revision != self._revision:
            self._revision = revision
            self._list.reload()

    def _open(self, op: Op) -> None:
        self.app.push_screen(HeldScreen(self._desk, op))
