"""The Migrations tab: where a component stands, its migrations, their SQL, and what the last dry run found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.history import Event
from felix_dbadmin.core.migrate.plan import Direction
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.models.columns import MIGRATION_COLUMNS, MigrationRow, migration_rows
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.models.version_points import choice_at, legend, version_points
from felix_dbadmin.models.wording import trouble_hint, trouble_icon
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable
from felix_dbadmin.views.widgets.component_header import ComponentHeader
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.migration_details import MigrationDetails
from felix_dbadmin.views.widgets.overview import Overview
from felix_dbadmin.views.widgets.version_line import VersionLine

_FEWEST_ROWS, _MANY_ROWS = 3, 6
"""Of the list of migrations, before somebody moves its edge: the SQL beneath needs the room more."""

_DESCRIPTION = 1
"""The column that takes the room that is left."""


class MigrationsPage(QWidget):
    """Shows what it is told, and asks; nothing here starts anything. Without a component it shows them all."""

    change_requested = Signal(object)
    """Request: to a version that was chosen on the line."""
    history_wanted = Signal(str)
    """The component whose history is looked at."""
    component_chosen = Signal(str)
    """In the overview."""
    refresh_requested = Signal()

    def __init__(self, look: Look, trust: QAction, parent: QWidget) -> None:
        """`trust` accepts code that nobody has accepted yet."""
        super().__init__(parent)
        self._status: ComponentStatus | None = None
        self._rehearsals: dict[str, tuple[Rehearsal, ...]] = {}
        self.banner = Banner(look, self)
        self.overview = Overview(look, self)
        self._header = ComponentHeader(look, self)
        self.line = VersionLine(look, self)
        self._legend = PlainLabel(parent=self)
        self._legend.make_muted()
        self._model: TableModel[MigrationRow] = TableModel(MIGRATION_COLUMNS, _version, self)
        self.table = RowTable(self._model, look.delegate, "Migrations", self, stretch=_DESCRIPTION)
        self.table.show_at_least(_FEWEST_ROWS)
        self.details = MigrationDetails(look, self)
        self.sql, self.rehearsal = self.details.sql, self.details.rehearsal
        self._again = QAction("Read it again", self)
        self._trust = trust
        self.empty = EmptyState(look, (trust, self._again), self)
        self.menu = QMenu(self)
        self.change = QAction(self)
        self.menu.addAction(self.change)
        self.menu.setToolTipsVisible(True)
        self._body = QSplitter(Qt.Orientation.Vertical, self)
        self._moved = False
        self._states = QStackedWidget(self)
        self._component_page = QWidget(self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.line.version_chosen.connect(self._offer)
        self.change.triggered.connect(self._ask_change)
        self._again.triggered.connect(self.refresh_requested)
        self.overview.component_chosen.connect(self.component_chosen)
        self.details.history_wanted.connect(self._ask_history)
        self.table.selectionModel().currentRowChanged.connect(self._show_details)
        self._body.splitterMoved.connect(self._note_moved)

    @property
    def headline(self) -> str:
        return self._header.text if self._stack.currentWidget() is self._component_page else self.overview.text

    @property
    def legend(self) -> str:
        """What the marks on the line mean."""
        return self._legend.text()

    def show_component(self, status: ComponentStatus | None) -> None:
        """Show this component, None: all of them. Of the same one only what changed."""
        other = status is None or self._status is None or status.name != self._status.name
        self._status = status
        self._stack.setCurrentWidget(self._component_page if status else self.overview)
        self._header.show_status(status, sentence=status is None or status.trouble is None)
        points = version_points(status) if status else ()
        self.line.show_points(points)
        self._legend.setText(legend(points))
        self._legend.setVisible(bool(points))
        self._model.set_rows(migration_rows(status) if status else ())
        self._show_state(status)
        self.table.fit_columns()
        if status is not None and _outdated(self._rehearsals.get(status.name, ()), status):
            del self._rehearsals[status.name]
            other = True
        self._share_height()
        if other:
            self.details.forget_history()
            self._show_rehearsal()
        if other or not self.table.currentIndex().isValid():
            self._select_first()
        self._show_details(self.table.currentIndex())
        self.details.ask_again()

    @Slot(object)
    def show_workspace(self, status: WorkspaceStatus | None) -> None:
        """For the overview."""
        self.overview.show_workspace(status)

    def select_version(self, version: int) -> None:
        for row, found in enumerate(self._model.rows):
            if found.version == version:
                self.table.selectRow(row)

    @Slot(object)
    def show_rehearsals(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        """Keep the newest dry run of each component, and show that of the selected one."""
        for rehearsal in rehearsals:
            self._rehearsals[rehearsal.plan.component] = (rehearsal,)
        if self._name in {rehearsal.plan.component for rehearsal in rehearsals}:
            self._show_rehearsal()
            self.details.setCurrentWidget(self.rehearsal)

    @Slot(str, object)
    def show_history(self, component: str, events: tuple[Event, ...]) -> None:
        """Newest first. What belongs to a component that is not shown any more is dropped."""
        if component == self._name:
            self.details.show_history(events)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def forget(self) -> None:
        """Another folder: nothing that was found in the last one holds here."""
        self._rehearsals.clear()
        self._status = None
        self.overview.show_workspace(None)
        self.banner.close_notice()

    @property
    def _name(self) -> str:
        return self._status.name if self._status else ""

    def _show_rehearsal(self) -> None:
        found = self._rehearsals.get(self._name)
        if found:
            self.rehearsal.show_rehearsals(found)
        else:
            self.rehearsal.clear()
            if self.details.currentWidget() is self.rehearsal:
                self.details.setCurrentWidget(self.sql)

    def _show_state(self, status: ComponentStatus | None) -> None:
        """A component that cannot be read, or that has no migration, says so instead of showing empty tables."""
        if status is not None and status.trouble is not None:
            self._again.setText("Try again")
            self.empty.offer(self._trust if status.unaccepted else self._again)
            self.empty.show_emptiness(Emptiness(status.trouble.summary, trouble_hint(status), trouble_icon(status)))
        elif status is not None and not self._model.rows:
            self._again.setText("Read it again")
            self.empty.offer(self._again)
            files = f"A file like migrations/{status.name}/001_create_table.sql is one."
            self.empty.show_emptiness(Emptiness(f"{status.title} has no migrations", files, "waiting"))
        else:
            self._states.setCurrentWidget(self._body)
            return
        self._states.setCurrentWidget(self.empty)

    def _select_first(self) -> None:
        """The first pending migration is what people come for; else the latest applied one."""
        rows = self._model.rows
        if rows:
            pending = [number for number, row in enumerate(rows) if row.applied is None]
            self.table.selectRow(pending[0] if pending else len(rows) - 1)

    @Slot(QModelIndex)
    def _show_details(self, index: QModelIndex) -> None:
        self.details.show_migration(self._model.row_of(index))

    @Slot(int)
    def _offer(self, version: int) -> None:
        """Under the point that was chosen: what can be done to get there. What is selected and read stays."""
        if self._status is None:
            return
        choice = choice_at(self._status, version)
        self.change.setData(choice.request)
        self.change.setText(choice.text)
        self.change.setToolTip(plain_tooltip(choice.reason))
        self.change.setStatusTip(choice.reason)
        self.change.setEnabled(choice.request is not None)
        self.menu.popup(self.line.mapToGlobal(self.line.place_of(version)))
        self.menu.setActiveAction(self.change)

    @Slot()
    def _note_moved(self) -> None:
        self._moved = True

    def _share_height(self) -> None:
        """The list is as high as its rows, within reason; once its edge was moved by hand it stays there."""
        if not self._moved:
            height = self.table.height_of(min(_MANY_ROWS, max(_FEWEST_ROWS, len(self._model.rows))))
            self._body.setSizes([height, max(1, self._body.height() - height)])

    @Slot()
    def _ask_change(self) -> None:
        self.change_requested.emit(self.change.data())

    @Slot()
    def _ask_history(self) -> None:
        if self._name:
            self.history_wanted.emit(self._name)

    def _lay_out(self) -> None:
        self._body.addWidget(self.table)
        self._body.addWidget(self.details)
        self._body.setStretchFactor(0, 0)
        self._body.setStretchFactor(1, 1)
        self._body.setChildrenCollapsible(False)
        self._states.addWidget(self._body)
        self._states.addWidget(self.empty)
        inner = QVBoxLayout(self._component_page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._header)
        inner.addWidget(self.line)
        inner.addWidget(self._legend)
        inner.addWidget(self._states, 1)
        self._stack.addWidget(self.overview)
        self._stack.addWidget(self._component_page)
        column = QVBoxLayout(self)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)


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
