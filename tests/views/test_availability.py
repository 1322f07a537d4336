"""Which actions can be used, and the reason that is given where one cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from felix_dbadmin.core.migrate.health import Drift
from felix_dbadmin.core.migrate.status import ComponentStatus, Trouble
from felix_dbadmin.models.wording import situation
from felix_dbadmin.views.actions import ACTIONS
from felix_dbadmin.views.availability import ALWAYS, Situation, availability, command_of
from felix_dbadmin.views.do import Do
from tests.models import made

DRIFT = Drift("idx", "index", "create index", "", repairable=True)
UNREAD = Trouble("Nobody has accepted it.", "", unaccepted=True)
HOLDS_DATA = Drift("t", "table", "create table", "", repairable=False)


def reasons(component: ComponentStatus) -> dict[Do, str]:
    status = made.workspace(component)
    return availability(Situation(made.FOLDER, status, component))


def test_without_a_folder_only_opening_one_makes_sense() -> None:
    found = availability(Situation())
    assert {do for do, reason in found.items() if not reason} == ALWAYS | {Do.OPEN, Do.SAMPLE}
    assert found[Do.APPLY] == "No folder is open."


def test_while_something_runs_nothing_else_starts() -> None:
    found = availability(Situation(made.FOLDER, busy="Apply to knowledge"))
    assert found[Do.BACK_UP] == "“Apply to knowledge” is running."
    assert found[Do.QUIT] == ""


def test_a_read_only_file_can_be_rehearsed_and_not_changed() -> None:
    found = reasons(replace(made.component(pending=(1,)), writable=False))
    assert found[Do.DRY_RUN] == ""
    assert found[Do.APPLY] == "felix_knowledge.db, or its folder, is read-only."
    assert "read-only" in situation(replace(made.component(), writable=False))
    assert "close that program" in situation(replace(made.component(), risky_writer="3.40.1"))


@pytest.mark.parametrize(
    ("component", "do", "reason"),
    [
        (made.component(pending=(1,)), Do.APPLY, ""),
        (made.component(), Do.APPLY, "knowledge has nothing pending."),
        (made.component(), Do.DRY_RUN, "knowledge has nothing pending."),
        (made.component(drift=(DRIFT,)), Do.DRY_RUN, ""),
        (made.component(drift=(DRIFT,)), Do.REPAIR, ""),
        (made.component(drift=(HOLDS_DATA,)), Do.REPAIR, "knowledge has nothing to repair."),
        (made.component(done=(made.applied("knowledge", 1),)), Do.ROLL_BACK, ""),
        (made.component(), Do.ROLL_BACK, "knowledge has no migration applied."),
        (
            made.component(done=(made.applied("knowledge", 1, down=False),)),
            Do.ROLL_BACK,
            "Migration 1 cannot be rolled back: its file has no down section.",
        ),
        (
            made.component(done=(made.applied("knowledge", 9, "foreign"),), pending=(1,)),
            Do.APPLY,
            "felix_knowledge.db has migrations that are unknown here.",
        ),
        (made.component(exists=False, pending=(1,)), Do.APPLY, ""),
        (made.component(exists=False), Do.BACK_UP, "felix_knowledge.db does not exist yet."),
        (made.component(trouble=Trouble("Broken.", "")), Do.VERIFY, "felix_knowledge.db cannot be read."),
        (made.component(trouble=Trouble("Broken.", "")), Do.APPLY, "felix_knowledge.db cannot be read."),
        (made.component(trouble=UNREAD), Do.TRUST, ""),
        (made.component(trouble=UNREAD), Do.APPLY, ""),
        (made.component(trouble=UNREAD), Do.DRY_RUN, ""),
        (made.component(trouble=UNREAD), Do.BACK_UP_ALL, ""),
        (
            made.component(trouble=UNREAD),
            Do.VERIFY,
            "The code of knowledge is not accepted yet: read and accept it first.",
        ),
        (made.component(), Do.TRUST, "knowledge has no code that waits."),
        (made.component(), Do.RESTORE, "Select a backup first."),
        (made.component(), Do.COMPRESS, "There is no backup yet."),
    ],
)
def test_reasons(component: ComponentStatus, do: Do, reason: str) -> None:
    assert reasons(component)[do] == reason


def test_commands_are_quoted_and_only_offered_when_complete() -> None:
    specs = {spec.do: spec for spec in ACTIONS}
    component = made.component()
    now = Situation(made.FOLDER / "my files", made.workspace(component), component)
    expected = "felix-dbadmin migrate --workspace '/somewhere/my files' --component knowledge"
    assert command_of(specs[Do.APPLY], now) == expected
    assert command_of(specs[Do.RESTORE], now) == ""


def test_every_action_is_described_and_told_about() -> None:
    assert {spec.do for spec in ACTIONS} == set(Do) == set(availability(Situation()))
    assert all(spec.text and spec.tip for spec in ACTIONS)
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
