"""The folder of databases: its settings, its components, and one piece of work per database at a time."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import Cancelled, Locked, MigrationFileInvalid, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable
from tests.helpers.peers import process
from tests.helpers.workspaces import add_component

SETTINGS = "felix-dbadmin.toml"
FIVE = ["knowledge", "tasks", "workflows", "agent_performance", "system_actions"]

LOCKING = """
import sys
from pathlib import Path
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import locked, open_workspace
workspace = open_workspace(Path(sys.argv[1]))
with locked(workspace, workspace.component("notes"), "apply 2 migrations", Task()):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    add_component(tmp_path)
    return open_workspace(tmp_path)


@pytest.fixture
def notes(workspace: Workspace) -> Component:
    return workspace.component("notes")


def names(folder: Path) -> list[str]:
    return [component.name for component in open_workspace(folder).components]


def test_an_empty_folder_has_felixs_five_components_in_order(tmp_path: Path) -> None:
    assert names(tmp_path) == FIVE
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_migrations_adds_its_components(workspace: Workspace, notes: Component) -> None:
    assert names(workspace.folder) == [*FIVE, "notes"]
    assert workspace.database(notes) == workspace.folder / "notes.db"
    assert workspace.backups == workspace.folder / "backups"


def test_a_relative_folder_is_the_same_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "felix").mkdir()
    monkeypatch.chdir(tmp_path)
    assert open_workspace(Path("felix")).folder == tmp_path / "felix"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_workspace(Path("~/felix")).folder == tmp_path / "felix"


def test_settings_name_more_folders_of_migrations(tmp_path: Path) -> None:
    add_component(tmp_path / "shared", "letters")
    add_component(tmp_path / "ours", "notes")
    (tmp_path / SETTINGS).write_text(f'migrations = ["shared/migrations", "{tmp_path}/ours/migrations"]')
    assert names(tmp_path) == [*FIVE, "letters", "notes"]


def test_an_unknown_component_is_answered_with_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage) as caught:
        workspace.component("note")
    assert "no component named note" in caught.value.summary
    assert "knowledge" in caught.value.hint
    assert "notes" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("migrations = [", "cannot be read"),
        ('migrations = "extra"', "migrations is not a list of paths"),
        ("migrations = [1]", "migrations is not a list of paths"),
        ('migrations = ["extra"]', "names extra, which is not a folder"),
        ("\udcff", "cannot be read"),
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path: Path, settings: str, said: str) -> None:
    (tmp_path / SETTINGS).write_text(settings, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(WorkspaceUnusable) as caught:
        open_workspace(tmp_path)
    assert str(tmp_path / SETTINGS) in caught.value.summary
    assert said in caught.value.summary
    assert caught.value.hint


def test_settings_without_migrations_are_fine(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text('title = "mine"')
    assert names(tmp_path) == FIVE


def test_a_folder_that_is_not_there_and_a_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, said in (("absent", "does not exist"), ("file", "is not a folder")):
        with pytest.raises(WorkspaceUnusable) as caught:
            open_workspace(tmp_path / name)
        assert f"{tmp_path / name} {said}" in caught.value.summary
        assert "felix-dbadmin init" in caught.value.hint


@pytest.mark.parametrize(("name", "database"), [("knowledge", "other.db"), ("letters", "Felix_Knowledge.db")])
def test_a_component_cannot_take_the_name_or_the_database_of_another(tmp_path: Path, name: str, database: str) -> None:
    folder = add_component(tmp_path, name)
    (folder / "component.toml").write_text(f'database = "{database}"')
    with pytest.raises(MigrationFileInvalid) as caught:
        open_workspace(tmp_path)
    assert name in caught.value.summary


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(workspace: Workspace) -> None:
    workspace.folder.chmod(0o500)
    with pytest.raises(WorkspaceUnusable) as caught:
        require_writable(workspace)
    assert "is not writable" in caught.value.summary


def test_a_writable_folder_is_accepted(workspace: Workspace) -> None:
    require_writable(workspace)


def test_the_holder_of_a_lock_is_named(workspace: Workspace, notes: Component) -> None:
    with (
        process(LOCKING, str(workspace.folder)) as other,
        pytest.raises(Locked) as caught,
        locked(workspace, notes, "take a backup", Task(lock_wait=0.05)),
    ):
        pass
    assert f"notes.db is being worked on by another felix-dbadmin (process {other.pid} on " in caught.value.summary
    assert "apply 2 migrations, since 20" in caught.value.summary
    assert "it still was after 50 ms" in caught.value.summary


def test_a_lock_holds_where_nothing_can_be_written_about_its_holder(workspace: Workspace, notes: Component) -> None:
    """As on a full disk: what frees it must not fail for want of a note."""
    (workspace.folder / ".felix-dbadmin" / "notes.db.holder.json").mkdir(parents=True)
    with locked(workspace, notes, "delete a backup", Task()):
        with pytest.raises(Locked) as caught, locked(workspace, notes, "prune", Task(lock_wait=0.05)):
            pass
        assert "by another felix-dbadmin;" in caught.value.summary
    with locked(workspace, notes, "prune", Task()):
        pass


def test_a_lock_is_free_after_its_holder_was_killed(workspace: Workspace, notes: Component) -> None:
    with process(LOCKING, str(workspace.folder)) as other:
        other.kill()
        other.wait()
    with locked(workspace, notes, "take a backup", Task(lock_wait=0.0)):
        pass


def test_who_waits_for_a_lock_is_told_at_once_who_holds_it(workspace: Workspace, notes: Component) -> None:
    told: list[Progress] = []
    with (
        locked(workspace, notes, "take a backup", Task()),
        pytest.raises(Locked),
        locked(workspace, notes, "prune", Task(told.append, lock_wait=0.05)),
    ):
        pytest.fail("two hold one lock")
    words = f"Waits for another felix-dbadmin (process {os.getpid()} on "
    assert told[0].note.startswith(words)
    assert ": take a backup, since " in told[0].note


def test_waiting_for_a_lock_ends_when_cancelled(workspace: Workspace, notes: Component) -> None:
    task = Task(lock_wait=600.0)
    with process(LOCKING, str(workspace.folder)):
        threading.Timer(0.05, task.cancel).start()
        with pytest.raises(Cancelled), locked(workspace, notes, "take a backup", task):
            pass


def test_a_lock_that_is_given_back_in_time_is_taken(workspace: Workspace, notes: Component) -> None:
    with process(LOCKING, str(workspace.folder)) as other:
        threading.Timer(0.05, other.kill).start()
        with locked(workspace, notes, "take a backup", Task(lock_wait=600.0)):
            pass


def test_other_databases_can_be_worked_on_meanwhile(workspace: Workspace, notes: Component) -> None:
    knowledge = workspace.component("knowledge")
    task = Task(lock_wait=0.0)
    with locked(workspace, notes, "one", task), locked(workspace, knowledge, "another", task):
        pass


def test_the_same_database_cannot_be_worked_on_twice_in_one_process(workspace: Workspace, notes: Component) -> None:
    task = Task(lock_wait=0.0)
    with (
        locked(workspace, notes, "one", task),
        pytest.raises(Locked, match=f"process {os.getpid()} on .*: one"),
        locked(workspace, notes, "another", task),
    ):
        pass


def test_a_lock_is_given_back_after_a_failure(workspace: Workspace, notes: Component) -> None:
    task = Task(lock_wait=0.0)
    with pytest.raises(ZeroDivisionError), locked(workspace, notes, "one", task):
        raise ZeroDivisionError
    with locked(workspace, notes, "another", task) as state:
        assert state == workspace.folder / ".felix-dbadmin"
        assert state.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in state.iterdir()] == ["notes.db.lock"]


def test_the_next_one_sweeps_what_a_crash_left_and_nothing_else(workspace: Workspace, notes: Component) -> None:
    state = workspace.folder / ".felix-dbadmin"
    for folder in (state, workspace.backups):
        folder.mkdir()
    clone = state / "rehearsal_notes.db_1"
    proof = state / "rehearsal_notes.db_1-proof-journal"
    unfinished = workspace.backups / "manual_notes_20251024_165951.db.partial"
    repaged = workspace.backups / "manual_notes_20251024_165951.db.partial_repaged-journal"
    kept = [
        state / "rehearsal_felix_knowledge.db_1",
        state / "activity.jsonl",
        workspace.backups / "manual_notes_20251024_165951.db",
        workspace.backups / "manual_felix_knowledge_20251024_165951.db.partial",
    ]
    for path in (clone, proof, unfinished, repaged, *kept):
        path.touch()
    with locked(workspace, notes, "take a backup", Task()):
        assert not any(path.exists() for path in (clone, proof, unfinished, repaged))
        assert all(path.exists() for path in kept)
