"""What a database holds, as a value that is equal for two states with the same objects and the same rows."""

from __future__ import annotations

import hashlib
import marshal
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.schema import Schema, compare, read_schema
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text

_BYTES = 16
_MARSHAL = 2
"""A format in which equal values have equal bytes: later ones write references between objects."""
_LOOK = 1_000
"""Rows between two looks at the cancel flag."""


@dataclass(frozen=True, slots=True)
class TablePrint:
    """The rows of a table, in any order."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    schema: Schema
    tables: dict[str, TablePrint]


def fingerprint_of(db: apsw.Connection, component: Component, task: Task) -> Fingerprint:
    """Reads every row of every data table: some 100 MB a second."""
    schema = read_schema(db)
    return Fingerprint(schema, {name: _table_print(db, name, task) for name in data_tables(schema, component)})


def _table_print(db: apsw.Connection, table: str, task: Task) -> TablePrint:
    """Rows are added up, so that their order does not matter: without an id of their own they have none."""
    rows = digest = 0
    for row in db.execute(f"select * from {quoted(table)}"):
        if rows % _LOOK == 0:
            task.report(rows, None, f"comparing {table}")
        rows += 1
        hashed = hashlib.blake2b(marshal.dumps(row, _MARSHAL), digest_size=_BYTES).digest()
        digest += int.from_bytes(hashed, "big")
    return TablePrint(rows, digest % (1 << 8 * _BYTES))


def differences(before: Fingerprint, after: Fingerprint) -> tuple[str, ...]:
    """What of `before` is another way in `after`, in words; () when they are the same."""
    changed = compare(before.schema, after.schema)
    found = [f"{item.kind} {item.name} is missing" for item in changed.removed]
    found += [f"{item.kind} {item.name} is left over" for item in changed.added]
    found += [f"{item.kind} {item.name} is another" for item, _ in changed.changed]
    for table, old in before.tables.items():
        new = after.tables.get(table)
        if new is not None and new != old:
            found.append(
                f"{table} has {count_text(new.rows, 'row')} instead of {old.rows:,}"
                if new.rows != old.rows
                else f"{table} has other values"
            )
    return tuple(found)
