"""Explicit transactions that tell the truth: `with connection` would hide the cause of a failure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from felix_dbadmin.core.task import Task

RETRY_INTERVAL = 0.02
"""Seconds between two tries to commit while a reader of another process is still reading."""


def begin(db: apsw.Connection) -> None:
    """Take the write lock now, not at the first write. Waits as the connection's busy handler says."""
    db.execute("begin immediate")


def commit(db: apsw.Connection, task: Task) -> None:
    """Commit; while a reader blocks it the transaction stays open and the commit is tried again."""
    deadline = time.monotonic() + task.lock_wait
    while True:
        try:
            db.execute("commit")
            return
        except apsw.BusyError:
            if time.monotonic() > deadline or task.wait(RETRY_INTERVAL):
                raise


def roll_back(db: apsw.Connection) -> None:
    """End the transaction without a trace; a full disk or an interrupt may have ended it already."""
    if db.in_transaction:
        db.execute("rollback")


@contextmanager
def transaction(db: apsw.Connection, task: Task) -> Iterator[None]:
    """All of the block, or none of it."""
    begin(db)
    try:
        yield
        commit(db, task)
    except BaseException:
        roll_back(db)
        raise
