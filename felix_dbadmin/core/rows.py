"""Rows of a table, page by page. Each begins where the one before ended: the millionth costs what the first did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import moment_of
from felix_dbadmin.core.utf8 import as_utf8
from felix_dbadmin.core.workspace import open_workspace

LONGEST_CELL = 1_000
"""Characters of a text in a cell; the reading view has them all."""

MOST_COUNTED = 100_000
"""Rows; counting more would hold up the page."""

_ROWID_NAMES = ("rowid", "_rowid_", "oid")


@dataclass(frozen=True, slots=True)
class Binary:
    """Stands in a cell for bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Span:
    """Rows whose time is in a span, in Unix seconds: from `since` until before `until`, None for no limit."""

    column: str
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A page in the order of the table's key. Cells are None, int, float, str or Binary."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    rowids: tuple[tuple[object, ...], ...]
    """Where each row stands: pass that of the last as `after`, that of the first as `before`."""
    first: bool
    """No row comes before this page."""
    last: bool
    """No row comes after it."""
    total: int | None
    """Of a page without `after` and `before`; None where there are more than MOST_COUNTED."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A table and the expressions that tell its rows apart, in the order of its own b-tree; none for a view."""

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def rowid(self) -> str:
        """The name by which the rowid can be read; '' where the table has none."""
        return self.keys[0] if self.keys[:1] in [(name,) for name in _ROWID_NAMES] else ""


def ordered(db: apsw.Connection, table: str) -> Ordered | None:
    """How the rows of a table, view or index are ordered; None where there is no such thing."""
    found = db.execute(
        "select name, type, wr from pragma_table_list where schema = 'main' and name = ? collate nocase", (table,)
    ).fetchall()
    if not found:
        return None
    name, kind, without_rowid = str(found[0][0]), found[0][1], found[0][2]
    columns = columns_of(db, name)
    lowered = {column.lower() for column in columns}
    if kind == "view":
        return Ordered(name, columns, ())
    if without_rowid:
        keys = db.execute("select name from pragma_table_info(?) where pk > 0 order by pk", (name,))
        return Ordered(name, columns, tuple(quoted(key) for (key,) in keys))
    return Ordered(name, columns, tuple(each for each in _ROWID_NAMES if each not in lowered)[:1])


def read_rows(
    folder: Path,
    component: str,
    table: str,
    where: tuple[tuple[str, object], ...] = (),
    around: tuple[str, object] | None = None,
    after: tuple[object, ...] | None = None,
    before: tuple[object, ...] | None = None,
    limit: int = 200,
    *,
    span: Span | None = None,
    task: Task,
) -> Rows:
    """A page of the rows where each column of `where` has that value, or one of those in a tuple, and in that span.

    `around` is a column (or rowid) and the value of the row to begin with, the rest of the page on both sides of it.
    Raises WrongUsage where the table or a column is not there, DatabaseUnusable, Locked, Cancelled.
    """
    workspace = open_workspace(folder)
    database = workspace.database(workspace.component(component))
    with open_searcher(database, task) as db:
        shape = ordered(db, table)
        if shape is None:
            raise WrongUsage(f"{database.name} has no table named {table}.", "Refresh: it may have been dropped.")
        reader = _Reader(db, shape, where, span)
        if around is not None:
            place = reader.place(around)
            if place is not None:
                return reader.around(place, limit)
        if before is not None:
            return reader.before(before, limit)
        return reader.after(after, limit)


class _Reader:
    def __init__(
        self, db: apsw.Connection, shape: Ordered, where: tuple[tuple[str, object], ...], span: Span | None
    ) -> None:
        self._db = db
        self._shape = shape
        wanted = [(column, value if isinstance(value, tuple) else (value,)) for column, value in where]
        self._where = [f"({' or '.join([self._equal(column)] * len(values))})" for column, values in wanted if values]
        self._values = [_bindable(value) for _, values in wanted for value in values]
        if span is not None:
            self._narrow(span)

    def place(self, around: tuple[str, object]) -> tuple[object, ...] | None:
        """Where the row stands whose column has that value; None where none has it."""
        keys = ", ".join(self._shape.keys)
        conditions = " and ".join([*self._where, self._equal(around[0])])
        if not keys:
            return None
        sql = f"select {keys} from {quoted(self._shape.table)} where {conditions} limit 1"
        found = self._db.execute(sql, (*self._values, _bindable(around[1]))).fetchall()
        return tuple(found[0]) if found else None

    def after(self, place: tuple[object, ...] | None, limit: int) -> Rows:
        rows = self._read(">", place, limit + 1)
        total = self._total() if place is None else None
        return self._page(rows[:limit], place is None, len(rows) <= limit, total)

    def before(self, place: tuple[object, ...], limit: int) -> Rows:
        rows = self._read("<", place, limit + 1)
        return self._page(rows[:limit][::-1], len(rows) <= limit, False, None)

    def around(self, place: tuple[object, ...], limit: int) -> Rows:
        above = self._read("<", place, limit // 2 + 1)
        below = self._read(">=", place, limit - limit // 2 + 1)
        first, last = len(above) <= limit // 2, len(below) <= limit - limit // 2
        rows = above[: limit // 2][::-1] + below[: limit - limit // 2]
        return self._page(rows, first, last, self._total())

    def _read(self, sign: str, place: tuple[object, ...] | None, limit: int) -> list[tuple[object, ...]]:
        keys = self._shape.keys
        conditions, values = list(self._where), list(self._values)
        if place is not None and keys:
            conditions.append(f"({', '.join(keys)}) {sign} ({', '.join('?' * len(keys))})")
            values += [_bindable(value) for value in place]
        condition = f" where {' and '.join(conditions)}" if conditions else ""
        direction = "desc" if sign == "<" else "asc"
        order = f" order by {', '.join(f'{key} {direction}' for key in keys)}" if keys else ""
        selected = ", ".join([*keys, *(_cell(self._db, column) for column in self._shape.columns)])
        sql = f"select {selected} from {quoted(self._shape.table)}{condition}{order} limit {limit}"
        return self._db.execute(sql, values).fetchall()

    def _total(self) -> int | None:
        condition = f" where {' and '.join(self._where)}" if self._where else ""
        counted = f"select 1 from {quoted(self._shape.table)}{condition} limit {MOST_COUNTED + 1}"
        total = int(self._db.execute(f"select count(*) from ({counted})", self._values).get)
        return total if total <= MOST_COUNTED else None

    def _page(self, rows: list[tuple[object, ...]], first: bool, last: bool, total: int | None) -> Rows:
        width = len(self._shape.keys)
        cells = tuple(
            tuple(_shown(kind, value) for kind, value in zip(row[width::2], row[width + 1 :: 2], strict=True))
            for row in rows
        )
        places = tuple(tuple(row[:width]) for row in rows)
        return Rows(self._shape.table, self._shape.columns, cells, places, first, last, total)

    def _narrow(self, span: Span) -> None:
        self._db.create_scalar_function("moment_of", _moment, 1, deterministic=True)
        name = self._name(span.column)
        moment = f"case typeof({name}) when 'text' then moment_of({name}) else {name} end"
        for sign, limit in ((">=", span.since), ("<", span.until)):
            if limit is not None:
                self._where.append(f"{moment} {sign} ?")
                self._values.append(limit)

    def _equal(self, column: str) -> str:
        return f"{self._name(column)} is ?"

    def _name(self, column: str) -> str:
        known = {name.lower(): quoted(name) for name in self._shape.columns}
        name = known.get(column.lower()) or (self._shape.rowid if column.lower() in _ROWID_NAMES else "")
        if not name:
            raise WrongUsage(
                f"{self._shape.table} has no column named {column}.", "Refresh: it may have been renamed or dropped."
            )
        return name


def _moment(*values: object) -> float | None:
    return moment_of(values[0])


def leading(db: apsw.Connection, expression: str, characters: int) -> str:
    """SQL for the UTF-8 of at least that many characters from the beginning of a value.

    Of bytes, because the text may be none; and because substr of a text ends at a NUL in it. What is empty is no null.
    """
    return f"coalesce(substr({as_utf8(db, expression)}, 1, {4 * characters}), x'')"


def _cell(db: apsw.Connection, column: str) -> str:
    """Two results: the type and the value."""
    name = quoted(column)
    text = leading(db, name, LONGEST_CELL + 1)
    value = f"case typeof({name}) when 'text' then {text} when 'blob' then length({name}) else {name} end"
    return f"typeof({name}), {value}"


def _shown(kind: object, value: object) -> object:
    if kind == "blob" and isinstance(value, int):
        return Binary(value)
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return value


def _bindable(value: object) -> apsw.SQLiteValue:
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    raise WrongUsage(f"A {type(value).__name__} cannot stand in a database.", "Give a number or a text.")
