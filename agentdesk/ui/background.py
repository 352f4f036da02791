"""Reading the cache beside the loop: what may take longer than a frame runs on one thread with its own connection."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from typing import TypeVar

from agentdesk.errors import StoreError
from agentdesk.i18n import _
from agentdesk.store import Store

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Background:
    """A thread that reads the cache at `path`; its connection is opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="agentdesk-reader")
        self._store: Store | None = None
        self._dropped: Event | None = None
        self._lock = Lock()
        self._is_closed = False

    async def read(self, question: Callable[[Store], T]) -> T:
        """The answer to a question about the cache; cancelled when the desk has closed meanwhile.

        A question that nobody waits for any more is broken off, so that a newer one need not wait for its answer.
        Raises `StoreError` where the cache cannot answer.
        """
        if self._is_closed:
            raise asyncio.CancelledError
        dropped = Event()  # one for each asking: several may be dropped before the first of them has noticed
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, question, dropped)
        except asyncio.CancelledError:
            with self._lock:
                dropped.set()
                if self._store is not None and self._dropped is dropped:
                    self._store.break_off()
            raise

    def _read(self, question: Callable[[Store], T], dropped: Event) -> T:
        if self._store is None:
            self._store = Store(self._path)
            self._store.break_off_when(self._is_dropped)
        with self._lock:
            self._dropped = dropped
        try:
            return question(self._store)
        except sqlite3.Error as error:
            if not dropped.is_set():
                from agentdesk.logs import where  # late: the first paint logs nothing

                _log.error("the cache did not answer: %s", where(error))
            raise StoreError(_("The cache did not answer: {reason}.", reason=str(error))) from error
        finally:
            with self._lock:
                self._dropped = None

    def _is_dropped(self) -> bool:
        return self._dropped is not None and self._dropped.is_set()

    def close(self) -> None:
        """Finish what is being read and close the connection."""
        self._is_closed = True
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
