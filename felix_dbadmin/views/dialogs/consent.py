"""A question before something that matters: what would happen, and a button that says so."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.views.widgets.basics import PlainLabel

_LETTERS = 90


class ConsentDialog(QDialog):
    """Cancel is the default and Esc. `body` is where a subclass puts what it has to show."""

    def __init__(self, title: str, heading: str, accept: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(title)
        self.heading = PlainLabel(heading, self)
        self.heading.make_heading()
        self.body = QVBoxLayout()
        self.accept_button = QPushButton(accept, self)
        self.accept_button.setAutoDefault(False)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.accept_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addLayout(self.body, 1)
        self._column.addLayout(foot)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.cancel_button.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its texts are when they are wrapped to its width: Qt's own guess cuts letters at some scales."""
        super().showEvent(event)
        needed = self._column.totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), needed))

    def add_text(self, text: str) -> PlainLabel:
        label = PlainLabel(text, self)
        self.body.addWidget(label)
        return label
