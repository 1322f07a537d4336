"""The rehearsal itself: the same steps, run by the same code as on the live file, but on a clone."""

from __future__ import annotations

import time
from pathlib import Path

import apsw

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import explaining
from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.files import size_with_wal
from felix_dbadmin.core.migrate.apply import make_plan
from felix_dbadmin.core.migrate.ledger import ensure_ledger, record_applied, record_rolled_back
from felix_dbadmin.core.migrate.plan import Plan, Request, Step
from felix_dbadmin.core.migrate.read_back import misshapen, require_repaired
from felix_dbadmin.core.migrate.results import Check, Recorder, StepRun
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.rehearse.clone import cloned, live_state
from felix_dbadmin.core.rehearse.report import Failure, LiveProof, Rehearsal
from felix_dbadmin.core.schema import compare, count_rows, read_schema, table_names
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.transaction import commit, roll_back
from felix_dbadmin.core.workspace import locked, open_workspace


def rehearse(folder: Path, request: Request, *, task: Task) -> Rehearsal:
    """Plan the request and run it on a clone; the live file is opened for reading only.

    A statement or check that fails is part of the report. Raises what makes planning or cloning impossible:
    Conflict, WrongUsage, MigrationFileInvalid, DatabaseUnusable, OutOfSpace, Locked, Cancelled.
    """
    started = time.monotonic()
    workspace = open_workspace(folder)
    component = workspace.component(request.component)
    database = workspace.database(component)
    task.begin(("Copy the database", "Run every statement on the copy", "Compare with the live file"))
    with locked(workspace, component, "dry run", task) as state, cloned(database, state, task) as (db, live):
        before = live_state(database, live) if live is not None else None
        plan = make_plan(db if live is not None else None, component, request, task)
        task.step(1)
        schema = read_schema(db)
        rows_before = count_rows(db, table_names(schema), task)
        rehearsed = _Rehearsed(db, component, plan, task)
        failure = rehearsed.run()
        new_schema = read_schema(db)
        rows_after = count_rows(db, table_names(new_schema), task)
        checks = rehearsed.checks() if failure is None else ()
        task.step(2)
        after = live_state(database, live) if live is not None else None
        proof = LiveProof(before, after) if live is not None or not database.exists() else LiveProof(None, None)
    return Rehearsal(
        plan=plan,
        statements=tuple(rehearsed.recorder.statements),
        steps=tuple(rehearsed.runs),
        difference=compare(schema, new_schema),
        rows_before=rows_before,
        rows_after=rows_after,
        checks=checks,
        proof=proof,
        failure=failure,
        database_bytes=size_with_wal(database),
        at=time.time(),
        seconds=time.monotonic() - started,
    )


class _Rehearsed:
    """The run of a plan on the clone, one transaction per step as on the live file."""

    def __init__(self, db: apsw.Connection, component: Component, plan: Plan, task: Task) -> None:
        self.db = db
        self.component = component
        self.plan = plan
        self.task = task
        self.recorder = Recorder()
        self.runs: list[StepRun] = []

    def run(self) -> Failure | None:
        """None when every step went well."""
        for index, step in enumerate(self.plan.steps):
            self.recorder.step = index
            try:
                with explaining(Path(self.plan.database), self.task):
                    run = self._run(step)
            except Cancelled:
                raise
            except DbAdminError as error:
                roll_back(self.db)
                return _failure(error)
            self.runs.append(run)
        return None

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
        commit(self.db, self.task)
        return run

    def checks(self) -> tuple[Check, ...]:
        """What the steps verified, and whether the objects they made are what the migrations make."""
        drifted = misshapen(self.db, self.component, self.plan, self.task)
        return (
            *(check for run in self.runs for check in run.checks),
            Check("the objects are as the migrations make them", not drifted, list_text(drifted)),
        )


def _failure(error: DbAdminError) -> Failure:
    return Failure(error.summary, error.hint, error.statement, error.where, error.exit_code)
