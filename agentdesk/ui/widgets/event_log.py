"""The event log that a timeline shows, as the store has it: of one ticket, or of all that its customer ever did."""

from datetime import datetime
from math import ceil

from agentdesk.desk import Desk
from agentdesk.model import Event, Ref, TicketRow
from agentdesk.ui.widgets.entries import state_words

CUSTOMER_PAGE = 200
READ_CHARACTERS = 64_000  # of each message; more when it is asked for, as 5 MB take too long to read


class EventLog:
    """Events, oldest first, and what it takes to show them; all as of the last `read`.

    `states` says what becomes of each decision on its way out, by its id; `created` when each ticket began; `subjects`
    what each ticket is about, where the log is a customer's.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._most = CUSTOMER_PAGE
        self.events: list[Event] = []
        self.states: dict[str, str] = {}
        self.subjects: dict[Ref, str] = {}
        self.created: dict[Ref, datetime] = {}

    def begin_anew(self) -> None:
        """Read only the newest of a customer's events from now on."""
        self._most = CUSTOMER_PAGE

    def reach_back(self) -> bool:
        """Read older events of a customer from now on; False where there are none."""
        if len(self.events) < self._most:
            return False
        self._most += CUSTOMER_PAGE
        return True

    def read(self, row: TicketRow | None, *, is_whole_customer: bool) -> None:
        """Ask the store for the log of a ticket, or of its customer."""
        queries = self._desk.store.queries
        self.events, self.subjects = [], {}
        self.created = {} if row is None else {row.ticket.ref: row.ticket.created_at}
        if row is not None and is_whole_customer and row.ticket.requester is not None:
            self._read_customer(Ref(row.ticket.ref.account, row.ticket.requester))
        elif row is not None:
            self.events = queries.events(row.ticket.ref, most_characters=READ_CHARACTERS)
        self.states = self.read_states(row)

    def _read_customer(self, person: Ref) -> None:
        queries = self._desk.store.queries
        self.events = queries.timeline(person, limit=self._most, most_characters=READ_CHARACTERS)[::-1]
        for known in queries.tickets_of(person, limit=self._most):
            home = self._desk.wording.home(known)
            title = f"#{known.ticket.number} {known.ticket.subject}"
            self.subjects[known.ticket.ref] = f"{home} {title}" if home else title
            self.created[known.ticket.ref] = known.ticket.created_at

    def read_states(self, row: TicketRow | None) -> dict[str, str]:
        """What becomes of each decision of a ticket, in words that change by the second while it can be taken back."""
        if row is None:
            return {}
        now = self._desk.clock()
        ops = self._desk.store.outbox.of_ticket(row.ticket.ref)
        return {op.id: state_words(op, ceil((op.not_before - now).total_seconds())) for op in ops}
