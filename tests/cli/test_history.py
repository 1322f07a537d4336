"""history on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command
from tests.helpers.workspaces import add_component, notes_database


def test_what_was_done_is_told_newest_first(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    notes_database(tmp_path)
    command("migrate", "-w", tmp_path, "-c", "notes", "--yes")
    ran = command("history", "-w", tmp_path, "-c", "notes", "--json")
    assert ran.code == 0
    (component,) = ran.document["components"]
    assert [(event["kind"], event["version"]) for event in component["events"]] == [("applied", 1), ("backup", 0)]
    out = command("history", "-w", tmp_path, "-c", "notes").out
    assert out.index("Applied 1: Add an author to each note") < out.index("Backup: Before migrations 0 → 1")


def test_a_new_workspace_has_no_history(fresh: Path, command: Command) -> None:
    ran = command("history", "-w", fresh)
    assert ran.code == 0
    assert ran.out.count("nothing happened yet that this program knows of") == 5


def test_an_unknown_component_is_refused(fresh: Path, command: Command) -> None:
    command("history", "-w", fresh, "-c", "nowhere").refused(2, "There is no component named nowhere")
