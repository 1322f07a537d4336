"""Whether a database is what our migrations make: drift, object by object, and the verify statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core import integrity
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import explaining, open_memory
from felix_dbadmin.core.errors import StatementFailed
from felix_dbadmin.core.migrate.guard import guarded
from felix_dbadmin.core.migrate.plan import Standing, Step, up_step
from felix_dbadmin.core.migrate.results import Check, Recorder
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.schema import Schema, SchemaObject, compare, read_schema
from felix_dbadmin.core.sql import Statement
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import commit


@dataclass(frozen=True, slots=True)
class Drift:
    """An object that is not what our migrations make. `expected` and `actual` are its texts, '' where it is missing."""

    name: str
    kind: str
    expected: str
    actual: str
    repairable: bool
    """Derived objects can be made anew; a table that holds data is named and never touched."""
    version: int = 0
    """The applied migration that makes it, 0 for the base schema."""

    @property
    def text(self) -> str:
        what = "is missing" if not self.actual else "differs"
        return f"{self.kind} {self.name} {what}" + ("" if self.repairable else " (holds data: not repaired)")


_Recipe = tuple[Component, tuple[Statement, ...], tuple[Migration, ...]]

_schemas: dict[_Recipe, Schema] = {}
"""What was found already: a recipe costs some 10 ms to run, and each status asks for the same ones."""

_SCHEMAS_KEPT = 2_000


def expected_schema(
    component: Component, base: tuple[Statement, ...], migrations: tuple[Migration, ...], task: Task
) -> Schema:
    """The schema that base.sql and these migrations make, found by running them on an empty database in memory.

    Raises MigrationFileInvalid or StatementFailed where one cannot run, before any real file is touched; Cancelled.
    """
    recipe = (component, base, migrations)
    if recipe not in _schemas:
        if len(_schemas) >= _SCHEMAS_KEPT:
            _schemas.clear()
        _schemas[recipe] = _make_schema(component, base, migrations, task.silently())
    return _schemas[recipe]


def _make_schema(
    component: Component, base: tuple[Statement, ...], migrations: tuple[Migration, ...], task: Task
) -> Schema:
    with explaining(Path(component.database), task), open_memory() as db, task.guarding(db):
        recorder = Recorder()
        steps = [Step("base", 0, "Base schema", base)] if base else []
        steps += [_without_checks(migration) for migration in migrations]
        for step in steps:
            begin_step(db, step)
            run_step(db, component, step, recorder, task, None)
            commit(db, task)
        return read_schema(db)


def _without_checks(migration: Migration) -> Step:
    """Preconditions and verify statements speak of rows, and here there are none."""
    step = up_step(replace(migration, defines_verify=False))
    return replace(step, checks=(), verify=(), report=())


def require_runnable(standing: Standing, task: Task) -> None:
    """Raises MigrationFileInvalid or StatementFailed where a migration file cannot run, before a real file is touched.

    Without a base.sql the tables that a migration expects are unknown here; then only its syntax is judged.
    """
    try:
        expected_schema(standing.component, standing.base, standing.files, task)
    except StatementFailed:
        if standing.base:
            raise


def base_tables(component: Component, base: tuple[Statement, ...], task: Task) -> frozenset[str]:
    """The tables, in lower case, without which a component is not initialised."""
    return (
        frozenset(name.lower() for name in expected_schema(component, base, (), task).names("table"))
        if base
        else frozenset()
    )


def find_drift(standing: Standing, actual: Schema, task: Task) -> tuple[Drift, ...]:
    """Objects that are missing or differ from what the applied migrations make; additional ones are nobody's fault.

    Nothing is said of a component that is not initialised, nor where the base tables are not ours to know.
    """
    migrations = tuple(item.migration for item in standing.applied if item.migration is not None)
    if not standing.initialised or not (standing.base or migrations):
        return ()
    by_version = tuple(sorted(migrations, key=lambda migration: migration.version))
    try:
        expected = expected_schema(standing.component, standing.base, by_version, task)
    except StatementFailed:
        if standing.base:
            raise
        return ()
    difference = compare(expected, actual)
    missing = [_drift(standing, item, None) for item in difference.removed]
    changed = [_drift(standing, item, found) for item, found in difference.changed]
    order = {item.name: position for position, item in enumerate(expected.objects)}
    return tuple(sorted((*missing, *changed), key=lambda drift: order[drift.name]))


def _drift(standing: Standing, expected: SchemaObject, actual: SchemaObject | None) -> Drift:
    name = expected.name.lower()
    derived = expected.kind in ("index", "trigger", "view") or name in standing.component.derived_tables
    makers = [
        item.version
        for item in standing.applied
        if item.migration is not None and any(name == made.target.name for made in item.migration.up.statements)
    ]
    return Drift(
        expected.name, expected.kind, expected.sql, actual.sql if actual else "", derived, max(makers, default=0)
    )


def integrity_checks(db: apsw.Connection, task: Task) -> tuple[Check, ...]:
    """Pages, indexes, full-text indexes, and foreign keys."""
    damage = integrity.structure_problems(db, task)
    links = integrity.broken_links(db)
    schema = read_schema(db)
    broken = integrity.broken_objects(db, schema)
    external = integrity.external_content_indexes(schema)
    whole, said = "pages, indexes and full-text indexes are whole", "; ".join(damage[:5])
    if external and not damage:
        whole = "pages, indexes and full-text indexes are whole in themselves"
        said = f"{', '.join(external)} not compared with the rows of another table; search health does that"
    return (
        Check(whole, not damage, said),
        Check(
            "every foreign key points to a row", not links, "; ".join(f"{link.what}: {link.count}" for link in links)
        ),
        Check("every view and trigger can run", not broken, "; ".join(problem.what for problem in broken)),
    )


def verify_checks(db: apsw.Connection, standing: Standing, task: Task) -> tuple[Check, ...]:
    """The verify statements of every applied migration, run again; a row that does not hold is reported, not raised."""
    found = []
    for item in standing.applied:
        for statement in item.migration.verify.statements if item.migration else ():
            task.check()
            label = f"{item.version} {item.description}"
            try:
                with guarded(db):
                    rows = db.execute(statement.sql).fetchall()
            except (apsw.SQLError, apsw.AuthError) as error:
                found.append(Check(label, False, f"{error} in: {statement.sql}"))
                continue
            found += [Check(f"{label}: {row[1] if len(row) > 1 else statement.sql}", bool(row[0])) for row in rows]
    return tuple(found)
