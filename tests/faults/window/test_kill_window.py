"""kill -9 of the window's process with a job running: the engine ends by itself, the next start says what stands."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import read_activities, settle_interrupted
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, Ready, partials, run, state_of
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.faults.window.visits import visit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up in /proc")

RECOVERY = 1.0
"""Seconds from the next start to knowing what was cut off."""


@pytest.mark.timeout(PATIENCE)
def test_after_a_kill_of_the_window_no_process_stays_and_the_database_is_old_or_new(
    ready: dict[str, Ready], tmp_path: Path
) -> None:
    ends: Counter[str] = Counter()
    slowest, killed = 0.0, 0
    for chance in trials("kill the window", 5, 0.04):
        operation = ("apply", "back up", "restore")[killed % 3]
        states = ready[operation].states
        folder = ready[operation].copy(tmp_path / "killed", chance.choice(("delete", "wal")))
        before = {item.ident for item in read_activities(open_workspace(folder))}
        both = chance.random() < 0.4
        with visit(folder, operation, tmp_path / "home") as window:
            window.reports(chance.randint(0, 4))
            window.kill(0.15 * chance.random() ** 2, engine=both)
        killed += 1

        started = time.monotonic()
        cut_off = settle_interrupted(folder, task=Task())
        slowest = max(slowest, time.monotonic() - started)
        work = [
            item
            for item in read_activities(open_workspace(folder))
            if item.ident not in before and item.kind == operation
        ]
        assert all(item.outcome in ("done", "cancelled", "interrupted") for item in work)
        state = state_of(folder)
        assert state in states
        if any(item.outcome == "done" for item in work):
            assert state == states[-1]
        assert all("felix_knowledge.db was read again" in item.detail for item in cut_off)
        assert cut_off == () or both

        back_up(folder, COMPONENT, task=Task())
        assert partials(folder) == []
        for backup in list_backups(folder / "backups"):
            assert backup.manifest is None or verify_backup(backup.path, Task()).ok
        if state == states[0] != states[-1]:
            run(folder, operation)
            assert state_of(folder) == states[-1]
        ends[f"{operation}: {work[0].outcome if work else 'not begun'}"] += 1
        shutil.rmtree(folder)
    if SOAK_SECONDS:
        assert slowest < RECOVERY
    print(f"kill the window: {dict(sorted(ends.items()))}, recovery at most {slowest:.2f} s")  # noqa: T201
    record(Figure("kill -9 of the window with a job running", killed, "kills", slowest=slowest, remark="no orphan"))
