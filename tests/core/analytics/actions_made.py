"""A felix_system_actions.db with the commands and requests that a test wants."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import apsw

from felix_dbadmin.core.component import read_component
from felix_dbadmin.core.migrate.script import load_migrations
from felix_dbadmin.core.paths import migrations_folder

DATABASE = "felix_system_actions.db"

Value = str | int | float | bytes | None


def make_actions(folder: Path, *, loose: bool = False) -> Path:
    """The tables as the migration makes them, or `loose`: with columns that take any value. Returns the file."""
    folder.mkdir(exist_ok=True)
    path = folder / DATABASE
    up = load_migrations(read_component(migrations_folder() / "system_actions"))[0].up
    db = _opened(path)
    try:
        db.execute("begin")
        for statement in up.statements:
            db.execute(statement.sql)
        if loose:
            db.execute("drop table command_executions")
            names = "workflow_id, agent_id, agent_type, command, trust_level, executed, execution_timestamp, exit_code"
            db.execute(
                f"create table command_executions(execution_id integer primary key, {names}, duration,"
                " venv_active, success, error_category, timestamp)"
            )
        db.execute("commit")
    finally:
        db.close()
    return path


def _opened(path: Path) -> apsw.Connection:
    """Nobody needs these files after a power cut."""
    db = apsw.Connection(str(path))
    db.pragma("synchronous", "off")
    return db


def insert(path: Path, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
    db = _opened(path)
    try:
        with db:
            for row in rows:
                db.execute(
                    f"insert into {table}({', '.join(row)}) values ({', '.join('?' * len(row))})", tuple(row.values())
                )
    finally:
        db.close()


def ask_for(path: Path, command: str = "rm -rf build", *, expires_in: float | None = 3_600.0, **more: Value) -> int:
    """A command that waits for an answer, asked for ten minutes ago; returns the request's id."""
    now = time.time()
    db = _opened(path)
    try:
        with db:
            db.execute(
                "insert into command_executions(agent_id, command, command_hash, trust_level, timestamp)"
                " values ('system_001', ?, ?, 'REVIEW', ?)",
                (command, hashlib.sha256(command.encode()).hexdigest(), now - 600),
            )
            row: dict[str, Value] = {
                "execution_id": db.last_insert_rowid(),
                "agent_id": "system_001",
                "command": command,
                "trust_level": "REVIEW",
                "context": "The build is stale.",
                "risk_assessment": "medium",
                "requested_at": now - 600,
                "expires_at": None if expires_in is None else now + expires_in,
                **more,
            }
            db.execute(
                f"insert into pending_approvals({', '.join(row)}) values ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )
            ident = db.last_insert_rowid()
    finally:
        db.close()
    return ident
