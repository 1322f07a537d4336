"""What people do with backups, each under the component's lock and in the journal: take, restore, verify, prune."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups import names
from felix_dbadmin.core.backups.catalogue import Backup, list_backups, read_backup
from felix_dbadmin.core.backups.restore import Restored, restore_backup
from felix_dbadmin.core.backups.retention import Pruned, PrunePlan, RetentionPolicy, plan_prune, prune
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.backups.verify import Verification, verify_backup
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DatabaseUnusable, DbAdminError, WrongUsage
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable


def back_up(folder: Path, component: str, *, task: Task, note: str = "") -> BackupTaken:
    """A verified manual backup of one component. Raises DatabaseUnusable where there is no database yet."""
    workspace = open_workspace(folder)
    item = workspace.component(component)
    database = workspace.database(item)
    require_writable(workspace)
    if not database.exists():
        raise DatabaseUnusable(
            f"{database.name} does not exist yet: there is nothing to back up.",
            f"It is made by Felix, or by: felix-dbadmin migrate --component {component}",
        )
    with locked(workspace, item, "back up", task), recorded(workspace, component, "Back up") as entry:
        taken = take_backup(database, workspace.backups, "manual", task, component=component, note=note)
        entry.detail = taken.path.name
    return taken


def restore(folder: Path, component: str, backup: str, *, task: Task) -> Restored:
    """Put the backup with this name back as the component's live database; the state before is backed up first."""
    workspace = open_workspace(folder)
    item = workspace.component(component)
    require_writable(workspace)
    chosen = find_backup(workspace, backup)
    with locked(workspace, item, "restore", task), recorded(workspace, component, f"Restore {backup}") as entry:
        restored = restore_backup(chosen.path, workspace.database(item), workspace.backups, task, component=component)
        kept = [restored.safety.path.name] if restored.safety else [path.name for path in restored.set_aside]
        entry.detail = f"the state before is in {list_text(kept)}" if kept else ""
    return restored


def verify(folder: Path, backup: str, *, task: Task) -> Verification:
    """Read a backup whole and compare it with its manifest."""
    return verify_backup(find_backup(open_workspace(folder), backup).path, task)


def find_backup(workspace: Workspace, name: str) -> Backup:
    """The backup that a person named. Raises WrongUsage unless it is a file directly in the backups folder."""
    backup = read_backup(names.find_backup(workspace.backups, name))
    if backup is None:
        raise WrongUsage(f"{name} is no longer there.", "See which there are: felix-dbadmin backup list")
    return backup


def preview_prune(folder: Path, policy: RetentionPolicy, now: float, *, task: Task) -> PrunePlan:
    """Exactly what would be deleted, and why the rest is kept."""
    workspace = open_workspace(folder)
    return plan_prune(list_backups(workspace.backups), policy, _needed(workspace, task), now)


def prune_backups(folder: Path, plan: PrunePlan, *, task: Task) -> Pruned:
    """Delete what a preview named."""
    workspace = open_workspace(folder)
    require_writable(workspace)
    with recorded(workspace, "", "Prune backups") as entry:
        pruned = prune(plan, task)
        entry.detail = f"{len(pruned.deleted)} deleted, {len(pruned.skipped)} left"
    return pruned


def _needed(workspace: Workspace, task: Task) -> dict[str, str]:
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
                    needed[backup.path.name] = f"{database.name} cannot be read now"
            continue
        for item in applied:
            if item.backup:
                needed[item.backup] = f"taken before {component.name} {item.version}, which is still applied"
    return needed
