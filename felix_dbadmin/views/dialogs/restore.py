"""What a restore replaces, and with what."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import age_text, bytes_text, count_text, time_text
from felix_dbadmin.models.wording import inside_text, reason_text, verified_text, version_text
from felix_dbadmin.views.widgets.basics import PlainLabel


class RestoreDialog(QDialog):
    """Live database and backup side by side; Cancel is the default."""

    def __init__(self, status: ComponentStatus, backup: Backup, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(f"Restore {status.name}")
        heading = PlainLabel(f"Replace {status.database} by this backup?", self)
        heading.make_heading()
        grid = QGridLayout()
        for column, title in ((1, "Live now"), (2, "Backup")):
            label = PlainLabel(title, self)
            label.make_bold()
            grid.addWidget(label, 0, column)
        for row, (name, live, saved) in enumerate(comparison(status, backup), start=1):
            for column, text in enumerate((name, live, saved)):
                grid.addWidget(PlainLabel(text, self), row, column)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(self.fontMetrics().averageCharWidth() * 3)
        self.accept_button = QPushButton(f"Restore {status.name}", self)
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
        column_layout.addWidget(PlainLabel(promise(status), self))
        column_layout.addStretch()
        column_layout.addLayout(foot)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 90)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.cancel_button.setFocus()


def comparison(status: ComponentStatus, backup: Backup) -> tuple[tuple[str, str, str], ...]:
    """Lines of (what, live, backup)."""
    rows = sum(backup.manifest.rows.values()) if backup.manifest else None
    return (
        ("File", status.database, backup.name),
        ("Version", f"version {version_text(status)}" if status.exists else "no file", inside_text(backup)),
        ("Size", bytes_text(status.size) if status.exists else "no file", bytes_text(backup.size)),
        ("Made", "", f"{time_text(backup.created)}, {age_text(backup.created)}"),
        ("Why", "", reason_text(backup)),
        ("Rows", "not counted yet", "not known" if rows is None else count_text(rows, "row")),
        ("Looked at", status.health, verified_text(backup)),
    )


def promise(status: ComponentStatus) -> str:
    if not status.exists:
        return f"{status.database} does not exist now: it is made anew. The backup is verified first."
    return (
        "The backup is verified first. Then a safety backup (pre_restore_…) of the database as it is now is taken, "
        "so that this can be undone. The database is written in one transaction and read back."
    )
