from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command
from tests.helpers.workspaces import ADD_TAGS, add_component, notes_database, run_sql, trust


def test_the_real_databases(fresh: Path, migrated: Path, command: Command) -> None:
    ran = command("verify", "-w", fresh)
    assert ran.code == 0
    assert "knowledge: version 0, 3 of 3 checks passed" in ran.out
    assert "system_actions: not created yet" in ran.out
    # The original's indexes work, but are not what our migrations make; knowledge lacks a table that one promises.
    ran = command("verify", "-w", migrated, "-c", "workflows", "--json")
    assert ran.code == 4
    (found,) = ran.document["components"]
    assert found["version"] == 2
    assert "workflow_fts_update" in [drift["name"] for drift in found["drift"]]
    ran = command("verify", "-w", migrated, "-c", "knowledge")
    assert ran.code == 1
    assert "FAILED: 2 Add FTS5 virtual table for fast content search: table knowledge_fts_docs is there" in ran.out
    assert "felix-dbadmin repair --component knowledge" in ran.out
    assert command("verify", "-w", fresh, "-c", "system_actions").code == 1


def test_rows_that_point_nowhere_fail_it_and_the_rest_is_looked_at(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path, files={"001_add_tags.sql": ADD_TAGS})
    database = notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    run_sql(database, "insert into tags values (77, 'lost')")
    (tmp_path / "felix_knowledge.db").write_bytes(b"")
    ran = command("verify", "-w", tmp_path)
    assert ran.code == 1
    assert "FAILED: every foreign key points to a row (tags: rows that point to no row of notes: 1)" in ran.out
    assert "knowledge: felix_knowledge.db is empty (0 bytes)" in ran.out
    components = command("verify", "-w", tmp_path, "--json").document["components"]
    assert [item["component"] for item in components] == ["knowledge", "notes"]
    assert "is empty" in components[0]["problem"]["summary"]


def test_a_changed_file_is_a_conflict(tmp_path: Path, command: Command) -> None:
    folder = add_component(tmp_path, files={"001_add_tags.sql": ADD_TAGS})
    notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    path = folder / "001_add_tags.sql"
    path.write_text(path.read_text().replace("tag TEXT", "tag TEXT COLLATE NOCASE"))
    trust(folder)
    ran = command("verify", "-w", tmp_path, "-c", "notes")
    assert ran.code == 4
    assert "CONFLICT: migration 1 “Add tags” has another text in its file now" in ran.out
    assert "the file of migration 1 “Add tags” was changed" in command("status", "-w", tmp_path, "-c", "notes").out
    path.unlink()
    assert "the file of migration 1 “Add tags” is missing" in command("status", "-w", tmp_path, "-c", "notes").out
    assert command("status", "-w", tmp_path, "-c", "notes", "--check").code == 4
