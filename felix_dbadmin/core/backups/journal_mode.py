"""A restore lends a database in rollback mode a log; what is noted of that lets the next run take it away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.names import partial_of
from felix_dbadmin.core.backups.publish import write_whole, writing_to
from felix_dbadmin.core.connection import open_writer
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.paths import state_folder
from felix_dbadmin.core.task import Task

_OWN_MODES = ("delete", "truncate", "persist")


def note_mode(database: Path, mode: str) -> Path:
    """Keep, durably, that the journal mode of `database` is `mode` by rights; returns the note.

    It goes at the end of `in_a_log`; after a crash it is there for `put_back_mode`. Raises OutOfSpace or
    WorkspaceUnusable.
    """
    with writing_to(database):
        note = _note_of(state_folder(database.parent), database.name)
    write_whole(note, mode.encode("ascii"), partial_of(note))
    return note


@contextmanager
def in_a_log(target: apsw.Connection, mode: str, note: Path) -> Iterator[None]:
    """New pages go to a log that a cancel throws away; a rollback journal puts each page back, 0.9 s for 500 MB.

    The exclusive lock of `target` keeps others out until the log is taken in and the mode is the old one again.
    """
    target.pragma("journal_mode", "wal")
    try:
        yield
    finally:
        if target.pragma("journal_mode", mode) == mode:
            _settle(Path(target.filename), note)


def put_back_mode(database: Path, state: Path) -> None:
    """Take away the log that a restore which was cut off has left. Needs the component's lock.

    While another program has the database open in that mode it stays, and is tried again at the next call.
    """
    note = _note_of(state, database.name)
    _forget(partial_of(note))
    try:
        mode = note.read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    with suppress(DbAdminError):
        if mode in _OWN_MODES and database.exists():
            with open_writer(database, Task(lock_wait=0.0)) as db:
                if db.pragma("journal_mode") == "wal" and db.pragma("journal_mode", mode) != mode:
                    return
        _settle(database, note)


def _settle(database: Path, note: Path) -> None:
    """Forget it when it is certain that the log is gone: one that came back after a power cut would be in use again."""
    with suppress(DbAdminError, OSError):
        sync_folder(database.parent)
        _forget(note)


def _note_of(state: Path, database: str) -> Path:
    return state / f"{database}.journal_mode"


def _forget(note: Path) -> None:
    """One that stays behind is read again, and does no harm."""
    with suppress(OSError):
        note.unlink(missing_ok=True)
