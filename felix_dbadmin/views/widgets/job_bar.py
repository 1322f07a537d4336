"""A line in the status bar for work that needs no dialog: what runs, how far it is, and a button to stop it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.views.widgets.basics import PlainLabel, named

_BAR_LETTERS = 16


class JobBar(QWidget):
    """Shows the job that was submitted last; `quiet` lanes are never shown."""

    show_requested = Signal()
    """Somebody wants the dialog back that was sent to the background."""

    def __init__(self, jobs: JobRunner, quiet: Collection[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._quiet = frozenset(quiet)
        self._job: Job[Any] | None = None
        self._title: QLabel = PlainLabel(parent=self, wrap=False)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(self.fontMetrics().averageCharWidth() * _BAR_LETTERS)
        named(self._bar, "Progress")
        self.show_button = QToolButton(self)
        self.show_button.setText("Show")
        self.show_button.setToolTip("Show the progress again")
        self.show_button.hide()
        self._stop = QToolButton(self)
        self._stop.setText("Cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self._title, self._bar, self.show_button, self._stop):
            row.addWidget(widget)
        self._stop.clicked.connect(self._cancel)
        self.show_button.clicked.connect(self.show_requested)
        jobs.submitted.connect(self._follow)
        jobs.ended.connect(self._leave)
        self.hide()

    @Slot(bool)
    def set_background(self, background: bool) -> None:
        """Whether there is a dialog that can be shown again."""
        self.show_button.setVisible(background)

    @Slot(object)
    def _follow(self, job: Job[Any]) -> None:
        if job.lane in self._quiet:
            return
        self._job = job
        self._title.setText(job.title)
        self._bar.setRange(0, 0)
        self._stop.setText("Cancel")
        self._stop.setEnabled(True)
        named(self._stop, f"Cancel: {job.title}")
        job.progressed.connect(self._show_progress)
        self.show()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(min(1000, 1000 * progress.done // progress.total))
        self._bar.setToolTip(plain_tooltip(progress.note))

    @Slot(object)
    def _leave(self, job: Job[Any]) -> None:
        if job is self._job:
            self._job = None
            self.hide()

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._stop.setText("Cancelling…")
            self._stop.setEnabled(False)
