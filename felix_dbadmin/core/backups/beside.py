"""One connection that reads the live database as main and a backup beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.contents import damage_of
from felix_dbadmin.core.connection import attach_published, explaining, open_published, open_reader
from felix_dbadmin.core.errors import BackupUnusable, DatabaseUnusable
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.transaction import roll_back

ATTACHED = "backup"


@contextmanager
def open_beside(live: Path, backup: Path, tables: Iterable[str], task: Task) -> Iterator[tuple[apsw.Connection, str]]:
    """The connection, and the schema in which it has the `tables` of the backup."""
    with blaming(backup, task), open_reader(live, task) as db:
        attached = _attached(db, backup)
        if not attached:
            try:
                with open_published(backup, task) as source:
                    _copy_tables(source, db, tables, task)
            except apsw.SQLError as error:
                raise BackupUnusable(
                    f"The rows of {backup.name} cannot be put beside those of {live.name}: {error}.",
                    "To look into it, restore it as a copy.",
                ) from error
        yield db, ATTACHED if attached else "temp"


def _attached(db: apsw.Connection, backup: Path) -> bool:
    """False where the two have different text encodings, as far as SQLite can tell."""
    try:
        attach_published(db, backup, ATTACHED)
    except apsw.SQLError as error:
        if "text encoding" not in str(error):
            raise
        return False
    return True


@contextmanager
def as_backup(backup: Path) -> Iterator[None]:
    """What opens a backup as a database; BackupUnusable where it is none."""
    try:
        yield
    except DatabaseUnusable as error:
        raise BackupUnusable(error.summary, "Choose another backup: felix-dbadmin backup list") from error


@contextmanager
def blaming(backup: Path, task: Task) -> Iterator[None]:
    """Errors of the block that are the backup's fault become BackupUnusable."""
    try:
        yield
    except Exception as error:
        if isinstance(error.__cause__ or error, apsw.CorruptError):
            with open_published(backup, task) as source, explaining(backup, task):
                damage = damage_of(source, task)
            if damage:
                raise BackupUnusable(
                    f"{backup.name} is damaged: {list_text(damage, 3)}.",
                    "Choose another backup: felix-dbadmin backup list",
                ) from error
        raise


def _copy_tables(source: apsw.Connection, db: apsw.Connection, tables: Iterable[str], task: Task) -> None:
    """Into temporary tables: SQLite attaches no database of another text encoding."""
    db.pragma("query_only", 0)  # the file itself is open for reading only
    for table in tables:
        task.report(0, None, f"reading {table}")
        columns = source.execute("select name, type, pk from pragma_table_info(?) order by cid", (table,)).fetchall()
        key = [str(name) for name, _, pk in sorted(columns, key=lambda column: int(str(column[2]))) if pk]
        parts = [f"{quoted(str(name))} {declared}" for name, declared, _ in columns]
        if key:
            parts.append(f"primary key ({', '.join(map(quoted, key))})")
        db.execute(f"create table temp.{quoted(table)} ({', '.join(parts)})")
        marks = ", ".join("?" * len(columns))
        names = ", ".join(quoted(str(column[0])) for column in columns)
        db.execute("begin")  # one transaction for all rows; of the live file it is a read
        try:
            db.executemany(
                f"insert into temp.{quoted(table)} values ({marks})",
                source.execute(f"select {names} from {quoted(table)}"),
            )
            db.execute("commit")
        finally:
            roll_back(db)
