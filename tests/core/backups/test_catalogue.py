"""The list of backups: newest first, told from names and manifests, partial ones left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.backups import take
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.names import manifest_of, parse_name
from felix_dbadmin.core.task import Task
from tests.core.backups.helpers import NAME, change_bytes, make_database


def test_no_folder_means_no_backups(tmp_path: Path) -> None:
    assert list_backups(tmp_path / "backups") == ()


def test_newest_first_and_only_finished_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = make_database(tmp_path / NAME)
    folder = tmp_path / "backups"
    for moment in (1_700_000_000.0, 1_800_000_000.0, 1_750_000_000.0):
        monkeypatch.setattr("time.time", lambda now=moment: now)
        take.take_backup(database, folder, "manual", Task(), component="knowledge", note="x")
    (folder / "manual_felix_knowledge_20300101_000000.db.partial").touch()
    (folder / "broken_felix_knowledge_20300101_000000.bin").touch()
    (folder / "folder.db").mkdir()
    (folder / "dangling.db").symlink_to(folder / "nowhere")
    listed = list_backups(folder)
    assert [backup.created for backup in listed] == [1_800_000_000.0, 1_750_000_000.0, 1_700_000_000.0]
    assert {(backup.reason, backup.database, backup.component) for backup in listed} == {
        ("manual", "felix_knowledge", "knowledge")
    }
    assert all(backup.verified_at and backup.size == backup.path.stat().st_size for backup in listed)


def test_original_backups_are_known_by_their_names(migrated: Path) -> None:
    listed = list_backups(migrated / "backups")
    assert {backup.database for backup in listed} == {
        "felix_knowledge",
        "felix_task_memory",
        "felix_workflow_history",
    }
    for backup in listed:
        name = parse_name(backup.name)
        assert name is not None
        assert (backup.reason, backup.created) == ("pre_migration", name.moment)
        assert (backup.manifest, backup.verified_at, backup.problem) == (None, None, "")


def test_versions_inside_come_from_the_manifest(migrated: Path) -> None:
    taken = take.take_backup(migrated / NAME, migrated / "backups", "manual", Task(), component="knowledge")
    newest = list_backups(migrated / "backups")[0]
    assert newest.path == taken.path
    assert [version for version, _ in newest.versions] == [1, 2]


def test_an_unreadable_manifest_or_a_strange_name_hides_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    taken = take.take_backup(make_database(tmp_path / NAME), folder, "manual", Task())
    manifest_of(taken.path).write_text("nonsense")
    make_database(folder / "my own copy.db")
    found = {backup.name: backup for backup in list_backups(folder)}
    assert found[taken.path.name].problem == f"The manifest of {taken.path.name} is not valid JSON."
    assert (found[taken.path.name].reason, found[taken.path.name].verified_at) == ("manual", None)
    assert (found["my own copy.db"].reason, found["my own copy.db"].database) == ("", "")


def test_no_backup_is_opened_for_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    taken = take.take_backup(make_database(tmp_path / NAME), folder, "manual", Task())
    change_bytes(taken.path, lambda data: b"no database at all")
    assert [backup.name for backup in list_backups(folder)] == [taken.path.name]
