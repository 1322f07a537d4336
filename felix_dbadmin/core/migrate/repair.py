"""The mending of drift: derived objects are dropped and made anew by our text; tables with data are never touched."""

from __future__ import annotations

from collections.abc import Iterable

from felix_dbadmin.core.component import SearchSource
from felix_dbadmin.core.migrate.health import Drift, find_drift
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request, Standing, Step, refuse_foreign
from felix_dbadmin.core.schema import Schema, SchemaObject
from felix_dbadmin.core.sql import Statement, quoted, target_of, tokens, unquoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text

_DROP_ORDER = ("trigger", "view", "index", "virtual table", "table")


def plan_repair(standing: Standing, actual: Schema, task: Task) -> Plan:
    """One step that drops what differs and makes it anew; no steps where nothing repairable differs.

    A full-text index goes together with its helper table and triggers, and is filled again from its source.
    """
    refuse_foreign(standing)
    request = Request(standing.component.name, Direction.REPAIR)
    applied = tuple(sorted(standing.recorded))
    drift = tuple(item for item in find_drift(standing, actual, task) if item.repairable)
    if not drift:
        return Plan(request, standing.component.database, (), applied)
    names = _with_companions(standing, drift, actual)
    drops = _drops(names, actual)
    makes, verify = _makes(names, standing, drift)
    step = Step(
        action="repair",
        version=standing.version,
        description=f"Make {count_text(len(names), 'derived object')} anew",
        statements=(*drops, *makes),
        verify=verify,
    )
    return Plan(request, standing.component.database, (step,), applied)


def _with_companions(standing: Standing, drift: tuple[Drift, ...], actual: Schema) -> frozenset[str]:
    """The drifted names, and those of every full-text index that one of them belongs to; all in lower case."""
    names = {item.name.lower() for item in drift}
    expected = tuple(SchemaObject(item.kind, item.name, "", item.expected) for item in drift)
    for source in standing.component.search:
        group = _group(source, (*actual.objects, *expected))
        if group & names:
            names |= group
    return frozenset(names)


def _group(source: SearchSource, objects: Iterable[SchemaObject]) -> set[str]:
    """A full-text index, its helper table, and the triggers that mention it."""
    group = {name.lower() for name in (source.index, source.documents) if name}
    triggers = {item.name.lower() for item in objects if item.kind == "trigger" and _mentions(item.sql, source.index)}
    return group | triggers


def _mentions(sql: str, name: str) -> bool:
    return any(token.kind in ("word", "name") and unquoted(token.text) == name.lower() for token in tokens(sql))


def _drops(names: frozenset[str], actual: Schema) -> tuple[Statement, ...]:
    present = [item for item in actual.objects if item.name.lower() in names]
    present.sort(key=lambda item: _DROP_ORDER.index(item.kind))
    return tuple(
        Statement(f"DROP {item.kind.removeprefix('virtual ').upper()} {quoted(item.name)};", 0) for item in present
    )


def _makes(
    names: frozenset[str], standing: Standing, drift: tuple[Drift, ...]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The statements of base and applied migrations about these objects, and the verify statements beside them."""
    makes = [statement for statement in standing.base if statement.target.name in names]
    verify: list[Statement] = []
    for item in sorted(standing.applied, key=lambda item: item.version):
        if item.migration is None:
            continue
        about = [statement for statement in item.migration.up.statements if statement.target.name in names]
        makes += about
        verify += item.migration.verify.statements if about else ()
    made = {target_of(statement.sql).name for statement in makes}
    makes += [Statement(item.expected + ";", 0) for item in drift if item.name.lower() not in made]
    return tuple(makes), tuple(verify)
