"""The side: the customer and the knowledge for the ticket the agent is at. Imported after the first paint."""

from textual.widget import Widget

from agentdesk.desk import Desk
from agentdesk.model import TicketRow
from agentdesk.ui.widgets.customer import CustomerPane
from agentdesk.ui.widgets.knowledge import KnowledgePane


class Side:
    """Two panes that follow the list's cursor together."""

    def __init__(self, desk: Desk) -> None:
        self.customer = CustomerPane(desk, id="customer")
        self.knowledge = KnowledgePane(desk, id="knowledge")

    @property
    def panes(self) -> tuple[Widget, ...]:
        return self.customer, self.knowledge

    def show(self, row: TicketRow | None) -> None:
        """Show the customer and the knowledge of a ticket."""
        self.customer.show(row)
        self.knowledge.show(row)

    def reload(self) -> None:
        """Read the store again."""
        self.customer.reload()
        self.knowledge.reload()
