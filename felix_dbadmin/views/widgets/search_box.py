"""A line to type words into that are looked for here; Esc leaves it, whatever else Esc does in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from felix_dbadmin.views.widgets.basics import named


class SearchBox(QLineEdit):
    escaped = Signal()

    def __init__(self, name: str, description: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(name)
        self.setClearButtonEnabled(True)
        named(self, name, description)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


def inner_shortcut(keys: QKeySequence | QKeySequence.StandardKey, widget: QWidget, slot: Callable[[], object]) -> None:
    """While the focus is in `widget` or below."""
    made = QShortcut(QKeySequence(keys), widget)
    # The constructor takes a context too, and with a slot beside it forgets it.
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.activated.connect(slot)
