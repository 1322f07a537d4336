"""Components that users add: a folder is all it takes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command, fingerprints, versions
from tests.helpers.workspaces import add_component, notes_database, query

PYTHON = """
description = "Count the words of each note"


def up(db):
    db.execute("ALTER TABLE notes ADD COLUMN words INTEGER")
    for ident, body in db.execute("SELECT id, body FROM notes"):
        db.execute("UPDATE notes SET words = ? WHERE id = ?", (len(body.split()), ident))


def verify(db):
    return db.execute("SELECT count(*) FROM notes WHERE words IS NULL")[0][0] == 0


def down(db):
    db.execute("ALTER TABLE notes DROP COLUMN words")
"""


def test_a_component_of_sql_from_the_workspace(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    names = [item["name"] for item in command("status", "-w", tmp_path, "--json").document["components"]]
    assert names[-1] == "notes"
    assert command("migrate", "-w", tmp_path, "-c", "notes", "--yes").code == 0
    assert query(tmp_path / "notes.db", "select title, author from notes where id = 1") == [("note 0", None)]
    ran = command("rollback", "-w", tmp_path, "-c", "notes", "--yes")
    assert ran.code == 0
    assert versions(command, tmp_path)["notes"] == 0


def test_a_component_of_python_from_a_named_folder(tmp_path: Path, command: Command) -> None:
    place = tmp_path / "place"
    place.mkdir()
    folder = add_component(tmp_path / "made", "notes", files={"001_count_words.py": PYTHON})
    folder.parent.rename(place / "extra")
    (place / "felix-dbadmin.toml").write_text('migrations = ["extra"]\n')
    notes_database(place)
    before = fingerprints(place)

    ran = command("dry-run", "-w", place, "-c", "notes", "--json")
    assert ran.code == 0, ran
    statements = [item["sql"] for item in ran.document["reports"][0]["statements"]]
    assert statements[0] == "ALTER TABLE notes ADD COLUMN words INTEGER"
    assert statements.count("UPDATE notes SET words = ? WHERE id = ?") == 3
    assert fingerprints(place) == before

    ran = command("migrate", "-w", place, "-c", "notes", "--yes")
    assert ran.code == 0, ran
    assert "Apply 1: Count the words of each note" in ran.out
    assert query(place / "notes.db", "select words from notes") == [(2,)] * 3
    assert command("verify", "-w", place, "-c", "notes").code == 0
    command("rollback", "-w", place, "-c", "notes", "--yes").refused(6, "notes.words: 3 values")
    assert command("rollback", "-w", place, "-c", "notes", "--yes", "--allow-data-loss").code == 0


def test_python_that_fails_changes_nothing(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path, files={"001_a.py": PYTHON.replace("len(body.split())", "body.nonsense()")})
    notes_database(tmp_path)
    before = fingerprints(tmp_path)
    ran = command("migrate", "-w", tmp_path, "-c", "notes", "--yes")
    ran.refused(1, "notes/001_a.py, up(db): AttributeError", "nonsense")
    assert fingerprints(tmp_path) == before


def test_settings_that_are_wrong(tmp_path: Path, command: Command) -> None:
    settings = tmp_path / "felix-dbadmin.toml"
    for text, words in (
        ("migrations = [", "cannot be read"),
        ('migrations = "extra"', "is not a list of paths"),
        ('migrations = ["nowhere"]', "names nowhere, which is not a folder"),
    ):
        settings.write_text(text)
        command("status", "-w", tmp_path).refused(1, "felix-dbadmin.toml", words)
    settings.unlink()
    (add_component(tmp_path) / "component.toml").write_text('title = "x"\n')
    command("status", "-w", tmp_path).refused(1, "component.toml", "database is missing")
