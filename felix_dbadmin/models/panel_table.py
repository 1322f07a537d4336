"""A panel's table for the window: sorted by any column, and as text for the clipboard and for a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from felix_dbadmin.core.analytics.panel import Behind, Panel, Table, TableColumn
from felix_dbadmin.core.search.forms import write_csv
from felix_dbadmin.models.panel_text import cell_text, column_title, moment_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.table_model import ROOT, alignment, shortened

Index = QModelIndex | QPersistentModelIndex
Cell = str | float | int | None


class PanelTableModel(QAbstractTableModel):
    """Shows a Table; a click on a heading sorts, what has no value comes last either way."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._table = Table()
        self._order: list[int] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    @property
    def table(self) -> Table:
        return self._table

    def show_table(self, table: Table) -> None:
        """The order that somebody chose stays, as long as the columns do."""
        self.beginResetModel()
        if table.columns != self._table.columns:
            self._sorted = None
        self._table = table
        self._order = self._arranged()
        self.endResetModel()

    def behind(self, index: Index) -> Behind | None:
        """What leads to the rows of a line."""
        if not index.isValid() or not self._table.behind:
            return None
        return self._table.behind[self._order[index.row()]]

    def lines(self, rows: Sequence[int] | None = None) -> list[tuple[Cell, ...]]:
        """The cells as they stand, of these lines or of all."""
        places = self._order if rows is None else [self._order[row] for row in rows]
        return [self._table.rows[place] for place in places]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._sorted = (column, order) if column >= 0 else None
        before = self._order
        self._order = self._arranged()
        places = {place: row for row, place in enumerate(self._order)}
        old = self.persistentIndexList()
        new = [self.index(places[before[index.row()]], index.column()) for index in old]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._table.columns):
            return None
        column = self._table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(column)
        return alignment(self._is_number(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._table.columns[index.column()]
        text = cell_text(self._table.rows[self._order[index.row()]][index.column()], column)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shortened(text)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(text)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(self._is_number(index.column()))
        return None

    def _is_number(self, section: int) -> bool:
        column = self._table.columns[section]
        return not column.time and any(isinstance(row[section], int | float) for row in self._table.rows[:50])

    def _arranged(self) -> list[int]:
        places = list(range(len(self._table.rows)))
        if self._sorted is None or self._sorted[0] >= len(self._table.columns):
            return places
        column, order = self._sorted
        known = [place for place in places if self._table.rows[place][column] is not None]
        known.sort(key=lambda place: _rank(self._table.rows[place][column]), reverse=order is _DOWN)
        return known + [place for place in places if self._table.rows[place][column] is None]


_DOWN = Qt.SortOrder.DescendingOrder


def _rank(value: Cell) -> tuple[int, float, str]:
    """Numbers before texts; texts without regard to case."""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (0, float(value or 0), "")


def csv_text(columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]]) -> str:
    """All digits, times as local time, and no text that a spreadsheet would run."""
    titles = [column_title(column) for column in columns]
    file = io.StringIO()
    write_csv(file, titles, [list(zip(titles, _plain(columns, row), strict=True)) for row in rows])
    return file.getvalue()


def clipboard_text(columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]]) -> str:
    """Cells with tabs between them, which is what spreadsheets take."""
    read = csv.reader(io.StringIO(csv_text(columns, rows).removeprefix("\ufeff"), newline=""))
    file = io.StringIO()
    csv.writer(file, dialect="excel-tab", lineterminator="\n").writerows(read)
    return file.getvalue()


def table_of(panel: Panel) -> Table:
    """What there is to export: of figures without a table, the figures."""
    if panel.table.columns or not panel.figures:
        return panel.table
    columns = (TableColumn("Figure"), TableColumn("Value"), TableColumn("Unit"), TableColumn("Before"))
    return Table(columns, tuple((each.name, each.value, each.unit, each.before) for each in panel.figures))


def _plain(columns: Sequence[TableColumn], row: Sequence[Cell]) -> list[Cell]:
    return [
        moment_text(value) if column.time and isinstance(value, int | float) else value
        for column, value in zip(columns, row, strict=True)
    ]
