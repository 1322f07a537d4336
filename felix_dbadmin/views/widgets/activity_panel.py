"""The panel at the bottom: everything that runs or ran, from this window and from before, with its log."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from felix_dbadmin.core.activity import Activity
from felix_dbadmin.core.migrate.asked import asked_by
from felix_dbadmin.models.activity_rows import (
    ACTIVITY_COLUMNS,
    CANCELLED,
    FAILED,
    FAULTS,
    INTERRUPTED,
    ActivityRow,
    merged,
)
from felix_dbadmin.models.plain import breakable, plain_tooltip
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.job_log import JobLog
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, fixed_font, named

LOOK = 250
"""Milliseconds between two looks at jobs that run."""

_FOUND = 5
"""The column that takes the room that is left."""

_LINES = 6.5

_WIDEST = 42
"""Letters of the other columns."""

_ENDED_BADLY = (FAULTS, FAILED, CANCELLED, INTERRUPTED)

NOTHING = "Nothing was done here yet. What you start appears here, and stays."


class ActivityPanel(QWidget):
    """A row for each piece of work; beneath it its log, Stop, and the command that does the same."""

    command_copied = Signal(str)
    again_requested = Signal(str)
    """The command of work that did not come to its end: somebody wants it once more."""

    def __init__(self, log: JobLog, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._log = log
        self._journal: tuple[Activity, ...] = ()
        self._model: TableModel[ActivityRow] = TableModel(ACTIVITY_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "Activity", self, stretch=_FOUND)
        self.log = QPlainTextEdit(self)
        self.log.setReadOnly(True)
        self.log.setFont(fixed_font())
        self.log.setTabChangesFocus(True)
        named(self.log, "Log of the selected work")
        self.stop_button = QPushButton("Stop", self)
        self.again_button = QPushButton("Try again…", self)
        self.again_button.setToolTip("Rehearse the same as things stand now; a change is reviewed again first")
        self.copy_button = QPushButton("Copy as command", self)
        self.empty = PlainLabel(NOTHING, self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.stop_button.clicked.connect(self._stop)
        self.again_button.clicked.connect(self._ask_again)
        self.copy_button.clicked.connect(self._copy)
        self.table.selectionModel().currentRowChanged.connect(self._show_selected)
        self._fitted = (0, 0)
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._refresh)
        log.changed.connect(self._refresh)
        self._refresh()

    @property
    def rows(self) -> tuple[ActivityRow, ...]:
        """Newest first."""
        return self._model.rows

    @property
    def row(self) -> ActivityRow | None:
        """The selected one."""
        return self._model.row_of(self.table.currentIndex())

    @Slot(object)
    def show_journal(self, entries: tuple[Activity, ...]) -> None:
        """What the open folder's journal holds."""
        self._journal = entries
        self._refresh()

    def sizeHint(self) -> QSize:
        """A few lines: the pages above need the room more."""
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 120, round(metrics.lineSpacing() * _LINES))

    def forget(self) -> None:
        """Another folder: its journal is not this one's. The jobs of this window stay."""
        self.show_journal(())

    @Slot()
    def _refresh(self) -> None:
        """The newest is selected until somebody chooses another; then that stays."""
        at_top = self.table.currentIndex().row() <= 0
        self._model.set_rows(merged(self._log.rows, self._journal))
        rows = self._model.rows
        longest = max((len(row.state_text) for row in rows), default=0)
        if (len(rows), longest) != self._fitted:
            self._fitted = (len(rows), longest)
            self.table.fit_columns(_WIDEST)
        self.empty.setVisible(not self._model.rows)
        self._parts.setVisible(bool(self._model.rows))
        if self._model.rows and at_top:
            self.table.selectRow(0)
        self._show_selected()
        if self._log.busy != self._timer.isActive():
            self._timer.start() if self._log.busy else self._timer.stop()

    @Slot()
    @Slot(QModelIndex)
    def _show_selected(self) -> None:
        row = self.row
        text = breakable(row.text if row else "")
        if self.log.toPlainText() != text:
            at_end = self.log.verticalScrollBar().value() == self.log.verticalScrollBar().maximum()
            self.log.setPlainText(text)
            if at_end and row is not None and row.live:
                self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())
        self.stop_button.setEnabled(row is not None and row.state in ("Waiting", "Running"))
        again = row is not None and row.state in _ENDED_BADLY and asked_by(row.command) is not None
        self.again_button.setEnabled(again)
        self.again_button.setVisible(again)
        self.stop_button.setVisible(not again)
        self.copy_button.setEnabled(row is not None and bool(row.command))
        self.copy_button.setToolTip(plain_tooltip(row.command if row else ""))

    @Slot()
    def _stop(self) -> None:
        if self.row is not None:
            self._log.cancel(self.row.key)

    @Slot()
    def _ask_again(self) -> None:
        if self.row is not None:
            self.again_requested.emit(self.row.command)

    @Slot()
    def _copy(self) -> None:
        if self.row is not None:
            QGuiApplication.clipboard().setText(self.row.command)
            self.command_copied.emit(self.row.command)

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        for button in (self.stop_button, self.again_button, self.copy_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch()
        side = QWidget(self)
        beside = QHBoxLayout(side)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.log, 1)
        beside.addLayout(buttons)
        self._parts = QSplitter(Qt.Orientation.Horizontal, self)
        self._parts.addWidget(self.table)
        self._parts.addWidget(side)
        self._parts.setStretchFactor(0, 3)
        self._parts.setStretchFactor(1, 2)
        self._parts.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._parts)
        column.addWidget(self.empty)


def _key(row: ActivityRow) -> str:
    return row.key
