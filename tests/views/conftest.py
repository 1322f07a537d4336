"""A window with a real engine under it; nothing of it is left when a test is over."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QStandardPaths
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.look import Look, make_look
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme, Theme
from tests.views.on_search import many_notes
from tests.views.session import FakeAsker, Session

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A screen that is not there cannot raise windows or grab keys; Qt warns of that, and we need not hear."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """No window and no thread outlives its test."""
    QStandardPaths.setTestModeEnabled(True)
    threads = set(threading.enumerate())
    yield
    _delete_now()
    assert [type(widget).__name__ for widget in QApplication.topLevelWidgets()] == []
    assert set(threading.enumerate()) <= threads


@pytest.fixture
def look(qapp: QApplication, nothing_left: None) -> Iterator[Look]:
    theme = Theme(qapp, Scheme.LIGHT)
    yield make_look(theme)
    theme.deleteLater()
    _delete_now()


@pytest.fixture
def asker() -> FakeAsker:
    return FakeAsker()


@pytest.fixture
def session(qtbot: QtBot, look: Look, asker: FakeAsker, tmp_path: Path) -> Iterator[Session]:
    jobs = JobRunner()
    window = MainWindow(jobs, look, WindowSettings(tmp_path / "window.ini"), asker)
    window.show()
    yield Session(window, jobs, asker, qtbot)
    asker.answer = True
    window.close()
    jobs.shutdown()
    window.deleteLater()
    jobs.deleteLater()
    _delete_now()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Sixty notes with an index, in a workspace of their own."""
    folder = tmp_path / "notes"
    folder.mkdir()
    many_notes(folder, 60)
    return folder


def _delete_now() -> None:
    # Twice: what is deleted first may itself have asked for deletions.
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
