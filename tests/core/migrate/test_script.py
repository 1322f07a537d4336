"""Reading migration files: what is understood, and what is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.component import load_components
from felix_dbadmin.core.errors import MigrationFileInvalid
from felix_dbadmin.core.migrate.script import checksum, load_migrations, parse_migration
from felix_dbadmin.core.paths import migrations_folder
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component


def test_a_file_is_read_into_its_sections() -> None:
    migration = parse_migration("notes", "007_add_author.sql", ADD_AUTHOR)
    assert (migration.version, migration.description) == (7, "Add an author to each note")
    assert [statement.line for statement in migration.up.statements] == [3, 4]
    assert migration.reversible
    assert migration.foreign_keys == {"up", "down"}


def test_the_description_defaults_to_the_file_name() -> None:
    migration = parse_migration("notes", "12_drop_old_rows.sql", "-- migrate:up\nSELECT 1;\n")
    assert (migration.version, migration.description) == (12, "Drop old rows")
    assert not migration.reversible


def test_options_of_a_section() -> None:
    migration = parse_migration(
        "notes",
        "1_a.sql",
        '-- migrate:up foreign_keys:off\nSELECT 1;\n-- migrate:down irreversible:"the old text is gone"\n',
    )
    assert migration.foreign_keys == {"down"}
    assert migration.irreversible == "the old text is gone"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("SELECT 1;\n-- migrate:up\nSELECT 2;\n", 1, "stands before the first"),
        ("-- migrate:upp\nSELECT 1;\n", 1, "“migrate:upp” is not known"),
        ("-- migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 2;\n", 3, "second “migrate:up” section"),
        ("-- migrate:up\n\nSELECT 1\n", 3, "does not end with"),
        ("-- migrate:up transaction:false\nSELECT 1;\n", 1, "is not an option"),
        ("-- migrate:down\nSELECT 1;\n", 1, "no “-- migrate:up” section"),
        ("-- migrate:up\nSELECT 1;\n-- migrate:down irreversible:\n", 3, "is not an option"),
        ("-- migrate:description\n-- migrate:up\nSELECT 1;\n", 1, "the description is empty"),
    ],
)
def test_a_file_that_cannot_be_understood_names_file_and_line(source: str, line: int, words: str) -> None:
    with pytest.raises(MigrationFileInvalid) as caught:
        parse_migration("notes", "003_x.sql", source)
    assert f"notes/003_x.sql, line {line}:" in caught.value.summary
    assert words in caught.value.summary
    assert caught.value.hint


def test_a_file_with_another_name_is_refused() -> None:
    with pytest.raises(MigrationFileInvalid, match="not named like a migration"):
        parse_migration("notes", "003-x.sql", "-- migrate:up\nSELECT 1;")


def test_two_files_with_one_version_are_refused(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_add_author.sql": ADD_AUTHOR, "01_add_tags.sql": ADD_TAGS})
    (component,) = load_components([tmp_path / "migrations"])
    with pytest.raises(MigrationFileInvalid) as caught:
        load_migrations(component)
    assert "001_add_author.sql and 01_add_tags.sql" in caught.value.summary


def test_a_python_migration_is_read_without_running_it() -> None:
    source = 'description = "Rename all"\nraise SystemExit\ndef up(db): ...\ndef verify(db): ...\n'
    migration = parse_migration("notes", "002_rename.py", source)
    assert migration.python
    assert migration.description == "Rename all"
    assert migration.defines_verify
    assert not migration.reversible


def test_a_python_migration_with_a_syntax_error_names_the_line() -> None:
    with pytest.raises(MigrationFileInvalid, match=r"002_x\.py, line 2"):
        parse_migration("notes", "002_x.py", "def up(db):\n    pass pass\n")


@given(st.text(alphabet="ab;-' \t\n", max_size=40))
def test_a_checksum_does_not_depend_on_the_editor(text: str) -> None:
    padded = "\ufeff" + "".join(f"{line}  \r\n" for line in text.split("\n"))
    assert checksum(padded) == checksum(text)


def test_all_shipped_migrations_can_be_read() -> None:
    versions = {
        component.name: [migration.version for migration in load_migrations(component)]
        for component in load_components([migrations_folder()])
    }
    assert versions == {
        "knowledge": [1, 2],
        "tasks": [1, 2, 3, 4],
        "workflows": [1, 2],
        "agent_performance": [1],
        "system_actions": [1],
    }
