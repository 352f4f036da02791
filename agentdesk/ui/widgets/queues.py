"""The queues: what the agent works from, each with how many tickets wait in it."""

from collections.abc import Sequence
from typing import ClassVar

from agentdesk.commands.registry import Pane as PaneName
from agentdesk.config import Queue
from agentdesk.i18n import _, number
from agentdesk.text.width import cell_width
from agentdesk.ui.glyphs import Glyphs
from agentdesk.ui.painting import Span, Tone, column
from agentdesk.ui.pane import RunLine
from agentdesk.ui.widgets.rows import Rows

HELD = "held"


class QueuesPane(Rows):
    """Every queue by title, with its live count."""

    NAME: ClassVar[PaneName] = "queues"

    def __init__(self, queues: Sequence[Queue], signs: Glyphs, *, id: str) -> None:
        super().__init__(signs=signs, id=id)
        self._queues: tuple[Queue, ...] = tuple(queues)
        self._counts: dict[str, int] = {}
        self._shown = ""

    @property
    def queues(self) -> tuple[Queue, ...]:
        return self._queues

    def set_queues(self, queues: Sequence[Queue]) -> None:
        """Show other queues, the cursor on the one it was on."""
        if tuple(queues) != self._queues:
            name = self._queues[self.cursor].name if self._queues else ""
            self._queues = tuple(queues)
            self.cursor = next((at for at, queue in enumerate(queues) if queue.name == name), 0)
            self.refresh()

    def set_counts(self, counts: dict[str, int]) -> None:
        """Show how many tickets each queue has."""
        changed = [
            at for at, queue in enumerate(self._queues) if counts.get(queue.name) != self._counts.get(queue.name)
        ]
        self._counts = counts
        if changed:
            self.refresh_rows(*changed)

    def show(self, name: str) -> None:
        """Mark the queue that the list shows."""
        if name != self._shown:
            self._shown = name
            self.cursor = next((at for at, queue in enumerate(self._queues) if queue.name == name), self.cursor)
            self.refresh()

    @property
    def count(self) -> int:
        return len(self._queues)

    @property
    def head_count(self) -> int:
        return 1

    def head(self, y: int, width: int) -> Sequence[Span]:
        return [(f" {_('Queues')}", "accent" if self.has_focus else "dim")]

    def row(self, index: int, width: int) -> Sequence[Span]:
        queue = self._queues[index]
        count = self._counts.get(queue.name)
        shown = "" if count is None else number(count)
        room = max(width - cell_width(shown) - 2, 0)
        needs_me = bool(count) and queue.name == HELD
        title: Tone = "strong" if queue.name == self._shown else "plain" if count else "dim"
        return [column(queue.title, room, title), (" ", "plain"), (shown, "late" if needs_me else "dim")]

    def enter(self) -> None:
        self.post_message(RunLine(f"queue {self._queues[self.cursor].name}"))
