"""What the window asks each second: whether anything changed, and whether a lock that was met is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core import holders
from felix_dbadmin.core.migrate.status import GLANCE, glance_status, look_for_changes
from felix_dbadmin.core.task import Task
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import add_component, notes_database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    add_component(tmp_path)
    return notes_database(tmp_path)


def test_equal_looks_while_nothing_changes_and_another_after_a_write(database: Path) -> None:
    first = look_for_changes(database.parent, task=Task())
    assert look_for_changes(database.parent, task=Task()) == first
    assert attempt(database, "insert into notes(title) values ('one more')") == "ok"
    assert look_for_changes(database.parent, task=Task()).marks != first.marks


@pytest.mark.skipif(not holders.LOCKS.exists(), reason="only Linux tells who holds a lock")
def test_a_lock_alone_is_a_change(database: Path) -> None:
    before = look_for_changes(database.parent, task=Task())
    with holding(database, "begin exclusive"):
        assert look_for_changes(database.parent, task=Task()).marks != before.marks
    assert look_for_changes(database.parent, task=Task()) == before


def test_a_database_that_was_locked_is_tried_without_waiting(database: Path) -> None:
    with holding(database, "begin exclusive"):
        status = glance_status(database.parent, task=Task(lock_wait=0.05))
        assert status.locked == ("notes",)
        assert not look_for_changes(database.parent, status.locked, task=Task(lock_wait=600)).freed
    assert look_for_changes(database.parent, status.locked, task=Task()).freed
    assert not look_for_changes(database.parent, task=Task()).freed


def test_what_is_wrong_otherwise_is_looked_at_again(database: Path) -> None:
    database.write_bytes(b"")
    assert look_for_changes(database.parent, ("notes",), task=Task()).freed


def test_the_window_waits_for_a_lock_only_briefly(database: Path) -> None:
    task = Task(lock_wait=600)
    with holding(database, "begin exclusive"):
        assert glance_status(database.parent, task=task).locked == ("notes",)
    assert task.lock_wait == GLANCE
