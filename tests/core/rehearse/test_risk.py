"""What a statement risks, and what a plan is expected to take: told by what happened on the copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal, Risk, forecast, risk_of
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, notes_database, run_sql

REBUILD = (
    "CREATE TABLE n2 (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"
    "INSERT INTO n2 SELECT * FROM notes;\nDROP TABLE notes;\nALTER TABLE n2 RENAME TO notes;\n"
)


def rehearsed(folder: Path, statements: str, down: str = "SELECT 1;") -> Rehearsal:
    add_component(folder, files={"001_change.sql": f"-- migrate:up\n{statements}\n-- migrate:down {down}\n"})
    notes_database(folder)
    rehearsal = rehearse(folder, Request("notes"), task=Task())
    assert rehearsal.ok
    return rehearsal


def risks(rehearsal: Rehearsal) -> list[Risk]:
    return [risk_of(rehearsal, run) for run in rehearsal.statements]


@pytest.mark.parametrize(
    ("statement", "risk"),
    [
        ("CREATE INDEX by_title ON notes(title);", Risk.SAFE),
        ("ALTER TABLE notes ADD COLUMN author TEXT;", Risk.SAFE),
        ("INSERT INTO notes(title) VALUES ('new');", Risk.SAFE),
        ("UPDATE notes SET title = title || '!';", Risk.REWRITES),
        ("UPDATE notes SET title = 'x' WHERE id > 99;", Risk.SAFE),
        ("REPLACE INTO notes(id, title) VALUES (1, 'other');", Risk.REWRITES),
        ("INSERT OR REPLACE INTO notes(id, title) VALUES (1, 'other');", Risk.REWRITES),
        ("DELETE FROM notes WHERE id = 1;", Risk.DELETES),
        ("DELETE FROM notes WHERE id = 99;", Risk.SAFE),
        ("DROP TABLE notes;", Risk.DELETES),
        ("ALTER TABLE notes DROP COLUMN body;", Risk.DELETES),
    ],
)
def test_the_risk_is_what_it_did_to_the_rows(tmp_path: Path, statement: str, risk: Risk) -> None:
    assert risks(rehearsed(tmp_path, statement, "\nSELECT 1;")) == [risk]


def test_a_rebuild_rewrites_and_deletes_nothing(tmp_path: Path) -> None:
    assert risks(rehearsed(tmp_path, REBUILD, "\nSELECT 1;")) == [Risk.SAFE, Risk.SAFE, Risk.REWRITES, Risk.SAFE]


def test_without_a_down_a_change_of_rows_cannot_be_undone(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, "CREATE TABLE x (a);\nDELETE FROM notes WHERE id = 1;", 'irreversible:"gone"')
    assert risks(found) == [Risk.SAFE, Risk.FINAL]


def test_a_statement_that_failed_has_a_risk_too(tmp_path: Path) -> None:
    fails = "-- migrate:up\nDELETE FROM notes WHERE id = 1;\nCREATE UNIQUE INDEX one_body ON notes(body);\n"
    add_component(tmp_path, files={"001_x.sql": fails})
    run_sql(notes_database(tmp_path), "update notes set body = 'the same'")
    rehearsal = rehearse(tmp_path, Request("notes"), task=Task())
    assert not rehearsal.ok
    assert risks(rehearsal) == [Risk.FINAL, Risk.SAFE]
    assert (rehearsal.ways_back, rehearsal.costs) == ((), ())


def test_filling_a_search_index_is_safe(fresh: Path) -> None:
    assert set(risks(rehearse(fresh, Request("knowledge"), task=Task()))) == {Risk.SAFE}


def test_a_rollback_that_drops_a_table_with_rows_deletes_data(migrated: Path) -> None:
    rehearsal = rehearse(migrated, Request("agent_performance", Direction.DOWN), task=Task())
    assert Risk.DELETES in risks(rehearsal)


@pytest.mark.parametrize(("mode", "times"), [("delete", 2), ("wal", 3)])
def test_the_room_that_is_needed_is_measured(tmp_path: Path, mode: str, times: int) -> None:
    """The backup, what the file grows by, and in WAL mode the log that holds it first."""
    add_component(tmp_path, files={"001_copy.sql": "-- migrate:up\nCREATE TABLE copy AS SELECT * FROM notes;\n"})
    path = notes_database(tmp_path)
    run_sql(path, f"pragma journal_mode = {mode}", "update notes set body = hex(zeroblob(100000))")
    size = path.stat().st_size
    expected = forecast(rehearse(tmp_path, Request("notes"), task=Task()))
    assert expected.backup_bytes == size
    assert (times - 0.1) * size < expected.disk_bytes < (times + 0.3) * size
    assert expected.lock_seconds > 0
    assert path.stat().st_size == size


def test_where_there_is_no_database_nothing_is_backed_up(tmp_path: Path) -> None:
    add_component(tmp_path)
    expected = forecast(rehearse(tmp_path, Request("notes"), task=Task()))
    assert expected.backup_bytes == 0
    assert expected.disk_bytes > 0
