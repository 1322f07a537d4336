"""Bringing rows back: exactly those, with their search index, in one transaction, and it can be undone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.backups import take
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.manifest import Manifest
from felix_dbadmin.core.backups.operations import back_up, restore
from felix_dbadmin.core.errors import BackupUnusable, Cancelled, CheckFailed, StatementFailed, WrongUsage
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.beside_helpers import backed_up, change, compared, figures, table_of
from tests.core.backups.helpers import change_bytes
from tests.core.backups.test_compare import KINDS, fill, tables
from tests.helpers.peers import attempt
from tests.helpers.workspaces import dump, query, run_sql

ENTRIES = "knowledge_entries"
SEARCH = "select count(*) from knowledge_fts where knowledge_fts match 'zzyzx'"


def bring(folder: Path, backup: str, *keys: tuple[object, ...], table: str = "t") -> tuple[int, int, int]:
    done = bring_back(folder, "notes", backup, table, keys or None, task=Task())
    assert all(check.ok for check in done.checks)
    return done.inserted, done.updated, done.deleted


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_table_becomes_what_it_was(kind: str, data: st.DataObject) -> None:
    old, new = data.draw(tables(kind)), data.draw(tables(kind))
    with TemporaryDirectory() as name:
        folder = Path(name)
        backed_up(folder, "create table other(a)", "insert into other values (1)")
        fill(folder / "notes.db", KINDS[kind][0], old)
        backup = back_up(folder, "notes", task=Task()).path.name
        fill(folder / "notes.db", KINDS[kind][0], new)
        bring(folder, backup)
        assert figures(table_of(compared(folder, backup))) == (0, 0, 0)
        assert sorted(map(repr, query(folder / "notes.db", "select * from t"))) == sorted(map(repr, old))
        assert query(folder / "notes.db", "select a from other") == [(1,)]


def test_single_rows_come_back_and_no_others(migrated: Path) -> None:
    path = migrated / "felix_knowledge.db"
    run_sql(path, "update knowledge_entries set domain = 'zzyzx' where rowid in (5, 6, 7)")
    assert query(path, SEARCH) == [(3,)]
    backup = back_up(migrated, "knowledge", task=Task()).path.name
    keys = [str(row[0]) for row in query(path, "select knowledge_id from knowledge_entries where rowid in (5, 6, 7)")]
    run_sql(
        path,
        f"delete from knowledge_entries where knowledge_id = '{keys[0]}'",
        f"update knowledge_entries set domain = 'other' where knowledge_id in ('{keys[1]}', '{keys[2]}')",
        "update knowledge_entries set access_count = 77 where rowid = 20",
    )
    assert query(path, SEARCH) == [(0,)]
    before = dump(path)
    done = bring_back(migrated, "knowledge", backup, ENTRIES, ((keys[0],), (keys[1],)), task=Task())
    assert (done.inserted, done.updated, done.deleted) == (1, 1, 0)
    assert [check.name for check in done.checks if not check.ok] == []
    assert query(path, SEARCH) == [(2,)]
    left = table_of(compare_with_live(migrated, "knowledge", backup, task=Task()), ENTRIES)
    assert figures(left) == (0, 0, 2)
    assert done.safety.verified
    restore(migrated, "knowledge", done.safety.path.name, task=Task())
    assert dump(path) == before


def test_it_is_in_the_journal_with_its_command(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(a, b, primary key (a, b))", "insert into t values (1, 'x y')")
    change(tmp_path, "delete from t")
    assert bring(tmp_path, backup, (1, "x y")) == (1, 0, 0)
    done = activities(tmp_path, task=Task())[0]
    assert (done.kind, done.outcome, done.component) == ("bring back", "done", "notes")
    assert done.command.startswith(f"felix-dbadmin backup bring-back {backup} --table t --key '[1, \"x y\"]'")
    assert "1 inserted, 0 updated, 0 deleted; the state before is in pre_restore_notes_" in done.detail


def test_columns_of_today_keep_their_values(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key, a)", "insert into t values (1, 'x'), (2, 'y')")
    change(tmp_path, "alter table t add column c default 'new'", "update t set a = 'z', c = 'kept' where id = 1")
    change(tmp_path, "delete from t where id = 2", "insert into t(id, a) values (3, 'later')")
    assert bring(tmp_path, backup) == (1, 1, 1)
    assert query(tmp_path / "notes.db", "select * from t order by id") == [(1, "x", "kept"), (2, "y", "new")]


def test_what_follows_a_deleted_row_is_said(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path,
        "create table t(id integer primary key, a)",
        "create table child(t_id integer references t(id) on delete cascade)",
        "insert into t values (1, 'x')",
        "insert into child values (1)",
    )
    change(tmp_path, "insert into t values (2, 'y')", "insert into child values (2), (2)")
    done = bring_back(tmp_path, "notes", backup, "t", None, task=Task())
    assert done.deleted == 1
    (others,) = [check for check in done.checks if check.name == "other tables"]
    assert others.detail == "rows of other tables followed: child 3 → 1"


def test_foreign_keys_are_respected_and_old_faults_are_not_blamed(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path,
        "create table t(id integer primary key)",
        "create table child(id integer primary key, t_id integer references t(id))",
        "insert into t values (1), (2)",
        "insert into child values (10, 1), (11, 2), (12, 99)",
    )
    change(tmp_path, "delete from child where id < 12", "delete from t where id = 2")
    before = dump(tmp_path / "notes.db")
    with pytest.raises(CheckFailed, match=r"foreign keys: child: rows that point to no row of t.*Nothing was changed"):
        bring(tmp_path, backup, (10,), (11,), table="child")
    assert dump(tmp_path / "notes.db") == before
    assert bring(tmp_path, backup, (10,), table="child") == (1, 0, 0)
    assert bring(tmp_path, backup) == (1, 0, 0)
    assert bring(tmp_path, backup, table="child") == (1, 0, 0)


def test_a_refusal_of_the_database_changes_nothing(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key, a unique)", "insert into t values (1, 'x')")
    change(tmp_path, "delete from t", "insert into t values (2, 'x')")
    before = dump(tmp_path / "notes.db")
    with pytest.raises(StatementFailed, match=r"notes\.db refused the rows of t: .*UNIQUE.* Nothing was changed"):
        bring(tmp_path, backup, (1,))
    assert dump(tmp_path / "notes.db") == before
    assert bring(tmp_path, backup) == (1, 0, 1)


def test_a_trigger_that_cannot_run_is_told(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key, a)", "insert into t values (1, 'x')")
    change(
        tmp_path, "delete from t", "create trigger follow after insert on t begin insert into nowhere values (1); end"
    )
    before = dump(tmp_path / "notes.db")
    with pytest.raises(StatementFailed, match=r"t of notes\.db cannot be written: no such table.* Nothing was changed"):
        bring(tmp_path, backup)
    assert dump(tmp_path / "notes.db") == before


def test_nothing_is_brought_back_into_a_damaged_database(tmp_path: Path) -> None:
    """Its index still names the row that the table has lost: a comparison by key would find them alike."""
    backup = backed_up(
        tmp_path, "create table t(id text primary key, a)", "insert into t values ('one', 'x'), ('two', 'y')"
    )
    path = tmp_path / "notes.db"
    (root,) = query(path, "select rootpage from sqlite_schema where name = 't'")[0]
    assert isinstance(root, int)
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096 + 3)
        file.write(b"\0\1")  # the table says that it has one row
    with pytest.raises(CheckFailed, match=r"(?s)notes\.db is damaged: .* Nothing was changed; pre_restore_.* keeps it"):
        bring(tmp_path, backup)
    assert query(path, "select count(*) from t not indexed") == [(1,)]


def test_requests_that_make_no_sense(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path, "create table t(id integer primary key)", "create table u(a)", "insert into u values (1)"
    )
    change(tmp_path, "create table later(a)")
    for table, keys, words in (
        ("nothing", None, f"{backup} has no table nothing"),
        ("later", None, f"{backup} has no table later"),
        ("schema_migrations", None, "has no table schema_migrations"),
        ("u", ((1,),), "Single rows of u cannot be told apart"),
        ("t", ((1, 2),), "The key of t is id: 1 value"),
        ("t", ((7,),), f"{backup} has no row of t with the key 7"),
    ):
        with pytest.raises(WrongUsage, match=words):
            bring_back(tmp_path, "notes", backup, table, keys, task=Task())
    assert len(list((tmp_path / "backups").glob("*.db"))) == 1
    change_bytes(tmp_path / "backups" / backup, lambda data: data[:5000] + b"\xff" + data[5001:])
    with pytest.raises(BackupUnusable, match="damaged"):
        bring(tmp_path, backup)


@pytest.mark.parametrize("step", [1, 2])
def test_a_cancel_leaves_the_old_state(tmp_path: Path, step: int) -> None:
    backup = backed_up(tmp_path, "create table t(id integer primary key)", "insert into t values (1)")
    change(tmp_path, "delete from t")
    before = dump(tmp_path / "notes.db")

    def listen(progress: Progress) -> None:
        if progress.step == step:
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled):
        bring_back(tmp_path, "notes", backup, "t", None, task=task)
    assert dump(tmp_path / "notes.db") == before


@pytest.mark.parametrize("writes", [1, 10])
def test_the_safety_backup_holds_what_was_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Another program writes while the safety backup is made: it is made again, in the end under the write lock."""
    backup = backed_up(tmp_path, "create table t(id integer primary key, a)", "insert into t values (1, 'x')")
    left = writes
    publish = take._publish

    def published_late(partial: Path, path: Path, manifest: Manifest) -> None:
        nonlocal left
        publish(partial, path, manifest)
        if left and path.name.startswith("pre_restore"):
            left -= 1
            try:
                change(tmp_path, f"insert into t values ({100 + left}, 'late')")
            except apsw.BusyError:
                left = 0

    monkeypatch.setattr(take, "_publish", published_late)
    done = bring_back(tmp_path, "notes", backup, "t", None, task=Task())
    assert done.deleted == done.safety.manifest.rows["t"] - 1 == min(writes, 3)
    assert len(list((tmp_path / "backups").glob("pre_restore*.db"))) == 1


@pytest.mark.parametrize(
    "columns",
    [
        '"a b" text primary key, "x""y" collate nocase, g as (length("x""y")) stored',
        '"a b" integer primary key, "x""y" integer default 5',
        '"a b" text collate nocase primary key, "x""y" text not null',
    ],
)
def test_names_that_need_quotes_and_columns_that_are_computed(tmp_path: Path, columns: str) -> None:
    rows = """insert into "order by" ("a b", "x""y") values (1, 'v'), (2, 'V'), (3, 'w')"""
    backup = backed_up(tmp_path, f'create table "order by" ({columns})', rows)
    change(tmp_path, 'delete from "order by" where "a b" = 1', """update "order by" set "x""y" = upper("x""y")""")
    before = figures(table_of(compared(tmp_path, backup), "order by"))
    assert before == (0, 1, 1)
    assert bring(tmp_path, backup, table="order by") == (1, 1, 0)
    assert figures(table_of(compared(tmp_path, backup), "order by")) == (0, 0, 0)


def test_a_key_that_differs_in_case_only_is_changed(tmp_path: Path) -> None:
    backup = backed_up(
        tmp_path, "create table t(id text collate nocase primary key, a)", "insert into t values ('Key', 1)"
    )
    change(tmp_path, "update t set id = 'KEY'")
    assert figures(table_of(compared(tmp_path, backup))) == (0, 0, 1)
    assert bring(tmp_path, backup) == (0, 1, 0)
    assert query(tmp_path / "notes.db", "select id from t") == [("Key",)]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_what_another_program_wrote_since_is_not_called_all_right(tmp_path: Path, mode: str) -> None:
    backup = backed_up(tmp_path, "create table t(a integer primary key, b)", "insert into t values (1, 'old')")
    path = tmp_path / "notes.db"
    run_sql(path, f"pragma journal_mode = {mode}", "update t set b = 'new'")
    said: list[str] = []

    def listen(progress: Progress) -> None:
        if progress.step == 3 and not said:
            said.append(attempt(path, "update t set b = 'newer'"))

    done = bring_back(tmp_path, "notes", backup, "t", None, task=Task(listen))
    assert said == ["ok"]
    assert {check.name: check.ok for check in done.checks}["values"] is None
    assert "another program has written since" in done.checks[-1].detail
