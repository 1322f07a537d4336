"""A search as SQL over one index and its table. The only place that knows how the two are joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import apsw

from felix_dbadmin.core.search.completing import completed
from felix_dbadmin.core.search.marks import GAP, SNIPPET_TOKENS, Marked, new_markers
from felix_dbadmin.core.search.query import Condition, Expression, Query, expression_for
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.text import moment_of
from felix_dbadmin.core.utf8 import as_utf8

SHORT = 40
"""Characters; a shorter snippet is one word of a domain or tag, and the row's own text says more."""

LONGEST_LEAD = 160

LONGEST_TITLE = 300
"""Characters; some titles are whole prompts."""


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought, in which rows, and in which order it is wanted."""

    query: Query
    order: Order = Order.RELEVANCE
    columns: tuple[str, ...] = ()
    """Only in these columns of the index; none for all."""
    conditions: tuple[Condition, ...] = ()
    since: float | None = None
    """Unix seconds."""
    until: float | None = None


class Hit(NamedTuple):
    """A tuple: a frozen dataclass costs five times as much to make, and a page shows fifty."""

    rowid: int
    """In the index."""
    key: object
    """In the table; None where nothing leads there."""
    title: str
    snippet: Marked
    when: float | None
    values: tuple[str, ...]
    """Of the source's filters."""
    gone: bool = False
    """The index holds it, the table does not: the index is stale."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The pieces of every SELECT of one search in one index. Bindings are named, so that pieces combine."""

    source: Source
    expression: Expression
    possible: bool
    """False where this source cannot hold a hit: nothing has to be run."""
    conditions: tuple[str, ...] = ()
    bindings: dict[str, apsw.SQLiteValue] = field(default_factory=dict)

    @property
    def index(self) -> str:
        return quoted(self.source.index)

    @property
    def filtered(self) -> bool:
        """Whether the table decides with the index which rows are hits."""
        return bool(self.conditions)

    @property
    def match(self) -> str:
        """For FTS5."""
        return str(self.bindings["match"])

    @property
    def outer_joined(self) -> str:
        """The index and its table, with the index's rows that have none there."""
        return self._joined("left join")

    @property
    def matching(self) -> str:
        """FROM and WHERE for the hits; reads the table only where conditions ask for it."""
        return f"from {self._joined('join') if self.filtered else self.index} where {self._where}"

    def select(self, columns: str, rest: str) -> str:
        """A SELECT over index and table together; `rest` is order and limit."""
        tables = self._joined("join" if self.filtered else "left join")
        return f"select {columns} from {tables} where {self._where}{rest}"

    def _joined(self, kind: str) -> str:
        source = self.source
        if not source.table:
            return self.index
        held = quoted(source.index_key) if source.index_key else "rowid"
        return f"{self.index} {kind} {quoted(source.table)} t on t.{quoted(source.key)} = {self.index}.{held}"

    @property
    def _where(self) -> str:
        return " and ".join((f"{self.index} match :match", *self.conditions))

    @property
    def score(self) -> str:
        weights = ", ".join(str(weight) for weight in self.source.weights)
        return f"bm25({self.index}, {weights})"

    @property
    def best_first(self) -> str:
        """Conditions and ORDER BY by FTS5's own sorter, which reads the table for the best hits only."""
        weights = ", ".join(str(weight) for weight in self.source.weights)
        return f" and rank match 'bm25({weights})' order by rank"

    def by_time(self, order: Order) -> str:
        """ORDER BY; without a time the order of being stored is the best guess."""
        direction = "asc" if order is Order.OLDEST else "desc"
        time = f"t.{quoted(self.source.time)} {direction}, " if self.source.time else ""
        return f" order by {time}{self.index}.rowid {direction}"

    def details(self, db: apsw.Connection) -> str:
        """The columns that `hit_of` reads, without the snippet; text as bytes, for it need not be valid UTF-8."""
        return self._details(partial(as_utf8, db))

    def _details(self, read: Callable[[str], str]) -> str:
        source = self.source
        rowid = f"{self.index}.rowid"
        if not source.table:
            return f"{rowid}, 1, {read(_begin(f'{self.index}.{quoted(source.title)}', LONGEST_TITLE))}, null"
        time = f"t.{quoted(source.time)}" if source.time else "null"
        title = read(_begin(f"t.{quoted(source.title)}", LONGEST_TITLE))
        values = (read(f"t.{quoted(name)}") for name in source.filters)
        return ", ".join((rowid, f"t.{quoted(source.key)}", title, time, *values))

    def hits(self, db: apsw.Connection, rest: str) -> tuple[Hit, ...]:
        """The hits with their snippets; `rest` follows the conditions: order and limit."""
        try:
            found = self._hits(db, rest, _text)
        except UnicodeDecodeError:  # rare, and reading every text as bytes costs half as much again
            found = self._hits(db, rest, partial(as_utf8, db))
        short = [hit.rowid for hit in found if len(hit.snippet.text) < SHORT]
        if not short:
            return found
        lead = as_utf8(db, _begin(f"{self.index}.{quoted(self.source.columns[0])}", LONGEST_LEAD))
        sql = f"select rowid, {lead} from {self.index} where rowid in (select value from json_each(?))"
        leads = {row[0]: row[1] for row in db.execute(sql, (json.dumps(short),))}
        return tuple(
            hit._replace(snippet=led(hit.snippet, text_of(leads[hit.rowid]))) if hit.rowid in leads else hit
            for hit in found
        )

    def _hits(self, db: apsw.Connection, rest: str, read: Callable[[str], str]) -> tuple[Hit, ...]:
        markers = new_markers()
        snippet = read(f"snippet({self.index}, -1, :begin, :end, '{GAP}', {SNIPPET_TOKENS})")
        sql = self.select(f"{snippet}, {self._details(read)}", rest)
        rows = db.execute(sql, {**self.bindings, "begin": markers.begin, "end": markers.end})
        return tuple([self.hit_of(row, markers.read(text_of(marked))) for marked, *row in rows])

    def hit_of(self, row: Sequence[object], snippet: Marked) -> Hit:
        """A hit of a row of `details`."""
        rowid, key, title, moment, *values = row
        if not self.source.table:
            key = None
        texts = tuple([text_of(value) for value in values])
        gone = key is None and bool(self.source.table)
        return Hit(rowid if isinstance(rowid, int) else 0, key, text_of(title), snippet, moment_of(moment), texts, gone)


def statement_for(db: apsw.Connection, source: Source, search: Search) -> Statement:
    """Raises WrongUsage for a query that cannot be asked of an index."""
    tokenizer = db.fts5_tokenizer(source.tokenizer[0], list(source.tokenizer[1:]))

    def has_words(text: str) -> bool:
        return bool(tokenizer(text.encode(), apsw.FTS5_TOKENIZE_QUERY, None))

    columns = frozenset(name.lower() for name in source.columns)
    filters = {name.lower(): name for name in source.filters}
    expression = expression_for(completed(db, source, search.query), columns, filters, has_words)
    within = [name for name in source.columns if name.lower() in {each.lower() for each in search.columns}]
    match = expression.match
    if search.columns and match:
        match = f"{{{' '.join(quoted(name) for name in within)}}} : ({match})"
    bindings: dict[str, apsw.SQLiteValue] = {"match": match}
    conditions: list[str] = []
    possible = bool(match) and (bool(within) or not search.columns)
    for condition in (*search.conditions, *expression.conditions):
        column = filters.get(condition.column.lower())
        if column is None:
            possible = possible and condition.negated
        else:
            conditions.append(_condition(condition, column, bindings))
    for sign, moment in ((">=", search.since), ("<", search.until)):
        if moment is not None and source.time:
            conditions.append(_time_condition(source.time, sign, moment, bindings))
        elif moment is not None:
            possible = False
    return Statement(source, expression, possible, tuple(conditions), bindings)


def _condition(condition: Condition, column: str, bindings: dict[str, apsw.SQLiteValue]) -> str:
    names = []
    for value in condition.values:
        name = f"v{len(bindings)}"
        bindings[name] = value
        names.append(f":{name}")
    text = f"coalesce(cast(t.{quoted(column)} as text), '') collate nocase"
    return f"{text} {'not ' if condition.negated else ''}in ({', '.join(names)})"


def _time_condition(column: str, sign: str, moment: float, bindings: dict[str, apsw.SQLiteValue]) -> str:
    """Felix stores Unix seconds in some tables, local ISO text in others."""
    number, text = f"v{len(bindings)}", f"v{len(bindings) + 1}"
    bindings[number], bindings[text] = moment, datetime.fromtimestamp(moment).isoformat()
    name = f"t.{quoted(column)}"
    return f"iif(typeof({name}) = 'text', {name} {sign} :{text}, {name} {sign} :{number})"


def led(snippet: Marked, beginning: str) -> Marked:
    """A snippet that says too little, with the beginning of the row's first column."""
    if len(snippet.text) >= SHORT or not beginning or beginning.startswith(snippet.text):
        return snippet
    return Marked(f"{snippet.text} · {beginning}", snippet.spans)


def text_of(value: object) -> str:
    """A stored value as text; bytes that are no UTF-8 are shown as what they are not."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _text(expression: str) -> str:
    return expression


def _begin(expression: str, longest: int) -> str:
    return f"substr({expression}, 1, {longest})"
