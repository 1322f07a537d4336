"""The rows of a table, a page at a time: around one row, or those that belong to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.rows import Binary, Rows, Span
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.panel_text import moment_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, named
from felix_dbadmin.views.widgets.sample_table import SampleTable

_WIDE, _HIGH = 130, 34
"""Letters and lines."""

Row = tuple[tuple[object, ...], tuple[object, ...]]
"""Where it stands, and its cells."""


@dataclass(frozen=True, slots=True)
class PageWanted:
    component: str
    table: str
    where: tuple[tuple[str, object], ...] = ()
    around: tuple[str, object] | None = None
    after: tuple[object, ...] | None = None
    before: tuple[object, ...] | None = None
    span: Span | None = None

    @property
    def in_words(self) -> str:
        """Which rows, '' for all."""
        parts = [f"{column} = {_one_of(value)}" for column, value in self.where]
        if self.span is not None and self.span.since is not None:
            parts.append(f"from {moment_text(self.span.since)}")
        if self.span is not None and self.span.until is not None:
            parts.append(f"until {moment_text(self.span.until)}")
        return ", ".join(parts)


class RowsDialog(QDialog):
    """Asks for each page, and shows the one that was asked for last."""

    page_wanted = Signal(object)
    """PageWanted"""

    def __init__(self, look: Look, wanted: PageWanted, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{wanted.table} of {wanted.component}")
        self._look = look
        self._wanted = wanted
        self._rows: Rows | None = None
        self._job: Job[Any] | None = None
        self._model: TableModel[Row] | None = None
        self.table: SampleTable | None = None
        condition = wanted.in_words
        self._condition = f"Where {condition}" if condition else "In the order of the table's key"
        self.line = PlainLabel(self._condition, self)
        self.whole = QPlainTextEdit(self)
        self.whole.setReadOnly(True)
        self.whole.setFont(fixed_font())
        self.whole.setTabChangesFocus(True)
        self.whole.setPlaceholderText("Select a row to read all of it.")
        named(self.whole, "The selected row")
        self.first = QPushButton("&First rows", self)
        self.earlier = QPushButton("&Earlier", self)
        self.later = QPushButton("&Later", self)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        row = QHBoxLayout()
        for button in (self.first, self.earlier, self.later):
            row.addWidget(button)
            button.setAutoDefault(False)
        row.addStretch()
        row.addWidget(self._buttons)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.line)
        self._column.addStretch(1)
        self._column.addLayout(row)
        self.whole.hide()
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * _WIDE, metrics.height() * _HIGH)
        self.first.clicked.connect(self._ask_first)
        self.earlier.clicked.connect(self._ask_earlier)
        self.later.clicked.connect(self._ask_later)
        self._buttons.rejected.connect(self.reject)
        self._settle()

    @property
    def rows(self) -> Rows | None:
        """The page that is shown."""
        return self._rows

    def ask(self, wanted: PageWanted) -> None:
        self.line.setText("Reading…")
        self._settle(waiting=True)
        self.page_wanted.emit(wanted)

    def follow(self, job: Job[Any]) -> None:
        """The page that was asked for."""
        self._job = job
        job.succeeded.connect(self._take)
        job.failed.connect(self._tell)

    @Slot(object)
    def _take(self, rows: Rows) -> None:
        if self.sender() is not self._job:
            return
        self._rows = rows
        table = self.table or self._made(rows)
        if self._model is not None:
            self._model.set_rows(tuple(zip(_places(rows), rows.rows, strict=True)))
        self.table = table
        table.fit_columns()
        if len(rows.rows) == 1:
            table.selectRow(0)
        self._show_row()
        shown = count_text(len(rows.rows), "row")
        total = f" of {rows.total:,}" if rows.total is not None else ""
        self.line.setText(f"{self._condition}: {shown}{total}")
        self._select()
        self._settle()

    @Slot(object)
    def _tell(self, error: DbAdminError) -> None:
        if self.sender() is self._job:
            self.line.setText(f"{error.summary} {error.hint}")
            self._settle()

    def _made(self, rows: Rows) -> SampleTable:
        """The columns are known with the first page."""
        columns = tuple(
            Column(name, _cell(place), tone=_tone(place), number=False) for place, name in enumerate(rows.columns)
        )
        self._model = TableModel(columns, _place_of, self)
        table = SampleTable(self._model, self._look.delegate, f"Rows of {rows.table}", self)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(table)
        split.addWidget(self.whole)
        self.whole.show()
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        self._column.takeAt(1)
        self._column.insertWidget(1, split, 1)
        table.selectionModel().currentRowChanged.connect(self._show_row)
        table.setFocus()
        return table

    @Slot()
    def _show_row(self) -> None:
        """The selected row as a whole: in the table a long text is cut."""
        row = self._model.row_of(self.table.currentIndex()) if self._model is not None and self.table else None
        columns = self._rows.columns if self._rows is not None else ()
        self.whole.setPlainText(_row_text(columns, row[1]) if row is not None else "")

    def _select(self) -> None:
        """The row that the page is around."""
        if self.table is None or self._rows is None or self._wanted.around is None or not self._rows.rows:
            return
        name, value = self._wanted.around
        columns = [column.lower() for column in self._rows.columns]
        if name.lower() in columns:
            found = [row[columns.index(name.lower())] for row in self._rows.rows]
        else:
            found = [place[0] if place else None for place in self._rows.rowids]
        if value in found:
            index = self.table.model().index(found.index(value), 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(index, flags)
            self.table.scrollTo(index, SampleTable.ScrollHint.PositionAtCenter)

    @Slot()
    def _ask_first(self) -> None:
        self.ask(replace(self._wanted, around=None))

    @Slot()
    def _ask_earlier(self) -> None:
        if self._rows is not None and self._rows.rowids:
            self.ask(replace(self._wanted, around=None, before=self._rows.rowids[0]))

    @Slot()
    def _ask_later(self) -> None:
        if self._rows is not None and self._rows.rowids:
            self.ask(replace(self._wanted, around=None, after=self._rows.rowids[-1]))

    def _settle(self, *, waiting: bool = False) -> None:
        rows = self._rows
        self.earlier.setEnabled(not waiting and rows is not None and not rows.first)
        self.first.setEnabled(not waiting and rows is not None and not rows.first)
        self.later.setEnabled(not waiting and rows is not None and not rows.last)


def _one_of(value: object) -> str:
    if isinstance(value, tuple):
        return " or ".join(_one_of(each) for each in value)
    return "NULL" if value is None else str(value)


def _places(rows: Rows) -> tuple[tuple[object, ...], ...]:
    """A view has none: its rows are numbered."""
    if all(rows.rowids):
        return rows.rowids
    return tuple((number,) for number in range(len(rows.rows)))


def _place_of(row: Row) -> tuple[object, ...]:
    return row[0]


def _row_text(columns: Sequence[str], cells: Sequence[object]) -> str:
    """A column a line; a text of several lines stands beneath its column's name."""
    lines: list[str] = []
    for name, value in zip(columns, cells, strict=True):
        text = _value_text(value)
        lines.append(f"{name}:\n{indent(text, '    ')}" if "\n" in text.strip() else f"{name}: {text}")
    return "\n".join(lines)


def _value_text(value: object) -> str:
    if value is None:
        return "NULL"
    return f"{bytes_text(value.size)} of binary data" if isinstance(value, Binary) else str(value)


def _cell(place: int) -> Callable[[Row], str]:
    def text(row: Row) -> str:
        return _value_text(row[1][place])

    return text


def _tone(place: int) -> Callable[[Row], Tone]:
    def tone(row: Row) -> Tone:
        return Tone.MUTED if row[1][place] is None or isinstance(row[1][place], Binary) else Tone.NORMAL

    return tone
