"""Choosing: a list that narrows as one types, and a question with yes and no."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from agentdesk.commands.context import Choice
from agentdesk.i18n import _
from agentdesk.text.width import cell_width
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.matching import best
from agentdesk.ui.painting import Span, column, fitted
from agentdesk.ui.widgets.rows import Rows
from agentdesk.ui.widgets.sheet import Words

MOST_ROWS = 16
NAMES_WIDTH = 0.6


class Choices(Rows, can_focus=False):
    """The choices that answer what was typed."""

    def __init__(self, choices: Sequence[Choice], signs: Glyphs) -> None:
        super().__init__(signs=signs)
        self.choices = list(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Show other choices, the cursor on the first."""
        self.choices = list(choices)
        self.cursor = self.top = 0
        self.refresh()

    @property
    def has_focus(self) -> bool:  # type: ignore[override]  # the field above has the keys for both
        return True

    @property
    def count(self) -> int:
        return len(self.choices)

    def nothing(self) -> str:
        return _("Nothing is called that.")

    def row(self, index: int, width: int) -> Sequence[Span]:
        choice = self.choices[index]
        hint = choice.hint
        room = max(width - cell_width(hint) - 2, int(width * NAMES_WIDTH))
        spans: list[Span] = [column(choice.label, room), ("  ", "plain")]
        return [*spans, (hint, "dim"), (" " * max(width - fitted(spans) - cell_width(hint), 0), "plain")]

    def enter(self) -> None:
        assert isinstance(self.screen, Choose), "choices are shown by their dialog"
        self.screen.take()


class Choose(ModalScreen[str | None]):
    """A dialog that answers with a value, or None when the person would rather not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n,tab", "step(1)", show=False, priority=True),
        Binding("up,ctrl+p,shift+tab", "step(-1)", show=False, priority=True),
        Binding("pagedown", "leaf(1)", show=False, priority=True),
        Binding("pageup", "leaf(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], signs: Glyphs, *, free: bool = False) -> None:
        super().__init__()
        self._heading = title
        self._all = tuple(choices)
        self._is_free = free
        self._list = Choices(choices, signs)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words([(self._heading, "strong")])
            yield Input(placeholder=self._hint(), compact=True, select_on_focus=False)
            yield self._list

    def _hint(self) -> str:
        return _("type a name, or anything else") if self._is_free else _("type to narrow")

    def on_mount(self) -> None:
        self._list.styles.height = min(max(len(self._all), 2), MOST_ROWS)

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._list.set_choices(best(event.value, self._all, lambda one: f"{one.label} {one.value} {one.hint}"))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.take()

    def take(self) -> None:
        """Answer with the choice under the cursor, or with what was typed."""
        typed = self.query_one(Input).value.strip()
        if not self.is_current:
            return  # answered already: the key was typed twice
        if self._list.count and not (self._is_free and typed and not _is_named(typed, self._list.choices)):
            self.dismiss(self._list.choices[self._list.cursor].value)
        elif self._is_free and typed:
            self.dismiss(typed)

    def action_step(self, rows: int) -> None:
        self._list.move(rows)

    def action_leaf(self, pages: int) -> None:
        self._list.page(pages)

    def action_leave(self) -> None:
        self.dismiss(None)


def _is_named(typed: str, choices: Sequence[Choice]) -> bool:
    """Do the words typed stand as they are in a choice? Letters in order are not enough where any text will do."""
    wanted = typed.casefold()
    return any(wanted in f"{choice.label} {choice.value}".casefold() for choice in choices)


class Ask(ModalScreen[str | None]):
    """A question with one line for the answer; a secret one is not shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, question: str, default: str = "", *, is_secret: bool = False) -> None:
        super().__init__()
        self._question = question
        self._field = Input(default, compact=True, select_on_focus=False, password=is_secret)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words([(self._question, "strong")])
            yield self._field

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.is_current:
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """A question before something that cannot be undone; Enter alone answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape", "answer(False)", show=False),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words([(self._question, "strong")])
            yield Words([("y", "accent"), (f" {_('yes')}    ", "plain"), ("n", "accent"), (f" {_('no')}", "plain")])

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
