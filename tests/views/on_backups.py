"""What somebody does on the Backups page, in a word."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.pages.backups import BackupsPage
from felix_dbadmin.views.widgets.comparison_view import ComparisonView
from tests.helpers.peers import attempt
from tests.views.session import LONG, Session

KNOWLEDGE = "felix_knowledge.db"
CHANGED = (
    "delete from knowledge_entries where knowledge_id in"
    " (select knowledge_id from knowledge_entries order by knowledge_id limit 3)",
    "update knowledge_entries set domain = 'elsewhere' where knowledge_id ="
    " (select max(knowledge_id) from knowledge_entries)",
)


def back_up_and_change(workspace: Path) -> Path:
    """The workspace, after its knowledge was backed up and then changed."""
    back_up(workspace, "knowledge", task=Task(), note="before the clean-up")
    assert attempt(workspace / KNOWLEDGE, *CHANGED) == "ok"
    return workspace


def backups_page(session: Session) -> BackupsPage:
    session.start(Do.BACKUPS_TAB)
    return session.window.backups


def compared(session: Session) -> ComparisonView:
    """The comparison, after somebody clicked its tab."""
    page = backups_page(session)
    bar = page.details.tabs.tabBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    view = page.details.comparison
    session.qtbot.waitUntil(lambda: view.comparison is not None, timeout=LONG)
    return view


def select_rows(table: QTableView, *rows: int) -> None:
    table.clearSelection()
    for row in rows:
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        table.selectionModel().select(table.model().index(row, 0), flags)
