"""How databases are opened: the policy read back, waiting for others, recovery, and errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.connection import (
    create_database,
    open_memory,
    open_published,
    open_reader,
    open_searcher,
    open_writer,
)
from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, DbAdminError, Locked, OutOfSpace
from felix_dbadmin.core.holders import LOCKS
from felix_dbadmin.core.task import Task
from tests.helpers.peers import attempt, holding, killed_after

Opener = Callable[[Path], AbstractContextManager[apsw.Connection]]
ENDLESS = "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "felix knowledge?#%20é.db"
    with create_database(path) as db:
        db.execute("begin; create table t(id integer primary key, body text)")
        db.executemany("insert into t values (?, hex(zeroblob(500)))", [(number,) for number in range(1, 201)])
        db.execute("commit")
    return path


def _memory(path: Path) -> AbstractContextManager[apsw.Connection]:
    return open_memory()


def _created(path: Path) -> AbstractContextManager[apsw.Connection]:
    return create_database(path.with_name("new.db"))


READERS: list[Opener] = [open_reader, open_published]
WRITERS: list[Opener] = [open_writer, _created, _memory]

SAFE = {
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_DEFENSIVE: 1,
    apsw.SQLITE_DBCONFIG_DQS_DML: 0,
    apsw.SQLITE_DBCONFIG_DQS_DDL: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: 0,
}


@pytest.mark.parametrize("opened", [*READERS, *WRITERS])
def test_every_connection_distrusts_the_file(database: Path, opened: Opener) -> None:
    with opened(database) as db:
        assert {option: db.config(option, -1) for option in SAFE} == SAFE
        assert db.pragma("cell_size_check") == 1
        assert db.pragma("mmap_size") in (0, None)
        with pytest.raises(apsw.SQLError, match="nope"):
            db.execute('select "nope"')


def test_a_searcher_distrusts_the_file_too_and_asks_for_nothing_but_rows(database: Path) -> None:
    with open_searcher(database) as db:
        assert {option: db.config(option, -1) for option in SAFE} == SAFE
        for sql in ("delete from t", "pragma journal_mode", "attach ':memory:' as a", "vacuum into 'x'", "begin"):
            with pytest.raises(apsw.AuthError):
                db.execute(sql)
        db.authorizer = None
        assert (db.pragma("cell_size_check"), db.pragma("mmap_size") or 0) == (1, 0)
        assert db.readonly("main")


@pytest.mark.parametrize("opened", WRITERS)
def test_writers_survive_a_power_cut_and_keep_links(database: Path, opened: Opener) -> None:
    with opened(database) as db:
        assert db.pragma("synchronous") == 3
        assert db.pragma("foreign_keys") == 1


@pytest.mark.parametrize("opened", READERS)
@pytest.mark.parametrize("sql", ["delete from t", "create table u(x)", "create temp table u(x)"])
def test_readers_cannot_write(database: Path, opened: Opener, sql: str) -> None:
    before = database.read_bytes()
    with pytest.raises(DatabaseUnusable, match="cannot be opened or written"), opened(database) as db:
        db.execute(sql)
    assert database.read_bytes() == before


@pytest.mark.parametrize("sql", ["delete from f_data", "update sqlite_schema set sql = ''"])
def test_the_inner_tables_cannot_be_written_by_hand(database: Path, sql: str) -> None:
    with open_writer(database) as db:
        db.execute("create virtual table f using fts5(body); pragma writable_schema = on")
        with pytest.raises(apsw.SQLError, match="may not be modified"):
            db.execute(sql)


def test_a_new_database_is_private_and_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with create_database(path) as db:
        db.execute("create table t(x)")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError), create_database(path):
        pass
    with open_reader(path) as db:
        assert db.execute("select name from sqlite_schema").get == "t"


@pytest.mark.parametrize("opened", [open_reader, open_writer, open_published])
def test_opening_what_is_not_there_makes_nothing(tmp_path: Path, opened: Opener) -> None:
    with pytest.raises(DatabaseUnusable, match="does not exist"), opened(tmp_path / "felix.db"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_link_leads_to_its_database(database: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(database)
    with open_reader(link) as db:
        assert db.execute("select count(*) from t").get == 200


def test_a_published_database_keeps_its_folder_clean_in_wal_mode_too(database: Path) -> None:
    with open_writer(database) as db:
        assert db.pragma("journal_mode", "wal") == "wal"
    with open_published(database) as db:
        assert db.execute("select count(*) from t").get == 200
        assert [path.name for path in database.parent.iterdir()] == [database.name]


def _read(path: Path, task: Task) -> None:
    with open_reader(path, task) as db:
        db.execute("select count(*) from t").fetchall()


def _write(path: Path, task: Task) -> None:
    with open_writer(path, task) as db:
        db.execute("begin immediate")


@pytest.mark.parametrize("work", [_read, _write])
def test_a_lock_of_another_program_is_named_with_the_wait(database: Path, work: Callable[[Path, Task], None]) -> None:
    with holding(database, "begin exclusive") as child, pytest.raises(Locked) as caught:
        work(database, Task(lock_wait=0.05))
    assert f"{database.name} is locked by another program" in caught.value.summary
    assert "; it was still locked after 50 ms." in caught.value.summary
    assert f"(process {child.pid});" in caught.value.summary or not LOCKS.exists()
    assert "close it" in caught.value.hint
    work(database, Task(lock_wait=0.0))


@pytest.mark.parametrize("work", [_read, _write])
def test_waiting_for_a_lock_ends_when_cancelled(database: Path, work: Callable[[Path, Task], None]) -> None:
    task = Task(lock_wait=600.0)
    with holding(database, "begin exclusive"):
        threading.Timer(0.05, task.cancel).start()
        with pytest.raises(Cancelled):
            work(database, task)


def test_a_lock_that_is_given_back_in_time_is_no_error(database: Path) -> None:
    with holding(database, "begin exclusive") as other:
        threading.Timer(0.05, other.kill).start()
        _write(database, Task(lock_wait=600.0))


def test_each_wait_has_its_own_time(database: Path) -> None:
    with holding(database, "begin immediate") as other, open_writer(database, Task(lock_wait=1.0)) as db:
        with pytest.raises(apsw.BusyError):
            db.execute("begin immediate")
        threading.Timer(0.05, other.kill).start()
        db.execute("begin immediate")


def test_running_sql_ends_when_cancelled(database: Path) -> None:
    task = Task()
    threading.Timer(0.05, task.cancel).start()
    with pytest.raises(Cancelled), open_reader(database, task) as db:
        db.execute(ENDLESS).fetchall()


@pytest.fixture
def cut_off(database: Path) -> Path:
    """A database whose writer was killed when half of its change was in the file already."""
    killed_after(database, "pragma cache_size = 5", "begin immediate", "update t set body = hex(randomblob(500))")
    assert database.with_name(database.name + "-journal").stat().st_size > 0
    return database


def test_a_reader_rolls_back_what_a_killed_program_left(cut_off: Path) -> None:
    with pytest.raises(apsw.ReadOnlyError):
        apsw.Connection(str(cut_off), flags=apsw.SQLITE_OPEN_READONLY).execute("select * from t").fetchall()
    with open_reader(cut_off) as db:
        assert db.execute("select count(*) from t where body = hex(zeroblob(500))").get == 200
        assert db.execute("pragma integrity_check").get == "ok"
    assert not cut_off.with_name(cut_off.name + "-journal").exists()


def test_a_reader_sees_what_a_killed_program_had_committed_to_its_log(database: Path) -> None:
    killed_after(database, "pragma journal_mode = wal", "insert into t values (1000, 'last')", "begin", "delete from t")
    with open_reader(database) as db:
        assert db.execute("select count(*), max(id) from t").fetchall() == [(201, 1_000)]


def test_what_we_commit_another_program_reads(database: Path) -> None:
    with open_writer(database) as db:
        db.execute("begin immediate; delete from t where id > 1; commit")
    assert attempt(database, "select 1 / (count(*) = 1) from t") == "ok"


def _damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xff" * 4_096)


def _no_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(16)
        file.write(b"\x00\x07")


def _untouched(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "sql", "expected", "said"),
    [
        (_damage, "select * from t", DatabaseUnusable, "is damaged"),
        (_no_header, "select * from t", DatabaseUnusable, "is not an SQLite database"),
        (_untouched, "select cast(x'ff' as text)", DatabaseUnusable, "not valid UTF-8"),
        (_untouched, "pragma max_page_count = 1; create table u as select * from t", OutOfSpace, "no room left"),
    ],
)
def test_errors_name_the_file_and_what_to_do(
    database: Path, spoil: Callable[[Path], None], sql: str, expected: type[DbAdminError], said: str
) -> None:
    spoil(database)
    with pytest.raises(expected) as caught, open_writer(database) as db:
        db.execute(sql).fetchall()
    assert said in caught.value.summary
    assert database.name in caught.value.summary
    assert caught.value.hint


def test_errors_that_are_not_sqlites_pass_unchanged(database: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_reader(database):
        raise ZeroDivisionError


def test_a_memory_database_is_gone_afterwards() -> None:
    with open_memory() as db:
        db.execute("create table t(x)")
    with pytest.raises(apsw.ConnectionClosedError):
        db.execute("select 1")
