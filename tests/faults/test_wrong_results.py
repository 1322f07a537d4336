"""Damage that SQLite itself calls ok, or that a hurried look misses: each is found, and said by its name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.helpers.damages import (
    DATABASE,
    backup_verified,
    compared,
    compress_and_cut,
    empty_database,
    empty_with_manifest,
    fewer_with_manifest,
    first_backup,
    flip_in_page,
    flip_in_row,
    halve,
    in_file,
    leave_wal,
    live,
    no_json,
    of_another,
    other_schema_with_manifest,
    restored,
    search_health,
    sql,
    stated,
    swap_manifests,
    tear,
    verified,
    with_manifest,
)
from tests.helpers.filling import fill
from tests.helpers.workspaces import add_component, notes_database, run_sql

ROWS = 30
Look = Callable[[Path], str]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated knowledge database with rows, and two backups of it, the newer with one row more."""
    folder = tmp_path_factory.mktemp("whole")
    carry_out(folder, rehearse(folder, Request("knowledge"), task=Task()).plan, task=Task())
    fill(folder / DATABASE, ROWS)
    back_up(folder, "knowledge", task=Task())
    run_sql(folder / DATABASE, "insert into knowledge_tags select knowledge_id, 'more' from knowledge_entries limit 1")
    back_up(folder, "knowledge", task=Task())
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "w"
    shutil.copytree(template, copy)
    for path in (copy / "backups").iterdir():
        path.chmod(0o600)
    return copy


@dataclass(frozen=True, slots=True)
class Damage:
    name: str
    spoil: Callable[[Path], None]
    look: Look
    words: tuple[str, ...]


DAMAGES = (
    Damage(
        "rows lost by a cascade",
        sql("pragma foreign_keys = on", "delete from knowledge_entries where rowid <= 5"),
        compared,
        ("knowledge_entries +0 -5 ~0", "knowledge_tags"),
    ),
    Damage(
        "one changed value",
        sql("update knowledge_entries set source_agent = 'x' where rowid = 3"),
        compared,
        ("knowledge_entries +0 -0 ~1",),
    ),
    Damage("a flipped bit in a text", in_file(live, flip_in_row), compared, ("knowledge_entries +0 -0 ~1",)),
    Damage("a flipped bit in a page", in_file(live, flip_in_page), verified, ("felix_knowledge.db is damaged",)),
    Damage("half of the file", in_file(live, halve), stated, ("truncated",)),
    Damage("no bytes at all", in_file(live, bytearray.clear), stated, ("is empty (0 bytes)",)),
    Damage(
        "another program's header",
        in_file(live, lambda data: data.__setitem__(slice(0, 16), b"x" * 16)),
        stated,
        ("is not an SQLite database",),
    ),
    Damage(
        "a broken view",
        sql("create table t(a)", "create view v as select a from t", "drop table t"),
        verified,
        ("every view and trigger can run", "v cannot run"),
    ),
    Damage(
        "a missing trigger", sql("drop trigger knowledge_fts_insert"), verified, ("knowledge_fts_insert is missing",)
    ),
    Damage(
        "another trigger",
        sql(
            "drop trigger knowledge_fts_insert",
            "create trigger knowledge_fts_insert after insert on knowledge_entries begin select 1; end",
        ),
        stated,
        ("trigger knowledge_fts_insert differs",),
    ),
    Damage(
        "a missing index",
        sql("drop index idx_domain_confidence_time"),
        stated,
        ("index idx_domain_confidence_time is missing",),
    ),
    Damage(
        "a missing table",
        sql("pragma foreign_keys = off", "drop table knowledge_tags"),
        verified,
        ("table knowledge_tags is missing",),
    ),
    Damage(
        "links to nothing",
        sql("pragma foreign_keys = off", "insert into knowledge_tags values ('nobody', 'x')"),
        verified,
        ("every foreign key points to a row", "knowledge_tags"),
    ),
    Damage(
        "a migration of another program",
        sql("update schema_migrations set description = 'Other' where version = 2"),
        verified,
        ("is not known here",),
    ),
    Damage(
        "an index shifted by one",
        sql("update knowledge_fts_docs set docid = docid + 1000", "update knowledge_fts_docs set docid = docid - 999"),
        search_health,
        ("knowledge_fts", "rows of the index stale"),
    ),
    Damage(
        "an index without some rows",
        sql("delete from knowledge_fts where rowid <= 4"),
        search_health,
        ("knowledge_fts missing 4",),
    ),
    Damage(
        "an index with rows that are gone",
        sql("drop trigger knowledge_fts_delete", "delete from knowledge_entries where rowid = 2"),
        search_health,
        ("knowledge_fts", "stale 1"),
    ),
    Damage(
        "an index with another text",
        sql("update knowledge_fts set content_text = 'other' where rowid = 3"),
        search_health,
        ("stale 1",),
    ),
    Damage(
        "an index in pieces", sql("delete from knowledge_fts_data where id > 10"), search_health, ("knowledge_fts",)
    ),
    Damage(
        "an index over a table that is gone",
        sql(
            "create table c(id integer primary key, x)",
            "create virtual table e using fts5(x, content=c, content_rowid=id)",
            "drop table c",
        ),
        search_health,
        ("e missing",),
    ),
    Damage("a torn backup", tear, backup_verified, ("checksum",)),
    Damage("half a backup", in_file(first_backup, halve), backup_verified, ("checksum", "instead of")),
    Damage(
        "a flipped bit in a backup",
        in_file(first_backup, flip_in_row),
        backup_verified,
        ("the bytes are not those that were written",),
    ),
    Damage("an empty backup", lambda folder: empty_database(first_backup(folder)), backup_verified, ("checksum",)),
    Damage(
        "an empty backup whose checksum agrees",
        with_manifest(empty_with_manifest),
        backup_verified,
        ("schema: it is not the one that was copied", "knowledge_entries has"),
    ),
    Damage(
        "a backup that lost rows and whose checksum agrees",
        with_manifest(fewer_with_manifest),
        backup_verified,
        ("rows: ", "knowledge_tags has 0 rows instead of"),
    ),
    Damage(
        "a backup of another schema whose checksum agrees",
        with_manifest(other_schema_with_manifest),
        backup_verified,
        ("schema: it is not the one that was copied",),
    ),
    Damage(
        "the manifest of another backup", swap_manifests, backup_verified, ("checksum: ", "its manifest is that of")
    ),
    Damage("a manifest that is no JSON", no_json, backup_verified, ("manifest: ", "is not valid JSON")),
    Damage(
        "a backup of another database", with_manifest(of_another), restored, ("is a backup of felix_task_memory.db",)
    ),
    Damage("a backup with a log beside it", leave_wal, backup_verified, ("-wal is beside it",)),
    Damage("half a compressed backup", compress_and_cut, backup_verified, ("compression: ",)),
)


def test_nothing_is_said_of_what_is_whole(folder: Path) -> None:
    assert not any((verified(folder), stated(folder), search_health(folder), backup_verified(folder)))
    assert compared(folder) == "knowledge_tags +1 -0 ~0"
    assert restored(folder) == ""


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_is_found_and_named(damage: Damage, folder: Path) -> None:
    damage.spoil(folder)
    said = damage.look(folder)
    assert all(word in said for word in damage.words), said


REBUILD = """-- migrate:description Rebuild
-- migrate:up
CREATE TABLE n2 (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);
INSERT INTO n2 SELECT * FROM notes;
DROP TABLE notes;
ALTER TABLE n2 RENAME TO notes;
-- migrate:down
SELECT 1;
"""


def test_a_rehearsal_names_rows_that_a_cascade_takes(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_rebuild.sql": REBUILD})
    path = notes_database(tmp_path)
    run_sql(path, "create table tags(note references notes(id) on delete cascade)", "insert into tags values (1), (2)")
    found = rehearse(tmp_path, Request("notes"), task=Task())
    assert [loss.text for loss in found.losses] == ["tags: 2 rows"]


def test_a_rehearsal_names_a_view_that_a_migration_breaks(tmp_path: Path) -> None:
    drop = "-- migrate:up\nDROP TABLE IF EXISTS other;\n-- migrate:down\nSELECT 1;\n"
    add_component(tmp_path, files={"001_drop_other.sql": drop})
    run_sql(notes_database(tmp_path), "create table other(x)", "create view seen as select x from other")
    failure = rehearse(tmp_path, Request("notes"), task=Task()).failure
    assert failure is not None
    assert "seen cannot run" in failure.summary


def test_a_rehearsal_goes_on_beside_an_index_whose_table_is_gone(tmp_path: Path) -> None:
    add_component(tmp_path)
    run_sql(
        notes_database(tmp_path),
        "create table c(id integer primary key, x)",
        "create virtual table e using fts5(x, content=c, content_rowid=id)",
        "drop table c",
    )
    found = rehearse(tmp_path, Request("notes"), task=Task())
    assert found.failure is None
    assert "e" not in found.rows_before
    assert found.rows_after["notes"] == 3
