"""A line in the status bar for work that needs no dialog: what runs, how far it is, a button to stop it; its news."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QTabWidget, QToolButton, QWidget

from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.views.availability import Situation
from felix_dbadmin.views.widgets.basics import PlainLabel, named

_BAR_LETTERS = 16

_NEWS_LETTERS = 90
"""Of news; all of it is on its page."""


class JobBar(QWidget):
    """Shows the job that was submitted last; `quiet` lanes are never shown.

    What became of work in the background is told here until somebody looks at its page or other work begins.
    """

    show_requested = Signal()
    """Somebody wants the dialog back that was sent to the background, or to answer what it waits for."""

    def __init__(self, jobs: JobRunner, quiet: Collection[str], tabs: QTabWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._folder: Path | None = None
        self._quiet = frozenset(quiet)
        self._job: Job[Any] | None = None
        self._page: QWidget | None = None
        """That of the news that is told now."""
        self._asking = False
        self._title: QLabel = PlainLabel(parent=self, wrap=False)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(self.fontMetrics().averageCharWidth() * _BAR_LETTERS)
        named(self._bar, "Progress")
        self.show_button = QToolButton(self)
        self.show_button.setText("Show")
        self.show_button.hide()
        self._stop = QToolButton(self)
        self._stop.setText("Cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self._title, self._bar, self.show_button, self._stop):
            row.addWidget(widget)
        self._stop.clicked.connect(self._cancel)
        self.show_button.clicked.connect(self._show_what_it_tells)
        jobs.submitted.connect(self._follow)
        jobs.ended.connect(self._leave)
        tabs.currentChanged.connect(self._settle)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, '' for nothing."""
        return self._title.text() if self.isVisible() else ""

    @Slot(bool)
    def set_background(self, background: bool) -> None:
        """Whether there is a dialog that can be shown again."""
        self.show_button.setToolTip("Show the progress again")
        self.show_button.setVisible(background)

    def tell(self, news: str, page: QWidget) -> None:
        """Say what became of work in the background, and offer the page that has it."""
        self._page = page
        self._say(news, "Show the page that has this")

    @Slot(str)
    def ask(self, question: str) -> None:
        """Say that work in the background cannot go on without an answer."""
        self._asking = True
        self._say(question, "Show what waits for you")

    def set_situation(self, now: Situation) -> None:
        """Where nothing runs nothing waits for an answer; in another folder the news of the last one is none."""
        if (self._asking and not now.busy) or now.folder != self._folder:
            self._forget()
        self._folder = now.folder

    @Slot()
    def _settle(self) -> None:
        """Somebody went to another page: what it says in front is no news any more."""
        if self._page is not None and self._tabs.currentWidget() is self._page:
            self._forget()

    def _say(self, text: str, tip: str) -> None:
        self._write(text)
        self.show_button.setToolTip(plain_tooltip(tip))
        for part, shown in ((self._bar, False), (self._stop, False), (self.show_button, True)):
            part.setVisible(shown)
        self.show()

    def _write(self, text: str) -> None:
        room = self.fontMetrics().averageCharWidth() * _NEWS_LETTERS
        self._title.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        self._title.setToolTip(plain_tooltip(text))

    def _forget(self) -> None:
        self._page, self._asking = None, False
        self.show_button.hide()
        self.setVisible(self._job is not None)

    @Slot()
    def _show_what_it_tells(self) -> None:
        page = self._page
        if page is None:
            if self._asking:
                self._forget()
            self.show_requested.emit()
        else:
            self._forget()
            self._tabs.setCurrentWidget(page)

    @Slot(object)
    def _follow(self, job: Job[Any]) -> None:
        if job.lane.partition(" ")[0] in self._quiet:
            return
        self._job, self._page, self._asking = job, None, False
        self._write(job.title)
        self._bar.show()
        self._stop.show()
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
        if self._job is not None and self._page is None and not self._asking:
            # What nobody can measure, such as waiting for somebody else, is said in words.
            unknown = progress.note and not progress.total
            self._write(f"{self._job.title}: {progress.note}" if unknown else self._job.title)

    @Slot(object)
    def _leave(self, job: Job[Any]) -> None:
        if job is self._job:
            self._job = None
            self.setVisible(self._asking or self._page is not None)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._stop.setText("Cancelling…")
            self._stop.setEnabled(False)
