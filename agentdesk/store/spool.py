"""The spool: our own copies of the files that wait to be sent, beside the cache, readable by their owner alone.

A file is copied when it is attached, so that whatever becomes of the original, what the agent saw is what leaves. Each
attaching makes a copy of its own, which is gone once no draft and no pending decision names it.
"""

import contextlib
import hashlib
import os
import sqlite3
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from agentdesk.errors import Refused
from agentdesk.files import FileLimits, against, shown_name
from agentdesk.i18n import _
from agentdesk.model import Upload
from agentdesk.paths import OWNER_ONLY_FILE, private_folder
from agentdesk.store.folding import PENDING_STATES

CHUNK_BYTES = 256 * 1024
ORPHAN_AGE = timedelta(days=1)
"""How long a copy that nothing names is kept: a draft in some composer may not have reached the disk yet."""


class Spool:
    """The copies in a folder, and who names them."""

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self._folder = folder
        self._db = db

    def take(self, source: Path, account: str, limits: FileLimits) -> Upload:
        """Copy a file; touches no database. Raises `Refused`, in words, where it cannot be sent to the account."""
        name = shown_name(source)
        try:
            if not source.is_file():
                raise Refused(_("There is no file {path}.", path=str(source)))
            _check(limits, account, name, source.stat().st_size)
            copy, digest = self._copied(source, limits.max_bytes)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refused(_("{path} cannot be read: {reason}.", path=str(source), reason=reason)) from error
        upload = Upload(str(copy), name, copy.stat().st_size, digest, str(source.resolve()))
        try:
            _check(limits, account, name, upload.size)
        except Refused:
            copy.unlink()
            raise
        return upload

    def _copied(self, source: Path, most_bytes: int) -> tuple[Path, str]:
        """A copy on the disk, cut soon after `most_bytes`, and the digest of what is in it."""
        copy = private_folder(self._folder) / uuid.uuid4().hex
        part = copy.with_suffix(".part")
        digest = hashlib.sha256()
        try:
            with source.open("rb") as original, open(part, "wb", opener=_private) as file:
                while (chunk := original.read(CHUNK_BYTES)) and file.tell() <= most_bytes:
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(copy)
        finally:
            part.unlink(missing_ok=True)
        return copy, digest.hexdigest()

    def release(self, uploads: Iterable[Upload]) -> None:
        """Remove the copies of these that no draft and no pending decision names any more."""
        for upload in uploads:
            path = Path(upload.path)
            if path.parent == self._folder and not self._is_named(path.name):
                _remove(path)
                self._db.execute("DELETE FROM upload WHERE path = ?", (upload.path,))

    def sweep(self, now: datetime) -> None:
        """Remove what a crash left behind: old copies that nothing names."""
        self._db.execute(f"DELETE FROM upload WHERE op NOT IN (SELECT id FROM op WHERE state IN ({PENDING_STATES}))")
        if not self._folder.is_dir():
            return
        horizon = (now - ORPHAN_AGE).timestamp()
        for path in self._folder.iterdir():
            if _is_older(path, horizon) and not self._is_named(path.name):
                _remove(path)

    def _is_named(self, name: str) -> bool:
        found = self._db.execute(
            f"SELECT 1 FROM op WHERE state IN ({PENDING_STATES}) AND instr(changes, :name) "
            "UNION ALL SELECT 1 FROM draft WHERE instr(uploads, :name)",
            {"name": name},
        )
        return found.fetchone() is not None


def is_whole(upload: Upload) -> bool:
    """Is our copy there as it was made?"""
    try:
        return Path(upload.path).stat().st_size == upload.size
    except OSError:
        return False


def original(upload: Upload) -> str:
    """What became of the file that an upload was copied from: `same`, `changed` or `gone`."""
    if not upload.source:
        return "same"
    try:
        source = Path(upload.source).stat()
        copy = Path(upload.path).stat()
    except OSError:
        return "gone"
    is_newer = source.st_mtime > copy.st_mtime and digest_of(Path(upload.source)) != upload.digest
    return "changed" if source.st_size != upload.size or is_newer else "same"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content, or nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _check(limits: FileLimits, account: str, name: str, size: int) -> None:
    reason = against(limits, account, name, size)
    if reason is not None:
        raise Refused(reason)


def _is_older(path: Path, horizon: float) -> bool:
    try:
        return path.stat().st_mtime < horizon
    except FileNotFoundError:  # another program was faster
        return False


def _remove(path: Path) -> None:
    """Remove a copy; where the system holds on to a file that is being sent, the next sweep takes it."""
    with contextlib.suppress(PermissionError):
        path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY_FILE)
