"""The question about migrations that came with a workspace, as people and scripts meet it."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.paths import user_folder
from tests.cli.running import Command, fingerprints, versions
from tests.helpers.workspaces import add_component, notes_database


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace from somebody else."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("user")))
    add_component(tmp_path)
    notes_database(tmp_path)
    (user_folder() / "accepted.json").unlink()
    return tmp_path


def test_without_a_yes_nothing_runs(stranger: Path, command: Command) -> None:
    before = fingerprints(stranger)
    for verb in (["migrate", "--yes"], ["dry-run"], ["repair", "--yes"]):
        command(*verb, "-w", stranger, "-c", "notes").refused(
            6, "001_add_author.sql", "nobody has accepted", "felix-dbadmin trust --component notes"
        )
    assert command("verify", "-w", stranger, "-c", "notes").code == 6
    command("trust", "-w", stranger, "-c", "notes").refused(6, "Nobody has said yes")
    assert fingerprints(stranger) == before


def test_the_option_shows_and_accepts(stranger: Path, command: Command) -> None:
    ran = command("migrate", "-w", stranger, "-c", "notes", "--yes", "--trust")
    assert ran.code == 0, ran
    assert "ALTER TABLE notes ADD COLUMN author TEXT;" in ran.out
    assert command("rollback", "-w", stranger, "-c", "notes", "--yes").code == 0


def test_the_command_shows_and_accepts(stranger: Path, command: Command) -> None:
    ran = command("trust", "-w", stranger, "--yes")
    assert ran.code == 0
    assert "ALTER TABLE notes ADD COLUMN author TEXT;" in ran.out
    assert "2 texts accepted." in ran.out
    assert "nothing that has to be accepted" in command("trust", "-w", stranger).out
    assert command("migrate", "-w", stranger, "-c", "notes", "--yes").code == 0
    assert versions(command, stranger)["notes"] == 1


def test_json_names_the_texts(stranger: Path, command: Command) -> None:
    accepted = command("trust", "-w", stranger, "--yes", "--json").document["accepted"]
    assert [item["file"] for item in accepted] == ["base.sql", "001_add_author.sql"]


def test_the_status_says_so(stranger: Path, command: Command) -> None:
    ran = command("status", "-w", stranger, "-c", "notes")
    assert ran.code == 6
    assert "Not accepted" in ran.out
    (problem,) = (
        item["problem"] for item in command("status", "-w", stranger, "-c", "notes", "--json").document["components"]
    )
    assert problem["unaccepted"] is True


def test_what_is_shown_cannot_hide_or_steer_the_terminal(stranger: Path, command: Command) -> None:
    file = stranger / "migrations/notes/001_add_author.sql"
    file.write_text("-- a\x1b[2Jb\u202ec\x00\u2028DROP\n" + file.read_text())
    ran = command("trust", "-w", stranger, "--yes")
    assert "-- a⟨U+001B⟩[2Jb⟨U+202E⟩c⟨U+0000⟩⟨U+2028⟩DROP\n" in ran.out
    assert "note: 4 hidden characters shown by their codes, as ⟨U+001B⟩." in ran.out
