"""What every act needs: the app and its main screen."""

from typing import TYPE_CHECKING, TypeVar

from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.ui.pane import Pane
from agentdesk.ui.screens.desk import DeskScreen

if TYPE_CHECKING:
    from agentdesk.ui.app import AgentDesk
    from agentdesk.ui.side import Side
    from agentdesk.ui.workplace import Workplace

T = TypeVar("T")


class Act:
    """The base of what commands may do to the screen."""

    def __init__(self, app: "AgentDesk") -> None:
        self.app = app

    @property
    def main(self) -> DeskScreen:
        return self.app.main

    @property
    def work(self) -> "Workplace":
        return _there(self.main.work)

    @property
    def side(self) -> "Side":
        return _there(self.main.side)

    @property
    def pane(self) -> Pane | None:
        """The pane that has the keys, on whatever screen is in front."""
        return self.app.pane()

    def to_main(self) -> None:
        """Leave whatever is in front of the main screen."""
        while self.app.screen is not self.main:
            self.app.pop_screen()

    def open_current(self) -> None:
        """Open the ticket under the cursor, unless one is open."""
        self.to_main()
        if self.main.open_row is None:
            row = self.main.tickets.current()
            if row is None:
                raise Refused(_("Put the cursor on a ticket first."))
            self.main.open_ticket(row)


def _there(part: T | None) -> T:
    if part is None:
        raise Refused(_("One moment: the desk is still opening."))
    return part
