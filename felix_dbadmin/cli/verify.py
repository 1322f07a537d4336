"""verify: the full look at the databases."""

from __future__ import annotations

from dataclasses import asdict

import typer

from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.output import Output, error_document
from felix_dbadmin.cli.rehearsal import check_line
from felix_dbadmin.cli.session import session
from felix_dbadmin.core.errors import Cancelled, CheckFailed, Conflict, DbAdminError
from felix_dbadmin.core.migrate.verify import Verified, verify_component
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.workspace import open_workspace


def verify(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Read every database whole and check it.

    Structure, links, search indexes, what each migration promises, and drift.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        documents: list[dict[str, object]] = []
        codes: list[int] = []
        for item in run.select(component):
            if not component and not open_workspace(run.folder).database(item).exists():
                run.out.line(f"{item.name}: not created yet")
                continue
            try:
                with run.task(f"Verifying {item.name}") as task:
                    found = verify_component(run.folder, item.name, task=task)
            except Cancelled:
                raise
            except DbAdminError as error:
                # The others are looked at all the same.
                codes.append(error.exit_code)
                documents.append({"component": item.name, "problem": error_document(error)})
                run.out.line(f"{item.name}: {error.summary}", style="bold red")
                run.out.line(f"  hint: {error.hint}")
                continue
            _print(run.out, found)
            documents.append(asdict(found))
            codes.append(_exit_code(found))
        run.out.document({"workspace": str(run.folder), "components": documents})
        worst = next((code for code in (1, *sorted(set(codes), reverse=True)) if code and code in codes), 0)
        if worst:
            raise typer.Exit(worst)


def _exit_code(found: Verified) -> int:
    if found.failed:
        return CheckFailed.exit_code
    return Conflict.exit_code if found.drift or found.conflicts else 0


def _print(out: Output, found: Verified) -> None:
    good = len(found.checks) - len(found.failed)
    out.line(f"{found.component}: version {found.version}, {good} of {len(found.checks)} checks passed", style="bold")
    out.lines([check_line(check) for check in found.checks])
    out.lines([f"DRIFT: {drift.text}" for drift in found.drift])
    out.lines([f"CONFLICT: {text}" for text in found.conflicts])
    if any(drift.repairable for drift in found.drift):
        out.line(f"  hint: felix-dbadmin repair --component {found.component}")
