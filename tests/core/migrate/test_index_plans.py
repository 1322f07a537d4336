"""Rebuild and optimise: rehearsed, backed up, carried out and read back as any other change."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.errors import Cancelled, Conflict, WrongUsage
from felix_dbadmin.core.history import EventKind, read_history
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Progress, Task
from tests.helpers.workspaces import add_component, dump, notes_database, query, run_sql

ADD_SEARCH = """-- migrate:up
CREATE VIRTUAL TABLE notes_fts USING fts5(title, body);
INSERT INTO notes_fts(rowid, title, body) SELECT id, title, COALESCE(body, '') FROM notes;
CREATE TRIGGER notes_fts_insert AFTER INSERT ON notes BEGIN
    INSERT INTO notes_fts(rowid, title, body) VALUES (new.id, new.title, COALESCE(new.body, ''));
END;
CREATE INDEX idx_notes_title ON notes(title);
-- migrate:verify
SELECT count(*) = 3, 'all is there' FROM sqlite_schema
WHERE name IN ('notes_fts', 'notes_fts_insert', 'idx_notes_title');
SELECT (SELECT count(*) FROM notes_fts) = (SELECT count(*) FROM notes), 'one row for each note';
-- migrate:down
DROP INDEX idx_notes_title;
DROP TRIGGER notes_fts_insert;
DROP TABLE notes_fts;
"""
DECLARED = '[[search]]\nindex = "notes_fts"\ntable = "notes"\nkey = "id"\ntitle = "title"\ntext = ["title", "body"]\n'


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    add_component(tmp_path, files={"001_add_search.sql": ADD_SEARCH}, extra=DECLARED)
    notes_database(tmp_path)
    done(tmp_path, Request("notes"))
    return tmp_path


def done(folder: Path, request: Request) -> Migrated:
    rehearsal = rehearse(folder, request, task=Task())
    assert rehearsal.ok, rehearsal.failure
    assert rehearsal.losses == ()
    return carry_out(folder, rehearsal.plan, task=Task())


def found(database: Path, index: str, word: str) -> list[tuple[object, ...]]:
    return query(database, f"select rowid from {index} where {index} match '{word}'")


def segments(database: Path, index: str) -> object:
    return query(database, f"select count(distinct segid) from {index}_idx")[0][0]


def test_a_rebuild_finds_again_what_the_index_had_lost(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(database, "delete from notes_fts where rowid = 2", "update notes set body = 'zebra' where id = 1")
    before = dump(database)["notes"]
    assert found(database, "notes_fts", "zebra") == []
    result = done(notes, Request("notes", Direction.REBUILD))
    assert found(database, "notes_fts", "zebra") == [(1,)]
    assert query(database, "select count(*) from notes_fts") == [(3,)]
    assert dump(database)["notes"] == before
    assert result.version == 1
    assert result.backup.startswith("pre_rebuild_notes_")
    assert all(check.ok for check in result.checks)
    status = read_status(notes, task=Task()).component("notes")
    assert status is not None
    assert (status.drift, status.health) == ((), "Up to date")


def test_history_and_journal_tell_of_it(notes: Path) -> None:
    done(notes, Request("notes", Direction.REBUILD, index="notes_fts"))
    done(notes, Request("notes", Direction.OPTIMISE))
    told = [(event.kind, event.title, event.version) for event in read_history(notes, "notes", task=Task())]
    assert (EventKind.REPAIRED, "Make notes_fts anew", 1) in told
    assert (EventKind.OPTIMISED, "Merge notes_fts into one piece", 1) in told
    journal = [(item.kind, item.what, item.outcome) for item in activities(notes, task=Task())]
    assert ("rebuild", "Rebuild notes_fts of notes", "done") in journal
    assert ("optimise", "Optimise 1 search index of notes", "done") in journal


def test_what_else_drifted_or_is_somebody_s_own_stays_as_it_is(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(
        database,
        "drop index idx_notes_title",
        "drop trigger notes_fts_insert",
        "create trigger mine after delete on notes begin delete from notes_fts where rowid = old.id; end",
    )
    done(notes, Request("notes", Direction.REBUILD))
    names = {
        row[0] for row in query(database, "select name from sqlite_schema where type = 'trigger' or name like 'idx%'")
    }
    assert names == {"notes_fts_insert", "mine"}


def test_a_repair_leaves_somebody_s_own_trigger_on_the_index(notes: Path) -> None:
    own = "create trigger mine after delete on notes begin delete from notes_fts where rowid = old.id; end"
    run_sql(notes / "notes.db", own, "drop trigger notes_fts_insert")
    done(notes, Request("notes", Direction.REPAIR))
    left = query(notes / "notes.db", "select name from sqlite_schema where type = 'trigger' order by name")
    assert left == [("mine",), ("notes_fts_insert",)]


def in_the_base(folder: Path, index: str) -> Path:
    """A component whose base schema makes the index, and nothing there fills it."""
    base = (
        "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"
        f"CREATE VIRTUAL TABLE IF NOT EXISTS notes_fts USING fts5(title, body{index});\n"
    )
    add_component(folder, files={}, base=base, extra=DECLARED)
    database = folder / "notes.db"
    run_sql(database, *base.strip().splitlines(), "insert into notes values (1, 'first', 'zebra'), (2, 'second', 'x')")
    run_sql(database, "insert into notes_fts(rowid, title, body) select id, title, body from notes")
    return database


@pytest.mark.parametrize("index", ["", ", content='notes', content_rowid='id'"])
def test_an_index_that_the_base_schema_makes_is_not_left_empty(tmp_path: Path, index: str) -> None:
    database = in_the_base(tmp_path, index)
    assert found(database, "notes_fts", "zebra") == [(1,)]
    done(tmp_path, Request("notes", Direction.REBUILD))
    assert found(database, "notes_fts", "zebra") == [(1,)]


def test_a_repair_never_empties_an_index_that_nothing_fills(tmp_path: Path) -> None:
    database = in_the_base(tmp_path, "")
    run_sql(database, "drop table notes_fts", "create virtual table notes_fts using fts5(title, body, extra)")
    run_sql(database, "insert into notes_fts(rowid, title, body) select id, title, body from notes")
    with pytest.raises(Conflict, match="would be empty"):
        rehearse(tmp_path, Request("notes", Direction.REPAIR), task=Task())
    assert found(database, "notes_fts", "zebra") == [(1,)]


def test_an_index_that_is_gone_is_made_anew(notes: Path) -> None:
    run_sql(notes / "notes.db", "drop table notes_fts")
    done(notes, Request("notes", Direction.REBUILD, index="NOTES_FTS"))
    assert len(found(notes / "notes.db", "notes_fts", "note")) == 3


def test_an_index_of_somebody_else_is_rebuilt_by_its_own_command(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(
        database,
        "create virtual table mine using fts5(body, content='notes', content_rowid='id')",
        "create virtual table bare using fts5(body, content='')",
        "insert into bare(rowid, body) values (1, 'kept')",
    )
    assert found(database, "mine", "body") == []
    result = done(notes, Request("notes", Direction.REBUILD))
    assert [run.step.title for run in result.steps] == ["Make notes_fts anew", "Rebuild mine"]
    assert len(found(database, "mine", "body")) == 3
    assert found(database, "bare", "kept") == [(1,)]
    with pytest.raises(WrongUsage, match="bare keeps no text"):
        rehearse(notes, Request("notes", Direction.REBUILD, index="bare"), task=Task())


def test_optimise_leaves_one_piece_and_every_row(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(database, *(f"insert into notes(title, body) values ('more {n}', 'text {n}')" for n in range(40)))
    assert segments(database, "notes_fts") != 1
    before = found(database, "notes_fts", "text")
    result = done(notes, Request("notes", Direction.OPTIMISE, index="notes_fts"))
    assert segments(database, "notes_fts") == 1
    assert found(database, "notes_fts", "text") == before
    assert result.backup.startswith("pre_optimise_notes_")


def test_an_unknown_index_is_refused_and_those_there_are_named(notes: Path) -> None:
    for direction in (Direction.REBUILD, Direction.OPTIMISE):
        with pytest.raises(WrongUsage, match="no full-text index named other") as refused:
            rehearse(notes, Request("notes", direction, index="other"), task=Task())
        assert "notes_fts" in refused.value.hint


def test_a_component_without_an_index_has_nothing_to_rebuild(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    assert rehearse(tmp_path, Request("notes", Direction.REBUILD), task=Task()).plan.steps == ()


def test_a_plan_that_no_longer_fits_is_refused(notes: Path) -> None:
    plan = rehearse(notes, Request("notes", Direction.REBUILD), task=Task()).plan
    run_sql(notes / "notes.db", "drop trigger notes_fts_insert")
    with pytest.raises(Conflict, match="changed since this plan was made"):
        carry_out(notes, plan, task=Task())


def test_a_cancelled_rebuild_leaves_the_old_index(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(database, "delete from notes_fts where rowid = 2")
    plan = rehearse(notes, Request("notes", Direction.REBUILD), task=Task()).plan
    before = dump(database)

    def stop_at_the_step(progress: Progress) -> None:
        if progress.step == 1:
            task.cancel()

    task = Task(stop_at_the_step)
    with pytest.raises(Cancelled):
        carry_out(notes, plan, task=task)
    assert dump(database) == before


def test_a_damaged_index_is_rebuilt_although_the_database_counts_as_damaged(notes: Path) -> None:
    database = notes / "notes.db"
    run_sql(database, "delete from notes_fts_data where id > 10")
    assert query(database, "pragma quick_check") != [("ok",)]
    done(notes, Request("notes", Direction.REBUILD))
    assert query(database, "pragma integrity_check") == [("ok",)]
    assert len(found(database, "notes_fts", "note")) == 3


@pytest.mark.parametrize("component", ["knowledge", "workflows", "system_actions"])
def test_every_index_of_the_original_can_be_rebuilt(migrated: Path, component: str) -> None:
    database = (
        migrated
        / {
            "knowledge": "felix_knowledge.db",
            "workflows": "felix_workflow_history.db",
            "system_actions": "felix_system_actions.db",
        }[component]
    )
    before = {name: rows for name, rows in dump(database).items() if "_fts" not in name and name != "objects"}
    result = done(migrated, Request(component, Direction.REBUILD))
    assert len(result.checks) == 4
    after = dump(database)
    assert {name: after[name] for name in before} == before
