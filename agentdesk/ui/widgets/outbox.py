"""The outbox as a list: what waits, what was held and why, what is in doubt."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from agentdesk import i18n
from agentdesk.commands.outbox import state_word, what
from agentdesk.commands.registry import Pane as PaneName
from agentdesk.desk import Desk
from agentdesk.i18n import _
from agentdesk.model import Op, OpState
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.painting import Span, Tone, column
from agentdesk.ui.widgets.rows import Rows

STUCK = (OpState.HELD, OpState.FAILED, OpState.DOUBT)


class OutboxPane(Rows):
    """Every decision that has not arrived, those that need the agent first."""

    NAME: ClassVar[PaneName] = "outbox"

    def __init__(self, desk: Desk, signs: Glyphs, on_open: Callable[[Op], None]) -> None:
        super().__init__(signs=signs)
        self._desk = desk
        self._on_open = on_open
        self.ops: list[Op] = []
        self._names: dict[str, str] = {}
        self._read()

    def _read(self) -> None:
        pending = self._desk.store.outbox.pending()
        self.ops = sorted(pending, key=lambda op: op.state not in STUCK)
        for op in self.ops:
            row = self._desk.store.queries.ticket(op.ticket)
            home = self._desk.config.badge(op.ticket.account, row.brand_name if row else "").short
            name = f"#{row.ticket.number} {row.requester_name}" if row else f"#{op.ticket.id}"
            self._names[op.id] = f"{home} {name}" if self._desk.has_several_accounts else name

    def reload(self) -> None:
        kept = self.op
        self._read()
        ids = [op.id for op in self.ops]
        self.cursor = ids.index(kept.id) if kept is not None and kept.id in ids else min(self.cursor, len(ids))
        self.go(self.cursor, repaint=True)

    @property
    def op(self) -> Op | None:
        """The decision under the cursor."""
        return self.ops[self.cursor] if self.cursor < len(self.ops) else None

    @property
    def count(self) -> int:
        return len(self.ops)

    def nothing(self) -> str:
        return _("Everything has left. What you send next waits here for a moment first.")

    @property
    def head_count(self) -> int:
        return 1

    def head(self, y: int, width: int) -> Sequence[Span]:
        names = (_("Ticket"), 26), (_("State"), 18), (_("Since"), 18)
        spans: list[Span] = [("  ", "plain"), *(column(name, cells, "dim") for name, cells in names)]
        return [*spans, (_("What, and why it is here"), "dim")]

    def row(self, index: int, width: int) -> Sequence[Span]:
        op = self.ops[index]
        tone: Tone = "late" if op.state in STUCK else "plain"
        spans: list[Span] = [
            (" ", "plain"),
            column(self._names[op.id], 25),
            (" ", "plain"),
            column(state_word(op.state), 17, tone),
            (" ", "plain"),
            column(i18n.stamp(op.created_at), 17, "dim"),
            (" ", "plain"),
            (what(op, self._desk.store), "plain"),
        ]
        return [*spans, (f"  {op.reason}", tone)] if op.reason else spans

    def enter(self) -> None:
        if self.op is not None:
            self._on_open(self.op)
