"""What the hits can be narrowed to, ticked in a tree."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from felix_dbadmin.models.facet_tree import COLUMNS, FacetTree
from felix_dbadmin.models.search_wish import Chosen
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.links import LinkButton
from felix_dbadmin.views.widgets.search_box import takes_escape


class FacetView(QTreeView):
    left = Signal()

    def event(self, event: QEvent) -> bool:
        return takes_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 38, self.fontMetrics().height() * 12)


class FacetList(QWidget):
    """Space ticks; nothing ticked leaves everything in."""

    chosen_changed = Signal(object)
    """Chosen"""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.tree = FacetTree(self)
        self.view = FacetView(self)
        self.view.setModel(self.tree)
        self.view.setItemDelegate(look.delegate)
        self.view.setIndentation(self.fontMetrics().averageCharWidth() * 2)
        self.view.setUniformRowHeights(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setHeaderHidden(True)
        self.view.setTabKeyNavigation(False)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        named(self.view, "Narrow the hits to", "Space ticks a value; nothing ticked leaves everything in")
        self._title = PlainLabel("Narrow to", self, wrap=False)
        self._title.make_bold()
        self.clear = LinkButton("Clear", self)
        self.clear.setToolTip("Tick nothing: everything is in")
        self.clear.hide()
        self._folded: set[str] = {COLUMNS}
        self._restoring = False
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self.tree.chosen_changed.connect(self._tell)
        self.tree.rowsInserted.connect(self._unfold)
        self.view.collapsed.connect(self._note_folded)
        self.view.expanded.connect(self._note_unfolded)
        self.view.left.connect(self.left)
        self.clear.clicked.connect(self._clear)

    def set_chosen(self, chosen: Chosen) -> None:
        """From outside; tells nobody."""
        self.tree.set_chosen(chosen)
        self.clear.setVisible(chosen.count > 0)

    @Slot(object)
    def _tell(self, chosen: Chosen) -> None:
        self.clear.setVisible(chosen.count > 0)
        self.chosen_changed.emit(chosen)

    @Slot()
    def _clear(self) -> None:
        self.set_chosen(Chosen())
        self.chosen_changed.emit(Chosen())

    @Slot()
    def _unfold(self) -> None:
        """What somebody folded stays so when the values are counted anew."""
        self._restoring = True
        for row in range(self.tree.rowCount()):
            index = self.tree.index(row, 0)
            self.view.setExpanded(index, index.data() not in self._folded)
        self._restoring = False

    @Slot(QModelIndex)
    def _note_folded(self, index: QModelIndex) -> None:
        if not self._restoring:
            self._folded.add(str(index.data()))

    @Slot(QModelIndex)
    def _note_unfolded(self, index: QModelIndex) -> None:
        if not self._restoring:
            self._folded.discard(str(index.data()))
