"""Writing: the composer, and what is put into it."""

from collections.abc import Sequence
from pathlib import Path

from agentdesk.commands.context import Choice, ComposeKind
from agentdesk.commands.outbox import change_words
from agentdesk.errors import Refused
from agentdesk.i18n import _, day_with_year
from agentdesk.model import Article, Canned, Change, Event, Note, Op, Upload
from agentdesk.ui.acts.act import Act

HINT_CHARACTERS = 40


class Writing(Act):
    """Acts on the composer of the open ticket."""

    def compose(self, kind: ComposeKind) -> None:
        self.open_current()
        row = self.main.open_row
        assert row is not None, "a ticket was opened"
        self.work.composer.open(row, kind)
        self.main.focus_pane("composer")
        self.app.show_hints()

    def review(self) -> None:
        from agentdesk.ui.screens.review import Review  # late: not needed for the first paint

        self._needs_composer()
        self.app.push_screen(Review(self.work.composer))

    async def send(self, status: str | None) -> None:
        self._needs_composer()
        said = await self.work.composer.send(status)
        self.main.focus_pane("reading")
        self.app.say(said, "good")

    def edit_outside(self) -> None:
        self._needs_composer()
        self.work.composer.edit_outside()

    async def attach(self, paths: Sequence[Path]) -> str:
        self._needs_composer()
        said = await self.work.composer.attach(paths)
        self.main.focus_pane("composer")
        return said

    def attached(self) -> tuple[Upload, ...]:
        self._needs_composer()
        return self.work.composer.uploads

    def detach(self, name: str) -> None:
        self._needs_composer()
        self.work.composer.detach(name)
        self.main.focus_pane("composer")

    def insert_text(self, text: str) -> None:
        if not self.work.composer.is_open:
            self.compose("reply")
        self.work.composer.insert(text)
        self.main.focus_pane("composer")

    async def insert_template(self, name: str | None) -> None:
        if not self.work.composer.is_open:
            self.compose("reply")
        composer = self.work.composer
        found = [
            Choice(one.title, one.title, composer.first_words_of(one)[:HINT_CHARACTERS]) for one in composer.templates()
        ]
        if not found:
            raise Refused(_("No prepared answers are here yet. They come with the sync, or from your own templates/."))
        wanted = name if name is not None else await self.app.front.choose(_("Template"), found)
        if wanted is not None:
            told = await composer.insert_template(wanted)
            self.main.focus_pane("composer")
            if told:
                self.app.say(told)

    async def keep_fields(self) -> None:
        self._needs_composer()
        composer = self.work.composer
        assert composer.row is not None, "an open composer has its ticket"
        account, store = composer.row.ticket.ref.account, self.app.desk.store
        words = {change_words(one, account, store): one for one in composer.effects}
        if not words:
            raise Refused(_("Nothing but the words leaves."))
        every = Choice("", _("all of it")) if len(words) > 1 else None
        found = [*([every] if every else []), *(Choice(word, word) for word in words)]
        wanted = await self.app.front.choose(_("Leave out"), found) if every else next(iter(words))
        if wanted is not None:
            composer.keep_fields([words[wanted]] if wanted else None)
            self.main.focus_pane("composer")

    async def set_copies(self, addresses: str | None) -> None:
        self._needs_composer()
        wanted = addresses if addresses is not None else await self._asked_copies()
        if wanted is not None:
            self.work.composer.set_copies(wanted)

    async def _asked_copies(self) -> str | None:
        row = self.main.open_row
        assert row is not None, "a composer belongs to an open ticket"
        people = self.app.desk.store.queries.people(row.ticket.ref.account)
        found = [Choice(one.address("email"), one.name, one.address("email")) for one in people]
        return await self.app.front.choose(_("A copy to"), [one for one in found if one.value], free=True)

    async def insert_article(self, how: str) -> None:
        chosen = self.side.knowledge.selected()
        if chosen is None:
            raise Refused(_("Choose an article or an answer first."))
        if how == "link" and isinstance(chosen, Event):
            raise Refused(_("A reply has no address to link to; w puts its text in."))
        if isinstance(chosen, Canned):
            await self.insert_template(chosen.title)
            return
        if not self.work.composer.is_open:
            self.compose("reply")
        if isinstance(chosen, Event):
            self._insert_reply(chosen)
        else:
            self.work.composer.insert_article(chosen, how)
        self.main.focus_pane("composer")

    def _insert_reply(self, reply: Event) -> None:
        """Put a reply of ours into this one: to the same customer as a quotation, to another as text to look over."""
        row = self.main.open_row
        assert row is not None, "a composer belongs to an open ticket"
        if reply.ref.account != row.ticket.ref.account or not reply.public:
            raise Refused(_("This reply is not for this ticket's customer."))
        body = reply.body.strip()
        if reply.customer is not None and reply.customer == row.ticket.requester:
            quoted = "\n".join(f"> {line}" for line in body.splitlines())
            told = _("On {day} we wrote:", day=day_with_year(reply.at))
            self.work.composer.insert(f"{told}\n{quoted}\n")
            return
        self.work.composer.insert(f"{body}\n")
        self.app.say(_("This was written to another customer: look over names, numbers and dates."), "bad")

    def chosen_article(self) -> Article | None:
        chosen = self.side.knowledge.selected()
        return chosen if isinstance(chosen, Article) else None

    def draft_article(self, text: str, also: Sequence[Change]) -> None:
        self.compose("note")
        self.work.composer.insert(text)
        self.work.composer.bring_along(also)
        self.main.focus_pane("composer")

    def reopen(self, op: Op) -> None:
        """Show a message that is a draft again, where it was written."""
        row = self.app.desk.store.queries.ticket(op.ticket)
        if row is not None:
            self.to_main()
            self.main.open_ticket(row)
            self.work.composer.open(row, "note" if isinstance(op.message, Note) else "reply")
            self.main.focus_pane("composer")

    def _needs_composer(self) -> None:
        if not self.work.composer.is_open:
            raise Refused(_("Open a reply or a note first."))
