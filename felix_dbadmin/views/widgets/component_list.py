"""The tree on the left: the fleet, its components, and what stands under them, with a filter above."""

from __future__ import annotations

import time

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeySequence, QPainter, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.models.component_filter import ComponentFilter
from felix_dbadmin.models.component_tree import ComponentTreeModel
from felix_dbadmin.models.table_model import Index
from felix_dbadmin.models.tree_rows import HEADINGS, TreeRow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.search_box import SearchBox, inner_shortcut

_LETTERS = 96
"""Wide enough for the names and healths that there are."""

_NAME_LETTERS = 34
"""The first column needs no more than that before others may take room."""

_FEWEST_NAME_LETTERS = 18
"""The least that it shrinks to."""

_LAST = len(HEADINGS) - 1
"""Health, which is never hidden."""

_MINUTE = 60_000
"""Milliseconds after which the ages of backups are written anew."""


class ComponentList(QWidget):
    """A refresh keeps what is selected, open and in sight; the first component is selected when nothing is.

    A filter hides components; the selected one stays selected also while it is hidden.
    """

    selected = Signal(object)
    """TreeRow, or None"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._components = ComponentTreeModel(self)
        self._found = ComponentFilter(self._components, self)
        self._chosen = QPersistentModelIndex()
        self._quiet = False
        """Rows come and go, and where the tree points meanwhile is nobody's choice."""
        self._status: WorkspaceStatus | None = None
        self.filter = SearchBox("Filter components (Ctrl+F)", "By name, title or health; Esc clears it", self)
        self.view = _Tree(look, self._found, self)
        self.nothing = PlainLabel(parent=self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self.setFocusProxy(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.filter)
        column.addWidget(self.view, 1)
        column.addWidget(self.nothing, 1)
        self._clock = QTimer(self, interval=_MINUTE)
        self._clock.timeout.connect(self._age)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(self._enter)
        self.view.selectionModel().currentRowChanged.connect(self._choose)
        self.filter.escaped.connect(self._unfilter)
        inner_shortcut(QKeySequence.StandardKey.Find, self, self._find)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.filter)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._enter)

    @property
    def row(self) -> TreeRow | None:
        """The selected row."""
        return self._components.row_at(self._chosen)

    @property
    def status(self) -> WorkspaceStatus | None:
        """What is shown."""
        return self._status

    def show_status(self, status: WorkspaceStatus | None) -> None:
        fresh = self._status is None
        self._status = status
        self._quiet = True
        self._components.set_status(status, time.time())
        self._quiet = False
        if status is None:
            self.filter.clear()
            self._clock.stop()
            self._tell()
            return
        self._clock.start()
        if fresh:
            self.view.expand(self._found.mapFromSource(self._components.fleet))
        self.view.fit()
        self._say_nothing()
        if not self._chosen.isValid():
            first = self._components.index(0, 0, self._components.fleet)
            # What was selected is gone: what the tree took in its place is the nearest to it.
            near = self._found.mapToSource(self.view.currentIndex())
            self._chosen = QPersistentModelIndex(near if near.isValid() else first)
        self._point()
        self._tell()

    def select_component(self, name: str) -> None:
        """Nothing happens where there is no such component; one that is filtered away comes back."""
        index = self._components.index_of(name)
        if index.isValid():
            if not self._found.mapFromSource(index).isValid():
                self.filter.clear()
            self.view.setCurrentIndex(self._found.mapFromSource(index))

    def select_fleet(self) -> None:
        self.view.setCurrentIndex(self._found.mapFromSource(self._components.fleet))

    def expandAll(self) -> None:
        self.view.expandAll()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS, metrics.height() * 20)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self._quiet = True
        self._found.set_words(text)
        self._quiet = False
        fleet = self._found.mapFromSource(self._components.fleet)
        if fleet.isValid():
            self.view.expand(fleet)
        self._say_nothing()
        self._point()

    def _point(self) -> None:
        """Have the tree point at what is selected, or at nothing while that is filtered away."""
        index = self._found.mapFromSource(self._chosen) if self._chosen.isValid() else QModelIndex()
        self._quiet = True
        if not index.isValid():
            self.view.selectionModel().clear()
        elif self.view.currentIndex() != index:
            self.view.setCurrentIndex(index)
        self._quiet = False

    def _say_nothing(self) -> None:
        empty = (
            self._status is not None and self._found.rowCount(self._found.index(0, 0)) == 0 and self._found.filtering
        )
        self.view.setVisible(not empty)
        self.nothing.setVisible(empty)
        if empty:
            self.nothing.setText(f"No component matches “{self.filter.text().strip()}”. Esc clears the filter.")

    @Slot()
    def _age(self) -> None:
        """Minutes pass: the ages of backups change while nothing else does."""
        if self._status is not None:
            self._components.set_status(self._status, time.time())

    @Slot()
    def _find(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    @Slot()
    def _unfilter(self) -> None:
        self.filter.clear()
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _enter(self) -> None:
        """From the filter into the tree, to the first component that was found."""
        first = self._found.index(0, 0, self._found.index(0, 0))
        if first.isValid():
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self.view.currentIndex().isValid():
                self.view.setCurrentIndex(first)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if not self._quiet:
            self._chosen = QPersistentModelIndex(self._found.mapToSource(index))
            self._tell()

    def _tell(self) -> None:
        self.selected.emit(self.row)


class _Tree(QTreeView):
    def __init__(self, look: Look, model: QSortFilterProxyModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(look.delegate)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setExpandsOnDoubleClick(True)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        named(self, "Components")
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 6)
        header.setResizeContentsPrecision(0)  # only what is in sight is measured
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._widths = [header.sectionSizeHint(column) for column in range(len(HEADINGS))]
        header.sectionResized.connect(self._note_width)
        for column in range(1, len(HEADINGS)):
            self.setColumnWidth(column, self._widths[column])

    def fit(self) -> None:
        """Make columns wider where a text needs it; one that somebody widened stays."""
        for column in range(1, len(HEADINGS)):
            self._widths[column] = max(self._widths[column], self.sizeHintForColumn(column))
            self.setColumnWidth(column, self._widths[column])
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # Spanned when first drawn: of a thousand components only a few are ever opened.
        component = index.parent().parent()
        if component.isValid() and not self.isFirstColumnSpanned(index.row(), index.parent()):
            self.setFirstColumnSpanned(index.row(), index.parent(), True)
        super().drawRow(painter, option, index)

    def _share(self) -> None:
        """Component and Health are always there, the others from left to right as far as there is room for them.

        The first column takes the room that is left.
        """
        letter = self.fontMetrics().averageCharWidth()
        wanted = min(letter * _NAME_LETTERS, self.sizeHintForColumn(0))
        room = self.viewport().width() - self._widths[_LAST]
        for column in range(1, _LAST):
            room -= self._widths[column]
            self.setColumnHidden(column, room < wanted)
        others = sum(self.columnWidth(column) for column in range(1, len(HEADINGS)))
        self.setColumnWidth(0, max(self.viewport().width() - others, letter * _FEWEST_NAME_LETTERS))

    @Slot(int, int, int)
    def _note_width(self, column: int, before: int, now: int) -> None:
        """A column that is hidden comes back as wide as it was."""
        if now:
            self._widths[column] = now
