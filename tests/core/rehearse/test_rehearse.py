"""Dry runs: everything is really run, nothing of the live file changes, and the report says what it saw."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, OutOfSpace
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Progress, Task
from tests.helpers.workspaces import (
    ADD_AUTHOR,
    ADD_TAGS,
    add_component,
    in_another_process,
    notes_database,
    query,
    run_sql,
)

COMPONENTS = ["knowledge", "tasks", "workflows", "agent_performance", "system_actions"]


def state_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.db*"))}


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_dry_run_of_real_databases_changes_no_byte(fresh: Path, component: str) -> None:
    before = state_of(fresh)
    rehearsal = rehearse(fresh, Request(component), task=Task())
    assert state_of(fresh) == before
    assert rehearsal.ok
    assert rehearsal.proof.unchanged
    assert rehearsal.proof.text.startswith("Live file unchanged:")
    assert all(check.ok for check in rehearsal.checks)
    assert not list((fresh / ".felix-dbadmin").glob("rehearsal_*"))


def test_every_statement_is_reported_in_order(fresh: Path) -> None:
    rehearsal = rehearse(fresh, Request("knowledge"), task=Task())
    planned = [(at, item.sql) for at, step in enumerate(rehearsal.plan.steps) for item in step.statements]
    assert [(run.step, run.sql) for run in rehearsal.statements] == planned
    fill = next(run for run in rehearsal.statements if run.verb == "insert" and run.target == "knowledge_fts_docs")
    assert (fill.rows, fill.error) == (443, "")
    assert {item.name for item in rehearsal.difference.added} >= {
        "idx_source_agent",
        "knowledge_fts",
        "knowledge_fts_docs",
    }
    assert rehearsal.rows_before["knowledge_entries"] == rehearsal.rows_after["knowledge_entries"] == 443
    assert rehearsal.rows_after["knowledge_fts"] == 443


def test_rows_touched_by_triggers_and_cascades_are_counted(tmp_path: Path) -> None:
    delete = "-- migrate:up\nDELETE FROM notes WHERE id <= 2;\n"
    add_component(tmp_path, files={"001_add_tags.sql": ADD_TAGS, "002_delete.sql": delete})
    path = notes_database(tmp_path)
    run_sql(
        path, "create table log(a)", "create trigger t after delete on notes begin insert into log values (old.id); end"
    )
    run_sql(path, "create table tags (note_id INTEGER REFERENCES notes(id) ON DELETE CASCADE, tag TEXT)")
    run_sql(path, "insert into tags select id, 'a' from notes union all select id, 'b' from notes")
    run_sql(
        path,
        "create table schema_migrations(component, version, description, applied_at, rollback_available)",
    )
    run_sql(path, "insert into schema_migrations values ('notes', 1, 'Add tags', 1.0, 1)")
    rehearsal = rehearse(tmp_path, Request("notes"), task=Task())
    (run,) = rehearsal.statements
    assert (run.rows, run.touched) == (2, 2 + 2 + 4)
    assert [loss.text for loss in rehearsal.losses] == ["notes: 2 rows", "tags: 4 rows"]


def test_a_failing_statement_is_part_of_the_report(tmp_path: Path) -> None:
    unique = "-- migrate:up\nCREATE TABLE x (a);\nCREATE UNIQUE INDEX one_body ON notes(body);\n"
    add_component(tmp_path, files={"001_add_author.sql": ADD_AUTHOR, "002_unique.sql": unique})
    path = notes_database(tmp_path)
    run_sql(path, "insert into notes(title, body) values ('again', 'body 1')")
    rehearsal = rehearse(tmp_path, Request("notes"), task=Task())
    assert not rehearsal.ok
    assert rehearsal.failure is not None
    assert rehearsal.failure.where == "notes/002_unique.sql:3"
    assert "UNIQUE constraint failed" in rehearsal.statements[-1].error
    assert len(rehearsal.steps) == 1
    assert rehearsal.proof.unchanged


def test_what_another_program_writes_meanwhile_is_not_hidden(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    written: list[str] = []

    def write_once(progress: Progress) -> None:
        if progress.step == 1 and not written:
            written.append(
                in_another_process(
                    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
                    "db.execute(\"insert into notes(title) values ('late')\"); db.commit()",
                    str(path),
                )
            )

    rehearsal = rehearse(tmp_path, Request("notes"), task=Task(write_once))
    assert not rehearsal.proof.unchanged
    assert "another program wrote to it" in rehearsal.proof.text


def test_a_wal_database_is_cloned_with_what_waits_in_its_log(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    # A process that dies without closing leaves its rows in the -wal file alone.
    in_another_process(
        "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('pragma journal_mode = wal');"
        "db.execute(\"insert into notes(title) values ('only in the log')\"); db.commit(); os._exit(0)",
        str(path),
    )
    assert (tmp_path / "notes.db-wal").stat().st_size > 0
    rehearsal = rehearse(tmp_path, Request("notes"), task=Task())
    assert rehearsal.rows_before["notes"] == 4
    assert rehearsal.proof.unchanged


def test_a_rehearsed_rollback_names_what_it_would_lose(migrated: Path) -> None:
    rehearsal = rehearse(migrated, Request("agent_performance", Direction.DOWN), task=Task())
    assert [loss.text for loss in rehearsal.losses] == ["agent_performance: 5,095 rows (the whole table)"]


def test_no_room_for_a_clone_is_said_before_it_is_made(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 10_000

    monkeypatch.setattr("felix_dbadmin.core.files.shutil.disk_usage", lambda path: Usage)
    with pytest.raises(OutOfSpace, match=r"no room for a rehearsal of felix_knowledge\.db"):
        rehearse(fresh, Request("knowledge"), task=Task())


def test_cancelling_leaves_no_clone(fresh: Path) -> None:
    task = Task(lambda progress: task.cancel() if progress.step == 1 else None)
    with pytest.raises(Cancelled):
        rehearse(fresh, Request("knowledge"), task=task)
    assert not list((fresh / ".felix-dbadmin").glob("rehearsal_*"))


def test_a_statement_that_is_endless_without_any_rows_can_be_cancelled_too(tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    endless = f"-- migrate:up\nCREATE TABLE t AS {numbers};\n"
    add_component(tmp_path, files={"001_endless.sql": endless})
    notes_database(tmp_path)
    task = Task()
    timer = threading.Timer(0.2, task.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        rehearse(tmp_path, Request("notes"), task=task)
    timer.join()


def test_a_damaged_database_is_refused_as_it_would_be_when_it_is_applied(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    run_sql(path, "create index by_title on notes(title)")
    in_another_process(
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('pragma writable_schema = on');"
        "db.execute(\"update sqlite_schema set sql = replace(sql, '(title)', '(body)') where name = 'by_title'\");"
        "db.commit()",
        str(path),
    )
    rehearsal = rehearse(tmp_path, Request("notes"), task=Task())
    assert rehearsal.failure is not None
    assert rehearsal.failure.summary.startswith("notes.db is damaged: ")
    assert "by_title" in rehearsal.failure.summary
    assert rehearsal.statements == ()


def test_a_database_that_cannot_be_read_to_its_end_is_named_and_not_the_copy_of_it(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path, rows=400)
    run_sql(path, "create index by_title on notes(title)")
    ((root,),) = query(path, "select rootpage from sqlite_schema where name = 'by_title'")
    data = bytearray(path.read_bytes())
    start = (int(str(root)) - 1) * 4096
    data[start + 8 : start + 12] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with pytest.raises(DatabaseUnusable, match=r"^notes\.db is damaged"):
        rehearse(tmp_path, Request("notes"), task=Task())


def test_a_dropped_table_counts_the_rows_that_go_with_it(migrated: Path) -> None:
    rehearsal = rehearse(migrated, Request("system_actions", Direction.DOWN), task=Task())
    dropped = {run.target: run.rows for run in rehearsal.statements if run.sql.startswith("DROP TABLE")}
    assert dropped["command_executions"] == 4000
    assert dropped["pending_approvals"] == 603
