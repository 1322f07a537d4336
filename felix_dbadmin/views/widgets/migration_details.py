"""Behind the list of migrations: SQL, what its file was changed by, the last dry run, and what happened so far."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from felix_dbadmin.core.history import Event
from felix_dbadmin.models.columns import MigrationRow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named
from felix_dbadmin.views.widgets.history_view import HistoryView
from felix_dbadmin.views.widgets.rehearsal_view import RehearsalView
from felix_dbadmin.views.widgets.sql_view import SqlView
from felix_dbadmin.views.widgets.text_diff import TextDiff


class MigrationDetails(QTabWidget):
    history_wanted = Signal()
    """Somebody looks at the history, and it is not here or may be old."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.sql = SqlView(look, self)
        self.changes = TextDiff(look, self)
        self.rehearsal = RehearsalView(look, self)
        self.history = HistoryView(look, self)
        self.setDocumentMode(True)
        named(self.tabBar(), "Details of the migrations")
        self.addTab(self.sql, "SQL")
        self.addTab(self.changes, "Changes")
        self.addTab(self.rehearsal, "Dry run")
        self.addTab(self.history, "History")
        self.setTabVisible(self.indexOf(self.changes), False)
        self.currentChanged.connect(self.ask_again)

    def show_migration(self, row: MigrationRow | None) -> None:
        """The tab Changes is there only where the file is not what was applied."""
        self.sql.show_migration(row)
        changed = self.changes.show_difference(row.applied if row else None)
        if not changed and self.currentWidget() is self.changes:
            self.setCurrentWidget(self.sql)
        self.setTabVisible(self.indexOf(self.changes), changed)

    def show_history(self, events: tuple[Event, ...]) -> None:
        self.history.show_events(events)

    def forget_history(self) -> None:
        self.history.forget()

    @Slot()
    def ask_again(self) -> None:
        """Histories are only read for who looks at them."""
        if self.currentWidget() is self.history:
            self.history_wanted.emit()
