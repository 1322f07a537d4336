"""Make a folder of Felix databases to try this program on: whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import create_database, open_reader, open_writer
from felix_dbadmin.core.errors import Conflict, WorkspaceUnusable
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.migrate.standing import read_base
from felix_dbadmin.core.sample.agents import fill_agent_performance
from felix_dbadmin.core.sample.commands import fill_commands
from felix_dbadmin.core.sample.knowledge import fill_knowledge
from felix_dbadmin.core.sample.patterns import fill_patterns
from felix_dbadmin.core.sample.workflows import fill_workflows
from felix_dbadmin.core.schema import count_rows, read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import transaction
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable

STAGING = "demo"
"""The folder in which the databases are made, beside the locks; moved out when all five are whole."""

# As Felix leaves a database that it opened but never used: the ledger and nothing else.
_EMPTY_LEDGER = (
    "create table schema_migrations (component TEXT NOT NULL, version INTEGER NOT NULL, description TEXT,"
    " applied_at REAL NOT NULL, rollback_available BOOLEAN DEFAULT 1, PRIMARY KEY (component, version))"
)

Fill = Callable[[apsw.Connection, float], None]


@dataclass(frozen=True, slots=True)
class SampleMade:
    """The workspace, and each database's file name with its rows, read back from the file."""

    folder: Path
    databases: tuple[tuple[str, int], ...]


def make_sample(folder: Path, task: Task, *, now: float, migrate: Callable[[Path, str], None]) -> SampleMade:
    """Make the five Felix databases in `folder`, as of `now` (Unix seconds).

    `migrate` brings the component of that name, in that workspace, to its newest version. Raises Conflict
    where the folder holds such a database already, and WorkspaceUnusable; then nothing has been made.
    """
    workspace = _workspace(folder)
    components = [workspace.component(name) for name in _FILLS]
    _refuse_existing(workspace, components)
    task.begin([component.title for component in components])
    with locked(workspace, components[0], "making the demo", task) as state, _staging(state / STAGING) as staging:
        for number, component in enumerate(components):
            task.step(number)
            _make(staging, component, now, migrate, task)
        _publish(staging, workspace, components)
    return SampleMade(
        workspace.folder, tuple((component.database, _rows(workspace, component)) for component in components)
    )


def fill_system_actions(db: apsw.Connection, now: float) -> None:
    """Insert the demo's commands, approvals and patterns, inside the caller's transaction. The tables must be there."""
    fill_commands(db, now)
    fill_patterns(db, now)


def leave_unused(db: apsw.Connection, _now: float) -> None:
    """No base schema and no rows: only the table that would say what was applied."""
    db.execute(_EMPTY_LEDGER)


_FILLS: dict[str, Fill] = {
    "knowledge": fill_knowledge,
    "tasks": leave_unused,
    "workflows": fill_workflows,
    "agent_performance": fill_agent_performance,
    "system_actions": fill_system_actions,
}
_MIGRATED = ("agent_performance", "system_actions")


def _workspace(folder: Path) -> Workspace:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceUnusable(
            f"{folder} cannot be made: {error.strerror}.", "Choose another folder for the demo."
        ) from error
    workspace = open_workspace(folder)
    require_writable(workspace)
    return workspace


def _refuse_existing(workspace: Workspace, components: list[Component]) -> None:
    """A left-over journal counts too: it would be played into the new database."""
    for component in components:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path = workspace.folder / (component.database + suffix)
            if os.path.lexists(path):
                raise _already_there(path)


def _already_there(path: Path) -> Conflict:
    return Conflict(
        f"{path.parent} already holds Felix databases ({path.name}).",
        "Nothing was changed. Choose an empty folder for the demo: felix-dbadmin demo FOLDER",
    )


@contextmanager
def _staging(path: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards; what a crash left of an earlier one goes first."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _make(staging: Path, component: Component, now: float, migrate: Callable[[Path, str], None], task: Task) -> None:
    path = staging / component.database
    fill = _FILLS[component.name]
    if component.name in _MIGRATED:
        migrate(staging, component.name)
        with open_writer(path, task) as db, transaction(db, task):
            fill(db, now)
        return
    with create_database(path, task) as db, transaction(db, task):
        if fill is not leave_unused:
            for statement in read_base(component):
                db.execute(statement.sql).fetchall()
        fill(db, now)


def _publish(staging: Path, workspace: Workspace, components: list[Component]) -> None:
    """Move the databases into the workspace; where one is in the way, take back those that were moved."""
    moved: list[Path] = []
    try:
        for component in components:
            target = workspace.database(component)
            _move_new(staging / component.database, target)
            moved.append(target)
    except BaseException:
        for path in moved:
            path.unlink()
        raise
    sync_folder(workspace.folder)


def _move_new(source: Path, target: Path) -> None:
    """Rename, but never over another file. Raises Conflict."""
    try:
        target.hardlink_to(source)
    except FileExistsError as error:
        raise _already_there(target) from error
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise _already_there(target) from None
        source.rename(target)
    else:
        source.unlink()


def _rows(workspace: Workspace, component: Component) -> int:
    """Rows in the component's own tables, without those made from other tables' rows."""
    with open_reader(workspace.database(component)) as db:
        return sum(count_rows(db, data_tables(read_schema(db), component)).values())
