"""analytics in the terminal: tables and bars, JSON, CSV, what is left out, and what is not there."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest

from felix_dbadmin.core.analytics.ask import PAGES
from tests.cli.running import Command, fingerprints, run_program
from tests.core.analytics.actions_made import DATABASE, Value, insert, make_actions
from tests.helpers.workspaces import query


def test_all_panels_of_commands_with_their_figures(migrated: Path, command: Command) -> None:
    before = fingerprints(migrated)
    ran = command("analytics", "commands", "-w", migrated)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert next(line for line in lines if line.startswith("Success rate  ")).split()[-2:] == ["83.0", "%"]
    (best,) = [line for line in lines if line.startswith("ls -la")]
    assert best.split()[:6] == ["ls", "-la", "530", "99.2", "526", "3.36"]
    assert best.endswith("█" * 24)
    assert any(line.startswith("REVIEW") and "▃" in line for line in lines)
    assert "  10 of 4,000 rows; the whole table: --by history" in lines
    assert "\x1b" not in ran.out
    assert fingerprints(migrated) == before


@pytest.mark.parametrize("page", PAGES)
def test_every_page_as_text_and_json(migrated: Path, command: Command, page: str) -> None:
    ran = command("analytics", page, "-w", migrated)
    assert (ran.code, ran.err) == (0, "")
    found = command(
        "analytics", page, "-w", migrated, "--json", "--since", "2025-10-25", "--until", "2025-10-26"
    ).document
    assert [panel["name"] for panel in found["panels"]] == list(PAGES[page])
    assert found["until"] - found["since"] == 2 * 86_400
    for panel in found["panels"]:
        assert panel["title"] in ran.out
        assert all(len(row) == len(panel["table"]["columns"]) for row in panel["table"]["rows"])


def test_one_panel_is_printed_whole(migrated: Path, command: Command) -> None:
    ran = command("analytics", "commands", "-w", migrated, "--by", "history", "--longest", 40)
    assert len([line for line in ran.out.splitlines() if line.startswith("2025-10-28")]) == 40
    assert "  40 of 4,000 rows; more of them: --longest N" in ran.out
    ran = command("analytics", "commands", "-w", migrated, "--by", "outcomes")
    assert len([line for line in ran.out.splitlines() if line.startswith("2025-10-2")]) == 108


def test_range_filter_and_threshold(migrated: Path, command: Command) -> None:
    ((count,),) = query(
        migrated / DATABASE,
        "select count(*) from command_executions where trust_level = 'REVIEW'"
        " and timestamp >= unixepoch('2025-10-26', 'utc')",
    )
    options = ("-w", migrated, "--json", "--since", "2025-10-26", "--filter", "trust_level=REVIEW")
    found = command("analytics", "commands", "--by", "headline", *options).document["panels"][0]
    assert found["figures"][0]["value"] == count
    assert found["figures"][0]["before"] is not None
    ranked = command("analytics", "commands", "--by", "successful", "--least", 500, "-w", migrated, "--json").document
    assert [row[0] for row in ranked["panels"][0]["table"]["rows"]] == [
        "ls -la",
        "git status",
        "pip install numpy",
        "pytest -q",
    ]


def test_csv_is_the_table_and_disarms_formulas(tmp_path: Path, command: Command) -> None:
    path = make_actions(tmp_path / "work")
    row: dict[str, Value] = {"agent_id": "a", "command_hash": "", "trust_level": "SAFE", "executed": 1, "success": 1}
    insert(path, "command_executions", [{**row, "command": "=cmd()", "timestamp": time.time()}] * 3)
    ran = command("analytics", "commands", "--by", "successful", "--csv", "-w", path.parent)
    read = list(csv.DictReader(io.StringIO(ran.out)))
    assert read == [
        {"Command": "'=cmd()", "Uses": "3", "Success rate (%)": "100.0", "Succeeded": "3", "Mean duration (s)": ""}
    ]


def test_what_is_left_out_is_said(tmp_path: Path, command: Command) -> None:
    path = make_actions(tmp_path / "work")
    row: dict[str, Value] = {"agent_id": "a", "command": "ls\x1b[2J", "command_hash": "", "trust_level": "SAFE"}
    soon = time.time() + 86_400
    insert(path, "command_executions", [{**row, "executed": 1, "duration": -3.0, "timestamp": soon}])
    ran = command("analytics", "commands", "-w", path.parent)
    assert "left out: 1 row: duration is negative" in ran.out
    assert "left out: 1 row: time is in the future" in ran.out
    assert "left out: 1 row: executed, and whether it succeeded is not known (yet)" in ran.out
    assert "\x1b" not in ran.out


def test_states_are_told_apart(fresh: Path, migrated: Path, tmp_path: Path, command: Command) -> None:
    missing = command("analytics", "commands", "-w", fresh, "--by", "headline")
    assert "not there yet: felix-dbadmin migrate --component system_actions" in missing.out
    command("analytics", "commands", "-w", fresh, "--by", "headline", "--csv").refused(1, "not there yet", "migrate")
    none = command("analytics", "commands", "-w", migrated, "--since", "1min", "--by", "headline")
    assert "no rows in this range and filter; the newest row is" in none.out
    empty = make_actions(tmp_path / "empty").parent
    assert "nothing has been recorded yet" in command("analytics", "commands", "-w", empty, "--by", "headline").out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--by", "nothing"), "no panel commands nothing"),
        (("--filter", "trust=SAFE"), "cannot be filtered by trust"),
        (("--filter", "trust_level!=SAFE"), "not for figures"),
        (("--filter", "trust_level"), "not understood"),
        (("--since", "yesterday"), "is no time"),
        (("--csv",), "one panel"),
        (("--csv", "--by", "headline", "--by", "failing"), "one panel"),
    ],
)
def test_wrong_usage(migrated: Path, command: Command, options: tuple[str, ...], words: str) -> None:
    command("analytics", "commands", "-w", migrated, *options).refused(2, words)


def test_csv_and_json_are_not_mixed(migrated: Path, command: Command) -> None:
    ran = command("analytics", "commands", "-w", migrated, "--by", "headline", "--csv", "--json")
    assert ran.code == 2
    assert "Give one of them" in ran.problem["hint"]


def test_a_terminal_without_blocks_gets_other_signs(migrated: Path) -> None:
    ran = run_program(
        "analytics", "commands", "-w", migrated, environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert ran.code == 0
    assert "########################" in ran.out
    assert "\\u25" not in "".join(line for line in ran.out.splitlines() if line.startswith(("ls -la", "SAFE")))
