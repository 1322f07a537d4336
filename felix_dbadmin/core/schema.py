"""What a database is made of: its objects as values, the comparison of two schemas, rows per table."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.sql import normalised, quoted
from felix_dbadmin.core.task import Task

LEDGER_TABLE = "schema_migrations"
LOG_TABLE = "schema_migrations_log"
BOOKKEEPING = frozenset({LEDGER_TABLE, LOG_TABLE})
"""Our own tables: they come and go with this program, not with a migration."""


@dataclass(frozen=True, slots=True)
class SchemaObject:
    kind: str
    """table, virtual table, index, trigger or view."""
    name: str
    table: str
    """The table that an index or trigger belongs to; its own name otherwise."""
    sql: str

    @property
    def comparable(self) -> str:
        return normalised(self.sql)


@dataclass(frozen=True, slots=True)
class Schema:
    """The objects of a database, without SQLite's own, shadow tables and this program's bookkeeping."""

    objects: tuple[SchemaObject, ...]

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(item.name for item in self.objects if item.kind == kind)

    def find(self, name: str) -> SchemaObject | None:
        """By name, in any case; None when there is none."""
        lowered = name.lower()
        return next((item for item in self.objects if item.name.lower() == lowered), None)


@dataclass(frozen=True, slots=True)
class SchemaDifference:
    """Object by object: only in the second schema, only in the first, and in both but not alike."""

    added: tuple[SchemaObject, ...]
    removed: tuple[SchemaObject, ...]
    changed: tuple[tuple[SchemaObject, SchemaObject], ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def read_schema(db: apsw.Connection) -> Schema:
    shadows = {row[0] for row in db.execute("select name from pragma_table_list where type = 'shadow'")}
    rows = db.execute(
        "select type, name, tbl_name, sql from sqlite_schema"
        " where sql is not null and name not like 'sqlite\\_%' escape '\\' order by rowid"
    )
    found = []
    for kind, name, table, sql in rows:
        if name in shadows or name in BOOKKEEPING or table in BOOKKEEPING:
            continue
        virtual = kind == "table" and normalised(sql).startswith("create virtual table")
        found.append(SchemaObject("virtual table" if virtual else kind, name, table, sql))
    return Schema(tuple(found))


def compare(before: Schema, after: Schema) -> SchemaDifference:
    """What changed from `before` to `after`; texts are compared in their normalised form."""
    old = {item.name.lower(): item for item in before.objects}
    new = {item.name.lower(): item for item in after.objects}
    return SchemaDifference(
        added=tuple(item for name, item in new.items() if name not in old),
        removed=tuple(item for name, item in old.items() if name not in new),
        changed=tuple(
            (old[name], item) for name, item in new.items() if name in old and old[name].comparable != item.comparable
        ),
    )


def count_rows(db: apsw.Connection, tables: Iterable[str], task: Task | None = None) -> dict[str, int]:
    """Rows per table. A scan of the smallest index each: 0.5 s for 5 million rows."""
    counted: dict[str, int] = {}
    for table in tables:
        if task is not None:
            task.check()
        counted[table] = db.execute(f"select count(*) from {quoted(table)}").get
    return counted


def count_readable_rows(db: apsw.Connection, tables: Iterable[str], task: Task | None = None) -> dict[str, int]:
    """As count_rows, without the tables that SQLite cannot read, such as an index over a table that is gone."""
    counted: dict[str, int] = {}
    for table in tables:
        with contextlib.suppress(apsw.SQLError):
            counted |= count_rows(db, (table,), task)
    return counted


def table_names(schema: Schema) -> tuple[str, ...]:
    """The tables that hold rows: ordinary ones first, then virtual ones (full-text indexes)."""
    return schema.names("table") + schema.names("virtual table")


def columns_of(db: apsw.Connection, table: str) -> tuple[str, ...]:
    return tuple(row[0] for row in db.execute("select name from pragma_table_info(?)", (table,)))
