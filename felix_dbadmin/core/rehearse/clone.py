"""A private copy of a database to rehearse on, and the proof that the original stayed as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.copying import copy_pinned
from felix_dbadmin.core.backups.publish import remove_at_once
from felix_dbadmin.core.connection import create_database, open_reader
from felix_dbadmin.core.files import require_space, sha256_of, size_with_wal
from felix_dbadmin.core.leftovers import rehearsal_name
from felix_dbadmin.core.rehearse.report import LiveState
from felix_dbadmin.core.task import Task

SPACE_FACTOR = 3
"""The clone, what the change adds to it, and its journal."""


def forget_durability(db: apsw.Connection) -> None:
    """A clone that a power cut destroys is only made again."""
    db.pragma("synchronous", "off")
    db.pragma("journal_mode", "delete")


@contextmanager
def cloned(
    database: Path, state: Path, task: Task, *, purpose: str = "a rehearsal", room: int = SPACE_FACTOR
) -> Iterator[tuple[apsw.Connection, apsw.Connection | None]]:
    """A writer on a clone in the folder `state`, and the reader that holds the original (None where there is none).

    `room`: how many times the database's size must be free. The clone is deleted at the end; after a crash, by the
    next holder of the component's lock.
    """
    clone = state / rehearsal_name(database.name, os.getpid())
    try:
        if database.exists():
            require_space(state, room * size_with_wal(database), f"{purpose} of {database.name}")
            with open_reader(database, task) as live, create_database(clone, task) as db:
                db.pragma("journal_mode", "off")
                copy_pinned(live, db, task)
                forget_durability(db)
                yield db, live
        else:
            with create_database(clone, task) as db:
                forget_durability(db)
                yield db, None
    finally:
        for leftover in state.glob(clone.name + "*"):
            remove_at_once(leftover)


def journal_bytes(db: apsw.Connection) -> int:
    """Bytes of the clone's rollback journal now: the old text of each page that the open transaction changed."""
    journal = Path(db.filename_journal)
    return journal.stat().st_size if journal.exists() else 0


def live_state(database: Path, live: apsw.Connection) -> LiveState:
    """Read through `live`, which must be the same connection before and after."""
    return LiveState(
        sha256=sha256_of(database),
        wal_sha256=sha256_of(database.with_name(database.name + "-wal")),
        schema_version=int(str(live.pragma("schema_version"))),
        data_version=int(str(live.pragma("data_version"))),
    )
