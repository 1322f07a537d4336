"""The installed program as a process: its streams, its exit codes, its terminal, its signals."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from felix_dbadmin.cli import status
from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.paths import STATE_FOLDER
from tests.cli.running import PROGRAM, Command, fingerprints, run_program, versions
from tests.helpers.peers import holding
from tests.helpers.workspaces import add_component, notes_database

PATIENCE = 30
"""Seconds after which a test gives up waiting for a child."""

ENDLESS = """-- migrate:up
CREATE TABLE counted AS SELECT count(*) AS n FROM notes a, notes b, notes c, notes d, notes e WHERE a.id + e.id = b.id;
"""


def test_streams_and_codes_of_the_console_script(fresh: Path) -> None:
    ran = run_program("status", "--json", environment={"FELIX_WORKSPACE": str(fresh)})
    assert (ran.code, ran.err) == (0, "")
    assert [item["version"] for item in ran.document["components"]] == [0] * 5
    assert run_program("status", "--check", "-w", fresh).code == 3
    ran = run_program("migrate", "-w", fresh, "--yes", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert {item["component"]: item["to"] for item in ran.document["results"]} == {
        "knowledge": 2,
        "tasks": 4,
        "workflows": 2,
        "agent_performance": 1,
        "system_actions": 1,
    }
    ran = run_program("backup", "restore", "x.db", "-w", fresh, "--json", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "x.db" in ran.problem["summary"]


def test_what_goes_to_a_pipe_is_plain_and_whole(fresh: Path) -> None:
    ran = run_program("dry-run", "-w", fresh, "-c", "knowledge", environment={"COLUMNS": "40", "TERM": "xterm"})
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert ran.err == ""
    assert not [line for line in ran.out.splitlines() if line != line.rstrip()]
    assert "1   CREATE INDEX idx_domain_confidence_time   idx_domain_confidence_time" in ran.out


def test_an_encoding_without_our_letters_does_not_end_it(fresh: Path) -> None:
    latin = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = run_program("migrate", "-w", fresh, "-c", "knowledge", "--yes", environment=latin)
    assert ran.code == 0
    assert "knowledge: 0 \\u2192 2" in ran.out
    ran = run_program("dry-run", "-w", fresh, "-c", "tasks", "--json", environment=latin)
    assert ran.document["reports"][0]["component"] == "tasks"


def test_a_reader_that_goes_early_is_no_failure_of_ours(fresh: Path) -> None:
    with subprocess.Popen([str(PROGRAM), "status", "-w", str(fresh)], stdout=-1, stderr=-1, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == ""


def test_as_a_module_and_without_window_or_second_sqlite(fresh: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "felix_dbadmin", "status", "-w", str(fresh), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    code = (
        "import json, sys\nfrom felix_dbadmin.cli import main\n"
        "ends = [main(['status', '-w', sys.argv[1]]), main(['migrate', '-w', sys.argv[1], '--yes'])]\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "print(json.dumps([ends, sorted(names & {'PySide6', 'shiboken6', 'sqlite3', '_sqlite3', 'numpy'})]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(fresh)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [[0, 0], []]


_ON_THIS_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def on_a_terminal(answer: str, *arguments: object) -> tuple[int, str]:
    """Run the program on a terminal of its own and answer its question; returns the exit code and all it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", _ON_THIS_TERMINAL, str(PROGRAM), *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    ) as child:
        os.close(theirs)
        shown, answered = b"", False
        while select.select([ours], [], [], PATIENCE)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side has closed the terminal
                break
            if not piece:
                break
            shown += piece
            if not answered and b"[y/N]" in shown:
                answered = True
                os.write(ours, answer.encode())
        else:
            child.kill()
        code = child.wait(PATIENCE)
    os.close(ours)
    return code, shown.decode()


def test_the_question_on_a_terminal(fresh: Path, command: Command) -> None:
    before = fingerprints(fresh)
    for answer in ("n\n", "\n"):
        code, shown = on_a_terminal(answer, "migrate", "-w", fresh, "-c", "knowledge")
        assert code == 6
        assert "Apply 2 migrations to knowledge? [y/N]:" in shown
        assert "Not confirmed; nothing was changed." in shown
    code, shown = on_a_terminal("\x03", "migrate", "-w", fresh, "-c", "knowledge")
    assert code == 130
    assert "Traceback" not in shown
    assert fingerprints(fresh) == before
    code, shown = on_a_terminal("y\n", "migrate", "-w", fresh, "-c", "knowledge")
    assert code == 0
    assert "checks passed" in shown
    assert versions(command, fresh)["knowledge"] == 2


def interrupted(workspace: Path, *arguments: object, when: str) -> tuple[int, str]:
    """Run the program and send it Ctrl-C once it holds the lock of notes for `when`."""
    holder = workspace / STATE_FOLDER / "notes.db.holder.json"
    with subprocess.Popen(
        [str(PROGRAM), *map(str, arguments), "-w", str(workspace), "-c", "notes"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            deadline = time.monotonic() + PATIENCE
            while when not in _text_of(holder):
                assert child.poll() is None, child.communicate()
                assert time.monotonic() < deadline
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
        return child.returncode, err


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def test_an_interrupt_stops_a_dry_run(tmp_path: Path) -> None:
    add_component(tmp_path, files={"001_endless.sql": ENDLESS})
    notes_database(tmp_path, rows=300)
    before = fingerprints(tmp_path)
    code, err = interrupted(tmp_path, "dry-run", when="dry run")
    assert code == 130
    assert err.startswith("error: Cancelled")
    assert fingerprints(tmp_path) == before
    assert list((tmp_path / STATE_FOLDER).glob("rehearsal_*")) == []


def test_an_interrupt_while_waiting_for_a_lock_changes_nothing(tmp_path: Path, command: Command) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    with holding(database, "begin immediate"):
        code, err = interrupted(tmp_path, "migrate", "--yes", "--wait", 600, when="Apply 1 migration")
    assert code == 130
    assert "error: Cancelled" in err
    assert versions(command, tmp_path)["notes"] == 0


@pytest.mark.parametrize("arguments", [("migrate", "--yes"), ("dry-run",), ("verify",), ("backup", "create")])
def test_a_database_that_another_program_keeps(tmp_path: Path, command: Command, arguments: tuple[str, ...]) -> None:
    add_component(tmp_path)
    database = notes_database(tmp_path)
    before = fingerprints(tmp_path)
    with holding(database, "begin exclusive"):
        ran = command(*arguments, "-w", tmp_path, "-c", "notes", "--wait", 0.2)
        assert ran.code == 5
        assert "notes.db is locked by another program" in ran.out + ran.err
        assert "; it was still locked after 200 ms." in ran.out + ran.err
        assert "hint: " in ran.out + ran.err
    assert fingerprints(tmp_path) == before


def test_a_bug_stays_loud(fresh: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> WorkspaceStatus:
        raise RuntimeError("a bug about the status")

    monkeypatch.setattr(status, "read_status", broken)
    with pytest.raises(RuntimeError, match="a bug about"):
        command("status", "-w", fresh)


def test_two_of_us_at_once(tmp_path: Path, command: Command) -> None:
    """The second one is told who holds the component, and changes nothing."""
    add_component(tmp_path)
    notes_database(tmp_path)
    assert command("dry-run", "-w", tmp_path, "-c", "notes").code == 0
    before = fingerprints(tmp_path)
    with FileLock(tmp_path / STATE_FOLDER / "notes.db.lock"):
        ran = run_program("migrate", "-w", tmp_path, "-c", "notes", "--yes", "--wait", 0.1)
    ran.refused(5, "notes.db is being worked on by another felix-dbadmin", "100 ms")
    assert fingerprints(tmp_path) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
@pytest.mark.parametrize("picture", [True, False])
def test_the_window_without_a_display(fresh: Path, tmp_path: Path, picture: bool) -> None:
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    target = tmp_path / "window.png"
    if not picture:
        run_program("gui", "-w", fresh, environment=nowhere).refused(1, "There is no display", "--or-picture")
        return
    ran = run_program("gui", "-w", fresh, "--or-picture", target, environment=nowhere)
    assert ran.code == 0, ran
    assert "felix_knowledge.db" in ran.out
    assert ran.out.endswith(f"The window is drawn in {target}\n")
    assert target.read_bytes().startswith(b"\x89PNG")
