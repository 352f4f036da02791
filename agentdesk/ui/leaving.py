"""Leaving: a message as it goes to the outbox, for the composer that sends it and the review that shows it first."""

from agentdesk.model import Change, Note, Reply, SetStatus, Status, Upload
from agentdesk.record import record
from agentdesk.steps import together
from agentdesk.store.drafts import DraftKind


@record
class Leaving:
    """Exactly what would leave: the words, who gets them, and what else changes."""

    kind: DraftKind
    body: str
    to: str
    sender: str
    cc: tuple[str, ...] = ()
    uploads: tuple[Upload, ...] = ()
    status: Status | None = None
    besides: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The decision as the outbox takes it."""
        is_note = self.kind == "note"
        message: Change = Note(self.body, self.uploads) if is_note else Reply(self.body, self.cc, self.uploads)
        return (message, *(self.besides if self.status is None else together(self.besides, [SetStatus(self.status)])))
