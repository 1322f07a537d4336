"""The search of a table that lacks its index: its newest rows are read, and indexed in memory for this one question."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.rows import leading, ordered
from felix_dbadmin.core.search.find import FirstPage, searching
from felix_dbadmin.core.search.marks import GAP, SNIPPET_TOKENS, new_markers, small_index
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import (
    LONGEST_LEAD,
    LONGEST_TITLE,
    Hit,
    Order,
    Search,
    Statement,
    led,
    statement_for,
    text_of,
)
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, moment_of
from felix_dbadmin.core.utf8 import as_utf8

MOST_READ = 20_000
"""Rows."""

LONGEST_READING = 0.4
"""Seconds; a scan that takes longer stops and says how far it came."""

MOST_HITS = 1_000

LONGEST_TEXT = 1_000_000
"""Characters of a column that are looked at."""

MOST_COUNTED = 300_000
"""Rows of the table, for the note; some 0.1 s."""

_WHEN = 3
"""The place of the time among the details."""


@dataclass(slots=True)
class Scanned:
    """What a scan has read: `db` holds an index over it, named as the table; its rowids count from 0 in `details`."""

    db: apsw.Connection
    statement: Statement
    match: str = ""
    """For FTS5, with what the words in the index add to it."""
    details: list[tuple[object, ...]] = field(default_factory=list)
    """Of each row read, newest first, as `hit_of` takes them."""
    leads: list[str] = field(default_factory=list)
    complete: bool = True
    """All rows that meet the conditions were read."""
    total: int = 0
    """Rows of the table, up to MOST_COUNTED + 1; counted only of an incomplete scan without conditions."""
    cut: bool = False
    """A text was longer than what is looked at."""

    @property
    def name(self) -> str:
        return quoted(self.statement.source.table)


def scan(folder: Path, source: Source, search: Search, *, task: Task) -> FirstPage:
    """All hits among the newest rows, 1,000 at most. Raises QueryInvalid, DatabaseUnusable, Locked, Cancelled."""
    started = time.perf_counter()
    with scanning(folder, source, search, task) as scanned:
        numbers = matching(scanned, best_first=search.order is Order.RELEVANCE)
        if search.order is not Order.RELEVANCE:
            numbers = _by_time(scanned, numbers, search.order)
        hits = _hits(scanned, numbers[:MOST_HITS])
        note = _note(scanned, len(numbers))
        ignored = scanned.statement.expression.ignored
    return FirstPage(hits, len(numbers), True, ignored, time.perf_counter() - started, note)


@contextmanager
def scanning(folder: Path, source: Source, search: Search, task: Task) -> Iterator[Scanned]:
    """The newest rows that meet the search's conditions, in an index in memory; SQLite's errors come as ours."""
    with searching(folder, source, search, task) as (db, statement):
        scanned = Scanned(db, statement)
        with small_index(source, _rows(db, scanned, task)) as small, task.guarding(small):
            scanned.db = small
            named = replace(source, index=source.table)
            scanned.match = statement_for(small, named, search).match
            yield scanned


def _rows(db: apsw.Connection, scanned: Scanned, task: Task) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and texts of each row; fills in what `scanned` says of them."""
    statement, source = scanned.statement, scanned.statement.source
    shape = ordered(db, source.table)
    if shape is None:
        raise apsw.SQLError(f"no such table: {source.table}")
    rowid = f"t.{shape.rowid}" if shape.rowid else "null"
    newest = rowid if shape.rowid else f"t.{quoted(source.time or source.key)}"
    moment = f"t.{quoted(source.time)}" if source.time else "null"
    shown = [_leading(db, source.title), moment, *(_leading(db, name) for name in source.filters)]
    texts = ", ".join(leading(db, f"t.{quoted(name)}", LONGEST_TEXT + 1) for name in source.columns)
    condition = f" where {' and '.join(statement.conditions)}" if statement.conditions else ""
    sql = (
        f"select {rowid}, t.{quoted(source.key)}, {', '.join(shown)}, {texts} from {quoted(source.table)} t{condition}"
        f" order by {newest} desc limit {MOST_READ + 1}"
    )
    bindings = {name: value for name, value in statement.bindings.items() if name != "match"}
    stop = time.perf_counter() + LONGEST_READING
    width = len(source.columns)
    for number, row in enumerate(db.execute(sql, bindings)):
        if number == MOST_READ or (number and time.perf_counter() > stop):
            scanned.complete = False
            break
        task.check()
        found = tuple(text_of(text) for text in row[-width:])
        scanned.cut = scanned.cut or any(len(text) > LONGEST_TEXT for text in found)
        first, *rest = row[:-width]
        scanned.details.append((number if first is None else first, *rest))
        scanned.leads.append(found[0][:LONGEST_LEAD])
        yield number, tuple(text[:LONGEST_TEXT] for text in found)
    if not scanned.complete and not condition:
        counted = f"select 1 from {quoted(source.table)} limit {MOST_COUNTED + 1}"
        scanned.total = int(db.execute(f"select count(*) from ({counted})").get)


def matching(scanned: Scanned, *, best_first: bool = False) -> list[int]:
    """The numbers of the rows that match, newest first unless asked otherwise."""
    if not scanned.statement.possible:
        return []
    order = "rank" if best_first else "rowid"
    sql = f"select rowid from {scanned.name} where {scanned.name} match ? order by {order}"
    return [number for (number,) in scanned.db.execute(sql, (scanned.match,))]


def _hits(scanned: Scanned, numbers: list[int]) -> tuple[Hit, ...]:
    if not numbers:
        return ()
    markers = new_markers()
    # The plus sign: FTS5 would look each rowid up on its own, which costs more than passing over the others.
    sql = (
        f"select rowid, snippet({scanned.name}, -1, ?, ?, '{GAP}', {SNIPPET_TOKENS}) from {scanned.name}"
        f" where {scanned.name} match ? and +rowid in (select value from json_each(?))"
    )
    bindings = (markers.begin, markers.end, scanned.match, json.dumps(numbers))
    marked = {number: markers.read(snippet) for number, snippet in scanned.db.execute(sql, bindings)}
    return tuple(
        scanned.statement.hit_of(scanned.details[number], led(marked[number], scanned.leads[number]))
        for number in numbers
    )


def _by_time(scanned: Scanned, numbers: list[int], order: Order) -> list[int]:
    """Rows without a time come last, as in an index's order by time they would come last or first."""
    times = {number: moment_of(scanned.details[number][_WHEN]) for number in numbers}
    sign = 1 if order is Order.OLDEST else -1
    return sorted(numbers, key=lambda number: math.inf if (known := times[number]) is None else sign * known)


def _note(scanned: Scanned, found: int) -> str:
    """What was read, and what would make it unnecessary."""
    count, filtered = len(scanned.details), scanned.statement.filtered
    fitting = " that fit the filters" if filtered else ""
    were = "was" if count == 1 else "were"
    if scanned.complete:
        every = "All " if count > 1 else ""
        text = f"{every}{count_text(count, 'row')}{fitting} {were} read"
    elif filtered:
        text = f"The newest {count_text(count, 'row')}{fitting} {were} read"
    else:
        more = "more than " if scanned.total > MOST_COUNTED else ""
        text = f"The newest {count:,} of {more}{min(scanned.total, MOST_COUNTED):,} rows {were} read"
    parts = [text]
    if scanned.cut:
        parts.append(f"of a long text its first {LONGEST_TEXT:,} characters")
    if found > MOST_HITS:
        parts.append(f"the first {MOST_HITS:,} of {found:,} hits are shown")
    migration = scanned.statement.source.migration
    makes = f"; migration {migration} makes the index" if migration else ""
    return f"{', '.join(parts)}{makes}."


def _leading(db: apsw.Connection, column: str) -> str:
    return as_utf8(db, f"substr(t.{quoted(column)}, 1, {LONGEST_TITLE})")
