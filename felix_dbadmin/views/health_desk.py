"""The work of the index health panel: reads it, and hands what mends an index to the review of changes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.health import IndexHealth, read_health
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.search_round import SEARCHING
from felix_dbadmin.views.widgets.index_health import IndexHealthPanel

CHECKING = "all indexes"
"""The lane of a check that somebody asked for, as the activity names it: the status line shows it, and can stop it."""


class HealthDesk(QObject):
    def __init__(self, jobs: JobRunner, desk: Desk, panel: IndexHealthPanel) -> None:
        super().__init__(panel)
        self._jobs, self._panel = jobs, panel
        self._folder: Path | None = None
        self._reading: Job[Any] | None = None
        self._checked = False
        """What is shown was read row by row."""
        panel.request_wanted.connect(desk.start_change)
        panel.fold.toggled.connect(self.look)
        desk.busy_changed.connect(self._note_busy)

    def open(self, folder: Path) -> None:
        """Another folder."""
        self._drop()
        self._folder, self._checked = folder, False
        self._panel.show_health(())
        self._panel.say("")

    @Slot()
    def look(self) -> None:
        """Count the rows, which costs next to nothing; what was compared row by row is not replaced by that."""
        if self._folder is not None and not self._checked and self._reading is None:
            self._read(self._folder, thorough=False)

    @Slot()
    def check(self) -> None:
        """Compare every row with its index."""
        self._drop()
        self._panel.fold.setChecked(True)
        if self._folder is not None:
            self._read(self._folder, thorough=True)

    def _read(self, folder: Path, *, thorough: bool) -> None:
        work = partial(read_health, folder, thorough=thorough)
        lane = CHECKING if thorough else f"{SEARCHING} health"
        title = "Check the full-text indexes" if thorough else "Count the rows of the full-text indexes"
        job = self._jobs.submit(title, work, lane=lane)
        self._reading = job
        self._checked = thorough
        self._panel.say("Being checked, row by row…" if thorough else "Being read…")
        job.succeeded.connect(self._take)
        job.failed.connect(self._tell)
        job.cancelled.connect(self._tell)

    def _drop(self) -> None:
        job, self._reading = self._reading, None
        if job is not None:
            job.cancel()

    @Slot(object)
    def _take(self, rows: tuple[IndexHealth, ...]) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self._panel.show_health(rows)

    @Slot(object)
    def _tell(self, error: DbAdminError) -> None:
        if self.sender() is self._reading:
            self._reading, self._checked = None, False
            self._panel.say(error.summary)

    @Slot(str)
    def _note_busy(self, title: str) -> None:
        """After a change nothing that was found before it holds."""
        self._panel.set_busy(bool(title))
        if not title and self._checked and self._panel.rows:
            self.check()
        elif not title and self._panel.rows:
            self.look()
