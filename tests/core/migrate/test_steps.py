"""A step that fails for want of room is not blamed on its statement."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.connection import create_database, explaining
from felix_dbadmin.core.errors import OutOfSpace
from felix_dbadmin.core.migrate.apply import make_plan
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.migrate.results import Recorder
from felix_dbadmin.core.migrate.steps import begin_step, run_step
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import roll_back
from felix_dbadmin.core.workspace import open_workspace
from tests.migrations.helpers import make_base


def test_a_full_disk_is_not_the_fault_of_the_statement(tmp_path: Path) -> None:
    component = open_workspace(tmp_path).component("knowledge")
    path, recorder = tmp_path / component.database, Recorder()
    with create_database(path) as db:
        make_base(db, "knowledge")
        step = make_plan(db, component, Request("knowledge"), Task()).steps[0]
        db.pragma("max_page_count", int(db.pragma("page_count")) + 1)
        begin_step(db, step)
        with pytest.raises(OutOfSpace) as caught, explaining(path):
            run_step(db, component, step, recorder, Task(), None)
        roll_back(db)
    assert "felix_knowledge.db" in caught.value.summary
    assert isinstance(caught.value.__cause__, apsw.FullError)
    assert recorder.statements[-1].error, "the report still shows where it stopped"
