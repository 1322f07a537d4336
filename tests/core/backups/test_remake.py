"""Restoring where the database is missing, or is something that SQLite cannot read."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.backups import copying
from felix_dbadmin.core.backups.restore import restore_backup
from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.errors import Cancelled, Conflict, DatabaseUnusable
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.helpers import NAME, make_database
from tests.helpers.peers import attempt, killed_after
from tests.helpers.workspaces import dump, query

BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "zero bytes": lambda data: b"",
    "garbage": lambda data: b"this was a database once\n" * 200,
    "header gone": lambda data: b"\0" * 100 + data[100:],
    "truncated": lambda data: data[:5000],
    "schema gone": lambda data: data[:100] + b"\xee" * 3996 + data[4096:],
}


def with_backup(tmp_path: Path, journal: str = "delete") -> tuple[Path, BackupTaken]:
    database = make_database(tmp_path / NAME, journal=journal)
    return database, take_backup(database, tmp_path / "backups", "manual", Task())


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_missing_database_is_made_anew_in_its_mode(tmp_path: Path, journal: str) -> None:
    database, taken = with_backup(tmp_path, journal)
    database.unlink()
    restored = restore_backup(taken.path, database, taken.path.parent, Task())
    assert dump(database) == dump(taken.path)
    assert query(database, "pragma journal_mode") == [(journal,)]
    assert (restored.safety, restored.set_aside) == (None, ())
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert attempt(database, "insert into entries values (9999, 'works')") == "ok"
    assert not list(tmp_path.rglob("*.partial*"))


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_database_is_kept_and_replaced(tmp_path: Path, kind: str) -> None:
    database, taken = with_backup(tmp_path)
    broken = BROKEN[kind](database.read_bytes())
    database.write_bytes(broken)
    database.chmod(0o640)
    restored = restore_backup(taken.path, database, taken.path.parent, Task())
    assert dump(database) == dump(taken.path)
    assert stat.S_IMODE(database.stat().st_mode) == 0o640
    assert restored.safety is None
    assert [path.read_bytes() for path in restored.set_aside] == ([broken] if broken else [])
    for path in restored.set_aside:
        assert path.name.startswith("broken_felix_knowledge_")
        assert path.suffix == ".bin"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert attempt(database, "insert into entries values (9999, 'works')") == "ok"


def test_a_left_over_log_does_not_come_back_into_the_restored_database(tmp_path: Path) -> None:
    database, taken = with_backup(tmp_path, "wal")
    killed_after(database, "delete from entries", "insert into entries values (1, 'from the log')")
    log = database.with_name(f"{NAME}-wal").read_bytes()
    assert log
    database.unlink()
    restored = restore_backup(taken.path, database, taken.path.parent, Task())
    assert dump(database) == dump(taken.path)
    assert [path.read_bytes() for path in restored.set_aside] == [log]


def test_a_hot_journal_of_the_broken_file_is_kept_with_it(tmp_path: Path) -> None:
    database, taken = with_backup(tmp_path)
    killed_after(database, "pragma cache_size=1", "begin", "update entries set body = 'half done'")
    journal = database.with_name(f"{NAME}-journal").read_bytes()
    database.write_bytes(b"no header" + database.read_bytes()[9:])
    restored = restore_backup(taken.path, database, taken.path.parent, Task())
    assert dump(database) == dump(taken.path)
    assert [path.name.rpartition(".bin")[2] for path in restored.set_aside] == ["", "-journal"]
    assert restored.set_aside[1].read_bytes() == journal


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_cancel_leaves_the_broken_file_as_it_was(tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "STEP_BYTES", 8 * 4096)
    database, taken = with_backup(tmp_path)
    database.write_bytes(b"garbage")
    before = sorted(tmp_path.rglob("*"))
    task = Task(lambda progress: task.cancel() if progress.step == step else None)
    with pytest.raises(Cancelled):
        restore_backup(taken.path, database, taken.path.parent, task)
    assert database.read_bytes() == b"garbage"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_database_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    database, taken = with_backup(tmp_path)
    database.unlink()

    def appear(progress: Progress) -> None:
        if progress.step == 3 and not database.exists():
            make_database(database, rows=7)

    with pytest.raises(Conflict, match=r"Another program has just written felix_knowledge\.db"):
        restore_backup(taken.path, database, taken.path.parent, Task(appear))
    assert query(database, "select count(*) from entries") == [(7,)]
    assert not list(tmp_path.rglob("*.partial*"))


def test_a_broken_database_that_somebody_mends_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    database, taken = with_backup(tmp_path)
    whole = database.read_bytes()
    database.write_bytes(b"garbage")

    def mend(progress: Progress) -> None:
        if progress.step == 3:
            database.write_bytes(whole)

    with pytest.raises(Conflict, match="it was left as it is"):
        restore_backup(taken.path, database, taken.path.parent, Task(mend))
    assert database.read_bytes() == whole


def test_without_hard_links_it_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, taken = with_backup(tmp_path)
    database.unlink()

    def unsupported(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("felix_dbadmin.core.backups.publish.os.link", unsupported)
    restore_backup(taken.path, database, taken.path.parent, Task())
    assert dump(database) == dump(taken.path)


def test_the_place_that_a_link_points_to_is_restored(tmp_path: Path) -> None:
    _, taken = with_backup(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    real = (tmp_path / NAME).rename(tmp_path / "elsewhere" / "data.db")
    link = tmp_path / NAME
    link.symlink_to(real)
    real.write_bytes(b"garbage")
    restore_backup(taken.path, link, taken.path.parent, Task())
    assert link.is_symlink()
    assert dump(real) == dump(taken.path)


def test_what_is_only_out_of_reach_is_left_alone(tmp_path: Path) -> None:
    database, taken = with_backup(tmp_path)
    database.unlink()
    database.mkdir()
    with pytest.raises(DatabaseUnusable, match="is a folder"):
        restore_backup(taken.path, database, taken.path.parent, Task())
    assert database.is_dir()


def test_two_broken_files_in_one_second_are_both_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, taken = with_backup(tmp_path)
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    kept: list[Path] = []
    for content in (b"first", b"second"):
        database.write_bytes(content)
        kept += restore_backup(taken.path, database, taken.path.parent, Task()).set_aside
    assert [path.read_bytes() for path in kept] == [b"first", b"second"]
