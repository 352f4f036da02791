"""The knowledge beside a ticket: suggestions before a key is pressed, a search as one types, and articles to read.

Everything is looked up on a thread of its own; an answer that is not for what is shown any more is dropped.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from agentdesk.desk import Desk
from agentdesk.errors import FilterError, StoreError
from agentdesk.i18n import _
from agentdesk.model import Canned, Event, Ref, TicketRow
from agentdesk.store import Store
from agentdesk.store.duplicates import Duplicate
from agentdesk.store.search import Hit, HitKind, Suggestion
from agentdesk.text.safe import safe_line
from agentdesk.ui.background import Background
from agentdesk.ui.pane import Pane, TicketWanted
from agentdesk.ui.widgets.question import Question
from agentdesk.ui.widgets.suggested import Answer, Entry, KnowledgeList, Read
from agentdesk.wording import Wording

SHOWN = 5
SIMILAR = 2
FOUND = 20
ARTICLES: tuple[HitKind, ...] = ("article",)


class Found(Message):
    """An answer came from the other thread."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class KnowledgePane(Pane, can_focus=True, can_focus_children=True):
    """Articles for the shown ticket, a search over all of them, and the one that is read."""

    NAME: ClassVar[Literal["knowledge"]] = "knowledge"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.row: TicketRow | None = None
        self.field = Question(placeholder=_("search the knowledge"), compact=True)
        self.list = KnowledgeList()
        self._background = Background(desk.folders.database)
        self._question: object = None

    def compose(self) -> ComposeResult:
        yield self.field
        yield self.list

    def on_mount(self) -> None:
        self.field.display = False
        self.list.heading = _("Useful articles")

    def on_unmount(self) -> None:
        self._background.close()

    def on_focus(self) -> None:
        self.screen.set_focus(self.field if self.field.display else self.list)

    # What is shown

    def show(self, row: TicketRow | None) -> None:
        """Suggest what fits a ticket, again on each new message; what is being read of the same ticket stays."""
        before, self.row = self.row, row
        if row is None or before is None or before.ticket.ref != row.ticket.ref:
            if not self.field.value:
                self._read(None)
        elif _gist(before) == _gist(row):
            return
        if not self.field.value:
            self._suggest()

    def reload(self) -> None:
        """Look again where nothing fitted, and once all of the index is there: what fits better may have come in."""
        if self.row is None or self.field.value:
            return
        if not self.list.answer.articles:
            self._suggest()
        elif not self.list.answer.whole:
            self.run_worker(self._suggest_when_whole, group="index", exclusive=True)  # type: ignore[arg-type]

    def search(self, query: str) -> None:
        """Search the articles; an empty query asks for one."""
        self._read(None)
        self.field.display = True
        self.field.value = query
        self.screen.set_focus(self.field)

    def selected(self) -> Read | None:
        """What is read, or what is under the cursor, if it is something that can go into a reply."""
        if self.list.reading is not None:
            return self.list.reading
        entry, entries = self.list.cursor or 0, self.list.answer.entries()
        return self._readable(entries[entry]) if entry < len(entries) else None

    def _readable(self, entry: Entry) -> Read | None:
        """The whole of an entry, as far as the cache has it."""
        queries = self.desk.store.queries
        match entry:
            case Suggestion(hit):
                return queries.article(hit.ref)
            case Hit(ref=ref, event=str(event)):
                return queries.event(Ref(ref.account, event))
            case Canned() | Event():
                return entry
            case _:
                return None

    # Moving

    def move(self, rows: int) -> None:
        if self.list.reading is None:
            self.list.move(rows)
        else:
            self.list.scroll_lines(rows)

    def page(self, pages: int) -> None:
        self.list.page(pages)

    def edge(self, end: Literal["top", "bottom"]) -> None:
        self.list.edge(end)

    def enter(self) -> None:
        """Read what is under the cursor; from a reply on to its ticket, from anything else back to the entries."""
        reading = self.list.reading
        if isinstance(reading, Event) and reading.ticket is not None:
            self.post_message(TicketWanted(Ref(reading.ref.account, reading.ticket), reading.ref))
        elif reading is not None:
            self._read(None)
        else:
            self._enter_entry()

    def _enter_entry(self) -> None:
        entry, entries = self.list.cursor or 0, self.list.answer.entries()
        if entry < len(entries):
            one = entries[entry]
            readable = self._readable(one)
            if readable is not None:
                self._read(readable)
            elif isinstance(one, Duplicate | Hit):
                self.post_message(TicketWanted(one.ref))

    @property
    def is_marked(self) -> bool:
        return self.list.reading is not None and bool(self.list.sought)

    def next_match(self, step: int) -> bool:
        return self.list.next_match(step)

    def _read(self, what: Read | None) -> None:
        self.list.reading = what
        self.list.sought = self.desk.store.search.sought(self.field.value) if self.field.value else ()
        self.list.top = 0
        self.list.rebuild()

    def leave(self) -> bool:
        """One step out, from the article or the search; False when there is nothing to leave."""
        if self.list.reading is not None:
            self._read(None)
        elif self.field.display:
            self.field.value = ""
            self.field.display = False
            self.screen.set_focus(self.list)
            self._suggest()
        else:
            return False
        return True

    # Looking up

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.strip():
            self._ask(event.value)
        elif self.field.display:
            self._suggest()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.set_focus(self.list)
        self.list.choose(0)

    async def _suggest_when_whole(self) -> None:
        with suppress(StoreError):  # what cannot be looked up is told where it is asked for
            if await self._background.read(_is_whole):
                self._suggest()

    def _suggest(self) -> None:
        if self.row is None:
            self._show(Answer(None))
            return
        row = self.row
        language = self._language(row)
        self._question = question = row.ticket.ref, row.ticket.last_customer_message

        year = self.desk.clock().year
        ref, folders, config = row.ticket.ref, self.desk.folders, self.desk.config

        def look(store: Store) -> Answer:
            search = store.search
            prepared = [one for one in Wording(folders, config, store).templates(row) if one.public]
            return Answer(
                question,
                tuple(search.suggest_articles(ref, language=language, limit=SHOWN)),
                tuple(search.similar_solved(ref, limit=SIMILAR)),
                tuple(search.fitting(ref, prepared, language=language, limit=SIMILAR)),
                tuple(search.earlier_answers(ref, limit=SIMILAR)),
                tuple(search.duplicates(ref, limit=SIMILAR)),
                language=language,
                year=year,
                whole=_is_whole(store),
            )

        self._look_soon(look)

    def _ask(self, query: str) -> None:
        now = self.desk.clock()
        self._question = question = query
        account = self.row.ticket.ref.account if self.row is not None else self.desk.seen_account

        def look(store: Store) -> Answer:
            try:
                hits = store.search.search(query, now=now, kinds=ARTICLES, limit=FOUND, account=account)
            except FilterError as error:
                return Answer(question, problem=safe_line(str(error)))
            return Answer(question, tuple(Suggestion(hit, *store.search.usage(hit.ref)) for hit in hits))

        self._look_soon(look)

    def _look_soon(self, look: Callable[[Store], Answer]) -> None:
        async def ask() -> None:
            await self._look(look)

        # a function, so that a pane that closes leaves no coroutine unawaited; mypy reads its result as Never
        self.run_worker(ask, group="knowledge", exclusive=True)  # type: ignore[arg-type]

    async def _look(self, look: Callable[[Store], Answer]) -> None:
        question = self._question
        try:
            answer = await self._background.read(look)
        except StoreError as error:
            answer = Answer(question, problem=safe_line(str(error)))
        self.post_message(Found(answer))

    @on(Found)
    def _found(self, message: Found) -> None:
        message.stop()
        if message.answer.question == self._question:
            self._show(message.answer)

    def _show(self, answer: Answer) -> None:
        self._question = answer.question
        self.list.answer = answer
        self.list.heading = _("Found") if isinstance(answer.question, str) else _("Useful articles")
        self.list.rebuild(keep_place=False)

    def _language(self, row: TicketRow) -> str:
        requester = row.ticket.requester
        person = self.desk.store.queries.person(Ref(row.ticket.ref.account, requester)) if requester else None
        return person.language if person else ""


def _is_whole(store: Store) -> bool:
    return store.search.remaining() == 0


def _gist(row: TicketRow) -> tuple[object, ...]:
    """What suggestions depend on."""
    return row.ticket.ref, row.ticket.subject, row.ticket.last_customer_message
