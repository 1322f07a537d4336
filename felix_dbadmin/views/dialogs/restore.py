"""What a restore replaces, and with what."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import age_text, bytes_text, count_text, list_text, time_text
from felix_dbadmin.models.wording import inside_text, verified_text, version_text, why_text
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.widgets.basics import PlainLabel

ROWS = "Rows"

DAMAGED = "It was found damaged when it was last verified. If it still is, it is not restored."


class RestoreDialog(ConsentDialog):
    """Live database and backup side by side."""

    def __init__(self, status: ComponentStatus, backup: Backup, parent: QWidget) -> None:
        heading = f"Replace {status.database} by this backup?" if status.exists else f"Make {status.database} anew?"
        super().__init__(f"Restore {status.name}", heading, f"Restore {status.name}", parent)
        grid = QGridLayout()
        for column, title in ((1, "Live now"), (2, "Backup")):
            label = PlainLabel(title, self)
            label.make_bold()
            grid.addWidget(label, 0, column)
        for row, (name, live, saved) in enumerate(comparison(status, backup), start=1):
            for column, text in enumerate((name, live, saved)):
                label = PlainLabel(text, self, wrap=False)
                grid.addWidget(label, row, column)
                if (name, column) == (ROWS, 1):
                    self.live_rows = label
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(self.fontMetrics().averageCharWidth() * 3)
        self.body.addLayout(grid)
        self.body.addSpacing(self.fontMetrics().height())
        if backup.manifest is not None and backup.manifest.problems:
            self.add_text(DAMAGED).make_bold()
        if gone := versions_gone(status, backup):
            self.add_text(gone).make_bold()
        self.add_text(promise(status))
        self.body.addStretch()

    def show_live_rows(self, count: int | None) -> None:
        """`None` where they could not be counted."""
        self.live_rows.setText("not known" if count is None else count_text(count, "row"))


def comparison(status: ComponentStatus, backup: Backup) -> tuple[tuple[str, str, str], ...]:
    """Lines of (what, live, backup)."""
    rows = sum(backup.manifest.rows.values()) if backup.manifest else None
    live_rows = ("counting…" if status.trouble is None else "not known") if status.exists else "no file"
    return (
        ("File", status.database, backup.name),
        ("Version", f"version {version_text(status)}" if status.exists else "no file", inside_text(backup)),
        ("Size", bytes_text(status.size) if status.exists else "no file", bytes_text(backup.size)),
        ("State of", "now" if status.exists else "", f"{time_text(backup.created)}, {age_text(backup.created)}"),
        ("Why taken", "", why_text(backup)),
        (ROWS, live_rows, "not known" if rows is None else count_text(rows, "row")),
        ("Looked at", status.health, verified_text(backup)),
    )


def versions_gone(status: ComponentStatus, backup: Backup) -> str:
    """The migrations that are applied now and not in the backup; '' where there are none, or nothing says."""
    inside = {version for version, _ in backup.versions}
    gone = [str(item.version) for item in status.applied if item.version not in inside]
    if backup.manifest is None or not gone:
        return ""
    what, verb = ("migration", "was") if len(gone) == 1 else ("migrations", "were")
    return f"Not in the backup: {what} {list_text(gone)}, which {verb} applied since."


def promise(status: ComponentStatus) -> str:
    if not status.exists:
        return f"{status.database} does not exist now: it is made anew. The backup is verified first."
    return (
        "1. The backup is verified.\n"
        "2. A safety backup (pre_restore_…) of the database as it is now is taken: with it this can be undone.\n"
        "3. The database is written, in one transaction.\n"
        "4. It is read back and compared with the backup.\n"
        "What was written since the backup is then only in the safety backup."
    )
