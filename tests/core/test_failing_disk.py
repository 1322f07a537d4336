"""A disk that refuses a single call: what is said, what is left, and that finished work stays finished."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import apsw
import pytest

from felix_dbadmin.core.activity import read_activities
from felix_dbadmin.core.backups import bring_back, compressing, publish, retention
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compressing import compress_backups
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.operations import back_up, prune_backups
from felix_dbadmin.core.backups.retention import RetentionPolicy, plan_prune
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DatabaseUnusable, OutOfSpace, StatementFailed, WorkspaceUnusable
from felix_dbadmin.core.files import raw, sync_folder
from felix_dbadmin.core.migrate import apply, create
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Plan, Request
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import commit
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.vfs import Fault, Recorder, recording_vfs
from tests.helpers.workspaces import add_component, dump, notes_database, query, run_sql

BROKEN = "-- migrate:description Break\n-- migrate:up\nINSERT INTO nowhere VALUES (1);\n-- migrate:down\nSELECT 1;\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    add_component(tmp_path)
    notes_database(tmp_path)
    return tmp_path


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_given: object, **_more: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def refuse_to_remove(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    remove = os.unlink

    def unlink(path: str | os.PathLike[str]) -> None:
        if os.fspath(path).endswith(ending):
            raise OSError(errno.EIO, os.strerror(errno.EIO), os.fspath(path))
        remove(path)

    monkeypatch.setattr(os, "unlink", unlink)


def new_plan(folder: Path) -> Plan:
    return make_plan(None, open_workspace(folder).component("notes"), Request("notes"), Task())


def test_a_backup_whose_folder_cannot_be_synced_leaves_no_manifest_that_promises_it(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "sync_folder", refusing(errno.EIO))
    with pytest.raises(
        WorkspaceUnusable, match=r"Writing manual_notes_\d+_\d+\.db\.json in .*backups failed: Input/output error"
    ):
        back_up(notes, "notes", task=Task())
    assert list((notes / "backups").iterdir()) == []


def test_what_cannot_be_tidied_up_does_not_hide_why_the_backup_failed(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "sync_folder", refusing(errno.ENOSPC))
    refuse_to_remove(monkeypatch, ".db")
    with pytest.raises(OutOfSpace, match="No space left on device"):
        back_up(notes, "notes", task=Task())
    assert not list((notes / "backups").glob("*.json"))


def test_a_manifest_is_gone_for_good_before_its_backup_goes(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = back_up(notes, "notes", task=Task()).path
    back_up(notes, "notes", task=Task())
    safe: list[tuple[bool, bool]] = []

    def note_and_sync(folder: Path) -> None:
        safe.append((manifest_of(old).exists(), old.exists()))
        sync_folder(folder)

    monkeypatch.setattr(retention, "sync_folder", note_and_sync)
    plan = plan_prune(list_backups(notes / "backups"), RetentionPolicy(days=0, keep=1), {}, 9e9)
    assert prune_backups(notes, plan, task=Task()).deleted == (old.name,)
    assert safe == [(False, True), (False, False)]


def test_raw_bytes_that_cannot_be_had_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"^gone\.db cannot be read \(CantOpen"), raw(tmp_path / "gone.db"):
        pass


def test_a_lock_that_cannot_be_made_is_an_error_that_names_the_database(notes: Path) -> None:
    (notes / ".felix-dbadmin" / "notes.db.lock").mkdir(parents=True)
    with pytest.raises(WorkspaceUnusable, match=r"^notes\.db cannot be locked: writing .*notes\.db\.lock failed"):
        back_up(notes, "notes", task=Task())


def test_a_leftover_that_cannot_be_removed_is_named(notes: Path) -> None:
    leftover = notes / "notes.db.partial"
    leftover.mkdir()
    with pytest.raises(WorkspaceUnusable, match="was left by an interrupted run and cannot be removed") as raised:
        back_up(notes, "notes", task=Task())
    assert str(leftover) in raised.value.summary


def test_work_that_is_done_is_done_although_its_lock_file_cannot_be_removed(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refused:
        refuse_to_remove(refused, ".lock")
        taken = back_up(notes, "notes", task=Task())
    assert taken.verified
    assert [item.outcome for item in read_activities(open_workspace(notes))] == ["done"]


def test_a_database_that_cannot_be_put_in_place_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_component(tmp_path)
    monkeypatch.setattr(create, "place_new", refusing(errno.ENOSPC))
    with pytest.raises(OutOfSpace, match="No space left on device"):
        carry_out(tmp_path, new_plan(tmp_path), task=Task())
    assert not list(tmp_path.glob("notes.db*"))


def test_a_disk_that_is_full_in_the_middle_of_a_statement_is_told_with_the_statement(notes: Path) -> None:
    class Full(Recorder):
        def strikes(self, kind: str, path: str) -> bool:
            return kind == "write" and path.endswith("notes.db-journal")

    component = open_workspace(notes).component("notes")
    with open_reader(notes / "notes.db") as db:
        plan = make_plan(db, component, Request("notes"), Task())
    before = dump(notes / "notes.db")
    with (
        recording_vfs(Full(notes, Fault("write", 1, apsw.SQLITE_FULL, lasting=True))),
        pytest.raises(OutOfSpace, match=r"There is no room left on the disk of notes\.db\.") as caught,
    ):
        carry_out(notes, plan, task=Task())
    assert caught.value.statement == "ALTER TABLE notes ADD COLUMN author TEXT;"
    assert dump(notes / "notes.db") == before


def test_a_new_database_is_not_called_unchanged(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_break.sql": BROKEN}, base="")
    with pytest.raises(StatementFailed, match="was rolled back; the new database is empty"):
        carry_out(tmp_path, new_plan(tmp_path), task=Task())
    assert (tmp_path / "notes.db").exists()


def test_a_failure_after_the_commit_says_that_it_stands(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_given: object, **_more: object) -> None:
        raise DatabaseUnusable("Reading or writing notes.db failed.", "Check the disk.")

    with open_reader(notes / "notes.db") as db:
        plan = make_plan(db, open_workspace(notes).component("notes"), Request("notes"), Task())
    monkeypatch.setattr(apply, "read_back", unreadable)
    with pytest.raises(DatabaseUnusable, match=r"had been committed by then.*The backup from before is pre_migration_"):
        carry_out(notes, plan, task=Task())
    assert query(notes / "notes.db", "select version from schema_migrations") == [(1,)]


@pytest.mark.parametrize("module", [apply, bring_back])
def test_a_read_that_fails_just_after_the_commit_says_that_it_stands(
    notes: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    """The first read of all: has another program written since?"""
    done: list[bool] = []

    def committing(db: apsw.Connection, task: Task) -> None:
        commit(db, task)
        done.append(True)

    class Failing(apsw.Connection):
        def pragma(self, name: str, *more: Any, **named: Any) -> Any:
            if done and name == "data_version":
                raise apsw.IOError("SQLITE_IOERR_READ")
            return super().pragma(name, *more, **named)

    backup = back_up(notes, "notes", task=Task()).path.name
    run_sql(notes / "notes.db", "delete from notes")
    with open_reader(notes / "notes.db") as db:
        plan = make_plan(db, open_workspace(notes).component("notes"), Request("notes"), Task())
    works: dict[ModuleType, Callable[[], object]] = {
        apply: lambda: carry_out(notes, plan, task=Task()),
        bring_back: lambda: bring_back.bring_back(notes, "notes", backup, "notes", None, task=Task()),
    }
    monkeypatch.setattr(module, "commit", committing)
    monkeypatch.setattr(apsw, "Connection", Failing)
    with pytest.raises(DatabaseUnusable, match=r"notes\.db failed .*READ.* had been (written|committed) by then"):
        works[module]()
    monkeypatch.undo()
    assert query(notes / "notes.db", "select count(*) from notes") == [(0 if module is apply else 3,)]


def test_rows_whose_commit_is_said_to_have_failed_may_be_back(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in WAL mode, where the log is whole and only its sync failed."""

    def committing(db: apsw.Connection, task: Task) -> None:
        commit(db, task)
        raise apsw.IOError("SQLITE_IOERR_FSYNC")

    backup = back_up(notes, "notes", task=Task()).path.name
    run_sql(notes / "notes.db", "delete from notes")
    monkeypatch.setattr(bring_back, "commit", committing)
    with pytest.raises(
        DatabaseUnusable, match=r"FSYNC.* notes\.db is as it was, or the rows are back; its state before"
    ):
        bring_back.bring_back(notes, "notes", backup, "notes", None, task=Task())


def test_a_prune_that_fails_says_how_many_had_gone(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [back_up(notes, "notes", task=Task()).path.name for _ in range(3)]
    plan = plan_prune(list_backups(notes / "backups"), RetentionPolicy(days=0, keep=1), {}, 9e9)
    refuse_to_remove(monkeypatch, plan.delete[1].name)
    with pytest.raises(WorkspaceUnusable, match="1 of 2 backups had been deleted"):
        prune_backups(notes, plan, task=Task())
    assert (notes / "backups" / names[-1]).exists()


def test_the_plain_manifest_is_gone_for_good_before_the_plain_backup_goes(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = back_up(notes, "notes", task=Task()).path
    safe: list[tuple[bool, bool]] = []

    def note_and_sync(folder: Path) -> None:
        safe.append((manifest_of(old).exists(), old.exists()))
        sync_folder(folder)

    monkeypatch.setattr(compressing, "sync_folder", note_and_sync)
    compress_backups(notes, 0, task=Task())
    assert safe == [(True, True), (False, True), (False, False)]
