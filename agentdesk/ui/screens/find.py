"""Find: everything by a few letters, kinds side by side, the newest answer in front.

The search runs on a thread of its own; an answer to an older question is dropped.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from agentdesk import i18n
from agentdesk.commands.registry import Command, commands
from agentdesk.config import Badge
from agentdesk.desk import Desk
from agentdesk.errors import FilterError
from agentdesk.i18n import _, number
from agentdesk.model import Ref
from agentdesk.record import record
from agentdesk.store import Store
from agentdesk.store.indexing import Progress
from agentdesk.store.search import Hit
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, truncate
from agentdesk.ui.background import Background
from agentdesk.ui.matching import best
from agentdesk.ui.painting import Span, ends
from agentdesk.ui.pane import RunLine, TicketWanted
from agentdesk.ui.screens.page import text_page
from agentdesk.ui.widgets.lines import FixedLines, Line, Lines, line

MOST = 30
WIDE = 100
PAUSE_SECONDS = 0.05
ResultKind = Literal["ticket", "article", "customer", "command"]
KINDS: tuple[ResultKind, ...] = ("ticket", "article", "customer", "command")


@record
class Answers:
    """What a question found."""

    question: str
    hits: tuple[Hit, ...] = ()
    problem: str = ""
    progress: Progress | None = None


def _state_line(answers: Answers) -> Line:
    """What is wrong with a question, or why its answer may be incomplete."""
    if answers.problem:
        return line((f" {answers.problem}", "late"))
    if answers.progress is None:
        return line()
    done, total = number(answers.progress.done), number(answers.progress.total)
    said = _("The search index is being built: {done} of {total}. Older tickets follow.", done=done, total=total)
    return line((f" {said}", "soon"))


class Answered(Message):
    """The other thread is done with a question."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers


class Results(Lines, can_focus=False):
    """What was found of one kind."""

    def __init__(self, kind: ResultKind, homes: Mapping[str, Badge]) -> None:
        super().__init__(id=f"found-{kind}")
        self.homes = homes
        self.kind = kind
        self.hits: Sequence[Hit] = ()
        self.commands: Sequence[Command] = ()
        self.is_active = False

    @property
    def count(self) -> int:
        return len(self.commands if self.kind == "command" else self.hits)

    def show(self, hits: Sequence[Hit], found: Sequence[Command] = ()) -> None:
        """Show other results, the cursor on the first."""
        self.hits, self.commands = hits, found
        self.rebuild(keep_place=False)
        self.cursor = 0 if self.count else None

    def is_chosen(self, shown: Line) -> bool:
        return self.is_active and shown.entry is not None and shown.entry == self.cursor

    def build(self, width: int) -> list[Line]:
        titles = {
            "ticket": _("Tickets"),
            "article": _("Articles"),
            "customer": _("Customers"),
            "command": _("Commands"),
        }
        tone: Literal["accent", "dim"] = "accent" if self.is_active else "dim"
        lines = [line((f"{titles[self.kind]}  {number(self.count)}", tone))]
        for entry, hit in enumerate(self.hits):
            lines += _hit_lines(entry, hit, self.homes.get(hit.ref.account), width)
        for entry, command in enumerate(self.commands):
            lines.append(line((command.name, "plain"), (f"  {command.help}", "dim"), entry=entry))
        return lines


def _hit_lines(entry: int, hit: Hit, home: Badge | None, width: int) -> list[Line]:
    marks: list[Span] = [(f" {safe_line(home.short)}", home.tone)] if home is not None else []
    if hit.internal:
        marks.append((f" {_('internal')}", "note"))
    if hit.at is not None:
        marks.append((f" {i18n.day(hit.at)}", "dim"))
    room = max(4, width - 3 - sum(cell_width(text) for text, _tone in marks))
    head = ends([(" ", "plain"), (truncate(safe_line(hit.title), room), "strong")], marks, width)
    lines = [Line(tuple(head), entry)]
    if hit.snippet:
        lines.append(Line((("   ", "plain"), *_highlighted(hit)), entry))
    return lines


def _highlighted(hit: Hit) -> list[Span]:
    """The snippet, with the words that were asked for standing out."""
    parts: list[Span] = []
    at = 0
    for start, end in hit.spans:
        parts += [(hit.snippet[at:start], "dim"), (hit.snippet[start:end], "accent")]
        at = end
    return [*parts, (hit.snippet[at:], "dim")]


class Find(Screen[None]):
    """Search everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", show=False),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(5)", show=False, priority=True),
        Binding("pageup", "move(-5)", show=False, priority=True),
        Binding("tab", "turn(1)", show=False, priority=True),
        Binding("shift+tab", "turn(-1)", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, query: str = "") -> None:
        super().__init__()
        self.desk = desk
        self.field = Input(placeholder=_("words, names, #numbers, status:open tag:vip ..."), compact=True)
        self.state = FixedLines(line())
        names = [account.name for account in desk.accounts()] if desk.has_several_accounts else []
        homes = {name: desk.config.badge(name) for name in names}
        self.results = {kind: Results(kind, homes) for kind in KINDS}
        self.active: ResultKind = "ticket"
        self._begun = query
        self._background = Background(desk.folders.database)

    def compose(self) -> ComposeResult:
        yield self.field
        yield self.state
        with Horizontal(id="found"):
            yield self.results["ticket"]
            with Vertical():
                yield self.results["article"]
                yield self.results["customer"]
                yield self.results["command"]
        keys = [("Enter", _("open it")), ("Tab", _("next kind")), ("Esc", _("back"))]
        yield FixedLines(Line(tuple(part for key, word in keys for part in _key(key, word))))

    def on_mount(self) -> None:
        self.set_focus(self.field)
        self._activate("ticket")
        self.field.value = self._begun

    def on_unmount(self) -> None:
        self._background.close()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    # Asking

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._ask(event.value)

    def _ask(self, query: str) -> None:
        self.run_worker(self._look(query), group="find", exclusive=True)

    async def _look(self, query: str) -> None:
        now = self.desk.clock()

        def look(store: Store) -> Answers:
            try:
                found = tuple(store.search.search(query, now=now, limit=MOST))
                return Answers(query, found, progress=store.search.progress())
            except FilterError as error:
                return Answers(query, problem=safe_line(str(error)))

        empty = not query.strip()
        self.post_message(Answered(Answers(query) if empty else await self._background.read(look)))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.stop()
        answers = message.answers
        if answers.question != self.field.value:
            return
        for kind, results in self.results.items():
            if kind == "command":
                found = best(answers.question, commands, lambda one: f"{one.name} {one.help}")
                results.show((), found[:MOST] if answers.question.strip() else ())
            else:
                results.show([hit for hit in answers.hits if hit.kind == kind])
        self.state.show(_state_line(answers))
        if not self.results[self.active].count:
            self._activate(next((kind for kind in KINDS if self.results[kind].count), self.active))

    # Choosing

    def _activate(self, kind: ResultKind) -> None:
        self.active = kind
        for one, results in self.results.items():
            results.is_active = one == kind
            results.set_class(one == kind, "-active")
            results.rebuild()

    def action_move(self, rows: int) -> None:
        self.results[self.active].move(rows)

    def action_turn(self, step: int) -> None:
        filled = [kind for kind in KINDS if self.results[kind].count] or list(KINDS)
        at = filled.index(self.active) if self.active in filled else 0
        self._activate(filled[(at + step) % len(filled)])

    @on(Input.Submitted)
    def _open(self, event: Input.Submitted) -> None:
        event.stop()
        results = self.results[self.active]
        if results.cursor is None or results.cursor >= results.count:
            return
        if results.kind == "command":
            self._leave_with(RunLine(results.commands[results.cursor].name))
        else:
            self._open_hit(results.hits[results.cursor])

    def _open_hit(self, hit: Hit) -> None:
        match hit.kind:
            case "ticket":
                self._leave_with(TicketWanted(hit.ref, Ref(hit.ref.account, hit.event) if hit.event else None))
            case "customer":
                newest = self.desk.store.queries.tickets_of(hit.ref, limit=1)
                if newest:
                    self._leave_with(TicketWanted(newest[0].ticket.ref))
                else:
                    self.state.show(line((f" {_('This customer has no ticket here.')}", "soon")))
            case "article":
                article = self.desk.store.queries.article(hit.ref)
                if article is not None:
                    mark = f"{_('INTERNAL: never for customers')}\n\n" if article.internal else ""
                    self.app.push_screen(text_page(article.title, f"{mark}{article.body}\n\n{article.url}"))

    def _leave_with(self, message: Message) -> None:
        self.app.pop_screen()
        self.app.post_message(message)


def _key(key: str, word: str) -> tuple[Span, Span]:
    return ((f" {key}", "accent"), (f" {word}  ", "dim"))
