"""What is said about a file before SQLite opens it, and that looking at it does no harm."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core import files
from felix_dbadmin.core.connection import create_database, open_reader, open_writer
from felix_dbadmin.core.errors import DatabaseUnusable, OutOfSpace
from felix_dbadmin.core.files import examine, read_header, require_space, sha256_of, size_with_wal, sync_folder
from felix_dbadmin.core.live_files import live
from tests.helpers.peers import attempt, holding, killed_after

NO_ROOT = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read and write everything")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A whole database of some 60 pages."""
    path = tmp_path / "felix.db"
    with create_database(path) as db:
        db.execute("begin; create table t(id integer primary key, body)")
        db.executemany("insert into t values (?, hex(zeroblob(500)))", [(number,) for number in range(1, 201)])
        db.execute("commit")
    return path


def test_a_whole_database_passes(database: Path) -> None:
    examine(database)


def test_without_memory_it_says_so(database: Path) -> None:
    apsw.hard_heap_limit(apsw.memory_used() + 1)
    try:
        with pytest.raises(OutOfSpace, match=r"There is not enough memory to work on felix\.db\."):
            examine(database)
    finally:
        apsw.hard_heap_limit(0)


def test_the_header_tells_what_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "felix.db"
    with create_database(path) as db:
        db.execute("pragma page_size = 1024; pragma encoding = 'UTF-16le'; pragma application_id = 443")
        db.execute("create table t(x)")
        db.execute("pragma journal_mode = wal").fetchall()
    header = read_header(path)
    assert (header.page_size, header.pages, header.encoding, header.application_id) == (1_024, 2, 2, 443)
    assert header.wal
    assert header.library_version == apsw.SQLITE_VERSION_NUMBER


def test_the_largest_page_size_is_told(tmp_path: Path) -> None:
    path = tmp_path / "felix.db"
    with create_database(path) as db:
        db.execute("pragma page_size = 65536; create table t(x)")
    assert read_header(path).page_size == 65_536


def test_the_header_names_the_sqlite_that_wrote_last(fresh: Path) -> None:
    path = fresh / "felix_knowledge.db"
    assert read_header(path).library_version < apsw.SQLITE_VERSION_NUMBER
    with open_writer(path) as db:
        db.execute("create table t(x)")
    assert read_header(path).library_version == apsw.SQLITE_VERSION_NUMBER


@pytest.mark.parametrize(
    ("version", "mode", "risky"),
    [
        (3_040_001, "wal", "3.40.1"),
        (3_051_002, "wal", "3.51.2"),
        (3_044_005, "wal", "3.44.5"),
        (3_045_000, "wal", "3.45.0"),
        (3_044_006, "wal", ""),
        (3_050_007, "wal", ""),
        (3_051_003, "wal", ""),
        (3_040_001, "delete", ""),
    ],
)
def test_a_sqlite_that_can_lose_commits_is_named(database: Path, version: int, mode: str, risky: str) -> None:
    with open_writer(database) as db:
        db.pragma("journal_mode", mode)
    with database.open("r+b") as file:
        file.seek(96)
        file.write(version.to_bytes(4, "big"))
    assert read_header(database).risky_writer == risky


def test_a_page_count_that_an_old_sqlite_left_behind_is_not_believed(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(28)
        file.write(b"\xff\xff\xff\xff")
        file.seek(92)
        file.write(b"\0\0\0\0")
    examine(database)
    assert read_header(database).pages == 0


def test_a_write_that_ends_while_we_look_is_no_damage(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header of before with the size of after looks like a file that was cut off."""
    whole = database.read_bytes()
    os.truncate(database, len(whole) - 4_096)
    looks: list[Path] = []

    def another_program_ends(path: Path) -> bool:
        looks.append(path)
        if len(looks) == 2:
            database.write_bytes(whole)
        return False

    monkeypatch.setattr(files, "_has_journal", another_program_ends)
    examine(database)


def _folder(path: Path) -> None:
    path.mkdir()


def _garbage(path: Path) -> None:
    path.write_bytes(b"id,name\n1,felix\n" * 300)


def _random(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(8_192))


def _beginning(size: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with create_database(path) as db:
            db.execute("create table t(x); insert into t values (zeroblob(20000))")
        os.truncate(path, size)

    return write


@pytest.mark.parametrize(
    ("make", "said", "advice"),
    [
        (lambda path: None, "does not exist", "Check the folder"),
        (_folder, "is a folder", "Move it away"),
        (Path.touch, "is empty (0 bytes)", "Restore a backup"),
        (_garbage, "is not an SQLite database", "right one"),
        (_random, "looks encrypted", "Decrypt"),
        (_beginning(50), "is truncated: 50 bytes", "newest verified backup"),
        (_beginning(4_096), "is truncated: 24.0 KB expected, 4.0 KB found", "newest verified backup"),
    ],
)
def test_what_cannot_be_used_is_said_before_it_is_opened(
    tmp_path: Path, make: Callable[[Path], None], said: str, advice: str
) -> None:
    path = tmp_path / "felix.db"
    make(path)
    for look in (examine, read_header):
        with pytest.raises(DatabaseUnusable) as caught:
            look(path)
        assert f"felix.db {said}" in caught.value.summary
        assert advice in caught.value.hint


@NO_ROOT
def test_a_file_that_may_not_be_read_is_named(database: Path) -> None:
    database.chmod(0)
    with pytest.raises(DatabaseUnusable) as caught:
        examine(database)
    assert "permission denied" in caught.value.summary


def test_a_database_whose_pages_wait_in_the_log_is_whole(database: Path) -> None:
    more = "insert into t select null, hex(zeroblob(500)) from t"
    with holding(database, "pragma journal_mode = wal", more, more):
        assert size_with_wal(database) > database.stat().st_size
        examine(database)
        assert read_header(database).wal


def test_a_database_whose_write_was_cut_off_is_left_to_sqlite(database: Path) -> None:
    whole = database.stat().st_size
    grow = "insert into t select null, hex(zeroblob(500)) from t"
    killed_after(database, "pragma cache_size = 5", "begin immediate", grow, grow, grow)
    assert database.with_name("felix.db-journal").stat().st_size > 0
    os.truncate(database, whole - 4_096)
    examine(database)


def test_sizes_of_what_is_not_there_are_nothing(tmp_path: Path) -> None:
    assert size_with_wal(tmp_path / "felix.db") == 0
    assert sha256_of(tmp_path / "felix.db") == ""


def test_the_hash_is_that_of_the_bytes(database: Path, tmp_path: Path) -> None:
    assert sha256_of(database) == hashlib.sha256(database.read_bytes()).hexdigest()
    large = tmp_path / "large"
    large.write_bytes(random.Random(2).randbytes((1 << 20) + 77))
    assert sha256_of(large) == hashlib.sha256(large.read_bytes()).hexdigest()


def test_looking_at_an_open_database_keeps_its_locks(database: Path) -> None:
    with open_writer(database) as db:
        db.execute("begin immediate; delete from t where id = 1")
        examine(database)
        read_header(database)
        sha256_of(database)
        size_with_wal(database)
        assert attempt(database, "delete from t") == "database is locked"
        db.execute("commit")
    assert attempt(database, "delete from t") == "ok"


def test_room_is_asked_for_with_a_tenth_to_spare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(4_096, 2_996, 1_100))
    require_space(tmp_path, 1_000, "a clone")
    with pytest.raises(OutOfSpace) as caught:
        require_space(tmp_path, 1_010, "a clone")
    assert caught.value.summary == (f"There is no room for a clone: 1.1 KB needed, 1.1 KB free in {tmp_path}.")


def test_a_folder_can_be_synced(tmp_path: Path) -> None:
    (tmp_path / "new").touch()
    sync_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def _open(path: Path) -> None:
    with path.open("rb"):
        pass


def _copy(path: Path) -> None:
    shutil.copyfile(path, path.with_suffix(".copy"))


def _copy_over(path: Path) -> None:
    shutil.copyfile(__file__, path)


def _rename(path: Path) -> None:
    path.rename(path.with_suffix(".old"))


def _remove_log(path: Path) -> None:
    path.with_name(path.name + "-wal").unlink()


def _by_another_name(path: Path) -> None:
    link = path.with_suffix(".link")
    link.symlink_to(path)
    _open(link)


def _another_sqlite(path: Path) -> None:
    # What sqlite3.connect() announces; importing it here would be the very thing that is forbidden.
    sys.audit("sqlite3.connect", str(path))


@pytest.mark.parametrize(
    "touch",
    [_open, _copy, _copy_over, _rename, Path.unlink, _remove_log, _by_another_name, _another_sqlite, Path.read_bytes],
)
def test_the_guard_refuses_to_touch_a_database_that_is_open_here(database: Path, touch: Callable[[Path], None]) -> None:
    before = database.read_bytes()
    with open_reader(database), pytest.raises(PermissionError, match="open in this process"):
        touch(database)
    assert database.read_bytes() == before


def test_other_files_and_closed_databases_are_free(database: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    with open_reader(database), open_reader(database):
        other.write_text("free")
        other.rename(tmp_path / "renamed.txt")
    database.rename(tmp_path / "moved.db")
    _open(tmp_path / "moved.db")


def test_a_database_stays_guarded_until_its_last_connection_is_closed(database: Path) -> None:
    with open_reader(database):
        with open_reader(database):
            pass
        with pytest.raises(PermissionError):
            _open(database)
    _open(database)


def test_a_file_that_is_not_there_cannot_be_live(tmp_path: Path) -> None:
    with live(tmp_path / "felix.db"):
        (tmp_path / "felix.db").touch()
