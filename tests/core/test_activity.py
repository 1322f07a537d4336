"""The journal: every piece of work and how it ended, also when its process died under it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from felix_dbadmin.core import activity as activity_module
from felix_dbadmin.core.activity import JOURNAL, activities, read_activities, recorded, settle_interrupted
from felix_dbadmin.core.backups.operations import back_up, restore, verify
from felix_dbadmin.core.errors import Cancelled, Conflict
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.paths import STATE_FOLDER
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import Workspace, open_workspace
from tests.helpers.workspaces import add_component, notes_database, run_sql

BEGINS = """
import sys
from pathlib import Path
from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.workspace import open_workspace
with recorded(open_workspace(Path(sys.argv[1])), "notes", "Apply 1 migration to notes", kind="apply"):
    print("begun", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    add_component(tmp_path)
    notes_database(tmp_path)
    return open_workspace(tmp_path)


@contextmanager
def working_elsewhere(workspace: Workspace) -> Iterator[None]:
    """Another process has begun a piece of work; at the end of the block it is killed in the middle of it."""
    with subprocess.Popen(
        [sys.executable, "-c", BEGINS, str(workspace.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        try:
            yield
        finally:
            process.kill()


def journal(workspace: Workspace) -> Path:
    return workspace.folder / STATE_FOLDER / JOURNAL


def test_everything_that_people_start_is_recorded_with_its_command(workspace: Workspace) -> None:
    folder = workspace.folder
    rehearsal = rehearse(folder, Request("notes"), task=Task())
    applied = carry_out(folder, rehearsal.plan, task=Task())
    back_up(folder, "notes", task=Task())
    verify(folder, applied.backup, task=Task())
    verify_component(folder, "notes", task=Task())
    carry_out(folder, rehearse(folder, Request("notes", Direction.DOWN, 0), task=Task()).plan, task=Task())
    restore(folder, "notes", applied.backup, task=Task())
    found = activities(folder, task=Task())[::-1]
    at = f" --workspace {folder}"
    assert [(item.kind, item.command.removesuffix(at)) for item in found] == [
        ("dry run", "felix-dbadmin dry-run --component notes"),
        ("apply", "felix-dbadmin migrate --component notes"),
        ("back up", "felix-dbadmin backup create --component notes"),
        ("verify", f"felix-dbadmin backup verify {applied.backup}"),
        ("verify", "felix-dbadmin verify --component notes"),
        ("dry run", "felix-dbadmin dry-run --rollback --component notes --to 0"),
        ("roll back", "felix-dbadmin rollback --component notes --to 0"),
        ("restore", f"felix-dbadmin backup restore {applied.backup} --component notes"),
    ]
    assert {(item.component, item.outcome) for item in found} == {("notes", "done")}
    assert [item.version for item in found] == [None, 1, None, None, None, None, 0, 0]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Conflict("It changed.", "Look."), "failed"),
        (Cancelled("Cancelled.", ""), "cancelled"),
        (ZeroDivisionError("a bug"), "failed"),
    ],
)
def test_how_it_ended_is_recorded(workspace: Workspace, error: Exception, outcome: str) -> None:
    with pytest.raises(type(error)), recorded(workspace, "notes", "Work"):
        raise error
    (found,) = read_activities(workspace)
    assert (found.outcome, str(error) in found.detail) == (outcome, True)
    assert not list((workspace.folder / STATE_FOLDER).glob("activity_*.lock"))


def test_work_whose_process_died_is_named_once_with_what_is_in_the_file(workspace: Workspace) -> None:
    with working_elsewhere(workspace):
        pass
    (found,) = settle_interrupted(workspace.folder, task=Task())
    assert (found.what, found.outcome) == ("Apply 1 migration to notes", "interrupted")
    assert found.detail == "notes.db was read again: version 0, whole (quick_check)."
    assert settle_interrupted(workspace.folder, task=Task()) == ()
    assert read_activities(workspace) == (found,)


def test_work_that_another_process_is_at_is_not_called_interrupted(workspace: Workspace) -> None:
    with working_elsewhere(workspace):
        assert settle_interrupted(workspace.folder, task=Task()) == ()
        (found,) = read_activities(workspace)
        assert (found.outcome, found.ended) == ("", None)


def test_work_of_another_thread_of_this_process_is_not_called_interrupted(workspace: Workspace) -> None:
    found: list[object] = []
    with recorded(workspace, "notes", "Work"):
        thread = threading.Thread(target=lambda: found.extend(settle_interrupted(workspace.folder, task=Task())))
        thread.start()
        thread.join()
    assert found == []
    assert [item.outcome for item in read_activities(workspace)] == ["done"]


def test_a_long_journal_loses_its_older_half_but_not_what_still_runs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_module, "JOURNAL_LIMIT", 20_000)
    with recorded(workspace, "notes", "The long one"):
        for number in range(200):
            with recorded(workspace, "notes", f"Work {number}") as entry:
                entry.detail = "x" * 50
        assert journal(workspace).stat().st_size <= 20_000
    names = [item.what for item in read_activities(workspace)]
    kept = len(names) - 1
    assert names == [*(f"Work {199 - number}" for number in range(kept)), "The long one"]
    assert 20 <= kept < 200
    assert {item.outcome for item in read_activities(workspace)} == {"done"}


def test_several_threads_at_once_lose_no_line(workspace: Workspace) -> None:
    def work(name: int) -> None:
        for number in range(10):
            with recorded(workspace, "notes", f"{name}.{number}"):
                pass

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_activities(workspace)
    assert sorted(item.what for item in found) == sorted(f"{a}.{b}" for a in range(4) for b in range(10))
    assert {item.outcome for item in found} == {"done"}


def test_a_journal_with_spoilt_lines_is_read_as_far_as_it_goes(workspace: Workspace) -> None:
    with recorded(workspace, "notes", "Work"):
        pass
    with journal(workspace).open("ab") as file:
        file.write(b'\xff\xfe\n[]\n{"id": 3}\n' + json.dumps({"id": "x", "event": "done", "time": 1}).encode() + b"\n{")
    with recorded(workspace, "notes", "After it"):
        pass
    assert [item.what for item in read_activities(workspace)] == ["After it", "Work"]


def test_a_journal_that_cannot_be_written_does_not_stop_the_work(workspace: Workspace) -> None:
    (workspace.folder / STATE_FOLDER).mkdir(exist_ok=True)
    journal(workspace).mkdir()
    with recorded(workspace, "notes", "Work") as entry:
        entry.detail = "went well"
    assert read_activities(workspace) == ()


def test_what_came_to_its_end_and_found_faults_says_so(workspace: Workspace) -> None:
    folder = workspace.folder
    rehearsal = rehearse(folder, Request("notes"), task=Task())
    backup = carry_out(folder, rehearsal.plan, task=Task()).backup
    verify_component(folder, "notes", task=Task())
    verify(folder, backup, task=Task())
    assert not any(item.faulty for item in read_activities(workspace))
    run_sql(folder / "notes.db", "drop index idx_notes_author")
    (workspace.backups / backup).write_bytes(b"no database" * 1000)
    verify_component(folder, "notes", task=Task())
    verify(folder, backup, task=Task())
    assert [(item.outcome, item.faulty) for item in read_activities(workspace)[:3]] == [
        ("done", True),
        ("done", True),
        ("done", False),
    ]
