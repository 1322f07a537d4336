"""An engine that dies under its jobs: what they say, what the next engine does, when there is none any more."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.errors import EngineStopped
from felix_dbadmin.jobs import runner as runner_module
from felix_dbadmin.jobs.runner import JobRunner
from tests.helpers import engine_work as work
from tests.jobs.listening import PATIENCE, Listener, ended, ready_pid, running


def make_database(qtbot: QtBot, runner: JobRunner, path: Path) -> Path:
    assert ended(qtbot, runner.submit("Make", partial(work.make_database, path, 100), lane=path.name)).error is None
    return path


def kill_engine(qtbot: QtBot, runner: JobRunner) -> None:
    os.kill(ready_pid(qtbot, runner), signal.SIGKILL)


def test_a_job_under_which_the_engine_died_says_what_state_the_file_is_in(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path
) -> None:
    path = make_database(qtbot, runner, tmp_path / "felix.db")
    first_pid = ready_pid(qtbot, runner)
    job = runner.submit(
        "Change felix.db",
        partial(work.change_and_hold, path),
        lane=path.name,
        inspect=partial(work.state_sentence, path),
    )
    listener = running(qtbot, job)
    with qtbot.waitSignals([runner.engine_stopped, runner.engine_ready, job.finished], timeout=PATIENCE):
        kill_engine(qtbot, runner)
    assert listener.heard == ["progressed", "failed", "finished"]
    assert isinstance(listener.error, EngineStopped)
    assert listener.words == "The engine stopped while “Change felix.db” ran. felix.db: 100 rows, integrity ok."
    assert "felix-dbadmin verify" in listener.error.hint
    assert ready_pid(qtbot, runner) != first_pid
    assert ended(qtbot, runner.submit("Count", partial(work.count_rows, path), lane=path.name)).result == 100


def test_without_an_inspection_it_says_that_the_engine_stopped(qtbot: QtBot, runner: JobRunner) -> None:
    listener = ended(qtbot, runner.submit("Die", work.die, lane="a"))
    assert listener.heard == ["failed", "finished"]
    assert listener.words == "The engine stopped while “Die” ran."


@pytest.mark.parametrize(
    ("inspect", "words"),
    [
        (work.refuse, "Its state could not be read. felix.db: 3 rows are missing."),
        (work.die, "Its state could not be read. The engine stopped again."),
    ],
)
def test_an_inspection_that_fails_says_so(qtbot: QtBot, runner: JobRunner, inspect: Any, words: str) -> None:
    listener = ended(qtbot, runner.submit("Die", work.die, lane="a", inspect=inspect))
    assert listener.heard == ["failed", "finished"]
    assert listener.words == f"The engine stopped while “Die” ran. {words}"


def test_a_bug_in_an_inspection_is_loud_and_the_job_still_ends(qtbot: QtBot, runner: JobRunner) -> None:
    inspect: Any = work.stumble
    with qtbot.capture_exceptions() as caught:
        listener = ended(qtbot, runner.submit("Die", work.die, lane="a", inspect=inspect))
    assert listener.words == "The engine stopped while “Die” ran. Its state could not be read."
    assert "the bug of this test" in str(caught[0][1])


def test_what_had_not_begun_when_the_engine_died_is_done_once_by_the_next_after_the_inspection(
    qtbot: QtBot, runner: JobRunner
) -> None:
    inspect: Any = partial(work.note, "inspection")
    holding = runner.submit("Hold", work.hold, lane="a", inspect=inspect)
    notes = [Listener(runner.submit("Note", partial(work.note, number), lane="a")) for number in range(5)]
    noted = Listener(runner.submit("Noted", work.noted, lane="a"))
    running(qtbot, holding)
    with qtbot.waitSignal(noted.job.finished, timeout=PATIENCE):
        kill_engine(qtbot, runner)
    assert noted.result == ["inspection", 0, 1, 2, 3, 4]
    assert [listener.heard for listener in notes] == [["succeeded", "finished"]] * 5


def test_a_waiting_job_that_was_cancelled_as_the_engine_died_is_not_run(qtbot: QtBot, runner: JobRunner) -> None:
    holding = runner.submit("Hold", work.hold, lane="a")
    waiting = Listener(runner.submit("Note", partial(work.note, "must not run"), lane="a"))
    running(qtbot, holding)
    with qtbot.waitSignal(waiting.job.finished, timeout=PATIENCE):
        kill_engine(qtbot, runner)
        waiting.job.cancel()
    assert waiting.heard == ["cancelled", "finished"]
    assert ended(qtbot, runner.submit("Noted", work.noted, lane="a")).result == []


def test_a_job_submitted_to_an_engine_that_is_just_dead_is_done_by_the_next(qtbot: QtBot, runner: JobRunner) -> None:
    pid = ready_pid(qtbot, runner)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert ended(qtbot, runner.submit("Echo", partial(work.echo, "done"), lane="a")).result == "done"


def test_an_engine_that_keeps_dying_is_given_up_and_every_job_says_so(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "DEATHS_WITHIN", 3600.0)
    for _ in range(3):
        assert runner.usable
        ended(qtbot, runner.submit("Die", work.die, lane="a"))
    assert not runner.usable
    assert runner.engine is None
    later = ended(qtbot, runner.submit("Later", partial(work.echo, 1), lane="a"))
    assert later.heard == ["failed", "finished"]
    assert isinstance(later.error, EngineStopped)
    assert later.words == "“Later” was not started: the engine keeps stopping."
    assert "start it again" in later.error.hint


def test_what_waited_when_the_engine_was_given_up_fails_too(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "DEATHS_WITHIN", 3600.0)
    ends = [Listener(runner.submit("Die", work.die, lane="a", inspect=work.state_sentence)) for _ in range(3)]
    ends.append(Listener(runner.submit("Wait", partial(work.echo, 1), lane="a")))
    with qtbot.capture_exceptions(), qtbot.waitSignals([end.job.finished for end in ends], timeout=PATIENCE):
        pass
    assert [end.heard for end in ends] == [["failed", "finished"]] * 4
    assert runner.jobs == ()


def test_deaths_that_lie_far_apart_do_not_add_up(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "DEATHS_WITHIN", 0.0)
    for _ in range(4):
        ended(qtbot, runner.submit("Die", work.die, lane="a"))
    assert ended(qtbot, runner.submit("Echo", partial(work.echo, "alive"), lane="a")).result == "alive"


def test_a_program_that_cannot_be_started_fails_the_jobs(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    runner = JobRunner()
    listener = ended(qtbot, runner.submit("Echo", partial(work.echo, 1), lane="a"))
    assert listener.words == "“Echo” was not started: the engine keeps stopping."
    runner.shutdown()
