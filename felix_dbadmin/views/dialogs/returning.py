"""Several components at once back to their backups: what each is now, and what it would be."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import count_text, time_text
from felix_dbadmin.models.wording import inside_text, verified_text, version_text
from felix_dbadmin.views.widgets.basics import PlainLabel

_HEADINGS = ("Component", "Now", "Backup", "Inside", "Taken", "Looked at")


class ReturnDialog(QDialog):
    """Accepted only by its named button; Cancel is the default."""

    def __init__(self, pairs: tuple[tuple[ComponentStatus, Backup], ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(True)
        count = count_text(len(pairs), "component")
        self.setWindowTitle(f"Return {count} to {'its backup' if len(pairs) == 1 else 'their backups'}")
        heading = PlainLabel(f"{self.windowTitle()}?", self)
        heading.make_heading()
        grid = QGridLayout()
        for column, title in enumerate(_HEADINGS):
            label = PlainLabel(title, self, wrap=False)
            label.make_bold()
            grid.addWidget(label, 0, column)
        self.lines = tuple(_line(status, backup) for status, backup in pairs)
        for row, line in enumerate(self.lines, start=1):
            for column, text in enumerate(line):
                grid.addWidget(PlainLabel(text, self, wrap=False), row, column)
        grid.setHorizontalSpacing(self.fontMetrics().averageCharWidth() * 3)
        promise = PlainLabel(
            "One after the other, in this order. Each backup is verified first, and a safety backup (pre_restore_…)"
            " of the database as it is now is taken, so that each can be undone by itself.",
            self,
        )
        self.accept_button = QPushButton(f"Restore {count_text(len(pairs), 'backup')}", self)
        self.accept_button.setAutoDefault(False)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.accept_button)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(heading)
        column_layout.addLayout(grid)
        column_layout.addSpacing(self.fontMetrics().height() // 2)
        column_layout.addWidget(promise)
        column_layout.addStretch()
        column_layout.addLayout(foot)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.cancel_button.setFocus()


def _line(status: ComponentStatus, backup: Backup) -> tuple[str, ...]:
    now = f"version {version_text(status)}" if status.exists else "no file"
    return (status.name, now, backup.name, inside_text(backup), time_text(backup.created), verified_text(backup))
