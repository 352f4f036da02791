"""Locks: one holder at a time among all threads and processes of this machine.

A lock is an empty SQLite file under an exclusive transaction: the system lets go of it when its holder ends, however
that happens, on every platform.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from agentdesk.errors import StoreError
from agentdesk.i18n import _
from agentdesk.paths import private_file

LOOK_SECONDS = 0.05


@asynccontextmanager
async def held(path: Path, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncGenerator[None, None]:
    """Hold the lock at `path` for the length of the block, waiting for it as long as it takes."""
    try:
        holder = sqlite3.connect(private_file(path), timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    try:
        while not _taken(holder, path):
            await sleep(LOOK_SECONDS)
        yield
    finally:
        holder.close()


def _taken(holder: sqlite3.Connection, path: Path) -> bool:
    try:
        holder.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise _unusable(path, error) from error
        return False
    return True


def _unusable(path: Path, error: Exception) -> StoreError:
    return StoreError(_("The lock {path} cannot be used: {reason}.", path=str(path), reason=str(error)))
