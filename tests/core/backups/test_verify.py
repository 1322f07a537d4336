"""Verifying a backup: what is whole is called so, and each kind of damage is found and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.backups.catalogue import read_backup
from felix_dbadmin.core.backups.manifest import read_manifest
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.backups.verify import Verification, verify_backup
from felix_dbadmin.core.errors import Cancelled, WrongUsage
from felix_dbadmin.core.task import Task
from tests.core.backups.helpers import NAME, change_bytes, damage_index, make_database
from tests.helpers.workspaces import run_sql


@pytest.fixture
def taken(tmp_path: Path) -> BackupTaken:
    return take_backup(make_database(tmp_path / NAME), tmp_path / "backups", "manual", Task())


def judged(verification: Verification) -> dict[str, bool | None]:
    return {finding.name: finding.ok for finding in verification.findings}


def test_a_whole_backup_is_verified_and_marked(taken: BackupTaken) -> None:
    verification = verify_backup(taken.path, Task())
    assert verification.ok
    assert verification.recorded
    assert judged(verification) == dict.fromkeys(
        ("checksum", "integrity", "search indexes", "foreign keys", "schema", "rows"), True
    )
    manifest = read_manifest(taken.path)
    assert manifest is not None
    assert manifest.verified_at == verification.verified_at
    assert taken.manifest.verified_at is not None
    assert manifest.verified_at is not None
    assert manifest.verified_at > taken.manifest.verified_at
    assert len(list(taken.path.parent.iterdir())) == 2, "looking leaves no -wal or -shm"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.one_of(st.integers(0, 99), st.floats(0, 1, exclude_max=True)), bit=st.integers(0, 7))
@example(place=47, bit=3)  # the schema's format: no such format is known
def test_one_flipped_bit_is_found_wherever_it_is(taken: BackupTaken, place: float, bit: int) -> None:
    whole = taken.path.read_bytes()
    position = place if isinstance(place, int) else int(place * len(whole))
    flipped = bytes([whole[position] ^ (1 << bit)])
    change_bytes(taken.path, lambda old: old[:position] + flipped + old[position + 1 :])
    try:
        verification = verify_backup(taken.path, Task())
        listed = read_backup(taken.path)
    finally:
        change_bytes(taken.path, lambda old: whole)
    assert not verification.ok
    assert judged(verification)["checksum"] is False
    assert listed is not None
    assert listed.verified_at is None
    assert verify_backup(taken.path, Task()).ok


@pytest.mark.parametrize("left", [0, 50, 5000, -1, -4096])
def test_a_truncated_backup_is_found(taken: BackupTaken, left: int) -> None:
    change_bytes(taken.path, lambda data: data[:left])
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert "checksum" in verification.failures
    manifest_of(taken.path).unlink()
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert "readable" in verification.failures


def test_an_empty_but_valid_database_is_found(taken: BackupTaken, tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    run_sql(empty, "create table entries(id integer primary key, body text)")
    change_bytes(taken.path, lambda data: empty.read_bytes())
    verification = verify_backup(taken.path, Task())
    found = judged(verification)
    assert (found["checksum"], found["integrity"], found["schema"], found["rows"]) == (False, True, False, False)
    assert "entries has 0 rows instead of 200" in verification.failures


def test_the_manifest_of_another_backup_is_found(taken: BackupTaken, tmp_path: Path) -> None:
    other = take_backup(make_database(tmp_path / "felix_other.db", rows=50), tmp_path / "backups", "manual", Task())
    manifest_of(other.path).replace(manifest_of(taken.path))
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert judged(verification)["checksum"] is False


def test_a_manifest_that_is_nonsense_is_found(taken: BackupTaken) -> None:
    manifest_of(taken.path).write_text("{")
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert judged(verification)["manifest"] is False


def test_a_damaged_index_is_found_without_a_manifest(taken: BackupTaken) -> None:
    manifest_of(taken.path).unlink()
    damage_index(taken.path)
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert judged(verification)["integrity"] is False
    assert not verification.recorded


def test_a_copy_of_a_damaged_database_stays_unverified(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    damage_index(database)
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    verification = verify_backup(taken.path, Task())
    assert not verification.ok
    assert (judged(verification)["checksum"], judged(verification)["integrity"]) == (True, False)


def test_backups_of_the_original_program_are_compared_with_nothing(migrated: Path) -> None:
    for path in sorted((migrated / "backups").glob("*.db")):
        verification = verify_backup(path, Task())
        assert verification.ok
        assert judged(verification)["manifest"] is None
        assert judged(verification)["integrity"] is True
        assert judged(verification)["rows"] is None
        assert not verification.recorded
    assert not list((migrated / "backups").glob("*.json"))


def test_a_log_beside_a_copied_file_is_not_passed_over(taken: BackupTaken) -> None:
    copy = taken.path.with_name("copied.db")
    shutil.copyfile(taken.path, copy)
    copy.with_name("copied.db-wal").write_bytes(b"frames")
    verification = verify_backup(copy, Task())
    assert not verification.ok
    assert "the file alone is not all" in verification.failures


def test_dangling_links_are_told_and_are_no_fault_of_the_backup(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    run_sql(database, "insert into tags values (12345, 'nowhere')")
    verification = verify_backup(take_backup(database, tmp_path / "backups", "manual", Task()).path, Task())
    assert verification.ok
    assert judged(verification)["foreign keys"] is None


def test_an_index_over_another_table_counts_as_checked_only_while_the_bytes_are_the_same(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    run_sql(database, "create virtual table bodies using fts5(body, content='tags')")
    run_sql(database, "drop table entries_fts", "drop table bodies")
    run_sql(
        database,
        "create virtual table bodies using fts5(body, content='entries', content_rowid='id')",
        "insert into bodies(bodies) values ('rebuild')",
    )
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    assert judged(verify_backup(taken.path, Task()))["search indexes"] is True
    manifest_of(taken.path).unlink()
    assert judged(verify_backup(taken.path, Task()))["search indexes"] is None


def test_a_cancel_marks_nothing(taken: BackupTaken) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        verify_backup(taken.path, task)
    assert read_manifest(taken.path) == taken.manifest


def test_no_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"There is no backup gone\.db"):
        verify_backup(tmp_path / "gone.db", Task())
