"""Transactions that are committed as soon as nobody reads, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from felix_dbadmin.core.connection import open_writer
from felix_dbadmin.core.errors import Cancelled, Locked
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import transaction
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import query, run_sql


class Patient(Task):
    """Ends the reader when it is waited for the second time."""

    def __init__(self, reader: subprocess.Popen[str]) -> None:
        super().__init__(lock_wait=600)
        self.reader = reader
        self.waits = 0

    def wait(self, seconds: float) -> bool:
        self.waits += 1
        if self.waits == 2:
            self.reader.kill()
            self.reader.wait()
        return super().wait(0)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "notes.db"
    run_sql(path, "create table notes(a)", "insert into notes values (1)")
    return path


def test_a_commit_waits_until_a_reader_is_done(database: Path) -> None:
    with holding(database, "begin", "select * from notes") as reader:
        task = Patient(reader)
        with open_writer(database, Task(lock_wait=0)) as db, transaction(db, task):
            db.execute("insert into notes values (2)")
        assert task.waits == 2
    assert query(database, "select a from notes") == [(1,), (2,)]


def insert(database: Path, task: Task, *, stopped: bool) -> None:
    with open_writer(database, task) as db, transaction(db, task):
        db.execute("insert into notes values (2)")
        if stopped:
            task.cancel()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_reader_that_does_not_end_is_told_of_and_nothing_is_left(database: Path, stopped: bool) -> None:
    task = Task(lock_wait=600 if stopped else 0)
    with (
        holding(database, "begin", "select * from notes"),
        pytest.raises(Cancelled if stopped else Locked) as caught,
    ):
        insert(database, task, stopped=stopped)
    assert "Nothing was changed" not in caught.value.hint
    assert query(database, "select a from notes") == [(1,)]
    assert attempt(database, "insert into notes values (3)") == "ok"
