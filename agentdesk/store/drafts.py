"""Drafts: unsent text, bound to its ticket and to being public or private for ever."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import Literal

from agentdesk.model import Change, Ref, Upload
from agentdesk.record import record
from agentdesk.steps import together
from agentdesk.store import rows

DraftKind = Literal["reply", "note"]


@record
class Draft:
    """Unsent text with the files and copies that go along; `caret` in characters.

    `changes` are what leaves with it, such as the steps of a prepared answer.
    """

    ticket: Ref
    kind: DraftKind
    body: str
    updated_at: datetime
    cc: tuple[str, ...] = ()
    uploads: tuple[Upload, ...] = ()
    caret: int = 0
    changes: tuple[Change, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.body or self.cc or self.uploads or self.changes)


def joined(first: Draft, second: Draft) -> Draft:
    """The first draft with all of the second below it, the caret between the two."""
    return replace(
        first,
        body="\n\n".join(body for body in (first.body, second.body) if body),
        cc=tuple(dict.fromkeys((*first.cc, *second.cc))),
        uploads=tuple(dict.fromkeys((*first.uploads, *second.uploads))),
        caret=len(first.body),
        changes=together(first.changes, second.changes),
    )


class Drafts:
    """The drafts in the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def save(self, draft: Draft) -> None:
        """Keep unsent text; an empty one is forgotten."""
        if draft.is_empty:
            self.forget(draft.ticket, draft.kind)
            return
        uploads = [(one.path, one.name, one.size, one.digest, one.source) for one in draft.uploads]
        self._db.execute(
            "INSERT OR REPLACE INTO draft (account, ticket, kind, body, cc, uploads, caret, updated_at, changes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                draft.ticket.account,
                draft.ticket.id,
                draft.kind,
                draft.body,
                rows.pack(draft.cc),
                rows.pack(uploads),
                draft.caret,
                rows.to_ms(draft.updated_at),
                rows.pack([rows.change_document(change) for change in draft.changes]),
            ),
        )

    def forget(self, ticket: Ref, kind: DraftKind) -> None:
        """Keep the text no longer: it was sent, or given up."""
        self._db.execute(
            "DELETE FROM draft WHERE account = ? AND ticket = ? AND kind = ?", (ticket.account, ticket.id, kind)
        )

    def move(self, source: Ref, target: Ref) -> None:
        """Take what was begun on one ticket to another, below what was begun there."""
        for draft in self._found("account = ? AND ticket = ?", (source.account, source.id)):
            moved, there = replace(draft, ticket=target), self.get(target, draft.kind)
            self.save(joined(there, moved) if there else moved)
            self.forget(source, draft.kind)

    def get(self, ticket: Ref, kind: DraftKind) -> Draft | None:
        """What was begun on a ticket."""
        found = self._found("account = ? AND ticket = ? AND kind = ?", (ticket.account, ticket.id, kind))
        return found[0] if found else None

    def all(self) -> list[Draft]:
        """All unsent text, newest first."""
        return self._found("1", ())

    def loose(self) -> list[Draft]:
        """Unsent text whose ticket is not here (any more), newest first."""
        return self._found(
            "NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.account = draft.account AND ticket.id = draft.ticket)", ()
        )

    def _found(self, condition: str, values: tuple[object, ...]) -> list[Draft]:
        found = self._db.execute(
            "SELECT account, ticket, kind, body, updated_at, cc, uploads, caret, changes FROM draft "
            f"WHERE {condition} ORDER BY updated_at DESC",
            values,
        )
        return [_draft_from(row) for row in found]


def _draft_from(row: rows.Row) -> Draft:
    return Draft(
        ticket=Ref(row[0], row[1]),
        kind=row[2],
        body=row[3],
        updated_at=rows.from_ms(row[4]),
        cc=tuple(rows.unpack(row[5])),
        uploads=tuple(Upload(*upload) for upload in rows.unpack(row[6])),
        caret=row[7],
        changes=tuple(rows.change_from(document) for document in rows.unpack(row[8])),
    )
