"""The record of what was applied: the only SQL on schema_migrations and schema_migrations_log."""

from __future__ import annotations

import getpass
import json
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from felix_dbadmin import __version__
from felix_dbadmin.core.errors import DatabaseUnusable
from felix_dbadmin.core.migrate.script import CHECKSUM_ALGORITHM, Migration
from felix_dbadmin.core.schema import LEDGER_TABLE, LOG_TABLE

_CREATE_LEDGER = f"""
create table if not exists {LEDGER_TABLE} (
    component TEXT NOT NULL,
    version INTEGER NOT NULL,
    description TEXT,
    applied_at REAL NOT NULL,
    rollback_available BOOLEAN DEFAULT 1,
    PRIMARY KEY (component, version)
)"""

_CREATE_LOG = f"""
create table if not exists {LOG_TABLE} (
    id INTEGER PRIMARY KEY,
    component TEXT NOT NULL,
    action TEXT NOT NULL,
    version INTEGER NOT NULL,
    description TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at REAL NOT NULL,
    duration REAL NOT NULL,
    rows_touched INTEGER NOT NULL,
    file TEXT NOT NULL,
    source TEXT NOT NULL,
    checksum_algorithm TEXT NOT NULL,
    checksum_up TEXT NOT NULL,
    checksum_verify TEXT NOT NULL,
    checksum_down TEXT NOT NULL,
    backup TEXT NOT NULL,
    detail TEXT NOT NULL,
    who TEXT NOT NULL,
    tool TEXT NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One applied migration, as any Felix tool records it. `applied_at` in Unix seconds."""

    version: int
    description: str
    applied_at: float
    rollback_available: bool


@dataclass(frozen=True, slots=True)
class LogRow:
    """One thing that was done or tried by this program. `duration` in seconds."""

    component: str
    action: str
    """base, up, down, repair, rebuild or optimise."""
    version: int
    description: str
    outcome: str
    """done or failed."""
    at: float
    duration: float
    rows_touched: int
    file: str
    source: str
    checksum_algorithm: str
    checksum_up: str
    backup: str
    who: str
    tool: str
    detail: dict[str, object]


def ensure_ledger(db: apsw.Connection) -> None:
    """Make both tables where they are missing; inside the caller's transaction."""
    db.execute(_CREATE_LEDGER)
    db.execute(_CREATE_LOG)


def has_table(db: apsw.Connection, name: str) -> bool:
    found = db.execute("select 1 from sqlite_schema where type = 'table' and name = ?", (name,)).get
    return found is not None


def read_ledger(db: apsw.Connection, component: str) -> tuple[LedgerRow, ...]:
    """Applied migrations by version; none where there is no ledger."""
    if not has_table(db, LEDGER_TABLE):
        return ()
    with _readable(db, LEDGER_TABLE):
        rows = db.execute(
            f"select version, coalesce(description, ''), applied_at, rollback_available from {LEDGER_TABLE}"
            " where component = ? order by version",
            (component,),
        )
        return tuple(LedgerRow(int(row[0]), str(row[1]), float(row[2]), bool(row[3])) for row in rows)


def read_log(db: apsw.Connection, component: str) -> tuple[LogRow, ...]:
    """What this program did to the component, oldest first."""
    if not has_table(db, LOG_TABLE):
        return ()
    with _readable(db, LOG_TABLE):
        rows = db.execute(
            "select component, action, version, description, outcome, at, duration, rows_touched, file, source,"
            f" checksum_algorithm, checksum_up, backup, who, tool, detail from {LOG_TABLE}"
            " where component = ? order by id",
            (component,),
        )
        return tuple(_log_row(row) for row in rows)


@contextmanager
def _readable(db: apsw.Connection, table: str) -> Iterator[None]:
    """Another program's table of the same name, or a damaged one, holds what we cannot read: DatabaseUnusable."""
    try:
        yield
    except (ValueError, TypeError, OverflowError, RecursionError, apsw.SQLError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise DatabaseUnusable(
            f"{table} in {Path(db.filename).name} cannot be read: {error}.",
            "It was damaged or made by another program; a backup from before: felix-dbadmin backup list",
        ) from error


_LOG_TYPES: tuple[type | tuple[type, ...], ...] = (
    *(str, str, int, str, str),
    *((int, float), (int, float), int),
    *(str, str, str, str, str, str, str, str),
)


def _log_row(row: Sequence[Any]) -> LogRow:
    """Raises ValueError or TypeError where a value is not of its column's kind."""
    for value, kind in zip(row, _LOG_TYPES, strict=True):
        if not isinstance(value, kind):
            raise TypeError(f"{value!r:.40} is not what that column holds")
    *fields, detail = row
    read = json.loads(str(detail))
    if not isinstance(read, dict):
        raise TypeError("detail is not a JSON object")
    return LogRow(*[*fields, read])


def last_applied(log: tuple[LogRow, ...]) -> dict[int, LogRow]:
    """For each version that our log shows as applied now, the row that says so, in the order of application."""
    applied: dict[int, LogRow] = {}
    for row in log:
        if row.outcome != "done":
            continue
        if row.action == "up":
            applied.pop(row.version, None)
            applied[row.version] = row
        elif row.action == "down":
            applied.pop(row.version, None)
    return applied


def record_applied(db: apsw.Connection, migration: Migration, at: float) -> None:
    db.execute(
        f"insert into {LEDGER_TABLE}(component, version, description, applied_at, rollback_available)"
        " values (?, ?, ?, ?, ?)",
        (migration.component, migration.version, migration.description, at, int(migration.reversible)),
    )


def record_rolled_back(db: apsw.Connection, component: str, version: int) -> None:
    db.execute(f"delete from {LEDGER_TABLE} where component = ? and version = ?", (component, version))


def write_log(
    db: apsw.Connection,
    component: str,
    action: str,
    outcome: str,
    *,
    version: int,
    description: str,
    migration: Migration | None,
    duration: float,
    rows_touched: int,
    backup: str,
    detail: dict[str, object],
) -> None:
    """Add one row; inside the caller's transaction, so that it stands or falls with the change."""
    db.execute(
        f"insert into {LOG_TABLE}(component, action, version, description, outcome, at, duration, rows_touched,"
        " file, source, checksum_algorithm, checksum_up, checksum_verify, checksum_down, backup, detail, who, tool)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            component,
            action,
            version,
            description,
            outcome,
            time.time(),
            duration,
            rows_touched,
            migration.file if migration else "",
            migration.source if migration else "",
            CHECKSUM_ALGORITHM,
            migration.up_checksum if migration else "",
            migration.verify.checksum if migration else "",
            migration.down.checksum if migration else "",
            backup,
            json.dumps(detail, ensure_ascii=False),
            f"{_user()}@{platform.node()}",
            f"felix-dbadmin {__version__}",
        ),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
