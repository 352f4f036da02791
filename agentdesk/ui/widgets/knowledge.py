"""The knowledge beside a ticket: suggestions before a key is pressed, a search as one types, and articles to read.

Everything is looked up on a thread of its own; an answer that is not for what is shown any more is dropped.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from agentdesk.desk import Desk
from agentdesk.errors import FilterError
from agentdesk.i18n import _, number
from agentdesk.model import Article, Ref, TicketRow
from agentdesk.record import record
from agentdesk.store import Store
from agentdesk.store.duplicates import Duplicate
from agentdesk.store.search import Hit, HitKind, Suggestion
from agentdesk.text.safe import safe_line, safe_text
from agentdesk.text.width import cell_width, truncate
from agentdesk.text.wrap import wrap
from agentdesk.ui.background import Background
from agentdesk.ui.painting import Span, ends
from agentdesk.ui.pane import Pane, TicketWanted
from agentdesk.ui.widgets.lines import Line, Lines, line

SHOWN = 6
SIMILAR = 3
FOUND = 20
ARTICLES: tuple[HitKind, ...] = ("article",)


@record
class Answer:
    """What was found for a question: articles (with their use where known), solved tickets, and the same one again."""

    question: object
    articles: tuple[Suggestion, ...] = ()
    similar: tuple[Hit, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    problem: str = ""


class Found(Message):
    """An answer came from the other thread."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class KnowledgeList(Lines):
    """The numbered entries, or the article that is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = Answer(None)
        self.article: Article | None = None
        self.heading = ""

    def build(self, width: int) -> list[Line]:
        return self._article_lines(self.article, width) if self.article else self._entry_lines(width)

    def is_chosen(self, shown: Line) -> bool:
        return shown.entry is not None and shown.entry == self.cursor  # the field above moves it too

    def _entry_lines(self, width: int) -> list[Line]:
        lines = [line((self.heading, "dim"))]
        if self.answer.problem:
            lines.append(line((self.answer.problem, "late")))
        elif not self.answer.articles:
            lines.append(line((_("No article fits. ctrl+k searches."), "dim")))
        for entry, one in enumerate(self.answer.articles):
            lines.append(Line(tuple(_article_row(entry, one, width)), entry))
        if self.answer.similar:
            lines += [line(), line((_("Solved before, like this"), "dim"))]
        for entry, hit in enumerate(self.answer.similar, start=len(self.answer.articles)):
            text = truncate(safe_line(hit.title), max(4, width - 4))
            lines.append(line((f"{number(entry + 1)} ", "dim"), text, entry=entry))
        return lines + self._duplicate_lines(width)

    def _duplicate_lines(self, width: int) -> list[Line]:
        lines = [line(), line((_("Possibly the same ticket"), "dim"))] if self.answer.duplicates else []
        first = len(self.answer.articles) + len(self.answer.similar)
        for entry, one in enumerate(self.answer.duplicates, start=first):
            text = truncate(f"#{safe_line(one.number)} {safe_line(one.subject)}", max(4, width - 4))
            lines.append(line((f"{number(entry + 1)} ", "dim"), text, entry=entry))
        return lines

    def _article_lines(self, article: Article, width: int) -> list[Line]:
        room = max(8, width - 2)
        lines = [line((text, "strong")) for text in wrap(safe_line(article.title), room)]
        marks = [article.language, safe_line(article.section)]
        lines.append(line(("  ".join(mark for mark in marks if mark), "dim")))
        if article.internal:
            lines.append(line((_("INTERNAL: never for customers"), "note")))
        if why := self._why(article):
            lines += [line((text, "dim")) for text in wrap(why, room)]
        lines.append(line())
        lines += [line(text) for text in wrap(safe_text(article.body), room, keep_prefix=True)]
        if article.url:
            lines += [line(), *(line((text, "dim")) for text in wrap(safe_line(article.url, ascii_only=True), room))]
        return lines

    def _why(self, article: Article) -> str:
        """What use taught about an article, in words."""
        one = next((one for one in self.answer.articles if one.hit.ref == article.ref), None)
        if one is None or not one.inserted:
            return ""
        used, solved = number(one.inserted), number(one.solved)
        if one.is_for_such:
            return _("Sent {used} times for such tickets, solved {solved}.", used=used, solved=solved)
        return _("Sent {used} times, solved {solved}.", used=used, solved=solved)


class KnowledgePane(Pane, can_focus=True, can_focus_children=True):
    """Articles for the shown ticket, a search over all of them, and the one that is read."""

    NAME: ClassVar[Literal["knowledge"]] = "knowledge"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.row: TicketRow | None = None
        self.field = Input(placeholder=_("search the knowledge"), compact=True)
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
        """Suggest what fits a ticket; nothing is looked up again for the one that is shown."""
        before, self.row = self.row, row
        changed = row is None or before is None or _gist(before) != _gist(row)
        if changed and not self.field.value:
            self.list.article = None
            self._suggest()

    def reload(self) -> None:
        """Look again where nothing fitted: the articles, or their index, may have come in meanwhile."""
        if self.row is not None and not self.field.value and not self.list.answer.articles:
            self._suggest()

    def search(self, query: str) -> None:
        """Search the articles; an empty query asks for one."""
        self.list.article = None
        self.field.display = True
        self.field.value = query
        self.screen.set_focus(self.field)

    def selected(self) -> Article | None:
        """The article that is read, or the one under the cursor."""
        if self.list.article is not None:
            return self.list.article
        entry, articles = self.list.cursor or 0, self.list.answer.articles
        return self.desk.store.queries.article(articles[entry].hit.ref) if entry < len(articles) else None

    # Moving

    def move(self, rows: int) -> None:
        if self.list.article is None:
            self.list.move(rows)
        else:
            self.list.scroll_lines(rows)

    def page(self, pages: int) -> None:
        self.list.page(pages)

    def edge(self, end: Literal["top", "bottom"]) -> None:
        self.list.edge(end)

    def enter(self) -> None:
        """Read the article under the cursor, open the ticket under it, or go back to the entries."""
        if self.list.article is not None:
            self.list.article = None
            self.list.rebuild()
            return
        entry, answer = self.list.cursor or 0, self.list.answer
        place = entry - len(answer.articles)
        if place < 0:
            self.list.article = self.selected()
            self.list.top = 0
            self.list.rebuild()
        elif place < len(answer.similar):
            hit = answer.similar[place]
            self.post_message(TicketWanted(hit.ref, Ref(hit.ref.account, hit.event) if hit.event else None))
        elif place - len(answer.similar) < len(answer.duplicates):
            self.post_message(TicketWanted(answer.duplicates[place - len(answer.similar)].ref, None))

    def leave(self) -> bool:
        """One step out, from the article or the search; False when there is nothing to leave."""
        if self.list.article is not None:
            self.list.article = None
            self.list.rebuild()
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

    def _suggest(self) -> None:
        if self.row is None:
            self._show(Answer(None))
            return
        row = self.row
        language = self._language(row)
        self._question = question = row.ticket.ref, row.ticket.last_customer_message

        def look(store: Store) -> Answer:
            articles = store.search.suggest_articles(row.ticket.ref, language=language, limit=SHOWN)
            similar = store.search.similar_solved(row.ticket.ref, limit=SIMILAR)
            same = store.search.duplicates(row.ticket.ref, limit=SIMILAR)
            return Answer(question, tuple(articles), tuple(similar), tuple(same))

        self._look_soon(look)

    def _ask(self, query: str) -> None:
        now = self.desk.clock()
        self._question = question = query
        here = f"account:{self.row.ticket.ref.account} " if self.row is not None else ""

        def look(store: Store) -> Answer:
            try:
                hits = store.search.search(here + query, now=now, kinds=ARTICLES, limit=FOUND)
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
        self.post_message(Found(await self._background.read(look)))

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


def _gist(row: TicketRow) -> tuple[object, ...]:
    """What suggestions depend on."""
    return row.ticket.ref, row.ticket.subject, row.ticket.last_customer_message


def _article_row(entry: int, one: Suggestion, width: int) -> Sequence[Span]:
    marks: list[Span] = []
    if one.hit.internal:
        marks.append((f"  {_('internal')}", "note"))
    if one.inserted:
        used = _("solved {solved}/{used}", solved=number(one.solved), used=number(one.inserted))
        marks.append((f"  {used}", "dim"))
    marks.append((f"  {one.hit.language.partition('-')[0]:2}", "dim"))
    room = max(4, width - 4 - sum(cell_width(text) for text, _tone in marks))
    title = truncate(safe_line(one.hit.title), room)
    return ends([(f"{number(entry + 1)} ", "dim"), (title, "plain")], marks, width)
