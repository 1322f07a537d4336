"""What is said of a full-text index, held against a plain reading of its rows; and that what it advises helps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.errors import Cancelled, WrongUsage
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.paths import STATE_FOLDER
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.health import IndexHealth, read_health
from felix_dbadmin.core.task import Progress, Task
from tests.helpers.workspaces import add_component, in_another_process, run_sql

ADD_SEARCH = """-- migrate:up
CREATE VIRTUAL TABLE notes_fts USING fts5(note_id UNINDEXED, title, body_text);
INSERT INTO notes_fts(note_id, title, body_text) SELECT n.id, n.title, COALESCE(n.body, '') FROM notes n;
CREATE TRIGGER notes_fts_insert AFTER INSERT ON notes BEGIN
    INSERT INTO notes_fts(note_id, title, body_text) VALUES (new.id, new.title, COALESCE(new.body, ''));
END;
-- migrate:down
DROP TRIGGER notes_fts_insert;
DROP TABLE notes_fts;
"""
DECLARED = (
    '[[search]]\nindex = "notes_fts"\ntable = "notes"\nkey = "id"\ntitle = "title"\ntext = ["title", "body_text"]\n'
)
INDEX = DECLARED.replace('"id"', '"note_id"')


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    base = "CREATE TABLE IF NOT EXISTS notes (note_id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"
    add_component(
        tmp_path,
        files={"001_add_search.sql": ADD_SEARCH.replace("n.id", "n.note_id").replace("new.id", "new.note_id")},
        base=base,
        extra=INDEX,
    )
    run_sql(
        tmp_path / "notes.db", base, *(f"insert into notes values ({n}, 'note {n}', 'body {n}')" for n in range(1, 4))
    )
    apply(tmp_path, Request("notes"))
    return tmp_path


def apply(folder: Path, request: Request) -> None:
    rehearsal = rehearse(folder, request, task=Task())
    assert rehearsal.ok, rehearsal.failure
    carry_out(folder, rehearsal.plan, task=Task())


def health_of(
    folder: Path, component: str = "notes", index: str = "notes_fts", *, thorough: bool = True
) -> IndexHealth:
    found = read_health(folder, (component,), thorough=thorough, task=Task())
    return next(item for item in found if item.index == index)


def test_a_healthy_index_needs_nothing(notes: Path) -> None:
    seen = health_of(notes)
    assert (seen.source_rows, seen.indexed_rows, seen.missing, seen.stale) == (3, 3, 0, 0)
    assert [(each.name, each.state) for each in seen.triggers] == [("notes_fts_insert", "right")]
    assert seen.integrity is not None
    assert (seen.integrity.ok, seen.healthy, seen.advice, seen.action) == (True, True, "", None)
    assert seen.bytes > 0
    assert seen.segments >= 1


def test_the_stale_row_that_felix_s_replace_leaves_is_found_and_mended(migrated: Path) -> None:
    path = migrated / "felix_knowledge.db"
    in_another_process(
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        "row = list(db.execute('select * from knowledge_entries limit 1').fetchone());"
        'row[2] = \'{"text": "zebrafish"}\';'
        "db.execute('insert or replace into knowledge_entries values (' + ','.join('?' * 13) + ')', row); db.commit()",
        str(path),
    )
    seen = health_of(migrated, "knowledge", "knowledge_fts")
    assert (seen.source_rows, seen.indexed_rows, seen.missing, seen.stale) == (443, 444, 0, 1)
    assert {each.state for each in seen.triggers} == {"differs"}
    assert seen.advice == "1 row of the index stale, 3 triggers other than the migrations make: repair."
    assert seen.action is not None
    apply(migrated, seen.action)
    after = health_of(migrated, "knowledge", "knowledge_fts")
    assert (after.indexed_rows, after.stale, after.healthy) == (443, 0, True)


@pytest.mark.parametrize(
    ("damage", "missing", "stale"),
    [
        ("delete from notes_fts where note_id = 2", 1, 0),
        ("delete from notes where note_id = 2", 0, 1),
        ("update notes set body = 'other' where note_id = 2", 0, 1),
        ("insert into notes_fts select * from notes_fts where note_id = 2", 0, 1),
        ("insert into notes_fts(note_id, title, body_text) values (2, 'old', 'text')", 0, 1),
        ("update notes_fts set note_id = 99 where note_id = 2", 1, 1),
    ],
)
def test_rows_that_do_not_match_are_counted_and_a_rebuild_mends_them(
    notes: Path, damage: str, missing: int, stale: int
) -> None:
    run_sql(notes / "notes.db", damage)
    seen = health_of(notes)
    assert (seen.missing, seen.stale, seen.healthy) == (missing, stale, False)
    assert seen.action == Request("notes", Direction.REBUILD, index="notes_fts")
    apply(notes, seen.action)
    after = health_of(notes)
    assert (after.missing, after.stale, after.healthy) == (0, 0, True)


TEXTS = st.sampled_from(["", "one", "two"])
ROWS = st.dictionaries(st.integers(1, 6), st.tuples(TEXTS, st.none() | TEXTS), max_size=6)
INDEXED = st.lists(st.tuples(st.integers(1, 7), TEXTS, st.none() | TEXTS), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, INDEXED)
def test_the_counts_are_those_of_a_plain_reading(
    notes: Path, rows: dict[int, tuple[str, str | None]], indexed: list[tuple[int, str, str | None]]
) -> None:
    def literal(text: str | None) -> str:
        return "null" if text is None else f"'{text}'"

    run_sql(
        notes / "notes.db",
        "drop trigger if exists notes_fts_insert",
        "delete from notes",
        "delete from notes_fts",
        *(f"insert into notes values ({key}, '{title}', {literal(body)})" for key, (title, body) in rows.items()),
        *(
            f"insert into notes_fts(note_id, title, body_text) values ({key}, '{title}', {literal(body)})"
            for key, title, body in indexed
        ),
    )
    right = {
        key for key, title, body in indexed if key in rows and (title, body or "") == (rows[key][0], rows[key][1] or "")
    }
    seen = health_of(notes)
    assert seen.missing == len(rows.keys() - {key for key, _, _ in indexed})
    assert seen.stale == len(indexed) - len(right)
    assert (seen.source_rows, seen.indexed_rows) == (len(rows), len(indexed))
    assert Counter(each.state for each in seen.triggers) == {"missing": 1}


def test_a_quick_look_counts_only(notes: Path) -> None:
    run_sql(notes / "notes.db", "delete from notes where note_id = 2")
    seen = health_of(notes, thorough=False)
    assert (seen.missing, seen.stale, seen.integrity) == (None, None, None)
    assert seen.advice == "2 rows, 3 indexed: rebuild."


def test_a_damaged_index_is_found_and_rebuilt(notes: Path) -> None:
    run_sql(notes / "notes.db", "delete from notes_fts_data where id > 10")
    seen = health_of(notes)
    assert seen.integrity is not None
    assert not seen.integrity.ok
    assert seen.advice == "The index fails FTS5's own check: rebuild."
    assert seen.action is not None
    apply(notes, seen.action)
    assert health_of(notes).healthy


def test_an_index_over_the_texts_of_its_table_is_checked_against_them(notes: Path) -> None:
    run_sql(
        notes / "notes.db",
        "create virtual table mine using fts5(body, content='notes', content_rowid='note_id')",
        "insert into mine(mine) values ('rebuild')",
    )
    assert health_of(notes, index="mine").healthy
    run_sql(
        notes / "notes.db",
        "update notes set body = 'other' where note_id = 1",
        "insert into notes values (9, 'a', 'b')",
    )
    seen = health_of(notes, index="mine")
    assert (seen.missing, seen.stale, seen.healthy) == (1, 0, False)
    assert seen.integrity is not None
    assert not seen.integrity.ok
    assert seen.action is not None
    apply(notes, seen.action)
    assert health_of(notes, index="mine").healthy


def test_of_somebody_s_own_index_only_its_wholeness_is_judged(notes: Path) -> None:
    run_sql(
        notes / "notes.db",
        "create virtual table mine using fts5(note_id unindexed, summary)",
        "insert into mine values (1, 'in my own words')",
        "create virtual table bare using fts5(body, content='')",
        "insert into bare(rowid, body) values (1, 'kept')",
    )
    seen = health_of(notes, index="mine")
    assert (seen.missing, seen.stale, seen.healthy, seen.action) == (2, 0, True, None)
    assert health_of(notes, index="bare").healthy


def test_what_cannot_be_mended_here_is_not_promised(notes: Path) -> None:
    run_sql(
        notes / "notes.db",
        "create virtual table lost using fts5(body, content='nowhere')",
        "create virtual table foreign_words using fts5(body, tokenize='trigram')",
        "insert into foreign_words values ('text')",
        "pragma writable_schema = on",
        "update sqlite_schema set sql = replace(sql, 'trigram', 'other') where name = 'foreign_words'",
    )
    for index, why in (("lost", ""), ("foreign_words", "no such tokenizer: other")):
        seen = health_of(notes, index=index)
        assert seen.integrity is not None
        assert why in seen.integrity.detail
        assert (seen.healthy, seen.action) == (False, None)
        assert seen.advice.endswith("let the program that made it fill it again.")


def test_an_index_in_many_pieces_is_to_be_optimised(notes: Path) -> None:
    run_sql(
        notes / "notes.db",
        "insert into notes_fts(notes_fts, rank) values ('automerge', 0)",
        "insert into notes_fts(notes_fts, rank) values ('crisismerge', 100)",
        *(f"insert into notes(title, body) values ('more {n}', 'text {n}')" for n in range(20)),
    )
    seen = health_of(notes)
    assert seen.segments >= 20
    assert seen.healthy
    assert seen.last_optimised is None
    assert seen.action == Request("notes", Direction.OPTIMISE, index="notes_fts")
    apply(notes, seen.action)
    after = health_of(notes)
    assert (after.segments, after.advice) == (1, "")
    assert after.last_optimised is not None


def test_declared_indexes_that_are_not_there_are_listed_with_what_makes_them(fresh: Path) -> None:
    found = {item.component: item for item in read_health(fresh, task=Task())}
    assert found.keys() == {"knowledge", "tasks", "workflows", "system_actions"}
    assert not any(item.exists or item.healthy for item in found.values())
    assert found["tasks"].action == Request("tasks", Direction.UP, 4)
    assert found["system_actions"].advice == "Not made yet: apply migration 1."
    for item in found.values():
        assert item.action is not None
        apply(fresh, item.action)
    assert all(item.healthy for item in read_health(fresh, task=Task()))


def test_an_index_that_is_gone_is_repaired(notes: Path) -> None:
    run_sql(notes / "notes.db", "drop table notes_fts")
    seen = health_of(notes)
    assert seen.action == Request("notes", Direction.REPAIR)
    assert "gone" in seen.advice
    apply(notes, seen.action)
    assert health_of(notes).healthy


def test_a_database_that_cannot_be_read_says_so_beside_the_others(migrated: Path) -> None:
    (migrated / "felix_knowledge.db").write_bytes(b"only text, no database at all" * 100)
    found = {item.component: item for item in read_health(migrated, task=Task())}
    lost = found["knowledge"].integrity
    assert lost is not None
    assert "is not an SQLite database" in lost.detail
    assert not found["knowledge"].healthy
    assert found["workflows"].source_rows == 13


def test_looking_changes_nothing_and_leaves_nothing(migrated: Path) -> None:
    before = {path: path.read_bytes() for path in migrated.glob("*.db")}
    read_health(migrated, task=Task())
    assert {path: path.read_bytes() for path in migrated.glob("*.db")} == before
    assert [path.name for path in (migrated / STATE_FOLDER).glob("rehearsal_*")] == []


def test_a_look_can_be_cancelled(migrated: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.step == 1:
            task.cancel()

    task = Task(stop)
    with pytest.raises(Cancelled):
        read_health(migrated, task=task)


def test_an_unknown_component_is_refused(migrated: Path) -> None:
    with pytest.raises(WrongUsage, match="no component named nowhere"):
        read_health(migrated, ("nowhere",), task=Task())


@pytest.mark.parametrize("thorough", [False, True])
def test_an_index_without_its_own_tables_is_not_called_healthy(notes: Path, thorough: bool) -> None:
    lose = "delete from sqlite_schema where name = 'notes_fts_data'"
    run_sql(notes / "notes.db", f"pragma writable_schema = on; {lose}")
    seen = health_of(notes, thorough=thorough)
    assert seen.integrity is not None
    assert (seen.integrity.ok, seen.healthy, seen.source_rows) == (False, False, 3)
