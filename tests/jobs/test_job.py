"""What a page hears of its job: reports, one end, then finished."""

from __future__ import annotations

import gc
import os
import pickle
import weakref
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QObject, QProcess, Slot
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.errors import Cancelled, CheckFailed
from felix_dbadmin.jobs.job import Job, JobState
from felix_dbadmin.jobs.runner import EngineBug, JobRunner
from tests.helpers import engine_work as work
from tests.jobs.listening import PATIENCE, Listener, ended, running


def test_a_job_succeeds_with_the_result_of_its_work(qtbot: QtBot, runner: JobRunner) -> None:
    job = runner.submit("Echo", partial(work.echo, ("a", 1)), lane="a")
    assert (job.title, job.lane, job.state) == ("Echo", "a", JobState.QUEUED)
    listener = ended(qtbot, job)
    assert listener.heard == ["succeeded", "finished"]
    assert listener.result == ("a", 1)
    assert job.state is JobState.SUCCEEDED


def test_reports_come_in_order_before_the_end(qtbot: QtBot, runner: JobRunner) -> None:
    listener = ended(qtbot, runner.submit("Report", partial(work.report, 50), lane="a"))
    assert listener.heard == ["progressed", "succeeded", "finished"]
    assert listener.reports[-1].step == 1
    assert [line for report in listener.reports for line in report.log] == [f"line {done}" for done in range(50)]


def test_a_known_failure_arrives_as_it_was_raised(qtbot: QtBot, runner: JobRunner) -> None:
    listener = ended(qtbot, runner.submit("Refuse", work.refuse, lane="a"))
    assert listener.heard == ["failed", "finished"]
    assert isinstance(listener.error, CheckFailed)
    assert (listener.error.summary, listener.error.where) == ("felix.db: 3 rows are missing.", "001.sql:3")


def test_cancelling_stops_sql_that_would_never_end(qtbot: QtBot, runner: JobRunner) -> None:
    job = runner.submit("Count", work.count_for_ever, lane="a")
    listener = running(qtbot, job)
    assert job.state.value == "running"
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        job.cancel()
        job.cancel()
        assert job.stopping
    assert listener.heard == ["progressed", "cancelled", "finished"]
    assert isinstance(listener.error, Cancelled)
    assert job.state.value == "cancelled"


def test_a_waiting_job_is_cancelled_without_waiting_for_its_lane(qtbot: QtBot, runner: JobRunner) -> None:
    first = runner.submit("Hold", work.hold, lane="a")
    waiting = Listener(runner.submit("Note", partial(work.note, "must not run"), lane="a"))
    running(qtbot, first)
    with qtbot.waitSignal(waiting.job.finished, timeout=PATIENCE):
        waiting.job.cancel()
    assert waiting.heard == ["cancelled", "finished"]
    assert first.state is JobState.RUNNING
    with qtbot.waitSignal(first.finished, timeout=PATIENCE):
        first.cancel()
    assert ended(qtbot, runner.submit("Noted", work.noted, lane="a")).result == []


def test_cancelling_a_job_that_is_over_changes_nothing(qtbot: QtBot, runner: JobRunner) -> None:
    listener = ended(qtbot, runner.submit("Echo", partial(work.echo, 1), lane="a"))
    listener.job.cancel()
    assert not listener.job.stopping
    assert ended(qtbot, runner.submit("Echo", partial(work.echo, 2), lane="a")).result == 2
    assert listener.heard == ["succeeded", "finished"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (work.stumble, "ZeroDivisionError: the bug of this test"),
        (work.make_what_cannot_be_sent, "cannot be sent to the window"),
        (work.make_what_cannot_be_read, "cannot be read"),
    ],
)
def test_a_bug_reaches_the_excepthook_and_ends_its_job_as_failed(
    qtbot: QtBot, runner: JobRunner, function: object, words: str
) -> None:
    assert callable(function)
    with qtbot.capture_exceptions() as caught:
        listener = ended(qtbot, runner.submit("Stumble", function, lane="a"))
        after = ended(qtbot, runner.submit("Echo", partial(work.echo, "alive"), lane="a"))
    assert [kind for kind, _, _ in caught] == [EngineBug]
    assert words in str(caught[0][1])
    assert listener.heard == ["failed", "finished"]
    assert listener.words == "An internal error stopped “Stumble”."
    assert after.result == "alive"


def test_work_that_cannot_travel_is_refused_where_it_is_submitted(runner: JobRunner) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        runner.submit("Lambda", lambda task: None, lane="a")
    assert runner.jobs == ()


class Clumsy(QObject):
    @Slot(object)
    def stumble(self, result: object) -> None:
        raise KeyError("a bug in a page")


def test_a_bug_in_a_slot_does_not_swallow_the_end_of_the_job(qtbot: QtBot, runner: JobRunner) -> None:
    clumsy = Clumsy()
    job = runner.submit("Echo", partial(work.echo, 1), lane="a")
    job.succeeded.connect(clumsy.stumble)
    with qtbot.capture_exceptions() as caught:
        listener = ended(qtbot, job)
    assert listener.heard == ["succeeded", "finished"]
    assert [kind for kind, _, _ in caught] == [KeyError]


class Dialog(QObject):
    """Opens an event loop of its own when a job has ended, as a message box does, until another job has ended too."""

    def __init__(self, other: Job[object]) -> None:
        super().__init__()
        self._loop = QEventLoop(self)
        self.answer: object = None
        other.succeeded.connect(self.close)

    @Slot(object)
    def open(self, result: object) -> None:
        self._loop.exec()

    @Slot(object)
    def close(self, result: object) -> None:
        self.answer = result
        self._loop.quit()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes to wait at")
def test_jobs_go_on_while_a_slot_shows_a_dialog_even_if_their_answers_came_together(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path
) -> None:
    fifo = tmp_path / "both answers are sent"
    os.mkfifo(fifo)
    first = runner.submit("First", partial(work.echo, 1), lane="a")
    second = runner.submit("Second", partial(work.echo, "while the dialog was open"), lane="a")
    runner.submit("Tell", partial(work.tell_and_hold, fifo), lane="a")
    dialog = Dialog(second)
    first.succeeded.connect(dialog.open)
    assert runner.findChildren(QProcess)[0].waitForBytesWritten(PATIENCE)
    fifo.read_bytes()
    assert ended(qtbot, first).heard == ["succeeded", "finished"]
    assert dialog.answer == "while the dialog was open"


def test_jobs_that_are_over_leave_nothing_behind(qtbot: QtBot, runner: JobRunner) -> None:
    dead = [weakref.ref(runner.submit("Echo", partial(work.echo, number), lane="a")) for number in range(200)]
    ended(qtbot, runner.submit("Last", partial(work.echo, None), lane="a"))
    gc.collect()
    assert [reference() for reference in dead] == [None] * 200
    assert runner.findChildren(Job) == []
