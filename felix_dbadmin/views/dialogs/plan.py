"""A question about many backups at once: numbers to choose, and at once exactly what they would do to each backup."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QSpinBox, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.text import age_text, bytes_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, named

SETTLED = 250
"""Milliseconds after the last change of a number; only then it is looked up what it means."""

MOST = 10_000

_MEASURED = 100
"""Rows that are looked at for the width of a column: of 10,000 all took a fifth of a second."""

_WIDE, _HIGH = 168, 84
"""Letters: the table says why each one stays."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one backup: `kept` says why it stays, '' for one that does not."""

    backup: Backup
    kept: str


@dataclass(frozen=True, slots=True)
class FateWords:
    """What is done to a backup, and why; and that nothing is. Icons are names of views/icons.py."""

    done: str
    why: str
    icon: str
    tone: Tone
    left: str
    left_icon: str


class PlanDialog(ConsentDialog):
    """Does nothing that it has not shown: what is accepted is what the table says."""

    numbers_settled = Signal()
    """What they mean is to be looked up."""

    def __init__(self, look: Look, title: str, heading: str, promise: str, words: FateWords, parent: QWidget) -> None:
        super().__init__(title, heading, words.done, parent)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._words = words
        self.body.addLayout(self._form)
        self.add_text(promise)
        self.sentence: PlainLabel = self.add_text("")
        self.sentence.make_bold()
        self._fates: TableModel[Fate] = TableModel(_columns(words), _name, self)
        stretch = self._fates.columnCount() - 1
        self.table = RowTable(self._fates, look.delegate, "What happens to each backup", self, stretch=stretch)
        self.table.horizontalHeader().setResizeContentsPrecision(_MEASURED)
        self.body.addWidget(self.table, 1)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self.numbers_settled)
        self.resize(QSize(_WIDE, _HIGH) * self.fontMetrics().averageCharWidth())
        self.wait()

    @property
    def fates(self) -> tuple[Fate, ...]:
        return self._fates.rows

    def add_number(self, label: str, least: int, value: int, suffix: str = "") -> QSpinBox:
        """A number that the plan depends on."""
        box = QSpinBox(self)
        box.setRange(least, MOST)
        box.setSuffix(suffix)
        box.setValue(value)
        named(box, label)
        box.valueChanged.connect(self.wait)
        self._form.addRow(label, box)
        return box

    def show_fates(self, gone: tuple[Backup, ...], kept: tuple[tuple[Backup, str], ...], sentence: str) -> None:
        """What the numbers mean; nothing can be accepted where nothing would be done."""
        self._fates.set_rows((*(Fate(backup, "") for backup in gone), *(Fate(backup, why) for backup, why in kept)))
        self.table.fit_columns(60)
        self.sentence.setText(sentence)
        self.accept_button.setEnabled(bool(gone))
        self.accept_button.setToolTip(plain_tooltip("" if gone else sentence))

    def show_trouble(self, error: DbAdminError) -> None:
        self._fates.set_rows(())
        self.sentence.setText(f"{error.summary}\n{error.hint}")
        self.accept_button.setText(self._words.done)
        self.accept_button.setToolTip(plain_tooltip(error.summary))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 140, metrics.height() * 34)

    @Slot()
    def wait(self) -> None:
        """Until it is known what the numbers mean, nothing can be done."""
        self.sentence.setText("Looking at the backups…")
        self.accept_button.setEnabled(False)
        self._settled.start()


def _columns(words: FateWords) -> tuple[Column[Fate], ...]:
    return (
        Column(
            "What happens",
            lambda row: words.left if row.kept else words.done,
            tone=lambda row: Tone.NORMAL if row.kept else words.tone,
            icon=lambda row: words.left_icon if row.kept else words.icon,
        ),
        Column("Why", lambda row: row.kept or words.why),
        Column("Age", lambda row: age_text(row.backup.created)),
        Column("Size", lambda row: bytes_text(row.backup.size), number=True),
        Column("Backup", lambda row: row.backup.name),
    )


def _name(fate: Fate) -> str:
    return fate.backup.name
