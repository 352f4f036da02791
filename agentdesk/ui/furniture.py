"""What stands around a ticket: its conversation, its composer, its customer and the knowledge for it.

Imported after the first paint, which needs none of it.
"""

from typing import Literal

from textual.widget import Widget

from agentdesk.desk import Desk
from agentdesk.model import TicketRow
from agentdesk.ui.pane import Pane
from agentdesk.ui.widgets.composer import Composer
from agentdesk.ui.widgets.customer import CustomerPane
from agentdesk.ui.widgets.knowledge import KnowledgePane
from agentdesk.ui.widgets.ticket import TicketView


class Furniture:
    """The four widgets, shown and reloaded together."""

    def __init__(self, desk: Desk) -> None:
        self.reading = TicketView(desk, id="reading")
        self.composer = Composer(desk, id="composer")
        self.customer = CustomerPane(desk, id="customer")
        self.knowledge = KnowledgePane(desk, id="knowledge")

    def focus_of(self, pane: Literal["reading", "customer", "knowledge", "composer"]) -> Widget | None:
        """The widget that takes the keys for a pane."""
        match pane:
            case "reading":
                return self.reading.timeline
            case "customer":
                return self.customer
            case "knowledge":
                return self.knowledge
            case "composer":
                return self.composer.field if self.composer.is_open else None

    def open(self, row: TicketRow) -> None:
        """Show a ticket; an open composer belongs to another one and closes, its text kept."""
        if self.composer.is_open:
            self.composer.close()
        self.reading.show(row)

    def close(self) -> None:
        """Show no ticket."""
        if self.composer.is_open:
            self.composer.close()
        self.reading.show(None)

    def follow(self, row: TicketRow | None) -> None:
        """Show the customer and the knowledge of a ticket."""
        self.customer.show(row)
        self.knowledge.show(row)

    def reload(self) -> None:
        """Read the store again."""
        self.reading.reload()
        self.composer.reload()
        for pane in (self.customer, self.knowledge):
            assert isinstance(pane, Pane), "what takes movement can be reloaded"
            pane.reload()
