"""Which file of weights the cache's estimates of effort were made with: asked often, so it loads nothing else."""

import sqlite3
from pathlib import Path
from typing import Final

from agentdesk.paths import changed_at
from agentdesk.store import rows

FILE: Final = "effort.txt"
_PLACE: Final = "effort file"


def kept_in(db: sqlite3.Connection) -> Path | None:
    """The team's file of weights; None until somebody said where it is."""
    found = _noted(db)
    return Path(found[0]) / FILE if found else None


def keep_in(db: sqlite3.Connection, folder: Path) -> None:
    """Say in which folder the team's file of weights is."""
    found = _noted(db)
    if found is None or found[0] != str(folder):
        _note(db, str(folder), None)


def note_read(db: sqlite3.Connection, stamp: int) -> None:
    """Note that the cache has the weights of the file as it was at this time of change."""
    found = _noted(db)
    if found is not None and found[1] != stamp:
        _note(db, found[0], stamp)


def is_current(db: sqlite3.Connection, folder: Path) -> bool:
    """Is every estimate made with the weights that the file in this folder says now?"""
    (unscored,) = db.execute("SELECT unscored FROM effort_state").fetchone()
    return not unscored and _noted(db) == (str(folder), changed_at(folder / FILE))


def _noted(db: sqlite3.Connection) -> tuple[str, int | None] | None:
    row = db.execute("SELECT value FROM place WHERE name = ?", (_PLACE,)).fetchone()
    return tuple(rows.unpack(row[0])) if row else None


def _note(db: sqlite3.Connection, folder: str, stamp: int | None) -> None:
    db.execute("INSERT OR REPLACE INTO place (name, value) VALUES (?, ?)", (_PLACE, rows.pack([folder, stamp])))
