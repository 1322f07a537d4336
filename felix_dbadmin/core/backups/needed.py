"""Which backups something still depends on, and why."""

from __future__ import annotations

from collections.abc import Iterable

from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.names import COMPRESSED
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import Workspace

NEWEST_VERIFIED = "the newest verified backup of its database"


def needed_backups(workspace: Workspace, task: Task) -> dict[str, str]:
    """Backups that a migration which is still applied could be returned to: file name → why."""
    needed: dict[str, str] = {}
    for component in workspace.components:
        database = workspace.database(component)
        if not database.exists():
            continue
        try:
            with open_reader(database, task) as db:
                applied = standing_of(db, component, task).applied
        except DbAdminError:
            task.check()
            for backup in list_backups(workspace.backups):
                if backup.database == database.stem:
                    needed[backup.name] = f"{database.name} cannot be read now"
            continue
        for item in applied:
            if item.backup:
                why = f"taken before {component.name} {item.version}, which is still applied"
                needed[item.backup] = needed[f"{item.backup}{COMPRESSED}"] = why
    return needed


def newest_verified(backups: Iterable[Backup]) -> str:
    """The name of the newest verified one that this program made; '' where there is none. `backups` newest first."""
    return next((backup.name for backup in backups if not stranger(backup) and backup.verified_at is not None), "")


def stranger(backup: Backup) -> str:
    """Why a backup is not ours to prune; '' where it is."""
    if backup.problem:
        return "its manifest cannot be read"
    if backup.manifest is None:
        return "not made by this program: it has no manifest"
    if backup.manifest.file != backup.name:
        return f"its manifest is of {backup.manifest.file}"
    return ""
