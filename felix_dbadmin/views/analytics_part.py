"""The window's pages of figures with who works for them, put together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.jobs.late_import import LateImport
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.analytics_pages import SPECS
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.analytics_desk import AnalyticsDesk
from felix_dbadmin.views.approvals_desk import ApprovalsDesk
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.pages.analytics import AnalyticsPage
from felix_dbadmin.views.pages.approvals import ApprovalsPage
from felix_dbadmin.views.pages.commands import CommandsPage
from felix_dbadmin.views.settings import WindowSettings


class AnalyticsPart(QObject):
    def __init__(
        self,
        jobs: JobRunner,
        look: Look,
        desk: Desk,
        settings: WindowSettings,
        asker: Asker,
        actions: ActionSet,
        tabs: QTabWidget,
    ) -> None:
        super().__init__(tabs)
        charts = LateImport("pyqtgraph", self)
        self.pages = {spec.name: AnalyticsPage(look, spec, tabs) for spec in SPECS}
        self.desks = {
            name: AnalyticsDesk(jobs, look, desk, settings, asker, charts, page) for name, page in self.pages.items()
        }
        self.approvals = ApprovalsPage(look, tabs)
        self.approvals_desk = ApprovalsDesk(jobs, desk, self.approvals)
        self.commands = CommandsPage(self.pages["commands"], self.approvals, tabs)
        self.approvals_desk.waiting_changed.connect(self.commands.show_waiting)
        self._tabs = tabs
        actions[Do.APPROVALS].triggered.connect(self.show_approvals)

    def add_tabs(self) -> None:
        """At the end, in their order."""
        for spec in SPECS:
            page: QWidget = self.commands if spec.name == "commands" else self.pages[spec.name]
            self._tabs.addTab(page, spec.title)

    def open(self, folder: Path) -> None:
        for desk in self.desks.values():
            desk.open(folder)
        self.approvals_desk.open(folder)

    @Slot(object)
    def take_status(self, status: WorkspaceStatus) -> None:
        for desk in self.desks.values():
            desk.take_status(status)

    @Slot()
    def show_approvals(self) -> None:
        self._tabs.setCurrentWidget(self.commands)
        self.commands.setCurrentWidget(self.approvals)
