"""The tree on the left: components, and what stands under them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.models.component_tree import ComponentTreeModel
from felix_dbadmin.models.tree_rows import HEADINGS, TreeRow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_LETTERS = 78
"""Wide enough for the names and healths that there are."""


class ComponentList(QTreeView):
    """A refresh keeps what is selected and open; the first component is selected when nothing is."""

    selected = Signal(object)
    """TreeRow, or None"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._components = ComponentTreeModel(self)
        self.setModel(self._components)
        self.setItemDelegate(look.delegate)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setExpandsOnDoubleClick(True)
        self.setAllColumnsShowFocus(True)
        named(self, "Components")
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._tell)

    @property
    def row(self) -> TreeRow | None:
        """The selected row."""
        return self._components.row_at(self.currentIndex())

    def show_status(self, status: WorkspaceStatus | None) -> None:
        self._components.set_status(status)
        self._span(QModelIndex())
        self._fit()
        if status is not None and status.components and not self.currentIndex().isValid():
            self.setCurrentIndex(self._components.index(0, 0))
        else:
            self._tell()

    def select_component(self, name: str) -> None:
        index = self._components.index_of(name)
        if index.isValid():
            self.setCurrentIndex(index)

    def _fit(self) -> None:
        for column in range(1, len(HEADINGS)):
            self.resizeColumnToContents(column)

    def _span(self, parent: QModelIndex) -> None:
        """What stands under a component takes the whole line."""
        for row in range(self._components.rowCount(parent)):
            index = self._components.index(row, 0, parent)
            if parent.isValid() and not self.isFirstColumnSpanned(row, parent):
                self.setFirstColumnSpanned(row, parent, True)
            self._span(index)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS, metrics.height() * 20)

    @Slot()
    @Slot(QModelIndex)
    def _tell(self) -> None:
        self.selected.emit(self.row)
