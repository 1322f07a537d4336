"""The Migrations tab: where a component stands, its migrations, their SQL, and what the last dry run found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.plan import Direction
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.models.columns import MIGRATION_COLUMNS, MigrationRow, migration_rows
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import RowTable, named
from felix_dbadmin.views.widgets.component_header import ComponentHeader
from felix_dbadmin.views.widgets.rehearsal_view import RehearsalView
from felix_dbadmin.views.widgets.sql_view import SqlView

_DESCRIPTION = 1
"""The column that takes the room that is left."""


class MigrationsPage(QWidget):
    """Shows what it is told; nothing here starts anything."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._component = ""
        self._rehearsals: dict[str, tuple[Rehearsal, ...]] = {}
        self._header = ComponentHeader(look, self)
        self.banner = Banner(look, self)
        self._model: TableModel[MigrationRow] = TableModel(MIGRATION_COLUMNS, _version, self)
        self.table = RowTable(self._model, look.delegate, "Migrations", self, stretch=_DESCRIPTION)
        self.sql = SqlView(look, self)
        self.rehearsal = RehearsalView(look, self)
        self.details = QTabWidget(self)
        self.details.setDocumentMode(True)
        named(self.details.tabBar(), "Details of the migrations")
        self.details.addTab(self.sql, "SQL")
        self.details.addTab(self.rehearsal, "Dry run")
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.addWidget(self._header)
        column.addWidget(self.banner)
        column.addWidget(split, 1)
        self.table.selectionModel().currentRowChanged.connect(self._show_sql)

    @property
    def headline(self) -> str:
        return self._header.text

    def show_component(self, status: ComponentStatus | None) -> None:
        """Show this component; of the same one only what changed."""
        other = status is None or status.name != self._component
        self._component = status.name if status else ""
        self._header.show_status(status)
        self._model.set_rows(migration_rows(status) if status else ())
        self.table.fit_columns()
        if status is not None and _outdated(self._rehearsals.get(status.name, ()), status):
            del self._rehearsals[status.name]
            other = True
        if other:
            self._show_rehearsal()
        if other or not self.table.currentIndex().isValid():
            self._select_first(status)
        self._show_sql(self.table.currentIndex())

    def select_version(self, version: int) -> None:
        for row, found in enumerate(self._model.rows):
            if found.version == version:
                self.table.selectRow(row)

    @Slot(object)
    def show_rehearsals(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        """Keep the newest dry run of each component, and show that of the selected one."""
        for rehearsal in rehearsals:
            self._rehearsals[rehearsal.plan.component] = (rehearsal,)
        if self._component in {rehearsal.plan.component for rehearsal in rehearsals}:
            self._show_rehearsal()
            self.details.setCurrentWidget(self.rehearsal)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def forget(self) -> None:
        """Another folder: nothing that was found in the last one holds here."""
        self._rehearsals.clear()
        self._component = ""
        self.banner.close_notice()

    def _show_rehearsal(self) -> None:
        found = self._rehearsals.get(self._component)
        if found:
            self.rehearsal.show_rehearsals(found)
        else:
            self.rehearsal.clear()
            self.details.setCurrentWidget(self.sql)

    def _select_first(self, status: ComponentStatus | None) -> None:
        """The first pending migration is what people come for; else the latest applied one."""
        rows = self._model.rows
        if status is None or not rows:
            return
        pending = [number for number, row in enumerate(rows) if row.applied is None]
        self.table.selectRow(pending[0] if pending else len(rows) - 1)

    @Slot(QModelIndex)
    def _show_sql(self, index: QModelIndex) -> None:
        self.sql.show_migration(self._model.row_of(index))


def _outdated(rehearsals: tuple[Rehearsal, ...], status: ComponentStatus) -> bool:
    """A dry run from another state than the one that the component is in now."""
    applied = tuple(sorted(item.version for item in status.applied))
    repaired = not any(drift.repairable for drift in status.drift)
    return any(
        each.plan.applied != applied or (each.plan.request.direction is Direction.REPAIR and repaired)
        for each in rehearsals
    )


def _version(row: MigrationRow) -> int:
    return row.version
