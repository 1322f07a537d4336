"""The folder: chosen, made, missing, not to be written; and the window's place in it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from felix_dbadmin import __version__
from tests.cli.running import Command, fingerprints, run_program, without_superpowers
from tests.helpers.workspaces import add_component, notes_database


def test_the_folder_is_the_option_or_the_variable_or_here(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option", "variable", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def used(*arguments: object) -> str:
        return Path(command("status", "--json", *arguments).document["workspace"]).name

    assert used() == "here"
    monkeypatch.setenv("FELIX_WORKSPACE", str(tmp_path / "variable"))
    assert used() == "variable"
    assert used("-w", tmp_path / "option") == "option"
    assert used("-w", "../option") == "option"


def test_a_folder_that_is_missing_or_none(tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").write_text("")
    for verb in ("status", "dry-run", "migrate", "repair", "verify", "gui"):
        command(verb, "-w", tmp_path / "nowhere").refused(1, "nowhere does not exist", "felix-dbadmin init")
        command(verb, "-w", tmp_path / "file").refused(1, "file is not a folder")
    ran = command("status", "-w", tmp_path / "nowhere", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert set(ran.problem) == {"summary", "hint"}
    assert not (tmp_path / "nowhere").exists()


def test_an_unknown_component_or_command(fresh: Path, command: Command) -> None:
    command("status", "-w", fresh, "-c", "knowlege").refused(2, "no component named knowlege", "knowledge, tasks")
    ran = command("migrat")
    assert ran.code == 2
    assert "migrat" in ran.err
    assert command("status", "--nonsense").code == 2
    assert command("migrate", "--to", "two").code == 2


def test_init_makes_the_folders_and_leaves_databases_alone(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "a" / "b"
    ran = command("init", "-w", folder)
    assert ran.code == 0
    assert (folder / "backups").is_dir()
    assert f"Next: felix-dbadmin migrate --workspace {folder}" in ran.out
    assert "Not created yet" in ran.out
    add_component(folder)
    notes_database(folder)
    before = fingerprints(folder)
    assert command("init", "-w", folder).code == 0
    assert fingerprints(folder) == before
    assert command("migrate", "-w", folder, "--yes").code == 0
    (tmp_path / "file").write_text("")
    command("init", "-w", tmp_path / "file" / "below").refused(1, "cannot be made")


def test_demo(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = command("demo")
    assert ran.code == 0
    assert "felix_knowledge.db: 1," in ran.out
    assert f"felix-dbadmin migrate --workspace {tmp_path / 'felix-demo'}" in ran.out
    before = fingerprints(tmp_path / "felix-demo")
    assert len(before) == 5
    command("demo").refused(4, "already holds Felix databases")
    kept = command("demo", "--keep", "--json")
    assert (kept.code, kept.document["made"]) == (0, [])
    assert fingerprints(tmp_path / "felix-demo") == before
    assert command("migrate", "-w", "felix-demo", "--yes").code == 0


def test_a_folder_and_a_file_that_must_not_be_written(fresh: Path, tmp_path: Path) -> None:
    before = fingerprints(fresh)
    powerless = without_superpowers()
    scratch = {"TMPDIR": str(tmp_path)}
    fresh.chmod(0o500)
    try:
        ran = run_program("migrate", "-w", fresh, "--yes", before=powerless, environment=scratch)
        ran.refused(1, "is not writable")
        ran = run_program("backup", "create", "-w", fresh, before=powerless, environment=scratch)
        ran.refused(1, "is not writable")
        # Looking and rehearsing need nothing there.
        for verb in ("dry-run", "status"):
            ran = run_program(verb, "-w", fresh, "-c", "knowledge", before=powerless, environment=scratch)
            assert ran.code == 0, ran
        fresh.chmod(0o000)
        run_program("status", "-w", fresh, before=powerless).refused(1, "cannot be read")
    finally:
        fresh.chmod(0o700)
    (fresh / "felix_knowledge.db").chmod(0o400)
    ran = run_program("migrate", "-w", fresh, "-c", "knowledge", "--yes", before=powerless)
    ran.refused(1, "felix_knowledge.db is read-only", "chmod u+w")
    (fresh / "felix_knowledge.db").chmod(0o000)
    ran = run_program("status", "-w", fresh, before=powerless)
    assert ran.code == 1
    assert "felix_knowledge.db cannot be read: permission denied" in ran.out
    (fresh / "felix_knowledge.db").chmod(0o600)
    shutil.rmtree(fresh / "backups", ignore_errors=True)
    assert fingerprints(fresh) == before


def test_version_and_help() -> None:
    ran = run_program("--version")
    assert (ran.code, ran.out) == (0, f"felix-dbadmin {__version__}\n")
    ran = run_program("--help")
    assert ran.code == 0
    for name in ("status", "dry-run", "migrate", "rollback", "verify", "repair", "backup", "init", "demo", "gui"):
        assert f"\n  {name} " in ran.out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_the_window_says_so(fresh: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    command("gui", "-w", fresh).refused(1, "There is no display", "--or-picture")
    command("-w", fresh).refused(1, "There is no display")
