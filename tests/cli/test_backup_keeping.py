from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command
from tests.helpers.workspaces import add_component, dump, notes_database


def made(command: Command, folder: Path, *arguments: str) -> str:
    ran = command("backup", "create", "-w", folder, "-c", "notes", "--json", *arguments)
    assert ran.code == 0, ran
    return str(ran.document["backups"][0]["name"])


def test_one_backup_from_its_proof_to_its_end(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    name = made(command, tmp_path, "--scheduled")
    newest = made(command, tmp_path)
    ran = command("backup", "test", name, "-w", tmp_path)
    assert ran.code == 0, ran
    assert f"{name}: restored into a temporary file and compared, 3 rows counted" in ran.out
    assert command("backup", "test", name, "-w", tmp_path, "--json").document["recorded"]
    ran = command("backup", "protect", name, "-w", tmp_path)
    assert ran.code == 0
    assert f"{name} is protected" in ran.out
    table = command("backup", "list", "-w", tmp_path).out
    assert "Scheduled" in table
    assert "protected, proven restorable just now" in table
    command("backup", "delete", name, "-w", tmp_path, "--yes").refused(4, "protected by hand", "backup unprotect")
    command("backup", "delete", newest, "-w", tmp_path, "--yes").refused(4, "the newest verified backup")
    assert command("backup", "unprotect", name, "-w", tmp_path, "--json").document["protected"] is False
    command("backup", "delete", name, "-w", tmp_path).refused(6, f"Delete {name}", "--yes")
    assert (tmp_path / "backups" / name).exists()
    ran = command("backup", "delete", name, "-w", tmp_path, "--yes")
    assert ran.code == 0
    assert "Deleted; 8.0 KB freed." in ran.out
    assert [path.name for path in (tmp_path / "backups").glob("*.db")] == [newest]


def test_an_export_overwrites_nothing(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    name = made(command, tmp_path)
    target = tmp_path / "elsewhere.db"
    ran = command("backup", "export", name, target, "-w", tmp_path)
    assert ran.code == 0, ran
    assert dump(target) == dump(tmp_path / "notes.db")
    command("backup", "export", name, target, "-w", tmp_path).refused(2, "already a file", "nothing is overwritten")
    command("backup", "export", name, tmp_path / "no" / "x.db", "-w", tmp_path).refused(2, "There is no folder")


def test_older_backups_are_compressed_and_still_restored(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    name = made(command, tmp_path)
    newest = made(command, tmp_path)
    before = dump(database)
    looked = command("backup", "compress", "--keep-plain", 1, "-w", tmp_path, "--dry-run", "--json").document
    assert (looked["compress"], looked["compressed"]) == ([name], [])
    assert looked["kept"] == [{"name": newest, "why": "among the newest 1"}]
    ran = command("backup", "compress", "--keep-plain", 1, "-w", tmp_path)
    assert ran.code == 0, ran
    assert "1 backup would be compressed, 8.0 KB → about " in ran.out
    assert "1 backup stays as it is" in ran.out
    assert "1 backup compressed: 8.0 KB → " in ran.out
    assert "It was decompressed again and found the same, byte for byte" in ran.out
    assert (tmp_path / "backups" / f"{name}.zst").exists()
    listed = command("backup", "list", "-w", tmp_path, "--json").document["backups"]
    assert {item["name"]: item["compressed"] for item in listed} == {f"{name}.zst": True, newest: False}
    assert command("backup", "verify", "--all", "-w", tmp_path).code == 0
    database.unlink()
    assert command("backup", "restore", name, "-w", tmp_path, "--yes").code == 0
    assert dump(database) == before
    assert command("backup", "compress", "--keep-plain", 1, "-w", tmp_path, "--json").document["compressed"] == []
