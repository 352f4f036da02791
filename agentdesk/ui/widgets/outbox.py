"""The outbox as a list: what waits, what was held and why, what is in doubt, and drafts that lost their ticket."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from agentdesk import i18n
from agentdesk.commands.outbox import state_word, what
from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import STUCK, Op, first_words
from agentdesk.store.drafts import Draft
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.painting import Span, Tone, column
from agentdesk.ui.widgets.rows import Rows

WIDE = 110
WIDE_COLUMNS, NARROW_COLUMNS = (24, 16, 16), (22, 12, 0)
"""The cells of ticket, state and time; where there is little room, the time gives way to what was decided."""


class OutboxPane(Rows):
    """Every decision that has not arrived, those that need the agent first; then drafts without a ticket."""

    NAME: ClassVar[PaneName] = "outbox"

    def __init__(self, desk: Desk, signs: Glyphs, on_open: Callable[[Op | Draft], None]) -> None:
        super().__init__(signs=signs)
        self._desk = desk
        self._on_open = on_open
        self._lines: list[Op | Draft] = []
        self._names: dict[str, str] = {}
        self._read()

    def _read(self) -> None:
        store = self._desk.store
        ops = sorted(store.outbox.pending(), key=lambda op: op.state not in STUCK)
        self._lines = [*ops, *store.drafts.loose()]
        for op in ops:
            row = store.queries.ticket(op.ticket)
            home = self._desk.config.badge(op.ticket.account, row.brand_name if row else "").short
            name = f"#{row.ticket.number} {row.requester_name}" if row else f"#{op.ticket.id}"
            self._names[op.id] = f"{home} {name}" if self._desk.has_several_accounts else name

    def reload(self) -> None:
        kept = self._line
        self._read()
        names = [_name(line) for line in self._lines]
        is_there = kept is not None and _name(kept) in names
        self.cursor = names.index(_name(kept)) if kept is not None and is_there else min(self.cursor, len(names))
        self.go(self.cursor, repaint=True)

    @property
    def _line(self) -> Op | Draft | None:
        return self._lines[self.cursor] if self.cursor < len(self._lines) else None

    @property
    def op(self) -> Op | None:
        """The decision under the cursor."""
        return self._line if isinstance(self._line, Op) else None

    @property
    def draft(self) -> Draft | None:
        """The draft without a ticket under the cursor."""
        return self._line if isinstance(self._line, Draft) else None

    @property
    def count(self) -> int:
        return len(self._lines)

    def nothing(self) -> str:
        return _("Everything has left. What you send next waits here for a moment first.")

    @property
    def head_count(self) -> int:
        return 1

    def head(self, y: int, width: int) -> Sequence[Span]:
        names = (_("Ticket"), _("State"), _("Since"))
        cells = WIDE_COLUMNS if width >= WIDE else NARROW_COLUMNS
        spans = _columns([(name, "dim") for name in names], cells)
        return [(" ", "plain"), *spans, (_("Why it is here, and what it is"), "dim")]

    def row(self, index: int, width: int) -> Sequence[Span]:
        op = self._lines[index]
        if isinstance(op, Draft):
            return self._draft_row(op, width)
        tone: Tone = "late" if op.state in STUCK else "plain"
        cells = WIDE_COLUMNS if width >= WIDE else NARROW_COLUMNS
        facts: list[Span] = [
            (self._names[op.id], "plain"),
            (state_word(op.state), tone),
            (i18n.stamp(op.created_at), "dim"),
        ]
        spans = _columns(facts, cells)
        if op.reason:
            spans.append((f"{op.reason}  ", tone))
        return [*spans, (what(op, self._desk.store), "plain")]

    def _draft_row(self, draft: Draft, width: int) -> Sequence[Span]:
        """A draft whose ticket is gone: what was begun, for whoever wants its words back."""
        kind = _("INTERNAL NOTE") if draft.kind == "note" else _("public reply")
        facts: list[Span] = [
            (f"#{draft.ticket.id}", "plain"),
            (_("draft"), "soon"),
            (i18n.stamp(draft.updated_at), "dim"),
        ]
        return [
            *_columns(facts, WIDE_COLUMNS if width >= WIDE else NARROW_COLUMNS),
            (_("{field}: {new}", field=kind, new=first_words(draft.body)), "plain"),
            (f"  {_('The ticket is gone.')}", "soon"),
        ]

    def enter(self) -> None:
        if self._line is not None:
            self._on_open(self._line)


def _columns(facts: Sequence[Span], cells: Sequence[int]) -> list[Span]:
    """The facts as columns; one without cells is left out."""
    spans: list[Span] = [(" ", "plain")]
    for (text, tone), wide in zip(facts, cells, strict=True):
        if wide:
            spans += [column(text, wide, tone), ("  ", "plain")]
    return spans


def _name(line: Op | Draft) -> tuple[str, ...]:
    return (line.id,) if isinstance(line, Op) else (line.ticket.account, line.ticket.id, line.kind)
