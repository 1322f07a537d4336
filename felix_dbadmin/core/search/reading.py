"""One row, whole, as people read it: what was found is marked, and what belongs to it is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.rows import leading, ordered
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.search.find import searching
from felix_dbadmin.core.search.marks import Marked, new_markers, small_index
from felix_dbadmin.core.search.query import Clause, Query
from felix_dbadmin.core.search.related import Related, related_rows
from felix_dbadmin.core.search.showing import LARGEST_UNPACKED, LONGEST_SHOWN, FieldKind, Shown, show
from felix_dbadmin.core.search.sources import Source, stored_as
from felix_dbadmin.core.search.statement import LONGEST_TITLE, Search, Statement, statement_for, text_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task


@dataclass(frozen=True, slots=True)
class FieldRead:
    name: str
    text: Marked
    kind: FieldKind
    note: str


@dataclass(frozen=True, slots=True)
class RowRead:
    title: str
    fields: tuple[FieldRead, ...]
    related: tuple[Related, ...]
    gone: bool
    """The row is not in its table any more; the fields are what the index still has of it, if anything."""
    key: object
    """In the source's table; None where it is not there."""


def read_row(folder: Path, source: Source, search: Search, rowid: int, *, key: object = None, task: Task) -> RowRead:
    """The row of a hit. `key` is the hit's own; it leads where the table has no index and no rowid.

    Raises QueryInvalid, DatabaseUnusable, Locked, Cancelled.
    """
    with searching(folder, source, search, task) as (db, statement):
        known = _find(db, source, rowid, key)
        if known is not None:
            stored, found = known
            shown = _shown_columns(db, source, source.table, *found)
        elif source.index:
            stored, shown = None, _shown_columns(db, source, source.index, "rowid", rowid)
        else:
            stored, shown = None, {}
        marked = _marked(db, statement, search, shown)
        title = _title(source, shown, stored)
        related = related_rows(folder, db, source, *found, task=task) if known is not None else ()
    fields = tuple(FieldRead(name, marked[name], each.kind, each.note) for name, each in shown.items())
    return RowRead(title, fields, related, bool(source.table) and known is None, stored)


def _find(
    db: apsw.Connection, source: Source, rowid: int, key: object
) -> tuple[object, tuple[str, apsw.SQLiteValue]] | None:
    """The key of the row, and an expression over its table with the value by which it is found; None if it is gone."""
    if not source.table:
        return None
    if source.index:
        held = quoted(source.index_key) if source.index_key else "rowid"
        sql = f"select t.{quoted(source.key)} from {quoted(source.index)} i join {quoted(source.table)} t"
        found = db.execute(f"{sql} on t.{quoted(source.key)} = i.{held} where i.rowid = ?", (rowid,)).fetchall()
        return (found[0][0], (quoted(source.key), found[0][0])) if found else None
    shape = ordered(db, source.table)
    name, value = (shape.rowid, rowid) if shape is not None and shape.rowid else (quoted(source.key), key)
    if not isinstance(value, int | float | str | bytes):
        return None
    sql = f"select {quoted(source.key)} from {quoted(source.table)} where {name} = ? limit 1"
    found = db.execute(sql, (value,)).fetchall()
    return (found[0][0], (name, value)) if found else None


def _shown_columns(
    db: apsw.Connection, source: Source, table: str, name: str, value: apsw.SQLiteValue
) -> dict[str, Shown]:
    """Every column of a row, by name."""
    columns = columns_of(db, table)
    cells = ", ".join(_cell(db, column) for column in columns)
    found = db.execute(f"select {cells} from {quoted(table)} where {name} = ? limit 1", (value,)).fetchall()
    if not found:
        return {}
    row = iter(found[0])
    return {
        column: show(column, str(next(row)), next(row), _number(next(row)), is_time=column == source.time)
        for column in columns
    }


def _cell(db: apsw.Connection, column: str) -> str:
    """Three results: the type, the value, and its size if it is a blob."""
    name = quoted(column)
    text = leading(db, name, LONGEST_SHOWN + 1)
    blob = f"iif(length({name}) <= {LARGEST_UNPACKED}, {name}, null)"
    value = f"case typeof({name}) when 'text' then {text} when 'blob' then {blob} else {name} end"
    return f"typeof({name}), {value}, iif(typeof({name}) = 'blob', length({name}), 0)"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _title(source: Source, shown: dict[str, Shown], key: object) -> str:
    found = next((each.text for name, each in shown.items() if name.lower() == source.title.lower()), "")
    return (found or text_of(key))[:LONGEST_TITLE]


def _marked(db: apsw.Connection, statement: Statement, search: Search, shown: dict[str, Shown]) -> dict[str, Marked]:
    """The shown texts with what is sought in them; by the name of the table's column."""
    source = statement.source
    marked = {name: Marked(each.text) for name, each in shown.items()}
    match = _any_of(db, source, search)
    by_name = {name.lower(): name for name in shown}
    places = {
        place: by_name.get(column.lower()) or by_name.get(stored_as(column))
        for place, column in enumerate(source.columns)
    }
    texts = tuple(shown[name].text if (name := places[place]) else "" for place in range(len(source.columns)))
    if not match or not any(texts):
        return marked
    markers = new_markers()
    index = quoted(source.index or source.table)
    columns = ", ".join(f"highlight({index}, {place}, :begin, :end)" for place in range(len(source.columns)))
    with small_index(source, [(1, texts)]) as small:
        bindings = {"begin": markers.begin, "end": markers.end, "match": match}
        for row in small.execute(f"select {columns} from {index} where {index} match :match", bindings):
            for place, text in enumerate(row):
                name = places[place]
                if name:
                    marked[name] = markers.read(text_of(text))
    return marked


def _any_of(db: apsw.Connection, source: Source, search: Search) -> str:
    """An expression for any wanted word alone: the text as shown may lack one that the text as stored has."""
    if search.query.raw:
        return search.query.raw
    indexed = {name.lower() for name in source.columns}
    terms = [
        term
        for clause in search.query.clauses
        if not clause.negated
        for term in clause.terms
        if not term.column or term.column in indexed
    ]
    alone = Search(Query((Clause(tuple(terms)),)), columns=search.columns) if terms else replace(search, query=Query())
    return statement_for(db, source, alone).match
