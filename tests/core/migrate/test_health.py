"""Drift, adoption and repair, on what the original program left behind and on damage of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.describe import describe_database
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus, read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, dump, in_another_process, notes_database, query, run_sql, trust

SUMMARY = {"knowledge": 2, "tasks": 0, "workflows": 2, "agent_performance": 1, "system_actions": 1}


def status_of(folder: Path, component: str) -> ComponentStatus:
    found = read_status(folder, task=Task()).component(component)
    assert found is not None
    return found


def repair(folder: Path, component: str) -> None:
    rehearsal = rehearse(folder, Request(component, Direction.REPAIR), task=Task())
    assert rehearsal.ok, rehearsal.failure
    assert rehearsal.losses == ()
    carry_out(folder, rehearsal.plan, task=Task())


def test_the_original_s_databases_are_adopted_and_their_differences_named(migrated: Path) -> None:
    status = read_status(migrated, task=Task())
    assert {component.name: component.version for component in status.components} == SUMMARY
    assert {item.state for component in status.components for item in component.applied} == {"adopted"}
    drift = {component.name: {item.name for item in component.drift} for component in status.components}
    assert drift["knowledge"] >= {"knowledge_fts_insert", "knowledge_fts_update", "knowledge_fts_delete"}
    assert drift["workflows"] == {"workflow_fts_insert", "workflow_fts_update", "workflow_fts_delete"}
    assert drift["tasks"] == set()
    assert "idx_agent_type_confidence" in drift["agent_performance"]
    assert drift["system_actions"] >= {"command_fts_insert", "command_fts_update", "command_fts_delete"}
    assert status_of(migrated, "tasks").health == "Not initialised"


@pytest.mark.parametrize("component", ["knowledge", "workflows", "agent_performance", "system_actions"])
def test_repair_mends_the_original_s_databases_and_loses_no_row(migrated: Path, component: str) -> None:
    path = migrated / status_of(migrated, component).database
    before = dump(path)
    repair(migrated, component)
    after = status_of(migrated, component)
    assert after.drift == ()
    assert after.version == SUMMARY[component]
    tables = [name for name in before if "_fts" not in name and name != "objects"]
    rows = dump(path)
    assert {table: rows[table] for table in tables} == {table: before[table] for table in tables}
    assert verify_component(migrated, component, task=Task()).failed == ()


def test_stale_index_rows_that_a_replace_left_are_gone_after_a_repair(migrated: Path) -> None:
    path = migrated / "felix_knowledge.db"
    in_another_process(
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        "row = list(db.execute('select * from knowledge_entries limit 1').fetchone());"
        'row[2] = \'{"text": "zebrafish"}\';'
        "db.execute('insert or replace into knowledge_entries values (' + ','.join('?' * 13) + ')', row); db.commit()",
        str(path),
    )
    assert query(path, "select count(*) from knowledge_fts") == [(444,)]
    repair(migrated, "knowledge")
    assert query(path, "select count(*) from knowledge_fts") == [(443,)]
    assert len(query(path, "select * from knowledge_fts where knowledge_fts match 'zebrafish'")) == 1


class TestOwnComponent:
    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Path:
        add_component(tmp_path)
        notes_database(tmp_path)
        carry_out(tmp_path, rehearse(tmp_path, Request("notes"), task=Task()).plan, task=Task())
        return tmp_path

    def test_a_dropped_index_is_drift_and_is_made_again(self, workspace: Path) -> None:
        run_sql(workspace / "notes.db", "drop index idx_notes_author")
        assert [item.text for item in status_of(workspace, "notes").drift] == ["index idx_notes_author is missing"]
        repair(workspace, "notes")
        assert status_of(workspace, "notes").health == "Up to date"

    def test_a_table_with_data_is_named_and_never_touched(self, workspace: Path) -> None:
        run_sql(workspace / "notes.db", "alter table notes add column extra", "drop index idx_notes_author")
        drift = status_of(workspace, "notes").drift
        assert [(item.name, item.repairable) for item in drift] == [("notes", False), ("idx_notes_author", True)]
        before = query(workspace / "notes.db", "select * from notes")
        repair(workspace, "notes")
        assert [item.name for item in status_of(workspace, "notes").drift] == ["notes"]
        assert query(workspace / "notes.db", "select * from notes") == before

    def test_objects_of_somebody_else_are_not_drift(self, workspace: Path) -> None:
        run_sql(workspace / "notes.db", "create table mine(a)", "create index my_index on notes(body)")
        assert status_of(workspace, "notes").drift == ()

    def test_nothing_to_repair_is_a_plan_without_steps(self, workspace: Path) -> None:
        assert rehearse(workspace, Request("notes", Direction.REPAIR), task=Task()).plan.steps == ()

    def test_a_changed_file_is_named(self, workspace: Path) -> None:
        file = workspace / "migrations/notes/001_add_author.sql"
        file.write_text(file.read_text().replace("author TEXT", "author TEXT DEFAULT ''"))
        trust(file.parent)
        status = status_of(workspace, "notes")
        assert [item.state for item in status.applied] == ["changed"]
        assert status.drift == ()
        assert "has another text" in verify_component(workspace, "notes", task=Task()).conflicts[0]

    def test_a_comment_in_the_down_section_is_not_a_change(self, workspace: Path) -> None:
        file = workspace / "migrations/notes/001_add_author.sql"
        file.write_text(file.read_text() + "-- a remark\n")
        trust(file.parent)
        assert [item.state for item in status_of(workspace, "notes").applied] == ["ours"]

    def test_one_sentence_on_a_state(self, workspace: Path) -> None:
        sentence = describe_database(workspace, "notes", task=Task())
        assert sentence == "notes.db was read again: version 1, whole (quick_check)."
        (workspace / "notes.db").write_bytes(b"")
        assert "is empty (0 bytes)" in describe_database(workspace, "notes", task=Task())


def test_one_unreadable_database_does_not_hide_the_others(fresh: Path) -> None:
    (fresh / "felix_knowledge.db").write_bytes(b"not a database at all, only text" * 100)
    status = read_status(fresh, task=Task())
    knowledge = status.component("knowledge")
    assert knowledge is not None
    assert knowledge.trouble is not None
    assert "is not an SQLite database" in knowledge.trouble.summary
    assert knowledge.health == "Cannot be read"
    tasks = status.component("tasks")
    assert tasks is not None
    assert len(tasks.pending) == 4


def test_an_index_over_rows_of_another_table_is_not_called_whole_without_a_look_at_them(tmp_path: Path) -> None:
    up = "CREATE VIRTUAL TABLE found USING fts5(title, content='notes', content_rowid='id');"
    up += " INSERT INTO found(found) VALUES ('rebuild');"
    add_component(tmp_path, files={"001_find.sql": f"-- migrate:up\n{up}\n-- migrate:down\nDROP TABLE found;\n"})
    path = notes_database(tmp_path)
    carry_out(tmp_path, rehearse(tmp_path, Request("notes"), task=Task()).plan, task=Task())
    run_sql(path, "update notes set title = 'another'")
    first = verify_component(tmp_path, "notes", task=Task()).checks[0]
    assert first.name.endswith("whole in themselves")
    assert "found not compared" in first.detail


def test_a_foreign_key_that_cannot_be_checked_is_said(tmp_path: Path) -> None:
    """Its parent has no such key: SQLite then refuses to check any of them."""
    add_component(tmp_path)
    path = notes_database(tmp_path)
    run_sql(path, "create table parents (name text); create table children (name text references parents(name))")
    (problem,) = [check for check in verify_component(tmp_path, "notes", task=Task()).checks if not check.ok]
    assert problem.name == "every foreign key points to a row"
    assert "foreign key mismatch" in problem.detail
