"""Reading: what the timeline shows, its links and attachments, and the knowledge beside it."""

from agentdesk.errors import Refused
from agentdesk.i18n import _
from agentdesk.ui.acts.act import Act


class Reading(Act):
    """Acts on the open ticket's timeline and the panes beside it."""

    def next_message(self, step: int) -> None:
        self.work.reading.next_message(step)

    def filter_timeline(self, what: str) -> None:
        self.work.reading.filter_timeline(what)

    def fold_quotes(self) -> None:
        self.work.reading.fold_quotes()

    def whole_customer(self) -> None:
        self.open_current()
        self.work.reading.whole_customer()

    def open_link(self, number: int | None) -> None:
        self.work.reading.open_link(number)

    def attachments(self) -> None:
        from agentdesk.ui.screens.attachments import Attachments  # late: not needed for the first paint

        row = self.main.current()
        if row is None:
            raise Refused(_("Put the cursor on a ticket first."))
        self.app.push_screen(Attachments(self.app.desk, row))

    def search_knowledge(self, query: str) -> None:
        self.to_main()
        self.main.focus_pane("knowledge")
        self.side.knowledge.search(query)
