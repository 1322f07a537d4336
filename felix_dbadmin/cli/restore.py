"""backup restore and prune: what they would replace or delete is shown, and agreed to, before they do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from felix_dbadmin.cli.options import JsonOption, WaitOption, WorkspaceOption, YesOption
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.backups import operations
from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.restore import Restored
from felix_dbadmin.core.backups.retention import PrunePlan, RetentionPolicy
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import BackupUnusable, WrongUsage
from felix_dbadmin.core.migrate.status import ComponentStatus, read_status
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import age_text, bytes_text, count_text, time_text
from felix_dbadmin.core.workspace import Workspace, open_workspace

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name from backup list.")]
ComponentOption = Annotated[
    str | None, typer.Option("--component", "-c", metavar="NAME", help="The component, where the name does not tell.")
]
CopyOption = Annotated[
    Path | None, typer.Option("--as-copy", metavar="FILE", help="Make this new file of it; the live database stays.")
]
DaysOption = Annotated[int, typer.Option("--days", metavar="N", help="Keep backups that are not older.")]
KeepOption = Annotated[int, typer.Option("--keep", metavar="N", help="Keep so many of each database in any case.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only list what would be deleted, and why the rest stays.")
]


def restore(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    component: ComponentOption = None,
    as_copy: CopyOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Put a backup back in place, or with --as-copy into a new file beside.

    The state that it replaces is backed up first, so that this can be undone too.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        place = open_workspace(run.folder)
        backup = operations.find_backup(place, name)
        if as_copy is not None:
            _restore_as_copy(run, backup, as_copy.expanduser().absolute())
            return
        target = component_of(place, backup, component)
        _print_replacement(run, backup, _live(run, target))
        run.require_consent(f"Restore {backup.name} over {target.database}?", yes=yes)
        with run.task(f"Restoring {target.database}") as task:
            restored = operations.restore(run.folder, target.name, backup.name, task=task)
        good = sum(item.ok is True for item in restored.findings)
        judged = sum(item.ok is not None for item in restored.findings)
        run.out.line(
            f"{target.database} is restored from {backup.name}: {good} of {judged} checks passed after reading it back."
        )
        run.out.lines([f"not judged: {item.name} ({item.detail})" for item in restored.findings if item.ok is None])
        if restored.safety is not None:
            run.out.line(f"To undo it: felix-dbadmin backup restore {restored.safety.path.name}")
        run.out.lines([f"set aside: {path.name}" for path in restored.set_aside])
        run.out.document({"workspace": str(run.folder), **_restored_document(restored, target)})


def _restore_as_copy(run: Session, backup: Backup, target: Path) -> None:
    with run.task(f"Restoring {backup.name} as a copy") as task:
        restored = operations.restore_as_copy(run.folder, backup.name, target, task=task)
    run.out.line(f"{restored.database} is as in {backup.name}: read back and compared.")
    run.out.document(
        {
            "workspace": str(run.folder),
            "backup": restored.backup,
            "copy": str(restored.database),
            "checks": [{"name": item.name, "ok": item.ok, "detail": item.detail} for item in restored.findings],
        }
    )


def component_of(place: Workspace, backup: Backup, name: str | None) -> Component:
    """The one that a backup is of. Raises WrongUsage where none is, BackupUnusable where the named one has another."""
    if name is not None:
        chosen = place.component(name)
        if backup.database and backup.database != Path(chosen.database).stem:
            raise BackupUnusable(
                f"{backup.name} is a backup of {backup.database}, not of {chosen.database}.",
                "Nothing was changed. Leave --component away, or choose another: felix-dbadmin backup list",
            )
        return chosen
    for item in place.components:
        if Path(item.database).stem == backup.database:
            return item
    raise WrongUsage(
        f"It is not known which component {backup.name} belongs to.", "Name it with --component; nothing was changed."
    )


def _live(run: Session, component: Component) -> ComponentStatus | None:
    with run.task("Reading the databases") as task:
        return read_status(run.folder, (component.name,), task=task).component(component.name)


def _print_replacement(run: Session, backup: Backup, live: ComponentStatus | None) -> None:
    if live is not None and live.exists:
        version = "cannot be read" if live.trouble else f"version {live.version}"
        run.out.line(f"Replaced: {live.database}, {version}, {bytes_text(live.size)}; a safety backup is taken first")
    elif live is not None:
        run.out.line(f"Replaced: nothing; {live.database} does not exist")
    rows = f", {count_text(sum(backup.manifest.rows.values()), 'row')}" if backup.manifest else ""
    run.out.line(
        f"By: {backup.name}, made {time_text(backup.created)} ({age_text(backup.created)}),"
        f" {version_text(backup)}, {bytes_text(backup.size)}{rows}; it is verified before it is used"
    )


def version_text(backup: Backup) -> str:
    """The highest version inside, as far as the manifest tells."""
    if backup.manifest is None:
        return "version unknown"
    return f"version {max((version for version, _ in backup.versions), default=0)}"


def _restored_document(restored: Restored, component: Component) -> dict[str, object]:
    return {
        "component": component.name,
        "database": component.database,
        "backup": restored.backup,
        "safety": restored.safety.path.name if restored.safety else None,
        "set_aside": [path.name for path in restored.set_aside],
        "checks": [{"name": item.name, "ok": item.ok, "detail": item.detail} for item in restored.findings],
    }


def prune(
    days: DaysOption = 30,
    keep: KeepOption = 5,
    workspace: WorkspaceOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete old backups.

    Those that are older than --days and beyond the --keep newest of their database; the newest verified one
    stays, and so does what a migration that is applied could be returned to.
    """
    with session(workspace, as_json=as_json) as run:
        policy = RetentionPolicy(days, keep)
        with run.task("Looking at the backups") as task:
            plan = operations.preview_prune(run.folder, policy, time.time(), task=task)
        _print_prune(run, plan)
        document: dict[str, object] = {
            "workspace": str(run.folder),
            "delete": [item.name for item in plan.delete],
            "kept": [{"name": item.name, "why": why} for item, why in plan.kept],
            "deleted": [],
            "bytes_freed": 0,
        }
        if plan.delete and not dry_run:
            run.require_consent(f"Delete {count_text(len(plan.delete), 'backup')}?", yes=yes)
            with run.task("Deleting") as task:
                pruned = operations.prune_backups(run.folder, plan, task=task)
            run.out.line(f"{count_text(len(pruned.deleted), 'backup')} deleted, {bytes_text(pruned.freed)} freed.")
            run.out.lines([f"kept: {name}: {why}" for name, why in pruned.skipped])
            document |= {"deleted": list(pruned.deleted), "bytes_freed": pruned.freed}
        run.out.document(document)


def _print_prune(run: Session, plan: PrunePlan) -> None:
    if not plan.delete:
        run.out.line(f"Nothing to delete; {count_text(len(plan.kept), 'backup')} kept.")
    else:
        run.out.line(f"To delete: {count_text(len(plan.delete), 'backup')}, {bytes_text(plan.bytes)}")
        run.out.lines([f"{item.name} ({age_text(item.created)}, {bytes_text(item.size)})" for item in plan.delete])
    if plan.kept:
        run.out.line("Kept:")
        run.out.lines([f"{item.name}: {why}" for item, why in plan.kept])
