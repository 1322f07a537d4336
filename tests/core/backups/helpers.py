"""Databases and other programs for the tests of backups."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from felix_dbadmin.core.backups.copying import pages_per_step
from felix_dbadmin.core.connection import open_published
from felix_dbadmin.core.task import Progress, Task
from tests.helpers.peers import process
from tests.helpers.workspaces import run_sql

NAME = "felix_knowledge.db"

_WRITER = """
import json, select, sqlite3, sys
path, first = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(path, isolation_level=None, timeout=60)
acknowledged, errors, number = [], [], first
while True:
    try:
        db.execute("insert into entries(id, body) values (?, 'written')", (number,))
        acknowledged.append(number)
    except sqlite3.Error as error:
        errors.append(str(error))
    number += 1
    if len(acknowledged) == 5:
        print("ready", flush=True)
    if select.select([sys.stdin], [], [], 0.002)[0]:
        command = sys.stdin.readline()
        print(json.dumps({"acknowledged": acknowledged, "errors": errors}), flush=True)
        if command != "so far\\n":
            break
"""


def make_database(path: Path, rows: int = 200, *, journal: str = "delete", pragmas: tuple[str, ...] = ()) -> Path:
    """Entries with bodies of 400 bytes: ten rows to a page."""
    run_sql(
        path,
        *pragmas,
        f"pragma journal_mode={journal}",
        "create table entries(id integer primary key, body text)",
        "create index by_body on entries(body)",
        "create table tags(entry integer references entries(id), tag text)",
        "create virtual table entries_fts using fts5(body)",
        "with recursive n(i) as (select 0 union all select i + 1 from n where i < "
        f"{rows - 1}) insert into entries select i, printf('entry %06d ', i) || hex(zeroblob(200)) from n",
        "insert into tags select id, 'tag' from entries where id % 10 = 0",
        "insert into entries_fts(rowid, body) select id, body from entries where id % 10 = 0",
    )
    return path


def published(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query says inside a finished backup."""
    with open_published(path) as db:
        assert pages_per_step(db) > 0
        return db.execute(sql).fetchall()


def change_bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Damage a file that is not open, as a bad disk would: whatever its mode."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(change(path.read_bytes()))
    path.chmod(mode)


def damage_index(path: Path) -> None:
    """Spoil entries of the index by_body, at the end of its first page."""
    root = int(str(published(path, "select rootpage from sqlite_schema where name = 'by_body'")[0][0]))
    change_bytes(path, lambda data: data[: root * 4096 - 500] + b"\xff" * 500 + data[root * 4096 :])


def when_copying(act: Callable[[Task], None]) -> Task:
    """A task that calls `act` once, in the middle of a copy."""
    acted = False

    def listen(progress: Progress) -> None:
        nonlocal acted
        if progress.note == "copying" and not acted:
            acted = True
            act(task)

    task = Task(listen)
    return task


class Writer:
    """Another program that inserts rows, some hundred a second."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def so_far(self) -> list[int]:
        """The ids whose commit was acknowledged until now."""
        return self._ask("so far")[0]

    def stop(self) -> tuple[list[int], list[str]]:
        """All ids that were acknowledged, and what went wrong."""
        return self._ask("stop")

    def _ask(self, command: str) -> tuple[list[int], list[str]]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{command}\n")
        self._child.stdin.flush()
        answer = json.loads(self._child.stdout.readline())
        return answer["acknowledged"], answer["errors"]


@contextmanager
def writing(database: Path, first: int = 1_000_000) -> Iterator[Writer]:
    """A writer that has written some rows by now and goes on, with ids from `first`."""
    with process(_WRITER, str(database), str(first)) as child:
        yield Writer(child)


def run_ours(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    """Our own code in a process that may be killed or limited."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(os.fspath, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
