"""Keeps the status fresh: asks each second whether a file changed, and reads everything again when one did."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.migrate.status import Look, WorkspaceStatus, glance_status, look_for_changes
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner

INTERVAL = 1000
"""Milliseconds between two looks; one costs a stat per file."""

WATCH = "watch"
OVERVIEW = "overview"


class Watcher(QObject):
    """Reads one folder at a time; answers about a folder that was left are dropped."""

    status_read = Signal(object)
    """WorkspaceStatus"""
    failed = Signal(object)
    """DbAdminError: the folder itself cannot be read. Emitted once for the same trouble."""

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._folder: Path | None = None
        self._marks: tuple[tuple[str, int, int, int], ...] | None = None
        self._locked: tuple[str, ...] = ()
        """The components that were found locked: they are tried at each look."""
        self._looking: Job[Any] | None = None
        self._reading: Job[Any] | None = None
        self._again = False
        self._trouble = ""
        self._paused = False
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._look)

    def open(self, folder: Path) -> None:
        self._folder = folder
        self._marks, self._locked, self._trouble = None, (), ""
        self._looking = self._reading = None
        self._timer.start()
        # Marks first: what changes after them is seen by the next look, whatever the status read caught of it.
        self._look()

    def stop(self) -> None:
        self._timer.stop()
        self._folder = None

    def pause(self, paused: bool) -> None:
        """While a change runs, its files are expected to change; the end of it refreshes."""
        self._paused = paused

    @Slot()
    def refresh(self) -> None:
        """Read everything now, or once more when the reading that runs has ended."""
        if self._folder is None:
            return
        if self._reading is not None:
            self._again = True
            return
        self._again = False
        job = self._jobs.submit("Read the databases", partial(glance_status, self._folder), lane=OVERVIEW)
        self._reading = job
        job.succeeded.connect(self._take_status)
        job.failed.connect(self._take_failure)

    @Slot()
    def _look(self) -> None:
        if self._folder is None or self._looking is not None or self._paused or not self._jobs.usable:
            return
        job = self._jobs.submit("Look for changes", partial(look_for_changes, self._folder, self._locked), lane=WATCH)
        self._looking = job
        job.succeeded.connect(self._take_look)
        job.failed.connect(self._take_failure)

    @Slot(object)
    def _take_look(self, look: Look) -> None:
        if self.sender() is not self._looking:
            return
        self._looking = None
        changed, self._marks = look.freed or look.marks != self._marks, look.marks
        if changed and not self._paused:
            self.refresh()

    @Slot(object)
    def _take_status(self, status: WorkspaceStatus) -> None:
        if self.sender() is not self._reading:
            return
        self._reading, self._locked, self._trouble = None, status.locked, ""
        self.status_read.emit(status)
        if self._again:
            self.refresh()

    @Slot(object)
    def _take_failure(self, error: DbAdminError) -> None:
        sender = self.sender()
        if sender is not self._reading and sender is not self._looking:
            return
        if sender is self._reading:
            self._reading = None
        else:
            self._looking, self._marks = None, None
        if error.summary != self._trouble and not isinstance(error, Cancelled):
            self._trouble = error.summary
            self.failed.emit(error)
