"""What a place says while it has nothing to show: what this is, why it is empty, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named

_ICON_LINES = 3
_TEXT_WIDTH = 60
"""Letters of a line of text; longer ones are hard to read."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why there is nothing: `icon` is a name of views/icons.py."""

    title: str
    text: str = ""
    icon: str = "info"


class EmptyState(QWidget):
    """Shows an Emptiness in the middle, with buttons for the actions that lead out of it."""

    def __init__(self, look: Look, actions: tuple[QAction, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._icon_name = "info"
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = PlainLabel(parent=self)
        self._title.make_heading()
        self._text = PlainLabel(parent=self)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setMinimumWidth(self.fontMetrics().averageCharWidth() * _TEXT_WIDTH)
        buttons = QHBoxLayout()
        buttons.addStretch()
        for action in actions:
            buttons.addWidget(ActionButton(action, self))
        buttons.addStretch()
        column = QVBoxLayout()
        column.addStretch(2)
        for widget in (self._icon, self._title, self._text):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch()
        row.addLayout(column)
        row.addStretch()
        look.theme.changed.connect(self._dress)

    @property
    def text(self) -> str:
        return f"{self._title.text()} {self._text.text()}"

    def show_emptiness(self, emptiness: Emptiness) -> None:
        self._icon_name = emptiness.icon
        self._title.setText(emptiness.title)
        self._text.setText(emptiness.text)
        self._text.setVisible(bool(emptiness.text))
        named(self, emptiness.title, emptiness.text)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        edge = self.fontMetrics().height() * _ICON_LINES
        self._icon.setPixmap(self._look.icons.icon(self._icon_name).pixmap(edge, edge))


class ActionButton(QPushButton):
    """A push button that is an action: text, tooltip and whether it can be pressed follow it."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setIcon(self._action.icon())
        self.setEnabled(self._action.isEnabled())
        self.setVisible(self._action.isVisible())
