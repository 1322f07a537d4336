"""Restoring into a database that is in use, and the way back from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.backups import copying, restore
from felix_dbadmin.core.backups.restore import STEPS, Restored, restore_backup, restore_copy
from felix_dbadmin.core.backups.take import BackupTaken, backup_from, take_backup
from felix_dbadmin.core.errors import BackupUnusable, Cancelled, CheckFailed, Locked, OutOfSpace, WrongUsage
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.helpers import NAME, change_bytes, damage_index, make_database, run_ours, when_copying
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import dump, query, run_sql

JOURNALS = pytest.mark.parametrize("journal", ["delete", "wal"])

CHANGES = (
    "delete from entries where id < 50",
    "insert into entries values (5000, 'new')",
    "create table later(x)",
    "drop index by_body",
)


def changed_since_backup(tmp_path: Path, journal: str) -> tuple[Path, BackupTaken]:
    database = make_database(tmp_path / NAME, journal=journal)
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    run_sql(database, *CHANGES)
    return database, taken


def back(taken: BackupTaken, database: Path, task: Task | None = None) -> Restored:
    return restore_backup(taken.path, database, taken.path.parent, task or Task())


@JOURNALS
def test_every_row_and_object_is_back_and_can_be_undone(tmp_path: Path, journal: str) -> None:
    database, taken = changed_since_backup(tmp_path, journal)
    changed = dump(database)
    restored = back(taken, database)
    assert dump(database) == dump(taken.path)
    assert query(database, "pragma journal_mode") == [(journal,)]
    assert restored.backup == taken.path.name
    assert {finding.name: finding.ok for finding in restored.findings}.items() >= {
        "integrity": True,
        "schema": True,
        "rows": True,
    }.items()
    assert restored.safety is not None
    assert restored.safety.verified
    assert restored.safety.path.name.startswith("pre_restore_felix_knowledge_")
    assert dump(restored.safety.path) == changed
    back(restored.safety, database)
    assert dump(database) == changed
    assert not list(tmp_path.rglob("*.partial*"))


def test_the_log_does_not_stay_as_large_as_the_database(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "wal")
    with holding(database, "select 1 from sqlite_schema"):
        restored = back(taken, database)
        assert database.with_name(f"{NAME}-wal").stat().st_size == 0
    assert {finding.name: finding.ok for finding in restored.findings}["checkpoint"] is True


def test_the_steps_are_told_in_order(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    heard: list[Progress] = []
    back(taken, database, Task(heard.append))
    assert {progress.steps for progress in heard} == {STEPS}
    assert list(dict.fromkeys(progress.step for progress in heard)) == [0, 1, 2, 3]


def test_a_reader_keeps_what_it_reads(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "wal")
    with holding(database, "begin", "select count(*) from entries"):
        restored = back(taken, database)
        assert attempt(database, "insert into entries values (6000, 'after')") == "ok"
    assert {finding.name: finding.ok for finding in restored.findings}["checkpoint"] is None
    assert query(database, "select count(*) from entries") == [(201,)]


@JOURNALS
def test_nobody_writes_between_the_safety_backup_and_the_restore(
    tmp_path: Path, journal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, taken = changed_since_backup(tmp_path, journal)
    said: list[str] = []

    def spy(*arguments: object, **options: object) -> BackupTaken:
        said.append(attempt(database, "insert into entries values (7000, 'too late')"))
        safety = take_safety(*arguments, **options)
        said.append(attempt(database, "insert into entries values (7000, 'too late')"))
        return safety

    take_safety: Callable[..., BackupTaken] = backup_from
    monkeypatch.setattr(restore, "backup_from", spy)
    back(taken, database)
    assert said == ["database is locked"] * 2
    assert attempt(database, "insert into entries values (7000, 'in time')") == "ok"


@JOURNALS
@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_cancel_before_the_end_of_the_write_leaves_the_old_state(
    tmp_path: Path, journal: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "STEP_BYTES", 8 * 4096)
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    database, taken = changed_since_backup(tmp_path, journal)
    before = dump(database)

    def listen(progress: Progress) -> None:
        if progress.step == step and (step == 0 or progress.note == "copying"):
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled):
        back(taken, database, task)
    assert dump(database) == before
    assert attempt(database, "insert into entries values (7000, 'free')") == "ok"
    assert not list(tmp_path.rglob("*.partial*"))


@JOURNALS
def test_a_cancel_after_the_write_does_not_claim_that_nothing_happened(tmp_path: Path, journal: str) -> None:
    database, taken = changed_since_backup(tmp_path, journal)
    task = Task(lambda progress: task.cancel() if progress.step == 3 else None)
    with pytest.raises(Cancelled, match="had been restored by then") as error:
        back(taken, database, task)
    assert "pre_restore_felix_knowledge_" in error.value.summary
    assert dump(database) == dump(taken.path)


@JOURNALS
def test_a_database_of_one_page_is_saved_before_it_is_overwritten(tmp_path: Path, journal: str) -> None:
    database = tmp_path / NAME
    run_sql(database, f"pragma journal_mode={journal}", "create table a(x)", "drop table a")
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    run_sql(database, "vacuum", "pragma user_version = 5")
    restored = back(taken, database)
    assert query(database, "pragma user_version") == [(0,)]
    assert restored.safety is not None
    assert restored.safety.manifest.user_version == 5


def test_a_write_of_another_program_after_the_restore_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, taken = changed_since_backup(tmp_path, "wal")

    def listen(progress: Progress) -> None:
        if progress.step == 3 and not said:
            said.append(attempt(database, "insert into entries values (8000, 'since')"))

    said: list[str] = []
    restored = back(taken, database, Task(listen))
    rows = next(finding for finding in restored.findings if finding.name == "rows")
    assert said == ["ok"]
    assert rows.ok is None
    assert "another program has written since" in rows.detail


@JOURNALS
def test_what_is_not_the_backup_after_the_write_is_an_error(
    tmp_path: Path, journal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, taken = changed_since_backup(tmp_path, journal)

    def skip(*arguments: object) -> None:
        """A write that does nothing and says nothing."""

    monkeypatch.setattr(restore, "finish_copy", skip)
    monkeypatch.setattr(restore, "copy_pages", skip)
    with pytest.raises(CheckFailed, match=r"is not what manual_felix_knowledge_.* is after the restore") as error:
        back(taken, database)
    assert "restoring pre_restore_felix_knowledge_" in error.value.hint


@JOURNALS
def test_another_programs_lock_is_named_and_nothing_changed(tmp_path: Path, journal: str) -> None:
    database, taken = changed_since_backup(tmp_path, journal)
    before = dump(database)
    with (
        holding(database, "begin immediate", "insert into entries values (9000, 'open')"),
        pytest.raises(Locked, match=NAME),
    ):
        back(taken, database, Task(lock_wait=0.0))
    assert dump(database) == before


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    before = dump(database)
    change_bytes(taken.path, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BackupUnusable, match="because it is damaged: checksum"):
        back(taken, database)
    with pytest.raises(BackupUnusable, match="because it is damaged: checksum"):
        restore_copy(taken.path, tmp_path / "copy.db", Task())
    assert dump(database) == before
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_of_another_database_is_refused(tmp_path: Path, migrated: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    other = make_database(tmp_path / "felix_other.db")
    with pytest.raises(BackupUnusable, match=r"is a backup of felix_knowledge\.db, not of felix_other\.db"):
        back(taken, other)
    with pytest.raises(BackupUnusable, match="is a backup of felix_workflow_history"):
        restore_backup(
            migrated / "backups" / "pre_migration_felix_workflow_history_20251024_165951.db",
            migrated / NAME,
            migrated / "backups",
            Task(),
        )
    ours = take_backup(database, tmp_path / "backups", "manual", Task(), component="notes")
    with pytest.raises(BackupUnusable):
        restore_backup(ours.path, database, tmp_path / "backups", Task(), component="knowledge")


@pytest.mark.parametrize(
    ("pragma", "what"),
    [("pragma encoding='UTF-16le'", "text encoding"), ("pragma application_id=77", "application id")],
)
def test_a_backup_that_open_programs_could_not_read_is_refused(tmp_path: Path, pragma: str, what: str) -> None:
    taken = take_backup(make_database(tmp_path / NAME, pragmas=(pragma,)), tmp_path / "backups", "manual", Task())
    (tmp_path / NAME).unlink()
    database = make_database(tmp_path / NAME, rows=30)
    before = dump(database)
    with pytest.raises(BackupUnusable, match=what):
        back(taken, database)
    assert dump(database) == before


def test_a_backup_whose_header_states_no_known_encoding_is_refused(tmp_path: Path) -> None:
    """What has the database open takes that for another encoding, and could not even read it back."""
    database, taken = changed_since_backup(tmp_path, "delete")
    before = dump(database)
    taken.path.with_name(f"{taken.path.name}.json").unlink()
    taken.path.chmod(0o600)
    with taken.path.open("r+b") as file:
        file.seek(56)
        file.write((4).to_bytes(4, "big"))
    with pytest.raises(BackupUnusable, match="encoding"):
        back(taken, database)
    assert dump(database) == before


@JOURNALS
def test_another_page_size_is_no_hindrance(tmp_path: Path, journal: str) -> None:
    source = make_database(tmp_path / NAME, pragmas=("pragma page_size=1024",))
    run_sql(source, "create table plain(x)", "insert into plain values (1), (2), (3)", "delete from plain where x = 2")
    taken = take_backup(source, tmp_path / "backups", "manual", Task())
    source.unlink()
    database = make_database(tmp_path / NAME, rows=20, journal=journal)
    back(taken, database)
    assert dump(database) == dump(taken.path)
    assert query(database, "select rowid from plain") == [(1,), (3,)]
    assert query(database, "pragma journal_mode") == [(journal,)]
    assert not list(tmp_path.rglob("*.partial*"))


def test_a_backup_in_wal_mode_does_not_bring_that_mode_along(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME, journal="wal")
    folder = tmp_path / "backups"
    folder.mkdir()
    copied = folder / "pre_migration_felix_knowledge_20251024_165951.db"
    shutil.copyfile(database, copied)
    run_sql(database, "pragma journal_mode=delete", *CHANGES)
    restore_backup(copied, database, folder, Task())
    assert query(database, "pragma journal_mode") == [("delete",)]
    assert query(database, "select count(*) from entries") == [(200,)]


def test_backups_of_the_original_program_can_be_restored(migrated: Path) -> None:
    name = "pre_migration_felix_knowledge_20251024_165951.db"
    restored = restore_backup(migrated / "backups" / name, migrated / NAME, migrated / "backups", Task())
    assert dump(migrated / NAME) == dump(migrated / "backups" / name)
    assert restored.safety is not None
    assert restored.safety.manifest.rows["knowledge_fts"] == 443


def test_a_database_that_is_damaged_inside_is_restored_and_its_safety_backup_says_so(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    back(taken, database)
    damage_index(database)
    restored = back(taken, database)
    assert dump(database) == dump(taken.path)
    assert query(database, "pragma integrity_check") == [("ok",)]
    assert restored.safety is not None
    assert not restored.safety.verified
    assert restored.safety.manifest.problems


def test_no_room_is_said_before_anything_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    asked: list[int] = []

    def full(folder: Path, needed: int, purpose: str) -> None:
        asked.append(needed)
        raise OutOfSpace(f"There is no room for {purpose}.", "Free some space.")

    monkeypatch.setattr(restore, "require_space", full)
    with pytest.raises(OutOfSpace, match="restoring manual_"):
        back(taken, database)
    assert asked[0] >= 2 * taken.manifest.bytes
    assert len(list(taken.path.parent.iterdir())) == 2


_KILLED = """
import os, signal, sys
from pathlib import Path
from felix_dbadmin.core import task
from felix_dbadmin.core.backups import copying
from felix_dbadmin.core.backups.restore import restore_backup
copying.STEP_BYTES = 8 * 4096
task.REPORT_INTERVAL = 0.0
def listen(progress):
    if progress.step == 2 and progress.note == "copying" and progress.done > 10:
        os.kill(os.getpid(), signal.SIGKILL)
restore_backup(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[1]).parent, task.Task(listen))
"""


@JOURNALS
def test_killed_in_the_middle_the_old_state_is_there(tmp_path: Path, journal: str) -> None:
    database, taken = changed_since_backup(tmp_path, journal)
    before = dump(database)
    assert run_ours(_KILLED, taken.path, database).returncode == -9
    assert dump(database) == before
    assert query(database, "pragma integrity_check") == [("ok",)]
    back(taken, database)
    assert dump(database) == dump(taken.path)


def test_a_copy_is_a_new_file_and_never_another_one(tmp_path: Path) -> None:
    database, taken = changed_since_backup(tmp_path, "delete")
    target = tmp_path / "copies.db"
    restored = restore_copy(taken.path, target, Task())
    assert (restored.database, restored.safety) == (target, None)
    assert dump(target) == dump(taken.path)
    assert target.stat().st_mode & 0o777 == 0o600
    assert attempt(target, "insert into entries values (9999, 'mine')") == "ok"
    before = dump(database)
    for taken_target in (target, database):
        with pytest.raises(WrongUsage, match="There is already a file"):
            restore_copy(taken.path, taken_target, Task())
    (tmp_path / "other.db-wal").write_bytes(b"left over")
    with pytest.raises(WrongUsage, match=r"other\.db-wal"):
        restore_copy(taken.path, tmp_path / "other.db", Task())
    assert dump(database) == before


def test_a_cancelled_copy_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "STEP_BYTES", 8 * 4096)
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    _, taken = changed_since_backup(tmp_path, "delete")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        restore_copy(taken.path, tmp_path / "copy.db", when_copying(Task.cancel))
    assert sorted(tmp_path.iterdir()) == before
