"""Reads the history of a component for the pages that show it; one reading at a time, the newest wish wins."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.history import Event, read_history
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.notice import notice_of

HISTORY = "history"
"""The lane: it only reads, and holds nothing up."""


class HistoryLoader(QObject):
    loaded = Signal(str, object)
    """The component, and its Events, newest first."""
    noticed = Signal(object)
    """Notice: why a history cannot be read."""

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._folder: Path | None = None
        self._component = ""
        self._reading: Job[Any] | None = None

    def open(self, folder: Path) -> None:
        """Answers about another folder are dropped from now on."""
        self._folder = folder
        self._reading = None

    @Slot(str)
    def load(self, component: str) -> None:
        """Read this component's history; what is still being read of another one, or from before, is not wanted."""
        if self._folder is None:
            return
        if self._reading is not None:
            self._reading.cancel()
        self._component = component
        work = partial(read_history, self._folder, component)
        self._reading = self._jobs.submit(f"Read the history of {component}", work, lane=HISTORY)
        self._reading.succeeded.connect(self._take)
        self._reading.failed.connect(self._tell)

    @Slot(object)
    def _take(self, events: tuple[Event, ...]) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self.loaded.emit(self._component, events)

    @Slot(object)
    def _tell(self, error: DbAdminError) -> None:
        if self.sender() is self._reading:
            self._reading = None
            if not isinstance(error, Cancelled):
                self.noticed.emit(replace(notice_of(error), quiet=True))
