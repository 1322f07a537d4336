"""Taking an answer back: only our own, unchanged, and before its command has run."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.analytics.approvals import Standing, decide, undo
from felix_dbadmin.core.errors import Conflict, WrongUsage
from felix_dbadmin.core.task import Task
from tests.core.analytics.actions_made import ask_for, make_actions
from tests.helpers.peers import attempt
from tests.helpers.workspaces import dump, run_sql


@pytest.fixture
def actions(tmp_path: Path) -> Path:
    return make_actions(tmp_path / "work")


@pytest.mark.parametrize("approve", [True, False])
def test_an_answer_can_be_taken_back(actions: Path, approve: bool) -> None:
    ident = ask_for(actions)
    before = dump(actions)
    decide(actions.parent, ident, approve, "Ada", "why not", task=Task())
    back = undo(actions.parent, ident, "Ada", task=Task())
    assert back.approval.standing is Standing.WAITING
    assert bool(back.note) is approve
    assert dump(actions) == before
    newest = activities(actions.parent, task=Task())[0]
    assert newest.what == f"Take back the answer to request {ident}"
    assert newest.detail.startswith(f"Ada: was {'approved' if approve else 'denied'} by Ada at ")
    assert decide(actions.parent, ident, True, "Bob", "", task=Task()).approval.by == "Bob"


def test_an_answer_stands_when_its_command_has_run_or_somebody_else_gave_it(actions: Path) -> None:
    ident, theirs, unanswered = ask_for(actions), ask_for(actions), ask_for(actions)
    done = decide(actions.parent, ident, True, "Ada", "", task=Task())
    run_sql(actions, f"update command_executions set execution_timestamp = 1.0 where execution_id = {ident}")
    with pytest.raises(Conflict, match="has run: its answer stands"):
        undo(actions.parent, ident, task=Task(), decision=done)
    run_sql(
        actions,
        f"update pending_approvals set approved = 1, approved_by = 'Ada', approved_at = {time.time()}"
        f" where approval_id = {theirs}",
    )
    with pytest.raises(Conflict, match="and not by this program"):
        undo(actions.parent, theirs, task=Task())
    with pytest.raises(Conflict, match="has no answer"):
        undo(actions.parent, unanswered, task=Task())
    with pytest.raises(WrongUsage, match="no request 99"):
        undo(actions.parent, 99, task=Task())


def test_a_changed_answer_is_not_taken_back(actions: Path) -> None:
    ident = ask_for(actions)
    done = decide(actions.parent, ident, True, "Ada", "", task=Task())
    run_sql(actions, f"update pending_approvals set approved = 0 where approval_id = {ident}")
    with pytest.raises(Conflict, match="denied by Ada"):
        undo(actions.parent, ident, task=Task(), decision=done)
    run_sql(actions, f"update pending_approvals set approved = 1, approved_at = 5.0 where approval_id = {ident}")
    with pytest.raises(Conflict, match="not by this program"):
        undo(actions.parent, ident, task=Task(), decision=done)
    with pytest.raises(Conflict, match="not by this program"):
        undo(actions.parent, ident, task=Task())
    moved = replace(done, approval=replace(done.approval, at=5.0))
    assert undo(actions.parent, ident, task=Task(), decision=moved).approval.standing is Standing.WAITING


def test_without_its_command_an_answer_is_not_taken_back(actions: Path) -> None:
    ident = ask_for(actions)
    decide(actions.parent, ident, True, "Ada", "", task=Task())
    assert attempt(actions, f"delete from command_executions where execution_id = {ident}") == "ok"
    with pytest.raises(Conflict, match="is gone"):
        undo(actions.parent, ident, task=Task())
