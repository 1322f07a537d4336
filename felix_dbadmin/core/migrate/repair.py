"""The mending of drift: derived objects are dropped and made anew by our text; tables with data are never touched."""

from __future__ import annotations

from collections.abc import Iterable

from felix_dbadmin.core.component import SearchSource
from felix_dbadmin.core.errors import Conflict
from felix_dbadmin.core.integrity import external_content_indexes
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
    drops = drops_of(names, actual)
    makes, verify = makes_of(names, standing, drift)
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
    made = {item.name for item in made_by(standing)}
    for source in standing.component.search:
        group = group_of(source, (*actual.objects, *expected))
        if group & names and (source.index.lower() in names or can_be_filled(source.index, standing)):
            # Somebody's own trigger that mentions the index stays: nothing here could make it anew.
            names |= group & made
    return frozenset(names)


def group_of(source: SearchSource, objects: Iterable[SchemaObject]) -> set[str]:
    """The names of a full-text index, its helper table, that one's indexes, and the triggers that mention it."""
    group = {name.lower() for name in (source.index, source.documents) if name}
    return group | {
        item.name.lower()
        for item in objects
        if (item.kind == "trigger" and mentions(item.sql, source.index))
        or (item.kind == "index" and item.table.lower() in group)
    }


def mentions(sql: str, name: str) -> bool:
    return any(token.kind in ("word", "name") and unquoted(token.text) == name.lower() for token in tokens(sql))


def drops_of(names: frozenset[str], actual: Schema) -> tuple[Statement, ...]:
    present = [item for item in actual.objects if item.name.lower() in names]
    present.sort(key=lambda item: _DROP_ORDER.index(item.kind))
    return tuple(
        Statement(f"DROP {item.kind.removeprefix('virtual ').upper()} {quoted(item.name)};", 0) for item in present
    )


def makes_of(
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
    for index in made_by(standing):
        if index.name in names and index.kind == "virtual table" and not _filler(index.name, makes):
            makes.append(_fill(index, standing))
    return tuple(makes), tuple(verify)


def can_be_filled(index: str, standing: Standing) -> bool:
    """Whether a full-text index that is made anew can get its rows again."""
    statements = [*standing.base]
    for applied in standing.applied:
        statements += applied.migration.up.statements if applied.migration is not None else ()
    made = next((item for item in made_by(standing) if item.name == index.lower()), None)
    return made is not None and (_filler(made.name, statements) or _external(made))


def _filler(index: str, statements: Iterable[Statement]) -> bool:
    """Whether one of these fills the index: from a table, or by FTS5's own command."""
    about = (statement.sql for statement in statements if statement.target.name == index)
    words = ({unquoted(token.text) for token in tokens(sql)} for sql in about)
    return any("insert" in each and each & {"select", "rebuild"} for each in words)


def _external(index: SchemaObject) -> bool:
    return bool(external_content_indexes(Schema((index,))))


def _fill(index: SchemaObject, standing: Standing) -> Statement:
    """Raises Conflict where nothing tells what was in an index."""
    if not _external(index):
        raise Conflict(
            f"{index.name} of {standing.component.database} would be empty when it is made anew:"
            " no migration says what it is filled with.",
            "Let the program that fills it make it anew, or add an INSERT … SELECT to the migration that makes it.",
        )
    return Statement(f"INSERT INTO {quoted(index.name)}({quoted(index.name)}) VALUES ('rebuild');", 0)


def made_by(standing: Standing) -> tuple[SchemaObject, ...]:
    """What base.sql and the applied migrations create; names in lower case."""
    statements = list(standing.base)
    for item in standing.applied:
        statements += item.migration.up.statements if item.migration is not None else ()
    targets = ((statement.target, statement.sql) for statement in statements)
    return tuple(
        SchemaObject(target.kind, target.name, target.table or target.name, sql)
        for target, sql in targets
        if target.verb == "create"
    )
