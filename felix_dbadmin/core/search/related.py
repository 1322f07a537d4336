"""What belongs to a row: by foreign keys, by the same thread, and by a key that another component's rows carry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace

MOST_COUNTED = 1_000
"""Rows of one kind; that number means that many or more."""

MOST_NAMED = 20
"""Rows that a list of keys names one by one."""

_THREAD = "_thread_id"
_LIST = "related_entries_json"


@dataclass(frozen=True, slots=True)
class Related:
    """Rows of a table: those where `column` has `value`."""

    title: str
    component: str
    table: str
    column: str
    value: object
    count: int
    """At most MOST_COUNTED."""


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: dict[str, str]
    """Lower case to the name as declared."""
    types: dict[str, str]
    """The affinity of each, INTEGER, TEXT, …, by lower case name."""
    key: str
    """The only column of its primary key, in lower case, '' for none or several."""


@dataclass(frozen=True, slots=True)
class _ForeignKey:
    table: str
    column: str
    parent: str
    parent_column: str
    """'' for the parent's key."""


def related_rows(
    folder: Path, db: apsw.Connection, source: Source, name: str, value: apsw.SQLiteValue, *, task: Task
) -> tuple[Related, ...]:
    """Of the row of the source's table where the expression `name` has that value; only what has at least one row."""
    tables = _tables(db)
    table = tables.get(source.table.lower())
    if table is None:
        return ()
    columns = ", ".join(quoted(column) for column in table.columns.values())
    found = db.execute(f"select {columns} from {quoted(table.name)} where {name} = ? limit 1", (value,)).fetchall()
    if not found:
        return ()
    row = {column: each for column, each in zip(table.columns, found[0], strict=True) if each is not None}
    keys = _foreign_keys(db)
    here = [
        *_parents(table, tables, keys, row),
        *_children(table, tables, keys, row),
        *_threads(table, row),
        *_listed(table, row),
    ]
    related = _counted(db, source.component, here, table, task)
    joined = {key.column.lower() for key in keys if key.table.lower() == table.name.lower()}
    return (*related, *_elsewhere(folder, source, table, joined, row, task))


@dataclass(frozen=True, slots=True)
class _Link:
    """A Related that is not counted yet."""

    title: str
    table: str
    column: str
    value: apsw.SQLiteValue


def _parents(
    table: _Table, tables: dict[str, _Table], keys: list[_ForeignKey], row: dict[str, apsw.SQLiteValue]
) -> Iterator[_Link]:
    for key in keys:
        parent = tables.get(key.parent.lower())
        value = row.get(key.column.lower())
        if key.table.lower() == table.name.lower() and parent is not None and value is not None:
            column = parent.columns.get((key.parent_column or parent.key).lower())
            if column:
                yield _Link(_words(key.column.removesuffix("_id")), parent.name, column, value)


def _children(
    table: _Table, tables: dict[str, _Table], keys: list[_ForeignKey], row: dict[str, apsw.SQLiteValue]
) -> Iterator[_Link]:
    for key in keys:
        child = tables.get(key.table.lower())
        value = row.get((key.parent_column or table.key).lower())
        if key.parent.lower() == table.name.lower() and child is not None and value is not None:
            own = child.name.lower() == table.name.lower()
            title = f"{_words(child.name)} with this {_words(key.column.removesuffix('_id')).lower()}"
            yield _Link(title if own else _words(child.name), child.name, key.column, value)


def _threads(table: _Table, row: dict[str, apsw.SQLiteValue]) -> Iterator[_Link]:
    for column, value in row.items():
        if column.endswith(_THREAD):
            title = f"Same {_words(column.removesuffix('_id')).lower()}"
            yield _Link(title, table.name, table.columns[column], value)


def _listed(table: _Table, row: dict[str, apsw.SQLiteValue]) -> Iterator[_Link]:
    """The rows of the same table that a row names in a list of their keys."""
    try:
        names = json.loads(str(row.get(_LIST, "[]")))
    except (ValueError, RecursionError):
        return
    if isinstance(names, list) and table.key:
        for name in names[:MOST_NAMED]:
            if isinstance(name, int | str):
                yield _Link(f"Related: {name}", table.name, table.columns[table.key], name)


def _elsewhere(
    folder: Path, source: Source, table: _Table, joined: set[str], row: dict[str, apsw.SQLiteValue], task: Task
) -> Iterator[Related]:
    """Rows of other components that carry this row's key under its name, and the rows whose keys this one carries."""
    workspace = open_workspace(folder)
    carried = {column for column in row if column.endswith("_id") and column not in joined}
    for component in workspace.components:
        database = workspace.database(component)
        if component.name == source.component or not database.exists() or not carried:
            continue
        task.check()
        try:
            with open_searcher(database, task) as db:
                for other in _tables(db).values():
                    links = [
                        _Link(_words(other.name), other.name, other.columns[column], row[column])
                        for column in sorted(carried & other.columns.keys())
                        if (other.key == column) != (table.key == column) and other.types[column] == table.types[column]
                    ]
                    yield from _counted(db, component.name, links, None, task)
        except DbAdminError:
            # A component that cannot be read is shown as such elsewhere; this row can still be read.
            task.check()


def _counted(
    db: apsw.Connection, component: str, links: list[_Link], own: _Table | None, task: Task
) -> Iterator[Related]:
    """Those with rows; a row alone in its thread has none."""
    for link in links:
        task.check()
        rows = f"select 1 from {quoted(link.table)} where {quoted(link.column)} = ? limit {MOST_COUNTED}"
        count = int(db.execute(f"select count(*) from ({rows})", (link.value,)).get)
        alone = own is not None and link.table == own.name and link.column.lower().endswith(_THREAD)
        if count > alone:
            yield Related(link.title, component, link.table, link.column, link.value, count)


def _tables(db: apsw.Connection) -> dict[str, _Table]:
    """Ordinary tables by lower case name."""
    rows = db.execute(
        """select t.name, c.name, c.type, c.pk from pragma_table_list t, pragma_table_info(t.name) c
        where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'
        order by t.name, c.cid"""
    )
    columns: dict[str, dict[str, str]] = {}
    types: dict[str, dict[str, str]] = {}
    keys: dict[str, list[str]] = {}
    for name, column, kind, key in ((str(name), str(column), kind, key) for name, column, kind, key in rows):
        columns.setdefault(name, {})[column.lower()] = column
        types.setdefault(name, {})[column.lower()] = str(kind).upper()
        if key:
            keys.setdefault(name, []).append(column.lower())
    return {
        name.lower(): _Table(name, columns[name], types[name], keys[name][0] if len(keys.get(name, ())) == 1 else "")
        for name in columns
    }


def _foreign_keys(db: apsw.Connection) -> list[_ForeignKey]:
    """Those of a single column."""
    rows = db.execute(
        """select t.name, f."from", f."table", coalesce(f."to", '')
        from pragma_table_list t, pragma_foreign_key_list(t.name) f
        where t.schema = 'main' and t.type = 'table' group by t.name, f.id having count(*) = 1"""
    )
    return [_ForeignKey(*(str(each) for each in row)) for row in rows]


def _words(name: str) -> str:
    """command_pattern_usage → 'Command pattern usage'."""
    return name.replace("_", " ").strip().capitalize()
