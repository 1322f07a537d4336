"""backup create, list and verify; what is done with a backup afterwards is in files of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from felix_dbadmin.cli import compare, keeping, restore
from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.backups.operations import verify as verify_backup
from felix_dbadmin.core.backups.take import BackupTaken
from felix_dbadmin.core.backups.verify import Finding, Verification
from felix_dbadmin.core.errors import BackupUnusable, DbAdminError, WrongUsage
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import age_text, bytes_text, count_text, list_text, time_text
from felix_dbadmin.core.workspace import open_workspace

app = typer.Typer(
    name="backup",
    help="Take, list, verify, compare, restore and keep backups.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NoteOption = Annotated[str, typer.Option("--note", help="A remark that is kept with the backup.")]
ScheduledOption = Annotated[bool, typer.Option("--scheduled", help="Made by a timer, not by hand: kept as the reason.")]
DatabaseOption = Annotated[str | None, typer.Option("--database", metavar="FILE", help="Only backups of this file.")]
NamesArgument = Annotated[list[str] | None, typer.Argument(metavar="NAME…", help="Names from backup list.")]
AllOption = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.command()
def create(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    note: NoteOption = "",
    scheduled: ScheduledOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Back up every database, or the chosen ones.

    Each backup is read back before it counts.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        place = open_workspace(run.folder)
        taken: list[BackupTaken] = []
        try:
            for item in run.select(component):
                if not component and not place.database(item).exists():
                    run.out.line(f"{item.name}: not created yet")
                    continue
                with run.task(f"Backing up {item.name}") as task:
                    taken.append(back_up(run.folder, item.name, task=task, note=note, scheduled=scheduled))
                _print_taken(run.out, item.name, taken[-1])
        except DbAdminError:
            if taken:
                _print_document(run, taken)
            raise
        _print_document(run, taken)
        damaged = [item.manifest.database for item in taken if not item.verified]
        if damaged:
            raise BackupUnusable(
                f"Backed up as it is, but damaged in itself: {list_text(damaged)}.",
                "See what is wrong: felix-dbadmin verify. An earlier backup may be whole: felix-dbadmin backup list",
            )


def _print_document(run: Session, taken: list[BackupTaken]) -> None:
    run.out.document({"workspace": str(run.folder), "backups": [_taken_document(item) for item in taken]})


def _print_taken(out: Output, component: str, taken: BackupTaken) -> None:
    rows = count_text(sum(taken.manifest.rows.values()), "row")
    state = "read back and verified" if taken.verified else "made"
    out.line(f"{component}: {taken.path.name}, {bytes_text(taken.manifest.bytes)}, {rows}, {state}")
    out.lines([f"PROBLEM: {problem}" for problem in taken.manifest.problems])


def _taken_document(taken: BackupTaken) -> dict[str, object]:
    return {
        "name": taken.path.name,
        "component": taken.manifest.component,
        "database": taken.manifest.database,
        "bytes": taken.manifest.bytes,
        "sha256": taken.manifest.sha256,
        "rows": dict(taken.manifest.rows),
        "verified": taken.verified,
        "problems": list(taken.manifest.problems),
    }


@app.command("list")
def list_(workspace: WorkspaceOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the backups, newest first. Opens no database."""
    with session(workspace, as_json=as_json) as run:
        place = open_workspace(run.folder)
        stem = Path(database).stem if database else ""
        found = [item for item in list_backups(place.backups) if not stem or item.database == stem]
        if found:
            rows = [
                (
                    item.name,
                    time_text(item.created),
                    item.why or "unknown",
                    bytes_text(item.size),
                    restore.version_text(item),
                    _verified_text(item),
                    _kept_text(item),
                )
                for item in found
            ]
            run.out.table(("Name", "Made", "Why", "Size", "Version", "Verified", "Kept"), rows, numbers=("Size",))
        else:
            run.out.line(f"No backups{f' of {database}' if database else ''} in {place.backups}.")
        run.out.document({"workspace": str(run.folder), "backups": [_backup_document(item) for item in found]})


def _verified_text(item: Backup) -> str:
    if item.problem:
        return item.problem
    if item.manifest is None:
        return "no manifest"
    return time_text(item.verified_at) if item.verified_at is not None else "no"


def _kept_text(item: Backup) -> str:
    parts = ["protected"] if item.protected else []
    if item.proven_at is not None:
        parts.append(f"proven restorable {age_text(item.proven_at)}")
    return ", ".join(parts)


def _backup_document(item: Backup) -> dict[str, object]:
    return {
        "name": item.name,
        "created": item.created,
        "reason": item.reason,
        "database": item.manifest.database if item.manifest else item.database and f"{item.database}.db",
        "component": item.component,
        "bytes": item.size,
        "versions": [version for version, _ in item.versions],
        "note": item.manifest.note if item.manifest else "",
        "manifest": item.manifest is not None,
        "verified_at": item.verified_at,
        "proven_at": item.proven_at,
        "compressed": item.compressed,
        "protected": item.protected,
        "why": item.why,
        "problem": item.problem,
    }


@app.command()
def verify(
    names: NamesArgument = None,
    every: AllOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read backups whole; compare with their manifests."""
    with session(workspace, as_json=as_json) as run:
        if bool(names) == every:
            raise WrongUsage(
                "Name the backups to verify, or say --all.", "See which there are: felix-dbadmin backup list"
            )
        chosen = names or [item.name for item in list_backups(open_workspace(run.folder).backups)]
        found: list[Verification] = []
        for name in chosen:
            with run.task(f"Verifying {name}") as task:
                found.append(verify_backup(run.folder, name, task=task))
            run.out.line(f"{name}: {_verdict(found[-1])}", style="bold")
            run.out.lines([finding_line(item) for item in found[-1].findings])
        run.out.document({"workspace": str(run.folder), "backups": [_verification_document(item) for item in found]})
        bad = [item.path.name for item in found if not item.ok]
        if bad:
            raise BackupUnusable(
                f"{count_text(len(bad), 'backup')} cannot be relied on: {list_text(bad)}.",
                "Take a new one while the database is well: felix-dbadmin backup create",
            )


def _verdict(found: Verification) -> str:
    if not found.ok:
        return "damaged"
    return "verified" if found.manifest is not None else "readable; there is no manifest to compare it with"


def finding_line(item: Finding) -> str:
    word = {True: "ok", False: "FAILED", None: "note"}[item.ok]
    return f"{word}: {item.name}" + (f" ({item.detail})" if item.detail else "")


def _verification_document(found: Verification) -> dict[str, object]:
    return {
        "name": found.path.name,
        "ok": found.ok,
        "manifest": found.manifest is not None,
        "findings": [{"name": item.name, "ok": item.ok, "detail": item.detail} for item in found.findings],
    }


app.command()(restore.restore)
app.command()(compare.compare)
app.command("bring-back")(compare.bring_back_command)
app.command("test")(keeping.prove)
app.command()(keeping.protect)
app.command()(keeping.unprotect)
app.command()(keeping.export)
app.command()(keeping.compress)
app.command()(keeping.delete)
app.command()(restore.prune)
