"""Going places: queues, outbox, help, palette, search, pages of text."""

from agentdesk.config import Queue
from agentdesk.errors import FilterError, Refused
from agentdesk.filters import parse
from agentdesk.i18n import _, plural
from agentdesk.model import Op, Ref
from agentdesk.store.drafts import Draft
from agentdesk.ui.acts.act import Act
from agentdesk.ui.pane import TicketWanted
from agentdesk.ui.theme import load_theme


class Going(Act):
    """Changes what is in front of the agent."""

    def show_queue(self, name: str) -> None:
        self._show(next((one for one in self.main.queues.queues if one.name == name), None) or _asked(name))

    def queues_changed(self) -> None:
        self.app.watch_store.count()

    def shown_queue(self) -> str:
        return self.main.listing.queue.name

    def shown_query(self) -> str:
        return self.main.listing.queue.filter

    def _show(self, queue: Queue) -> None:
        self.to_main()
        try:
            self.main.listing.show(queue)
        except FilterError as error:
            raise Refused(_("This query does not read: {reason}", reason=str(error))) from error
        self.main.queues.show(queue.name)
        self.main.close_ticket()
        for one in self.app.desk.store.queries.taken(parse(queue.filter)):
            self.app.say(one.words)
        self.app.watch_store.show_standing()

    async def show_account(self, name: str | None) -> None:
        desk = self.app.desk
        await desk.see_account(name)
        self.to_main()
        self.main.listing.show(self.main.listing.queue)
        self.main.close_ticket()
        self.app.watch_store.count()
        self.app.watch_store.show_standing()

    def show_ticket(self, ticket: Ref, event: Ref | None = None) -> None:
        self.app.post_message(TicketWanted(ticket, event))

    def show_outbox(self) -> None:
        from agentdesk.ui.screens.outbox import OutboxScreen  # late: not needed for the first paint

        self.to_main()
        self.app.push_screen(OutboxScreen(self.app.desk, self.app.signs))

    def show_accounts(self) -> None:
        from agentdesk.ui.screens.accounts import AccountsScreen  # late: not needed for the first paint

        self.app.push_screen(AccountsScreen(self.app.desk))

    def set_up_account(self, name: str) -> None:
        from agentdesk.ui.screens.account_setup import AccountSetup  # late: it loads the providers

        self.app.push_screen(AccountSetup(self.app.desk, name))

    def show_drafts(self) -> None:
        self._show(Queue("has:draft", _("Drafts"), "has:draft"))
        loose = len(self.app.desk.store.drafts.loose())
        if loose:
            self.app.say(
                plural(
                    "{n} more draft is of a ticket that is gone: g o shows it.",
                    "{n} more drafts are of tickets that are gone: g o shows them.",
                    loose,
                )
            )

    def show_help(self) -> None:
        from agentdesk.ui.screens.help import help_screen  # late: not needed for the first paint

        pane = self.app.pane_name() or "list"
        queues = self.main.queues.queues
        self.app.push_screen(help_screen(self.app.registry, self.app.keyboard.keys, pane, queues))

    def show_palette(self) -> None:
        from agentdesk.ui.screens.palette import Palette, palette_choices  # late: not needed for the first paint

        app = self.app
        row = self.main.current()
        canned = app.desk.wording.templates(row) if row is not None else []
        pane = app.pane_name() or "list"
        offered = palette_choices(app.registry, app.keyboard.keys, pane, self.main.queues.queues, canned)
        app.push_screen(Palette(offered, app.signs), self._chosen)

    def _chosen(self, line: str | None) -> None:
        """Run what was chosen in the palette; what needs more goes to the command line."""
        if line is not None and line.endswith(" "):
            self.app.run_worker(self.command_line(line), group="prompt")
        elif line is not None:
            self.app.run_worker(self.app.run_line(line))

    def show_text(self, title: str, text: str) -> None:
        from agentdesk.ui.screens.page import text_page  # late: not needed for the first paint

        self.app.push_screen(text_page(title, text))

    async def command_line(self, start: str) -> None:
        self.to_main()
        await self.app.prompt.open(start)

    def search(self, query: str) -> None:
        from agentdesk.ui.screens.find import Find  # late: not needed for the first paint

        self.to_main()
        self.app.push_screen(Find(self.app.desk, query or self._sought, self._seek_again))

    _sought = ""

    def _seek_again(self, query: str) -> None:
        """Begin the next search with this one, marked, so that typing replaces it."""
        self._sought = query

    def held(self) -> Op | None:
        return self.app.held_op()

    def loose_draft(self) -> Draft | None:
        draft = getattr(self.app.screen, "draft", None)
        return draft if isinstance(draft, Draft) else None

    def copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)

    def set_theme(self, name: str) -> None:
        theme = load_theme(name, self.app.desk.folders.themes)
        self.app.register_theme(theme)
        self.app.theme = theme.name

    def leave(self) -> None:
        self.app.run_worker(self.app.leave(), group="leave")


def _asked(query: str) -> Queue:
    """A queue of the moment, for a query that was typed."""
    return Queue(query, query, query)
