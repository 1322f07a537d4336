"""Lanes, the job bar, shutdown, and what becomes of the engine when the window dies."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from felix_dbadmin.jobs.job import Job, JobState
from felix_dbadmin.jobs.runner import JobRunner
from tests.helpers import engine_work as work
from tests.jobs import window_process
from tests.jobs.listening import PATIENCE, Listener, alive, ended, ready_pid, running

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def test_the_runner_is_there_before_its_engine_and_tells_when_that_is_up(qtbot: QtBot, runner: JobRunner) -> None:
    at_first = runner.engine
    with qtbot.waitSignal(runner.engine_ready, timeout=PATIENCE):
        pass
    engine = runner.engine
    assert at_first is None
    assert engine is not None
    assert engine.pid != os.getpid()
    assert alive(engine.pid)
    assert engine.sqlite_version == apsw.sqlite_lib_version()


def test_jobs_of_one_lane_run_in_order_and_lanes_side_by_side(qtbot: QtBot, runner: JobRunner) -> None:
    meeting = [Listener(runner.submit("Meet", partial(work.meet, "both", 2), lane=lane)) for lane in ("a", "b")]
    for number in range(20):
        runner.submit("Note", partial(work.note, number), lane="a")
    noted = Listener(runner.submit("Noted", work.noted, lane="a"))
    with qtbot.waitSignals([listener.job.finished for listener in (*meeting, noted)], timeout=PATIENCE):
        pass
    assert [listener.result for listener in meeting] == ["both", "both"]
    assert noted.result == list(range(20))


class Book(QObject):
    """What a job bar writes down."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self.lines: list[str] = []
        runner.submitted.connect(self._note_submitted)
        runner.started.connect(self._note_started)
        runner.ended.connect(self._note_ended)

    @Slot(object)
    def _note_submitted(self, job: Job[Any]) -> None:
        self.lines.append(f"{job.title} {job.state.value}")

    @Slot(object)
    def _note_started(self, job: Job[Any]) -> None:
        self.lines.append(f"{job.title} {job.state.value}")

    @Slot(object)
    def _note_ended(self, job: Job[Any]) -> None:
        self.lines.append(f"{job.title} {job.state.value}")


def test_a_job_bar_hears_of_every_job(qtbot: QtBot, runner: JobRunner) -> None:
    book = Book(runner)
    holding = runner.submit("Hold", work.hold, lane="a")
    waiting = runner.submit("Wait", partial(work.echo, 1), lane="a")
    running(qtbot, holding)
    assert [job.title for job in runner.jobs] == ["Hold", "Wait"]
    with qtbot.waitSignals([waiting.finished, holding.finished], timeout=PATIENCE, order="strict"):
        waiting.cancel()
        holding.cancel()
    assert book.lines == ["Hold queued", "Wait queued", "Hold running", "Wait cancelled", "Hold cancelled"]
    assert not runner.jobs


def test_a_thousand_quick_jobs_all_end_in_the_order_of_their_lanes(qtbot: QtBot, runner: JobRunner) -> None:
    listeners = [
        Listener(runner.submit("Echo", partial(work.echo, number), lane=f"lane {number % 7}")) for number in range(1000)
    ]
    ends = [listener.job.finished for listener in listeners]
    with qtbot.waitSignals(ends, timeout=PATIENCE):
        pass
    assert [listener.result for listener in listeners] == list(range(1000))
    assert {tuple(listener.heard) for listener in listeners} == {("succeeded", "finished")}


def test_ten_megabytes_arrive_whole(qtbot: QtBot, runner: JobRunner) -> None:
    listener = ended(qtbot, runner.submit("Bytes", partial(work.make_bytes, 10 << 20), lane="a"))
    assert listener.result == b"\xa5" * (10 << 20)


def test_shutdown_leaves_no_process_and_says_nothing_more(qtbot: QtBot) -> None:
    runner = JobRunner()
    book = Book(runner)
    counting = runner.submit("Count", work.count_for_ever, lane="a")
    waiting = Listener(runner.submit("Wait", partial(work.echo, 1), lane="a"))
    listener = running(qtbot, counting)
    pid = ready_pid(qtbot, runner)
    noted = list(book.lines)
    runner.shutdown()
    assert not alive(pid)
    late = Listener(runner.submit("Late", partial(work.echo, 2), lane="a"))
    qtbot.wait(1)  # what was posted before would be delivered now
    assert (listener.heard, waiting.heard, late.heard) == (["progressed"], [], [])
    assert book.lines == noted
    assert late.job.state is JobState.QUEUED
    runner.shutdown()


def test_shutdown_before_the_engine_is_up_leaves_no_process(qtbot: QtBot) -> None:
    before = children()
    runner = JobRunner()
    runner.submit("Echo", partial(work.echo, 1), lane="a")
    assert len(children()) == len(before) + 1
    runner.shutdown()
    assert children() == before


def test_work_that_ignores_its_cancelling_is_killed_at_shutdown(qtbot: QtBot) -> None:
    runner = JobRunner()
    running(qtbot, runner.submit("Stubborn", work.ignore_cancel, lane="a"))
    pid = ready_pid(qtbot, runner)
    runner.shutdown(timeout=0.05)
    assert not alive(pid)


def children() -> set[str]:
    if sys.platform != "linux":
        pytest.skip("the list of child processes is read from /proc")
    return set(Path("/proc/thread-self/children").read_text().split())


def start_window(mode: str, database: Path) -> subprocess.Popen[str]:
    command = [sys.executable, window_process.__file__, mode, str(database)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)


def test_the_windows_process_opens_no_database_and_runs_no_thread(tmp_path: Path) -> None:
    with start_window("audit", tmp_path / "felix.db") as window:
        assert window.stdout is not None
        found = json.loads(window.stdout.readline())
        assert window.wait(PATIENCE / 1000) == 0
    assert found == {
        "sentence": "felix.db: 10 rows, integrity ok.",
        "opened": [],
        "sqlite3": False,
        "threads": ["MainThread"],
        "children": [],
    }


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is no child by its descriptor")
def test_a_window_that_is_killed_takes_its_engine_with_it_and_the_change_is_undone(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path
) -> None:
    path = tmp_path / "felix.db"
    with start_window("hold", path) as window:
        assert window.stdout is not None
        engine = os.pidfd_open(int(window.stdout.readline()))
        window.kill()
    ended_in_time, _, _ = select.select([engine], [], [], PATIENCE / 1000)
    os.close(engine)
    assert ended_in_time
    sentence = ended(qtbot, runner.submit("Look", partial(work.state_sentence, path), lane="a")).result
    assert sentence == "felix.db: 10 rows, integrity ok."


def test_a_module_in_the_folder_it_was_started_in_is_not_taken_for_ours(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit('a file of the workspace was run')")
    monkeypatch.chdir(tmp_path)
    runner = JobRunner()
    assert ended(qtbot, runner.submit("Echo", partial(work.echo, "ours"), lane="a")).result == "ours"
    runner.shutdown()
