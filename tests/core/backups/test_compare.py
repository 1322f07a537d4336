"""Comparing a backup with the live database: every row counted, whatever the table's key is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.backups.compare import SAMPLES, compare_with_live
from felix_dbadmin.core.backups.operations import back_up, restore
from felix_dbadmin.core.connection import open_writer
from felix_dbadmin.core.errors import BackupUnusable, Cancelled, DatabaseUnusable, WrongUsage
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.beside_helpers import backed_up, change, compared, figures, numbered, table_of
from tests.core.backups.helpers import change_bytes
from tests.helpers.workspaces import dump, run_sql

VALUES = st.none() | st.integers(-2, 2) | st.sampled_from(["", "a", "A", "1", "ä"]) | st.sampled_from([b"", b"a", b"1"])
TEXTS = st.sampled_from(["a", "b", "c", "d", "ä", "1"])
KINDS = {
    "integer key": ("create table t(id integer primary key, x, y)", st.tuples(st.integers(1, 9), VALUES, VALUES), 1),
    "text key": ("create table t(id text primary key, x collate nocase, y)", st.tuples(TEXTS, VALUES, VALUES), 1),
    "two columns": ("create table t(x text, id integer, y, primary key(id, x))", None, 2),
    "without rowid": (
        "create table t(id text primary key, x, y) without rowid",
        st.tuples(TEXTS, VALUES, VALUES),
        1,
    ),
    "no key": ("create table t(id, x, y)", st.tuples(VALUES, VALUES, VALUES), 0),
    "rowid is a column": ("create table t(rowid, _rowid_, oid)", st.tuples(VALUES, VALUES, VALUES), 0),
}


@st.composite
def tables(draw: st.DrawFn, kind: str) -> list[tuple[object, ...]]:
    _, rows, width = KINDS[kind]
    if rows is None:
        rows = st.tuples(TEXTS, st.integers(1, 3), VALUES)
    key = (lambda row: row[:width]) if width else None
    return draw(st.lists(rows, max_size=12, unique_by=key))


def fill(path: Path, sql: str, rows: list[tuple[object, ...]]) -> None:
    db = apsw.Connection(str(path))
    try:
        db.execute(f"drop table if exists t; {sql}")
        db.executemany("insert into t values (?, ?, ?)", rows)
    finally:
        db.close()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_figures_are_those_of_comparing_row_by_row(kind: str, data: st.DataObject) -> None:
    sql, _, width = KINDS[kind]
    old, new = data.draw(tables(kind)), data.draw(tables(kind))
    with TemporaryDirectory() as name:
        folder = Path(name)
        backup = backed_up(folder, "create table other(a)")
        fill(folder / "notes.db", sql, old)
        backup = back_up(folder, "notes", task=Task()).path.name
        fill(folder / "notes.db", sql, new)
        before = dump(folder / "notes.db")
        found = table_of(compared(folder, backup))
        assert dump(folder / "notes.db") == before
    assert (found.backup_rows, found.live_rows) == (len(old), len(new))
    if width:
        was, now = {row[:width]: row for row in old}, {row[:width]: row for row in new}
        added, missing = len(now.keys() - was.keys()), len(was.keys() - now.keys())
        changed = sum(was[key] != now[key] for key in was.keys() & now.keys())
    else:
        first, second = Counter(old), Counter(new)
        added, missing, changed = (second - first).total(), (first - second).total(), 0
    assert figures(found) == (added, missing, changed)
    kinds = Counter(sample.kind for sample in found.samples)
    assert bool(kinds["added"]) == bool(added)
    assert bool(kinds["missing"]) == bool(missing)
    assert kinds["changed"] == min(changed, SAMPLES)
    for sample in found.samples:
        assert (sample.backup is None) == (sample.kind == "added")
        assert (sample.live is None) == (sample.kind == "missing")


def test_the_real_databases_show_what_was_changed(fresh: Path) -> None:
    backup = back_up(fresh, "knowledge", task=Task()).path.name
    path = fresh / "felix_knowledge.db"
    run_sql(
        path,
        "update knowledge_entries set access_count = access_count + 1 where rowid <= 3",
        "delete from knowledge_tags where rowid <= 2",
        "create index by_time on knowledge_entries(created_at)",
        # As Felix stores an entry again: the row gets a new rowid and the same key.
        "insert or replace into knowledge_entries select * from knowledge_entries where rowid = 10",
    )
    found = compare_with_live(fresh, "knowledge", backup, task=Task())
    assert figures(table_of(found, "knowledge_entries")) == (0, 0, 3)
    assert figures(table_of(found, "knowledge_tags")) == (0, 2, 0)
    assert [item.name for item in found.schema.added] == ["by_time"]
    assert found.backup_versions == found.live_versions == ()
    sample = table_of(found, "knowledge_entries").samples[0]
    column = table_of(found, "knowledge_entries").columns.index("access_count")
    assert sample.backup is not None
    assert sample.live is not None
    assert int(str(sample.live[column])) == int(str(sample.backup[column])) + 1
    assert str(sample.live[3]).startswith("x'")


def test_search_indexes_are_left_out(migrated: Path) -> None:
    backup = back_up(migrated, "knowledge", task=Task()).path.name
    found = compare_with_live(migrated, "knowledge", backup, task=Task())
    assert [item.table for item in found.tables] == ["knowledge_entries", "knowledge_tags"]
    assert [version for version, _ in found.live_versions] == [1, 2]


def test_columns_that_only_one_has_are_named_and_not_compared(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key, a, b)", "insert into t values (1, 'x', 'y')")
    change(tmp_path, "alter table t drop column b", "alter table t add column c default 'z'")
    found = compared(tmp_path, backup)
    item = table_of(found)
    assert figures(item) == (0, 0, 0)
    assert item.columns == ("id", "a")
    assert item.note == "only in the live database, not compared: c; only in the backup, not compared: b"
    assert [new.name for _, new in found.schema.changed] == ["t"]


def test_tables_that_only_one_has(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id text primary key)", "insert into t values ('x'), ('y')")
    change(tmp_path, "drop table t", "create table u(a)", "insert into u values (zeroblob(100))")
    found = compared(tmp_path, backup)
    gone, new = table_of(found), table_of(found, "u")
    assert (figures(gone), gone.note) == ((0, 2, 0), "there is no such table in the live database")
    assert [sample.key for sample in gone.samples] == [("x",), ("y",)]
    assert (figures(new), new.note) == ((1, 0, 0), "there is no such table in the backup")
    assert new.samples[0].live == (f"x'{'00' * 16}…' (100 bytes)",)


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("id text primary key", "id integer primary key", "the primary key is not the same in both"),
        ("id text primary key", "id text primary key collate nocase", "the primary key is not the same in both"),
        ("id text primary key", "id text", "the primary key is not the same in both"),
        ("id text", "id text", "no primary key"),
    ],
)
def test_without_a_common_key_whole_rows_are_compared(tmp_path: Path, old: str, new: str, note: str) -> None:
    backup = backed_up(tmp_path, f"create table t({old}, a)", "insert into t values (1, 'x'), (2, 'y'), (3, 'z')")
    change(tmp_path, "drop table t", f"create table t({new}, a)", "insert into t values ('3', 'z'), (1, 'changed')")
    item = table_of(compared(tmp_path, backup))
    assert item.key == ()
    assert note in item.note
    assert item.added >= 1
    assert item.missing >= 2
    assert item.changed == 0


def test_keys_that_are_null_are_compared_as_whole_rows(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path, "create table t(id text primary key, a)", "insert into t values (null, 1), (null, 1), (null, 2)"
    )
    assert figures(table_of(compared(tmp_path, backup))) == (0, 0, 0)
    change(tmp_path, "delete from t where a = 2", "insert into t values (null, 1)")
    item = table_of(compared(tmp_path, backup))
    assert figures(item) == (1, 1, 0)
    assert "a primary key is NULL" in item.note


@pytest.mark.parametrize("pragma", ["encoding = 'UTF-16le'", "page_size = 512", "journal_mode = wal"])
def test_encodings_page_sizes_and_journals_may_differ(tmp_path: Path, pragma: str) -> None:
    tables = (
        "create table t(id text primary key, a)",
        "create table u(a, b)",
        "insert into u values ('ä', x'00'), ('𝄞', 1)",
    )
    backup = backed_up(tmp_path, *tables, "insert into t values ('ä', 1), ('𝄞', 2), ('z', 3)")
    (tmp_path / "notes.db").unlink()
    run_sql(tmp_path / "notes.db", f"pragma {pragma}", *tables, "insert into t values ('𝄞', 2), ('z', 4), ('new', 5)")
    found = compared(tmp_path, backup)
    assert figures(table_of(found)) == (1, 1, 1)
    assert figures(table_of(found, "u")) == (0, 0, 0)
    assert {sample.kind: sample.key for sample in table_of(found).samples} == {
        "missing": ("ä",),
        "changed": ("z",),
        "added": ("new",),
    }


def test_long_values_and_many_rows_are_cut_in_the_samples(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key, a)")
    change(tmp_path, numbered(1000, "hex(zeroblob(5000))"))
    item = table_of(compared(tmp_path, backup))
    assert figures(item) == (1000, 0, 0)
    assert len(item.samples) == SAMPLES
    assert {sample.live for sample in item.samples} == {(number, "0" * 200 + "…") for number in range(1, 11)}


def test_it_can_be_cancelled_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    backup = backed_up(
        tmp_path,
        "create table t(id integer primary key, a)",
        numbered(50000, "hex(zeroblob(50))"),
    )
    seen: list[Progress] = []

    def listen(progress: Progress) -> None:
        seen.append(progress)
        if progress.note == "t" and progress.done >= 50_000:
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled):
        compare_with_live(tmp_path, "notes", backup, task=task)
    assert 50_000 <= seen[-1].done < 60_000
    assert seen[-1].total == 100_000
    with open_writer(tmp_path / "notes.db") as db:  # nothing holds it any more
        db.execute("begin exclusive")
        db.execute("rollback")


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path,
        "create table t(id integer primary key, a)",
        numbered(2000, "hex(zeroblob(50))"),
    )
    with pytest.raises(WrongUsage, match=r"no backup named nothing\.db"):
        compared(tmp_path, "nothing.db")
    change_bytes(tmp_path / "backups" / backup, lambda data: data[:8192] + b"\xff" * 8192 + data[16384:])
    with pytest.raises(BackupUnusable, match=f"{backup} is damaged"):
        compared(tmp_path, backup)
    whole = back_up(tmp_path, "notes", task=Task()).path.name
    change_bytes(tmp_path / "notes.db", lambda data: data[:8192] + b"\xff" * 8192 + data[16384:])
    with pytest.raises(DatabaseUnusable, match=r"notes\.db is damaged"):
        compared(tmp_path, whole)
    (tmp_path / "notes.db").unlink()
    with pytest.raises(DatabaseUnusable, match=r"notes\.db does not exist"):
        compared(tmp_path, whole)
    restore(tmp_path, "notes", whole, task=Task())
    assert figures(table_of(compared(tmp_path, whole))) == (0, 0, 0)


def test_an_index_that_does_not_agree_with_its_rows_is_damage(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(k text primary key, v)", "insert into t values ('a', 1), ('b', 2)")
    change(
        tmp_path,
        "insert into t values ('c', 3)",
        "create table o(k text primary key)",
        "pragma writable_schema = on",
        "update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'sqlite_autoindex_o_1')"
        " where name = 'sqlite_autoindex_t_1'",
    )
    with pytest.raises(DatabaseUnusable, match=r"notes\.db is damaged"):
        compared(tmp_path, backup)
