"""A backup beside the live database: schema, versions, and row by row what was added, went missing or changed since."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.beside import as_backup, blaming, open_beside
from felix_dbadmin.core.backups.copying import pinned
from felix_dbadmin.core.backups.matching import Match, match_of, only_table
from felix_dbadmin.core.backups.names import find_backup
from felix_dbadmin.core.backups.plain import plain
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import open_published
from felix_dbadmin.core.migrate.ledger import read_ledger
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.schema import Schema, SchemaDifference, compare, read_schema
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace

SAMPLES = 10
"""Rows that are shown per table and kind of difference."""
SAMPLE_TEXT = 200
SAMPLE_BYTES = 16
"""What is shown of a long text or a BLOB, in characters and bytes."""
PARTS = 50
"""A table is compared in so many parts, between which progress is reported."""

Versions = tuple[tuple[int, str], ...]
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """`kind` is added (only in the live database), missing (only in the backup) or changed.

    `backup` and `live` are the values of the compared columns, long ones cut; None where there is no such row.
    """

    kind: str
    key: Row
    backup: Row | None
    live: Row | None


@dataclass(frozen=True, slots=True)
class TableComparison:
    table: str
    columns: tuple[str, ...]
    """Those that both have; only they are compared."""
    key: tuple[str, ...]
    """() where rows are compared whole."""
    backup_rows: int
    live_rows: int
    added: int
    missing: int
    changed: int
    samples: tuple[RowDifference, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`schema` leads from the backup to the live database."""

    backup: str
    schema: SchemaDifference
    tables: tuple[TableComparison, ...]
    backup_versions: Versions
    live_versions: Versions
    seconds: float


def compare_with_live(folder: Path, component: str, backup: str, *, task: Task) -> Comparison:
    """What has changed in the component's database since `backup`, a file's name. Reads only.

    Each table is compared as of one moment. Raises WrongUsage, DatabaseUnusable, BackupUnusable, Locked or Cancelled.
    """
    started = time.monotonic()
    workspace = open_workspace(folder)
    item = workspace.component(component)
    chosen = find_backup(workspace.backups, backup)
    task.begin(("Compare",))
    with plain(chosen, folder, task) as path:
        with as_backup(path), blaming(path, task), open_published(path, task) as db:
            old, old_versions = read_schema(db), versions_in(db, item.name)
        with open_beside(workspace.database(item), path, data_tables(old, item), task) as (db, schema):
            new, new_versions = read_schema(db), versions_in(db, item.name)
            tables = _compare_tables(db, schema, old, new, item, task)
    return Comparison(chosen.name, compare(old, new), tables, old_versions, new_versions, time.monotonic() - started)


def versions_in(db: apsw.Connection, component: str) -> Versions:
    """The migrations that the ledger of main has."""
    return tuple((row.version, row.description) for row in read_ledger(db, component))


def _compare_tables(
    db: apsw.Connection, schema: str, old: Schema, new: Schema, component: Component, task: Task
) -> tuple[TableComparison, ...]:
    live = {name.lower(): name for name in data_tables(new, component)}
    backup = {name.lower(): name for name in data_tables(old, component)}
    sizes = {
        name: sum(
            _count(db, f"{place}.{quoted(names[name])}")
            for place, names in (("main", live), (schema, backup))
            if name in names
        )
        for name in {**live, **backup}
    }
    progress = _Progress(task, sum(sizes.values()))
    found = []
    for name, size in sizes.items():
        progress.start(live.get(name) or backup[name], size)
        with pinned(db):
            if name not in live:
                found.append(_one_sided(db, backup[name], schema, "missing"))
            elif name not in backup:
                found.append(_one_sided(db, live[name], "main", "added"))
            else:
                found.append(compare_rows(db, match_of(db, live[name], schema), progress))
    return tuple(found)


class _Progress:
    """Rows that were looked at, of those there were when the comparison began."""

    def __init__(self, task: Task, total: int) -> None:
        self._task = task
        self._total = total
        self._base = 0
        self._size = 0
        self._table = ""

    def start(self, table: str, size: int) -> None:
        self._base += self._size
        self._table, self._size = table, size
        self.report(0.0)

    def report(self, fraction: float) -> None:
        self._task.report(self._base + int(self._size * fraction), self._total, self._table)


def _count(db: apsw.Connection, place: str) -> int:
    return int(db.execute(f"select count(*) from {place}").get)


def _one_sided(db: apsw.Connection, table: str, schema: str, kind: str) -> TableComparison:
    place = f"{schema}.{quoted(table)}"
    columns, key = only_table(db, table, schema)
    rows = _count(db, place)
    keys = f"{_list('l', key)}, " if key else ""
    samples = []
    for row in db.execute(f"select {keys}{_shown('l', columns)} from {place} as l limit {SAMPLES}"):
        values = _cut(row[len(key) :])
        live, backup = (values, None) if kind == "added" else (None, values)
        samples.append(RowDifference(kind, row[: len(key)], backup, live))
    added, missing, where = (rows, 0, "backup") if kind == "added" else (0, rows, "live database")
    note = f"there is no such table in the {where}"
    return TableComparison(table, columns, key, missing, added, added, missing, 0, tuple(samples), note)


def compare_rows(db: apsw.Connection, match: Match, progress: _Progress | None = None) -> TableComparison:
    """Compare one table that both have. Call it inside a transaction."""
    live, backup = _count(db, match.live), _count(db, match.origin)
    if match.key:
        added, missing, changed, samples = _by_key(db, match, backup - live, progress)
    else:
        changed = 0
        added, missing, samples = _by_whole_rows(db, match, live, backup)
    return TableComparison(
        match.table, match.columns, match.key, backup, live, added, missing, changed, tuple(samples), match.note
    )


def _by_key(
    db: apsw.Connection, match: Match, fewer: int, progress: _Progress | None
) -> tuple[int, int, int, list[RowDifference]]:
    """`fewer` is how many rows more the backup has."""
    absent = f"b.{quoted(match.key[0])} is null"
    sql = (
        f"select {absent}, {_list('l', match.key)} from {match.live} as l"
        f" left join {match.origin} as b on {match.same_key}"
        f" where {match.unlike('l')} and ({absent} or not ({match.same('l', 'b')}))"
    )
    counts = {"added": 0, "changed": 0}
    keys: dict[str, list[Row]] = {"added": [], "changed": []}
    for part, done in _parts(db, match):
        for row in db.execute(sql + part):
            kind = "added" if row[0] else "changed"
            counts[kind] += 1
            if len(keys[kind]) < SAMPLES:
                keys[kind].append(row[1:])
        if progress is not None:
            progress.report(done)
    # Keys are unique: what the backup has and the live table has not follows from the counts.
    missing = fewer + counts["added"]
    if missing:
        keys["missing"] = db.execute(
            f"select {_list('b', match.key)} from {match.origin} as b"
            f" where not exists (select 1 from {match.live} as l where {match.same_key}) limit {SAMPLES}"
        ).fetchall()
    samples = [_sample(db, match, kind, key) for kind in ("missing", "changed", "added") for key in keys.get(kind, ())]
    return counts["added"], missing, counts["changed"], samples


def _parts(db: apsw.Connection, match: Match) -> Iterator[tuple[str, float]]:
    """Conditions that together cover the live table, each with the share that is done after it."""
    if match.rowid:
        first, last = db.execute(f"select min({match.rowid}), max({match.rowid}) from {match.live}").fetchall()[0]
        if first is not None and int(str(last)) - int(str(first)) >= PARTS:
            low, high = int(str(first)), int(str(last))
            edges = [low + (high - low) * number // PARTS for number in range(PARTS)]
            for number, edge in enumerate(edges):
                until = edges[number + 1] - 1 if number + 1 < PARTS else high
                yield f" and l.{match.rowid} between {edge} and {until}", (number + 1) / PARTS
            return
    yield "", 1.0


def _by_whole_rows(db: apsw.Connection, match: Match, live: int, backup: int) -> tuple[int, int, list[RowDifference]]:
    """Equal rows are counted: two in the one and three in the other is one that differs."""
    if not match.columns:
        return max(live - backup, 0), max(backup - live, 0), []
    groups = (
        f"select sum(side) as n, {_list('r', match.columns)} from"
        f" (select 1 as side, {_list('l', match.columns)} from {match.live} as l where {match.unlike('l')}"
        f" union all select -1, {_list('b', match.columns)} from {match.origin} as b where {match.unlike('b')}) as r"
        f" group by {', '.join(f'r.{quoted(name)} collate binary' for name in match.columns)}"
    )
    counts = {"missing": 0, "added": 0}
    samples: dict[str, list[RowDifference]] = {"missing": [], "added": []}
    for row in db.execute(f"select n, {_shown('g', match.columns)} from ({groups}) as g where n <> 0"):
        number = int(str(row[0]))
        kind = "added" if number > 0 else "missing"
        counts[kind] += abs(number)
        if len(samples[kind]) < SAMPLES:
            values = _cut(row[1:])
            both = (None, values) if kind == "added" else (values, None)
            samples[kind].append(RowDifference(kind, (), *both))
    return counts["added"], counts["missing"], [*samples["missing"], *samples["added"]]


def _sample(db: apsw.Connection, match: Match, kind: str, key: Row) -> RowDifference:
    def values(place: str) -> Row:
        where = " and ".join(f"r.{quoted(name)} = ?" for name in match.key)
        found = db.execute(f"select {_shown('r', match.columns)} from {place} as r where {where}", key).fetchone()
        if found is None:
            raise apsw.CorruptError(f"an index of {match.table} does not agree with its rows")
        return _cut(found)

    backup = None if kind == "added" else values(match.origin)
    live = None if kind == "missing" else values(match.live)
    return RowDifference(kind, key, backup, live)


def _list(alias: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{quoted(name)}" for name in columns)


def _shown(alias: str, columns: tuple[str, ...]) -> str:
    """The columns as SQL, a BLOB as its first bytes and size, a long text without its end."""
    parts = []
    for name in columns:
        value = f"{alias}.{quoted(name)}"
        blob = f"printf('x''%s%s'' (%d bytes)', hex(substr({value}, 1, {SAMPLE_BYTES})),"
        blob += f" iif(length({value}) > {SAMPLE_BYTES}, '…', ''), length({value}))"
        text = f"substr({value}, 1, {SAMPLE_TEXT + 1})"
        parts.append(f"case typeof({value}) when 'blob' then {blob} when 'text' then {text} else {value} end")
    return ", ".join(parts)


def _cut(row: Row) -> Row:
    return tuple(
        f"{value[:SAMPLE_TEXT]}…" if isinstance(value, str) and len(value) > SAMPLE_TEXT else value for value in row
    )
