"""The status of a whole workspace, as the window, the terminal and --json show it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DbAdminError, Locked, NotAccepted
from felix_dbadmin.core.files import read_header, size_with_wal
from felix_dbadmin.core.holders import exclusive_locks, lock_holder
from felix_dbadmin.core.migrate.health import Drift, find_drift
from felix_dbadmin.core.migrate.plan import AppliedMigration, Standing
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text
from felix_dbadmin.core.trust import accepted_file
from felix_dbadmin.core.workspace import Workspace, open_workspace

GLANCE = 1.0
"""Seconds that the window waits for a lock before it shows the database as locked and goes on looking."""


LET_GO = "Let that program finish, or close it (often Felix itself), then try again."


@dataclass(frozen=True, slots=True)
class Look:
    """`marks` are name, size, change time and lock holder of every file: equal marks, equal status.

    `freed` when a database that was found locked can be read now.
    """

    marks: tuple[tuple[str, int, int, int], ...]
    freed: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a component cannot be read."""

    summary: str
    hint: str
    locked: bool = False
    """By another program: it passes when that lets go."""
    unaccepted: bool = False
    """Nobody has accepted code that came with the workspace: it passes when somebody does."""


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    name: str
    title: str
    database: str
    """The file's name."""
    exists: bool
    initialised: bool
    version: int
    latest: int
    """The highest version that our files have."""
    applied: tuple[AppliedMigration, ...]
    pending: tuple[Migration, ...]
    drift: tuple[Drift, ...]
    backups: tuple[Backup, ...]
    size: int
    """Bytes, with what waits in the write-ahead log."""
    trouble: Trouble | None
    writable: bool = True
    """Whether the file and its folder may be written."""
    risky_writer: str = ""
    """The version of the SQLite that wrote the file last, where that can lose commits beside another; mostly ''."""

    @property
    def foreign(self) -> tuple[AppliedMigration, ...]:
        return tuple(item for item in self.applied if item.state == "foreign")

    @property
    def ours(self) -> tuple[AppliedMigration, ...]:
        return tuple(item for item in self.applied if item.state != "foreign")

    @property
    def deviating(self) -> tuple[AppliedMigration, ...]:
        """Applied migrations whose file was changed since, or is missing."""
        return tuple(item for item in self.applied if item.state in ("changed", "missing"))

    @property
    def locked(self) -> bool:
        """Another program keeps readers out: nothing but the file's size and its backups is known."""
        return self.trouble is not None and self.trouble.locked

    @property
    def unaccepted(self) -> bool:
        """Code waits to be read and accepted: until then nobody knows where the component stands."""
        return self.trouble is not None and self.trouble.unaccepted

    @property
    def conflicting(self) -> bool:
        return bool(self.foreign or self.drift or self.deviating)

    @property
    def advice(self) -> str:
        """What to know before anything is changed; '' for nothing."""
        if not self.risky_writer:
            return ""
        return (
            f"{self.database} was last written by SQLite {self.risky_writer}, which in WAL mode can lose what it"
            " commits while another program works there: close that program (often Felix) before you change anything."
        )

    @property
    def health(self) -> str:
        """One short text: the most important thing to know."""
        if self.trouble is not None:
            if self.trouble.unaccepted:
                return "Not accepted"
            return "Locked" if self.trouble.locked else "Cannot be read"
        if not self.exists:
            return "Not created yet"
        if self.foreign:
            return f"Unknown {'migration' if len(self.foreign) == 1 else 'migrations'}"
        if not self.initialised:
            return "Not initialised"
        if self.drift:
            return f"Drift: {count_text(len(self.drift), 'object')}"
        if self.deviating:
            return "Migration file changed"
        return f"{len(self.pending)} pending" if self.pending else "Up to date"


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    folder: Path
    components: tuple[ComponentStatus, ...]
    at: float

    @property
    def pending(self) -> int:
        return sum(len(component.pending) for component in self.components)

    @property
    def locked(self) -> tuple[str, ...]:
        """The names of the components whose database another program keeps locked."""
        return tuple(component.name for component in self.components if component.locked)

    def component(self, name: str) -> ComponentStatus | None:
        return next((component for component in self.components if component.name == name), None)


def read_status(folder: Path, only: Collection[str] = (), *, task: Task) -> WorkspaceStatus:
    """Look at the components named in `only`, or all of them.

    One that cannot be read carries its trouble; raises only for the workspace itself.
    """
    workspace = open_workspace(folder)
    backups = list_backups(workspace.backups)
    found = []
    chosen = [component for component in workspace.components if not only or component.name in only]
    for done, component in enumerate(chosen):
        task.report(done, len(chosen), component.name)
        found.append(_component_status(workspace, component, backups, task))
    return WorkspaceStatus(workspace.folder, tuple(found), time.time())


def glance_status(folder: Path, *, task: Task) -> WorkspaceStatus:
    """As read_status, for a window that looks again soon: a lock is waited for no longer than GLANCE."""
    task.lock_wait = min(task.lock_wait, GLANCE)
    return read_status(folder, task=task)


def _component_status(
    workspace: Workspace, component: Component, backups: tuple[Backup, ...], task: Task
) -> ComponentStatus:
    database = workspace.database(component)
    stem = Path(component.database).stem
    trouble: Trouble | None = None
    standing: Standing | None = None
    drift: tuple[Drift, ...] = ()
    risky_writer = ""
    try:
        if database.exists():
            risky_writer = read_header(database).risky_writer
            with open_reader(database, task) as db:
                standing = standing_of(db, component, task)
                drift = find_drift(standing, read_schema(db), task)
        else:
            standing = standing_of(None, component, task)
    except Locked:
        task.check()
        holder = lock_holder(database) or "another program"
        trouble = Trouble(f"{component.database} is locked by {holder}.", LET_GO, locked=True)
    except DbAdminError as error:
        task.check()
        trouble = Trouble(error.summary, error.hint, unaccepted=isinstance(error, NotAccepted))
    return ComponentStatus(
        name=component.name,
        title=component.title,
        database=component.database,
        exists=database.exists(),
        initialised=standing is not None and standing.initialised,
        version=standing.version if standing else 0,
        latest=max((migration.version for migration in standing.files), default=0) if standing else 0,
        applied=standing.applied if standing else (),
        pending=standing.pending if standing else (),
        drift=drift,
        backups=tuple(backup for backup in backups if backup.database == stem),
        size=size_with_wal(database),
        trouble=trouble,
        writable=os.access(workspace.folder, os.W_OK) and (not database.exists() or os.access(database, os.W_OK)),
        risky_writer=risky_writer,
    )


def look_for_changes(folder: Path, locked: Collection[str] = (), *, task: Task) -> Look:
    """What the status depends on, without reading it; `locked` are the components that were found locked.

    Costs one stat per file, and opens none but those of `locked`, for which it does not wait.
    """
    workspace = open_workspace(folder)
    held = {(lock.device, lock.inode): lock.pid for lock in exclusive_locks()}
    paths = [workspace.backups, accepted_file()]
    for component in workspace.components:
        task.check()
        database = workspace.database(component)
        paths += [database, database.with_name(database.name + "-wal")]
        paths += sorted(component.folder.iterdir())
    marks = []
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            marks.append((str(path), -1, -1, 0))
            continue
        size, holder = 0 if path.is_dir() else state.st_size, held.get((state.st_dev, state.st_ino), 0)
        marks.append((str(path), size, state.st_mtime_ns, holder))
    waited_for = [workspace.database(each) for each in workspace.components if each.name in locked]
    return Look(tuple(marks), any(_is_free(database, task) for database in waited_for))


def _is_free(database: Path, task: Task) -> bool:
    """Whether it can be read now; what is wrong otherwise is for the next reading to tell."""
    part = task.silently()
    part.lock_wait = 0
    try:
        with open_reader(database, part):
            return True
    except Locked:
        return False
    except DbAdminError:
        task.check()
        return True
