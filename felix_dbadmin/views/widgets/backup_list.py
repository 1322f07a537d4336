"""The tree on the Backups page: every component's backups, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeView, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.models.backup_tree import LAST, BackupTreeModel
from felix_dbadmin.models.columns import BACKUP_COLUMNS
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_LETTERS = 60
_FEWEST_LETTERS = 46
_MEASURED = 50
"""Rows that are looked at for the width of a column."""
_WHY = 1
"""The column that takes the room that is left."""
_WHY_LETTERS = 22
"""The least of it."""
_BY_IMPORTANCE = ("Size", "Inside", "Kept", "Restorable", "Verified")
"""The columns that are hidden where there is no room for them, the last one first; its icon stands before When."""


class BackupList(QTreeView):
    """A refresh keeps what is selected and open. `chosen` is told when somebody, or a refresh, selects another row."""

    chosen = Signal()

    def __init__(self, look: Look, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self._backups = BackupTreeModel(self)
        self._menu = menu
        self._count = 0
        """Of rows, at the last look."""
        self.setModel(self._backups)
        self.setItemDelegate(look.delegate)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(self.fontMetrics().height())
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        named(self, "Backups by component")
        header = self.header()
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(_MEASURED)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_WHY, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 6)
        self.selectionModel().currentRowChanged.connect(self._tell)
        self.customContextMenuRequested.connect(self._show_menu)
        self.expanded.connect(self._fit)
        titles = [column.title for column in BACKUP_COLUMNS]
        self._spare = tuple(titles.index(title) for title in _BY_IMPORTANCE)
        self._widths = [header.sectionSizeHint(column) for column in range(LAST + 1)]
        header.sectionResized.connect(self._note_width)

    @property
    def component(self) -> str:
        """That of the selected row, '' for none."""
        return self._backups.component_at(self.currentIndex())

    @property
    def backup(self) -> Backup | None:
        """The selected one."""
        return self._backups.backup_at(self.currentIndex())

    def show_components(self, components: Sequence[ComponentStatus]) -> None:
        before, self._count = self._count, len(components) + sum(len(each.backups) for each in components)
        self._backups.set_components(components)
        if self._count != before:
            self._fit()

    def select(self, component: str, backup: str = "") -> None:
        """Select a component's newest backup, or the one with this name; the component itself where it has none."""
        group = self._backups.index_of(component)
        if not group.isValid():
            self.setCurrentIndex(QModelIndex())
            return
        self.expand(group)
        index = self._backups.index_of(component, backup) if backup else self._backups.index(0, 0, group)
        self.setCurrentIndex(index if index.isValid() else group)
        self.scrollTo(group)
        self.scrollTo(self.currentIndex())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS, metrics.height() * 20)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _FEWEST_LETTERS, metrics.height() * 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    @Slot()
    def _fit(self) -> None:
        widest = self.fontMetrics().averageCharWidth() * 36
        for column in range(LAST + 1):
            if column != _WHY:
                needed = max(self.sizeHintForColumn(column), self.header().sectionSizeHint(column))
                self._widths[column] = min(needed, widest)
                self.setColumnWidth(column, self._widths[column])
        self._share()

    def _share(self) -> None:
        """Show as many columns as there is room for, and Why still to be read."""
        room = self.viewport().width() - self._widths[0] - self.fontMetrics().averageCharWidth() * _WHY_LETTERS
        for column in self._spare:
            room -= self._widths[column]
            self.setColumnHidden(column, room < 0)

    @Slot(int, int, int)
    def _note_width(self, column: int, before: int, now: int) -> None:
        """A column that is hidden comes back as wide as it was."""
        if now and column != _WHY:
            self._widths[column] = now

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit()

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self.backup is not None:
            self._menu.popup(self.viewport().mapToGlobal(place))
