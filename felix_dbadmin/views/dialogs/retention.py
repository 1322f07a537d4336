"""Which old backups can go: two numbers, and at once exactly what they would delete and why the rest stays."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QSpinBox, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.retention import PrunePlan, RetentionPolicy
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.text import age_text, bytes_text, count_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, named

DAYS, KEEP = 30, 5
"""As on the command line."""

SETTLED = 250
"""Milliseconds after the last change of a number; only then it is looked up what it means."""

_MOST = 10_000

_WIDE, _HIGH = 150, 80
"""Letters: the table says why each one stays."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one backup: `kept` says why it stays, '' for one that is deleted."""

    backup: Backup
    kept: str


FATE_COLUMNS: tuple[Column[Fate], ...] = (
    Column(
        "What happens",
        lambda row: "Deleted" if not row.kept else "Kept",
        tone=lambda row: Tone.NORMAL if row.kept else Tone.BAD,
        icon=lambda row: "good" if row.kept else "delete",
    ),
    Column("Why", lambda row: row.kept or "older than that, and not among the newest"),
    Column("Age", lambda row: age_text(row.backup.created)),
    Column("Size", lambda row: bytes_text(row.backup.size), number=True),
    Column("Backup", lambda row: row.backup.name),
)
_BACKUP = 4


class RetentionDialog(ConsentDialog):
    """Deletes nothing that it has not shown: the plan that is accepted is the one on the screen."""

    policy_changed = Signal(object)
    """RetentionPolicy to look up"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__("Retention", "Delete old backups?", "Delete", parent)
        self.plan: PrunePlan | None = None
        self.days = QSpinBox(self)
        self.days.setRange(0, _MOST)
        self.days.setSuffix(" days")
        self.days.setValue(DAYS)
        self.keep = QSpinBox(self)
        self.keep.setRange(1, _MOST)
        self.keep.setValue(KEEP)
        form = QFormLayout()
        form.addRow("Keep what is not older than", self.days)
        form.addRow("Keep the newest of each database", self.keep)
        self.body.addLayout(form)
        self.add_text(
            "The newest verified backup of each database, protected ones, and those from before a migration that is "
            "still applied stay in any case."
        )
        self.sentence: PlainLabel = self.add_text("")
        self.sentence.make_bold()
        self._fates: TableModel[Fate] = TableModel(FATE_COLUMNS, _name, self)
        self.table = RowTable(self._fates, look.delegate, "What happens to each backup", self, stretch=_BACKUP)
        self.body.addWidget(self.table, 1)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self._ask)
        for box, name in ((self.days, "Days"), (self.keep, "Newest to keep")):
            named(box, name)
            box.valueChanged.connect(self._wait)
        self.resize(QSize(_WIDE, _HIGH) * self.fontMetrics().averageCharWidth())
        self._wait()

    @property
    def policy(self) -> RetentionPolicy:
        return RetentionPolicy(self.days.value(), self.keep.value())

    @property
    def fates(self) -> tuple[Fate, ...]:
        return self._fates.rows

    def show_plan(self, plan: PrunePlan) -> None:
        self.plan = plan
        gone = tuple(Fate(backup, "") for backup in plan.delete)
        self._fates.set_rows(gone + tuple(Fate(backup, why) for backup, why in plan.kept))
        self.table.fit_columns(60)
        count = count_text(len(plan.delete), "backup")
        size = bytes_text(plan.bytes)
        kept = count_text(len(plan.kept), "backup")
        if plan.delete:
            self.sentence.setText(f"{count} would be deleted, which frees {size}; {kept} stay.")
            self.accept_button.setText(f"Delete {count}, {size}")
        else:
            self.sentence.setText(f"Nothing would be deleted; all {kept} stay.")
            self.accept_button.setText("Delete")
        self.accept_button.setEnabled(bool(plan.delete))
        self.accept_button.setToolTip("" if plan.delete else "Nothing would be deleted.")

    def show_trouble(self, error: DbAdminError) -> None:
        self.sentence.setText(f"{error.summary} {error.hint}")

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 140, metrics.height() * 34)

    @Slot()
    def _wait(self) -> None:
        """Until it is known what the numbers mean, nothing can be deleted."""
        self.plan = None
        self.sentence.setText("Looking at the backups…")
        self.accept_button.setEnabled(False)
        self._settled.start()

    @Slot()
    def _ask(self) -> None:
        self.policy_changed.emit(self.policy)


def _name(fate: Fate) -> str:
    return fate.backup.name
