"""What would be gone: rows, whole tables, and columns that hold something. Counted, never guessed from syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.schema import Schema, columns_of, count_rows
from felix_dbadmin.core.sql import meaningful, quoted, target_of, unquoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text


@dataclass(frozen=True, slots=True)
class Loss:
    """`rows` rows of `table` that vanish, or, with `column`, rows whose value in that column does."""

    table: str
    column: str
    rows: int
    whole_table: bool = False

    @property
    def text(self) -> str:
        if self.column:
            return f"{self.table}.{self.column}: {count_text(self.rows, 'value')}"
        whole = " (the whole table)" if self.whole_table else ""
        return f"{self.table}: {count_text(self.rows, 'row')}{whole}"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a database holds at one moment: rows per data table, and values per column where that was asked for."""

    rows: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]


def data_tables(schema: Schema, component: Component) -> tuple[str, ...]:
    """Tables whose rows exist nowhere else: not full-text indexes, not their helper tables."""
    return tuple(name for name in schema.names("table") if name.lower() not in component.derived_tables)


def read_holdings(
    db: apsw.Connection, schema: Schema, component: Component, task: Task, *, columns_too: bool
) -> Holdings:
    """Count rows per data table; with `columns_too` also values that are not NULL, in one scan per table."""
    tables = data_tables(schema, component)
    rows = count_rows(db, tables, task)
    values: dict[str, dict[str, int]] = {}
    if columns_too:
        for table in tables:
            task.check()
            columns = columns_of(db, table)
            counts = ", ".join(f"count({quoted(column)})" for column in columns)
            row = db.execute(f"select {counts} from {quoted(table)}").fetchone() or ()
            values[table] = {column: int(str(count)) for column, count in zip(columns, row, strict=True)}
    return Holdings(rows, values)


def losses_between(before: Holdings, after: Holdings, ran: Iterable[str]) -> tuple[Loss, ...]:
    """What `after` lacks. `ran` are the statements in between: what they renamed is not lost."""
    names = _Names(ran)
    new_rows = {name.lower(): count for name, count in after.rows.items()}
    new_columns = {name.lower(): {column.lower() for column in columns} for name, columns in after.values.items()}
    found: list[Loss] = []
    for table, count in before.rows.items():
        name = names.table(table.lower())
        if name not in new_rows:
            if count:
                found.append(Loss(table, "", count, whole_table=True))
            continue
        if new_rows[name] < count:
            found.append(Loss(table, "", count - new_rows[name]))
        if name in new_columns:
            found += [
                Loss(table, column, values)
                for column, values in before.values.get(table, {}).items()
                if values and names.column(table.lower(), column.lower()) not in new_columns[name]
            ]
    return tuple(found)


class _Names:
    """What tables and columns are called after the ALTER TABLE … RENAME of the statements; all in lower case."""

    def __init__(self, statements: Iterable[str]) -> None:
        self._tables: dict[str, str] = {}
        self._columns: dict[tuple[str, str], str] = {}
        for sql in statements:
            words = [unquoted(token.text) for token in meaningful(sql) if token.text != ";"]
            if words[:2] != ["alter", "table"] or len(words) < 6 or words[-2] != "to" or "rename" not in words:
                continue
            table = self._origin(words[words.index("rename") - 1])
            if words[-3] == "rename":
                self._tables[table] = words[-1]
            else:
                old = next((name for (of, name), now in self._columns.items() if of == table and now == words[-3]), "")
                self._columns[table, old or words[-3]] = words[-1]

    def _origin(self, name: str) -> str:
        return next((old for old, now in self._tables.items() if now == name), name)

    def table(self, name: str) -> str:
        return self._tables.get(name, name)

    def column(self, table: str, name: str) -> str:
        return self._columns.get((table, name), name)


def touches_columns(statements: Iterable[str]) -> bool:
    """Whether a statement could make a column vanish: only ALTER, or DROP of a table, can."""
    return any(
        (target := target_of(sql)).verb == "alter" or (target.verb == "drop" and target.kind == "table")
        for sql in statements
    )


def beyond(losses: tuple[Loss, ...], accepted: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """The losses that nobody accepted, or more of it than was accepted."""
    agreed = {(loss.table.lower(), loss.column.lower()): loss.rows for loss in accepted}
    return tuple(loss for loss in losses if loss.rows > agreed.get((loss.table.lower(), loss.column.lower()), 0))
