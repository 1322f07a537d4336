"""Remembers every job of this window: how far it is, what it logged, how it ended."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job, JobState
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models import activity_rows
from felix_dbadmin.models.activity_rows import ActivityRow

KEPT = 200
"""Jobs that have ended; the journal on disk has the rest."""

LOG_LINES = 500

_STATES = {
    JobState.QUEUED: activity_rows.QUEUED,
    JobState.RUNNING: activity_rows.RUNNING,
    JobState.SUCCEEDED: activity_rows.DONE,
    JobState.FAILED: activity_rows.FAILED,
    JobState.CANCELLED: activity_rows.CANCELLED,
}


class JobLog(QObject):
    changed = Signal()
    """A job was added, began, or ended. Progress alone is not told: who shows it looks."""
    finished = Signal()
    """A job has ended."""

    def __init__(self, jobs: JobRunner, quiet: Collection[str], parent: QObject) -> None:
        """Jobs on lanes whose first word is in `quiet` are not remembered: nobody set them going."""
        super().__init__(parent)
        self._quiet = frozenset(quiet)
        self._records: deque[_Record] = deque()
        jobs.submitted.connect(self._add)
        jobs.started.connect(self._note_change)
        jobs.ended.connect(self._note_end)

    @property
    def rows(self) -> tuple[ActivityRow, ...]:
        """Newest first."""
        return tuple(record.row() for record in self._records)

    @property
    def busy(self) -> bool:
        """Whether a job has not ended."""
        return any(not record.job.over for record in self._records)

    def cancel(self, key: str) -> None:
        for record in self._records:
            if record.key == key:
                record.job.cancel()
                self.changed.emit()

    def _is_quiet(self, job: Job[Any]) -> bool:
        return job.lane.partition(" ")[0] in self._quiet

    @Slot(object)
    def _add(self, job: Job[Any]) -> None:
        if self._is_quiet(job):
            return
        self._records.appendleft(_Record(job, self))
        if len(self._records) > KEPT and self._records[-1].job.over:
            self._records.pop().deleteLater()
        self.changed.emit()

    @Slot(object)
    def _note_change(self, job: Job[Any]) -> None:
        if not self._is_quiet(job):
            self.changed.emit()

    @Slot(object)
    def _note_end(self, job: Job[Any]) -> None:
        if not self._is_quiet(job):
            self.changed.emit()
            self.finished.emit()


class _Record(QObject):
    """One job; holds on to it, so that it can still be asked when it is over."""

    def __init__(self, job: Job[Any], parent: QObject) -> None:
        super().__init__(parent)
        self.job = job
        self.key = f"job {job.ident}"
        self._began = time.time()
        self._ended: float | None = None
        self._progress: Progress | None = None
        self._detail = ""
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        job.progressed.connect(self._take_progress)
        job.failed.connect(self._take_error)
        job.cancelled.connect(self._take_error)
        job.finished.connect(self._note_end)

    def row(self) -> ActivityRow:
        job, progress = self.job, self._progress
        state = activity_rows.STOPPING if job.stopping and not job.over else _STATES[job.state]
        known = progress is not None and bool(progress.total)
        return ActivityRow(
            key=self.key,
            what=job.title,
            component=job.lane,
            started=self._began,
            elapsed=(self._ended or time.time()) - self._began,
            state=state,
            detail=self._detail or (_step_text(progress) if progress is not None and not job.over else ""),
            command=job.command,
            log=tuple(self._log),
            percent=min(100, 100 * progress.done // progress.total) if known and progress and progress.total else -1,
        )

    @Slot(object)
    def _take_progress(self, progress: Progress) -> None:
        if self._progress is None or progress.step != self._progress.step:
            self._log.append(_step_text(progress))
        self._progress = progress
        self._log.extend(progress.log)

    @Slot(object)
    def _take_error(self, error: DbAdminError) -> None:
        self._detail = activity_rows.said(error.summary)
        self._log.append(error.hint)

    @Slot()
    def _note_end(self) -> None:
        self._ended = time.time()


def _step_text(progress: Progress) -> str:
    """'Step 2 of 4: Apply 1: Add an index'"""
    if not progress.steps:
        return progress.note
    title = progress.steps[min(progress.step, len(progress.steps) - 1)]
    return f"Step {progress.step + 1} of {len(progress.steps)}: {title}"
