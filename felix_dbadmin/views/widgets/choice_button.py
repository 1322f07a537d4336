"""A button of a row of which one is chosen; which one it is can be seen in any theme."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named


class ChoiceButton(QToolButton):
    def __init__(self, look: Look, text: str, name: str, group: QButtonGroup, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        group.addButton(self)
        named(self, name)
        self.toggled.connect(self._dress)
        look.theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        """Fusion draws the chosen one a shade darker, which on a dark window nobody sees."""
        palette = QPalette()
        if self.isChecked():
            palette.setColor(QPalette.ColorRole.Button, palette.color(QPalette.ColorRole.Highlight))
            palette.setColor(QPalette.ColorRole.ButtonText, palette.color(QPalette.ColorRole.HighlightedText))
        self.setPalette(palette)
