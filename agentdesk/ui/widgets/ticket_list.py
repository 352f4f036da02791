"""The list of tickets: keys in their order, and only the rows on the screen read and painted."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.strip import Strip

from agentdesk.columns import COLUMNS, UNREAD, Column
from agentdesk.columns import Tone as ColumnTone
from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.i18n import _, plural
from agentdesk.model import TicketRow
from agentdesk.text.safe import safe_line
from agentdesk.text.width import cell_width, pad, truncate
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.painting import Span, Tone, steady
from agentdesk.ui.widgets.rows import Rows

ROWS_KEPT = 400
NARROW = 84
LEFT_OUT_WHEN_NARROW = ("assignee", "bounce", "effort", "reason", "tags", "channel", "group")
_TONES: dict[ColumnTone, Tone] = {
    "plain": "plain", "strong": "strong", "dim": "dim", "amber": "soon", "red": "late", "accent": "accent",
    "good": "good",
}  # fmt: skip


class TicketList(Rows):
    """The tickets of a queue, with a cursor that stays on its ticket and marks on selected ones."""

    NAME: ClassVar[PaneName] = "list"

    def __init__(self, desk: Desk, signs: Glyphs, *, id: str) -> None:
        super().__init__(signs=signs, id=id)
        self.desk = desk
        self.empty_words: Callable[[], str] = str
        self.on_open: Callable[[TicketRow], None] = lambda row: None  # called at once: the next key meets the ticket
        self.keys: list[int] = []
        self.selected: set[int] = set()
        self.on_selected: Callable[[], None] = lambda: None
        self._rows: dict[int, TicketRow] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._fit: tuple[int, list[tuple[Column, int]]] = (-1, [])

    # What is in it

    def show(self, keys: list[int], *, at: int | None = None) -> None:
        """Show these tickets; the cursor goes to `at`, or stays on its ticket, or on its line if that is gone."""
        wanted = self.key if at is None else at
        before, seen = self.cursor, self._sight()
        if wanted is not None and not (before < len(keys) and keys[before] == wanted) and wanted in keys:
            self.cursor = keys.index(wanted)
        self.keys = keys
        self._fit = (-1, [])
        self.cursor = min(self.cursor, max(len(keys) - 1, 0))
        self.top += self.cursor - before
        self._keep_in_sight()
        if self.cursor == before and self._sight() == seen:
            self.reload()
        else:
            self.forget_rows()
            self.refresh()
        if self.key != wanted:
            self.cursor_moved()

    def _sight(self) -> list[int]:
        return self.keys[self.top : self.top + self.height]

    def reload(self) -> None:
        """Read the rows on the screen again, and paint them if one of them reads differently."""
        self._fit = (-1, [])
        fresh = {row.key: row for row in self.desk.store.queries.rows(self._sight())}
        if any(fresh.get(key) != self._rows.get(key) for key in self._sight()):
            self.refresh()
        self.forget_rows()
        self._rows = fresh

    def tick(self) -> None:
        """Paint again: the clocks have moved on."""
        self._strips.clear()
        self.refresh()

    def forget_rows(self) -> None:
        """Read the rows again when they are painted next."""
        self._rows.clear()
        self._strips.clear()

    @property
    def key(self) -> int | None:
        """The ticket under the cursor."""
        return self.keys[self.cursor] if self.cursor < len(self.keys) else None

    def current(self) -> TicketRow | None:
        """The row under the cursor."""
        key = self.key
        return self._rows_of([key]).get(key) if key is not None else None

    def chosen(self) -> tuple[TicketRow, ...]:
        """The selected tickets in the order of the list, else the one under the cursor."""
        if self.selected:
            return tuple(self.desk.store.queries.rows([key for key in self.keys if key in self.selected]))
        row = self.current()
        return (row,) if row else ()

    def _rows_of(self, keys: Iterable[int | None]) -> dict[int, TicketRow]:
        missing = [key for key in keys if key is not None and key not in self._rows]
        if missing:
            if len(self._rows) > ROWS_KEPT:
                self.forget_rows()
            self._rows.update((row.key, row) for row in self.desk.store.queries.rows(missing))
        return self._rows

    # Selection

    def select_this(self) -> None:
        """Select the ticket under the cursor, or let it go; the cursor moves on."""
        if self.key is not None:
            self.selected ^= {self.key}
            self._strips.clear()
            self.refresh_rows(self.top - 1, self.cursor)  # the line above the rows counts what is selected
            self.move(1)
            self.on_selected()

    def select_all(self) -> None:
        self._select(set(self.keys))

    def select_none(self) -> None:
        self._select(set())

    def _select(self, keys: set[int]) -> None:
        self.selected = keys
        self._strips.clear()
        self.refresh()
        self.on_selected()

    # Painting

    @property
    def count(self) -> int:
        return len(self.keys)

    def nothing(self) -> str:
        return self.empty_words()

    @property
    def head_count(self) -> int:
        return 1

    def head(self, y: int, width: int) -> Sequence[Span]:
        if self.selected:
            words = plural("{n} selected", "{n} selected", len(self.selected))
            return [("  ", "plain"), (words, "accent"), ("   " + _("Esc lets them go"), "dim")]
        titles = [f"{pad(column.title(), cells, column.align)} " for column, cells in self._fitted(width - 1)]
        return [("  ", "plain"), ("".join(titles), "dim")]

    def row_strip(self, index: int, width: int) -> Strip:
        key = self.keys[index]
        if key not in self._rows:
            self._rows_of(self.keys[self.top : self.top + self.height + 1])
        is_cursor = index == self.cursor
        if is_cursor:
            return super().row_strip(index, width)
        strip = self._strips.get((key, is_cursor))
        if strip is None or strip.cell_length != width:
            strip = self._strips[key, is_cursor] = super().row_strip(index, width)
        return strip

    def row(self, index: int, width: int) -> Sequence[Span]:
        key = self.keys[index]
        row = self._rows.get(key)
        mark: Span = (self.signs.selected, "accent") if key in self.selected else (" ", "plain")
        if row is None:
            return [mark, (_("This ticket is gone."), "dim")]
        now = self.desk.clock()
        spans = [mark]
        for column, cells in self._fitted(width):
            spans += self._cell(column, cells, row, now)
        return spans

    def _cell(self, column: Column, cells: int, row: TicketRow, now: datetime) -> list[Span]:
        text = steady(column.text(row, now))
        if column.name == "marker" and text == UNREAD:
            return [(f"{self.signs.unread} ", "dim")]
        tone = _TONES[column.tone(row, now)]
        detail = steady(column.detail(row)) if column.is_flexible else ""
        if not detail:
            return [(pad(text, cells, column.align) + " ", tone)]
        shown = truncate(text, cells)
        room = cells - cell_width(shown)
        rest = pad("  " + detail, room) if room > 4 else " " * room
        return [(shown, tone), (rest + " ", "dim")]

    def _fitted(self, width: int) -> list[tuple[Column, int]]:
        if self._fit[0] != width:
            self._fit = (width, fitted_columns(self._columns(), width))
        return self._fit[1]

    def _columns(self) -> list[Column]:
        """The configured columns; where tickets live is one of them as soon as they live in several places."""
        names = [name for name in self.desk.config.columns if name in COLUMNS]
        queries, several = self.desk.store.queries, self.desk.seen_account is None and self.desk.has_several_accounts
        if "account" not in names and (several or queries.has_brands(self.desk.seen_account)):
            names.insert(names.index("customer") if "customer" in names else 0, "account")
        return [self._badges() if name == "account" else COLUMNS[name] for name in names]

    def _badges(self) -> Column:
        """The account column, with the names and colours that the agent gave to accounts and brands."""
        badge, plain = self.desk.wording.badge, COLUMNS["account"]
        homes = self.desk.store.queries.homes()
        width = min(max((cell_width(self.desk.config.badge(*home).short) for home in homes), default=1), plain.width)
        title = plain.title() if cell_width(plain.title()) <= width else ""
        return plain._replace(
            title=lambda: title,
            width=width,
            text=lambda row, now: safe_line(badge(row).short),
            tone=lambda row, now: badge(row).tone,
        )

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def enter(self) -> None:
        row = self.current()
        if row is not None:
            self.on_open(row)


def fitted_columns(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns that fit a width with their cells: flexible ones share what the others leave."""
    if width < NARROW:
        columns = [column for column in columns if column.name not in LEFT_OUT_WHEN_NARROW] or list(columns[:1])
    flexible = [column for column in columns if column.is_flexible]
    fixed = sum(column.width + 1 for column in columns if not column.is_flexible)
    room = max(width - 1 - fixed - len(flexible), 0)
    share = room // len(flexible) if flexible else 0
    return [(column, max(share, 1) if column.is_flexible else column.width) for column in columns]
