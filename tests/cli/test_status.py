from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Command, fingerprints
from tests.helpers.peers import holding
from tests.helpers.workspaces import add_component, notes_database, run_sql

FRESH = {
    "knowledge": ("felix_knowledge.db", True, [1, 2]),
    "tasks": ("felix_task_memory.db", True, [1, 2, 3, 4]),
    "workflows": ("felix_workflow_history.db", True, [1, 2]),
    "agent_performance": ("felix_agent_performance.db", False, [1]),
    "system_actions": ("felix_system_actions.db", False, [1]),
}


def test_json_of_the_fresh_databases_is_exact(fresh: Path, command: Command) -> None:
    ran = command("status", "--workspace", fresh, "--json")
    assert ran.code == 0
    assert ran.err == ""
    # The two without a base schema have nothing that could be missing before their first migration.
    assert ran.document == {
        "workspace": str(fresh),
        "components": [
            {
                "name": name,
                "database": database,
                "exists": exists,
                "initialised": exists,
                "version": 0,
                "applied": [],
                "pending": pending,
                "foreign": [],
                "drift": [],
                "backups": 0,
            }
            for name, (database, exists, pending) in FRESH.items()
        ],
    }


def test_json_of_the_migrated_databases_names_their_drift(migrated: Path, command: Command) -> None:
    ran = command("status", "-w", migrated, "--json")
    found = {item["name"]: item for item in ran.document["components"]}
    assert {name: item["version"] for name, item in found.items()} == {
        "knowledge": 2,
        "tasks": 0,
        "workflows": 2,
        "agent_performance": 1,
        "system_actions": 1,
    }
    assert found["knowledge"]["applied"] == [1, 2]
    assert (found["tasks"]["exists"], found["tasks"]["initialised"]) == (True, False)
    assert found["tasks"]["pending"] == [1, 2, 3, 4]
    assert {f"{table}_{event}" for table in ("knowledge_fts",) for event in ("insert", "update", "delete")} <= set(
        found["knowledge"]["drift"]
    )
    assert set(found["workflows"]["drift"]) == {f"workflow_fts_{event}" for event in ("insert", "update", "delete")}
    assert {f"command_fts_{event}" for event in ("insert", "update", "delete")} <= set(found["system_actions"]["drift"])
    assert [found[name]["backups"] for name in FRESH] == [1, 1, 1, 0, 0]
    assert all(item["foreign"] == [] and "problem" not in item for item in found.values())


def test_the_table_shows_versions_and_what_to_do(migrated: Path, command: Command) -> None:
    ran = command("status", "-w", migrated)
    rows = {line.split()[0]: line for line in ran.out.splitlines() if line.strip()}
    assert "felix_knowledge.db" in ran.out
    assert "2 of 2" in ran.out
    assert "Not initialised" in rows["tasks"]
    assert "trigger knowledge_fts_update differs" in ran.out
    assert "felix-dbadmin repair --component knowledge" in ran.out


def test_nothing_is_changed_by_looking(migrated: Path, command: Command) -> None:
    before = fingerprints(migrated)
    command("status", "-w", migrated)
    command("verify", "-w", migrated)
    command("backup", "list", "-w", migrated)
    assert fingerprints(migrated) == before


def test_check_tells_pending_from_drift(fresh: Path, migrated: Path, command: Command) -> None:
    assert command("status", "-w", fresh, "--check").code == 3
    assert command("status", "-w", migrated, "--check").code == 4
    assert command("status", "-w", migrated, "--check", "-c", "tasks").code == 3
    assert command("migrate", "-w", fresh, "--yes").code == 0
    assert command("status", "-w", fresh, "--check").code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"just some notes\n" * 40, "is not an SQLite database"),
        (bytes((n * 37 + n // 7) % 251 + 1 for n in range(4096)), "looks encrypted"),
    ],
)
def test_a_file_that_is_no_database_is_named_and_the_others_are_shown(
    fresh: Path, command: Command, content: bytes, words: str
) -> None:
    (fresh / "felix_knowledge.db").write_bytes(content)
    before = fingerprints(fresh)
    ran = command("status", "-w", fresh)
    assert ran.code == 1
    assert f"knowledge: felix_knowledge.db {words}" in ran.out
    assert "hint: " in ran.out
    assert "0 of 4" in ran.out

    data = command("status", "-w", fresh, "--json")
    assert data.code == 1
    assert words in data.document["components"][0]["problem"]["summary"]
    assert "problem" not in data.document["components"][1]
    command("migrate", "-w", fresh, "--yes").refused(1, "felix_knowledge.db", words, "Nothing was changed.")
    assert fingerprints(fresh) == before


def test_a_truncated_database_and_a_folder_in_its_place(fresh: Path, command: Command) -> None:
    path = fresh / "felix_knowledge.db"
    path.write_bytes(path.read_bytes()[:100_000])
    (fresh / "felix_workflow_history.db").unlink()
    (fresh / "felix_workflow_history.db").mkdir()
    ran = command("status", "-w", fresh)
    assert ran.code == 1
    assert "felix_knowledge.db is truncated: 1.4 MB expected, 97.7 KB found." in ran.out
    assert "felix_workflow_history.db is a folder, not a database." in ran.out


def test_a_version_beyond_ours_is_foreign_everywhere(migrated: Path, command: Command) -> None:
    run_sql(
        migrated / "felix_workflow_history.db",
        "insert into schema_migrations values ('workflows', 3, 'Something from the future', 1.0, 1)",
    )
    before = fingerprints(migrated)
    found = command("status", "-w", migrated, "-c", "workflows", "--json").document["components"][0]
    assert (found["applied"], found["foreign"], found["version"]) == ([1, 2], [3], 2)
    assert command("status", "-w", migrated, "--check", "-c", "workflows").code == 4
    for verb in ("migrate", "repair", "rollback"):
        command(verb, "-w", migrated, "-c", "workflows", "--yes").refused(
            4, "3 “Something from the future”", "Update felix-dbadmin"
        )
    assert fingerprints(migrated) == before


def test_text_from_a_database_cannot_steer_the_terminal(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    run_sql(
        notes_database(tmp_path),
        "create table schema_migrations(component, version, description, applied_at, rollback_available)",
        "insert into schema_migrations"
        " values ('notes', 7, char(27) || ']0;owned' || char(7) || '[bold]x[/nope]', 1, 1)",
    )
    ran = command("status", "-w", tmp_path, "-c", "notes")
    assert "[bold]x[/nope]" in ran.out
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


def test_a_locked_database_is_told_with_the_program_that_holds_it(migrated: Path, command: Command) -> None:
    with holding(migrated / "felix_knowledge.db", "begin exclusive") as child:
        ran = command("status", "-w", migrated, "--wait", 0.1)
        data = command("status", "-w", migrated, "--wait", 0.1, "--json")
    assert ran.code == data.code == 5
    rows = {line.split()[0]: line for line in ran.out.splitlines() if line.strip()}
    assert "Locked" in rows["knowledge"]
    assert "?" in rows["knowledge"]
    assert "knowledge: felix_knowledge.db is locked by " in ran.out
    assert f"(process {child.pid})." in ran.out
    assert "hint: Let that program finish, or close it (often Felix itself), then try again." in ran.out
    knowledge, tasks = data.document["components"][:2]
    assert knowledge["version"] is None
    assert knowledge["applied"] is None
    assert knowledge["backups"] == 1
    assert knowledge["problem"]["locked"]
    assert tasks["version"] == 0
    assert command("status", "-w", migrated).code == 0


def test_what_cannot_be_read_outranks_what_is_locked(migrated: Path, command: Command) -> None:
    (migrated / "felix_task_memory.db").write_bytes(b"")
    with holding(migrated / "felix_knowledge.db", "begin exclusive"):
        assert command("status", "-w", migrated, "--wait", 0.1).code == 1


def test_a_program_that_could_lose_commits_is_told_of(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    assert "advice" not in command("status", "-w", tmp_path, "--json").document["components"][-1]
    run_sql(path, "pragma journal_mode = wal")
    with path.open("r+b") as file:
        file.seek(96)
        file.write((3_040_001).to_bytes(4, "big"))
    ran = command("status", "-w", tmp_path)
    assert ran.code == 0
    assert "notes.db was last written by SQLite 3.40.1, which in WAL mode can lose what it commits" in ran.out
    assert "close that program" in command("status", "-w", tmp_path, "--json").document["components"][-1]["advice"]
