"""The running of one step inside the caller's transaction: the same code for the live file and for a clone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType

import apsw

from felix_dbadmin.core import integrity
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import (
    CheckFailed,
    ConsentMissing,
    DbAdminError,
    MigrationFileInvalid,
    StatementFailed,
)
from felix_dbadmin.core.migrate.guard import REFUSED, guarded
from felix_dbadmin.core.migrate.losses import (
    Loss,
    beyond,
    losses_between,
    read_holdings,
    touches_columns,
)
from felix_dbadmin.core.migrate.plan import Step
from felix_dbadmin.core.migrate.results import Check, Recorder, StatementRun, StepRun
from felix_dbadmin.core.schema import Schema, count_readable_rows, read_schema
from felix_dbadmin.core.sql import Statement, Target, target_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.transaction import begin

_CHANGING = {"insert", "replace", "update", "delete"}
_SYNTAX = ("syntax error", "incomplete input", "unrecognized token")

_NOT_ITS_FAULT = (apsw.FullError, apsw.IOError, apsw.NoMemError, apsw.BusyError, apsw.ReadOnlyError, apsw.CantOpenError)
"""Errors of the disk, the memory or another program, whatever the statement."""


class RecordingConnection:
    """What a Python migration is given: it can run SQL, and each statement is recorded and guarded like a file's."""

    def __init__(self, run: Callable[[Statement, Sequence[object]], list[tuple[object, ...]]]) -> None:
        self._run = run

    def execute(self, sql: str, bindings: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one statement; returns its rows."""
        return self._run(Statement(sql, 0), bindings)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        for bindings in rows:
            self._run(Statement(sql, 0), bindings)


def begin_step(db: apsw.Connection, step: Step) -> None:
    """Take the write lock for a step; foreign keys are set before, inside a transaction the pragma does nothing."""
    db.pragma("foreign_keys", int(step.foreign_keys))
    begin(db)


def run_step(
    db: apsw.Connection,
    component: Component,
    step: Step,
    recorder: Recorder,
    task: Task,
    accepted: tuple[Loss, ...] | None,
) -> StepRun:
    """Run and judge a step; nothing is committed here.

    `accepted` are the losses that somebody agreed to; None means: report them, refuse nothing (a rehearsal).
    Raises StatementFailed, CheckFailed, ConsentMissing, Cancelled.
    """
    started = time.monotonic()
    runner = _StepRunner(db, component, step, recorder, task)
    schema = read_schema(db)
    planned = [statement.sql for statement in step.statements]
    columns_too = touches_columns(planned) or bool(step.migration and step.migration.python)
    before = read_holdings(db, schema, component, task, columns_too=columns_too)
    problems = (*runner.problems(schema, ()), *integrity.lost_parents(db, schema))
    with guarded(db):
        checks = runner.checks(step.checks, "precondition")
        runner.change()
        checks += runner.checks(step.verify, "verify")
        notes = runner.notes()
    new_schema = read_schema(db)
    after = read_holdings(db, new_schema, component, task, columns_too=columns_too)
    ran = [run.sql for run in recorder.of_step(recorder.step)]
    problems_now = (*runner.problems(new_schema, tuple(ran)), *integrity.lost_parents(db, schema))
    found = integrity.new_problems(problems, problems_now)
    if found:
        raise CheckFailed(
            f"{step.title}: {list_text([problem.what for problem in found])}.",
            "The change would leave the database inconsistent; correct the migration.",
            where=step.where,
        )
    losses = losses_between(before, after, ran)
    _refuse_losses(step, losses, accepted)
    return StepRun(
        step=step,
        statements=recorder.of_step(recorder.step),
        checks=tuple(checks),
        notes=tuple(notes),
        rows_before=dict(before.rows),
        rows_after=dict(after.rows),
        losses=losses,
        seconds=time.monotonic() - started,
    )


def _refuse_losses(step: Step, losses: tuple[Loss, ...], accepted: tuple[Loss, ...] | None) -> None:
    if accepted is None:
        return
    refused = beyond(losses, accepted)
    if refused:
        raise ConsentMissing(
            f"{step.title} would lose {list_text([loss.text for loss in refused])}.",
            "To accept exactly that loss: --allow-data-loss, or the typed consent in the window.",
            where=step.where,
        )


class _StepRunner:
    def __init__(self, db: apsw.Connection, component: Component, step: Step, recorder: Recorder, task: Task) -> None:
        self.db = db
        self.component = component
        self.step = step
        self.recorder = recorder
        self.task = task

    def change(self) -> None:
        migration = self.step.migration
        if migration is not None and migration.python:
            self._call_python(migration.source, self.step.action)
            return
        total = len(self.step.statements)
        for done, statement in enumerate(self.step.statements):
            self.task.report(done, total, _headline(statement.sql))
            self._run(statement, ())
        self.task.report(total, total, "")

    def checks(self, statements: tuple[Statement, ...], purpose: str) -> list[Check]:
        """Run SELECTs of (holds?, what); raises CheckFailed at the first that does not hold."""
        found = []
        for statement in statements:
            for row in self._query(statement):
                name = str(row[1]) if len(row) > 1 else _headline(statement.sql)
                if not row[0]:
                    raise CheckFailed(
                        f"{self.step.title}: the {purpose} “{name}” does not hold.",
                        "Look at the statement and at the database; a dry run shows both without changing anything.",
                        statement=statement.sql,
                        where=f"{self.step.where}:{statement.line}",
                    )
                found.append(Check(name, True))
        migration = self.step.migration
        if purpose == "verify" and migration is not None and migration.defines_verify and self.step.action == "up":
            found.append(self._verify_python(migration.source))
        return found

    def notes(self) -> list[tuple[str, int]]:
        """What the migration counts and names: rows of (text, count), those with 0 left out."""
        found: list[tuple[str, int]] = []
        for statement in self.step.report:
            for row in self._query(statement):
                text, count = str(row[0]), row[1]
                if isinstance(count, int) and count > 0:
                    found.append((text, count))
        return found

    def problems(self, schema: Schema, ran: tuple[str, ...]) -> tuple[integrity.Problem, ...]:
        """What is wrong with links, views, triggers and full-text indexes.

        An index with content of its own is only looked at when `ran` names it: nothing else can break it.
        """
        named = {target_of(sql).name for sql in ran}
        external = integrity.external_content_indexes(schema)
        own = tuple(
            name for name in integrity.full_text_indexes(schema) if name.lower() in named and name not in external
        )
        return (
            *integrity.broken_links(self.db),
            *integrity.broken_objects(self.db, schema),
            *integrity.broken_indexes(self.db, (*external, *own)),
        )

    def _query(self, statement: Statement) -> list[tuple[object, ...]]:
        try:
            return self.db.execute(statement.sql).fetchall()
        except apsw.InterruptError:
            raise
        except apsw.Error as error:
            raise self._failure(statement, error) from error

    def _run(self, statement: Statement, bindings: Sequence[object]) -> list[tuple[object, ...]]:
        self.task.check()
        self.task.mark()
        target = target_of(statement.sql)
        dropped = self._rows_dropped(target)
        before, started = self.db.total_changes(), time.monotonic()
        failure: apsw.Error | None = None
        rows: list[tuple[object, ...]] = []
        try:
            rows = self.db.execute(statement.sql, tuple(bindings)).fetchall()
        except apsw.InterruptError:
            raise
        except apsw.Error as error:
            failure = error
        touched = self.db.total_changes() - before + dropped
        self.recorder.statements.append(
            StatementRun(
                step=self.recorder.step,
                sql=statement.sql,
                line=statement.line,
                verb=target.verb,
                target=target.name,
                seconds=time.monotonic() - started,
                rows=(self.db.changes() if target.verb in _CHANGING else touched) if failure is None else 0,
                touched=touched if failure is None else 0,
                error=str(failure or ""),
            )
        )
        if isinstance(failure, _NOT_ITS_FAULT):
            raise failure
        if failure is not None:
            raise self._failure(statement, failure) from failure
        if not self.db.in_transaction:
            raise StatementFailed(
                f"{self.step.title}: a statement ended the transaction; everything was rolled back.",
                "Use neither RAISE(ROLLBACK) nor OR ROLLBACK in a migration.",
                statement=statement.sql,
                where=f"{self.step.where}:{statement.line}",
            )
        return rows

    def _rows_dropped(self, target: Target) -> int:
        """SQLite counts no change for the rows that a DROP TABLE takes with it."""
        if (target.verb, target.kind) != ("drop", "table"):
            return 0
        return count_readable_rows(self.db, (target.name,)).get(target.name, 0)

    def _failure(self, statement: Statement, error: apsw.Error) -> StatementFailed | MigrationFileInvalid:
        offset = getattr(error, "error_offset", -1)
        line = statement.line + (statement.sql.encode()[:offset].count(b"\n") if offset > 0 else 0)
        where = f"{self.step.where}, line {line}" if statement.line else self.step.where
        kind = MigrationFileInvalid if any(text in str(error) for text in _SYNTAX) else StatementFailed
        hint = REFUSED if isinstance(error, apsw.AuthError) else "Correct the statement; nothing of this step was kept."
        if "already exists" in str(error):
            hint = "Something made that object outside of the ledger: see felix-dbadmin verify for what differs."
        return kind(f"{where}: {error}.", hint, statement=statement.sql, where=f"{self.step.where}:{line}")

    def _call_python(self, source: str, function: str) -> object:
        module = ModuleType(f"migration_{self.component.name}_{self.step.version}")
        try:
            exec(compile(source, self.step.where, "exec"), module.__dict__)
            answer: object = getattr(module, function)(RecordingConnection(self._run))
        except (DbAdminError, apsw.Error):
            raise
        except Exception as error:  # the migration's own code may raise anything
            raise StatementFailed(
                f"{self.step.where}, {function}(db): {type(error).__name__}: {error}.",
                "Correct the migration's code; nothing of this step was kept.",
                where=self.step.where,
            ) from error
        return answer

    def _verify_python(self, source: str) -> Check:
        answer = self._call_python(source, "verify")
        if answer is None or answer is True:
            return Check("verify(db)", True)
        raise CheckFailed(
            f"{self.step.title}: verify(db) answered {answer!r}.",
            "Return True (or nothing) from verify when all is well.",
            where=self.step.where,
        )


def _headline(sql: str) -> str:
    """The first line of a statement, short enough for one line on screen."""
    line = " ".join(sql.split())
    return line if len(line) <= 100 else line[:99] + "…"
