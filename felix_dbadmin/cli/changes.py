"""migrate, rollback and repair: rehearse everything, show it, ask, do it, and look at the file again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from felix_dbadmin.cli.options import (
    ComponentsOption,
    JsonOption,
    LossOption,
    OutOfOrderOption,
    ToOption,
    TrustOption,
    WaitOption,
    WorkspaceOption,
    YesOption,
)
from felix_dbadmin.cli.planning import nothing_to_do, rehearsed, requests_for, statuses
from felix_dbadmin.cli.rehearsal import failure_of, note_documents, note_lines
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.errors import Conflict, ConsentMissing, DbAdminError
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.rehearse.report import Rehearsal, costs_of
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import count_text, duration_text, list_text


def migrate(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    to: ToOption = None,
    yes: YesOption = False,
    trust: TrustOption = False,
    allow_data_loss: LossOption = False,
    out_of_order: OutOfOrderOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Apply what is pending.

    All of it is rehearsed on copies first; then each database is backed up, changed, and read back.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        requests = requests_for(run, component, Direction.UP, to, out_of_order=out_of_order)
        change(run, requests, statuses(run, requests, trust=trust), yes=yes, allow_data_loss=allow_data_loss)


def rollback(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    to: ToOption = None,
    yes: YesOption = False,
    trust: TrustOption = False,
    allow_data_loss: LossOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Undo migrations of one component.

    The last one that was applied, or all above --to N (0: all); rehearsed on a copy first, with a backup.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        requests = requests_for(run, component, Direction.DOWN, to, out_of_order=False)
        change(run, requests, statuses(run, requests, trust=trust), yes=yes, allow_data_loss=allow_data_loss)


def repair(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    yes: YesOption = False,
    trust: TrustOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Mend drift: what differs from the migrations.

    Indexes, triggers and search tables are made anew. A table that holds data is named and never touched.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        requests = requests_for(run, component, Direction.REPAIR, None, out_of_order=False)
        standing = statuses(run, requests, trust=trust)
        change(run, requests, standing, yes=yes, allow_data_loss=False)
        kept = [drift.text for status in standing for drift in status.drift if not drift.repairable]
        if kept:
            raise Conflict(
                f"Not touched, because it holds data: {list_text(kept)}.",
                "Compare it with the migration's text by hand: felix-dbadmin status",
            )


def change(
    run: Session,
    requests: Sequence[Request],
    standing: Sequence[ComponentStatus],
    *,
    yes: bool,
    allow_data_loss: bool,
) -> None:
    """Nothing is written before every plan was rehearsed without a failure and somebody agreed to all of them."""
    reports = _rehearsed_well(run, requests, standing)
    for request, status, report in zip(requests, standing, reports, strict=True):
        if report is None:
            run.out.line(nothing_to_do(request, status))
    planned = [report for report in reports if report is not None]
    for report in planned:
        _print_plan(run, report)
    _require_agreement(run, planned, yes=yes, allow_data_loss=allow_data_loss)
    done: list[Migrated] = []
    try:
        for report in planned:
            done.append(_carried_out(run, report, done))
    finally:
        if done or not planned:
            run.out.document({"workspace": str(run.folder), "results": [_document(item) for item in done]})


def _rehearsed_well(
    run: Session, requests: Sequence[Request], standing: Sequence[ComponentStatus]
) -> tuple[Rehearsal | None, ...]:
    try:
        reports = tuple(rehearsed(run, request, status) for request, status in zip(requests, standing, strict=True))
        for report in reports:
            if report is not None and report.failure is not None:
                raise failure_of(report.failure)
    except DbAdminError as error:
        if len(requests) == 1 or "nothing was" in error.summary:
            raise
        raise error.after("Nothing was changed.") from error
    return reports


def _print_plan(run: Session, report: Rehearsal) -> None:
    out, plan = run.out, report.plan
    out.line(f"{plan.title} ({plan.database}), rehearsed in {duration_text(report.seconds)}:", style="bold")
    for ran in report.steps:
        rows = count_text(ran.touched, "row")
        out.line(
            f"  {ran.step.title}: {count_text(len(ran.statements), 'statement')}, {rows}, {duration_text(ran.seconds)}"
        )
    out.lines([f"note: {line}" for line in note_lines(report.notes)])
    out.lines([f"would be lost: {loss.text}" for loss in report.losses])
    first = "no backup: there is no database yet" if report.proof.before is None else "a verified backup is taken first"
    out.line(f"  {first}")
    out.line(f"  {report.proof.text}")
    out.line()


def _require_agreement(run: Session, planned: Sequence[Rehearsal], *, yes: bool, allow_data_loss: bool) -> None:
    losses = [f"{loss.text} in {report.plan.database}" for report in planned for loss in report.losses]
    if losses and not allow_data_loss:
        raise ConsentMissing(
            f"This would lose {list_text(losses, limit=100)}. Nothing was changed.",
            "To accept exactly that loss, add --allow-data-loss; a backup is taken first in any case.",
        )
    if planned:
        run.require_consent(f"{list_text([report.plan.title for report in planned], limit=20)}?", yes=yes)


def _carried_out(run: Session, report: Rehearsal, done: Sequence[Migrated]) -> Migrated:
    try:
        with run.task(report.plan.title) as task:
            result = carry_out(run.folder, report.plan, report.losses, costs_of(report), task=task)
    except DbAdminError as error:
        if done:
            raise error.after(f"Done before it: {list_text([item.plan.component for item in done])}.") from error
        raise
    run.out.line(_sentence(result))
    run.out.lines([f"note: {line}" for line in note_lines(_notes(result))])
    return result


def _sentence(result: Migrated) -> str:
    plan = result.plan
    good = sum(check.ok for check in result.checks)
    what = {
        Direction.UP: count_text(len(_versions(result, "up")), "migration"),
        Direction.DOWN: f"{count_text(len(_versions(result, 'down')), 'migration')} rolled back",
    }.get(plan.request.direction) or ", ".join(step.title for step in plan.steps)
    parts = [
        what,
        f"backup {result.backup}" if result.backup else "no backup: the database is new",
        f"{good} of {len(result.checks)} checks passed after reading it back",
    ]
    return f"{plan.component}: {max(plan.applied, default=0)} → {result.version}, {', '.join(parts)}"


def _versions(result: Migrated, action: str) -> list[int]:
    return [run.step.version for run in result.steps if run.step.action == action]


def _notes(result: Migrated) -> list[tuple[str, int]]:
    return [note for run in result.steps for note in run.notes]


def _document(result: Migrated) -> dict[str, object]:
    return {
        "component": result.plan.component,
        "title": result.plan.title,
        "from": max(result.plan.applied, default=0),
        "to": result.version,
        "applied": _versions(result, "up"),
        "rolled_back": _versions(result, "down"),
        "backup": result.backup or None,
        "checks": [asdict(check) for check in result.checks],
        "notes": note_documents(_notes(result)),
        "losses": [loss.text for run in result.steps for loss in run.losses],
        "seconds": result.seconds,
    }
