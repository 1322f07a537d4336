"""What a window would notice of its jobs."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner

PATIENCE = 60_000
"""Milliseconds until a wait is called failed; nothing passes or fails by being slower or faster than that."""


class Listener(QObject):
    """Writes down the signals of one job in the order in which they come."""

    def __init__(self, job: Job[Any]) -> None:
        super().__init__()
        self.job = job
        self.heard: list[str] = []
        self.reports: list[Progress] = []
        self.result: object = None
        self.error: DbAdminError | None = None
        job.progressed.connect(self._hear_progress)
        job.succeeded.connect(self._hear_result)
        job.failed.connect(self._hear_failure)
        job.cancelled.connect(self._hear_cancel)
        job.finished.connect(self._hear_end)

    @property
    def words(self) -> str:
        """The summary of the error that the job ended with."""
        assert self.error is not None, f"{self.job.title} ended in {self.heard}"
        return self.error.summary

    @Slot(object)
    def _hear_progress(self, progress: Progress) -> None:
        if not self.reports:
            self.heard.append("progressed")
        self.reports.append(progress)

    @Slot(object)
    def _hear_result(self, result: object) -> None:
        self.heard.append("succeeded")
        self.result = result

    @Slot(object)
    def _hear_failure(self, error: DbAdminError) -> None:
        self.heard.append("failed")
        self.error = error

    @Slot(object)
    def _hear_cancel(self, error: DbAdminError) -> None:
        self.heard.append("cancelled")
        self.error = error

    @Slot()
    def _hear_end(self) -> None:
        self.heard.append("finished")


def ended(qtbot: QtBot, job: Job[Any]) -> Listener:
    """Listen to a job that was just submitted until it has ended."""
    listener = Listener(job)
    with qtbot.waitSignal(job.finished, timeout=PATIENCE):
        pass
    return listener


def running(qtbot: QtBot, job: Job[Any]) -> Listener:
    """Listen to a job that was just submitted until its work has reported."""
    listener = Listener(job)
    with qtbot.waitSignal(job.progressed, timeout=PATIENCE):
        pass
    return listener


def ready_pid(qtbot: QtBot, runner: JobRunner) -> int:
    """The process id of the engine, once it is up."""
    if runner.engine is None:
        with qtbot.waitSignal(runner.engine_ready, timeout=PATIENCE):
            pass
    assert runner.engine is not None
    return runner.engine.pid


def alive(pid: int) -> bool:
    """Whether the system still knows such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
