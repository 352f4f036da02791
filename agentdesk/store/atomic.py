"""One transaction: everything in the block is written, or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Final

LONGEST_REST_SECONDS: Final = 0.003


@contextmanager
def atomic(db: sqlite3.Connection) -> Iterator[None]:
    """Write the block as one transaction; a block inside another joins it."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def briefly(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction, and a rest of about the same length for others who want to write."""
    began = perf_counter()
    with atomic(db):
        yield
    sleep(min(perf_counter() - began, LONGEST_REST_SECONDS))
