"""Unsent text on its way to the disk; whoever reads it back meanwhile gets it from memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from agentdesk.desk import Desk
from agentdesk.model import Ref
from agentdesk.store.drafts import Draft, DraftKind

Key = tuple[Ref, DraftKind]


class Drafts:
    """The drafts of this process that are not on disk yet, one for each ticket and kind."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: dict[Key, Draft] = {}
        self._leaving: set[Key] = set()

    def put(self, draft: Draft) -> None:
        """Take a draft; `write` brings it to the disk."""
        self._waiting[draft.ticket, draft.kind] = draft

    def get(self, ticket: Ref, kind: DraftKind) -> Draft:
        """What was begun for a ticket, or an empty draft."""
        known = self._waiting.get((ticket, kind))
        if known is None and (ticket, kind) not in self._leaving:
            known = self._desk.store.drafts.get(ticket, kind)
        return known or Draft(ticket, kind, "", self._desk.clock())

    def is_waiting(self, ticket: Ref, kind: DraftKind) -> bool:
        return (ticket, kind) in self._waiting

    @contextmanager
    def leaving(self, ticket: Ref, kind: DraftKind) -> Iterator[None]:
        """While its words become a decision, a draft is neither written nor found on the disk."""
        self._waiting.pop((ticket, kind), None)
        self._leaving.add((ticket, kind))
        try:
            yield
        finally:
            self._leaving.discard((ticket, kind))

    async def write(self) -> list[Draft]:
        """Bring everything to the disk; the answer is what is there now. Raises `StoreError` where that fails."""
        written: list[Draft] = []
        for key, draft in list(self._waiting.items()):
            if self._waiting.get(key) is not draft:
                continue  # sent, or written anew, while an earlier one was on its way
            await self._bring(draft)
            if self._waiting.get(key) is draft:
                del self._waiting[key]
            written.append(draft)
        return written

    async def _bring(self, draft: Draft) -> None:
        """Lists show that there is a draft, not its words: these are only noted."""
        known = self._desk.store.drafts.get(draft.ticket, draft.kind)
        is_news = draft.is_empty or known is None
        keep = self._desk.write if is_news else self._desk.note
        await keep(lambda store: store.drafts.save(draft))
