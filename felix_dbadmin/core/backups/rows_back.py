"""Writing rows of one table as a backup has them, and what is looked at before that is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.backups.beside import ATTACHED
from felix_dbadmin.core.backups.compare import Row, compare_rows
from felix_dbadmin.core.backups.matching import Match, only_table
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.integrity import Problem, broken_indexes, broken_links, external_content_indexes, new_problems
from felix_dbadmin.core.migrate.losses import data_tables
from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.schema import count_rows, read_schema
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, list_text


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that the statements wrote themselves, without what triggers and foreign keys did."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted)


@dataclass(frozen=True, slots=True)
class State:
    """What must not get worse: rows per data table, broken links, search indexes that do not match."""

    rows: dict[str, int]
    links: tuple[Problem, ...]
    indexes: tuple[Problem, ...]


def state_of(db: apsw.Connection, component: Component, task: Task) -> State:
    """Of main; call it in a transaction of a writer."""
    schema = read_schema(db)
    return State(
        count_rows(db, data_tables(schema, component), task),
        broken_links(db),
        broken_indexes(db, external_content_indexes(schema)),
    )


def write_rows(db: apsw.Connection, match: Match, keys: Sequence[Row] | None) -> Written:
    """Make the rows with these keys, or for None the whole table, what they are in the backup."""
    if keys is not None:
        total = Written()
        for key in keys:
            total += _as_in_backup(db, match, key)
        return total
    if not match.key:
        return _whole_rows(db, match)
    gone = f"not exists (select 1 from {match.origin} as b where {match.same_key})"
    deleted = _run(db, f"delete from {match.live} as l where {match.unlike('l')} and {gone}")
    return Written(deleted=deleted) + _as_in_backup(db, match, None)


def _as_in_backup(db: apsw.Connection, match: Match, key: Row | None) -> Written:
    """The row with this key, or every row that the backup has: changed ones first, so that values become free."""
    this = f" and {match.key_given('b')}" if key is not None else ""
    columns = ", ".join(map(quoted, match.columns))
    values = ", ".join(f"b.{quoted(name)}" for name in match.columns)
    updated = _run(
        db,
        f"update {match.live} as l set ({columns}) = ({values}) from {match.origin} as b"
        f" where {match.unlike('b')} and {match.same_key} and not ({match.same('l', 'b')}){this}",
        key or (),
    )
    inserted = _run(
        db,
        f"insert into {match.live} ({columns}) select {values} from {match.origin} as b"
        f" where {match.unlike('b')} and not exists (select 1 from {match.live} as l where {match.same_key}){this}",
        key or (),
    )
    return Written(inserted, updated)


def _whole_rows(db: apsw.Connection, match: Match) -> Written:
    """Rows that are the same under the same rowid stay: what has not changed is not written."""
    columns = ", ".join(map(quoted, match.columns))
    values = ", ".join(f"b.{quoted(name)}" for name in match.columns)
    if match.rowid and not any(only_table(db, match.table, schema)[1] for schema in ("main", ATTACHED)):
        columns, values = f"{match.rowid}, {columns}", f"b.{match.rowid}, {values}"
    deleted = _run(db, f"delete from {match.live} as l where {match.unlike('l')}")
    inserted = _run(
        db, f"insert into {match.live} ({columns}) select {values} from {match.origin} as b where {match.unlike('b')}"
    )
    return Written(inserted, 0, deleted)


def _run(db: apsw.Connection, sql: str, values: Row = ()) -> int:
    """The rows that the statement itself wrote."""
    db.execute(sql, values).fetchall()
    return db.changes()


def verdict(match: Match, written: Written, before: State, after: State) -> tuple[Check, ...]:
    """What the transaction did to the database as a whole."""
    expected = before.rows[match.table] + written.inserted - written.deleted
    found = after.rows[match.table]
    links = new_problems(before.links, after.links)
    indexes = new_problems(before.indexes, after.indexes)
    others = [
        f"{table} {before.rows[table]:,} → {count:,}"
        for table, count in after.rows.items()
        if table != match.table and count != before.rows[table]
    ]
    followed = f"rows of other tables followed: {list_text(others)}" if others else "no other table lost or got rows"
    return (
        Check("rows", found == expected, f"{match.table} has {count_text(found, 'row')}, expected {expected:,}"),
        Check("other tables", True, followed),
        Check("foreign keys", not links, list_text([problem.what for problem in links]) or "no new broken link"),
        Check("search indexes", not indexes, list_text([item.what for item in indexes]) or "they match their rows"),
    )


def values_check(db: apsw.Connection, match: Match, keys: Sequence[Row] | None) -> Check:
    """Whether the rows are what they are in the backup, value by value."""
    if keys is None:
        found = compare_rows(db, match)
        differing = found.added + found.missing + found.changed
        rows = found.backup_rows
    else:
        like = f"{match.same_key} and {match.same('l', 'b')} and {match.key_given('b')}"
        sql = f"select exists (select 1 from {match.live} as l, {match.origin} as b where {like})"
        differing = sum(not db.execute(sql, key).get for key in keys)
        rows = len(keys)
    what = f"{count_text(rows, 'row')} compared with the backup"
    return Check("values", not differing, f"{what}, {differing:,} differ" if differing else f"{what}, all alike")
