"""A backup beside the live database: not compared yet, being compared, or what was found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.backups.compare import Comparison, TableComparison
from felix_dbadmin.core.errors import BackupUnusable, DbAdminError
from felix_dbadmin.core.task import Progress
from felix_dbadmin.core.text import count_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.comparison import (
    COMPARED_COLUMNS,
    ComparedRow,
    SampleModel,
    compared_rows,
    comparison_sentence,
    differs,
    schema_groups,
    versions_sentence,
)
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, named
from felix_dbadmin.views.widgets.empty_state import ActionButton, Emptiness, EmptyState
from felix_dbadmin.views.widgets.findings_tree import FindingsTree
from felix_dbadmin.views.widgets.sample_table import SampleTable

NOT_COMPARED = Emptiness("Not compared yet", "See which rows came, went or changed since this backup.", "compare")
UNUSABLE = "Verify it to see all that is wrong with it; another backup may be whole."
STOPPED = Emptiness("The comparison was stopped", "Nothing was changed by it.", "compare")


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """What somebody chose to bring back. `keys` None means the whole table, made as in the backup."""

    backup: str
    table: TableComparison
    keys: tuple[tuple[object, ...], ...] | None


class ComparisonView(QWidget):
    """Shows one state at a time; who compares and brings back is told by signals."""

    stop_asked = Signal()
    bring_back_asked = Signal(object)
    """RowsWanted"""
    rows_chosen = Signal()
    """Other rows are wanted now."""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.empty = EmptyState(look, (actions[Do.COMPARE],), self)
        self.unusable = EmptyState(look, (actions[Do.VERIFY_BACKUP],), self)
        self._wanted: RowsWanted | None = None
        self.comparison: Comparison | None = None
        self._compared: TableModel[ComparedRow] = TableModel(COMPARED_COLUMNS, _name, self)
        self._samples = SampleModel(self)
        self._sentence = PlainLabel(parent=self)
        self._sentence.make_bold()
        self._versions = PlainLabel(parent=self)
        self.schema = FindingsTree(look, "Schema, backup against live", self, fitted=0)
        self.tables = RowTable(self._compared, look.delegate, "Tables, backup against live", self, stretch=0)
        self.samples = SampleTable(self._samples, look.delegate, "Rows that differ", self)
        self._lower = QStackedWidget(self)
        self._shown = PlainLabel(parent=self)
        self.rows_button = QPushButton("Bring rows back…", self)
        self.table_button = QPushButton("Bring the table back…", self)
        self._note = PlainLabel(parent=self)
        self._bar = QProgressBar(self)
        named(self._bar, "Progress of the comparison")
        self.stop_button = QPushButton("Cancel", self)
        self._stack = QStackedWidget(self)
        for page in (self.empty, self._running_page(), self._found_page(actions), self.unusable):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.stop_button.clicked.connect(self._ask_stop)
        self.tables.selectionModel().currentRowChanged.connect(self._show_samples)
        self.samples.selectionModel().selectionChanged.connect(self._weigh)
        self._samples.modelReset.connect(self._weigh)
        self.rows_button.clicked.connect(self.ask_rows)
        self.table_button.clicked.connect(self._ask_table)
        self.show_emptiness(NOT_COMPARED)

    @property
    def text(self) -> str:
        """What is said of what was found."""
        return f"{self._sentence.text()} {self._versions.text()}".strip()

    @property
    def running(self) -> bool:
        return self._stack.currentIndex() == 1

    def show_emptiness(self, emptiness: Emptiness) -> None:
        """There is no comparison, for this reason."""
        self.comparison = None
        self.empty.show_emptiness(emptiness)
        self._stack.setCurrentIndex(0)
        self._tell()

    def show_trouble(self, error: DbAdminError) -> None:
        """It could not be done: what to do is to try again, or where it is the backup's fault to look at that."""
        if isinstance(error, BackupUnusable):
            self.comparison = None
            self.unusable.show_emptiness(
                Emptiness("This backup cannot be compared", f"{error.summary}\n{UNUSABLE}", "bad")
            )
            self._stack.setCurrentWidget(self.unusable)
            self._tell()
        else:
            self.show_emptiness(Emptiness("They could not be compared", f"{error.summary}\n{error.hint}", "bad"))

    def follow(self, job: Job[Any]) -> None:
        """A comparison runs."""
        self.comparison = None
        self._note.setText("Waiting for its turn")
        self._bar.setRange(0, 0)
        self.stop_button.setText("Cancel")
        self.stop_button.setEnabled(True)
        job.progressed.connect(self._show_progress)
        self._stack.setCurrentIndex(1)
        self._tell()

    def show_comparison(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self._sentence.setText(comparison_sentence(comparison, time.time()))
        self._versions.setText(versions_sentence(comparison))
        self._versions.setVisible(bool(self._versions.text()))
        self.schema.show_groups(schema_groups(comparison))
        rows = compared_rows(comparison)
        self._compared.set_rows(rows)
        self.tables.fit_columns()
        self._stack.setCurrentIndex(2)
        if rows:
            self.tables.selectRow(next((number for number, row in enumerate(rows) if row.table), 0))
            self.tables.scrollToTop()
        self._show_samples()

    @property
    def wanted(self) -> RowsWanted | None:
        """The rows that are selected and can be brought back."""
        table = self._samples.table
        if self.comparison is None or table is None or not table.key:
            return None
        if any(item.name == table.table for item in self.comparison.schema.removed):
            return None  # there is no table that they could go back into
        chosen = [self._samples.sample(index.row()) for index in self.samples.selectionModel().selectedRows()]
        keys = tuple(sample.key for sample in chosen if sample.kind != "added")
        return RowsWanted(self.comparison.backup, table, keys) if keys else None

    @Slot()
    def ask_rows(self) -> None:
        """Ask for the selected rows to be brought back."""
        if (wanted := self.wanted) is not None:
            self.bring_back_asked.emit(wanted)

    @Slot()
    def _ask_table(self) -> None:
        table = self._samples.table
        if self.comparison is not None and table is not None:
            self.bring_back_asked.emit(RowsWanted(self.comparison.backup, table, None))

    @Slot()
    def _ask_stop(self) -> None:
        self.stop_button.setText("Cancelling…")
        self.stop_button.setEnabled(False)
        self.stop_asked.emit()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        # Qt's bar counts in 32 bits, rows do not.
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(min(1000, 1000 * progress.done // progress.total))
        self._note.setText(progress.note or "Comparing")

    @Slot()
    def _show_samples(self) -> None:
        row = self._compared.row_of(self.tables.currentIndex())
        table = row.table if row is not None else None
        self._samples.set_table(table)
        self.samples.fit_columns()
        self._lower.setCurrentWidget(self.schema if row is not None and table is None else self.samples)
        self._lower.setVisible(table is None or differs(table))
        self._shown.setText(_shown_text(table))
        self._shown.setVisible(bool(self._shown.text()))
        self._weigh()

    @Slot()
    def _weigh(self) -> None:
        """Which buttons make sense; the others say why not."""
        table, wanted = self._samples.table, self.wanted
        count = len(wanted.keys) if wanted is not None and wanted.keys is not None else 0
        self.rows_button.setText(f"Bring {count_text(count, 'row')} back…" if count > 1 else "Bring this row back…")
        self.rows_button.setEnabled(count > 0)
        self.rows_button.setToolTip(plain_tooltip("" if count else _why_no_rows(table)))
        reason = self._why_no_table(table)
        self.table_button.setEnabled(not reason)
        self.table_button.setToolTip(plain_tooltip(reason or "Make the whole table as it is in the backup"))
        self._tell()

    def _tell(self) -> None:
        if (wanted := self.wanted) != self._wanted:
            self._wanted = wanted
            self.rows_chosen.emit()

    def _why_no_table(self, table: TableComparison | None) -> str:
        """'' where the whole table can be brought back."""
        if table is None or self.comparison is None:
            return "Select a table first."
        schema = self.comparison.schema
        for items, place in ((schema.removed, "live database"), (schema.added, "backup")):
            if any(item.name == table.table for item in items):
                return f"There is no such table in the {place}."
        return "" if differs(table) else "Nothing differs in it."

    def _running_page(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(page)
        column.addWidget(self._note)
        column.addLayout(row)
        column.addStretch()
        return page

    def _found_page(self, actions: ActionSet) -> QWidget:
        page = QWidget(self)
        self._lower.addWidget(self.samples)
        self._lower.addWidget(self.schema)
        lower = QWidget(page)
        rows = QVBoxLayout(lower)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._shown)
        rows.addWidget(self._lower, 1)
        rows.addStretch()
        split = QSplitter(Qt.Orientation.Vertical, page)
        split.setChildrenCollapsible(False)
        for number, widget in enumerate((self.tables, lower)):
            split.addWidget(widget)
            split.setStretchFactor(number, 2 + number)
        foot = QHBoxLayout()
        foot.addWidget(self.rows_button)
        foot.addWidget(self.table_button)
        foot.addStretch()
        foot.addWidget(ActionButton(actions[Do.COMPARE], self))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._sentence)
        column.addWidget(self._versions)
        column.addWidget(split, 1)
        column.addLayout(foot)
        return page


def _name(row: ComparedRow) -> tuple[str, bool]:
    return row.name, row.table is None


def _shown_text(table: TableComparison | None) -> str:
    if table is None:
        return ""
    note = f" ({table.note})" if table.note else ""
    if not differs(table):
        return f"{table.table} is the same in both{note}."
    differing = table.added + table.missing + table.changed
    if len(table.samples) < differing:
        return f"{len(table.samples):,} of {differing:,} rows that differ{note}."
    return f"{count_text(differing, 'row')} that {'differs' if differing == 1 else 'differ'}{note}."


def _why_no_rows(table: TableComparison | None) -> str:
    if table is not None and not table.key:
        return "Rows without a key cannot be told apart; the whole table can be brought back."
    return "Select rows that are missing or changed."
