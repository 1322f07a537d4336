"""The fleet at a glance: a line for each component; Enter or a double click goes there."""

from __future__ import annotations

import time

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.text import bytes_text, time_text
from felix_dbadmin.models.overview import OVERVIEW_COLUMNS, overview_rows
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.models.tree_rows import TreeRow
from felix_dbadmin.models.wording import fleet_health, fleet_text
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable


class Overview(QWidget):
    component_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = PlainLabel("All components", self)
        self._title.make_heading()
        self._facts = PlainLabel(parent=self)
        self._model: TableModel[TreeRow] = TableModel(OVERVIEW_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "All components", self, stretch=len(OVERVIEW_COLUMNS) - 1)
        hint = PlainLabel("Enter or a double click opens a component.", self)
        hint.make_muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self._facts)
        column.addWidget(self.table, 1)
        column.addWidget(hint)
        self.table.activated.connect(self._choose)

    @property
    def text(self) -> str:
        return f"{self._title.text()} {self._facts.text()}"

    def show_workspace(self, status: WorkspaceStatus | None) -> None:
        first = not self._model.rows
        self._model.set_rows(overview_rows(status, time.time()) if status else ())
        if status is None:
            self._facts.setText("The databases are being read.")
            return
        health, _ = fleet_health(status)
        size = bytes_text(sum(component.size for component in status.components))
        facts = [fleet_text(status), size, f"read at {time_text(status.at).split()[-1]}"]
        if health != f"{status.pending:,} pending":
            facts.insert(1, health)
        self._facts.setText(" · ".join(facts))
        if first:
            self.table.fit_columns()
            self.table.selectRow(0)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        row = self._model.row_of(index)
        if row is not None:
            self.component_chosen.emit(row.component)


def _key(row: TreeRow) -> str:
    return row.key
