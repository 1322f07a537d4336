"""dry-run: the change, really run, on a copy."""

from __future__ import annotations

from typing import Annotated

import typer

from felix_dbadmin.cli.options import (
    ComponentsOption,
    JsonOption,
    OutOfOrderOption,
    ToOption,
    WaitOption,
    WorkspaceOption,
)
from felix_dbadmin.cli.planning import nothing_to_do, rehearsed, requests_for, statuses
from felix_dbadmin.cli.rehearsal import failure_of, print_rehearsal, rehearsal_document
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.errors import DbAdminError, WrongUsage
from felix_dbadmin.core.migrate.plan import Direction
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.task import LOCK_WAIT

RollbackOption = Annotated[bool, typer.Option("--rollback", help="Rehearse a rollback instead.")]
RepairOption = Annotated[bool, typer.Option("--repair", help="Rehearse a repair of drift instead.")]
ProveOption = Annotated[
    bool, typer.Option("--prove", help="Try the way back of each migration too, also where the database is large.")
]


def dry_run(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    rollback: RollbackOption = False,
    repair: RepairOption = False,
    to: ToOption = None,
    out_of_order: OutOfOrderOption = False,
    prove: ProveOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Run it all on a copy; report what would change.

    The live files are opened for reading only.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        if rollback and repair:
            raise WrongUsage("A dry run is of a rollback or of a repair, not of both.", "Leave one of them away.")
        direction = Direction.DOWN if rollback else Direction.REPAIR if repair else Direction.UP
        requests = requests_for(run, component, direction, to, out_of_order=out_of_order)
        found: list[Rehearsal] = []
        try:
            for request, status in zip(requests, statuses(run, requests), strict=True):
                report = rehearsed(run, request, status, prove=prove or None)
                if report is None:
                    run.out.line(nothing_to_do(request, status))
                else:
                    print_rehearsal(run.out, report)
                    found.append(report)
                run.out.line()
        except DbAdminError:
            if found:
                _print_document(run, found)
            raise
        _print_document(run, found)
        failure = next((report.failure for report in found if report.failure is not None), None)
        if failure is not None:
            raise failure_of(failure)


def _print_document(run: Session, found: list[Rehearsal]) -> None:
    run.out.document({"workspace": str(run.folder), "reports": [rehearsal_document(report) for report in found]})
