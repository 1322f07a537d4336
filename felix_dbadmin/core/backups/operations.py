"""What people do with backups, each under the component's lock and in the journal: take, restore, verify, prune."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups import names
from felix_dbadmin.core.backups.catalogue import Backup, list_backups, read_backup
from felix_dbadmin.core.backups.needed import needed_backups
from felix_dbadmin.core.backups.plain import plain
from felix_dbadmin.core.backups.restore import Restored, restore_backup, restore_copy
from felix_dbadmin.core.backups.retention import Pruned, PrunePlan, RetentionPolicy, plan_prune, prune
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.backups.verify import Verification, unreadable, verify_backup
from felix_dbadmin.core.errors import BackupUnusable, DatabaseUnusable, WrongUsage
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable


def back_up(folder: Path, component: str, *, task: Task, note: str = "", scheduled: bool = False) -> BackupTaken:
    """A verified backup of one component, by hand or `scheduled`. Raises DatabaseUnusable where there is no file."""
    workspace = open_workspace(folder)
    item = workspace.component(component)
    database = workspace.database(item)
    require_writable(workspace)
    if not database.exists():
        raise DatabaseUnusable(
            f"{database.name} does not exist yet: there is nothing to back up.",
            f"It is made by Felix, or by: felix-dbadmin migrate --component {component}",
        )
    command = f"felix-dbadmin backup create --component {component}"
    with (
        locked(workspace, item, "back up", task),
        recorded(workspace, component, f"Back up {component}", kind="back up", command=command) as entry,
    ):
        reason = "scheduled" if scheduled else "manual"
        taken = take_backup(database, workspace.backups, reason, task, component=component, note=note)
        entry.detail = taken.path.name
    return taken


def restore(folder: Path, component: str, backup: str, *, task: Task) -> Restored:
    """Put the backup with this name back as the component's live database; the state before is backed up first."""
    workspace = open_workspace(folder)
    item = workspace.component(component)
    require_writable(workspace)
    chosen = find_backup(workspace, backup)
    command = f"felix-dbadmin backup restore {backup} --component {component}"
    with (
        locked(workspace, item, "restore", task),
        recorded(workspace, component, f"Restore {backup}", kind="restore", command=command) as entry,
    ):
        with plain(chosen.path, folder, task) as path:
            restored = restore_backup(path, workspace.database(item), workspace.backups, task, component=component)
        kept = [restored.safety.path.name] if restored.safety else [path.name for path in restored.set_aside]
        entry.detail = f"the state before is in {list_text(kept)}" if kept else ""
        entry.version = max((version for version, _ in chosen.versions), default=0)
        entry.backup = backup
    return restored


def restore_as_copy(folder: Path, backup: str, target: Path, *, task: Task) -> Restored:
    """Make a new database file `target` of the backup with this name. Raises WrongUsage where there is a file."""
    workspace = open_workspace(folder)
    chosen = find_backup(workspace, backup)
    command = f"felix-dbadmin backup restore {backup} --as-copy {shlex.quote(str(target))}"
    with recorded(workspace, chosen.component, f"Restore {backup} as a copy", kind="copy", command=command) as entry:
        with plain(chosen.path, folder, task) as path:
            restored = restore_copy(path, target, task)
        entry.detail = str(restored.database)
    return restored


def verify(folder: Path, backup: str, *, task: Task) -> Verification:
    """Read a backup whole and compare it with its manifest."""
    workspace = open_workspace(folder)
    chosen = find_backup(workspace, backup)
    command = f"felix-dbadmin backup verify {backup}"
    with recorded(workspace, chosen.component, f"Verify {backup}", kind="verify", command=command) as entry:
        try:
            with plain(chosen.path, folder, task) as path:
                verification = replace(verify_backup(path, task), path=chosen.path, manifest=chosen.manifest)
        except BackupUnusable as error:
            verification = unreadable(chosen.path, chosen.manifest, error)
        entry.detail = verification.failures or "nothing wrong was found"
        entry.faulty = not verification.ok
    return verification


def find_backup(workspace: Workspace, name: str) -> Backup:
    """The backup that a person named. Raises WrongUsage unless it is a file directly in the backups folder."""
    backup = read_backup(names.find_backup(workspace.backups, name))
    if backup is None:
        raise WrongUsage(f"{name} is no longer there.", "See which there are: felix-dbadmin backup list")
    return backup


def preview_prune(folder: Path, policy: RetentionPolicy, now: float, *, task: Task) -> PrunePlan:
    """Exactly what would be deleted, and why the rest is kept."""
    workspace = open_workspace(folder)
    return plan_prune(list_backups(workspace.backups), policy, needed_backups(workspace, task), now)


def prune_backups(folder: Path, plan: PrunePlan, *, task: Task) -> Pruned:
    """Delete what a preview named."""
    workspace = open_workspace(folder)
    require_writable(workspace)
    numbers = f" --days {plan.policy.days} --keep {plan.policy.keep}" if plan.policy is not None else ""
    command = f"felix-dbadmin backup prune{numbers}"
    with recorded(workspace, "", "Prune backups", kind="prune", command=command) as entry:
        pruned = prune(plan, task)
        entry.detail = f"{len(pruned.deleted)} deleted, {len(pruned.skipped)} left"
    return pruned
