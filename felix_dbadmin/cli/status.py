"""status: where every component stands."""

from __future__ import annotations

from typing import Annotated

import typer

from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.session import session
from felix_dbadmin.core.errors import Conflict, Locked, NotAccepted
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus, read_status
from felix_dbadmin.core.task import LOCK_WAIT

PENDING = 3
HEADS = ("Component", "Database", "Version", "Pending", "Backups", "Health")

_UNREAD = ("initialised", "version", "applied", "pending", "foreign", "drift")
"""What nobody can know of a database that cannot be read."""

CheckOption = Annotated[
    bool, typer.Option("--check", help="Exit with 3 where migrations are pending, 4 where something conflicts.")
]


def status(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    as_json: JsonOption = False,
    check: CheckOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Show where every component stands. Opens the databases for reading only."""
    with session(workspace, as_json=as_json, wait=wait) as run:
        names = [item.name for item in run.select(component)]
        with run.task("Reading the databases") as task:
            found = read_status(run.folder, names, task=task)
        chosen = list(found.components)
        print_status(run.out, found, chosen)
        run.out.document({"workspace": str(found.folder), "components": [_document(item) for item in chosen]})
        code = exit_code(chosen, check=check)
        if code:
            raise typer.Exit(code)


def exit_code(components: list[ComponentStatus], *, check: bool) -> int:
    """What cannot be read outranks what nobody accepted, that what is locked, a conflict, and what is only pending."""
    if any(item.trouble and not item.locked and not item.unaccepted for item in components):
        return 1
    if any(item.unaccepted for item in components):
        return NotAccepted.exit_code
    if any(item.locked for item in components):
        return Locked.exit_code
    if check and any(item.conflicting for item in components):
        return Conflict.exit_code
    return PENDING if check and any(item.pending for item in components) else 0


def print_status(out: Output, found: WorkspaceStatus, components: list[ComponentStatus]) -> None:
    """The table, and below it what somebody should do something about."""
    out.line(f"Workspace {found.folder}")
    out.line()
    out.table(
        HEADS,
        [
            (
                item.name,
                item.database,
                "?" if item.trouble else f"{item.version} of {item.latest}",
                "?" if item.trouble else str(len(item.pending)),
                str(len(item.backups)),
                item.health,
            )
            for item in components
        ],
        numbers=("Pending", "Backups"),
    )
    for item in components:
        details = _details(item)
        if details:
            out.line()
            out.lines(details, indent="")


def _details(item: ComponentStatus) -> list[str]:
    """What is wrong with a component, and the hint; nothing for one that is well."""
    if item.trouble is not None:
        return [f"{item.name}: {item.trouble.summary}", f"  hint: {item.trouble.hint}"]
    lines = [f"{item.name}: {drift.text}" for drift in item.drift]
    if any(drift.repairable for drift in item.drift):
        lines.append(f"  hint: felix-dbadmin repair --component {item.name}")
    if item.foreign:
        lines += [f"{item.name}: migration {m.version} “{m.description}” is not known here" for m in item.foreign]
        lines.append("  hint: Update felix-dbadmin, or add the missing migration files.")
    if item.deviating:
        lines += [
            f"{item.name}: the file of migration {m.version} “{m.description}”"
            f" {'is missing' if m.state == 'missing' else 'was changed since it was applied'}"
            for m in item.deviating
        ]
        lines.append("  hint: Put the file back as it was; what was applied stays as it is.")
    if item.advice:
        lines.append(f"{item.name}: {item.advice}")
    return lines


def _document(item: ComponentStatus) -> dict[str, object]:
    data: dict[str, object] = {
        "name": item.name,
        "database": item.database,
        "exists": item.exists,
        "initialised": item.initialised,
        "version": item.version,
        "applied": [migration.version for migration in item.ours],
        "pending": [migration.version for migration in item.pending],
        "foreign": [migration.version for migration in item.foreign],
        "drift": [drift.name for drift in item.drift],
        "backups": len(item.backups),
    }
    if item.advice:
        data["advice"] = item.advice
    if item.trouble is not None:
        data |= dict.fromkeys(_UNREAD)
        said = {"summary": item.trouble.summary, "hint": item.trouble.hint}
        data["problem"] = said | {"locked": item.locked, "unaccepted": item.unaccepted}
    return data
