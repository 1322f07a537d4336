"""At the foot of the Search page: how the full-text indexes are, and what mends them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.search.health import IndexHealth
from felix_dbadmin.models.index_health import HEALTH_COLUMNS, health_line
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, keep_room, named
from felix_dbadmin.views.widgets.empty_state import ActionButton

_INDEX = 1
"""The column that takes the room that is left."""

_FEWEST, _MANY = 2, 6
"""Rows in sight."""


class IndexHealthPanel(QWidget):
    """One line until somebody unfolds it."""

    request_wanted = Signal(object)
    """Request: rebuild, optimise or repair."""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._busy = False
        self.fold = QToolButton(self)
        self.fold.setText("Index health")
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.line = PlainLabel(parent=self)
        self.line.make_muted()
        keep_room(self.line)
        self._model: TableModel[IndexHealth] = TableModel(HEALTH_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "Full-text indexes", self, stretch=_INDEX)
        self.table.setMinimumHeight(self.table.height_of(_FEWEST))
        self.advice = PlainLabel(parent=self)
        keep_room(self.advice)
        self.check = ActionButton(actions[Do.CHECK_INDEXES], self)
        self.mend = QPushButton("Repair…", self)
        self.rebuild = QPushButton("Re&build…", self)
        self.optimise = QPushButton("&Optimise…", self)
        self.rebuild.setToolTip("Make the selected index anew from its rows")
        self.optimise.setToolTip("Merge the pieces of the selected index into one: searches get faster")
        named(self.mend, "Do what the selected index needs")
        self._body = QWidget(self)
        self._lay_out()
        self.fold.toggled.connect(self._unfold)
        self.table.selectionModel().currentRowChanged.connect(self._settle)
        self.mend.clicked.connect(self._ask_mend)
        self.rebuild.clicked.connect(self._ask_rebuild)
        self.optimise.clicked.connect(self._ask_optimise)
        self.say("")
        self._settle()

    @property
    def rows(self) -> tuple[IndexHealth, ...]:
        return self._model.rows

    def show_health(self, rows: tuple[IndexHealth, ...]) -> None:
        self._model.set_rows(rows)
        self.say(health_line(rows) if rows else "")
        self.table.setMaximumHeight(self.table.height_of(max(_FEWEST, min(_MANY, len(rows)))))
        self.table.fit_columns(24)
        if rows and not self.table.currentIndex().isValid():
            self.table.selectRow(next((number for number, row in enumerate(rows) if row.action is not None), 0))
        self._settle()

    def say(self, text: str) -> None:
        """While it is being looked at, or why it could not be."""
        self.line.setText(text)
        self.line.setVisible(bool(text))

    def set_busy(self, busy: bool) -> None:
        """Something that changes a database runs already."""
        self._busy = busy
        self._settle()

    def _selected(self) -> IndexHealth | None:
        return self._model.row_of(self.table.currentIndex())

    @Slot()
    @Slot(QModelIndex, QModelIndex)
    def _settle(self) -> None:
        row = self._selected()
        there = row is not None and row.exists and not self._busy
        self.rebuild.setEnabled(there)
        self.optimise.setEnabled(there)
        action = row.action if row is not None else None
        self.mend.setEnabled(action is not None and not self._busy)
        self.mend.setText(_VERBS.get(action.direction, "Repair…") if action is not None else "Repair…")
        self.advice.setText(row.advice if row is not None else "")
        self.advice.setVisible(row is not None and bool(row.advice))

    @Slot()
    def _ask_mend(self) -> None:
        row = self._selected()
        if row is not None and row.action is not None:
            self.request_wanted.emit(row.action)

    @Slot()
    def _ask_rebuild(self) -> None:
        self._ask(Direction.REBUILD)

    @Slot()
    def _ask_optimise(self) -> None:
        self._ask(Direction.OPTIMISE)

    def _ask(self, direction: Direction) -> None:
        row = self._selected()
        if row is not None:
            self.request_wanted.emit(Request(row.component, direction, index=row.index))

    @Slot(bool)
    def _unfold(self, unfolded: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self._body.setVisible(unfolded)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.fold)
        head.addWidget(self.line, 1)
        buttons = QHBoxLayout()
        for button in (self.check, self.mend, self.rebuild, self.optimise):
            buttons.addWidget(button)
        buttons.addWidget(self.advice, 1)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.table)
        inside.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self._body)
        self._body.hide()


_VERBS = {
    Direction.UP: "Apply migration…",
    Direction.REPAIR: "Repair…",
    Direction.REBUILD: "Rebuild…",
    Direction.OPTIMISE: "Optimise…",
}


def _key(row: IndexHealth) -> tuple[str, str]:
    return (row.component, row.index or row.database)
