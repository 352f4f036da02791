"""A pane: a part of the screen that can have the keys.

The app sends movement to whichever pane has the keys, so that `j` means "down" everywhere and no pane binds keys.
"""

from typing import ClassVar, Literal

from textual.message import Message
from textual.widget import Widget

from agentdesk.commands.registry import Pane as PaneName
from agentdesk.model import Ref


class RunLine(Message):
    """A click, or a choice in a pane, that stands for a command line."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class TicketWanted(Message):
    """The agent wants to see a ticket, at one of its events if `event` says so.

    `sought` are the tokens of the search that led there, to be marked.
    """

    def __init__(self, ticket: Ref, event: Ref | None = None, sought: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.ticket = ticket
        self.event = event
        self.sought = sought


class Pane(Widget, can_focus=True):
    """A widget that takes movement. `NAME` says which commands' keys work while it has the keys."""

    NAME: ClassVar[PaneName]

    def move(self, rows: int) -> None:
        """Move the cursor by so many lines, messages or entries, whichever the pane has."""

    def page(self, pages: int) -> None:
        """Move by so many screenfuls."""

    def edge(self, end: Literal["top", "bottom"]) -> None:
        """Go to the first or the last line."""

    def enter(self) -> None:
        """Open what the cursor is on."""

    def next_match(self, step: int) -> bool:
        """Go to the next (or previous) line with what was sought; False where nothing is marked."""
        return False

    @property
    def is_marked(self) -> bool:
        """Are words marked as sought?"""
        return False

    def reload(self) -> None:
        """Read the store again: something in it has changed."""
