"""Bringing one table, or chosen rows of it, back from a backup into the live database."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.beside import ATTACHED, blaming, open_beside
from felix_dbadmin.core.backups.compare import Row
from felix_dbadmin.core.backups.copying import pinned
from felix_dbadmin.core.backups.fitting import checked, require_same_database
from felix_dbadmin.core.backups.matching import Match, match_of
from felix_dbadmin.core.backups.names import find_backup, manifest_of
from felix_dbadmin.core.backups.plain import plain
from felix_dbadmin.core.backups.restore import STEPS
from felix_dbadmin.core.backups.rows_back import Written, state_of, values_check, verdict, write_rows
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.backups.verify import Finding
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import attach_published, explaining, open_published, open_writer
from felix_dbadmin.core.errors import (
    BackupUnusable,
    CheckFailed,
    DatabaseUnusable,
    DbAdminError,
    OutOfSpace,
    StatementFailed,
    WrongUsage,
)
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.core.transaction import begin, commit, roll_back
from felix_dbadmin.core.workspace import locked, open_workspace, require_writable

BACKUP_TRIES = 3
"""Safety backups made while others may write; a fourth is made under the write lock."""

Keys = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """Rows of `table` itself that were written, what was checked, and the backup of the state before."""

    table: str
    inserted: int
    updated: int
    deleted: int
    safety: BackupTaken
    checks: tuple[Check | Finding, ...]


def bring_back(folder: Path, component: str, backup: str, table: str, keys: Keys | None, *, task: Task) -> BroughtBack:
    """Make rows of `table` what they are in `backup`: those with `keys`, or with None the whole table.

    Missing rows are inserted and changed ones updated; rows that came since are deleted with None only. Columns that
    the backup lacks stay. One transaction: until it is committed a failure or cancel leaves the old state. To undo it,
    restore the safety backup. Raises WrongUsage, BackupUnusable, StatementFailed, CheckFailed, Locked or Cancelled.
    """
    workspace = open_workspace(folder)
    item = workspace.component(component)
    database = workspace.database(item)
    require_writable(workspace)
    stored = find_backup(workspace.backups, backup)
    title = f"Bring {table if keys is None else count_text(len(keys), 'row') + f' of {table}'} back from {backup}"
    task.begin(STEPS)
    with (
        locked(workspace, item, title, task),
        recorded(workspace, component, title, kind="bring back", command=_command(backup, table, keys)) as entry,
        plain(stored, folder, task) as path,
    ):
        verification, _ = checked(path, task)
        require_same_database(verification, database, component)
        with blaming(path, task), open_writer(database, task) as db:
            _attach(db, path, database)
            match = _match(db, path, item, table, keys)
            safety = _begin_with_backup(db, database, workspace.backups, item, title, task)
            _require_sound(db, database, safety)
            with explaining(database, task):
                written, checks = _write(db, match, keys, item, safety, task)
            try:
                with explaining(database, task):
                    version = db.pragma("data_version")
                task.step(3)
                read = _read_back(database, path, match, keys, task)
            except DbAdminError as error:
                raise error.after(
                    f"{database.name} had been written by then, but was not read back to the end;"
                    f" its state before is in {safety.path.name}."
                ) from error
            if not read.ok and db.pragma("data_version") == version:
                raise CheckFailed(
                    f"{database.name} was written, but reading it back found: {read.detail}.",
                    f"Go back to its state before: felix-dbadmin backup restore {safety.path.name}",
                )
        entry.detail = f"{_summary(written)}; the state before is in {safety.path.name}"
    seen: Check | Finding = read
    if not read.ok:
        seen = Finding(read.name, None, f"another program has written since, so it cannot be judged: {read.detail}")
    return BroughtBack(match.table, written.inserted, written.updated, written.deleted, safety, (*checks, seen))


def _command(backup: str, table: str, keys: Keys | None) -> str:
    words = rows_words(table, keys)
    return shlex.join(("felix-dbadmin", "backup", "bring-back", backup, *words)) if words else ""


def rows_words(table: str, keys: Keys | None) -> tuple[str, ...]:
    """What the command line is told to bring back; () where it cannot be told, for a key with bytes in it."""
    words = ["--table", table]
    for key in keys or ():
        if any(isinstance(value, bytes) for value in key):
            return ()
        words += ["--key", json.dumps(list(key))]
    return tuple(words)


def _summary(written: Written) -> str:
    return f"{written.inserted:,} inserted, {written.updated:,} updated, {written.deleted:,} deleted"


def _attach(db: apsw.Connection, path: Path, database: Path) -> None:
    with open_published(path) as source:
        theirs, ours = source.pragma("encoding"), db.pragma("encoding")
    if theirs != ours:
        raise BackupUnusable(
            f"{path.name} has the text encoding {theirs}, {database.name} has {ours}.",
            "Nothing was changed. To look into it, restore it as a copy.",
        )
    try:
        attach_published(db, path, ATTACHED)
    except apsw.SQLError as error:
        raise BackupUnusable(
            f"{path.name} states another text encoding than its texts have: its header is damaged ({error}).",
            "Nothing was changed. Choose another backup: felix-dbadmin backup list",
        ) from error


def _match(db: apsw.Connection, path: Path, component: Component, table: str, keys: Keys | None) -> Match:
    """Raises WrongUsage unless the table, and the rows with these keys, can be brought back."""
    with open_published(path) as source:
        there = {name.lower() for name in data_tables(read_schema(source), component)}
    here = {name.lower(): name for name in data_tables(read_schema(db), component)}
    for names, where in ((there, path.name), (here, component.database)):
        if table.lower() not in names:
            raise WrongUsage(
                f"{where} has no table {table} with rows of its own.",
                f"See which there are: felix-dbadmin backup compare {path.name}",
            )
    match = match_of(db, here[table.lower()], ATTACHED)
    if not match.columns:
        raise WrongUsage(f"{match.table} has no column in common with its backup.", "Restore the backup as a copy.")
    if keys is None:
        return match
    if not match.key:
        raise WrongUsage(
            f"Single rows of {match.table} cannot be told apart: {match.note}.", "Bring the whole table back."
        )
    for key in keys:
        if len(key) != len(match.key):
            raise WrongUsage(
                f"The key of {match.table} is {', '.join(match.key)}: {count_text(len(match.key), 'value')}.",
                "Give one value for each, in this order.",
            )
        if db.execute(f"select 1 from {match.origin} as b where {match.key_given('b')}", key).get is None:
            raise WrongUsage(
                f"{path.name} has no row of {match.table} with the key {', '.join(map(str, key))}.",
                f"See what differs: felix-dbadmin backup compare {path.name}",
            )
    return match


def _begin_with_backup(
    db: apsw.Connection, database: Path, folder: Path, component: Component, title: str, task: Task
) -> BackupTaken:
    """Take the write lock with a backup that equals the state then: data_version tells if it is a stale one."""
    task.step(1)
    for attempt in range(BACKUP_TRIES + 1):
        under_lock = attempt == BACKUP_TRIES
        if under_lock:
            begin(db)
        seen = db.pragma("data_version")
        try:
            taken = take_backup(database, folder, "pre_restore", task, component=component.name, note=title)
            if not under_lock:
                begin(db)
        except BaseException:
            roll_back(db)
            raise
        if under_lock or db.pragma("data_version") == seen:
            break
        roll_back(db)
        manifest_of(taken.path).unlink()
        sync_folder(folder)  # no power cut leaves a manifest without its backup
        taken.path.unlink()
    return taken


def _require_sound(db: apsw.Connection, database: Path, safety: BackupTaken) -> None:
    """In a damaged table a row may be found by an index and not be there: no look at it would prove anything."""
    if not safety.verified:
        roll_back(db)
        raise CheckFailed(
            f"{database.name} is damaged: {list_text(safety.manifest.problems)}. Nothing was changed;"
            f" {safety.path.name} keeps it as it is.",
            "Restore the whole backup; or see felix-dbadmin verify, and repair the database first.",
        )


def _write(
    db: apsw.Connection, match: Match, keys: Keys | None, component: Component, safety: BackupTaken, task: Task
) -> tuple[Written, tuple[Check, ...]]:
    """Write, look, and commit. The transaction has begun."""
    try:
        task.step(2)
        db.pragma("defer_foreign_keys", 1)
        before = state_of(db, component, task)
        written = write_rows(db, match, keys)
        checks = verdict(match, written, before, state_of(db, component, task))
        wrong = [check for check in (*checks, values_check(db, match, keys)) if not check.ok]
        if wrong:
            raise CheckFailed(
                f"{match.table} was not brought back: {'; '.join(f'{c.name}: {c.detail}' for c in wrong)}."
                " Nothing was changed.",
                "Restore the whole backup, or bring back first what these rows depend on.",
            )
        with _committing(component, safety, task):
            commit(db, task)
    except apsw.SQLError as error:
        roll_back(db)
        raise StatementFailed(
            f"{match.table} of {component.database} cannot be written: {error}. Nothing was changed.",
            "A trigger or index of it is damaged: repair it (felix-dbadmin verify), or restore the whole backup.",
        ) from error
    except apsw.ConstraintError as error:
        roll_back(db)
        raise StatementFailed(
            f"{component.database} refused the rows of {match.table}: {error}. Nothing was changed.",
            "What they depend on differs too: bring that back first, or restore the whole backup"
            f" ({safety.path.name} keeps the state of now).",
        ) from error
    except BaseException:
        roll_back(db)
        raise
    return written, checks


@contextmanager
def _committing(component: Component, safety: BackupTaken, task: Task) -> Iterator[None]:
    """A commit that SQLite reports as failed can stand, where its log could not be synced."""
    try:
        with explaining(Path(component.database), task):
            yield
    except (DatabaseUnusable, OutOfSpace) as error:
        raise error.after(
            f"{component.database} is as it was, or the rows are back; its state before is in {safety.path.name}."
        ) from error


def _read_back(database: Path, path: Path, match: Match, keys: Keys | None, task: Task) -> Check:
    """What a new connection finds in the file."""
    with open_beside(database, path, (match.table,), task) as (db, schema), pinned(db):
        return values_check(db, match_of(db, match.table, schema), keys)
