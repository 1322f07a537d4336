"""What a place says while it has nothing to show: what this is, why it is empty, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named

_ICON_LINES = 3
_NARROWEST, _WIDEST = 60, 90
"""Letters of a line of text; longer ones are hard to read."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why there is nothing: `icon` is a name of views/icons.py."""

    title: str
    text: str = ""
    icon: str = "info"


NO_WORKSPACE = Emptiness(
    "Open a Felix folder",
    "A folder that holds Felix's databases: knowledge, tasks, workflows, agent performance, system actions. "
    "Nothing is written before you ask for it.",
    "database",
)


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
            label.setMinimumWidth(self.fontMetrics().averageCharWidth() * _NARROWEST)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self._buttons = {action: ActionButton(action, self) for action in actions}
        for button in self._buttons.values():
            buttons.addWidget(button)
        buttons.addStretch()
        body = QWidget(self)
        body.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDEST)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(2)
        for widget in (self._icon, self._title, self._text):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(body, 100)
        row.addStretch(1)
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

    def offer(self, *actions: QAction) -> None:
        """Only these of its actions lead out of what it shows now."""
        for action, button in self._buttons.items():
            button.offer(action in actions)

    @Slot()
    def _dress(self) -> None:
        edge = self.fontMetrics().height() * _ICON_LINES
        self._icon.setPixmap(self._look.icons.icon(self._icon_name).pixmap(edge, edge))


class ActionButton(QPushButton):
    """A push button that is an action: text, tooltip and whether it can be pressed follow it."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._action = action
        self._offered = True
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def offer(self, offered: bool) -> None:
        """Whether it is of any use where it stands."""
        self._offered = offered
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setIcon(self._action.icon())
        self.setEnabled(self._action.isEnabled())
        self.setVisible(self._offered and self._action.isVisible())
