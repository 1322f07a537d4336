"""The carrying out of a plan on the live file: lock, backup, one transaction per step, and then a look at the file."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import explaining, open_writer
from felix_dbadmin.core.errors import Cancelled, CheckFailed, Conflict, DbAdminError
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.migrate.create import create_with_ledger
from felix_dbadmin.core.migrate.health import require_runnable
from felix_dbadmin.core.migrate.index_plans import plan_index_care
from felix_dbadmin.core.migrate.ledger import ensure_ledger, record_applied, record_rolled_back, write_log
from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request, Step, plan_for
from felix_dbadmin.core.migrate.read_back import committed, read_back, require_repaired
from felix_dbadmin.core.migrate.repair import plan_repair
from felix_dbadmin.core.migrate.results import Check, Recorder, StepRun
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.pace import StepCost
from felix_dbadmin.core.schema import Schema, read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, duration_text, list_text
from felix_dbadmin.core.transaction import commit, roll_back, transaction
from felix_dbadmin.core.trust import remember
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable

BACKUP_TRIES = 3
"""Backups made while others may write; a fourth is made under the write lock."""

CHANGED_IN_MEMORY = 512 * 1024
"""KiB of changed pages, at most, before SQLite writes them into the file ahead of the commit. A cancel forgets them;
in the file each would have to be put back and synced: an index of 500 MB took 0.5 s to undo, now 0.2."""

REASONS = {**{each: f"pre_{each}" for each in Direction}, Direction.UP: "pre_migration", Direction.DOWN: "pre_rollback"}

KINDS = {**{each: each.value for each in Direction}, Direction.UP: "apply", Direction.DOWN: "roll back"}
"""What the journal calls them."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """A plan that was carried out, and what the file said when it was read again."""

    plan: Plan
    steps: tuple[StepRun, ...]
    backup: str
    """The name of the backup from before, '' where there was no file yet."""
    version: int
    checks: tuple[Check, ...]
    seconds: float


def make_plan(db: apsw.Connection | None, component: Component, request: Request, task: Task) -> Plan:
    """The plan for a request as things stand in `db`. Raises Conflict, WrongUsage or MigrationFileInvalid."""
    standing = standing_of(db, component, task)
    require_runnable(standing, task)
    actual = read_schema(db) if db is not None else Schema(())
    match request.direction:
        case Direction.REPAIR:
            return plan_repair(standing, actual, task)
        case Direction.REBUILD | Direction.OPTIMISE:
            return plan_index_care(request, standing, actual)
    return plan_for(request, standing)


def carry_out(
    folder: Path, plan: Plan, accepted: tuple[Loss, ...] = (), costs: tuple[StepCost, ...] = (), *, task: Task
) -> Migrated:
    """Do what was planned and reviewed, to the live database, and read back what it did.

    `accepted` are the losses that somebody agreed to, `costs` what the steps cost when they were rehearsed: with them
    progress is told in milliseconds of expected work of the whole plan. Raises Conflict when file or migrations are no
    longer what was planned for; any other DbAdminError says in its summary what stands. Cancelled leaves whole steps.
    """
    started = time.monotonic()
    workspace = open_workspace(folder)
    component = workspace.component(plan.component)
    database = workspace.database(component)
    require_writable(workspace)
    steps = ("Back up", *(step.title for step in plan.steps), "Read back")
    task.begin(steps)
    with (
        locked(workspace, component, plan.title, task),
        recorded(
            workspace, component.name, plan.title, kind=KINDS[plan.request.direction], command=plan.request.command
        ) as entry,
    ):
        if not plan.steps:
            raise Conflict(f"There is nothing to do for {component.name}.", "Refresh: felix-dbadmin status")
        existed = database.exists()
        if not existed:
            create_with_ledger(database, task)
        # What was rehearsed for another plan says nothing of this one.
        task.expect(costs if len(costs) == len(steps) else ())
        with open_writer(database, task) as db, task.counting(db):
            db.pragma("cache_size", -CHANGED_IN_MEMORY)
            backup = _back_up_and_begin(db, workspace, component, plan, task, existed=existed)
            remember(component, (step.migration for step in plan.steps if step.migration is not None))
            name = backup.path.name if backup else ""
            runs = _Apply(db, component, plan, accepted, name, task).run()
            with committed(plan, name), explaining(database, task):
                version = db.pragma("data_version")
                task.step(len(plan.steps) + 1)
                checks = read_back(
                    database, component, plan, runs[-1], task, undisturbed=lambda: db.pragma("data_version") == version
                )
        entry.version, entry.backup = max(plan.ends_with, default=0), name
        entry.detail = f"{count_text(len(checks), 'check')} passed; backup {name or 'none'}"
    return Migrated(plan, runs, name, max(plan.ends_with, default=0), checks, time.monotonic() - started)


def _back_up_and_begin(
    db: apsw.Connection, workspace: Workspace, component: Component, plan: Plan, task: Task, *, existed: bool
) -> BackupTaken | None:
    """Begin the first transaction with a backup that equals the state it starts from.

    Writers are not held up while it is made: if one committed meanwhile (data_version tells), it is made again.
    """
    database = workspace.database(component)
    reason = REASONS[plan.request.direction]
    taken: BackupTaken | None = None
    for attempt in range(BACKUP_TRIES + 1):
        under_lock = attempt == BACKUP_TRIES
        if under_lock:
            _begin_as_planned(db, component, plan, task)
        seen = db.pragma("data_version")
        try:
            if existed:
                taken = take_backup(
                    database,
                    workspace.backups,
                    reason,
                    task,
                    component=component.name,
                    note=plan.title,
                    to_version=max(plan.ends_with, default=0),
                )
                _require_sound(taken, plan)
            if not under_lock:
                _begin_as_planned(db, component, plan, task)
        except BaseException:
            roll_back(db)
            raise
        if under_lock or db.pragma("data_version") == seen:
            return taken
        roll_back(db)
        if taken is not None:
            manifest_of(taken.path).unlink()
            sync_folder(workspace.backups)  # no power cut leaves a manifest without its backup
            taken.path.unlink()
    return taken


def _require_sound(taken: BackupTaken, plan: Plan) -> None:
    """Raises CheckFailed where the database itself is damaged: only what mends may start from there."""
    if not taken.verified and not plan.request.direction.mends:
        raise CheckFailed(
            f"{plan.database} is damaged: {list_text(taken.manifest.problems)}. Nothing was changed;"
            f" {taken.path.name} keeps it as it is.",
            "See felix-dbadmin verify; then repair it, or restore a verified backup.",
        )


def _begin_as_planned(db: apsw.Connection, component: Component, plan: Plan, task: Task) -> None:
    """Take the write lock and make sure that the plan still fits. Raises Conflict."""
    begin_step(db, plan.steps[0])
    try:
        now = make_plan(db, component, plan.request, task)
    except BaseException:
        roll_back(db)
        raise
    if now.fingerprint != plan.fingerprint:
        roll_back(db)
        raise Conflict(
            f"{plan.database} or its migrations changed since this plan was made; nothing was done.",
            "Rehearse again and look at the new plan: felix-dbadmin dry-run",
        )


class _Apply:
    """The steps of a plan, each committed on its own; stops at the first that fails."""

    def __init__(
        self,
        db: apsw.Connection,
        component: Component,
        plan: Plan,
        accepted: tuple[Loss, ...],
        backup: str,
        task: Task,
    ) -> None:
        self.db = db
        self.component = component
        self.plan = plan
        self.accepted = accepted
        self.backup = backup
        self.task = task
        self.runs: list[StepRun] = []

    def run(self) -> tuple[StepRun, ...]:
        """The transaction of the first step has begun already."""
        recorder = Recorder()
        for index, step in enumerate(self.plan.steps):
            started = time.monotonic()
            recorder.step = index
            try:
                self.task.step(index + 1)
                with explaining(Path(self.plan.database), self.task):
                    run = self._run(index, step, recorder)
            except DbAdminError as error:
                roll_back(self.db)
                last = recorder.statements[-1] if recorder.statements else None
                if last is not None and last.error and not error.statement:  # a disk fails whatever the statement
                    error.statement = last.sql
                raise self._stopped(step, error, time.monotonic() - started) from error
            except BaseException:
                roll_back(self.db)
                raise
            self.runs.append(run)
            self.task.log(f"{step.title}: done in {duration_text(run.seconds)}")
        return tuple(self.runs)

    def _run(self, index: int, step: Step, recorder: Recorder) -> StepRun:
        if index:
            begin_step(self.db, step)
        run = run_step(self.db, self.component, step, recorder, self.task, self.accepted)
        if step.action == "repair":
            require_repaired(self.db, self.component, self.task)
        self._record(run)
        commit(self.db, self.task)
        return run

    def _record(self, run: StepRun) -> None:
        """Ledger and log, in the transaction of the change itself."""
        step = run.step
        ensure_ledger(self.db)
        if step.action == "up" and step.migration is not None:
            record_applied(self.db, step.migration, time.time())
        elif step.action == "down":
            record_rolled_back(self.db, self.component.name, step.version)
        self._log(
            step,
            "done",
            run.seconds,
            run.touched,
            {
                "notes": [list(note) for note in run.notes],
                "losses": [loss.text for loss in run.losses],
                "rows_after": run.rows_after,
            },
        )

    def _log(self, step: Step, outcome: str, seconds: float, touched: int, detail: dict[str, object]) -> None:
        write_log(
            self.db,
            self.component.name,
            step.action,
            outcome,
            version=step.version,
            description=step.description,
            migration=step.migration,
            duration=seconds,
            rows_touched=touched,
            backup=self.backup,
            detail=detail,
        )

    def _stopped(self, step: Step, error: DbAdminError, seconds: float) -> DbAdminError:
        """The error with what stands now; the failure is logged in a transaction of its own, where that is possible."""
        if not isinstance(error, Cancelled):
            with contextlib.suppress(apsw.Error), transaction(self.db, self.task):
                ensure_ledger(self.db)
                detail: dict[str, object] = {"error": error.summary, "statement": error.statement, "where": error.where}
                self._log(step, "failed", seconds, 0, detail)
        total = len(self.plan.steps)
        # Without a backup there was no file before this run made an empty one.
        unchanged = "nothing was changed" if self.backup else "the new database is empty"
        kept = f"{len(self.runs)} of {count_text(total, 'step')} before it stand" if self.runs else unchanged
        backup = f" The backup from before is {self.backup}." if self.backup else ""
        return error.after(f"“{step.title}” was rolled back; {kept}.{backup}")
