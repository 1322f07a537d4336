"""Somebody at the window: opens folders, presses buttons, waits for what comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.notice import Notice

D = TypeVar("D", bound=QDialog)

LONG = 30_000
"""Milliseconds that a wait may take at most; it ends as soon as what is waited for is there."""


class FakeAsker(Asker):
    """Answers at once, and remembers what was asked."""

    def __init__(self) -> None:
        self.chosen: Path | None = None
        self.answer = False
        self.asked: list[str] = []

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None:
        self.asked.append(title)
        return self.chosen

    def save_file(self, parent: QWidget, title: str, name: str) -> Path | None:
        self.asked.append(title)
        return self.chosen

    def agrees(self, parent: QWidget, question: str, consequence: str, yes: str, no: str) -> bool:
        self.asked.append(question)
        return self.answer


@dataclass
class Session:
    window: MainWindow
    jobs: JobRunner
    asker: FakeAsker
    qtbot: QtBot

    def open(self, folder: Path, component: str = "knowledge") -> None:
        self.window.open_folder(folder)
        self.qtbot.waitUntil(lambda: self.window.status is not None, timeout=LONG)
        self.window.tree.select_component(component)

    def component(self, name: str) -> ComponentStatus:
        status = self.window.status.component(name) if self.window.status else None
        assert status is not None
        return status

    def start(self, do: Do) -> None:
        action = self.window.actions_by_id[do]
        assert action.isEnabled(), action.statusTip()
        action.trigger()

    def finish(self) -> None:
        """Until nothing runs any more and the window has read what is there now."""
        self.qtbot.waitUntil(lambda: self.window.desk.flow is None, timeout=LONG)
        self.qtbot.waitUntil(lambda: not self.jobs.jobs, timeout=LONG)

    def do(self, do: Do) -> Notice:
        """Start an action that asks nothing; returns what it had to say."""
        self.start(do)
        self.finish()
        return self.notice()

    def dialog(self, kind: type[D]) -> D:
        self.qtbot.waitUntil(lambda: any(each.isVisible() for each in self.window.findChildren(kind)), timeout=LONG)
        return next(each for each in self.window.findChildren(kind) if each.isVisible())

    def review(self, do: Do) -> ReviewDialog:
        self.start(do)
        return self.dialog(ReviewDialog)

    def press(self, button: QPushButton) -> None:
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def notice(self) -> Notice:
        """What the page in front says."""
        page = self.window.tabs.currentWidget()
        notice = (self.window.backups if page is self.window.backups else self.window.migrations).banner.notice
        assert notice is not None
        return notice

    def row(self, name: str) -> list[str]:
        """A component's line in the tree."""
        model = self.window.tree.view.model()
        fleet = model.index(0, 0)
        for row in range(model.rowCount(fleet)):
            if model.index(row, 0, fleet).data() == name:
                return [model.index(row, column, fleet).data() for column in range(model.columnCount())]
        raise AssertionError(name)
