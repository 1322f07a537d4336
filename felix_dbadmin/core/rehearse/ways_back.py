"""The way back of each step: run on the copy where that is cheap enough, told from the migration where it is not."""

from __future__ import annotations

from pathlib import Path

import apsw

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import explaining
from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.migrate.ledger import record_rolled_back
from felix_dbadmin.core.migrate.plan import Plan, Step, down_step
from felix_dbadmin.core.migrate.results import Recorder, StepRun
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.rehearse.fingerprint import Fingerprint, differences, fingerprint_of
from felix_dbadmin.core.rehearse.report import WayBack
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.transaction import commit, roll_back

PROVED_UP_TO = 64 << 20
"""Bytes of a database up to which the way back is run without being asked for: it reads every row twice per step."""

TESTED = "down tested in this rehearsal: schema and rows as before"
UNTESTED = "down exists, not tested"


class WaysBack:
    """Remembers the state before each step, and after the last one goes all the way back to compare."""

    def __init__(self, db: apsw.Connection, component: Component, plan: Plan, task: Task, *, prove: bool) -> None:
        self._db = db
        self._component = component
        self._plan = plan
        self._task = task
        self._prove = prove
        self._before: dict[int, Fingerprint] = {}

    def remember(self, index: int, step: Step) -> None:
        """The state that the way back of step `index` has to lead to. To be called before it runs.

        Where it cannot be read whole, as with text that is not UTF-8, the way back is not tried.
        """
        if not (self._prove and _reversible(step)):
            return
        try:
            with explaining(Path(self._plan.database), self._task):
                self._before[index] = fingerprint_of(self._db, self._component, self._task)
        except Cancelled:
            raise
        except DbAdminError:
            return

    def found(self, runs: tuple[StepRun, ...]) -> tuple[WayBack, ...]:
        """One for each step, in the order of the plan. Changes the copy: everything else is read from it before."""
        tested: dict[int, WayBack] = {}
        reason = ""
        for index, step in reversed(list(enumerate(self._plan.steps))):
            if index in self._before and not reason:
                way = self._tested(step, self._before[index])
                if way is None:
                    continue
                tested[index] = way
                if not way.proven:
                    reason = f"{UNTESTED}: that of {step.version} does not lead to where it began"
            elif step.action == "up" and not _reversible(step):
                reason = f"{UNTESTED}: {step.version} above it has none"
        return tuple(
            tested.get(index) or _told(run, reason if _reversible(run.step) else "") for index, run in enumerate(runs)
        )

    def _tested(self, step: Step, before: Fingerprint) -> WayBack | None:
        migration = step.migration
        if migration is None:
            return None
        self._task.check()
        try:
            with explaining(Path(self._plan.database), self._task):
                self._go_back(down_step(migration))
                left = differences(before, fingerprint_of(self._db, self._component, self._task))
        except Cancelled:
            raise
        except DbAdminError as error:
            roll_back(self._db)
            return WayBack(step.version, False, f"only by restoring the backup: down fails ({error.summary})")
        if left:
            return WayBack(step.version, False, f"down does not bring everything back: {list_text(left)}")
        return WayBack(step.version, True, TESTED)

    def _go_back(self, step: Step) -> None:
        begin_step(self._db, step)
        run_step(self._db, self._component, step, Recorder(), self._task.silently(), None)
        record_rolled_back(self._db, self._component.name, step.version)
        commit(self._db, self._task)


def _reversible(step: Step) -> bool:
    return step.action == "up" and step.migration is not None and step.migration.reversible


def _told(run: StepRun, reason: str) -> WayBack:
    """What can be said of a way back that was not run."""
    step = run.step
    match step.action:
        case "base":
            text = "not undone by a rollback: empty tables stay; the backup from before is without them"
        case "down" if run.losses:
            text = f"only by restoring the backup: {list_text([loss.text for loss in run.losses])} would be gone"
        case "down":
            text = "applying it again, or restoring the backup"
        case "repair" | "rebuild":
            text = "only by restoring the backup: what is made anew replaces what differed"
        case "optimise":
            text = "none is needed: the index finds the same as before"
        case _ if step.migration is not None and step.migration.irreversible:
            text = f"only by restoring the backup: {step.migration.irreversible}"
        case _:
            text = reason or UNTESTED
    return WayBack(step.version, False, text)
