"""The Timeline tab: versions, backups, restores and failures of a component on one line, and the way back to each."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.history import Event
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.models.timeline import EVENT_COLUMNS, GoBack, go_back
from felix_dbadmin.models.wording import trouble_hint, trouble_icon
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Undo
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable
from felix_dbadmin.views.widgets.component_header import ComponentHeader
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.timeline_line import TimelineLine

_TITLE = 3
"""The column that takes the room that is left."""

READING = Emptiness("Reading the history…", "", "waiting")
NOTHING = Emptiness(
    "Nothing happened here yet", "What is applied, rolled back, backed up or restored appears here.", "waiting"
)
NO_COMPONENT = Emptiness("Select a component", "Its history appears here.", "database")


class TimelinePage(QWidget):
    """Shows what it is told; asks for the history of the component it shows."""

    history_wanted = Signal(str)
    """The component whose history is to be shown."""
    change_requested = Signal(object)
    """Request: roll back to before an event."""
    restore_requested = Signal(object)
    """Undo: restore the backup from before an event."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._status: ComponentStatus | None = None
        self._way: GoBack | None = None
        self._header = ComponentHeader(look, self)
        self.line = TimelineLine(look, self)
        self._model: TableModel[Event] = TableModel(EVENT_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "Events, newest first", self, stretch=_TITLE)
        self.back_button = QPushButton("Go back to before this…", self)
        self.explanation = PlainLabel(parent=self)
        self.empty = EmptyState(look, (), self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.back_button.clicked.connect(self._go_back)
        self.table.activated.connect(self._go_back)
        self.table.selectionModel().currentRowChanged.connect(self._show_selected)
        self.line.event_chosen.connect(self._select)
        self.show_component(None)

    @property
    def event_shown(self) -> Event | None:
        """The selected one."""
        return self._model.row_of(self.table.currentIndex())

    def show_component(self, status: ComponentStatus | None) -> None:
        """Show this component's events: at once where they were read, and again when they are read anew."""
        before, self._status = self._status, status
        other = status is None or before is None or status.name != before.name or before.trouble is not None
        troubled = status is not None and status.trouble is not None
        self._header.show_status(status, sentence=not troubled)
        self._header.setVisible(status is not None)
        if other:
            self._model.set_rows(())
            self.line.show_events(())
            self._show_empty(READING if status else NO_COMPONENT)
        if status is not None and status.trouble is not None:
            self._show_empty(Emptiness(status.trouble.summary, trouble_hint(status), trouble_icon(status)))
        self._ask()
        self._show_selected()

    @Slot(str, object)
    def show_history(self, component: str, events: tuple[Event, ...]) -> None:
        """Newest first. What belongs to a component that is not shown any more is dropped."""
        if self._status is None or component != self._status.name or self._status.trouble is not None:
            return
        before = len(self._model.rows)
        self._model.set_rows(events)
        self.line.show_events(self._model.rows)
        if not events:
            self._show_empty(NOTHING)
            return
        self._stack.setCurrentIndex(0)
        if before != len(events):
            self.table.fit_columns(24)
        if not before or not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._show_selected()

    def forget(self) -> None:
        """Another folder."""
        self.show_component(None)

    def showEvent(self, event: QShowEvent) -> None:
        """The history is only read for who looks at it."""
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self._status is not None and self._status.trouble is None and self.isVisible():
            self.history_wanted.emit(self._status.name)

    def _show_empty(self, emptiness: Emptiness) -> None:
        self.empty.show_emptiness(emptiness)
        self._stack.setCurrentWidget(self.empty)

    @Slot(object)
    def _select(self, event: Event) -> None:
        for row, each in enumerate(self._model.rows):
            if each == event:
                self.table.selectRow(row)
                self.table.setFocus()

    @Slot()
    @Slot(QModelIndex)
    def _show_selected(self) -> None:
        event = self.event_shown
        self.line.select(event)
        self._way = go_back(event, self._status) if event is not None and self._status is not None else None
        self.back_button.setText(self._way.text if self._way else "Go back to before this…")
        self.back_button.setEnabled(self._way is not None and self._way.possible)
        self.explanation.setText(_explained(event, self._way))

    @Slot()
    @Slot(QModelIndex)
    def _go_back(self) -> None:
        way, status = self._way, self._status
        if way is None or status is None:
            return
        if way.request is not None:
            self.change_requested.emit(way.request)
        elif way.backup:
            self.restore_requested.emit(Undo(status.name, way.backup))

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.explanation, 1)
        foot.addWidget(self.back_button)
        events = QWidget(self)
        column = QVBoxLayout(events)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.line)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self._stack.addWidget(events)
        self._stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.addWidget(self._header)
        whole.addWidget(self._stack, 1)


def _explained(event: Event | None, way: GoBack | None) -> str:
    """What came of the event, and what the button would do."""
    detail = event.detail if event else ""
    return "\n".join(part for part in (detail, way.explanation if way else "") if part)


def _key(event: Event) -> tuple[object, ...]:
    return (event.kind, event.at, event.title, event.backup)
