"""Copying a database page by page with SQLite's backup API: consistent, cancellable, into one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from felix_dbadmin.core.connection import create_database, explaining
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import roll_back

STEP_BYTES = 16 << 20
"""Bytes per step: some 30 ms, so that a cancel is seen soon; smaller steps cost time and gain nothing."""

LIVE_STEP_BYTES = 2 << 20
"""The same where the old pages go into a journal, which is synced each time SQLite's cache of 2 MB is full."""


_SOURCE_FAILED = {apsw.SQLITE_IOERR_READ, apsw.SQLITE_IOERR_SHORT_READ, apsw.SQLITE_IOERR_CORRUPTFS}


@contextmanager
def pinned(source: apsw.Connection) -> Iterator[None]:
    """Hold a read transaction: without one a backup starts again at every write of another program, for ever."""
    source.execute("begin")
    try:
        source.execute("select 1 from sqlite_schema").fetchall()
        yield
    finally:
        roll_back(source)


def copy_pinned(source: apsw.Connection, destination: apsw.Connection, task: Task, pages: int = 0) -> None:
    """Make `destination` the same as `source` is now, in one transaction. `pages` per step, 0 for a good number.

    Raises Cancelled between two steps; the destination is then as it was.
    """
    with pinned(source):
        copy_pages(source, destination, task, pages)


def copy_pages(source: apsw.Connection, destination: apsw.Connection, task: Task, pages: int = 0) -> None:
    """As copy_pinned, for a source that is pinned already or that nobody writes."""
    with undone_on_failure(destination.backup("main", source, "main"), source, task) as backup:
        finish_copy(backup, task, pages or pages_per_step(source))


@contextmanager
def undone_on_failure(backup: apsw.Backup, source: apsw.Connection, task: Task) -> Iterator[apsw.Backup]:
    """The backup; when the block fails its destination gets its old state back."""
    try:
        yield backup
    except apsw.IOError as error:
        _abandon(backup)
        if getattr(error, "extendedresult", 0) in _SOURCE_FAILED:
            with explaining(Path(source.filename), task):
                raise
        raise
    except BaseException:
        _abandon(backup)
        raise


def _abandon(backup: apsw.Backup) -> None:
    """Undo; that this says again what went wrong is of no interest."""
    with suppress(apsw.Error):
        backup.close()


def finish_copy(backup: apsw.Backup, task: Task, pages: int) -> None:
    """Copy what remains. The last step commits, so a cancel is not looked for after it."""
    task.check()
    while not backup.step(pages):
        task.report(backup.page_count - backup.remaining, backup.page_count, "copying")
    backup.finish()


def pages_per_step(source: apsw.Connection, *, live: bool = False) -> int:
    """`live`: they go into a database that is in use."""
    size = min(STEP_BYTES, LIVE_STEP_BYTES) if live else STEP_BYTES
    return max(1, size // int(source.pragma("page_size")))


@contextmanager
def new_copy(source: apsw.Connection, path: Path, task: Task, *, wal: bool = False) -> Iterator[apsw.Connection]:
    """A new database file at `path` that is the same as the pinned `source`; not yet synced to the disk.

    Raises FileExistsError. A copy in a mode other than WAL has no need of sidecars and leaves none.
    """
    with create_database(path, task) as copy:
        # An unfinished copy is thrown away: a journal and syncs would protect nothing, and took three times as long.
        copy.pragma("journal_mode", "memory")
        copy.pragma("synchronous", "off")
        copy_pages(source, copy, task)
        copy.pragma("journal_mode", "wal" if wal else "delete")
        yield copy
