"""The workplace: the conversation of the open ticket, and the composer below it. Imported after the first paint."""

from textual.widget import Widget

from agentdesk.desk import Desk
from agentdesk.model import TicketRow
from agentdesk.ui.widgets.composer import Composer
from agentdesk.ui.widgets.ticket import TicketView


class Workplace:
    """Timeline and composer of one ticket at a time."""

    def __init__(self, desk: Desk) -> None:
        self.reading = TicketView(desk, id="reading")
        self.composer = Composer(desk, id="composer")

    @property
    def panes(self) -> tuple[Widget, ...]:
        return self.reading, self.composer

    def show(self, row: TicketRow | None) -> None:
        """Show a ticket, or none; an open composer belongs to another one and closes, its text kept."""
        if self.composer.is_open and self.composer.row != row:
            self.composer.close()
        self.reading.show(row)

    def reload(self) -> None:
        """Read the store again."""
        self.reading.reload()
        self.composer.reload()
