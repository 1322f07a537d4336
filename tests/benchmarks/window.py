"""A window to measure: with a pulse that notes how long the event loop stood still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.look import make_look
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme, Theme
from tests.views.session import FakeAsker, Session

TICK = 5
"""Milliseconds."""


def starved() -> float:
    """Seconds that this thread could have run and was not let: other programs' share, not ours. 0 where none says."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Pulse(QObject):
    """A timer that notes the longest wait for its own tick, without what other programs took of the processor."""

    def __init__(self) -> None:
        super().__init__()
        self._longest = 0.0
        self._last, self._starved = time.monotonic(), starved()
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        now, waited = time.monotonic(), starved()
        self._longest = max(self._longest, now - self._last - (waited - self._starved))
        self._last, self._starved = now, waited

    def stop(self) -> float:
        """Returns the longest wait in seconds."""
        self._beat()
        self._timer.stop()
        return self._longest


@contextmanager
def at_a_window(qapp: QApplication, qtbot: QtBot, settings: Path) -> Iterator[Session]:
    theme = Theme(qapp, Scheme.LIGHT)
    jobs, asker = JobRunner(), FakeAsker()
    window = MainWindow(jobs, make_look(theme), WindowSettings(settings), asker)
    window.show()
    yield Session(window, jobs, asker, qtbot)
    asker.answer = True
    window.close()
    jobs.shutdown()
    for each in (window, jobs, theme):
        each.deleteLater()
    for _ in range(2):  # what is deleted first may itself have asked for deletions
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
