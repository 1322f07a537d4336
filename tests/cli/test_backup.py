from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command, fingerprints
from tests.helpers.workspaces import add_component, dump, notes_database, query, run_sql

ORIGINAL = "pre_migration_felix_knowledge_20251024_165951.db"


def made(command: Command, folder: Path, *arguments: str) -> str:
    """The name of a new backup."""
    ran = command("backup", "create", "-w", folder, "--json", *arguments)
    assert ran.code == 0, ran
    return str(ran.document["backups"][0]["name"])


def test_create_list_and_verify(fresh: Path, command: Command) -> None:
    before = fingerprints(fresh)
    ran = command("backup", "create", "-w", fresh, "--note", "before the trip")
    assert ran.code == 0
    assert "knowledge: manual_felix_knowledge_" in ran.out
    assert "1,515 rows, read back and verified" in ran.out
    assert "agent_performance: not created yet" in ran.out
    listed = command("backup", "list", "-w", fresh, "--json").document["backups"]
    assert {item["database"] for item in listed} == set(before)
    assert all(item["note"] == "before the trip" and item["verified_at"] for item in listed)
    (one,) = command("backup", "list", "-w", fresh, "--database", "felix_knowledge.db", "--json").document["backups"]
    table = command("backup", "list", "-w", fresh, "--database", "felix_knowledge").out
    assert one["name"] in table
    assert "felix_task_memory" not in table
    ran = command("backup", "verify", "--all", "-w", fresh)
    assert ran.code == 0
    assert f"{one['name']}: verified" in ran.out
    assert {name: mark for name, mark in fingerprints(fresh).items() if name in before} == before


def test_the_originals_backups_are_listed_and_restored(migrated: Path, command: Command) -> None:
    table = command("backup", "list", "-w", migrated).out
    assert ORIGINAL in table
    assert "2025-10-24 16:59:51" in table
    assert "no manifest" in table
    ran = command("backup", "verify", ORIGINAL, "-w", migrated)
    assert ran.code == 0
    assert "readable; there is no manifest to compare it with" in ran.out
    expected = dump(migrated / "backups" / ORIGINAL)
    ran = command("backup", "restore", ORIGINAL, "-w", migrated, "--yes")
    assert ran.code == 0, ran
    assert "Replaced: felix_knowledge.db, version 2, 1.6 MB; a safety backup is taken first" in ran.out
    assert dump(migrated / "felix_knowledge.db") == expected


def test_a_restore_is_asked_for_done_and_undone(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    old = dump(database)
    name = made(command, tmp_path, "-c", "notes")
    run_sql(database, "delete from notes where id = 2", "insert into notes(title) values ('new')")
    new = dump(database)
    command("backup", "restore", name, "-w", tmp_path).refused(6, f"Restore {name} over notes.db", "--yes")
    assert dump(database) == new
    ran = command("backup", "restore", name, "-w", tmp_path, "--yes", "--json")
    assert ran.code == 0
    assert dump(database) == old
    assert all(check["ok"] is not False for check in ran.document["checks"])
    assert command("backup", "restore", ran.document["safety"], "-w", tmp_path, "--yes").code == 0
    assert dump(database) == new


def test_a_restore_into_nothing_and_over_garbage(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    old = dump(database)
    name = made(command, tmp_path, "-c", "notes")
    database.unlink()
    ran = command("backup", "restore", name, "-w", tmp_path, "--yes")
    assert ran.code == 0
    assert "Replaced: nothing; notes.db does not exist" in ran.out
    assert dump(database) == old
    database.write_bytes(b"garbage" * 1000)
    ran = command("backup", "restore", name, "-w", tmp_path, "--yes")
    assert ran.code == 0
    assert "Replaced: notes.db, cannot be read" in ran.out
    assert "set aside: broken_notes_" in ran.out
    assert dump(database) == old


def test_backups_that_cannot_be_used(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    add_component(tmp_path, "other")
    database = notes_database(tmp_path)
    name = made(command, tmp_path, "-c", "notes")
    before = fingerprints(tmp_path)
    command("backup", "restore", "nothing.db", "-w", tmp_path, "--yes").refused(2, "nothing.db", "backup list")
    command("backup", "restore", "../notes.db", "-w", tmp_path, "--yes").refused(2, "../notes.db")
    command("backup", "restore", name, "-c", "other", "-w", tmp_path, "--yes").refused(1, "not of other.db")
    command("backup", "restore", name, "-c", "nope", "-w", tmp_path, "--yes").refused(2, "no component named nope")
    command("backup", "verify", "-w", tmp_path).refused(2, "--all")
    command("backup", "create", "-c", "other", "-w", tmp_path).refused(1, "other.db does not exist yet", "migrate")
    assert fingerprints(tmp_path) == before

    backup = tmp_path / "backups" / name
    content = bytearray(backup.read_bytes())
    content[5000] ^= 0xFF
    backup.chmod(0o600)
    backup.write_bytes(content)
    live = dump(database)
    ran = command("backup", "verify", name, "-w", tmp_path)
    ran.refused(1, "1 backup cannot be relied on", name)
    assert "FAILED: checksum" in ran.out
    command("backup", "restore", name, "-w", tmp_path, "--yes").refused(1, "damaged", "Nothing was changed")
    assert dump(database) == live


def test_prune_says_first_what_goes_and_what_stays(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    (needed,) = (item["name"] for item in command("backup", "list", "-w", tmp_path, "--json").document["backups"])
    names = []
    for number in range(3):
        run_sql(database, f"insert into notes(title) values ('{number}')")
        names.append(made(command, tmp_path, "-c", "notes"))
    folder = tmp_path / "backups"
    arguments = ("backup", "prune", "-w", tmp_path, "--days", 0, "--keep", 1)
    ran = command(*arguments, "--dry-run", "--json")
    assert ran.code == 0
    assert set(ran.document["delete"]) == set(names[:2])
    kept = {item["name"]: item["why"] for item in ran.document["kept"]}
    assert kept == {
        needed: "taken before notes 1, which is still applied",
        names[2]: "the newest verified backup of its database",
    }
    command(*arguments).refused(6, "Delete 2 backups", "--yes")
    assert {path.name for path in folder.glob("*.db")} == {needed, *names}
    ran = command(*arguments, "--yes")
    assert ran.code == 0
    assert "2 backups deleted" in ran.out
    assert {path.name for path in folder.glob("*.db")} == {needed, names[2]}
    assert query(database, "select count(*) from notes") == [(6,)]
    command("backup", "prune", "-w", tmp_path, "--days", 0, "--keep", 0, "--yes").refused(2, "Keep at least 1")
