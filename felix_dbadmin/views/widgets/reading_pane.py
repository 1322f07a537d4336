"""Beneath the hits: the selected row whole, what belongs to it, and the ways on from there."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.reading import RowRead
from felix_dbadmin.core.search.related import MOST_COUNTED, Related
from felix_dbadmin.models.table_model import Column, TableModel, shortened
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, icon_button, named
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.reading_text import ReadingText, row_text

NOTHING_SELECTED = Emptiness(
    "Select a hit to read it", "Down goes from the words to the hits, Enter into the row, Esc back.", "read"
)

_TEXT, _RELATED = 7, 3
"""Shares of the width."""

RELATED_COLUMNS: tuple[Column[Related], ...] = (
    Column("Belongs to it", lambda row: row.title, tooltip=lambda row: f"{row.table} of {row.component}"),
    Column("Rows", lambda row: f"{row.count:,}+" if row.count >= MOST_COUNTED else f"{row.count:,}", number=True),
)


class ReadingPane(QWidget):
    """Shows what it is told."""

    left = Signal()
    related_wanted = Signal(object)
    """Related: its rows are to be shown."""
    table_wanted = Signal()
    like_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._row: RowRead | None = None
        self.title = PlainLabel(parent=self, wrap=False)
        self.title.make_bold()
        self.marks = PlainLabel(parent=self, wrap=False)
        self.marks.make_muted()
        self.text = ReadingText(look, self)
        self._related: TableModel[Related] = TableModel(RELATED_COLUMNS, _key, self)
        self.related = RowTable(self._related, look.delegate, "Rows that belong to it", self, stretch=0)
        self._previous = icon_button(look.icons, "up", "The mark before (Shift+N)", self)
        self._next = icon_button(look.icons, "down", "The next mark (n)", self)
        self._copy = QPushButton("Cop&y", self)
        self.table_button = QPushButton("Open in its &table", self)
        self.like_button = QPushButton("More li&ke this", self)
        named(self._copy, "Copy the row as text")
        self.empty = EmptyState(look, (), self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.text.left.connect(self.left)
        self.text.marks_changed.connect(self._show_marks)
        self._previous.clicked.connect(self._go_back)
        self._next.clicked.connect(self._go_on)
        self._copy.clicked.connect(self.copy)
        look.theme.changed.connect(self._dress)
        self.table_button.clicked.connect(self.table_wanted)
        self.like_button.clicked.connect(self.like_wanted)
        self.related.activated.connect(self._ask_related)
        self.related.clicked.connect(self._ask_related)
        self.show_nothing()

    @property
    def row(self) -> RowRead | None:
        """What is shown."""
        return self._row

    def show_row(self, row: RowRead) -> None:
        self._row = row
        gone = " (deleted meanwhile: the index still holds this)" if row.gone else ""
        self.title.setText(shortened(row.title) + gone)
        self.text.show_row(row)
        self._related.set_rows(row.related)
        self.related.setVisible(bool(row.related))
        self.related.fit_columns()
        self.table_button.setEnabled(row.key is not None)
        self.like_button.setEnabled(not row.gone)
        self._stack.setCurrentIndex(0)

    def show_nothing(self, emptiness: Emptiness = NOTHING_SELECTED) -> None:
        self._row = None
        self.empty.show_emptiness(emptiness)
        self._stack.setCurrentWidget(self.empty)

    def show_trouble(self, error: DbAdminError) -> None:
        self.show_nothing(Emptiness(error.summary, error.hint, "bad"))

    def enter(self) -> None:
        if self._row is not None:
            self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.text.go_to_mark(1)

    @Slot()
    def copy(self) -> None:
        if self._row is not None:
            QGuiApplication.clipboard().setText(row_text(self._row))

    @Slot()
    def _dress(self) -> None:
        self._previous.setIcon(self._look.icons.icon("up"))
        self._next.setIcon(self._look.icons.icon("down"))

    @Slot()
    def _go_on(self) -> None:
        self.text.go_to_mark(1)

    @Slot()
    def _go_back(self) -> None:
        self.text.go_to_mark(-1)

    @Slot()
    def _show_marks(self) -> None:
        at, count = self.text.marks
        self.marks.setText(f"{at} of {count:,}" if at else f"{count:,} marked" if count else "")
        for button in (self._previous, self._next):
            button.setEnabled(count > 0)

    @Slot(QModelIndex)
    def _ask_related(self, index: QModelIndex) -> None:
        related = self._related.row_of(index)
        if related is not None:
            self.related_wanted.emit(related)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        self.title.setMinimumWidth(1)  # a long title gives way to the buttons
        for part in (self.marks, self._previous, self._next, self._copy, self.table_button, self.like_button):
            head.addWidget(part)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.text)
        split.addWidget(self.related)
        split.setSizes([_TEXT * 1000, _RELATED * 1000])
        reading = QWidget(self)
        column = QVBoxLayout(reading)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(split, 1)
        self._stack.addWidget(reading)
        self._stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)


def _key(related: Related) -> tuple[object, ...]:
    return (related.component, related.table, related.column, str(related.value), related.title)
