"""The way back of each step: run on the copy, compared with the state before, and said as it was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.rehearse.run import STEPS, rehearse
from felix_dbadmin.core.rehearse.ways_back import TESTED, UNTESTED
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component, notes_database, run_sql

UP = Request("notes")


def rehearsed(folder: Path, request: Request = UP, *, prove: bool | None = None) -> Rehearsal:
    return rehearse(folder, request, prove=prove, task=Task())


def texts(rehearsal: Rehearsal) -> list[str]:
    return [way.text for way in rehearsal.ways_back]


@pytest.mark.parametrize("component", ["knowledge", "tasks", "workflows", "agent_performance", "system_actions"])
def test_every_shipped_migration_leads_back_to_where_it_began(fresh: Path, component: str) -> None:
    rehearsal = rehearsed(fresh, Request(component))
    assert [way.version for way in rehearsal.ways_back] == [step.version for step in rehearsal.plan.steps]
    assert all(way.proven and way.text == TESTED for way in rehearsal.ways_back)


def test_trying_the_way_back_changes_nothing_in_the_report(fresh: Path) -> None:
    tried, told = (rehearsed(fresh, Request("tasks"), prove=prove) for prove in (True, False))
    assert [run.sql for run in tried.statements] == [run.sql for run in told.statements]
    assert (tried.rows_after, tried.difference, tried.grown_bytes) == (
        told.rows_after,
        told.difference,
        told.grown_bytes,
    )
    assert set(texts(told)) == {UNTESTED}
    assert tried.proof.unchanged


def test_rows_that_a_down_does_not_bring_back_are_counted(tmp_path: Path) -> None:
    delete = "-- migrate:up\nDELETE FROM notes WHERE id = 1;\n-- migrate:down\nSELECT 1;\n"
    add_component(tmp_path, files={"001_add_tags.sql": ADD_TAGS, "002_delete.sql": delete})
    notes_database(tmp_path)
    rehearsal = rehearsed(tmp_path)
    assert texts(rehearsal) == [
        f"{UNTESTED}: that of 2 does not lead to where it began",
        "down does not bring everything back: notes has 2 rows instead of 3",
    ]
    assert not any(way.proven for way in rehearsal.ways_back)


def test_values_that_a_down_puts_back_otherwise_are_found(tmp_path: Path) -> None:
    shout = (
        "-- migrate:up\nUPDATE notes SET title = upper(title);\n"
        "-- migrate:down\nUPDATE notes SET title = lower(title);\n"
    )
    add_component(tmp_path, files={"001_shout.sql": shout})
    path = notes_database(tmp_path)
    assert texts(rehearsed(tmp_path)) == [TESTED]
    run_sql(path, "insert into notes(title) values ('Mixed')")
    assert texts(rehearsed(tmp_path)) == ["down does not bring everything back: notes has other values"]


def test_objects_that_a_down_forgets_are_named(tmp_path: Path) -> None:
    forgetful = ADD_AUTHOR.replace("DROP INDEX idx_notes_author;\nALTER TABLE notes DROP COLUMN author;\n", "")
    forgetful = forgetful.replace("CREATE INDEX idx_notes_author ON notes(author);\n", "CREATE TABLE extra (a);\n")
    forgetful += "ALTER TABLE notes DROP COLUMN author;\n"
    add_component(tmp_path, files={"001_add_author.sql": forgetful})
    notes_database(tmp_path)
    assert texts(rehearsed(tmp_path)) == ["down does not bring everything back: table extra is left over"]


def test_a_down_that_fails_is_no_way_back(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_x.sql": "-- migrate:up\nCREATE TABLE x (a);\n-- migrate:down\nDROP TABLE y;\n"})
    notes_database(tmp_path)
    (text,) = texts(rehearsed(tmp_path))
    assert text.startswith("only by restoring the backup: down fails (")
    assert "no such table: y" in text


def test_what_is_below_an_irreversible_step_cannot_be_tried(tmp_path: Path) -> None:
    final = '-- migrate:up\nDELETE FROM notes WHERE id = 1;\n-- migrate:down irreversible:"the rows are gone"\n'
    add_component(tmp_path, files={"001_add_author.sql": ADD_AUTHOR, "002_final.sql": final})
    notes_database(tmp_path)
    assert texts(rehearsed(tmp_path)) == [
        f"{UNTESTED}: 2 above it has none",
        "only by restoring the backup: the rows are gone",
    ]


def test_the_way_back_of_a_rollback_is_applying_again_unless_something_is_lost(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    carry_out(tmp_path, rehearsed(tmp_path).plan, task=Task())
    down = Request("notes", Direction.DOWN)
    assert texts(rehearsed(tmp_path, down)) == ["applying it again, or restoring the backup"]
    run_sql(path, "update notes set author = 'Ada' where id < 3")
    assert texts(rehearsed(tmp_path, down)) == [
        "only by restoring the backup: notes.author: 2 values would be gone",
    ]


def test_text_that_is_not_utf_8_keeps_the_way_back_from_being_tried_and_nothing_else(tmp_path: Path) -> None:
    add_component(tmp_path)
    run_sql(notes_database(tmp_path), "update notes set body = cast(x'ff' as text)")
    rehearsal = rehearsed(tmp_path)
    assert rehearsal.ok
    assert texts(rehearsal) == [UNTESTED]


def test_a_base_schema_stays_after_a_rollback(tmp_path: Path) -> None:
    add_component(tmp_path)
    base, first = rehearsed(tmp_path).ways_back
    assert (base.version, base.proven) == (0, False)
    assert base.text.startswith("not undone by a rollback")
    assert first.text == TESTED


def test_trying_the_way_back_can_be_cancelled(fresh: Path) -> None:
    task = Task(lambda progress: task.cancel() if progress.steps[progress.step] == STEPS[2] else None)
    with pytest.raises(Cancelled):
        rehearse(fresh, Request("knowledge"), task=task)
    assert not list((fresh / ".felix-dbadmin").glob("rehearsal_*"))
