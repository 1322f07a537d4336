"""A table of rows that somebody else has fetched: columns are data, a new list of rows becomes minimal edits."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from felix_dbadmin.models.difference import Inserted, Moved, Removed, edits
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

ROOT = QModelIndex()
"""What Qt calls the invisible top of every model."""

LONGEST_CELL = 200
"""Characters of a cell; the tooltip has more."""


def _no_text(_row: object) -> str:
    return ""


def _normal(_row: object) -> Tone:
    return Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: how a row's cell reads, and what goes with it."""

    title: str
    text: Callable[[R], str]
    tooltip: Callable[[R], str] = _no_text
    """'' shows the text itself."""
    tone: Callable[[R], Tone] = _normal
    icon: Callable[[R], str] = _no_text
    number: bool = False
    """Numbers stand to the right."""


class TableModel(QAbstractTableModel, Generic[R]):
    """Rows of one kind, told apart by `key`."""

    def __init__(
        self, columns: Sequence[Column[R]], key: Callable[[R], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: list[R] = []

    @property
    def rows(self) -> tuple[R, ...]:
        return tuple(self._rows)

    def row_of(self, index: Index) -> R | None:
        """The row at an index, None for an invalid one."""
        return self._rows[index.row()] if index.isValid() else None

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show these rows; those that were there before keep their indexes."""
        found = {self._key(row): row for row in rows}
        values = list(found.values())
        if not any(self._key(row) in found for row in self._rows):
            self._exchange(values)
            return
        for edit in edits([self._key(row) for row in self._rows], list(found)):
            match edit:
                case Removed(row):
                    self.beginRemoveRows(ROOT, row, row)
                    del self._rows[row]
                    self.endRemoveRows()
                case Inserted(row):
                    self.beginInsertRows(ROOT, row, row)
                    self._rows.insert(row, values[row])
                    self.endInsertRows()
                case Moved(source, row):
                    self.beginMoveRows(ROOT, source, source, ROOT, row)
                    self._rows.insert(row, self._rows.pop(source))
                    self.endMoveRows()
        for number, changed in enumerate(values):
            if self._rows[number] != changed:
                self._rows[number] = changed
                self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._columns) - 1))

    def _exchange(self, rows: list[R]) -> None:
        """All at once, where no row stays: one by one, thousands would hold up the window."""
        if self._rows:
            self.beginRemoveRows(ROOT, 0, len(self._rows) - 1)
            self._rows = []
            self.endRemoveRows()
        if rows:
            self.beginInsertRows(ROOT, 0, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self._columns[section].number)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shortened(column.text(row))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(column.tooltip(row) or column.text(row))
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column.number)
            case Role.TONE:
                return column.tone(row)
            case Role.ICON:
                return column.icon(row)
            case Role.ROW:
                return row
        return None


def shortened(text: str) -> str:
    """The text on one line, cut where it is too long for a cell."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CELL else line[: LONGEST_CELL - 1] + "…"


def alignment(number: bool) -> Qt.AlignmentFlag:
    """Where a column's texts stand."""
    side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
