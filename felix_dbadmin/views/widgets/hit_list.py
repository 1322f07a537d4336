"""The list of hits: rows come as they are scrolled to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from felix_dbadmin.models.search_results import Found, SearchResults
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import RowTable
from felix_dbadmin.views.widgets.hit_delegate import HitDelegate, row_height

_FEWEST = 2
"""Rows in sight however little room there is."""


class HitList(RowTable):
    """Return opens, Esc goes back to where the words are typed."""

    looked_at = Signal(object)
    """Found, or None"""
    opened = Signal()
    left = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        self.hits = SearchResults()
        super().__init__(self.hits, HitDelegate(look.theme, look.icons, look.theme), "Hits", parent, stretch=0)
        self.hits.setParent(self)
        self.itemDelegate().setParent(self)
        self.horizontalHeader().hide()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        self.setMinimumHeight(_FEWEST * row_height(self.fontMetrics()))
        self.selectionModel().currentRowChanged.connect(self._tell)
        self.activated.connect(self._open)
        self.hits.modelReset.connect(self._tell)
        self.hits.dataChanged.connect(self._tell_if_read)
        self._told: Found | None = None

    @property
    def found(self) -> Found | None:
        """The selected one."""
        return self.hits.found(self.currentIndex())

    @property
    def touched(self) -> bool:
        """Somebody selected or scrolled: rows must not move under their hands."""
        return self.currentIndex().isValid() or self.verticalScrollBar().value() > 0

    def enter(self) -> None:
        """From above: to the selected row, else to the first."""
        if not self.currentIndex().isValid() and self.hits.rowCount():
            self.selectRow(0)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def untouch(self) -> None:
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())
        self.scrollToTop()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or (event.key() == Qt.Key.Key_Up and self.currentIndex().row() == 0):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    @Slot(QModelIndex, QModelIndex)
    def _tell(self) -> None:
        found = self.found
        if found != self._told:
            self._told = found
            self.looked_at.emit(found)

    @Slot()
    def _tell_if_read(self) -> None:
        if self._told is not None and self._told.hit is None:
            self._tell()

    @Slot()
    @Slot(QModelIndex)
    def _open(self) -> None:
        if self.found is not None:
            self.opened.emit()
