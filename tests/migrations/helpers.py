"""Runs migration files section by section, so that their SQL is tested apart from the engine that applies them."""

from __future__ import annotations

import re
from pathlib import Path

import apsw

from felix_dbadmin.core.paths import migrations_folder
from felix_dbadmin.core.sql import Statement, split_statements

COMPONENTS = ("knowledge", "tasks", "workflows", "agent_performance", "system_actions")


def folder(component: str) -> Path:
    return migrations_folder() / component


def files(component: str) -> list[Path]:
    """The component's migrations in order of version."""
    return sorted(folder(component).glob("[0-9]*.sql"))


def file(component: str, version: int) -> Path:
    return next(path for path in files(component) if int(path.name[:3]) == version)


def section(path: Path, name: str) -> list[Statement]:
    """The statements of one section; none where the file has no such section."""
    parts = re.split(r"^-- migrate:(\w+).*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    statements, rest = split_statements(dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, ""))
    assert rest == "", f"{path.name}: unfinished statement in {name}"
    return statements


def make_base(db: apsw.Connection, component: str) -> None:
    path = folder(component) / "base.sql"
    if path.is_file():
        db.execute(path.read_text(encoding="utf-8"))


def failures(db: apsw.Connection, path: Path, name: str = "verify") -> list[str]:
    """What the checks of a section say is not so."""
    rows = [row for statement in section(path, name) for row in db.execute(statement.sql)]
    return [what for passed, what in rows if not passed]


def apply(db: apsw.Connection, path: Path) -> dict[str, int]:
    """Check, up, verify in one transaction, as the engine does. Returns the report's rows that count something."""
    db.execute("begin immediate")
    assert failures(db, path, "check") == []
    for statement in section(path, "up"):
        db.execute(statement.sql).fetchall()
    assert failures(db, path) == []
    reported = [row for statement in section(path, "report") for row in db.execute(statement.sql)]
    db.execute("commit")
    return {text: count for text, count in reported if count}


def apply_all(db: apsw.Connection, component: str) -> None:
    make_base(db, component)
    for path in files(component):
        apply(db, path)


def roll_back(db: apsw.Connection, path: Path) -> None:
    db.execute("begin immediate")
    for statement in section(path, "down"):
        db.execute(statement.sql).fetchall()
    db.execute("commit")
