"""The Backups tab: the component's backups, newest first, and all that is known of the selected one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.models.columns import BACKUP_COLUMNS
from felix_dbadmin.models.findings import backup_groups
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.actions import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import RowTable
from felix_dbadmin.views.widgets.component_header import ComponentHeader
from felix_dbadmin.views.widgets.empty_state import ActionButton, Emptiness, EmptyState
from felix_dbadmin.views.widgets.findings_tree import FindingsTree

_FILE = 5
"""The column that takes the room that is left."""

NO_BACKUP = Emptiness("No backup yet", "If a migration fails there is nothing to return to.", "backup")
NO_FILE = Emptiness("Nothing to back up yet", "The database is made by Felix, or by applying its migrations.", "absent")


class BackupsPage(QWidget):
    """Shows what it is told; its buttons are the window's actions."""

    backup_selected = Signal(object)
    """Backup, or None"""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._header = ComponentHeader(look, self)
        self.banner = Banner(look, self)
        self._component = ""
        self._model: TableModel[Backup] = TableModel(BACKUP_COLUMNS, _name, self)
        self.table = RowTable(self._model, look.delegate, "Backups", self, stretch=_FILE)
        self.details = FindingsTree(look, "Details of the backup", self, fitted=0)
        self.empty = EmptyState(look, (actions[Do.BACK_UP],), self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._catalogue(actions))
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.addWidget(self._header)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        self.table.selectionModel().currentRowChanged.connect(self._show_selected)

    @property
    def backup(self) -> Backup | None:
        """The selected one."""
        return self._model.row_of(self.table.currentIndex())

    def show_component(self, status: ComponentStatus | None) -> None:
        """Show this component's backups; of the same one only what changed."""
        other = status is None or status.name != self._component
        self._component = status.name if status else ""
        self._header.show_status(status)
        self._model.set_rows(status.backups if status else ())
        self.table.fit_columns()
        self._stack.setCurrentIndex(0 if status and status.backups else 1)
        self.empty.show_emptiness(NO_BACKUP if status and status.exists else NO_FILE)
        if self._model.rows and (other or not self.table.currentIndex().isValid()):
            self.table.selectRow(0)
        self._show_selected()

    def select_backup(self, name: str) -> None:
        for row, backup in enumerate(self._model.rows):
            if backup.name == name:
                self.table.selectRow(row)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def forget(self) -> None:
        """Another folder: nothing that was found in the last one holds here."""
        self._component = ""
        self.banner.close_notice()

    def _catalogue(self, actions: ActionSet) -> QWidget:
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        buttons = QHBoxLayout()
        for do in (Do.BACK_UP, Do.VERIFY_BACKUP, Do.RESTORE):
            buttons.addWidget(ActionButton(actions[do], self))
        buttons.addStretch()
        catalogue = QWidget(self)
        column = QVBoxLayout(catalogue)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(split, 1)
        return catalogue

    @Slot()
    def _show_selected(self) -> None:
        backup = self.backup
        self.details.show_groups(backup_groups(backup) if backup else ())
        self.backup_selected.emit(backup)


def _name(backup: Backup) -> str:
    return backup.name
