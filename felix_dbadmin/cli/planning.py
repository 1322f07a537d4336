"""What a command is to do, and its rehearsal for each component concerned."""

from __future__ import annotations

from collections.abc import Sequence

from felix_dbadmin.cli.session import Session
from felix_dbadmin.cli.trust import settle_trust
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus, read_status
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.text import list_text

_CARE = (Direction.REBUILD, Direction.OPTIMISE)


def requests_for(
    run: Session,
    names: Sequence[str] | None,
    direction: Direction,
    to: int | None,
    *,
    out_of_order: bool,
    index: str = "",
) -> tuple[Request, ...]:
    """One request per chosen component. Raises WrongUsage where one is needed and not exactly one was named."""
    if direction is Direction.DOWN:
        chosen: Sequence[str] = [run.only(names, "rollback").name]
    elif to is not None:
        chosen = [run.only(names, "--to").name]
    elif index:
        chosen = [run.only(names, "--index").name]
    else:
        chosen = [item.name for item in run.select(names)]
    if to is not None and direction not in (Direction.UP, Direction.DOWN):
        raise WrongUsage(f"To {direction} ends at the version that is applied.", "Leave --to away.")
    return tuple(Request(name, direction, to, out_of_order, index) for name in chosen)


def statuses(run: Session, requests: Sequence[Request], *, trust: bool = False) -> tuple[ComponentStatus, ...]:
    """Where the components of these requests stand, in the same order; what came with the workspace is asked about."""
    settle_trust(run, [request.component for request in requests], given=trust)
    with run.task("Reading the databases") as task:
        names = [request.component for request in requests]
        found = {item.name: item for item in read_status(run.folder, names, task=task).components}
    return tuple(found[name] for name in names)


def rehearsed(
    run: Session, request: Request, status: ComponentStatus, *, prove: bool | None = None
) -> Rehearsal | None:
    """The request, really run on a clone; None where there is nothing to do.

    `prove`: whether the way back is run too, None where the database is small.
    Raises what makes a plan impossible, before anything is written.
    """
    if not _may_have_work(request, status):
        return None
    with run.task(f"Dry run of {request.component}") as task:
        report = rehearse(run.folder, request, prove=prove, task=task)
    return report if report.plan.steps else None


def _may_have_work(request: Request, status: ComponentStatus) -> bool:
    """Spares the clone of a database that is surely as it should be. What conflicts is for the planning to say."""
    if status.trouble or status.foreign or request.direction is Direction.DOWN or request.to is not None:
        return True
    if request.direction is Direction.REPAIR:
        return any(drift.repairable for drift in status.drift)
    if request.direction in _CARE:
        return status.exists
    return bool(status.pending) or not status.initialised


def nothing_to_do(request: Request, status: ComponentStatus) -> str:
    """Why a request needs no work, in one sentence."""
    name, at = request.component, f"version {status.version}"
    if request.direction is Direction.REPAIR:
        kept = [drift.text for drift in status.drift]
        if kept:
            return f"{name} has nothing that a repair may touch: {list_text(kept)}."
        return f"{name} has no drift to repair" + (" (it is not initialised yet)." if not status.initialised else ".")
    if request.direction in _CARE:
        return f"{name} has no search index to {request.direction}."
    if request.direction is Direction.DOWN:
        if not status.applied:
            return f"{name} has no applied migration to roll back."
        return f"{name} is at {at} already; there is nothing to roll back."
    if request.to is not None and request.to < status.version:
        return (
            f"{name} is at {at}, beyond {request.to}; to go back:"
            f" felix-dbadmin rollback --component {name} --to {request.to}"
        )
    if request.to is not None and status.pending:
        return f"{name} is at {at} already."
    return f"{name} is up to date at {at}."
