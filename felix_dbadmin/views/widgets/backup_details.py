"""All about the selected backup: what is in it, how it differs from the live database, what its manifest says."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.models.backup_groups import backup_sentence, contents_groups
from felix_dbadmin.models.wording import why_text
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.comparison_view import NOT_COMPARED, ComparisonView
from felix_dbadmin.views.widgets.empty_state import Emptiness
from felix_dbadmin.views.widgets.findings_tree import FindingsTree
from felix_dbadmin.views.widgets.manifest_view import ManifestView

SETTLED = 250
"""Milliseconds that a backup must stay selected before it is compared: arrow keys pass over many."""

NO_LIVE = Emptiness("There is no live database", "Restoring this backup makes it anew.", "absent")


class BackupDetails(QWidget):
    """Comparing starts by itself when its tab is shown; one backup is compared at a time."""

    comparison_wanted = Signal(object)
    """Backup"""
    comparison_unwanted = Signal()

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._backup: Backup | None = None
        self._live = False
        self._title = PlainLabel(parent=self)
        self._title.make_bold()
        self._facts = PlainLabel(parent=self)
        self.contents = FindingsTree(look, "Contents of the backup", self, fitted=0)
        self.comparison = ComparisonView(look, actions, self)
        self.manifest = ManifestView(look, self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        named(self.tabs.tabBar(), "Details of the backup")
        for widget, title in (
            (self.contents, "Contents"),
            (self.comparison, "Compare with live"),
            (self.manifest, "Manifest"),
        ):
            self.tabs.addTab(widget, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._title, self._facts):
            column.addWidget(part)
        column.addWidget(self.tabs, 1)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self.compare)
        self.tabs.currentChanged.connect(self._compare_if_shown)

    @property
    def backup(self) -> Backup | None:
        return self._backup

    @property
    def text(self) -> str:
        return f"{self._title.text()} {self._facts.text()}"

    def show_backup(self, backup: Backup | None, *, live: bool) -> None:
        """`live` says whether there is a database to compare it with."""
        other = backup is None or self._backup is None or backup.path != self._backup.path or live != self._live
        changed = backup != self._backup
        self._backup, self._live = backup, live
        if changed:
            self._title.setText(f"{why_text(backup)}: {backup.name}" if backup else "")
            self._facts.setText(backup_sentence(backup) if backup else "")
            self.contents.show_groups(contents_groups(backup) if backup else ())
            self.manifest.show_backup(backup)
        if other:
            self.forget_comparison()

    def forget_comparison(self) -> None:
        """What was found does not hold any more; it is found anew where somebody is looking."""
        self._settled.stop()
        self.comparison_unwanted.emit()
        self.comparison.show_emptiness(NOT_COMPARED if self._live else NO_LIVE)
        self._compare_if_shown()

    def show_comparison_tab(self) -> None:
        self.tabs.setCurrentWidget(self.comparison)

    @Slot()
    def compare(self) -> None:
        """Compare what is selected now."""
        self._settled.stop()
        if self._backup is not None and self._live:
            self.comparison_wanted.emit(self._backup)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare_if_shown()

    @Slot()
    def _compare_if_shown(self) -> None:
        untold = self.comparison.comparison is None and not self.comparison.running
        if self.tabs.currentWidget() is self.comparison and self.isVisible() and untold:
            self._settled.start()
