"""Making a backup: a consistent copy, read back from its file before anybody hears that it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin import __version__
from felix_dbadmin.core.backups.contents import Contents, read_contents, row_differences
from felix_dbadmin.core.backups.copying import new_copy, pinned
from felix_dbadmin.core.backups.manifest import FORMAT, FULL, Manifest, write_manifest
from felix_dbadmin.core.backups.names import backup_name, free_paths, partial_of
from felix_dbadmin.core.backups.publish import discard, private_folder, sync_file, writing_to
from felix_dbadmin.core.connection import explaining, open_published, open_reader
from felix_dbadmin.core.errors import CheckFailed
from felix_dbadmin.core.files import require_space, sha256_of, sync_folder
from felix_dbadmin.core.integrity import broken_indexes, external_content_indexes, structure_problems
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task


@dataclass(frozen=True, slots=True)
class BackupTaken:
    path: Path
    manifest: Manifest

    @property
    def verified(self) -> bool:
        """False where the database itself was damaged: the manifest's `problems` say how."""
        return self.manifest.verified_at is not None


@dataclass(frozen=True, slots=True)
class _Origin:
    """What only the source can tell, read in the transaction that the copy is made in."""

    contents: Contents
    page_size: int
    encoding: str
    journal_mode: str
    application_id: int
    user_version: int


def take_backup(
    database: Path, folder: Path, reason: str, task: Task, *, component: str = "", note: str = ""
) -> BackupTaken:
    """Back up `database` into `folder`. Nothing is left there on failure or cancel.

    Raises DatabaseUnusable, Locked, OutOfSpace, WorkspaceUnusable, CheckFailed or Cancelled.
    """
    with open_reader(database, task) as source:
        return backup_from(source, database, folder, reason, task, component=component, note=note)


def backup_from(
    source: apsw.Connection,
    database: Path,
    folder: Path,
    reason: str,
    task: Task,
    *,
    component: str = "",
    note: str = "",
) -> BackupTaken:
    """As take_backup, through an open connection to `database` that is in no transaction.

    Another connection may hold the write lock meanwhile; the copy is of the last committed state.
    """
    created = time.time()
    backup_name(reason, database.stem, created)  # an unknown reason is refused before anything is made
    private_folder(folder)
    with writing_to(folder):
        for path in free_paths(folder, reason, database.stem, created):
            with _partial(path) as partial:
                if partial is None:
                    continue
                origin, index_problems = _copy(source, database, partial, component, task)
                sync_file(partial)
                problems = (*_read_back(source, database, partial, origin.contents, component, task), *index_problems)
                manifest = _describe(database, path, partial, origin, problems, task, reason, component, note, created)
                _publish(partial, path, manifest)
                return BackupTaken(path, manifest)
    raise AssertionError("free_paths does not end")
