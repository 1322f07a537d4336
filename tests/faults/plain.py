"""Another program's view of a database: Python's own SQLite, in a process of its own that is asked again and again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ABSENT = "absent"
"""In place of what is in a database that is not there."""

_READER = """
import hashlib, json, sqlite3, sys

BOOKKEEPING = {"schema_migrations", "schema_migrations_log"}
VOLATILE = {"applied_at", "approved_at"}

def digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()

def look(path):
    db = sqlite3.connect(path, isolation_level=None)
    try:
        problems = [row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok"]
        objects = db.execute("select type, name, sql from sqlite_schema order by type, name").fetchall()
        virtual = [name for _, name, sql in objects if sql and "using fts5" in sql.lower()]
        for name in virtual:
            db.execute("begin")
            db.execute(f"insert into {name}({name}) values ('integrity-check')")
            db.execute("rollback")
        exact, loose = [objects], [[item for item in objects if not any(each in item[1] for each in BOOKKEEPING)]]
        for kind, name, _ in objects:
            if kind != "table":
                continue
            cursor = db.execute(f'select * from "{name}"')
            columns = [column[0] for column in cursor.description]
            rows = sorted(cursor.fetchall(), key=repr)
            exact.append((name, rows))
            shadow = any(name.startswith(each + "_") for each in virtual)
            if name == "schema_migrations_log" or shadow or (name == "schema_migrations" and not rows):
                continue
            keep = [at for at, column in enumerate(columns) if column not in VOLATILE]
            loose.append((name, [tuple(row[at] for at in keep) for row in rows]))
        return {"problem": "; ".join(problems), "exact": digest(exact), "loose": digest(loose)}
    except sqlite3.Error as error:
        return {"problem": f"{type(error).__name__}: {error}", "exact": "", "loose": ""}
    finally:
        db.close()

for line in sys.stdin:
    print(json.dumps(look(json.loads(line))), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in a database: `exact` to the last byte of each row, `loose` without the moments and notes of a run."""

    problem: str
    exact: str
    loose: str


class PlainReader:
    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def look(self, database: Path) -> Seen:
        """Open the database as any program does, which rolls back or takes in what a crash left, and read it all."""
        if not database.exists():
            return Seen("", ABSENT, ABSENT)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(str(database)) + "\n")
        self._child.stdin.flush()
        return Seen(**json.loads(self._child.stdout.readline()))


@contextmanager
def plain_reader() -> Iterator[PlainReader]:
    with subprocess.Popen(
        [sys.executable, "-c", _READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield PlainReader(child)
        finally:
            child.kill()
