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
OF_HELPDESK = "view:"
"""How the names of the lists begin that the helpdesk keeps."""


class QueuesPane(Rows):
    """Every queue by title, with its live count; below a heading of their own, the lists that the helpdesk keeps."""

    NAME: ClassVar[PaneName] = "queues"

    def __init__(self, queues: Sequence[Queue], signs: Glyphs, *, id: str) -> None:
        super().__init__(signs=signs, id=id)
        self._lines = _lines(queues)
        self._counts: dict[str, int] = {}
        self._shown = ""

    @property
    def queues(self) -> tuple[Queue, ...]:
        return tuple(line for line in self._lines if isinstance(line, Queue))

    def set_queues(self, queues: Sequence[Queue]) -> None:
        """Show other queues, the cursor on the one it was on."""
        if tuple(queues) != self.queues:
            at = self._lines[self.cursor] if self._lines else ""
            self._lines = _lines(queues)
            self.cursor = self._place_of(at.name if isinstance(at, Queue) else "", 0)
            self.refresh()

    def set_counts(self, counts: dict[str, int]) -> None:
        """Show how many tickets each queue has."""
        changed = [self._place_of(name, 0) for name in counts if counts[name] != self._counts.get(name)]
        self._counts = counts
        if changed:
            self.refresh_rows(*changed)

    def show(self, name: str) -> None:
        """Mark the queue that the list shows."""
        if name != self._shown:
            self._shown = name
            self.cursor = self._place_of(name, self.cursor)
            self.refresh()

    def _place_of(self, name: str, otherwise: int) -> int:
        names = (at for at, line in enumerate(self._lines) if isinstance(line, Queue) and line.name == name)
        return next(names, otherwise)

    def go(self, index: int, *, repaint: bool = False) -> None:
        """Put the cursor on a queue; what is no queue is stepped over."""
        step = -1 if index < self.cursor else 1
        index = min(max(index, 0), max(self.count - 1, 0))
        while self._lines and not isinstance(self._lines[index], Queue):
            index += step
        super().go(index, repaint=repaint)

    @property
    def count(self) -> int:
        return len(self._lines)

    @property
    def head_count(self) -> int:
        return 1

    def head(self, y: int, width: int) -> Sequence[Span]:
        return [(f" {_('Queues')}", "accent" if self.has_focus else "dim")]

    def row(self, index: int, width: int) -> Sequence[Span]:
        queue = self._lines[index]
        if not isinstance(queue, Queue):
            return [(queue, "dim")]
        count = self._counts.get(queue.name)
        shown = "" if count is None else number(count)
        room = max(width - cell_width(shown) - 2, 0)
        needs_me = bool(count) and queue.name == HELD
        title: Tone = "strong" if queue.name == self._shown else "plain" if count else "dim"
        return [column(queue.title, room, title), (" ", "plain"), (shown, "late" if needs_me else "dim")]

    def enter(self) -> None:
        queue = self._lines[self.cursor]
        if isinstance(queue, Queue):
            self.post_message(RunLine(f"queue {queue.name}"))


def _lines(queues: Sequence[Queue]) -> list[Queue | str]:
    """The desk's own queues, then an empty line, a heading and the helpdesk's."""
    own = [queue for queue in queues if not queue.name.startswith(OF_HELPDESK)]
    views = [queue for queue in queues if queue.name.startswith(OF_HELPDESK)]
    return [*own, "", _("Helpdesk views"), *views] if views else [*own]
