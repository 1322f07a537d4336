"""The progress bar against the clock: how far it shows, and how far the work really was at that moment."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.connection import create_database
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.report import Rehearsal, costs_of
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.sample.knowledge import generate_entries, insert_entries
from felix_dbadmin.core.task import Progress, Task
from tests.migrations.helpers import make_base

ENTRIES = 300_000
WORST = 0.2
"""Of the whole bar."""
CANCELLED_WITHIN = 0.25
"""Seconds."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """300,000 entries at base schema: some 250 MB."""
    with create_database(tmp_path / "felix_knowledge.db") as db:
        make_base(db, "knowledge")
        db.pragma("synchronous", "off")
        db.execute("begin")
        insert_entries(db, generate_entries(ENTRIES))
        db.execute("commit")
    return tmp_path


def rehearsed(folder: Path) -> Rehearsal:
    rehearsal = rehearse(folder, Request("knowledge"), task=Task())
    assert rehearsal.ok
    return rehearsal


def test_the_bar_goes_with_the_clock(benchmark: Any, workspace: Path) -> None:
    rehearsal = rehearsed(workspace)
    heard: list[tuple[float, Progress]] = []

    def apply() -> None:
        task = Task(lambda progress: heard.append((time.monotonic(), progress)))
        carry_out(workspace, rehearsal.plan, (), costs_of(rehearsal), task=task)

    started = time.monotonic()
    benchmark.pedantic(apply, rounds=1)
    took = time.monotonic() - started
    shown = [(at - started, progress.done / progress.total) for at, progress in heard if progress.total is not None]
    errors = [abs(fraction - at / took) for at, fraction in shown]
    pauses = [later[0] - earlier[0] for earlier, later in pairwise(shown)]
    benchmark.extra_info.update(worst=max(errors), reports=len(shown), longest_pause=max(pauses), seconds=took)
    assert max(errors) < WORST
    assert [fraction for _, fraction in shown] == sorted(fraction for _, fraction in shown)


def test_a_cancel_in_the_middle_of_the_build_is_heard_soon(benchmark: Any, workspace: Path) -> None:
    rehearsal = rehearsed(workspace)
    asked: list[float] = []

    def cancel_half_way(progress: Progress) -> None:
        if progress.total and progress.done > progress.total / 2 and not asked:
            asked.append(time.monotonic())
            threading.Thread(target=task.cancel).start()

    task = Task(cancel_half_way)

    def apply() -> float:
        with pytest.raises(Cancelled):
            carry_out(workspace, rehearsal.plan, (), costs_of(rehearsal), task=task)
        return time.monotonic()

    ended = benchmark.pedantic(apply, rounds=1)
    benchmark.extra_info["latency"] = ended - asked[0]
    assert ended - asked[0] < CANCELLED_WITHIN
