"""What a database is made of, read from real ones and compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.connection import open_memory, open_reader
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.schema import Schema, columns_of, compare, count_rows, read_schema, table_names
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task


@pytest.fixture
def db() -> Iterator[apsw.Connection]:
    with open_memory() as connection:
        yield connection


def schema_of(*statements: str) -> Schema:
    with open_memory() as db:
        for statement in statements:
            db.execute(statement)
        return read_schema(db)


def test_objects_come_with_their_kind_and_table_and_without_sqlites_own(db: apsw.Connection) -> None:
    db.execute("create table t(id integer primary key autoincrement, a text unique)")
    db.execute("create index i on t(a)")
    db.execute("create view v as select a from t")
    db.execute("create trigger r after insert on t begin select 1; end")
    db.execute("create virtual table f using fts5(a)")
    assert [(item.kind, item.name, item.table) for item in read_schema(db).objects] == [
        ("table", "t", "t"),
        ("index", "i", "t"),
        ("view", "v", "v"),
        ("trigger", "r", "t"),
        ("virtual table", "f", "f"),
    ]


def test_this_programs_bookkeeping_is_no_part_of_a_schema(db: apsw.Connection) -> None:
    db.execute("create table schema_migrations(version)")
    db.execute("create table schema_migrations_log(id)")
    db.execute("create index log_by_id on schema_migrations_log(id)")
    assert read_schema(db).objects == ()


def test_a_table_that_only_looks_like_a_shadow_is_seen(db: apsw.Connection) -> None:
    db.execute("create table notes_data(a)")
    db.execute("create table sqliteish(a)")
    assert read_schema(db).names("table") == ("notes_data", "sqliteish")


def test_objects_are_found_in_any_case(db: apsw.Connection) -> None:
    db.execute("create table Notes(a)")
    found = read_schema(db).find("NOTES")
    assert found is not None
    assert found.name == "Notes"
    assert read_schema(db).find("other") is None


def test_real_databases_read_as_described(fresh: Path, migrated: Path) -> None:
    with open_reader(fresh / "felix_knowledge.db") as before, open_reader(migrated / "felix_knowledge.db") as after:
        difference = compare(read_schema(before), read_schema(after))
        rows = count_rows(after, ["knowledge_entries", "knowledge_tags", "knowledge_fts"])
    assert sorted((item.kind, item.name) for item in difference.added) == [
        ("index", "idx_confidence_success"),
        ("index", "idx_domain_confidence_time"),
        ("index", "idx_source_agent"),
        ("index", "idx_source_agent_domain"),
        ("trigger", "knowledge_fts_delete"),
        ("trigger", "knowledge_fts_insert"),
        ("trigger", "knowledge_fts_update"),
        ("virtual table", "knowledge_fts"),
    ]
    assert (difference.removed, difference.changed) == ((), ())
    assert rows == {"knowledge_entries": 443, "knowledge_tags": 1_072, "knowledge_fts": 443}


def test_a_comparison_tells_added_removed_and_changed_apart() -> None:
    before = schema_of("create table a(x)", "create table b(x)", "create table c(x)")
    after = schema_of("create table B (X) -- the same", "create table c(x, y)", "create table d(x)")
    difference = compare(before, after)
    assert [item.name for item in difference.added] == ["d"]
    assert [item.name for item in difference.removed] == ["a"]
    assert [(old.sql, new.sql) for old, new in difference.changed] == [("CREATE TABLE c(x)", "CREATE TABLE c(x, y)")]
    assert not difference.empty


def test_a_trigger_with_another_body_has_changed() -> None:
    table = "create table t(a)"
    wide = schema_of(table, "create trigger r after update on t begin select 1; end")
    narrow = schema_of(table, "create trigger r after update of a on t begin select 1; end")
    assert [new.name for _, new in compare(wide, narrow).changed] == ["r"]


NAMES = st.text(st.sampled_from("ab .;\"'[]é-"), min_size=1, max_size=8)


@given(st.lists(NAMES, min_size=1, max_size=4, unique_by=lambda name: name.lower()))
def test_any_name_can_be_read_compared_and_counted(names: list[str]) -> None:
    with open_memory() as db:
        for position, name in enumerate(names):
            db.execute(f"create table {quoted(name)}({quoted(name)}, other)")
            db.executemany(f"insert into {quoted(name)} values (?, ?)", [(1, 2)] * position)
        schema = read_schema(db)
        assert count_rows(db, table_names(schema)) == {name: position for position, name in enumerate(names)}
        assert columns_of(db, names[0]) == (names[0], "other")
        assert compare(schema, schema).empty


def test_indexes_of_text_are_listed_behind_the_tables_they_index(db: apsw.Connection) -> None:
    db.execute("create virtual table f using fts5(a)")
    db.execute("create table t(a)")
    assert table_names(read_schema(db)) == ("t", "f")


def test_counting_stops_when_cancelled(db: apsw.Connection) -> None:
    db.execute("create table t(a)")
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        count_rows(db, ["t"], task)
