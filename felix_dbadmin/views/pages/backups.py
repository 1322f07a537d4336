"""The Backups tab: every component's backups in a tree, and all that is known of the selected one beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.bring_back import rows_words
from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.text import count_text
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.backup_details import BackupDetails
from felix_dbadmin.views.widgets.backup_list import BackupList
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import named
from felix_dbadmin.views.widgets.component_header import ComponentHeader
from felix_dbadmin.views.widgets.empty_state import ActionButton, Emptiness, EmptyState

NO_BACKUP = Emptiness("No backup yet", "If a migration fails there is nothing to return to.", "backup")
NO_FILE = Emptiness("Nothing to back up yet", "The database is made by Felix, or by applying its migrations.", "absent")
NO_COMPONENT = Emptiness("Select a component or one of its backups", "", "backup")

_BUTTONS = (Do.BACK_UP, Do.VERIFY_BACKUP, Do.PROVE, Do.RESTORE)
_MORE: tuple[tuple[Do, ...], ...] = (
    (Do.COMPARE, Do.BRING_BACK),
    (Do.RESTORE_COPY, Do.EXPORT),
    (Do.PROTECT, Do.UNPROTECT, Do.DELETE_BACKUP),
    (Do.BACK_UP_ALL, Do.RETENTION, Do.COMPRESS),
)


class BackupsPage(QWidget):
    """Shows what it is told; its buttons are the window's actions."""

    backup_selected = Signal(object)
    """Backup, or None; also when other rows of it are selected"""
    component_chosen = Signal(str)
    """Somebody selected a backup of another component than the page is about."""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._header = ComponentHeader(look, self, again=actions[Do.REFRESH], trust=actions[Do.TRUST])
        self.banner = Banner(look, self)
        self._components: tuple[ComponentStatus, ...] = ()
        self._status: ComponentStatus | None = None
        self._selecting = False
        self.list = BackupList(look, self._menu(actions, (_BUTTONS[1:], *_MORE[:3])), self)
        self.details = BackupDetails(look, actions, self)
        self._back_up, self._back_up_all = actions[Do.BACK_UP], actions[Do.BACK_UP_ALL]
        self.empty = EmptyState(look, (self._back_up, self._back_up_all), self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.details)
        self._stack.addWidget(self.empty)
        self._awaited = ""
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        for number, widget in enumerate((self.list, self._stack)):
            split.addWidget(widget)
            split.setStretchFactor(number, 1)
        split.setSizes([2000, 3000])  # shares of whatever there is
        column = QVBoxLayout(self)
        column.addWidget(self._header)
        column.addWidget(self.banner)
        column.addLayout(self._buttons(actions))
        column.addWidget(split, 1)
        self.list.chosen.connect(self._show_chosen)
        self.details.comparison.rows_chosen.connect(self._tell_rows)
        self._show_emptiness(None)
        self._stack.setCurrentWidget(self.empty)

    @property
    def backup(self) -> Backup | None:
        """The selected one."""
        return self.list.backup

    @property
    def rows(self) -> tuple[str, ...]:
        """Words of a command line for the rows that are selected in the comparison."""
        wanted = self.details.comparison.wanted
        return rows_words(wanted.table.table, wanted.keys) if wanted is not None else ()

    @Slot(object)
    def show_workspace(self, status: WorkspaceStatus | None) -> None:
        """Show the backups of all components; of those that were shown already only what changed."""
        self._show_components(status.components if status else ())

    def show_component(self, status: ComponentStatus | None) -> None:
        """The page is about this component now; its newest backup is selected unless one of it is already."""
        before, self._status = self._status, status
        self._header.show_status(status)
        self._header.setVisible(status is not None)
        if status is None:
            if before is not None:
                self._select("")
        else:
            self._show_components(_with(self._components, status))
            first = before is not None and before.name == status.name and not before.backups and status.backups
            if self.list.component != status.name or (first and self.backup is None):
                self._select(status.name)
        self._show_selected()

    def select_backup(self, name: str) -> None:
        """Select a backup of the component that the page is about."""
        if self._status is not None:
            self.list.select(self._status.name, name)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)
        self._awaited = notice.backup

    def forget(self) -> None:
        """Another folder: nothing that was found in the last one holds here."""
        self._status = None
        self._show_components(())
        self.banner.close_notice()
        self._show_selected()

    def _show_components(self, components: tuple[ComponentStatus, ...]) -> None:
        self._components = components
        self._selecting = True
        self.list.show_components(components)
        self._selecting = False
        if any(backup.name == self._awaited for each in components for backup in each.backups):
            self.select_backup(self._awaited)
            self._awaited = ""

    def _select(self, component: str) -> None:
        self._selecting = True
        self.list.select(component)
        self._selecting = False

    @Slot()
    def _show_chosen(self) -> None:
        if self._selecting:
            return
        component = self.list.component
        if component and (self._status is None or component != self._status.name):
            self.component_chosen.emit(component)
        self._show_selected()

    @Slot()
    def _tell_rows(self) -> None:
        self.backup_selected.emit(self.backup)

    def _show_selected(self) -> None:
        backup = self.backup
        status = next((each for each in self._components if each.name == self.list.component), None)
        if backup is None:
            self._show_emptiness(status)
        self.details.show_backup(backup, live=status is not None and status.exists)
        self._stack.setCurrentWidget(self.empty if backup is None else self.details)
        self.backup_selected.emit(backup)

    def _show_emptiness(self, status: ComponentStatus | None) -> None:
        self.empty.show_emptiness(_emptiness(status))
        self.empty.offer(self._back_up if status is not None else self._back_up_all)

    def _buttons(self, actions: ActionSet) -> QHBoxLayout:
        row = QHBoxLayout()
        for do in _BUTTONS:
            row.addWidget(ActionButton(actions[do], self))
        more = QPushButton("More", self)
        more.setMenu(self._menu(actions, _MORE))
        named(more, "More that can be done with backups")
        row.addWidget(more)
        row.addStretch()
        return row

    def _menu(self, actions: ActionSet, groups: tuple[tuple[Do, ...], ...]) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for group in groups:
            menu.addSeparator()
            for do in group:
                menu.addAction(actions[do])
        return menu


def _with(components: tuple[ComponentStatus, ...], status: ComponentStatus) -> tuple[ComponentStatus, ...]:
    """The components, with the newest that is known of this one."""
    if all(each.name != status.name for each in components):
        return (*components, status)
    return tuple(status if each.name == status.name else each for each in components)


def _emptiness(status: ComponentStatus | None) -> Emptiness:
    if status is None:
        return NO_COMPONENT
    if status.backups:
        title = f"{count_text(len(status.backups), 'backup')} of {status.name}"
        return Emptiness(title, "Select one to look into it, compare it, or put it back.", "backup")
    return NO_BACKUP if status.exists else NO_FILE
