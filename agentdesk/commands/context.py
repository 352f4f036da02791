"""What a command is given: the desk, the tickets it is about, and the screen (or shell) that ran it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from agentdesk.desk import Desk
from agentdesk.model import Article, Change, Op, Ref, TicketRow, Upload
from agentdesk.store.drafts import Draft

Tone = Literal["plain", "good", "bad"]
ComposeKind = Literal["reply", "note"]


class Choice(NamedTuple):
    """One line of a list to choose from: the value a command gets, and what the person reads."""

    value: str
    label: str
    hint: str = ""


class Front(Protocol):
    """Whoever shows things to the person: the screens, or the shell.

    The shell refuses what only a screen can do; commands need not know which one they talk to.
    """

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Show one sentence that does not interrupt."""

    async def choose(
        self, title: str, choices: Sequence[Choice], *, free: bool = False, otherwise: str | None = None
    ) -> str | None:
        """Let the person pick a value (or type one, where `free`); None when they would rather not.

        Where nobody can be asked (the shell), the answer is `otherwise`, or `Refused` without one.
        """

    async def ask(self, question: str, *, default: str = "", is_secret: bool = False) -> str | None:
        """Let the person type an answer, a secret one without showing it; None when there is nobody who could."""

    @property
    def can_ask(self) -> bool:
        """Is there a person who can be asked?"""

    @property
    def has_screen(self) -> bool:
        """Is there a `screen`?"""

    async def confirm(self, question: str) -> bool:
        """Ask before something that cannot be undone."""

    def reopen(self, op: Op) -> None:
        """A message was taken back and is a draft again: show it where it was written, if there is a screen."""

    @property
    def screen(self) -> "Screen":
        """The screen; raises `Refused` where there is none."""


class Screen(Protocol):
    """What only a terminal full of panes can do."""

    def move(self, rows: int) -> None:
        """Move the cursor of the pane that has the keys by so many lines (or messages)."""

    def page(self, pages: int) -> None: ...

    def edge(self, end: Literal["top", "bottom"]) -> None: ...

    def enter(self) -> None:
        """Open what the cursor is on."""

    def back(self) -> None:
        """One step out, losing nothing."""

    def turn(self, panes: int) -> None:
        """Give the keys to the next (or previous) pane."""

    def focus_pane(self, pane: Literal["queues", "list", "reading", "customer", "knowledge", "composer"]) -> None: ...

    def show_queue(self, name: str) -> None:
        """Show a queue by name, or the tickets that a query finds."""

    def queues_changed(self) -> None:
        """A queue was kept, changed or deleted: show those there are now."""

    def shown_queue(self) -> str:
        """The name of the queue that is shown."""

    def shown_query(self) -> str:
        """The query of the queue that is shown."""

    async def show_account(self, name: str | None) -> None:
        """Let the queues show one account alone, or all of them."""

    def show_ticket(self, ticket: Ref, event: Ref | None = None) -> None:
        """Open a ticket, at one of its events if one is named."""

    def show_outbox(self) -> None: ...

    def show_accounts(self) -> None: ...

    def set_up_account(self, name: str) -> None:
        """Guide the person to an account that works: a new one, or the one of this name."""

    def show_drafts(self) -> None: ...

    def show_help(self) -> None: ...

    def show_palette(self) -> None: ...

    def show_text(self, title: str, text: str) -> None:
        """Show a page of plain text that is left with `back`."""

    async def command_line(self, start: str) -> None:
        """Let the person type a command that begins so; comes back when the line has the keys."""

    def search(self, query: str) -> None:
        """Open the search over everything."""

    async def next_ticket(self, step: int) -> None:
        """Open the next (or previous) ticket of the queue."""

    def next_message(self, step: int) -> None:
        """Go to the next (or previous) message of the timeline."""

    def next_match(self, step: int) -> None:
        """Go to the next (or previous) line with the words that the search led here by."""

    def select(self, which: Literal["this", "all", "none"]) -> None: ...

    def filter_timeline(self, what: str) -> None:
        """Show only some kinds of events: `all`, `messages`, `public`, or a channel; empty turns to the next."""

    def fold_quotes(self) -> None: ...

    def whole_customer(self) -> None:
        """Turn between this ticket's events and the customer's whole timeline."""

    def open_link(self, number: int | None) -> None: ...

    def attachments(self) -> None: ...

    def compose(self, kind: ComposeKind) -> None: ...

    def review(self) -> None:
        """Show exactly what would leave."""

    async def send(self, status: str | None) -> None:
        """Send what is in the composer, setting the status in the same step."""

    def edit_outside(self) -> None: ...

    def insert_text(self, text: str) -> None:
        """Put text at the caret of the composer, opening a reply if none is open."""

    async def attach(self, paths: Sequence[Path]) -> str:
        """Send files with the message in the composer; the answer is a sentence on what goes along now."""

    def attached(self) -> tuple[Upload, ...]:
        """The files that go with the message in the composer."""

    def detach(self, name: str) -> None: ...

    async def insert_template(self, name: str | None) -> None:
        """Insert a prepared answer by name; None lets the person choose."""

    async def keep_fields(self) -> None:
        """Let the words leave without what a prepared answer would change besides; of several, ask which."""

    async def set_copies(self, addresses: str | None) -> None:
        """Set who gets a copy of the reply (addresses with commas); None asks."""

    async def insert_article(self, how: Literal["link", "text"]) -> None: ...

    def chosen_article(self) -> Article | None:
        """The article that is read, or the one under the cursor of the knowledge."""

    def draft_article(self, text: str, also: Sequence[Change]) -> None:
        """Open a note that begins with the text of an article, and let these changes leave with it."""

    def search_knowledge(self, query: str) -> None: ...

    def held(self) -> Op | None:
        """The decision that is on the screen because it was held."""

    def loose_draft(self) -> Draft | None:
        """The draft under the cursor of the outbox whose ticket is gone."""

    def copy(self, text: str) -> None:
        """Put text on the clipboard, where the terminal takes it."""

    async def repeat(self) -> None:
        """Run the last recorded command line again on what is selected now."""

    def set_theme(self, name: str) -> None: ...

    def leave(self) -> None:
        """Close the desk."""


@dataclass(slots=True)
class Context:
    """One run of a command.

    `ops` collects what it decided; a message waits `hold_seconds` before it leaves; `account` is the one the person
    named, if they did.
    """

    desk: Desk
    front: Front
    tickets: tuple[TicketRow, ...] = ()
    hold_seconds: int = 0
    account: str | None = None
    ops: list[Op] = field(default_factory=list)

    def now(self) -> datetime:
        return self.desk.clock()
