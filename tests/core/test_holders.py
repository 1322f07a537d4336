"""Who keeps a database locked, as the system's own table of locks tells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from felix_dbadmin.core.holders import exclusive_locks, lock_holder, write_holder
from tests.helpers.peers import holding
from tests.helpers.workspaces import run_sql

linux = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells who holds a lock")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "notes.db"
    run_sql(path, "create table notes(a)")
    return path


def table(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "locks"
    path.write_text("".join(f"{number}: {line}\n" for number, line in enumerate(lines, start=1)))
    return path


def line(database: Path, pid: int, span: str, kind: str = "WRITE", device: str = "") -> str:
    state = database.stat()
    device = device or f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}"
    return f"POSIX  ADVISORY  {kind} {pid} {device}:{state.st_ino} {span}"


@linux
def test_the_program_that_keeps_readers_out_is_named(database: Path) -> None:
    with holding(database, "begin exclusive") as child:
        assert lock_holder(database) == f"{Path(f'/proc/{child.pid}/comm').read_text().strip()} (process {child.pid})"
    assert lock_holder(database) == ""


@linux
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_who_keeps_writers_out_is_named_to_who_wants_to_write(database: Path, mode: str) -> None:
    run_sql(database, f"pragma journal_mode = {mode}")
    with holding(database, "begin immediate") as child:
        assert write_holder(database).endswith(f"(process {child.pid})")
    with holding(database, "begin", "select * from notes"):
        assert write_holder(database) == ""


@linux
@pytest.mark.parametrize("statements", [("begin immediate",), ("begin", "select * from notes")])
def test_who_lets_others_read_is_not_named(database: Path, statements: tuple[str, ...]) -> None:
    with holding(database, *statements):
        assert lock_holder(database) == ""


@linux
def test_a_device_that_the_table_has_otherwise_is_made_up_for_by_the_open_file(database: Path, tmp_path: Path) -> None:
    with holding(database) as child:
        locks = table(tmp_path, line(database, child.pid, "1073741824 1073742335", device="00:ff"))
        assert lock_holder(database, locks).endswith(f"(process {child.pid})")
    assert lock_holder(database, table(tmp_path, line(database, os.getppid(), "0 EOF", device="00:ff"))) == ""


def test_only_what_keeps_readers_out_counts(database: Path, tmp_path: Path) -> None:
    locks = table(
        tmp_path,
        line(database, 11, "1073741825 1073741825"),
        line(database, 12, "1073741826 1073742335", kind="READ"),
        line(database, 13, "0 100"),
        line(database, 0, "0 EOF"),
        line(database, -1, "0 EOF"),
        "-> " + line(database, 14, "1073741824 1073742335"),
        "FLOCK  ADVISORY  WRITE 15 fe:00:1 0 EOF",
        "POSIX  ADVISORY  WRITE x y z",
        "POSIX  ADVISORY  WRITE x fe:00 1 2",
        "",
        line(database, 16, "1073741824 1073741825"),
        line(database, 17, "1073741826 1073742335"),
        line(database, 18, "0 EOF"),
    )
    assert [lock.pid for lock in exclusive_locks(locks)] == [16, 17, 18]


def test_where_nobody_tells_nobody_is_named(database: Path, tmp_path: Path) -> None:
    assert lock_holder(database, tmp_path / "no such table") == ""
    assert lock_holder(tmp_path / "gone.db") == ""


def test_a_process_that_is_gone_or_is_this_one(database: Path, tmp_path: Path) -> None:
    span = "1073741824 1073742335"
    assert lock_holder(database, table(tmp_path, line(database, 2**22 + 1, span))) == f"process {2**22 + 1}"
    assert lock_holder(database, table(tmp_path, line(database, os.getpid(), span))) == "felix-dbadmin itself"
