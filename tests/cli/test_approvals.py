"""approvals in the terminal: list, approve, deny, undo, and their exit codes."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from tests.cli.running import Command
from tests.core.analytics.actions_made import ask_for, make_actions
from tests.helpers.peers import holding
from tests.helpers.workspaces import query, run_sql


@pytest.fixture
def actions(tmp_path: Path) -> Path:
    return make_actions(tmp_path / "work")


def test_the_list_says_who_waits_and_for_how_long(actions: Path, command: Command) -> None:
    soon, never = ask_for(actions, "rm -rf build", expires_in=3_000), ask_for(actions, "git push", expires_in=None)
    ask_for(actions, expires_in=-1)
    for ran in (
        command("approvals", "list", "-w", actions.parent),
        command("analytics", "approvals", "-w", actions.parent),
    ):
        assert ran.code == 0
        first, second = [line.split("   ") for line in ran.out.splitlines() if "system_001" in line]
        ident, asked, expires, *rest = (cell.strip() for cell in first if cell.strip())
        assert (ident, asked) == (str(soon), "10 min ago")
        assert expires.startswith(("in 50 min", "in 49 min"))
        assert rest == ["REVIEW", "medium", "system_001", "rm -rf build", "The build is stale."]
        assert [cell.strip() for cell in second if cell.strip()][:3] == [str(never), "10 min ago", "never"]
        assert "2 commands wait for an answer, 1 expired" in ran.out
    found = command("approvals", "list", "-w", actions.parent, "--json").document
    assert [each["ident"] for each in found["waiting"]] == [soon, never]
    assert found["counts"]["expired"] == 1


def test_approve_deny_and_undo(actions: Path, command: Command) -> None:
    yes, no = ask_for(actions, "make\nmake install"), ask_for(actions, "git push")
    ran = command("approvals", "approve", yes, "-w", actions.parent)
    assert ran.code == 0
    assert (
        f"Request {yes} is approved by {getpass.getuser()}; Felix may run it:\n    make\n    make install\n" in ran.out
    )
    assert "Read back: approved at" in ran.out
    denied = command(
        "approvals", "deny", no, "--reason", "not now", "--as", "Ada", "-w", actions.parent, "--json"
    ).document
    assert (denied["request"]["standing"], denied["request"]["by"], denied["request"]["reason"]) == (
        "denied",
        "Ada",
        "not now",
    )
    listed = command("approvals", "list", "-w", actions.parent).out
    assert "not now" in listed
    assert "0 commands wait for an answer, 1 approved, 1 denied" in listed
    back = command("approvals", "undo", yes, "-w", actions.parent)
    assert f"Request {yes} waits again:" in back.out
    assert "one that runs just now is not stopped" in back.out
    assert query(actions, "select approved from pending_approvals order by approval_id") == [(None,), (0,)]


def test_refusals_have_their_exit_codes(actions: Path, fresh: Path, command: Command) -> None:
    over, ident = ask_for(actions, expires_in=-1), ask_for(actions)
    folder = actions.parent
    command("approvals", "approve", over, "-w", folder).refused(4, "expired at", "Nothing was changed.")
    command("approvals", "deny", ident, "-w", folder).refused(2, "needs a reason", "--reason")
    command("approvals", "approve", 99, "-w", folder).refused(2, "no request 99")
    command("approvals", "undo", ident, "-w", folder).refused(4, "no answer")
    command("approvals", "approve", ident, "-w", fresh).refused(2, "no approval queue", "migrate --component")
    with holding(actions, "begin immediate"):
        command("approvals", "approve", ident, "-w", folder, "--wait", 0.01).refused(5, "locked")
    assert command("approvals", "approve", ident, "-w", folder).code == 0
    command("approvals", "deny", ident, "--reason", "late", "-w", folder).refused(4, "approved by", "approvals undo")
    run_sql(actions, "update command_executions set executed = 1")
    command("approvals", "undo", ident, "-w", folder).refused(4, "has run")


def test_without_a_queue_the_list_says_what_makes_it(fresh: Path, command: Command) -> None:
    assert "migrate --component system_actions" in command("approvals", "list", "-w", fresh).out
    assert command("approvals", "list", "-w", fresh, "--json").document["state"] == "not migrated"
