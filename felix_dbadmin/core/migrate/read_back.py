"""The look at the file after a change: nothing is called done before this has seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from felix_dbadmin.core import integrity
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import CheckFailed, DbAdminError
from felix_dbadmin.core.migrate.health import find_drift
from felix_dbadmin.core.migrate.ledger import read_ledger
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.migrate.plan import Plan
from felix_dbadmin.core.migrate.results import Check, StepRun
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.schema import count_rows, read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text


def require_repaired(db: apsw.Connection, component: Component, task: Task) -> None:
    """Raises CheckFailed where a repair left something repairable unrepaired."""
    left = [
        drift.name for drift in find_drift(standing_of(db, component, task), read_schema(db), task) if drift.repairable
    ]
    if left:
        raise CheckFailed(
            f"After the repair {list_text(left)} still differ from what the migrations make.",
            "The migrations of this component make these objects in a way that cannot be repeated; see verify.",
        )


def misshapen(db: apsw.Connection, component: Component, plan: Plan, task: Task) -> list[str]:
    """The objects that the plan's statements are about and that are not what the applied migrations make."""
    made = {statement.target.name for step in plan.steps for statement in step.statements}
    drift = find_drift(standing_of(db, component, task), read_schema(db), task)
    return [item.name for item in drift if item.name.lower() in made]


def read_back(
    database: Path,
    component: Component,
    plan: Plan,
    last: StepRun,
    task: Task,
    *,
    undisturbed: Callable[[], bool],
) -> tuple[Check, ...]:
    """Look at the file with a new connection: is it what the steps said they made? Raises CheckFailed if not.

    `undisturbed` tells whether nobody else wrote since the last commit; only then rows can be compared.
    """
    with open_reader(database, task) as db:
        versions = tuple(row.version for row in read_ledger(db, component.name))
        drifted = misshapen(db, component, plan, task)
        damage = integrity.structure_problems(db, task, full=False)
        rows = count_rows(db, data_tables(read_schema(db), component), task)
        same_rows = rows == last.rows_after
    checks = [
        Check("the versions are recorded", versions == plan.ends_with, f"recorded: {_versions_text(versions)}"),
        Check("the objects are as the migrations make them", not drifted, list_text(drifted)),
        Check("quick_check finds no damage", not damage, "; ".join(damage[:5])),
    ]
    if same_rows or undisturbed():
        checks.append(
            Check("every table has its rows", same_rows, f"{sum(rows.values()):,} rows in {len(rows)} tables")
        )
    failed = [f"{check.name}: no ({check.detail})" for check in checks if not check.ok]
    if failed:
        raise CheckFailed(
            f"{plan.title} was committed, but reading {plan.database} back found: {'; '.join(failed)}.",
            "Restore the backup from before: felix-dbadmin backup restore",
        )
    return tuple(checks)


@contextmanager
def committed(plan: Plan, backup: str) -> Iterator[None]:
    """Every step is done: what ends the look at the file early says so."""
    try:
        yield
    except CheckFailed:
        raise
    except DbAdminError as error:
        before = f" The backup from before is {backup}." if backup else ""
        raise error.after(
            f"“{plan.title}” had been committed by then, but was not read back to the end.{before}"
        ) from error


def _versions_text(versions: tuple[int, ...]) -> str:
    return ", ".join(str(version) for version in versions) or "none"
