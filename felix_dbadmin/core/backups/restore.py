"""Putting a backup back: into the live database, in one transaction, with a way back taken first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.contents import Contents
from felix_dbadmin.core.backups.copying import copy_pages, finish_copy, pages_per_step, undone_on_failure
from felix_dbadmin.core.backups.fitting import Live, checked, examine_live, require_alike, require_same_database
from felix_dbadmin.core.backups.journal_mode import in_a_log, note_mode
from felix_dbadmin.core.backups.names import partial_of
from felix_dbadmin.core.backups.publish import discard, private_folder, writing_to
from felix_dbadmin.core.backups.remake import make_copy, replace_broken
from felix_dbadmin.core.backups.take import BackupTaken, backup_from
from felix_dbadmin.core.backups.verify import Finding, compare_with
from felix_dbadmin.core.connection import explaining, open_published, open_reader, open_writer
from felix_dbadmin.core.errors import Cancelled, CheckFailed, DbAdminError
from felix_dbadmin.core.files import require_space, size_with_wal
from felix_dbadmin.core.task import Task

STEPS = ("Check the backup", "Safety backup", "Write", "Verify")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now, and the way back.

    `safety` is None where no readable database was there; `set_aside` are the files that were there instead.
    """

    database: Path
    backup: str
    safety: BackupTaken | None
    set_aside: tuple[Path, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    backup: Path
    database: Path
    folder: Path
    component: str
    expected: Contents


def restore_backup(backup: Path, database: Path, folder: Path, task: Task, *, component: str = "") -> Restored:
    """Make `database` what `backup` is; its state until then goes to `folder` as a pre_restore_… backup.

    A database that is missing is made anew. One that SQLite cannot read is set aside in `folder`, byte for byte.
    Raises BackupUnusable before anything is touched; until the write is done a failure or cancel leaves the old state.
    """
    task.begin(STEPS)
    verification, expected = checked(backup, task)
    require_same_database(verification, database, component)
    live = examine_live(database, task)
    if live is not None:
        require_alike(backup, expected, live, database, task)
    require_space(
        database.resolve().parent,
        2 * backup.stat().st_size + size_with_wal(database.resolve()),
        f"restoring {backup.name}",
    )
    private_folder(folder)
    if live is None:
        wal = verification.manifest is not None and verification.manifest.journal_mode == "wal"
        set_aside, findings = replace_broken(backup, expected, database, folder, task, wal=wal)
        return Restored(database, backup.name, None, set_aside, findings)
    order = _Order(backup, database, folder, component, expected)
    with (
        _of_page_size(order, live, task) as path,
        open_published(path, task) as source,
        open_writer(database, task) as target,
    ):
        write = _write_wal if live.journal_mode == "wal" else _write_exclusively
        safety, findings = write(source, target, order, task)
    return Restored(database, backup.name, safety, (), findings)


def restore_copy(backup: Path, target: Path, task: Task) -> Restored:
    """Make a new file `target` that is the same as `backup`. Raises WrongUsage where there is one already."""
    task.begin((STEPS[0], STEPS[2], STEPS[3]))
    _, expected = checked(backup, task)
    require_space(target.resolve().parent, backup.stat().st_size, f"a copy of {backup.name}")
    task.step(1)
    findings = make_copy(backup, expected, target.resolve(), task, verify_step=2)
    return Restored(target, backup.name, None, (), findings)


@contextmanager
def _of_page_size(order: _Order, live: Live, task: Task) -> Iterator[Path]:
    """The backup, or a temporary copy with the live database's page size, which cannot change by way of a log."""
    with open_published(order.backup, task) as db:
        same = db.pragma("page_size") == live.page_size
    if same:
        yield order.backup
        return
    require_space(order.folder, order.backup.stat().st_size, f"converting {order.backup.name}")
    scratch = Path(f"{partial_of(order.folder / order.backup.name)}_repaged")
    discard(scratch)
    try:
        with writing_to(scratch):
            os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        # An immutable file cannot be given another page size. INTO keeps rowids, which VACUUM in place does not.
        with open_reader(order.backup, task) as db:
            db.pragma("query_only", 0)
            db.pragma("page_size", live.page_size)
            db.execute("vacuum into ?", (str(scratch),))
        yield scratch
    finally:
        discard(scratch)


def _write_wal(
    source: apsw.Connection, target: apsw.Connection, order: _Order, task: Task
) -> tuple[BackupTaken, tuple[Finding, ...]]:
    """Readers see the old state until the last page is there; writers wait from before the safety backup."""
    version = target.pragma("data_version")
    taken: list[BackupTaken] = []
    with (
        _being_written(order, taken, task),
        undone_on_failure(target.backup("main", source, "main"), source, task) as backup,
    ):
        backup.step(0)  # takes the write lock and copies nothing: a first page could be the last one, and commit
        task.step(1)
        with open_reader(order.database, task) as reader:
            safety = _safety(reader, order, task)
        taken.append(safety)
        task.step(2)
        finish_copy(backup, task, pages_per_step(source, live=True))
    with _written(order, safety, task):
        with open_reader(order.database, task) as reader:
            findings = compare_with(reader, order.expected, task)
        written_since = target.pragma("data_version") != version
        return safety, (*_settled(findings, order, safety, written_since), _checkpoint(target))


def _write_exclusively(
    source: apsw.Connection, target: apsw.Connection, order: _Order, task: Task
) -> tuple[BackupTaken, tuple[Finding, ...]]:
    """With a rollback journal nobody else gets in between the safety backup and the end of the verification."""
    mode = target.pragma("journal_mode")
    target.execute("begin exclusive")
    # After BEGIN, or two programs could wait for each other; the lock outlives the COMMIT.
    target.pragma("locking_mode", "exclusive")
    target.execute("commit")
    task.step(1)
    safety = _safety(target, order, task)
    task.step(2)
    note = note_mode(order.database, mode)
    with _being_written(order, [safety], task), in_a_log(target, mode, note):
        copy_pages(source, target, task, pages_per_step(source, live=True))
    with _written(order, safety, task):
        findings = compare_with(target, order.expected, task)
        target.pragma("locking_mode", "normal")
        target.execute("select 1 from sqlite_schema").fetchall()  # the lock goes with the next read
        return safety, _settled(findings, order, safety, False)


def _safety(source: apsw.Connection, order: _Order, task: Task) -> BackupTaken:
    return backup_from(
        source,
        order.database,
        order.folder,
        "pre_restore",
        task,
        component=order.component,
        note=f"Restore {order.backup.name}",
    )


@contextmanager
def _being_written(order: _Order, taken: list[BackupTaken], task: Task) -> Iterator[None]:
    """A commit that SQLite reports as failed can stand: where only the file could not be cut, or the log synced."""
    try:
        with explaining(order.database, task):
            yield
    except DbAdminError as error:
        if isinstance(error, Cancelled) or not taken:
            raise
        name = order.database.name
        raise error.after(f"{name} is as it was, or restored; its state before is in {taken[0].path.name}.") from error


@contextmanager
def _written(order: _Order, safety: BackupTaken, task: Task) -> Iterator[None]:
    """From here on the backup is in place: what ends the verification early says so."""
    try:
        task.step(3)
        with explaining(order.database, task):
            yield
    except CheckFailed:
        raise
    except DbAdminError as error:
        raise error.after(
            f"{order.database.name} had been restored by then, but was not read back to the end;"
            f" its state before is in {safety.path.name}."
        ) from error


def _settled(findings: list[Finding], order: _Order, safety: BackupTaken, written_since: bool) -> tuple[Finding, ...]:
    """Raises CheckFailed unless all is as in the backup, or differs after another program's write."""
    settled = []
    for finding in findings:
        if finding.ok is False and finding.name != "integrity" and written_since:
            detail = f"another program has written since, so it cannot be compared: {finding.detail}"
            finding = Finding(finding.name, None, detail)
        if finding.ok is False:
            raise CheckFailed(
                f"{order.database.name} is not what {order.backup.name} is after the restore: {finding.detail}.",
                f"Go back to its state before by restoring {safety.path.name}.",
            )
        settled.append(finding)
    return tuple(settled)


def _checkpoint(target: apsw.Connection) -> Finding:
    target.set_busy_timeout(0)
    try:
        target.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return Finding("checkpoint", None, "another program reads; the log is taken in when it is done")
    return Finding("checkpoint", True, "the log was taken in")
