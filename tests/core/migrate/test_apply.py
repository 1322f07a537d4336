"""Carrying out plans on real files: what is committed, what is left alone, what is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from felix_dbadmin.core import task as task_module
from felix_dbadmin.core.activity import read_activities
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import (
    Cancelled,
    CheckFailed,
    Conflict,
    ConsentMissing,
    DbAdminError,
    MigrationFileInvalid,
    StatementFailed,
)
from felix_dbadmin.core.migrate.apply import Migrated, carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.rehearse.report import costs_of
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import open_workspace
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component, dump, notes_database, query, run_sql, trust

UP = Request("notes")
DOWN = Request("notes", Direction.DOWN)


def plan(folder: Path, request: Request = UP) -> Plan:
    workspace = open_workspace(folder)
    component = workspace.component(request.component)
    database = workspace.database(component)
    if not database.exists():
        return make_plan(None, component, request, Task())
    with open_reader(database) as db:
        return make_plan(db, component, request, Task())


def apply(folder: Path, request: Request = UP, task: Task | None = None) -> Migrated:
    return carry_out(folder, plan(folder, request), task=task or Task())


def test_fresh_databases_reach_every_version(fresh: Path) -> None:
    results = {component.name: apply(fresh, Request(component.name)) for component in open_workspace(fresh).components}
    assert {name: result.version for name, result in results.items()} == {
        "knowledge": 2,
        "tasks": 4,
        "workflows": 2,
        "agent_performance": 1,
        "system_actions": 1,
    }
    assert all(check.ok for result in results.values() for check in result.checks)
    assert query(fresh / "felix_knowledge.db", "select count(*) from knowledge_fts") == [(443,)]
    assert query(fresh / "felix_knowledge.db", "select version, description from schema_migrations order by 1") == [
        (1, "Add composite indexes for efficient filtering and sorting"),
        (2, "Add FTS5 virtual table for fast content search"),
    ]


def test_a_missing_base_schema_is_made_first(migrated: Path) -> None:
    result = apply(migrated, Request("tasks"))
    assert [step.step.action for step in result.steps] == ["base", "up", "up", "up", "up"]
    assert result.version == 4


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    add_component(tmp_path)
    result = apply(tmp_path)
    assert (result.version, result.backup) == (1, "")
    assert (tmp_path / "notes.db").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.partial"))


def test_the_log_holds_what_was_applied_and_by_whom(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    result = apply(tmp_path)
    ((action, outcome, source, backup, who),) = query(
        tmp_path / "notes.db", "select action, outcome, source, backup, who from schema_migrations_log"
    )
    assert (action, outcome, source, backup) == ("up", "done", ADD_AUTHOR, result.backup)
    assert "@" in str(who)


def test_up_then_down_leaves_the_rows_as_they_were(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_add_author.sql": ADD_AUTHOR, "002_add_tags.sql": ADD_TAGS})
    path = notes_database(tmp_path)
    before = dump(path)
    apply(tmp_path)
    result = apply(tmp_path, replace(DOWN, to=0))
    assert result.version == 0
    after = dump(path)
    assert after["notes"] == before["notes"]
    assert query(path, "select * from schema_migrations") == []


def test_a_plan_is_bound_to_the_files_it_was_made_from(tmp_path: Path) -> None:
    folder = add_component(tmp_path)
    path = notes_database(tmp_path)
    reviewed = plan(tmp_path)
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR.replace("author TEXT", "author TEXT DEFAULT ''"))
    trust(folder)
    before = dump(path)
    with pytest.raises(Conflict, match="changed since this plan was made; nothing was done"):
        carry_out(tmp_path, reviewed, task=Task())
    assert dump(path) == before


def test_a_plan_is_bound_to_the_versions_it_starts_from(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    reviewed = plan(tmp_path)
    apply(tmp_path)
    with pytest.raises(Conflict, match="changed since this plan was made"):
        carry_out(tmp_path, reviewed, task=Task())


def test_a_failing_statement_is_named_with_its_line(tmp_path: Path) -> None:
    broken = "-- migrate:up\nCREATE TABLE extra (a);\nINSERT INTO extra\n  SELECT id, title FROM notes;\n"
    add_component(tmp_path, files={"001_break.sql": broken})
    path = notes_database(tmp_path)
    with pytest.raises(StatementFailed, match=r"notes/001_break\.sql, line 3: .*extra") as caught:
        apply(tmp_path)
    assert "INSERT INTO extra" in caught.value.statement
    assert query(path, "select name from sqlite_schema where name = 'extra'") == []


def test_a_migration_that_fails_on_the_data_stops_there(tmp_path: Path) -> None:
    unique = "-- migrate:up\nCREATE UNIQUE INDEX one_title ON notes(title);\n-- migrate:down\nDROP INDEX one_title;\n"
    add_component(
        tmp_path,
        files={"001_add_author.sql": ADD_AUTHOR, "002_one_title.sql": unique, "003_add_tags.sql": ADD_TAGS},
    )
    path = notes_database(tmp_path)
    run_sql(path, "insert into notes(title) values ('note 1')")
    with pytest.raises(StatementFailed) as caught:
        apply(tmp_path)
    assert "“Apply 2: One title” was rolled back; 1 of 3 steps before it stand." in caught.value.summary
    assert caught.value.where == "notes/002_one_title.sql:2"
    assert query(path, "select version from schema_migrations") == [(1,)]
    assert query(path, "select version, outcome from schema_migrations_log order by id") == [(1, "done"), (2, "failed")]
    (activity,) = read_activities(open_workspace(tmp_path))
    assert (activity.outcome, activity.component) == ("failed", "notes")


def test_a_verify_that_does_not_hold_undoes_the_migration(tmp_path: Path) -> None:
    verify = "-- migrate:verify\nSELECT count(*) = 4, 'four notes' FROM notes;\n"
    add_component(tmp_path, files={"001_check.sql": "-- migrate:up\nDELETE FROM notes WHERE id = 99;\n" + verify})
    path = notes_database(tmp_path)
    with pytest.raises(CheckFailed, match="the verify “four notes” does not hold"):
        apply(tmp_path)
    assert query(path, "select * from schema_migrations") == []


def test_a_syntax_error_is_found_before_the_file_is_touched(tmp_path: Path) -> None:
    add_component(
        tmp_path,
        files={"001_add_author.sql": ADD_AUTHOR, "002_bad.sql": "-- migrate:up\nSELECT 1;\n\nCREATE TABEL x (a);\n"},
    )
    path = notes_database(tmp_path)
    before = path.read_bytes()
    with pytest.raises(MigrationFileInvalid, match=r"notes/002_bad\.sql, line 4: near .TABEL.: syntax error"):
        apply(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "COMMIT;",
        "ROLLBACK;",
        "SAVEPOINT s;",
        "ATTACH 'other.db' AS other;",
        "PRAGMA foreign_keys = OFF;",
        "PRAGMA journal_mode = WAL;",
        "PRAGMA writable_schema = ON;",
        "VACUUM;",
    ],
)
def test_migration_code_cannot_leave_its_transaction(tmp_path: Path, statement: str) -> None:
    add_component(tmp_path, files={"001_bad.sql": f"-- migrate:up\nCREATE TABLE t (a);\n{statement}\n"})
    path = notes_database(tmp_path)
    before = path.read_bytes()
    with pytest.raises(DbAdminError) as caught:
        apply(tmp_path)
    assert statement in caught.value.statement
    assert path.read_bytes() == before


def test_a_statement_that_ends_the_transaction_is_refused(tmp_path: Path) -> None:
    text = "-- migrate:up\nCREATE TABLE t (a UNIQUE);\nINSERT OR ROLLBACK INTO t SELECT 1 FROM notes;\n"
    add_component(tmp_path, files={"001_bad.sql": text})
    path = notes_database(tmp_path)
    with pytest.raises(DbAdminError):
        apply(tmp_path)
    assert query(path, "select count(*) from notes") == [(3,)]
    assert query(path, "select name from sqlite_schema where name = 't'") == []


@pytest.mark.parametrize("rows", [0, 1])
def test_a_rebuild_that_takes_a_table_from_under_its_children_is_refused(tmp_path: Path, rows: int) -> None:
    """Renamed first, the children's keys follow the old table; while they are empty SQLite sees nothing wrong."""
    text = (
        "-- migrate:up foreign_keys:off\nALTER TABLE notes RENAME TO notes_old;\n"
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"
        "INSERT INTO notes SELECT * FROM notes_old;\nDROP TABLE notes_old;\n"
    )
    add_component(tmp_path, files={"001_bad.sql": text})
    path = notes_database(tmp_path)
    run_sql(path, "create table tags(note_id integer references notes(id))")
    run_sql(path, *["insert into tags values (1)"] * rows)
    with pytest.raises(CheckFailed, match="notes_old, which is not there" if not rows else "no row of notes_old"):
        apply(tmp_path)
    assert query(path, "select sql from sqlite_schema where name = 'tags'") == [
        ("CREATE TABLE tags(note_id integer references notes(id))",)
    ]


class TestLosses:
    def test_a_rollback_that_loses_values_needs_consent_to_exactly_that(self, tmp_path: Path) -> None:
        add_component(tmp_path)
        path = notes_database(tmp_path)
        apply(tmp_path)
        run_sql(path, "update notes set author = 'Ada' where id < 3")
        with pytest.raises(ConsentMissing, match=r"would lose notes\.author: 2 values"):
            apply(tmp_path, DOWN)
        assert query(path, "select version from schema_migrations") == [(1,)]
        rehearsal = rehearse(tmp_path, DOWN, task=Task())
        run_sql(path, "update notes set author = 'Bob' where id = 3")
        with pytest.raises(ConsentMissing, match=r"notes\.author: 3 values"):
            carry_out(tmp_path, rehearsal.plan, rehearsal.losses, task=Task())
        rehearsal = rehearse(tmp_path, DOWN, task=Task())
        assert carry_out(tmp_path, rehearsal.plan, rehearsal.losses, task=Task()).version == 0

    def test_children_lost_by_a_cascade_stop_a_table_rebuild(self, tmp_path: Path) -> None:
        base = (
            "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"
            "CREATE TABLE IF NOT EXISTS marks (note_id INTEGER REFERENCES notes(id) ON DELETE CASCADE, mark TEXT);\n"
        )
        rebuild = (
            "-- migrate:up{option}\nCREATE TABLE n2 (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT, x);\n"
            "INSERT INTO n2 SELECT *, NULL FROM notes;\nDROP TABLE notes;\nALTER TABLE n2 RENAME TO notes;\n"
        )
        add_component(tmp_path, files={"001_rebuild.sql": rebuild.format(option="")}, base=base)
        path = notes_database(tmp_path)
        run_sql(path, *base.splitlines(), "insert into marks select id, 'm' from notes")
        with pytest.raises(ConsentMissing, match=r"would lose marks: 3 rows"):
            apply(tmp_path)
        (tmp_path / "migrations/notes/001_rebuild.sql").write_text(rebuild.format(option=" foreign_keys:off"))
        trust(tmp_path / "migrations/notes")
        assert apply(tmp_path).version == 1
        assert query(path, "select count(*) from marks") == [(3,)]

    def test_a_trigger_broken_by_the_change_stops_it(self, tmp_path: Path) -> None:
        add_component(tmp_path, files={"001_drop.sql": "-- migrate:up\nDROP TABLE log;\n"})
        path = notes_database(tmp_path)
        run_sql(
            path,
            "create table log(x)",
            "create trigger note_log after insert on notes begin insert into log values (new.id); end",
        )
        with pytest.raises(DbAdminError):
            apply(tmp_path)
        assert query(path, "select name from sqlite_schema where name = 'log'") == [("log",)]


class TestIdentity:
    def test_a_foreign_migration_stops_everything(self, tmp_path: Path) -> None:
        add_component(tmp_path)
        path = notes_database(tmp_path)
        apply(tmp_path)
        run_sql(path, "insert into schema_migrations values ('notes', 2, 'Brain tables', 1.0, 1)")
        for request in (UP, DOWN):
            with pytest.raises(Conflict, match="2 “Brain tables”"):
                apply(tmp_path, request)

    def test_a_version_recorded_with_another_description_is_never_rolled_back_by_our_down(self, tmp_path: Path) -> None:
        add_component(tmp_path)
        path = notes_database(tmp_path)
        apply(tmp_path)
        run_sql(path, "update schema_migrations set description = 'Something else'")
        with pytest.raises(Conflict, match="does not know: 1 “Something else”"):
            apply(tmp_path, DOWN)

    def test_a_missing_file_is_rolled_back_by_the_text_that_was_applied(self, tmp_path: Path) -> None:
        folder = add_component(tmp_path)
        path = notes_database(tmp_path)
        apply(tmp_path)
        (folder / "001_add_author.sql").unlink()
        assert apply(tmp_path, DOWN).version == 0
        assert query(path, "select name from pragma_table_info('notes')") == [("id",), ("title",), ("body",)]

    def test_a_changed_file_is_rolled_back_by_the_text_that_was_applied(self, tmp_path: Path) -> None:
        folder = add_component(tmp_path)
        notes_database(tmp_path)
        apply(tmp_path)
        (folder / "001_add_author.sql").write_text(ADD_AUTHOR.replace("author", "writer"))
        trust(folder)
        assert apply(tmp_path, DOWN).version == 0


class TestPython:
    MIGRATION = """
description = "Shout every title"
def up(db):
    for (key, title) in db.execute("SELECT id, title FROM notes"):
        db.execute("UPDATE notes SET title = ? WHERE id = ?", (title.upper(), key))
def down(db):
    db.execute("UPDATE notes SET title = lower(title)")
def verify(db):
    return db.execute("SELECT count(*) FROM notes WHERE title <> upper(title)") == [(0,)]
"""

    def test_it_runs_up_and_down_and_is_recorded(self, tmp_path: Path) -> None:
        add_component(tmp_path, files={"001_shout.py": self.MIGRATION})
        path = notes_database(tmp_path)
        before = dump(path)["notes"]
        result = apply(tmp_path)
        assert query(path, "select title from notes") == [("NOTE 0",), ("NOTE 1",), ("NOTE 2",)]
        assert [run.verb for run in result.steps[0].statements] == ["select", *["update"] * 3, "select"]
        apply(tmp_path, DOWN)
        assert dump(path)["notes"] == before

    def test_a_verify_that_says_no_undoes_it(self, tmp_path: Path) -> None:
        add_component(tmp_path, files={"001_shout.py": self.MIGRATION.replace("title.upper()", "title")})
        path = notes_database(tmp_path)
        with pytest.raises(CheckFailed, match=r"verify\(db\) answered False"):
            apply(tmp_path)
        assert query(path, "select * from schema_migrations") == []

    def test_an_exception_of_its_code_is_an_error_of_the_migration(self, tmp_path: Path) -> None:
        add_component(tmp_path, files={"001_x.py": "def up(db):\n    db.execute('CREATE TABLE t (a)')\n    1 / 0\n"})
        path = notes_database(tmp_path)
        with pytest.raises(StatementFailed, match=r"up\(db\): ZeroDivisionError"):
            apply(tmp_path)
        assert query(path, "select name from sqlite_schema where name = 't'") == []


def test_cancelling_leaves_the_old_state(tmp_path: Path) -> None:
    endless = (
        "-- migrate:up\nCREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < (SELECT 1e12 * count(*) FROM notes)) SELECT i FROM n;\n"
    )
    add_component(tmp_path, files={"001_endless.sql": endless})
    path = notes_database(tmp_path)
    before = dump(path)

    def cancel_soon(progress: Progress) -> None:
        if progress.step == 1:
            threading.Timer(0.2, task.cancel).start()

    task = Task(cancel_soon)
    with pytest.raises(Cancelled, match="was rolled back; nothing was changed"):
        apply(tmp_path, task=task)
    assert dump(path) == before


def test_the_backup_equals_the_state_before(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    before = dump(path)
    result = apply(tmp_path)
    (backup,) = list_backups(tmp_path / "backups")
    assert backup.path.name == result.backup
    assert dump(backup.path) == before


def test_progress_names_every_step_once(tmp_path: Path) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    seen: list[Progress] = []
    apply(tmp_path, task=Task(seen.append))
    assert seen[0].steps == ("Back up", "Apply 1: Add an author to each note", "Read back")
    assert [step for step in range(3) if any(progress.step == step for progress in seen)] == [0, 1, 2]


def test_with_the_costs_of_its_rehearsal_progress_is_one_line_from_0_to_the_end(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_module, "REPORT_INTERVAL", 0.0)
    rehearsal = rehearse(fresh, Request("tasks"), task=Task())
    seen: list[Progress] = []
    carry_out(fresh, rehearsal.plan, (), costs_of(rehearsal), task=Task(seen.append))
    told = [progress for progress in seen if progress.total is not None]
    assert len({progress.total for progress in told}) == 1
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert all(progress.remaining is not None and progress.remaining >= 0 for progress in told)
    (total,) = {progress.total for progress in told}
    ends = [max(progress.done for progress in told if progress.step == step) for step in range(6)]
    sums = [sum(cost.seconds for cost in costs_of(rehearsal)[: step + 1]) * 1000 for step in range(6)]
    assert all(end <= most + 1 for end, most in zip(ends, sums, strict=True))
    assert ends[-2] <= ends[-1] <= (total or 0)
    assert seen[-1].rows > 1_000


def test_costs_of_another_plan_are_left_aside(fresh: Path) -> None:
    other = costs_of(rehearse(fresh, Request("knowledge"), task=Task()))
    seen: list[Progress] = []
    plan_of_tasks = rehearse(fresh, Request("tasks"), task=Task()).plan
    assert carry_out(fresh, plan_of_tasks, (), other, task=Task(seen.append)).version == 4
    assert {progress.remaining for progress in seen} == {None}


def test_a_changed_file_is_known_beside_the_text_that_was_applied(tmp_path: Path) -> None:
    folder = add_component(tmp_path)
    notes_database(tmp_path)
    apply(tmp_path)
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR.replace("author TEXT", "author TEXT DEFAULT ''"))
    trust(folder)
    (item,) = read_status(tmp_path, ["notes"], task=Task()).components[0].applied
    assert (item.state, item.migration is not None and item.migration.source) == ("changed", ADD_AUTHOR)
    assert item.current is not None
    assert "DEFAULT ''" in item.current.source
    (folder / "001_add_author.sql").unlink()
    (item,) = read_status(tmp_path, ["notes"], task=Task()).components[0].applied
    assert (item.state, item.current) == ("missing", None)


def test_a_damaged_database_is_not_migrated(tmp_path: Path) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path, rows=400)
    run_sql(path, "create index by_title on notes(title)")
    (root,) = query(path, "select rootpage from sqlite_schema where name = 'by_title'")[0]
    data = bytearray(path.read_bytes())
    start = (int(str(root)) - 1) * 4096
    data[start + 8 : start + 12] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    damaged = path.read_bytes()
    reviewed = plan(tmp_path)
    with pytest.raises(DbAdminError, match=r"notes\.db is damaged"):
        carry_out(tmp_path, reviewed, task=Task())
    assert path.read_bytes() == damaged
