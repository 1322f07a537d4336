"""The search of one index: the first page at once, the whole order when it is known, any page of it."""

from __future__ import annotations

import json
import math
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.errors import DatabaseUnusable, QueryInvalid
from felix_dbadmin.core.search.beginnings import with_words_for_beginnings
from felix_dbadmin.core.search.marks import Marked, snippets
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import LONGEST_LEAD, Hit, Order, Search, Statement, led, statement_for, text_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import moment_of
from felix_dbadmin.core.utf8 import as_utf8

PAGE = 50
"""Hits of a page."""

_MISSING = ("no such table", "no such tokenizer", "No tokenizer named", "vtable constructor failed")
"""In SQLite's words: the index or its table is not there any more, or not as it was."""

REACHABLE = 100_000
"""Hits whose order is kept, 8 bytes each. Nobody scrolls further; an export has them all."""

SORTED_AT_ONCE = 20_000
"""Hits that are scored before the first answer, some 25 ms. With more, the newest are shown until order is known."""

JOINED_AT_ONCE = 2_000
"""The same where a row of the table is read for each hit, some 10 µs."""


@dataclass(frozen=True, slots=True)
class FirstPage:
    hits: tuple[Hit, ...]
    total: int | None
    """None where counting would hold up the answer."""
    in_order: bool
    """False: these are hits stored last; which come first by relevance or time is still to be found."""
    ignored: tuple[str, ...]
    """Terms that no index can hold."""
    seconds: float
    note: str = ""
    """What else to know of this answer."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """All hits in order, as far as they can be reached."""

    rowids: bytes
    """array('q')"""
    times: bytes
    """array('d') beside them where the order is by time, else empty; NaN where a row has none."""
    total: int
    seconds: float


def first_page(folder: Path, source: Source, search: Search, *, task: Task) -> FirstPage:
    """The first hits, soon however many there are. Raises QueryInvalid, DatabaseUnusable, Locked, Cancelled."""
    with searching(folder, source, search, task) as (db, statement):
        words = with_words_for_beginnings(db, source, search.query)
        if words is not None:
            sooner = first_hits(db, statement_for(db, source, replace(search, query=words)), search.order)
            if not sooner.in_order:
                return sooner
        return first_hits(db, statement, search.order)


def first_hits(db: apsw.Connection, statement: Statement, order: Order) -> FirstPage:
    """The same on an open connection."""
    started = time.perf_counter()
    ignored = statement.expression.ignored
    if not statement.possible:
        return FirstPage((), 0, True, ignored, time.perf_counter() - started)
    by_score = order is Order.RELEVANCE
    limit = SORTED_AT_ONCE if by_score and not statement.filtered else JOINED_AT_ONCE
    count = _count(db, statement, limit + 1)
    in_order = count <= limit
    if not in_order:
        sorting = f" order by {statement.index}.rowid desc"
    else:
        sorting = statement.best_first if by_score else statement.by_time(order)
    hits = statement.hits(db, f"{sorting} limit {PAGE}")
    return FirstPage(hits, count if in_order else None, in_order, ignored, time.perf_counter() - started)


def rank(folder: Path, source: Source, search: Search, *, task: Task) -> Ranking:
    """Every hit in order. Costs some 1 µs a hit by relevance, 10 by time. Raises as first_page does."""
    started = time.perf_counter()
    rowids, times = array("q"), array("d")
    with searching(folder, source, search, task) as (db, statement):
        if not statement.possible:
            return Ranking(b"", b"", 0, time.perf_counter() - started)
        rowid = f"{statement.index}.rowid"
        if search.order is Order.RELEVANCE:
            sql = f"select {rowid} {statement.matching} order by {statement.score} limit {REACHABLE}"
            rowids.extend(row[0] for row in db.execute(sql, statement.bindings))
        else:
            moment = f"t.{quoted(source.time)}" if source.time else "null"
            rest = f"{statement.by_time(search.order)} limit {REACHABLE}"
            for number, stored in db.execute(statement.select(f"{rowid}, {moment}", rest), statement.bindings):
                rowids.append(number)
                times.append(math.nan if (known := moment_of(stored)) is None else known)
        total = len(rowids) if len(rowids) < REACHABLE else _count(db, statement, None)
    return Ranking(rowids.tobytes(), times.tobytes(), total, time.perf_counter() - started)


def read_page(folder: Path, source: Source, search: Search, rowids: tuple[int, ...], *, task: Task) -> tuple[Hit, ...]:
    """The hits with these rowids, in this order; one that was deleted meanwhile is said to be gone."""
    with searching(folder, source, search, task) as (db, statement):
        wanted = {"rowids": json.dumps(rowids)}
        inside = f"where {statement.index}.rowid in (select value from json_each(:rowids))"
        columns = ", ".join(as_utf8(db, f"{statement.index}.{quoted(name)}") for name in source.columns)
        texts = [
            (row[0], tuple(text_of(text) for text in row[1:]))
            for row in db.execute(f"select rowid, {columns} from {statement.index} {inside}", wanted)
        ]
        leads = {rowid: columns[0][:LONGEST_LEAD] for rowid, columns in texts}
        stretches = snippets(source, statement.match, texts) if statement.possible else {}
        marked = {rowid: led(snippet, leads[rowid]) for rowid, snippet in stretches.items()}
        rows = db.execute(f"select {statement.details(db)} from {statement.outer_joined} {inside}", wanted)
        found = {row[0]: statement.hit_of(row, marked.get(row[0], Marked(""))) for row in rows}
    return tuple(found.get(rowid) or Hit(rowid, None, "", Marked(""), None, (), gone=True) for rowid in rowids)


@contextmanager
def searching(folder: Path, source: Source, search: Search, task: Task) -> Iterator[tuple[apsw.Connection, Statement]]:
    """A connection that can only read, and the search as SQL; SQLite's errors about it come as ours."""
    database = folder / source.database
    with open_searcher(database, task) as db:
        try:
            yield db, statement_for(db, source, search)
        except apsw.CorruptError as error:
            raise DatabaseUnusable(
                f"The full-text index {source.index} of {source.database} is damaged ({error}).",
                f"Make it anew from its rows: felix-dbadmin search rebuild --component {source.component}",
            ) from error
        except apsw.SQLError as error:
            known = _known(error, source, search)
            if known is None:
                raise
            raise known from error


def _known(error: apsw.SQLError, source: Source, search: Search) -> QueryInvalid | DatabaseUnusable | None:
    text = str(error)
    changed = not search.query.raw and "no such column" in text
    if changed or any(missing in text for missing in _MISSING):
        return DatabaseUnusable(
            f"{source.index or source.table} of {source.database} cannot be searched: {text}.",
            "Refresh; felix-dbadmin search health says what is wrong with an index.",
        )
    if not search.query.raw:
        return None
    place = _place(text, search.query.raw)
    return QueryInvalid(
        f"FTS5 cannot read this expression: {text.removeprefix('fts5: ')}.",
        "Correct it, or switch the FTS5 syntax off: then any text can be searched.",
        statement=search.query.raw,
        where=str(place) if place else "",
    )


def _place(message: str, expression: str) -> int:
    """Where the expression goes wrong, counted from 1; 0 where FTS5's message does not tell."""
    if "unterminated" in message:
        return expression.rfind('"') + 1
    if 'near "' not in message:
        return 0
    near = message.partition('near "')[2].rpartition('"')[0]
    return expression.find(near) + 1 if near else len(expression) + 1


def _count(db: apsw.Connection, statement: Statement, limit: int | None) -> int:
    bound = f" limit {limit}" if limit is not None else ""
    return int(db.execute(f"select count(*) from (select 1 {statement.matching}{bound})", statement.bindings).get)
