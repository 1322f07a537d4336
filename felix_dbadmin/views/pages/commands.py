"""The Commands tab: the figures, and beside them the queue of commands that wait for an answer."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from felix_dbadmin.views.pages.analytics import AnalyticsPage
from felix_dbadmin.views.pages.approvals import ApprovalsPage
from felix_dbadmin.views.widgets.basics import named


class CommandsPage(QTabWidget):
    def __init__(self, figures: AnalyticsPage, approvals: ApprovalsPage, parent: QWidget) -> None:
        super().__init__(parent)
        self.figures, self.approvals = figures, approvals
        self.setDocumentMode(True)
        self.addTab(figures, "Figures")
        self.addTab(approvals, "Approvals")
        named(self.tabBar(), "Figures and approvals")

    @Slot(int)
    def show_waiting(self, count: int) -> None:
        """On the tab, so that it is seen from the figures too."""
        self.setTabText(self.indexOf(self.approvals), f"Approvals ({count:,} waiting)" if count else "Approvals")
