"""dry-run: the change, really run, on a copy."""

from __future__ import annotations

from typing import Annotated

import typer

from felix_dbadmin.cli.options import (
    ComponentsOption,
    IndexOption,
    JsonOption,
    OutOfOrderOption,
    ToOption,
    TrustOption,
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
RebuildOption = Annotated[bool, typer.Option("--rebuild", help="Rehearse a rebuild of search indexes instead.")]
OptimiseOption = Annotated[bool, typer.Option("--optimise", help="Rehearse the merging of search indexes instead.")]
ProveOption = Annotated[
    bool, typer.Option("--prove", help="Try the way back of each migration too, also where the database is large.")
]


def dry_run(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    rollback: RollbackOption = False,
    repair: RepairOption = False,
    rebuild: RebuildOption = False,
    optimise: OptimiseOption = False,
    index: IndexOption = "",
    to: ToOption = None,
    out_of_order: OutOfOrderOption = False,
    prove: ProveOption = False,
    trust: TrustOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Run it all on a copy; report what would change.

    The live files are opened for reading only.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        direction = _direction(rollback=rollback, repair=repair, rebuild=rebuild, optimise=optimise)
        requests = requests_for(run, component, direction, to, out_of_order=out_of_order, index=index)
        found: list[Rehearsal] = []
        try:
            for request, status in zip(requests, statuses(run, requests, trust=trust), strict=True):
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


def _direction(*, rollback: bool, repair: bool, rebuild: bool, optimise: bool) -> Direction:
    wanted = {
        Direction.DOWN: rollback,
        Direction.REPAIR: repair,
        Direction.REBUILD: rebuild,
        Direction.OPTIMISE: optimise,
    }
    named = [direction for direction, said in wanted.items() if said]
    if len(named) > 1:
        raise WrongUsage("A dry run is of one kind of change, not of both.", "Leave all but one of them away.")
    return named[0] if named else Direction.UP


def _print_document(run: Session, found: list[Rehearsal]) -> None:
    run.out.document({"workspace": str(run.folder), "reports": [rehearsal_document(report) for report in found]})
