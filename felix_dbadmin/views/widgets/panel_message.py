"""Why a panel shows nothing, with the button that leads out of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.models.panel_text import Message
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named


class PanelMessage(QWidget):
    pressed = Signal(object)
    """Message"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._message = Message("")
        self._icon = QLabel(self)
        self._title = PlainLabel(parent=self)
        self._title.make_bold()
        self._text = PlainLabel(parent=self)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._press)
        column = QVBoxLayout(self)
        column.addStretch(2)
        for part in (self._icon, self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        look.theme.changed.connect(self._dress)

    @property
    def text(self) -> str:
        return f"{self._title.text()} {self._text.text()}".strip()

    def show_message(self, message: Message) -> None:
        self._message = message
        self._title.setText(message.title)
        self._text.setText(message.text)
        self._text.setVisible(bool(message.text))
        self.button.setText(message.button)
        self.button.setVisible(bool(message.button))
        named(self, message.title, message.text)
        self._dress()

    @Slot()
    def _press(self) -> None:
        self.pressed.emit(self._message)

    @Slot()
    def _dress(self) -> None:
        edge = self.fontMetrics().height() * 2
        self._icon.setPixmap(self._look.icons.icon(self._message.icon).pixmap(edge, edge))
