"""How a change is getting on: its steps, how much of the running one is done, and the way to stop it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.task import Progress
from felix_dbadmin.core.text import duration_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, named

QUICK = 300
"""Milliseconds that a job may take without a dialog flashing up."""

TICK = 1000
_LETTERS = 70
_DETAIL_LINES = 8


class ProgressDialog(QDialog):
    """Follows one job after the other. Closing it asks the job to stop; it goes away when the job has ended."""

    def __init__(self, parent: QWidget, stop: str, promise: str) -> None:
        """`stop` names the button (Cancel where the old state returns, else Stop); `promise` says what is left then."""
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self._job: Job[Any] | None = None
        self._stop = stop
        self._began = time.monotonic()
        self._heading = PlainLabel(parent=self)
        self._heading.make_bold()
        self._heading.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
        self._steps = QListWidget(self)
        self._steps.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self._steps.setFrameShape(QListWidget.Shape.NoFrame)
        named(self._steps, "Steps")
        self._bar = QProgressBar(self)
        named(self._bar, "Progress of the running step")
        self._note = PlainLabel(parent=self)
        self._elapsed = PlainLabel(parent=self, wrap=False)
        self._more = QToolButton(self)
        self._more.setText("Details")
        self._more.setCheckable(True)
        self._more.setAutoRaise(True)
        self._more.setArrowType(Qt.ArrowType.RightArrow)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._log = QPlainTextEdit(self)
        self._log.setReadOnly(True)
        self._log.setFont(fixed_font())
        self._log.setTabChangesFocus(True)
        self._log.setMaximumHeight(self._log.fontMetrics().lineSpacing() * _DETAIL_LINES)
        named(self._log, "Details")
        self._log.hide()
        self._button = QPushButton(stop, self)
        self._button.setToolTip(promise)
        self._button.setAutoDefault(False)  # Return, meant for something else, must stop nothing
        self._promise = PlainLabel(promise, self)
        self._lay_out()
        self._more.toggled.connect(self._show_details)
        self._button.clicked.connect(self.reject)
        self._appear = QTimer(self, singleShot=True, interval=QUICK)
        self._appear.timeout.connect(self.open)
        self._tick = QTimer(self, interval=TICK)
        self._tick.timeout.connect(self._show_elapsed)

    def follow(self, job: Job[Any], title: str) -> None:
        """Show this job from now on; the dialog appears when it has run for a moment."""
        self._job = job
        self._began = time.monotonic()
        self.setWindowTitle(title)
        self._heading.setText(title)
        self._note.setText("Waiting for its turn")
        self._steps.clear()
        self._steps.hide()
        self._bar.setRange(0, 0)
        self._button.setText(self._stop)
        self._button.setEnabled(True)
        job.progressed.connect(self._show_progress)
        self._show_elapsed()
        self._tick.start()
        if not self.isVisible():
            self._appear.start()

    def leave(self) -> None:
        """The work is over: go away, for good."""
        self._appear.stop()
        self._tick.stop()
        self._job = None
        self.done(QDialog.DialogCode.Accepted)
        self.deleteLater()

    @Slot()
    def reject(self) -> None:
        """Esc, the window's cross and the button: ask the job to stop, and stay until it has."""
        if self._job is not None and not self._job.stopping:
            self._job.cancel()
            self._button.setText("Cancelling…" if self._stop == "Cancel" else "Stopping…")
            self._button.setEnabled(False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The steps as they are shown."""
        return tuple(self._steps.item(row).text() for row in range(self._steps.count()))

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        steps = [_step_line(number, text, progress.step) for number, text in enumerate(progress.steps)]
        if list(self.lines) != steps:
            self._steps.clear()
            self._steps.addItems(steps)
            self._steps.setVisible(bool(steps))
            self._steps.setCurrentRow(progress.step)
        # Qt's bar counts in 32 bits, files do not.
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(min(1000, 1000 * progress.done // progress.total))
        self._note.setText(progress.note)
        for line in progress.log:
            self._log.appendPlainText(line)

    @Slot()
    def _show_elapsed(self) -> None:
        self._elapsed.setText(duration_text(max(1.0, time.monotonic() - self._began)))

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self._log.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _lay_out(self) -> None:
        status = QHBoxLayout()
        status.addWidget(self._note, 1)
        status.addWidget(self._elapsed)
        foot = QHBoxLayout()
        foot.addWidget(self._more)
        foot.addWidget(self._promise, 1)
        foot.addWidget(self._button)
        column = QVBoxLayout(self)
        column.addWidget(self._heading)
        column.addWidget(self._steps, 1)
        column.addWidget(self._bar)
        column.addLayout(status)
        column.addLayout(foot)
        column.addWidget(self._log)


def _step_line(number: int, text: str, running: int) -> str:
    mark = "✓" if number < running else "▸" if number == running else "○"
    return f"{mark} {text}"
