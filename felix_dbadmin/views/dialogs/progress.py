"""How a change is getting on: its steps, how much of the running one is done, and the way to stop it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
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
from felix_dbadmin.core.text import count_text, duration_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.table_model import shortened
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, named

QUICK = 300
"""Milliseconds that a job may take without a dialog flashing up."""

TICK = 1000
_LETTERS = 90
_DETAIL_LINES = 8
_STEP_LINES = 12


class ProgressDialog(QDialog):
    """Follows one job after the other. Closing it asks the job to stop; it goes away when the job has ended.

    In the background it is only hidden: the work goes on, and the status line leads back here.
    """

    background_changed = Signal(bool)

    def __init__(self, parent: QWidget, stop: str, promise: str) -> None:
        """`stop` names the button (Cancel where the old state returns, else Stop); `promise` says what is left then."""
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self._job: Job[Any] | None = None
        self._stop = stop
        self._progress: Progress | None = None
        self._in_background = False
        self._began = time.monotonic()
        self._heading = PlainLabel(parent=self)
        self._heading.make_bold()
        self._heading.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
        self._steps = QListWidget(self)
        self._steps.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self._steps.setFrameShape(QListWidget.Shape.NoFrame)
        named(self._steps, "Steps")
        self._bar = QProgressBar(self)
        named(self._bar, "Progress")
        self._note = PlainLabel(parent=self)
        self._where = PlainLabel(parent=self, wrap=False)
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
        self.background_button = QPushButton("Run in background", self)
        self.background_button.setAutoDefault(False)
        self.background_button.setToolTip("Close this box and let the work go on; Activity shows it")
        self._promise = PlainLabel(promise, self)
        self._lay_out()
        self._more.toggled.connect(self._show_details)
        self._button.clicked.connect(self.reject)
        self.background_button.clicked.connect(self.go_to_background)
        self._appear = QTimer(self, singleShot=True, interval=QUICK)
        self._appear.timeout.connect(self._come_up)
        self._tick = QTimer(self, interval=TICK)
        self._tick.timeout.connect(self._show_elapsed)

    def follow(self, job: Job[Any], title: str) -> None:
        """Show this job from now on; the dialog appears when it has run for a moment."""
        self._job = job
        self._began = time.monotonic()
        self.setWindowTitle(title)
        self._heading.setText(title)
        self._where.setText(job.lane)
        self._note.setText("Waiting for its turn")
        self._progress = None
        self._steps.clear()
        self._steps.hide()
        self._bar.setRange(0, 0)
        self._button.setText(self._stop)
        self._button.setEnabled(True)
        job.progressed.connect(self._show_progress)
        self._show_elapsed()
        self._tick.start()
        if not self.isVisible() and not self._in_background:
            self._appear.start()

    def leave(self) -> None:
        """The work is over: go away, for good."""
        self._appear.stop()
        self._tick.stop()
        self._job = None
        self.done(QDialog.DialogCode.Accepted)
        self.deleteLater()

    def come_forward(self) -> None:
        """Show it again, wherever the work is by now."""
        if self._in_background:
            self._in_background = False
            self._come_up()
            self.background_changed.emit(False)

    @Slot()
    def _come_up(self) -> None:
        """With the focus where neither Space nor Return does harm, and where it marks no step."""
        self.open()
        self.background_button.setFocus()
        self._make_room()

    def _make_room(self) -> None:
        """Grow with longer lists and sentences: Qt does not by itself where labels wrap. It never shrinks."""
        self._column.activate()
        self.resize(self.width(), max(self.height(), self._column.totalHeightForWidth(self.width())))

    @property
    def texts(self) -> tuple[str, ...]:
        """What it says under its title: where the work is, what runs, how long."""
        return tuple(label.text() for label in (self._where, self._note, self._elapsed))

    @property
    def value(self) -> tuple[int, int]:
        """Of the bar, and its end: 0 where nobody can know it."""
        return self._bar.value(), self._bar.maximum()

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
            self._stress(progress.step)
            self._fit_steps()
        # Qt's bar counts in 32 bits, files do not.
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(min(1000, 1000 * progress.done // progress.total))
        self._progress = progress
        self._where.setText(_where(self._job.lane if self._job else "", progress))
        self._note.setText(shortened(progress.note))
        self._show_elapsed()
        for line in progress.log:
            self._log.appendPlainText(line)
        self._make_room()

    def _fit_steps(self) -> None:
        """As high as its lines, the running one is the highest; a scroll bar only where there are too many."""
        rows = [self._steps.sizeHintForRow(row) for row in range(self._steps.count())]
        several = len(rows) > _STEP_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if several else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._steps.setVerticalScrollBarPolicy(policy)
        self._steps.setFixedHeight(max(rows, default=0) * min(len(rows), _STEP_LINES) + 2 * self._steps.frameWidth())

    def _stress(self, running: int) -> None:
        """The step that runs: bold, and in the middle of what can be seen."""
        item = self._steps.item(running)
        if item is not None:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
            self._steps.setCurrentItem(item)
            self._steps.scrollToItem(item, QListWidget.ScrollHint.PositionAtCenter)

    @Slot()
    def _show_elapsed(self) -> None:
        parts = [duration_text(max(1.0, time.monotonic() - self._began))]
        if self._progress is not None and self._progress.rows:
            parts.insert(0, count_text(self._progress.rows, "row"))
        if self._progress is not None and self._progress.remaining is not None:
            parts.append(_remaining(self._progress.remaining))
        self._elapsed.setText(" · ".join(parts))

    @Slot()
    def go_to_background(self) -> None:
        """Hide, and let the work go on."""
        self._in_background = True
        self._appear.stop()
        self.hide()
        self.background_changed.emit(True)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self._log.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._make_room()

    def _lay_out(self) -> None:
        status = QHBoxLayout()
        status.addWidget(self._where, 1)
        status.addWidget(self._elapsed)
        foot = QHBoxLayout()
        foot.addWidget(self._more)
        foot.addStretch()
        foot.addWidget(self.background_button)
        foot.addWidget(self._button)
        self._column = column = QVBoxLayout(self)
        column.addWidget(self._heading)
        column.addWidget(self._steps)
        column.addWidget(self._bar)
        column.addLayout(status)
        column.addWidget(self._note)
        column.addWidget(self._promise)
        column.addStretch()
        column.addLayout(foot)
        column.addWidget(self._log, 1)


def _step_line(number: int, text: str, running: int) -> str:
    mark = "✓" if number < running else "▸" if number == running else "○"
    return f"{mark} {text}"


def _where(lane: str, progress: Progress) -> str:
    """'knowledge · step 2 of 4'"""
    count = len(progress.steps)
    return f"{lane} · step {min(progress.step + 1, count)} of {count}" if count else lane


def _remaining(seconds: float) -> str:
    return f"about {duration_text(seconds)} left" if seconds >= 1 else "nearly done"
