"""What this is and what it is made of."""

from __future__ import annotations

import platform

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin import __version__
from felix_dbadmin.views.icons import app_icon
from felix_dbadmin.views.widgets.basics import PlainLabel

_ICON_LINES = 4


class AboutDialog(QDialog):
    def __init__(self, sqlite: str, parent: QWidget) -> None:
        """`sqlite` is the engine's SQLite version, '' while it is not up."""
        super().__init__(parent)
        self.setWindowTitle("About felix-dbadmin")
        edge = self.fontMetrics().height() * _ICON_LINES
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(edge, edge))
        heading = PlainLabel(f"felix-dbadmin {__version__}", self, wrap=False)
        heading.make_heading()
        parts = f"Python {platform.python_version()} · Qt {qVersion()} · SQLite {sqlite or 'not started yet'}"
        text = PlainLabel(
            "Migrates, rehearses, backs up and restores the SQLite databases of Felix.\n"
            f"It never says “done” before it has looked.\n\n{parts}\nMIT licence",
            self,
            wrap=False,
        )
        close = QPushButton("Close", self)
        close.setDefault(True)
        top = QHBoxLayout()
        top.addWidget(picture)
        words = QVBoxLayout()
        words.addWidget(heading)
        words.addWidget(text)
        top.addLayout(words, 1)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addLayout(foot)
        close.clicked.connect(self.accept)
