"""Backing up and restoring while another program goes on writing: nothing that it was promised is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.backups import copying
from felix_dbadmin.core.backups.restore import restore_backup
from felix_dbadmin.core.backups.take import take_backup
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.task import Task
from tests.core.backups.helpers import NAME, make_database, published, writing
from tests.helpers.workspaces import query

JOURNALS = pytest.mark.parametrize("journal", ["delete", "wal"])
FIRST = 1_000_000
WRITTEN = f"select id from entries where id >= {FIRST} order by id"


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many steps, so that there is time for a write between two of them."""
    monkeypatch.setattr(copying, "STEP_BYTES", 64 * 1024)


def ids(rows: list[tuple[object, ...]]) -> list[int]:
    return [int(str(row[0])) for row in rows]


@JOURNALS
def test_a_backup_under_a_writer_ends_and_is_of_one_moment(tmp_path: Path, journal: str) -> None:
    database = make_database(tmp_path / NAME, rows=5000, journal=journal)
    with writing(database, FIRST) as writer:
        for _ in range(3):
            before = writer.so_far()
            taken = take_backup(database, tmp_path / "backups", "manual", Task())
            after = writer.so_far()
            inside = ids(published(taken.path, WRITTEN))
            assert before == inside[: len(before)]
            assert inside == after[: len(inside)], "a prefix of what was acknowledged: one moment"
            assert taken.manifest.rows["entries"] == 5000 + len(inside)
            assert verify_backup(taken.path, Task()).ok
        acknowledged, errors = writer.stop()
    assert errors == []
    assert ids(query(database, WRITTEN)) == acknowledged


@JOURNALS
def test_every_acknowledged_write_is_in_the_safety_backup_or_in_the_database(tmp_path: Path, journal: str) -> None:
    database = make_database(tmp_path / NAME, rows=2000, journal=journal)
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    with writing(database, FIRST) as writer:
        kept: set[int] = set()
        for _ in range(3):
            restored = restore_backup(taken.path, database, tmp_path / "backups", Task(lock_wait=60))
            assert restored.safety is not None
            assert restored.safety.verified
            kept.update(ids(published(restored.safety.path, WRITTEN)))
        acknowledged, errors = writer.stop()
    assert errors == []
    kept.update(ids(query(database, WRITTEN)))
    assert set(acknowledged) - kept == set()
    assert query(database, "select count(*) from entries where id < 1000000") == [(2000,)]
    assert query(database, "pragma integrity_check") == [("ok",)]
