"""Plans for full-text indexes: made anew from the rows that they index, or merged into one piece."""

from __future__ import annotations

from felix_dbadmin.core.component import SearchSource
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.integrity import contentless_indexes, full_text_indexes
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request, Standing, Step, refuse_foreign
from felix_dbadmin.core.migrate.repair import can_be_filled, drops_of, group_of, made_by, makes_of
from felix_dbadmin.core.schema import Schema, SchemaObject
from felix_dbadmin.core.sql import Statement, meaningful, quoted, unquoted
from felix_dbadmin.core.text import list_text


def plan_index_care(request: Request, standing: Standing, actual: Schema) -> Plan:
    """One step for each index that is to be rebuilt or optimised.

    Raises Conflict (foreign migrations), or WrongUsage (no such index, or one that keeps no text to rebuild it from).
    """
    refuse_foreign(standing)
    make = _rebuild if request.direction is Direction.REBUILD else _optimise
    steps = tuple(make(name, standing, actual) for name in _chosen(request, standing, actual))
    return Plan(request, standing.component.database, steps, tuple(sorted(standing.recorded)))


def _chosen(request: Request, standing: Standing, actual: Schema) -> tuple[str, ...]:
    there = full_text_indexes(actual)
    rebuild = request.direction is Direction.REBUILD
    if rebuild:
        present = {name.lower() for name in there}
        lacking = (source.index for source in standing.component.search if source.index.lower() not in present)
        there += tuple(name for name in lacking if recipe_of(name, standing, actual))
    textless = [name for name in contentless_indexes(actual) if rebuild and not recipe_of(name, standing, actual)]
    if not request.index:
        return tuple(name for name in there if name not in textless)
    found = next((name for name in there if name.lower() == request.index.lower()), "")
    if not found:
        raise WrongUsage(
            f"{standing.component.name} has no full-text index named {request.index}.",
            f"It has {list_text(there, limit=20) or 'none'}: felix-dbadmin search health",
        )
    if found in textless:
        raise WrongUsage(
            f"{found} keeps no text, and no migration makes it: nothing tells what to fill it with.",
            "Let the program that made it fill it again.",
        )
    return (found,)


def _rebuild(name: str, standing: Standing, actual: Schema) -> Step:
    """By the migrations' own statements where they make it, else by FTS5's command, which reads what it indexes.

    A verify statement that speaks of other indexes and triggers too is left out: those may have drifted, and stay.
    """
    names = recipe_of(name, standing, actual)
    if not names:
        return _step("rebuild", standing, f"Rebuild {name}", (_command(name, "rebuild"),))
    makes, verify = makes_of(names, standing, ())
    others = {item.name for item in made_by(standing) if item.kind != "table"} - names
    about = tuple(statement for statement in verify if others.isdisjoint(_words(statement.sql)))
    return _step("rebuild", standing, f"Make {name} anew", (*drops_of(names, actual), *makes), about)


def _optimise(name: str, standing: Standing, _actual: Schema) -> Step:
    label = name.replace("'", "''")
    merged = f"SELECT count(DISTINCT segid) <= 1, '{label} is in one piece' FROM {quoted(f'{name}_idx')};"
    return _step(
        "optimise", standing, f"Merge {name} into one piece", (_command(name, "optimize"),), (Statement(merged, 0),)
    )


def _step(
    action: str,
    standing: Standing,
    description: str,
    statements: tuple[Statement, ...],
    verify: tuple[Statement, ...] = (),
) -> Step:
    return Step(action, standing.version, description, statements, verify=verify)


def _command(name: str, command: str) -> Statement:
    return Statement(f"INSERT INTO {quoted(name)}({quoted(name)}) VALUES ('{command}');", 0)


def _words(sql: str) -> set[str]:
    """What is named in it, as an identifier or as a text."""
    return {unquoted(token.text) for token in meaningful(sql)}


def recipe_of(name: str, standing: Standing, actual: Schema) -> frozenset[str]:
    """The names, in lower case, of what the applied migrations make for a declared index; none where they do not.

    What else mentions the index is somebody's own, and stays.
    """
    source = next((source for source in standing.component.search if source.index.lower() == name.lower()), None)
    made = made_by(standing)
    if source is None or not any((item.kind, item.name) == ("virtual table", name.lower()) for item in made):
        return frozenset()
    if not can_be_filled(name, standing):
        return frozenset()
    return frozenset(_group_made(source, actual, made))


def _group_made(source: SearchSource, actual: Schema, made: tuple[SchemaObject, ...]) -> set[str]:
    return group_of(source, (*actual.objects, *made)) & {item.name for item in made}
