"""The writing of all hits, whole rows in their order, to a file that is whole or not there."""

from __future__ import annotations

import json
import math
import os
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import apsw

from felix_dbadmin.core.backups.publish import SIDECARS, place_new, writing_to
from felix_dbadmin.core.errors import DatabaseUnusable, WrongUsage
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.paths import PARTIAL
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.search.find import searching
from felix_dbadmin.core.search.forms import WRITERS, Form, Row
from felix_dbadmin.core.search.merge import interleaved
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Order, Search, Statement, text_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, moment_of
from felix_dbadmin.core.utf8 import as_utf8
from felix_dbadmin.core.workspace import open_workspace

BATCH = 500
"""Rows that are read at a time, at most; between two reads the database is not held."""

FIRST_BATCH = 8
"""Nothing is known yet of how large the rows are."""

BATCH_BYTES = 32_000_000
"""What rows of the size of the largest so far may take at a time."""

LARGEST_VALUE = 20 << 20
"""Bytes of a value. JSON makes six of one, and a file of that nobody opens; 200 MB in one cell took 2.6 GB."""


@dataclass(frozen=True, slots=True)
class Exported:
    path: Path
    rows: int
    seconds: float
    notes: tuple[str, ...] = ()
    """Of tables without an index: what of them was read."""


def export_hits(
    folder: Path,
    sources: tuple[Source, ...],
    search: Search,
    target: Path,
    form: Form,
    *,
    replace: bool = False,
    task: Task,
) -> Exported:
    """Write every hit as the row of its table, with its component and its place in the wanted order, to `target`.

    `replace`: somebody agreed to lose a file that is there. A hit whose row was deleted meanwhile is left out.
    Raises WrongUsage (a file is there, or it is a database of the workspace), WorkspaceUnusable, OutOfSpace,
    QueryInvalid, DatabaseUnusable, Locked; Cancelled leaves no file.
    """
    started = time.perf_counter()
    target = target.expanduser().absolute()
    _require_free(folder, target, replace=replace)
    task.begin(("Find the hits", "Write them"))
    with ExitStack() as open_databases:
        found: list[_Hits] = []
        for position, source in enumerate(sources):
            task.report(position, len(sources), source.component_title)
            db, statement = open_databases.enter_context(searching(folder, source, search, task))
            found.append(_hits(folder, db, statement, search, task))
        task.step(1)
        with _published(target, replace=replace) as file:
            rows = _write(file, form, found, search.order, task)
    notes = tuple(hits.note for hits in found if hits.note)
    return Exported(target, rows, time.perf_counter() - started, notes)


@dataclass(frozen=True, slots=True)
class _Hits:
    """All hits of a source in order, and how their rows are read."""

    db: apsw.Connection
    statement: Statement
    columns: tuple[str, ...]
    keys: Sequence[object]
    """Rowids of the index; without one, keys of the table."""
    times: Sequence[float | None]
    note: str = ""

    @property
    def source(self) -> Source:
        return self.statement.source

    def rows(self, keys: Sequence[object]) -> dict[object, tuple[object, ...]]:
        """The values of these hits' rows; those that are gone are missing. Raises DatabaseUnusable for a giant one."""
        self.db.limit(apsw.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        try:
            return self._rows(keys)
        except apsw.TooBigError as error:
            raise DatabaseUnusable(
                f"{self.source.name} has a row with a value of more than {bytes_text(LARGEST_VALUE)}, too large to be"
                f" exported from {self.source.database}; nothing was written.",
                "Narrow the search so that it leaves that row out; the reading view shows how it begins.",
            ) from error

    def _rows(self, keys: Sequence[object]) -> dict[object, tuple[object, ...]]:
        source = self.source
        place = "t" if source.table else self.statement.index
        values = ", ".join(_value(self.db, quoted(name), place) for name in self.columns)
        if source.index:
            there = f"t.{quoted(source.key)} is not null" if source.table else "1"
            sql = (
                f"select {self.statement.index}.rowid, {values} from {self.statement.outer_joined}"
                f" where {self.statement.index}.rowid in (select value from json_each(?)) and {there}"
            )
            found = self.db.execute(sql, (json.dumps(keys),))
            return {row[0]: _decoded(row[1:]) for row in found}
        sql = f"select {values} from {quoted(source.table)} t where t.{quoted(source.key)} = ?"
        each = ((key, self.db.execute(sql, (key,)).fetchone()) for key in keys if isinstance(key, int | str | bytes))
        return {key: _decoded(row) for key, row in each if row is not None}


def _hits(folder: Path, db: apsw.Connection, statement: Statement, search: Search, task: Task) -> _Hits:
    source = statement.source
    columns = columns_of(db, source.table or source.index)
    if not source.index:
        page = scan(folder, source, search, task=task)
        return _Hits(db, statement, columns, [hit.key for hit in page.hits], [hit.when for hit in page.hits], page.note)
    rowids, times = array("q"), array("d")
    if statement.possible:
        rowid = f"{statement.index}.rowid"
        if search.order is Order.RELEVANCE:
            sql = f"select {rowid}, null {statement.matching} order by {statement.score}"
        else:
            moment = f"t.{quoted(source.time)}" if source.time else "null"
            sql = statement.select(f"{rowid}, {moment}", statement.by_time(search.order))
        for number, stored in db.execute(sql, statement.bindings):
            rowids.append(number)
            times.append(math.nan if (known := moment_of(stored)) is None else known)
    return _Hits(db, statement, columns, rowids, times)


def _value(db: apsw.Connection, column: str, table: str) -> str:
    """Type and value; text travels as bytes: it need not be valid UTF-8."""
    name = f"{table}.{column}"
    return f"typeof({name}), iif(typeof({name}) = 'text', {as_utf8(db, name)}, {name})"


def _decoded(row: Sequence[object]) -> tuple[object, ...]:
    return tuple(text_of(value) if kind == "text" else value for kind, value in zip(row[::2], row[1::2], strict=True))


def _write(file: IO[str], form: Form, found: list[_Hits], order: Order, task: Task) -> int:
    names = list(dict.fromkeys(name for hits in found for name in hits.columns))
    own = (_unused("component", names), _unused("position", names))
    return WRITERS[form](file, (*own, *names), _rows(found, order, own, task))


def _rows(found: list[_Hits], order: Order, own: tuple[str, str], task: Task) -> Iterator[Row]:
    """Every row in order, after its component and its place in columns named `own`."""
    rows, done, total = 0, 0, sum(len(hits.keys) for hits in found)
    places = interleaved(order, [hits.times for hits in found])
    size, largest = FIRST_BATCH, 1
    while batch := list(islice(places, size)):
        read = [
            hits.rows([hits.keys[place] for which, place in batch if which == number])
            for number, hits in enumerate(found)
        ]
        largest = max([largest, *(_bytes(row) for values in read for row in values.values())])
        size = max(1, min(BATCH, 8 * size, BATCH_BYTES // largest))
        for which, place in batch:
            hits = found[which]
            values = read[which].get(hits.keys[place])
            if values is not None:
                rows += 1
                labels = zip(own, (hits.source.component, rows), strict=True)
                yield (*labels, *zip(hits.columns, values, strict=True))
        done += len(batch)
        task.report(done, total)


def _unused(name: str, names: Sequence[str]) -> str:
    taken = {each.lower() for each in names}
    while name in taken:
        name += "_"
    return name


def _bytes(row: Sequence[object]) -> int:
    """About what its texts and blobs take."""
    return sum(len(value) for value in row if isinstance(value, str | bytes))


def _require_free(folder: Path, target: Path, *, replace: bool) -> None:
    workspace = open_workspace(folder)
    databases = [workspace.database(component) for component in workspace.components]
    reserved = {path.with_name(path.name + suffix).resolve() for path in databases for suffix in ("", *SIDECARS)}
    if target.resolve() in reserved:
        raise WrongUsage(f"{target.name} belongs to a database of this workspace.", "Choose another name.")
    if os.path.lexists(target) and not (replace and target.is_file()):
        raise WrongUsage(f"{target} is there already; nothing was written.", "Choose another name, or move it away.")


@contextmanager
def _published(target: Path, *, replace: bool) -> Iterator[IO[str]]:
    """A private file (0600) that takes its name when all of it is on the disk."""
    partial = target.with_name(f".{target.name}.{os.getpid()}{PARTIAL}")
    with writing_to(target):
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if replace:
                partial.replace(target)
                sync_folder(target.parent)
            else:
                place_new(partial, target)
        except FileExistsError as error:
            raise WrongUsage(f"{target} was made by another program just now.", "Choose another name.") from error
        finally:
            partial.unlink(missing_ok=True)
