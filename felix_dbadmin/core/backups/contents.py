"""What is inside a database, as far as two copies of it must agree: schema, rows per table, versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.copying import pinned
from felix_dbadmin.core.connection import explaining, open_reader
from felix_dbadmin.core.errors import DatabaseUnusable
from felix_dbadmin.core.integrity import structure_problems
from felix_dbadmin.core.migrate.ledger import has_table, read_ledger
from felix_dbadmin.core.schema import BOOKKEEPING, Schema, count_rows, read_schema, table_names
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.workspace import open_workspace


@dataclass(frozen=True, slots=True)
class Contents:
    """`rows` are counted per table, the ledger's included. `uncounted` says which tables could not be, and why."""

    schema_digest: str
    objects: int
    rows: Mapping[str, int]
    uncounted: tuple[str, ...]
    versions: tuple[tuple[int, str], ...]
    """Version and description of each migration of the component that the ledger inside has."""


def read_contents(db: apsw.Connection, component: str, task: Task) -> Contents:
    """Call it inside a transaction: the counts are of one moment only there."""
    schema = read_schema(db)
    rows: dict[str, int] = {}
    uncounted = []
    for table in (*table_names(schema), *(name for name in sorted(BOOKKEEPING) if has_table(db, name))):
        try:
            rows.update(count_rows(db, (table,), task))
        except (apsw.CorruptError, apsw.SQLError) as error:
            uncounted.append(f"{table}: its rows cannot be counted ({error})")
    return Contents(_digest(schema), len(schema.objects), rows, tuple(uncounted), _versions(db, component))


def count_live(folder: Path, component: str, *, task: Task) -> int:
    """Rows of a component's database, counted as a manifest counts them. Raises DatabaseUnusable, Locked, Cancelled."""
    workspace = open_workspace(folder)
    database = workspace.database(workspace.component(component))
    with explaining(database, task), open_reader(database, task) as db, pinned(db):
        return sum(read_contents(db, component, task).rows.values())


def damage_of(db: apsw.Connection, task: Task) -> tuple[str, ...]:
    """What integrity_check says, also where it cannot get to its end; () when all is well."""
    try:
        return structure_problems(db, task)
    except apsw.CorruptError as error:
        return (str(error),)


def _digest(schema: Schema) -> str:
    """Of the objects in any order: VACUUM may store them in another."""
    lines = sorted("\0".join((item.kind, item.name, item.table, item.sql)) for item in schema.objects)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _versions(db: apsw.Connection, component: str) -> tuple[tuple[int, str], ...]:
    try:
        return tuple((row.version, row.description) for row in read_ledger(db, component))
    except (apsw.CorruptError, DatabaseUnusable):
        return ()  # a ledger of another shape is kept like any table, but is not ours to read


def row_differences(expected: Mapping[str, int], found: Mapping[str, int]) -> str:
    """'knowledge_entries has 0 rows instead of 443', or '' where all counts agree."""
    lines = [
        f"{table} has {_rows(found.get(table))} instead of {_rows(expected.get(table))}"
        for table in sorted({*expected, *found})
        if expected.get(table) != found.get(table)
    ]
    return list_text(lines)


def _rows(count: int | None) -> str:
    return "no rows that could be counted" if count is None else f"{count:,} row{'' if count == 1 else 's'}"
