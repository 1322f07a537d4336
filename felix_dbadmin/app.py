"""The window program: builds theme, engine and window together, and takes them apart again."""

from __future__ import annotations

import faulthandler
import signal
import sys
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, QSize, QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from felix_dbadmin import __version__
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.failures import CrashReporter
from felix_dbadmin.views.icons import app_icon
from felix_dbadmin.views.look import make_look
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme, Theme

PICTURE_SIZE = QSize(1440, 860)
PICTURE_WAIT = 30_000
"""Milliseconds to wait for the first status before the picture is given up."""

SETTINGS_HINT = "The window starts as it does the first time: open your folder again. The databases are not concerned."


def run(folder: Path | None, *, picture: Path | None = None) -> int:
    """Open the window, on `folder` or the one that was open last; returns the exit code when it is closed.

    With `picture` the window is drawn into that PNG once the databases were read, and closed again.
    """
    if sys.stderr is not None:
        faulthandler.enable()
    app = _application()
    settings = WindowSettings(remember=picture is None)
    look = make_look(Theme(app, Scheme.LIGHT if picture else settings.scheme))
    jobs = JobRunner(app)
    asker = Asker()
    window = MainWindow(jobs, look, settings, asker)
    reporter = CrashReporter(window)
    reporter.install()
    before = signal.signal(signal.SIGINT, _quit)
    try:
        folder = folder or (None if picture else settings.folder)
        if folder is not None:
            window.open_folder(folder)
        camera = _Camera(window, picture) if picture else None
        window.show()
        if settings.put_aside:
            asker.tell(window, settings.put_aside, SETTINGS_HINT)
        code = app.exec()
        return code or (1 if camera and not camera.done else 0)
    finally:
        signal.signal(signal.SIGINT, before)
        reporter.uninstall()
        jobs.shutdown()
        window.deleteLater()


def _application() -> QApplication:
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("felix-dbadmin")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("felix-dbadmin")
    app.setWindowIcon(app_icon())
    return app


def _quit(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C in the terminal; seen at the next tick of the watcher, when Python runs again."""
    QApplication.quit()


class _Camera(QObject):
    """Draws the window once, after its first status."""

    def __init__(self, window: MainWindow, picture: Path) -> None:
        super().__init__(window)
        self._window = window
        self._picture = picture
        self.done = False
        window.resize(PICTURE_SIZE)
        window.watcher.status_read.connect(self._arm)
        window.watcher.failed.connect(self._arm)
        self._limit = QTimer(self, singleShot=True, interval=PICTURE_WAIT)
        self._limit.timeout.connect(self._shoot)
        self._limit.start()
        self._shutter = QTimer(self, singleShot=True, interval=0)
        self._shutter.timeout.connect(self._shoot)

    @Slot()
    def _arm(self) -> None:
        """After the layouts have settled."""
        self._shutter.start()

    @Slot()
    def _shoot(self) -> None:
        self._limit.stop()
        shot = QPixmap(self._window.grab())
        self._picture.parent.mkdir(parents=True, exist_ok=True)
        self.done = shot.save(str(self._picture), "PNG")
        self._window.close()
        QApplication.exit(0)
