"""What happened to a component, as a list, newest first."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from felix_dbadmin.core.history import Event
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.models.timeline import EVENT_COLUMNS
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import RowTable
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState

_TITLE = 3
"""The column that takes the room that is left."""

_LETTERS = 24

READING = Emptiness("Reading the history…", "", "waiting")
NOTHING = Emptiness("Nothing happened here yet", "What is applied, rolled back or repaired appears here.", "waiting")


class HistoryView(QStackedWidget):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._model: TableModel[Event] = TableModel(EVENT_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "History, newest first", self, stretch=_TITLE)
        self.empty = EmptyState(look, (), self)
        self.addWidget(self.table)
        self.addWidget(self.empty)
        self.forget()

    @property
    def events(self) -> tuple[Event, ...]:
        return self._model.rows

    def show_events(self, events: tuple[Event, ...]) -> None:
        before = len(self._model.rows)
        self._model.set_rows(events)
        self.empty.show_emptiness(NOTHING)
        self.setCurrentWidget(self.table if events else self.empty)
        if before != len(events):
            self.table.fit_columns(_LETTERS)

    def forget(self) -> None:
        """Another component: its history is still to be read."""
        self._model.set_rows(())
        self.empty.show_emptiness(READING)
        self.setCurrentWidget(self.empty)


def _key(event: Event) -> tuple[float, str, str, str]:
    return event.at, event.kind, event.title, event.backup
