"""An open cache: one connection to the file, and the nouns that live in it.

A `Store` is a connection and belongs to one thread at a time; another thread or process opens another. Readers never
wait for writers (WAL); two writers wait for each other, at most `BUSY_SECONDS`. What the agent decided is written with
full synchronisation, so it survives a power cut.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from agentdesk.errors import StoreError
from agentdesk.i18n import _
from agentdesk.paths import private_file
from agentdesk.store import words
from agentdesk.store.customers import Customers
from agentdesk.store.desktop import Desktop
from agentdesk.store.drafts import Drafts
from agentdesk.store.outbox import Outbox
from agentdesk.store.queries import Queries
from agentdesk.store.schema import bring_up_to_date
from agentdesk.store.uploads import Uploads

if TYPE_CHECKING:
    from agentdesk.store.effort import Efforts
    from agentdesk.store.mirror import Mirror
    from agentdesk.store.search import Search
    from agentdesk.store.spool import Spool

BUSY_SECONDS = 20
STEPS_BETWEEN = 20_000
SPOOL = "spool"
TURNS, TURN_SECONDS = 100, 0.05


class Store:
    """The cache file at `path`, opened and brought up to date; raises `StoreError` where that cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = _connect(path)
        self.outbox = Outbox(self.db)
        self.drafts = Drafts(self.db)
        self.desktop = Desktop(self.db)
        self.queries = Queries(self.db)
        self.customers = Customers(self.db)
        self.uploads = Uploads(self.db)

    @cached_property
    def mirror(self) -> "Mirror":
        """The helpdesk's words."""
        from agentdesk.store.mirror import Mirror  # late: the first paint only reads

        return Mirror(self.db)

    @cached_property
    def search(self) -> "Search":
        """The searching side."""
        from agentdesk.store.search import Search  # late: the first paint searches nothing

        return Search(self.db)

    @cached_property
    def efforts(self) -> "Efforts":
        """What tickets cost their customers, by the team's weights."""
        from agentdesk.store.effort import Efforts  # late: the first paint reads the kept estimates

        return Efforts(self.db)

    @cached_property
    def spool(self) -> "Spool":
        """Our own copies of the files that wait to be sent."""
        from agentdesk.store.spool import Spool  # late: the first paint sends nothing

        return Spool(self.path.resolve().parent / SPOOL, self.db)

    def revision(self) -> int:
        """A number that changes whenever another connection has written to the file."""
        (version,) = self.db.execute("PRAGMA data_version").fetchone()
        return int(version)

    def break_off(self) -> None:
        """Stop what another thread is asking this store; that thread gets an error instead of its answer."""
        self.db.interrupt()

    def break_off_when(self, is_stale: Callable[[], bool]) -> None:
        """Stop by itself what is being asked once nobody wants the answer: `break_off` may come between two steps."""
        self.db.set_progress_handler(is_stale, STEPS_BETWEEN)

    def close(self) -> None:
        self.db.close()


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The store at `path` for the length of a block."""
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


def _write_ahead(db: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite does not wait by itself while another program does the same."""
    for _try in range(TURNS):
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(TURN_SECONDS)
        else:
            return
    db.execute("PRAGMA journal_mode = WAL")


def _connect(path: Path) -> sqlite3.Connection:
    try:
        private_file(path)
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(db)
        except BaseException:
            db.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            _("The cache {path} cannot be opened: {reason}.", path=str(path), reason=str(error))
        ) from error
    return db


def _prepare(db: sqlite3.Connection) -> None:
    _write_ahead(db)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    words.teach(db)
    bring_up_to_date(db)
