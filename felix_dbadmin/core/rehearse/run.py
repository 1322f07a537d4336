"""The rehearsal itself: the same steps, run by the same code as on the live file, but on a clone."""

from __future__ import annotations

import time
from pathlib import Path

import apsw

from felix_dbadmin.core import integrity
from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.contents import damage_of
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import explaining
from felix_dbadmin.core.errors import Cancelled, CheckFailed, DbAdminError
from felix_dbadmin.core.files import size_with_wal
from felix_dbadmin.core.migrate.apply import make_plan
from felix_dbadmin.core.migrate.ledger import ensure_ledger, record_applied, record_rolled_back
from felix_dbadmin.core.migrate.plan import Plan, Request, Step
from felix_dbadmin.core.migrate.read_back import misshapen, require_repaired
from felix_dbadmin.core.migrate.results import Check, Recorder, StepRun
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.pace import StepCost
from felix_dbadmin.core.rehearse.clone import cloned, journal_bytes, live_state
from felix_dbadmin.core.rehearse.report import Failure, LiveProof, Rehearsal
from felix_dbadmin.core.rehearse.ways_back import PROVED_UP_TO, WaysBack
from felix_dbadmin.core.schema import compare, count_readable_rows, read_schema, table_names
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.transaction import commit, roll_back
from felix_dbadmin.core.workspace import locked, open_workspace

STEPS = ("Copy the database", "Run every statement on the copy", "Try the way back", "Compare with the live file")


def rehearse(folder: Path, request: Request, *, prove: bool | None = None, task: Task) -> Rehearsal:
    """Plan the request and run it on a clone; the live file is opened for reading only.

    `prove` tells whether the way back of each step is run too; None: where the database is small.
    A statement or check that fails is part of the report. Raises what makes planning or cloning impossible:
    Conflict, WrongUsage, MigrationFileInvalid, DatabaseUnusable, OutOfSpace, Locked, Cancelled.
    """
    workspace = open_workspace(folder)
    component = workspace.component(request.component)
    task.begin(STEPS)
    with (
        locked(workspace, component, "dry run", task) as state,
        recorded(
            workspace, component.name, f"Dry run of {component.name}", kind="dry run", command=request.rehearsal_command
        ) as entry,
    ):
        rehearsal = _rehearsed(workspace.database(component), state, component, request, task, prove=prove)
        entry.detail, entry.faulty = rehearsal.sentence, not rehearsal.ok
    return rehearsal


def _rehearsed(
    database: Path, state: Path, component: Component, request: Request, task: Task, *, prove: bool | None
) -> Rehearsal:
    started = time.monotonic()
    size = size_with_wal(database)
    with cloned(database, state, task) as (db, live), explaining(database, task), task.counting(db):
        before = live_state(database, live) if live is not None else None
        copied = time.monotonic() - started
        plan = make_plan(db if live is not None else None, component, request, task)
        task.step(1)
        schema = read_schema(db)
        rows_before = count_readable_rows(db, table_names(schema), task)
        pages = _bytes_of(db)
        run = _Run(db, component, plan, task, prove=size <= PROVED_UP_TO if prove is None else prove)
        failure = run.carry_out(copied if live is not None else None)
        new_schema = read_schema(db)
        rows_after = count_readable_rows(db, table_names(new_schema), task)
        checks = run.checks() if failure is None else ()
        grown = _bytes_of(db) - pages
        # A rollback journal holds only pages that were there before; a write-ahead log also holds the new ones.
        logged = max(0, grown) if live is not None and live.pragma("journal_mode") == "wal" else 0
        task.step(2)
        ways_back = run.ways_back.found(tuple(run.runs)) if failure is None else ()
        task.step(3)
        after = live_state(database, live) if live is not None else None
        proof = LiveProof(before, after) if live is not None or not database.exists() else LiveProof(None, None)
    return Rehearsal(
        plan=plan,
        statements=tuple(run.recorder.statements),
        steps=tuple(run.runs),
        difference=compare(schema, new_schema),
        rows_before=rows_before,
        rows_after=rows_after,
        checks=checks,
        proof=proof,
        failure=failure,
        database_bytes=size,
        at=time.time(),
        seconds=time.monotonic() - started,
        ways_back=ways_back,
        costs=tuple(run.costs) if failure is None else (),
        grown_bytes=grown,
        journal_bytes=run.journal_bytes + logged,
    )


def _bytes_of(db: apsw.Connection) -> int:
    return int(db.pragma("page_count")) * int(db.pragma("page_size"))


class _Run:
    """The run of a plan on the clone, one transaction per step as on the live file."""

    def __init__(self, db: apsw.Connection, component: Component, plan: Plan, task: Task, *, prove: bool) -> None:
        self.db = db
        self.component = component
        self.plan = plan
        self.task = task
        self.recorder = Recorder()
        self.runs: list[StepRun] = []
        self.costs: list[StepCost] = []
        self.journal_bytes = 0
        self.ways_back = WaysBack(db, component, plan, task, prove=prove)

    def carry_out(self, copied: float | None) -> Failure | None:
        """None when every step went well. `copied`: seconds of copying and hashing the database, None without one."""
        try:
            self.costs.append(self._backup_cost(copied) if copied is not None else StepCost(0.0))
            for index, step in enumerate(self.plan.steps):
                self.recorder.step = index
                self.ways_back.remember(index, step)
                with explaining(Path(self.plan.database), self.task), self.task.recording() as recording:
                    self.runs.append(self._run(step))
                self.costs.append(recording.finished())
        except Cancelled:
            raise
        except DbAdminError as error:
            roll_back(self.db)
            return Failure(error.summary, error.hint, error.statement, error.where, error.exit_code)
        return None

    def _backup_cost(self, copied: float) -> StepCost:
        """Does what takes long in a backup. Raises CheckFailed where the plan would be refused after it."""
        started = time.monotonic()
        damage = damage_of(self.db, self.task)
        if damage and not self.plan.request.direction.mends:
            raise CheckFailed(
                f"{self.plan.database} is damaged: {list_text(damage)}.",
                "See felix-dbadmin verify; then repair it, or restore a verified backup.",
            )
        return StepCost(copied + time.monotonic() - started)

    def _run(self, step: Step) -> StepRun:
        begin_step(self.db, step)
        run = run_step(self.db, self.component, step, self.recorder, self.task, None)
        if step.action == "repair":
            require_repaired(self.db, self.component, self.task)
        ensure_ledger(self.db)
        if step.action == "up" and step.migration is not None:
            record_applied(self.db, step.migration, time.time())
        elif step.action == "down":
            record_rolled_back(self.db, self.component.name, step.version)
        self.journal_bytes = max(self.journal_bytes, journal_bytes(self.db))
        commit(self.db, self.task)
        return run

    def checks(self) -> tuple[Check, ...]:
        """What the steps verified, and what is looked at when the live file is read back."""
        with self.task.recording() as recording:
            drifted = misshapen(self.db, self.component, self.plan, self.task)
            damage = integrity.structure_problems(self.db, self.task, full=False)
            count_readable_rows(self.db, table_names(read_schema(self.db)), self.task)
        self.costs.append(recording.finished())
        return (
            *(check for run in self.runs for check in run.checks),
            Check("the objects are as the migrations make them", not drifted, list_text(drifted)),
            Check("quick_check finds no damage", not damage, list_text(damage)),
        )
