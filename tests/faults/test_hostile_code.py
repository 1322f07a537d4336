"""Databases made to do harm when they are opened: they run nothing, write nowhere else, attach and load nothing."""

from __future__ import annotations

import os
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.connection import open_reader, open_searcher, open_writer
from felix_dbadmin.core.task import Task
from tests.helpers.hostile_child import Child
from tests.helpers.hostile_work import GOOD, SPOILT
from tests.helpers.workspaces import run_sql

BOMB = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as bomb from n"
ENTRY = "insert into knowledge_entries(knowledge_id, knowledge_type, content_json, confidence_level, source_agent,"
ROW = ENTRY + " domain, tags_json, created_at, updated_at) values ('{}', 'x', {}, 'high', 'a', 'd', '[]', 1, 1)"

SCHEMAS: dict[str, tuple[str, ...]] = {
    "a trigger that runs for ever": (
        f"create trigger bomb after insert on knowledge_entries begin select bomb from ({BOMB}); end",
    ),
    "a trigger that deletes": (
        "create trigger wipe after update on knowledge_entries begin delete from knowledge_entries; end",
    ),
    "views that never end": (f"create view bomb as {BOMB}", "create view b2 as select * from bomb, bomb"),
    "a view that has a table's name in another case": ("create view KNOWLEDGE_TAGS2 as select load_extension('x')",),
    "an index over an expression that takes long": (
        "create table wide(a)",
        "insert into wide values (1)",
        "create index slow on wide(hex(zeroblob(1000000)))",
    ),
    "a generated column": (
        "create table made(a, b text generated always as (a || 'x') stored, c generated always as (hex(a)) virtual)",
        "insert into made(a) values (1), (x'ff'), (null)",
    ),
    "a giant blob": ("create table big(b)", "insert into big values (zeroblob(40000000))"),
    "text that is not UTF-8": (ROW.format("bad", "cast(x'fffe41c3' as text)"),),
    "names with quotes and line ends": (
        'create table "a""b\nc] -- x"("d\'e\n" text, "f;g" text)',
        "insert into \"a\"\"b\nc] -- x\" values ('1', '2')",
        'create view "v\u202e" as select * from "a""b\nc] -- x"',
    ),
    "a thousand tables": ("begin", *(f"create table many{number}(x)" for number in range(1000)), "commit"),
    "numbers out of reach": (
        ROW.format("far", "'{}'"),
        "update knowledge_entries set created_at = 9e999, updated_at = -9e999, access_count = 9223372036854775807",
    ),
    "kinds that no column has": (
        "update knowledge_entries set created_at = x'00ff', domain = 7, tags_json = 'not json', content_json = x'ff'",
    ),
    "a ledger with nonsense": ("update schema_migrations set version = 'two', applied_at = 'never' where version = 2",),
    "a ledger of another shape": ("drop table schema_migrations", "create table schema_migrations(x)"),
    "a ledger that is a view": (
        "drop table schema_migrations",
        f"create view schema_migrations as select 'knowledge' as component, bomb as version from ({BOMB})",
    ),
    "a log with nonsense": ("update schema_migrations_log set detail = '{', at = 'never'",),
    "a log that says nothing is text": ("update schema_migrations_log set source = x'ff', file = '../../x.sql'",),
    "an index without its own tables": (
        "pragma writable_schema = on",
        "delete from sqlite_schema where name = 'knowledge_fts_data'",
    ),
    "an index that says it is of another table": (
        "pragma writable_schema = on",
        "update sqlite_schema set sql = replace(sql, 'fts5(', 'fts5(content=''sqlite_schema'', ')"
        " where name = 'knowledge_fts'",
    ),
    "a module that is not there": (
        "pragma writable_schema = on",
        "insert into sqlite_schema values ('table', 'odd', 'odd', 0,"
        " 'create virtual table odd using csv(''/etc/passwd'')')",
    ),
    "a schema that is not SQL": (
        "pragma writable_schema = on",
        "update sqlite_schema set sql = 'create table ' || char(0) || ' (' where name = 'knowledge_tags'",
    ),
}


@pytest.mark.parametrize("what", SCHEMAS)
def test_a_hostile_schema(what: str, knowledge: bytes, scratch: Path, child: Child) -> None:
    folder = scratch / "w"
    backups = folder / "backups"
    backups.mkdir(parents=True)
    database = folder / "felix_knowledge.db"
    database.write_bytes(knowledge)
    run_sql(database, *SCHEMAS[what])
    (backups / GOOD.replace("good", database.stem)).write_bytes(knowledge)
    (backups / SPOILT.format(database.stem)).write_bytes(database.read_bytes())
    outside = sorted(os.listdir(scratch))  # noqa: PTH208 - names only
    wrong = [
        f"{call}: {outcome}"
        for call, outcome, _ in child.outcomes(folder, "knowledge")
        if outcome != "done" and not outcome.startswith("refused: ")
    ]
    assert not wrong, "\n".join(wrong)
    assert sorted(os.listdir(scratch)) == outside  # noqa: PTH208


FORBIDDEN = (
    "attach '{other}' as other",
    "vacuum into '{other}'",
    "select load_extension('{other}')",
    "create temp table t(x)",
    "create table main.t(x)",
    "delete from notes",
    "insert into notes values (1)",
    "update notes set x = 2",
    "drop table notes",
    "pragma writable_schema = on",
    "pragma query_only = off",
    "pragma journal_mode = wal",
    "pragma temp_store_directory = '/'",
    "begin immediate",
    "savepoint s",
    "reindex",
    "analyze",
    "create temp view v as select 1",
    "create virtual table temp.v using fts5(x)",
    "detach main",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_a_searcher_is_refused(statement: str, tmp_path: Path) -> None:
    path, other = tmp_path / "n.db", tmp_path / "other.db"
    run_sql(path, "create table notes(x)", "create index notes_x on notes(x)", "insert into notes values (1)")
    before = path.read_bytes()
    with open_searcher(path, Task()) as db, pytest.raises((apsw.AuthError, apsw.SQLError)):
        db.execute(statement.format(other=other)).fetchall()
    assert not other.exists()
    assert path.read_bytes() == before


@pytest.mark.parametrize("opened", [open_reader, open_searcher, open_writer])
def test_a_file_calls_no_function_of_this_program(tmp_path: Path, opened: object) -> None:
    path = tmp_path / "n.db"
    run_sql(path, "create table notes(x)", "create view told as select tell() as x")
    told: list[int] = []
    assert callable(opened)
    with opened(path, Task()) as db:
        db.create_scalar_function("tell", lambda: told.append(1), 0)
        with pytest.raises(apsw.SQLError, match="unsafe use"):
            db.execute("select x from told").fetchall()
    assert not told
