"""Protecting, deleting, exporting and proving a backup: what must stay stays, what is claimed was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.backups.catalogue import list_backups, read_backup
from felix_dbadmin.core.backups.keeping import delete_backup, export_backup, protect
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, verify
from felix_dbadmin.core.backups.proving import prove_restorable
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import BackupUnusable, Cancelled, Conflict, WrongUsage
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.paths import STATE_FOLDER
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import open_workspace
from tests.core.backups.beside_helpers import backed_up
from tests.core.backups.helpers import change_bytes
from tests.helpers.workspaces import add_component, dump, notes_database, run_sql

ORIGINAL = "pre_migration_felix_knowledge_20251024_165951.db"
TABLE = ("create table t(id integer primary key, a)", "insert into t values (1, 'x'), (2, 'y')")


def again(folder: Path) -> str:
    return back_up(folder, "notes", task=Task()).path.name


def names(folder: Path) -> list[str]:
    return [backup.name for backup in list_backups(folder / "backups")]


def test_a_protected_backup_is_neither_pruned_nor_deleted(tmp_path: Path) -> None:
    first = backed_up(tmp_path, *TABLE)
    second, newest = again(tmp_path), again(tmp_path)
    kept = protect(tmp_path, first, True, task=Task())
    assert kept.protected
    plan = preview_prune(tmp_path, RetentionPolicy(days=0, keep=1), kept.created + 10, task=Task())
    assert [backup.name for backup in plan.delete] == [second]
    assert {backup.name: why for backup, why in plan.kept}[first] == "protected by hand"
    with pytest.raises(Conflict, match="protected by hand") as refused:
        delete_backup(tmp_path, first, task=Task())
    assert f"backup unprotect {first}" in refused.value.hint
    assert not protect(tmp_path, first, False, task=Task()).protected
    assert delete_backup(tmp_path, first, task=Task()).deleted == (first,)
    assert names(tmp_path) == [newest, second]
    assert not manifest_of(tmp_path / "backups" / first).exists()


def test_one_that_is_protected_after_the_preview_stays(tmp_path: Path) -> None:
    first = backed_up(tmp_path, *TABLE)
    again(tmp_path)
    plan = preview_prune(tmp_path, RetentionPolicy(days=0, keep=1), 4e9, task=Task())
    protect(tmp_path, first, True, task=Task())
    pruned = prune_backups(tmp_path, plan, task=Task())
    assert pruned.skipped == ((first, "protected since the plan was made"),)
    assert first in names(tmp_path)


def test_what_is_needed_cannot_be_deleted(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    component = open_workspace(tmp_path).component("notes")
    with open_reader(tmp_path / "notes.db") as db:
        plan = make_plan(db, component, Request("notes", Direction.UP), Task())
    before = carry_out(tmp_path, plan, task=Task()).backup
    (listed,) = list_backups(tmp_path / "backups")
    assert listed.why == "Before migrations 0 → 1"
    again(tmp_path)
    with pytest.raises(Conflict, match="it was taken before notes 1, which is still applied"):
        delete_backup(tmp_path, before, task=Task())
    newest = names(tmp_path)[0]
    with pytest.raises(Conflict, match="it is the newest verified backup of its database"):
        delete_backup(tmp_path, newest, task=Task())
    with pytest.raises(WrongUsage, match=r"no backup named nothing\.db"):
        delete_backup(tmp_path, "nothing.db", task=Task())
    assert len(names(tmp_path)) == 2


def test_a_backup_without_a_manifest(migrated: Path) -> None:
    with pytest.raises(WrongUsage, match="has no manifest to note the protection in"):
        protect(migrated, ORIGINAL, True, task=Task())
    proven = prove_restorable(migrated, ORIGINAL, task=Task())
    assert not proven.recorded
    assert proven.rows > 443
    target = export_backup(migrated, ORIGINAL, migrated.parent / "out.db", task=Task())
    assert target.read_bytes() == (migrated / "backups" / ORIGINAL).read_bytes()
    assert not manifest_of(target).exists()


def test_an_export_can_be_verified_where_it_is(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, *TABLE)
    other = tmp_path / "other"
    (other / "backups").mkdir(parents=True)
    made = export_backup(tmp_path, backup, other / "backups" / "moved.db", task=Task())
    assert verify(other, made.name, task=Task()).ok
    listed = read_backup(made)
    assert listed is not None
    assert listed.why == "By hand"
    assert export_backup(tmp_path, backup, other, task=Task()) == other / backup
    for target in (made, other):
        with pytest.raises(WrongUsage, match="There is already a file"):
            export_backup(tmp_path, backup, target, task=Task())
    with pytest.raises(WrongUsage, match="There is no folder"):
        export_backup(tmp_path, backup, tmp_path / "nowhere" / "x.db", task=Task())
    change_bytes(tmp_path / "backups" / backup, lambda data: data[:5000] + b"\xff" + data[5001:])
    with pytest.raises(BackupUnusable, match="damaged"):
        export_backup(tmp_path, backup, tmp_path / "y.db", task=Task())
    assert not (tmp_path / "y.db").exists()


def test_a_proven_backup_says_when_and_loses_it_when_it_is_damaged(fresh: Path) -> None:
    backup = back_up(fresh, "knowledge", task=Task()).path
    live = dump(fresh / "felix_knowledge.db")
    proven = prove_restorable(fresh, backup.name, task=Task())
    assert proven.recorded
    assert proven.rows == 1515
    listed = read_backup(backup)
    assert listed is not None
    assert listed.proven_at == proven.at
    assert not list((fresh / STATE_FOLDER).glob("*proof*"))
    assert dump(fresh / "felix_knowledge.db") == live
    assert verify(fresh, backup.name, task=Task()).ok
    listed = read_backup(backup)
    assert listed is not None
    assert listed.proven_at == proven.at
    change_bytes(backup, lambda data: data[:5000] + b"\xff" + data[5001:])
    with pytest.raises(BackupUnusable, match="damaged"):
        prove_restorable(fresh, backup.name, task=Task())
    listed = read_backup(backup)
    assert listed is not None
    assert listed.proven_at is None


def test_a_cancelled_proof_claims_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    backup = backed_up(tmp_path, *TABLE)

    def listen(progress: Progress) -> None:
        if progress.step == 1:
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled):
        prove_restorable(tmp_path, backup, task=task)
    listed = read_backup(tmp_path / "backups" / backup)
    assert listed is not None
    assert listed.proven_at is None
    assert not list((tmp_path / STATE_FOLDER).glob("*proof*"))


def test_the_reasons_in_words(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    back_up(tmp_path, "notes", task=Task(), scheduled=True)
    (listed,) = list_backups(tmp_path / "backups")
    assert (listed.reason, listed.why) == ("scheduled", "Scheduled")
    run_sql(tmp_path / "backups" / "pre_restore_notes_20251024_165951.db", "create table t(a)")
    assert {backup.why for backup in list_backups(tmp_path / "backups")} == {"Scheduled", "Before a restore"}
