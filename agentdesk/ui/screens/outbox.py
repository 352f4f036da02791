"""The outbox screen: what has not left, and the way to each decision's own page."""

from textual.app import ComposeResult

from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import Op
from agentdesk.store.drafts import Draft
from agentdesk.text.safe import safe_text
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.screens.held import HeldScreen
from agentdesk.ui.screens.page import text_page
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.outbox import OutboxPane


class OutboxScreen(Titled[None]):
    """Everything that waits or was held, and drafts that lost their ticket."""

    def __init__(self, desk: Desk, signs: Glyphs) -> None:
        super().__init__(_("Outbox"))
        self._desk = desk
        self._list = OutboxPane(desk, signs, self._open)

    @property
    def op(self) -> Op | None:
        """The decision under the cursor."""
        return self._list.op

    @property
    def draft(self) -> Draft | None:
        """The draft without a ticket under the cursor."""
        return self._list.draft

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self._list
        yield self.footer

    def on_screen_resume(self) -> None:
        self.reload()

    def reload(self) -> None:
        self._list.reload()

    def _open(self, chosen: Op | Draft) -> None:
        if isinstance(chosen, Draft):
            title = _("Draft of #{ticket}, which is gone", ticket=chosen.ticket.id)
            self.app.push_screen(text_page(title, safe_text(chosen.body)))
        else:
            self.app.push_screen(HeldScreen(self._desk, chosen))
