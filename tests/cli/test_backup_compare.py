from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command, fingerprints
from tests.helpers.workspaces import add_component, dump, notes_database, query, run_sql


def prepared(tmp_path: Path, command: Command) -> tuple[Path, str]:
    """A database that has changed since its backup: one row each was added, is missing and was changed."""
    add_component(tmp_path)
    database = notes_database(tmp_path)
    ran = command("backup", "create", "-w", tmp_path, "-c", "notes", "--json")
    run_sql(
        database,
        "delete from notes where id = 1",
        "update notes set body = 'changed' where id = 2",
        "insert into notes(id, title) values (9, 'new')",
    )
    return database, str(ran.document["backups"][0]["name"])


def test_compare_says_what_changed_and_writes_nothing(tmp_path: Path, command: Command) -> None:
    _, name = prepared(tmp_path, command)
    before = fingerprints(tmp_path)
    ran = command("backup", "compare", name, "-w", tmp_path)
    assert ran.code == 0, ran
    assert f"notes.db beside {name}, compared in" in ran.out
    assert "notes: missing 1" in ran.out
    assert "notes: changed 2: body body 1 → changed" in ran.out
    assert "notes: added 9" in ran.out
    found = command("backup", "compare", name, "-w", tmp_path, "--json").document
    assert found["component"] == "notes"
    (table,) = found["tables"]
    assert [table[key] for key in ("backup_rows", "live_rows", "added", "missing", "changed")] == [3, 3, 1, 1, 1]
    assert {sample["kind"]: sample["key"] for sample in table["samples"]} == {
        "missing": [1],
        "changed": [2],
        "added": [9],
    }
    assert fingerprints(tmp_path) == before
    command("backup", "compare", "nothing.db", "-w", tmp_path).refused(2, "nothing.db", "backup list")


def test_compare_names_schema_and_versions(tmp_path: Path, command: Command) -> None:
    _, name = prepared(tmp_path, command)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    ran = command("backup", "compare", name, "-w", tmp_path)
    assert "migrations applied since: 1" in ran.out
    assert "+ index idx_notes_author" in ran.out
    assert "~ table notes" in ran.out
    assert "only in the live database, not compared: author" in ran.out


def test_rows_are_brought_back_and_it_is_undone(tmp_path: Path, command: Command) -> None:
    database, name = prepared(tmp_path, command)
    before = dump(database)
    arguments = ("backup", "bring-back", name, "-w", tmp_path, "--table", "notes")
    command(*arguments, "--key", 1).refused(6, f"Bring 1 row of notes back from {name} into notes.db", "--yes")
    command(*arguments, "--key", 5, "--yes").refused(2, "no row of notes with the key 5", "backup compare")
    command(*arguments, "--key", "[1", "--yes").refused(2, "not a JSON list")
    command("backup", "bring-back", name, "-w", tmp_path, "--table", "nope", "--yes").refused(2, "no table nope")
    assert dump(database) == before
    ran = command(*arguments, "--key", 1, "--key", "[2]", "--yes", "--json")
    assert ran.code == 0, ran
    assert (ran.document["inserted"], ran.document["updated"], ran.document["deleted"]) == (1, 1, 0)
    assert query(database, "select id, body from notes order by id") == [
        (1, "body 0"),
        (2, "body 1"),
        (3, "body 2"),
        (9, None),
    ]
    ran = command(*arguments, "--yes")
    assert ran.code == 0
    assert "notes: 0 inserted, 0 updated, 1 deleted; read back and compared." in ran.out
    first = command("backup", "list", "-w", tmp_path, "--json").document["backups"][-2]
    assert first["why"] == "Before a restore"
    assert first["note"] == f"Bring 2 rows of notes back from {name}"
    assert command("backup", "restore", first["name"], "-w", tmp_path, "--yes").code == 0
    assert dump(database) == before


def test_a_backup_is_restored_as_a_copy(tmp_path: Path, command: Command) -> None:
    database, name = prepared(tmp_path, command)
    before = dump(database)
    ran = command("backup", "restore", name, "-w", tmp_path, "--as-copy", tmp_path / "copy.db")
    assert ran.code == 0, ran
    assert f"copy.db is as in {name}: read back and compared." in ran.out
    assert dump(tmp_path / "copy.db") == dump(tmp_path / "backups" / name)
    assert dump(database) == before
    command("backup", "restore", name, "-w", tmp_path, "--as-copy", database).refused(2, "already a file")
