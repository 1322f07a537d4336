"""Proving that a backup can be restored: by restoring it, into a temporary file that is looked at and thrown away."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.manifest import read_manifest, write_manifest
from felix_dbadmin.core.backups.operations import find_backup
from felix_dbadmin.core.backups.plain import plain
from felix_dbadmin.core.backups.publish import discard
from felix_dbadmin.core.backups.restore import restore_copy
from felix_dbadmin.core.connection import open_writer
from felix_dbadmin.core.errors import CheckFailed, OutOfSpace, WorkspaceUnusable
from felix_dbadmin.core.integrity import broken_indexes, external_content_indexes
from felix_dbadmin.core.leftovers import rehearsal_name
from felix_dbadmin.core.migrate.ledger import has_table
from felix_dbadmin.core.paths import state_folder
from felix_dbadmin.core.schema import BOOKKEEPING, count_rows, read_schema, table_names
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.core.transaction import begin, roll_back
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace


@dataclass(frozen=True, slots=True)
class Proven:
    """A backup that was restored into a temporary file and is whole there."""

    backup: str
    at: float
    """Unix seconds."""
    rows: int
    """That were counted in the restored file, all tables together."""
    seconds: float
    recorded: bool
    """Whether the manifest says so now: it cannot where there is none, or where it cannot be written."""


def prove_restorable(folder: Path, backup: str, *, task: Task) -> Proven:
    """Restore the backup with this name into a temporary file, count and compare it there, and note it in the manifest.

    The live database is not touched. Raises BackupUnusable, CheckFailed, OutOfSpace, Locked or Cancelled.
    """
    started = time.monotonic()
    workspace = open_workspace(folder)
    chosen = find_backup(workspace, backup)
    command = f"felix-dbadmin backup test {backup}"
    with ExitStack() as stack:
        _hold(stack, workspace, chosen, task)
        entry = stack.enter_context(
            recorded(workspace, chosen.component, f"Test restore of {backup}", kind="test restore", command=command)
        )
        name = f"{rehearsal_name(f'{chosen.database}.db', os.getpid())}-proof"
        scratch = state_folder(workspace.folder) / name
        discard(scratch)
        try:
            with plain(chosen.path, workspace.folder, task) as path:
                rows = _restored_rows(path, scratch, task)
        finally:
            discard(scratch)
        proven = Proven(backup, time.time(), rows, time.monotonic() - started, False)
        proven = replace(proven, recorded=_stamp(chosen.path, proven.at))
        entry.detail = f"restored into a temporary file; {count_text(rows, 'row')} counted there"
    return proven


def _hold(stack: ExitStack, workspace: Workspace, backup: Backup, task: Task) -> None:
    """The lock of the component keeps its next run from sweeping the temporary file away."""
    for component in workspace.components:
        if Path(component.database).stem == backup.database:
            stack.enter_context(locked(workspace, component, f"test restore of {backup.name}", task))


def _restored_rows(backup: Path, scratch: Path, task: Task) -> int:
    restore_copy(backup, scratch, task)
    with open_writer(scratch, task) as db:
        begin(db)
        try:
            schema = read_schema(db)
            problems = broken_indexes(db, external_content_indexes(schema))
            rows = count_rows(db, (*table_names(schema), *_bookkeeping(db)), task)
        finally:
            roll_back(db)
    if problems:
        raise CheckFailed(
            f"{backup.name} can be restored, but not all is well then: {list_text([p.what for p in problems], 3)}.",
            "Repair the database after restoring it: felix-dbadmin repair",
        )
    return sum(rows.values())


def _bookkeeping(db: apsw.Connection) -> tuple[str, ...]:
    return tuple(name for name in sorted(BOOKKEEPING) if has_table(db, name))


def _stamp(path: Path, moment: float) -> bool:
    """The manifest is read again: checking the backup has just written it."""
    manifest = read_manifest(path)
    if manifest is None:
        return False
    try:
        write_manifest(path, replace(manifest, proven_at=moment))
    except (OutOfSpace, WorkspaceUnusable):
        return False
    return True
