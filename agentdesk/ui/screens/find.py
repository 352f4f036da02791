"""Find: everything by a few letters, kinds side by side, the newest answer in front.

The field keeps the keys all the time; what it says is the whole question. The search runs on a thread of its own; an
answer to an older question is dropped, and a search that nobody waits for any more is broken off.
"""

import shlex
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from agentdesk.commands.registry import Command
from agentdesk.desk import Desk
from agentdesk.errors import StoreError
from agentdesk.filters.narrowing import with_part
from agentdesk.i18n import _
from agentdesk.model import Canned, Ref
from agentdesk.store import Store
from agentdesk.store.search import Hit
from agentdesk.store.why import Why
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width
from agentdesk.ui.background import Background
from agentdesk.ui.finding import KINDS, Answers, Problem, Seeker, why_words
from agentdesk.ui.painting import Span
from agentdesk.ui.pane import RunLine, TicketWanted
from agentdesk.ui.screens.page import text_page
from agentdesk.ui.screens.titled import Titled
from agentdesk.ui.widgets.found import LISTS, Facets, FoundList, ListKind, Opened, Results, Turned, part_of
from agentdesk.ui.widgets.lines import FixedLines, Line, line
from agentdesk.ui.widgets.question import Question

WIDE, WIDER = 100, 130
SHOWN_COMPLETIONS = 6
MISSED_SECONDS = 1.5
"""A search that finds nothing for so long was meant; one that is reworded after it teaches the team's words."""


class Answered(Message):
    """The other thread is done with a question."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers


class Find(Titled[None]):
    """Search everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", show=False),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(5)", show=False, priority=True),
        Binding("pageup", "move(-5)", show=False, priority=True),
        Binding("tab", "turn(1)", show=False, priority=True),
        Binding("shift+tab", "turn(-1)", show=False, priority=True),
        Binding("ctrl+f", "narrow", show=False, priority=True),
        Binding("ctrl+s", "save", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, query: str = "", remember: Callable[[str], None] | None = None) -> None:
        self.account = desk.seen_account
        label = desk.config.badge(self.account).label if self.account else ""
        super().__init__(_("Search in {account}", account=label) if label else _("Search"))
        self.desk = desk
        self.field = Question(placeholder=_("words, names, #numbers, status:open tag:vip ..."), compact=True)
        self.state = FixedLines(line())
        names = [account.name for account in desk.accounts()] if desk.has_several_accounts and not label else []
        homes = {name: desk.config.badge(name) for name in names}
        self.results = {kind: Results(kind, homes, desk.clock()) for kind in KINDS}
        self.facets = Facets()
        self.why = FixedLines(line(), id="why")
        self.active: ListKind = "ticket"
        self._is_kind_chosen = False
        self.answers = Answers("", {})
        self._begun = query
        self._remember = remember
        self._missed: Timer | None = None
        self._background = Background(desk.folders.database)
        self._seeker = Seeker(self.account, self._prepared)

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.field
        yield self.state
        with Horizontal(id="found"):
            yield self.facets
            yield self.results["ticket"]
            with Vertical():
                for kind in KINDS[1:]:
                    yield self.results[kind]
        yield self.why
        yield self.footer

    def on_mount(self) -> None:
        self.field.value = self._begun
        self.set_focus(self.field)
        self.field.action_select_all()
        self._activate("ticket")
        self._show_state()
        keys = [("Enter", _("open it")), ("Tab", _("next kind")), ("ctrl+f", _("narrow down"))]
        self.footer.show_hints([*keys, ("Esc", _("back")), ("ctrl+s", _("keep as a queue"))])

    def on_unmount(self) -> None:
        if self._remember is not None:
            self._remember(self.field.value)
        self._background.close()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")
        self.set_class(self.size.width >= WIDER, "-wider")

    def _prepared(self, store: Store) -> Iterable[Canned]:
        accounts = [account.name for account in store.desktop.accounts() if self.account in (None, account.name)]
        return [one for name in accounts for one in store.queries.canned(name) if one.body]

    # Asking

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._read_soon("find", partial(self._look, event.value, self.field.cursor_position))

    def _read_soon(self, group: str, read: Callable[[], Coroutine[None, None, None]]) -> None:
        """Read in the background in place of what this group still reads."""
        # a function, so that a screen that closes leaves no coroutine unawaited; mypy reads its result as Never
        self.run_worker(read, group=group, exclusive=True)  # type: ignore[arg-type]

    async def _look(self, query: str, caret: int) -> None:
        now = self.desk.clock()
        try:
            answers = await self._background.read(lambda store: self._seeker.answers(store, query, caret, now))
            self.post_message(Answered(answers))
            if answers.count():
                counted = await self._background.read(lambda store: self._seeker.counted(store, answers, now))
                self.post_message(Answered(counted))
        except StoreError as error:
            self.post_message(Answered(Answers(query, {}, problem=Problem(safe_line(str(error)), 0))))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.stop()
        before, answers = self.answers, message.answers
        if answers.question != self.field.value:
            return
        self.answers = answers
        if answers.tickets is not None:
            self.results["ticket"].show_total(answers.tickets)
            self.facets.show(answers.facets, answers.question)
        elif answers.problem is None or answers.count() or not before.count():
            self._show_results(answers)
        self._show_state()

    def _show_results(self, answers: Answers) -> None:
        for kind, results in self.results.items():
            results.show(answers.found.get(kind, ()))
        if not answers.count():
            self.facets.show((), answers.question)
        if not self._list(self.active).count:
            self._is_kind_chosen = False
        best: ListKind = next((kind for kind in KINDS if self.results[kind].count), "ticket")
        if not self._is_kind_chosen and best != self.active:
            self._activate(best)
        self._ask_why()
        self._note_missed()

    def _note_missed(self) -> None:
        """Remember a question that found nothing, once it has rested: what it is reworded to may be an alias."""
        if self._missed is not None:
            self._missed.stop()
        hits = [one for kind in ("ticket", "article", "customer") for one in self.answers.found.get(kind, ())]
        if self.answers.question.strip() and not hits:
            self._missed = self.set_timer(MISSED_SECONDS, partial(self._searched, self.answers.question, False))

    async def _searched(self, query: str, found: bool) -> None:
        now = self.desk.clock()
        await self.desk.write(lambda store: store.search.vocabulary.searched(query, found, now))

    # Saying why

    def _ask_why(self) -> None:
        hit = None if self.active == "facets" else self.results[self.active].chosen
        if isinstance(hit, Hit):
            self._read_soon("why", partial(self._say_why, self.answers.question, hit))
        else:
            self.why.show(line())

    async def _say_why(self, query: str, hit: Hit) -> None:
        def look(store: Store) -> Why:
            return store.search.why(query, hit)

        try:
            told = why_words(await self._background.read(look))
        except StoreError as error:
            told = ((safe_line(str(error)), "late"),)
        self.why.show(Line(((" ", "plain"), *told)))

    def _show_state(self) -> None:
        self.query_one("#found").set_class(not self.answers.question.strip(), "-unasked")
        self.state.show(*_state_lines(self.answers, self.heading if self.account else "", self.size.width))

    # Choosing

    def _list(self, kind: ListKind) -> FoundList:
        return self.facets if kind == "facets" else self.results[kind]

    def _activate(self, kind: ListKind) -> None:
        self.active = kind
        self.query_one("#found Vertical").set_class(kind in KINDS[1:], "-active")
        for one in LISTS:
            self._list(one).activate(one == kind)
        self._ask_why()

    def action_move(self, rows: int) -> None:
        self._list(self.active).move(rows)
        self._ask_why()

    def action_turn(self, step: int) -> None:
        filled = [kind for kind in LISTS if self._list(kind).count] or list(LISTS)
        at = filled.index(self.active) if self.active in filled else 0
        self._is_kind_chosen = True
        self._activate(filled[(at + step) % len(filled)])

    def action_narrow(self) -> None:
        """Turn to what can narrow the answer down, and back."""
        self._is_kind_chosen = True
        self._activate("ticket" if self.active == "facets" or not self.facets.count else "facets")

    def action_save(self) -> None:
        """Keep what is typed as a queue."""
        query = self.field.value.strip()
        if not query or self.answers.problem is not None:
            self.footer.say(_("Type a query that reads first; then ctrl+s keeps it as a queue."), "bad")
            return
        self.app.post_message(RunLine(f"queue save --query {shlex.quote(query)}"))

    def on_key(self, event: events.Key) -> None:
        """Take the first completion at the end of the text."""
        if event.key == "right" and self.field.cursor_position >= len(self.field.value) and self.answers.completions:
            event.stop()
            one = self.answers.completions[0]
            self.field.value = self.field.value[: one.start] + one.text
            self.field.cursor_position = len(self.field.value)

    @on(Turned)
    def _turned(self, event: Turned) -> None:
        event.stop()
        self._is_kind_chosen = True
        self._activate(next(kind for kind in LISTS if self._list(kind) is event.list))

    @on(Opened)
    def _clicked(self, event: Opened) -> None:
        event.stop()
        self._open()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._open()

    def _open(self) -> None:
        if not self.is_active:  # the first of two presses of Enter has opened it
            return
        if self.active == "facets":
            self._narrow()
            return
        match self.results[self.active].chosen:
            case Hit() as hit:
                self._read_soon("searched", partial(self._searched, self.field.value, True))
                self._open_hit(hit)
            case Canned(_ref, title, body):
                self.app.push_screen(text_page(title, f"{body}\n\n{_('In a reply, ctrl+t puts it in.')}"))
            case Command(name):
                self._leave_with(RunLine(name))

    def _narrow(self) -> None:
        facet = self.facets.chosen
        if facet is not None:
            self.field.value = with_part(self.field.value, part_of(facet))
            self.field.cursor_position = len(self.field.value)

    def _open_hit(self, hit: Hit) -> None:
        sought = self.desk.store.search.sought(self.field.value)
        match hit.kind:
            case "ticket":
                self._leave_with(TicketWanted(hit.ref, Ref(hit.ref.account, hit.event) if hit.event else None, sought))
            case "customer":
                newest = self.desk.store.queries.tickets_of(hit.ref, limit=1)
                if newest:
                    self._leave_with(TicketWanted(newest[0].ticket.ref))
                else:
                    self.footer.say(_("This customer has no ticket here."), "bad")
            case "article":
                article = self.desk.store.queries.article(hit.ref)
                if article is not None:
                    mark = f"{_('INTERNAL: never for customers')}\n\n" if article.internal else ""
                    self.app.push_screen(text_page(article.title, f"{mark}{article.body}\n\n{article.url}", sought))

    def _leave_with(self, message: Message) -> None:
        self.app.pop_screen()
        self.app.post_message(message)


def _state_lines(answers: Answers, heading: str, width: int) -> list[Line]:
    """Below the field: how the last word may go on, else what is wrong and where, else what to do or to know."""
    problem = answers.problem
    if answers.completions and (problem is None or problem.at >= answers.completions[0].start):
        return [_completion_line(answers)]
    if problem is not None:
        return _problem_lines(answers.question, problem, width)
    if not answers.question.strip():
        return [line((f" {_example_words()}", "dim"))]
    if answers.taken:
        return [line((f" {safe_line(one.words)}", "soon")) for one in answers.taken]
    if answers.progress is not None:
        return [line((f" {answers.progress.words}", "soon"))]
    if not answers.count():
        said = _("Nothing found. Fewer or other words find more; one of several: word OR word.")
        only = _("{heading} only; g s turns to all accounts.", heading=heading) if heading else ""
        return [line((f" {said} {only}", "soon"))]
    return [line()]


def _example_words() -> str:
    return _('For example: parcel status:open   waiting>2h   "a phrase"   -without')


def _completion_line(answers: Answers) -> Line:
    first, *rest = answers.completions[:SHOWN_COMPLETIONS]
    about = f"  {first.about}" if first.about else ""
    others: list[Span] = [(f"   {one.text}", "dim") for one in rest]
    return Line(((" → ", "dim"), (first.text, "accent"), (about, "dim"), *others))


def _problem_lines(question: str, problem: Problem, width: int) -> list[Line]:
    """The sentence below the very place, or beside it where that is too far right."""
    place = cell_width(question[: problem.at])
    if place + cell_width(problem.text) + 3 <= width:
        return [line((" " * (place + 1), "plain"), ("↑ ", "late"), (problem.text, "late"))]
    if place > cell_width(problem.text) + 2:
        lead = " " * max(place - cell_width(problem.text), 0)
        return [line((lead, "plain"), (f"{problem.text} ", "late"), ("↑", "late"))]
    return [line((" " * (place + 1), "plain"), ("↑", "late")), line((f" {problem.text}", "late"))]
