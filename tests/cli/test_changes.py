from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from felix_dbadmin.cli import changes
from felix_dbadmin.core.migrate import apply
from felix_dbadmin.core.migrate.apply import Migrated
from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.plan import Plan
from felix_dbadmin.core.pace import StepCost
from felix_dbadmin.core.task import Task
from tests.cli.running import Command, fingerprints, versions
from tests.helpers.workspaces import (
    ADD_AUTHOR,
    ADD_TAGS,
    NOTES_BASE,
    add_component,
    dump,
    notes_database,
    query,
    run_sql,
)

ALL_DONE = {"knowledge": 2, "tasks": 4, "workflows": 2, "agent_performance": 1, "system_actions": 1}

LOSING = """-- migrate:up
CREATE TABLE extra (x);
INSERT INTO extra SELECT id FROM notes;
-- migrate:down
DROP TABLE extra;
DELETE FROM notes WHERE id > 1;
"""


def test_migrate_everything_then_nothing(fresh: Path, command: Command) -> None:
    ran = command("migrate", "-w", fresh, "--yes")
    assert ran.code == 0, ran
    assert "knowledge: 0 → 2, 2 migrations, backup pre_migration_felix_knowledge_" in ran.out
    assert "4 of 4 checks passed after reading it back" in ran.out
    assert "agent_performance: 0 → 1, 1 migration, no backup: the database is new" in ran.out
    assert versions(command, fresh) == ALL_DONE

    before = fingerprints(fresh)
    again = command("migrate", "-w", fresh)
    assert again.code == 0
    assert again.out.splitlines() == [f"{name} is up to date at version {at}." for name, at in ALL_DONE.items()]
    assert command("migrate", "-w", fresh, "--json").document["results"] == []
    assert fingerprints(fresh) == before


def test_the_original_state_is_completed_and_repaired(migrated: Path, command: Command) -> None:
    ran = command("migrate", "-w", migrated, "--yes", "--json")
    assert ran.code == 0
    (result,) = ran.document["results"]
    assert (result["component"], result["from"], result["to"], result["applied"]) == ("tasks", 0, 4, [1, 2, 3, 4])
    assert result["backup"].startswith("pre_migration_felix_task_memory_")
    assert all(check["ok"] for check in result["checks"])

    command("repair", "-w", migrated).refused(6, "Repair knowledge", "--yes")
    ran = command("repair", "-w", migrated, "--yes")
    assert ran.code == 0
    assert "tasks has no drift to repair." in ran.out
    assert "backup pre_repair_felix_system_actions_" in ran.out
    found = command("status", "-w", migrated, "--check", "--json")
    assert found.code == 0
    assert [item["drift"] for item in found.document["components"]] == [[]] * 5
    assert versions(command, migrated) == ALL_DONE
    assert command("verify", "-w", migrated).code == 0


def test_rollback_one_step_and_all(fresh: Path, command: Command) -> None:
    untouched = dump(fresh / "felix_knowledge.db")["knowledge_entries"]
    command("migrate", "-w", fresh, "-c", "knowledge", "--yes")
    ran = command("rollback", "-w", fresh, "-c", "knowledge", "--yes")
    assert ran.code == 0
    assert "knowledge: 2 → 1, 1 migration rolled back, backup pre_rollback_felix_knowledge_" in ran.out
    ran = command("rollback", "-w", fresh, "-c", "knowledge", "--to", 0, "--yes", "--json")
    assert ran.document["results"][0]["rolled_back"] == [1]
    assert versions(command, fresh)["knowledge"] == 0
    assert dump(fresh / "felix_knowledge.db")["knowledge_entries"] == untouched
    ran = command("rollback", "-w", fresh, "-c", "knowledge", "--yes")
    assert (ran.code, ran.out.strip()) == (0, "knowledge has no applied migration to roll back.")


def test_losses_are_counted_and_need_consent_of_their_own(migrated: Path, command: Command) -> None:
    before = fingerprints(migrated)
    arguments = ("rollback", "-w", migrated, "-c", "agent_performance", "--yes")
    command(*arguments).refused(6, "agent_performance: 5,095 rows (the whole table)", "--allow-data-loss")
    # Accepting the loss is not yet a yes to the change.
    command(*arguments[:-1], "--allow-data-loss").refused(6, "Nobody has said yes", "--yes")
    assert fingerprints(migrated) == before
    ran = command(*arguments, "--allow-data-loss")
    assert ran.code == 0
    assert versions(command, migrated)["agent_performance"] == 0
    name = ran.out.split("backup ")[-1].split(",")[0]
    restored = command("backup", "restore", name, "-w", migrated, "--yes")
    assert restored.code == 0, restored
    assert query(migrated / "felix_agent_performance.db", "select count(*) from agent_performance") == [(5095,)]


def test_rows_that_a_rollback_would_delete_are_a_loss_too(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path, files={"001_extra.sql": LOSING})
    notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    command("rollback", "-w", tmp_path, "-c", "notes", "--yes").refused(
        6, "extra: 3 rows (the whole table)", "notes: 2 rows"
    )
    assert versions(command, tmp_path)["notes"] == 1


def test_to_ends_at_a_version_of_one_component(fresh: Path, command: Command) -> None:
    command("migrate", "-w", fresh, "--to", 1, "--yes").refused(2, "exactly one component", "knowledge")
    assert command("migrate", "-w", fresh, "-c", "tasks", "--to", 3, "--yes").code == 0
    assert versions(command, fresh)["tasks"] == 3
    ran = command("migrate", "-w", fresh, "-c", "tasks", "--to", 3)
    assert (ran.code, ran.out.strip()) == (0, "tasks is at version 3 already.")
    ran = command("migrate", "-w", fresh, "-c", "tasks", "--to", 1)
    assert ran.code == 0
    assert "rollback --component tasks --to 1" in ran.out
    command("rollback", "-w", fresh, "--yes").refused(2, "exactly one component", "agent_performance")
    command("rollback", "-w", fresh, "-c", "tasks", "--to", 9, "--yes").refused(2, "version 9, which is not applied")


def test_without_a_yes_nothing_happens(fresh: Path, command: Command) -> None:
    before = fingerprints(fresh)
    command("migrate", "-w", fresh).refused(6, "Apply 2 migrations to knowledge", "Nothing was changed", "--yes")
    ran = command("migrate", "-w", fresh, "--json")
    assert (ran.code, ran.out) == (6, "")
    assert "--yes" in ran.problem["hint"]
    assert fingerprints(fresh) == before


def test_a_failure_anywhere_stops_before_anything_is_written(fresh: Path, command: Command) -> None:
    add_component(fresh, files={"001_bad.sql": "-- migrate:up\n\nCREATE TABL oops (x);\n"})
    before = fingerprints(fresh)
    ran = command("migrate", "-w", fresh, "--yes")
    ran.refused(1, "notes/001_bad.sql, line 3", "syntax error", "CREATE TABL oops", "Nothing was changed")
    assert fingerprints(fresh) == before


def test_a_failure_while_it_is_carried_out_names_what_is_done(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rehearsals go well; then, before the second component, another program takes the table away."""
    add_component(tmp_path, "alpha", files={"001_a.sql": "-- migrate:up\nCREATE TABLE a(x);\n"}, base="")
    add_component(tmp_path, "beta")
    run_sql(tmp_path / "beta.db", NOTES_BASE)
    real = apply.carry_out

    def disturbed(
        folder: Path, plan: Plan, accepted: tuple[Loss, ...], costs: tuple[StepCost, ...], *, task: Task
    ) -> Migrated:
        if plan.component == "beta":
            run_sql(tmp_path / "beta.db", "alter table notes add column author text")
        return real(folder, plan, accepted, costs, task=task)

    monkeypatch.setattr(changes, "carry_out", disturbed)
    ran = command("migrate", "-w", tmp_path, "-c", "alpha", "-c", "beta", "--yes")
    ran.refused(1, "duplicate column name: author", "nothing was changed", "Done before it: alpha.")
    assert "alpha: 0 → 1" in ran.out
    found = versions(command, tmp_path)
    assert (found["alpha"], found["beta"]) == (1, 0)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"001_a.sql": ADD_TAGS, "01_b.sql": ADD_AUTHOR}, ("two migrations with version 1", "001_a.sql", "01_b.sql")),
        ({"001_a.sql": "CREATE TABLE early (x);\n-- migrate:up\nSELECT 1;\n"}, ("notes/001_a.sql, line 1", "early")),
        ({"001_a.sql": "-- migrate:upp\nSELECT 1;\n"}, ("line 1", "“migrate:upp” is not known")),
        ({"001_a.sql": "-- migrate:up\nCREATE TABLE t (x)\n"}, ("line 2", "does not end with “;”")),
        ({"001_a.py": "def up(db:\n    pass\n"}, ("notes/001_a.py, line 1",)),
    ],
)
def test_files_that_cannot_be_understood(
    tmp_path: Path, command: Command, files: dict[str, str], words: tuple[str, ...]
) -> None:
    add_component(tmp_path, files=files)
    notes_database(tmp_path)
    before = fingerprints(tmp_path)
    command("migrate", "-w", tmp_path, "-c", "notes", "--yes").refused(1, *words)
    assert fingerprints(tmp_path) == before


def test_a_gap_below_the_highest_version_needs_a_word(tmp_path: Path, command: Command) -> None:
    folder = add_component(tmp_path, files={"002_add_tags.sql": ADD_TAGS})
    notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR)
    before = fingerprints(tmp_path)
    command("migrate", "-w", tmp_path, "-c", "notes", "--yes").refused(4, "001_add_author.sql", "--out-of-order")
    assert fingerprints(tmp_path) == before
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes", "--out-of-order").code == 0
    found = command("status", "-w", tmp_path, "-c", "notes", "--json").document["components"][0]
    assert (found["applied"], found["pending"]) == ([1, 2], [])


def test_a_promise_that_does_not_hold(tmp_path: Path, command: Command) -> None:
    text = ADD_AUTHOR.replace("count(*) = 1, 'notes has an author'", "count(*) = 7, 'seven authors'")
    add_component(tmp_path, files={"001_add_author.sql": text})
    notes_database(tmp_path)
    before = fingerprints(tmp_path)
    ran = command("migrate", "-w", tmp_path, "-c", "notes", "--yes")
    ran.refused(1, "the verify “seven authors” does not hold", "001_add_author.sql:6", "SELECT count(*) = 7")
    assert fingerprints(tmp_path) == before


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("", "its file has no down section"), ('-- migrate:down irreversible:"tags were merged"\n', "tags were merged")],
)
def test_no_way_back(tmp_path: Path, command: Command, ending: str, reason: str) -> None:
    add_component(tmp_path, files={"001_a.sql": "-- migrate:up\nCREATE TABLE a(x);\n" + ending})
    notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    before = fingerprints(tmp_path)
    command("rollback", "-w", tmp_path, "-c", "notes", "--yes").refused(4, reason, "Restore the backup")
    assert fingerprints(tmp_path) == before


def test_a_table_with_data_is_not_repaired_but_named(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    run_sql(tmp_path / "notes.db", "drop index idx_notes_author", "alter table notes add column extra")
    ran = command("repair", "-w", tmp_path, "-c", "notes", "--yes")
    ran.refused(4, "table notes differs (holds data: not repaired)")
    assert "notes: 1 → 1, Make 1 derived object anew" in ran.out
    assert query(tmp_path / "notes.db", "select count(*) from sqlite_schema where name = 'idx_notes_author'") == [(1,)]
    assert command("verify", "-w", tmp_path, "-c", "notes").code == 4
    ran = command("repair", "-w", tmp_path, "-c", "notes", "--yes")
    assert ran.code == 4
    assert "notes has nothing that a repair may touch" in ran.out


def test_no_room_is_said_before_anything_is_written(
    fresh: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 5000, 5000))
    before = fingerprints(fresh)
    command("migrate", "-w", fresh, "-c", "knowledge", "--yes").refused(1, "no room", "4.9 KB free", "backup prune")
    command("backup", "create", "-w", fresh, "-c", "knowledge").refused(1, "no room")
    assert {name: mark for name, mark in fingerprints(fresh).items() if not name.startswith("backups/")} == before
    assert list((fresh / "backups").glob("*")) == []
