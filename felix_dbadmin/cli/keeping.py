"""backup test, protect, unprotect, delete, export and compress: what becomes of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from felix_dbadmin.cli.options import JsonOption, WaitOption, WorkspaceOption, YesOption
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.backups import keeping
from felix_dbadmin.core.backups.compressing import KEEP_PLAIN, CompressPlan, compress_backups, preview_compress
from felix_dbadmin.core.backups.operations import find_backup
from felix_dbadmin.core.backups.proving import prove_restorable
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import age_text, bytes_text, count_text, duration_text, time_text
from felix_dbadmin.core.workspace import open_workspace

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name from backup list.")]
KeepPlainOption = Annotated[
    int, typer.Option("--keep-plain", metavar="N", min=0, help="Leave so many of each database as they are.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only list what would be compressed, and roughly what that saves.")
]
TargetArgument = Annotated[Path, typer.Argument(metavar="TARGET", help="A new file, or a folder that keeps the name.")]


def prove(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False, wait: WaitOption = LOCK_WAIT
) -> None:
    """Prove that a backup can be restored.

    It is restored into a temporary file, counted and compared there, and the file is thrown away.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        with run.task(f"Test restore of {name}") as task:
            proven = prove_restorable(run.folder, name, task=task)
        run.out.line(
            f"{name}: restored into a temporary file and compared, {count_text(proven.rows, 'row')} counted,"
            f" in {duration_text(proven.seconds)}."
        )
        if not proven.recorded:
            run.out.line("Not noted beside the backup: it has no manifest that can be written.")
        run.out.document(
            {
                "workspace": str(run.folder),
                "name": proven.backup,
                "proven_at": proven.at,
                "rows": proven.rows,
                "seconds": proven.seconds,
                "recorded": proven.recorded,
            }
        )


def protect(name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Let nothing delete a backup until unprotect."""
    _protect(name, workspace, True, as_json)


def unprotect(name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Let a protected backup be deleted again."""
    _protect(name, workspace, False, as_json)


def _protect(name: str, workspace: Path | None, protected: bool, as_json: bool) -> None:
    with session(workspace, as_json=as_json) as run:
        with run.task(f"Noting {name}") as task:
            backup = keeping.protect(run.folder, name, protected, task=task)
        state = "protected: nothing deletes it" if backup.protected else "no longer protected"
        run.out.line(f"{name} is {state}.")
        run.out.document({"workspace": str(run.folder), "name": name, "protected": backup.protected})


def delete(
    name: NameArgument, workspace: WorkspaceOption = None, yes: YesOption = False, as_json: JsonOption = False
) -> None:
    """Delete one backup.

    Refused for one that is protected, that is the newest verified one of its database, or that an applied
    migration could be returned to.
    """
    with session(workspace, as_json=as_json) as run:
        place = open_workspace(run.folder)
        backup = find_backup(place, name)
        with run.task("Looking at the backups") as task:
            keeping.require_deletable(place, backup, task)
        run.out.line(
            f"{name}: {backup.why or 'unknown why'}, made {time_text(backup.created)}, {bytes_text(backup.size)}"
        )
        run.require_consent(f"Delete {name}? This cannot be undone", yes=yes)
        with run.task("Deleting") as task:
            pruned = keeping.delete_backup(run.folder, name, task=task)
        run.out.line(f"Deleted; {bytes_text(pruned.freed)} freed.")
        run.out.document({"workspace": str(run.folder), "deleted": list(pruned.deleted), "bytes_freed": pruned.freed})


def export(
    name: NameArgument, target: TargetArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Copy a backup and its manifest out of the workspace.

    The backup is verified first, and the copy compared with it. No file is overwritten.
    """
    with session(workspace, as_json=as_json) as run:
        with run.task(f"Exporting {name}") as task:
            made = keeping.export_backup(run.folder, name, target, task=task)
        run.out.line(f"{made}: {bytes_text(made.stat().st_size)}, byte for byte as {name}.")
        run.out.document({"workspace": str(run.folder), "name": name, "target": str(made)})


def compress(
    keep_plain: KeepPlainOption = KEEP_PLAIN,
    workspace: WorkspaceOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Compress older backups with zstd.

    Each is read back from its compressed form before the plain file goes. Everything works with compressed
    backups as with others.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        with run.task("Looking at the backups") as task:
            plan = preview_compress(run.folder, keep_plain, task=task)
        document: dict[str, object] = {
            "workspace": str(run.folder),
            "compress": [item.name for item in plan.compress],
            "kept": [{"name": item.name, "why": why} for item, why in plan.kept],
            "bytes_after_estimate": plan.after,
            "compressed": [],
            "bytes_before": 0,
            "bytes_after": 0,
        }
        _print_plan(run, plan)
        if plan.compress and not dry_run:
            names = tuple(item.name for item in plan.compress)
            with run.task("Compressing") as task:
                done = compress_backups(run.folder, keep_plain, task=task, only=names)
            run.out.line(f"{done.sentence} {done.proof}")
            document |= {"compressed": list(done.names), "bytes_before": done.before, "bytes_after": done.after}
        run.out.document(document)


def _print_plan(run: Session, plan: CompressPlan) -> None:
    run.out.line(plan.sentence)
    run.out.lines([f"{item.name} ({age_text(item.created)}, {bytes_text(item.size)})" for item in plan.compress])
    if plan.kept:
        run.out.line("As they are:")
        run.out.lines([f"{item.name}: {why}" for item, why in plan.kept])
