"""Whether a backup fits the database that it is to replace, and what that database is now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.contents import Contents
from felix_dbadmin.core.backups.names import parse_name
from felix_dbadmin.core.backups.verify import Verification, verify_backup
from felix_dbadmin.core.connection import open_published, open_reader
from felix_dbadmin.core.errors import BackupUnusable, DatabaseUnusable
from felix_dbadmin.core.files import read_header
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task

_ENCODINGS = (1, 2, 3)
"""As a header states them. 0 is that of a database without a table: https://sqlite.org/fileformat2.html#enc"""


@dataclass(frozen=True, slots=True)
class Live:
    """What stays as it is when a backup replaces the rest."""

    page_size: int
    journal_mode: str
    encoding: str
    application_id: int


def checked(backup: Path, task: Task) -> tuple[Verification, Contents]:
    """What is in a backup that was read whole just now. Raises BackupUnusable where it is damaged."""
    verification = verify_backup(backup, task)
    if not verification.ok or verification.contents is None:
        raise BackupUnusable(
            f"{backup.name} was not restored, because it is damaged: {verification.failures}.",
            "Nothing was changed. Choose another backup: felix-dbadmin backup list",
        )
    return verification, verification.contents


def require_same_database(verification: Verification, database: Path, component: str) -> None:
    """Raises BackupUnusable unless it is a backup of `database`, as far as its manifest or name tells."""
    manifest, name = verification.manifest, parse_name(verification.path.name)
    if manifest is not None:
        other = manifest.database != database.name or bool(
            component and manifest.component and manifest.component != component
        )
        of_what = manifest.database
    else:
        other = name is not None and name.database != database.stem
        of_what = f"{name.database}.db" if name else ""
    if other:
        raise BackupUnusable(
            f"{verification.path.name} is a backup of {of_what}, not of {database.name}.",
            "Nothing was changed. To look into it, restore it as a copy.",
        )


def examine_live(database: Path, task: Task) -> Live | None:
    """None for a database that is missing or that SQLite cannot read. Raises where it is only out of reach."""
    if not database.exists():
        return None
    try:
        with open_reader(database, task) as db:
            read_schema(db)
            return Live(
                db.pragma("page_size"), db.pragma("journal_mode"), db.pragma("encoding"), db.pragma("application_id")
            )
    except DatabaseUnusable as error:
        # No cause: the file's size or header says it. Other causes, such as a folder where no -shm can be made,
        # are no reason to put a whole database aside.
        unreadable = isinstance(error.__cause__, apsw.NotADBError | apsw.CorruptError | UnicodeDecodeError | None)
        if unreadable and database.is_file() and os.access(database, os.R_OK | os.W_OK):
            return None
        raise


def require_alike(backup: Path, expected: Contents, live: Live, database: Path, task: Task) -> None:
    """Raises BackupUnusable where programs that have the database open could not read it any more."""
    if read_header(backup).encoding not in _ENCODINGS and expected.objects:
        raise BackupUnusable(
            f"{backup.name} says that its text is in an encoding which SQLite does not know: its header is damaged.",
            "Nothing was changed. Choose another backup: felix-dbadmin backup list",
        )
    with open_published(backup, task) as db:
        pairs = (
            ("text encoding", db.pragma("encoding"), live.encoding),
            ("application id", db.pragma("application_id"), live.application_id),
        )
    for what, ours, theirs in pairs:
        if ours != theirs:
            raise BackupUnusable(
                f"{backup.name} has the {what} {ours}, {database.name} has {theirs}:"
                " programs that have it open would fail.",
                "Nothing was changed. To look into it, restore it as a copy.",
            )
