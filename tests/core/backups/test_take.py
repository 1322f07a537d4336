"""Taking a backup: all of the database, in a private file, or nothing at all."""

from __future__ import annotations

import errno
import hashlib
import stat
import threading
from pathlib import Path

import pytest

from felix_dbadmin.core.backups import copying, take
from felix_dbadmin.core.backups.manifest import read_manifest
from felix_dbadmin.core.backups.take import backup_from, take_backup
from felix_dbadmin.core.connection import open_reader, open_writer
from felix_dbadmin.core.errors import (
    Cancelled,
    CheckFailed,
    DatabaseUnusable,
    Locked,
    OutOfSpace,
    WorkspaceUnusable,
    WrongUsage,
)
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.helpers import NAME, damage_index, make_database, published, run_ours, when_copying
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import dump, run_sql


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight pages to a step, so that a small database takes several."""
    monkeypatch.setattr(copying, "STEP_BYTES", 8 * 4096)
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_backup_is_private_read_only_and_described(tmp_path: Path, journal: str) -> None:
    database = make_database(tmp_path / NAME, journal=journal)
    folder = tmp_path / "backups"
    taken = take_backup(database, folder, "manual", Task(), component="knowledge", note="before the holidays")
    assert taken.verified
    assert sorted(path.name for path in folder.iterdir()) == [taken.path.name, f"{taken.path.name}.json"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o400
    assert stat.S_IMODE((folder / f"{taken.path.name}.json").stat().st_mode) == 0o600
    manifest = read_manifest(taken.path)
    assert manifest == taken.manifest
    assert manifest.sha256 == hashlib.sha256(taken.path.read_bytes()).hexdigest()
    assert manifest.bytes == taken.path.stat().st_size
    assert (manifest.database, manifest.component, manifest.reason) == (NAME, "knowledge", "manual")
    assert (manifest.note, manifest.journal_mode) == ("before the holidays", journal)
    assert manifest.rows == {"entries": 200, "tags": 20, "entries_fts": 20}
    assert published(taken.path, "pragma journal_mode") == [("delete",)]
    assert dump(database) == dump(taken.path)


def test_rows_that_wait_in_the_log_are_in_the_backup(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME, journal="wal")
    with holding(database, "insert into entries values (777, 'only in the log')"):
        assert (tmp_path / f"{NAME}-wal").stat().st_size > 0
        taken = take_backup(database, tmp_path / "backups", "manual", Task())
    assert published(taken.path, "select body from entries where id = 777") == [("only in the log",)]


def test_the_ledger_inside_is_told(migrated: Path) -> None:
    taken = take_backup(migrated / NAME, migrated / "backups", "manual", Task(), component="knowledge")
    assert taken.manifest.versions == (
        (1, "Add composite indexes for efficient filtering and sorting"),
        (2, "Add FTS5 virtual table for fast content search"),
    )
    assert taken.manifest.rows["schema_migrations"] == 2
    assert taken.manifest.rows["knowledge_entries"] == 443
    assert taken.manifest.rows["knowledge_fts"] == 443


def test_two_backups_in_one_second_are_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = make_database(tmp_path / NAME)
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    names = [take_backup(database, tmp_path / "backups", "manual", Task()).path.name for _ in range(3)]
    assert names[1:] == [f"{Path(names[0]).stem}_2.db", f"{Path(names[0]).stem}_3.db"]
    assert len(list((tmp_path / "backups").glob("*.db"))) == 3


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_cancel_in_the_middle_leaves_nothing(tmp_path: Path, journal: str) -> None:
    database = make_database(tmp_path / NAME, journal=journal)
    before = dump(database)
    with pytest.raises(Cancelled):
        take_backup(database, tmp_path / "backups", "manual", when_copying(Task.cancel))
    assert list((tmp_path / "backups").iterdir()) == []
    assert dump(database) == before
    assert attempt(database, "insert into entries values (9999, 'free')") == "ok"


@pytest.mark.usefixtures("small_steps")
def test_progress_never_goes_back(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME, rows=2000)
    heard: list[Progress] = []
    taken = take_backup(database, tmp_path / "backups", "manual", Task(heard.append))
    copied = [progress for progress in heard if progress.note == "copying"]
    assert len(copied) > 10
    assert [item.done for item in copied] == sorted(item.done for item in copied)
    assert {item.total for item in copied} == {taken.manifest.bytes // taken.manifest.page_size}


@pytest.mark.usefixtures("small_steps")
def test_a_write_during_the_copy_is_not_in_it_and_not_lost(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME, journal="wal")
    said: list[str] = []

    def write(task: Task) -> None:
        said.append(attempt(database, "insert into entries values (777, 'meanwhile')"))

    taken = take_backup(database, tmp_path / "backups", "manual", when_copying(write))
    assert said == ["ok"]
    assert taken.manifest.rows["entries"] == 200
    assert len(dump(database)["entries"]) == 201


def test_the_write_lock_of_another_connection_is_no_hindrance(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    with open_writer(database) as writer, open_reader(database) as reader:
        writer.execute("begin immediate")
        taken = backup_from(reader, database, tmp_path / "backups", "pre_migration", Task())
        writer.execute("delete from entries where id = 1")
        writer.execute("commit")
    assert taken.manifest.rows["entries"] == 200


def test_an_exclusive_lock_of_another_program_is_named(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    with holding(database, "begin exclusive"), pytest.raises(Locked) as error:
        take_backup(database, tmp_path / "backups", "manual", Task(lock_wait=0))
    assert NAME in error.value.summary
    assert not list(tmp_path.rglob("*.partial"))


def test_a_damaged_database_is_backed_up_and_not_called_verified(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    damage_index(database)
    taken = take_backup(database, tmp_path / "backups", "pre_repair", Task())
    assert not taken.verified
    assert taken.manifest.verified_at is None
    assert taken.manifest.problems
    assert taken.path.read_bytes()[4096:] == database.read_bytes()[4096:]


def test_an_index_that_does_not_match_its_table_is_a_problem(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    run_sql(database, "create virtual table bodies using fts5(body, content='entries', content_rowid='id')")
    taken = take_backup(database, tmp_path / "backups", "manual", Task())
    assert not taken.verified
    assert "bodies" in taken.manifest.problems[0]
    run_sql(database, "insert into bodies(bodies) values ('rebuild')")
    assert take_backup(database, tmp_path / "backups", "manual", Task()).verified


def test_a_copy_that_reads_back_otherwise_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = make_database(tmp_path / NAME)

    def truncate(path: Path, _task: Task) -> None:
        run_sql(path, "delete from entries where id = 5")

    monkeypatch.setattr(take, "sync_file", truncate)
    with pytest.raises(CheckFailed, match=r"entries has 199 rows instead of 200.*thrown away"):
        take_backup(database, tmp_path / "backups", "manual", Task())
    assert list((tmp_path / "backups").iterdir()) == []


def test_damage_that_only_the_copy_has_is_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = make_database(tmp_path / NAME)
    monkeypatch.setattr(take, "sync_file", lambda path, _task: damage_index(path))
    with pytest.raises(CheckFailed, match=r"is damaged and felix_knowledge\.db is not"):
        take_backup(database, tmp_path / "backups", "manual", Task())
    assert list((tmp_path / "backups").iterdir()) == []


def test_no_room_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = make_database(tmp_path / NAME)

    def full(folder: Path, needed: int, purpose: str) -> None:
        raise OutOfSpace(f"There is no room for {purpose}.", "Free some space.")

    monkeypatch.setattr(take, "require_space", full)
    with pytest.raises(OutOfSpace, match=rf"a backup of {NAME}"):
        take_backup(database, tmp_path / "backups", "manual", Task())
    assert list((tmp_path / "backups").iterdir()) == []


_LIMITED = """
import resource, sys
from pathlib import Path
from felix_dbadmin.core.backups.take import take_backup
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.task import Task
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    take_backup(Path(sys.argv[1]), Path(sys.argv[2]), "manual", Task())
except DbAdminError as error:
    print(type(error).__name__, error.summary)
"""


def test_the_cause_is_named_where_sqlite_says_only_that_it_is_not_an_error(tmp_path: Path) -> None:
    done = run_ours(_LIMITED, make_database(tmp_path / NAME), tmp_path / "backups", Path("10000"))
    assert "(IO: SQLITE_IOERR_WRITE)" in done.stdout


def test_a_cancel_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system cannot be stopped while it makes 500 MB durable; nobody waits for it, and nothing stays behind."""
    database, task, released = make_database(tmp_path / NAME), Task(), threading.Event()

    def slow(_descriptor: int) -> None:
        task.cancel()
        assert released.wait(60)

    monkeypatch.setattr("os.fsync", slow)
    with pytest.raises(Cancelled):
        take_backup(database, tmp_path / "backups", "manual", task)
    assert list((tmp_path / "backups").iterdir()) == []
    released.set()


def test_a_disk_that_fails_in_the_thread_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(WorkspaceUnusable, match="Input/output error"):
        take_backup(make_database(tmp_path / NAME), tmp_path / "backups", "manual", Task())
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("limit", [1, 10_000, 60_000])
def test_a_write_that_the_system_refuses_leaves_nothing(tmp_path: Path, limit: int) -> None:
    database = make_database(tmp_path / NAME)
    assert database.stat().st_size > 60_000
    done = run_ours(_LIMITED, database, tmp_path / "backups", Path(str(limit)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("DatabaseUnusable", "OutOfSpace"))
    assert list((tmp_path / "backups").iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from felix_dbadmin.core.backups import copying
from felix_dbadmin.core.backups.take import take_backup
from felix_dbadmin.core.task import Task
copying.STEP_BYTES = 8 * 4096
listener = lambda progress: os.kill(os.getpid(), signal.SIGKILL) if progress.note == sys.argv[3] else None
take_backup(Path(sys.argv[1]), Path(sys.argv[2]), "manual", Task(listener))
"""


def test_a_killed_backup_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    database = make_database(tmp_path / NAME)
    done = run_ours(_KILLED, database, tmp_path / "backups", Path("copying"))
    assert done.returncode == -9
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".partial"]
    assert take_backup(database, tmp_path / "backups", "manual", Task()).verified


def test_a_manifest_that_cannot_be_written_takes_the_backup_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = make_database(tmp_path / NAME)

    def refuse(backup: Path, manifest: object) -> None:
        raise OutOfSpace("There is no room left.", "Free some space.")

    monkeypatch.setattr(take, "write_manifest", refuse)
    with pytest.raises(OutOfSpace):
        take_backup(database, tmp_path / "backups", "manual", Task())
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_cannot_be_backed_up_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"gone\.db does not exist"):
        take_backup(tmp_path / "gone.db", tmp_path / "backups", "manual", Task())
    database = make_database(tmp_path / NAME)
    with pytest.raises(WrongUsage, match="no kind of backup named why"):
        take_backup(database, tmp_path / "backups", "why", Task())
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceUnusable, match="file"):
        take_backup(database, tmp_path / "file" / "backups", "manual", Task())
    assert not (tmp_path / "backups").exists()
