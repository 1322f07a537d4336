"""The table of a panel: sorted by a click on a heading; a double click or Enter leads to the rows behind a line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from felix_dbadmin.core.analytics.panel import Table
from felix_dbadmin.models.panel_table import PanelTableModel, clipboard_text
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.sample_table import SampleTable
from felix_dbadmin.views.widgets.search_box import inner_shortcut

_LOOKED_AT = 40
"""Rows from which the widths of the columns are taken."""


class PanelRows(QWidget):
    opened = Signal(object)
    """Behind"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = PanelTableModel(self)
        self.view = _View(self.model, look, self)
        self._fitted = True
        self._total = PlainLabel(parent=self)
        self._total.make_muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        column.addWidget(self._total)
        self.view.doubleClicked.connect(self._open)
        self.view.entered_row.connect(self._open)
        inner_shortcut(QKeySequence.StandardKey.Copy, self.view, self._copy)

    @property
    def line(self) -> str:
        """How much of the table is shown, '' for all."""
        return self._total.text()

    def show_table(self, table: Table, name: str) -> None:
        if table == self.model.table:
            return
        known = table.columns == self.model.table.columns
        self.model.show_table(table)
        named(self.view, name)
        if not known:
            self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._fitted = False
        self._fit()
        shown = len(table.rows)
        cut = table.total is not None and table.total > shown
        self._total.setText(f"The first {shown:,} of {table.total:,}." if cut else "")
        self._total.setVisible(cut)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Only for who sees it: behind a chart nobody does."""
        if self.isVisible() and not self._fitted:
            self._fitted = True
            self.view.fit_columns()

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        behind = self.model.behind(index)
        if behind is not None:
            self.opened.emit(behind)

    @Slot()
    def _copy(self) -> None:
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        text = clipboard_text(self.model.table.columns, self.model.lines(rows or None))
        QGuiApplication.clipboard().setText(text)


class _View(SampleTable):
    entered_row = Signal(QModelIndex)

    def __init__(self, model: PanelTableModel, look: Look, parent: QWidget) -> None:
        super().__init__(model, look.delegate, "Table", parent)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setResizeContentsPrecision(_LOOKED_AT)
        self.setSortingEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered_row.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
