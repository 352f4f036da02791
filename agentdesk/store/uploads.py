"""The uploads: which files of a waiting decision the helpdesk has already, under which token, and how far the rest is.

A token is on disk before the message that names it leaves, so a crash between the two uploads nothing again.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from agentdesk.exchange import Uploaded
from agentdesk.model import Note, Op, OpState, Reply, Upload
from agentdesk.store import rows
from agentdesk.store.atomic import atomic

SPARE = timedelta(minutes=5)
"""A token that ends so soon is not relied on any more."""


class Progress(NamedTuple):
    """How far the files of waiting decisions are: files done of all of them, bytes sent of all."""

    done: int
    files: int
    sent: int
    size: int

    @property
    def percent(self) -> int:
        return 100 * self.sent // self.size if self.size else 0


class Uploads:
    """The files of decisions in the cache."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self, op: Op) -> None:
        """Note the files of a decision; what was brought for the same copy and never used goes on to this one."""
        with atomic(self._db):
            for upload in op.uploads:
                self._db.execute(
                    "UPDATE OR IGNORE upload SET op = ? WHERE path = ? AND token IS NOT NULL "
                    "AND op IN (SELECT id FROM op WHERE state = 'dropped')",
                    (op.id, upload.path),
                )
                self._db.execute(
                    "INSERT OR IGNORE INTO upload (op, path, size, sent) VALUES (?, ?, ?, 0)",
                    (op.id, upload.path, upload.size),
                )

    def missing(self, op: Op, now: datetime) -> list[Upload]:
        """The files of a decision that the helpdesk does not have, or will soon have forgotten."""
        ready = self._tokens(op, now)
        return [upload for upload in op.uploads if upload.path not in ready]

    def named(self, op: Op, now: datetime) -> Op:
        """The decision with the tokens of its files in their places."""
        tokens = self._tokens(op, now)
        uploads = tuple(replace(upload, token=tokens.get(upload.path, "")) for upload in op.uploads)
        changes = tuple(
            replace(change, uploads=uploads) if isinstance(change, Reply | Note) else change for change in op.changes
        )
        return replace(op, changes=changes)

    def is_wanted(self, op: Op) -> bool:
        """Is the decision still waiting to leave? It may have been taken back while its files were on their way."""
        found = self._db.execute("SELECT 1 FROM op WHERE id = ? AND state = ?", (op.id, OpState.QUEUED.value))
        return found.fetchone() is not None

    def went(self, op: Op, upload: Upload, sent: int) -> None:
        """So many bytes of a file have gone out."""
        self._db.execute("UPDATE upload SET sent = ? WHERE op = ? AND path = ?", (sent, op.id, upload.path))

    def arrived(self, op: Op, upload: Upload, proof: Uploaded) -> None:
        """The helpdesk has a file."""
        self._db.execute(
            "UPDATE upload SET sent = size, token = ?, expires_at = ? WHERE op = ? AND path = ?",
            (proof.token, rows.to_ms(proof.expires_at), op.id, upload.path),
        )

    def forget(self, op: Op) -> None:
        """The helpdesk has the files of a decision no more, or has taken them in."""
        self._db.execute("DELETE FROM upload WHERE op = ?", (op.id,))

    def progress(self, ops: Iterable[str] | None = None) -> Progress | None:
        """How far the files of all waiting decisions are, or of these; None where there is nothing to bring."""
        chosen = None if ops is None else rows.pack(list(ops))
        done, files, sent, size = self._db.execute(
            "SELECT count(upload.token), count(*), coalesce(sum(upload.sent), 0), coalesce(sum(upload.size), 0) "
            "FROM upload JOIN op ON op.id = upload.op WHERE op.state = 'queued' "
            "AND (:chosen IS NULL OR op.id IN (SELECT value FROM json_each(:chosen)))",
            {"chosen": chosen},
        ).fetchone()
        return Progress(done, files, sent, size) if done < files else None

    def _tokens(self, op: Op, now: datetime) -> dict[str, str]:
        found = self._db.execute(
            "SELECT path, token FROM upload WHERE op = ? AND token IS NOT NULL AND expires_at > ?",
            (op.id, rows.to_ms(now + SPARE)),
        )
        return dict(found)
