"""The dock with the activity panel, and what feeds it: the jobs of this window and the journal of the open folder."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow

from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.job_log import JobLog
from felix_dbadmin.views.journal_reader import JournalReader
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.activity_panel import ActivityPanel


class ActivityDock(QDockWidget):
    """At the bottom of the window; `action` shows and hides it, and says which it is."""

    noticed = Signal(object)
    """Notice: what was found cut off when a folder was opened."""
    command_copied = Signal(str)

    def __init__(
        self, jobs: JobRunner, quiet: Collection[str], look: Look, action: QAction, window: QMainWindow
    ) -> None:
        super().__init__("Activity", window)
        self.setObjectName("activity")
        self.setAllowedAreas(Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        log = JobLog(jobs, quiet, self)
        self._journal = JournalReader(jobs, self)
        self.panel = ActivityPanel(log, look, self)
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        log.finished.connect(self._journal.refresh)
        self._journal.read.connect(self.panel.show_journal)
        self._journal.noticed.connect(self.noticed)
        self.panel.command_copied.connect(self.command_copied)
        action.toggled.connect(self.setVisible)
        self.toggleViewAction().toggled.connect(action.setChecked)

    def open(self, folder: Path) -> None:
        """Another folder: look for work that was cut off in it, and read what was done."""
        self.panel.forget()
        self._journal.open(folder)
