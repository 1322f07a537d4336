"""Size and edges of the main window, from one visit to the next."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMainWindow, QSplitter

from felix_dbadmin.views.settings import WindowSettings

_WIDE, _HIGH = 235, 140
"""Letters: room for the tree and for two panes beside it."""

_VERSION = 1


def keep_layout(settings: WindowSettings, window: QMainWindow, split: QSplitter) -> None:
    settings.keep_layout("window", window.saveGeometry())
    settings.keep_layout("split", split.saveState())
    settings.keep_layout("docks", window.saveState(_VERSION))


def restore_layout(settings: WindowSettings, window: QMainWindow, split: QSplitter) -> None:
    """As it was left; the first time as large as it is useful."""
    wanted = QSize(_WIDE, _HIGH) * window.fontMetrics().averageCharWidth()
    window.resize(wanted.boundedTo(window.screen().availableSize() * 0.9))
    if state := settings.layout("window"):
        window.restoreGeometry(state)
    if state := settings.layout("split"):
        split.restoreState(state)
    if state := settings.layout("docks"):
        window.restoreState(state, _VERSION)
