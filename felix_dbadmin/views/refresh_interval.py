"""How often a page reads again by itself, as somebody chose it for a folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from felix_dbadmin.views.settings import WindowSettings


class RefreshInterval(QObject):
    due = Signal()

    def __init__(self, settings: WindowSettings, page: str, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._name = settings, f"{page}_refresh"
        self._folder: Path | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.due)

    def open(self, folder: Path) -> int:
        """Run as it was chosen for this folder; the seconds, 0 for never."""
        self._folder = folder
        seconds = self._settings.number(folder, self._name, 0)
        self._run(seconds)
        return seconds

    @Slot(int)
    def choose(self, seconds: int) -> None:
        """Run like this from now on, and keep it."""
        if self._folder is not None:
            self._settings.keep_number(self._folder, self._name, seconds)
        self._run(seconds)

    def _run(self, seconds: int) -> None:
        if seconds:
            self._timer.start(seconds * 1000)
        else:
            self._timer.stop()
