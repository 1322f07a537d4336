"""One sentence on the state a database is in, for after a crash."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.integrity import structure_problems
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace


def describe_database(folder: Path, component: str, *, task: Task) -> str:
    """One sentence on the state a database was found in, for after a crash. Never raises a known error."""
    try:
        workspace = open_workspace(folder)
        item = workspace.component(component)
        database = workspace.database(item)
        if not database.exists():
            return f"{database.name} does not exist."
        with open_reader(database, task) as db:
            damage = structure_problems(db, task, full=False)
            version = standing_of(db, item, task).version
    except DbAdminError as error:
        return f"It could not be read again: {error.summary}"
    state = f"damaged ({damage[0]})" if damage else "whole (quick_check)"
    return f"{database.name} was read again: version {version}, {state}."
