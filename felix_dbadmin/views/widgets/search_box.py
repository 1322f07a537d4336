"""A line to type words into that are looked for here; Esc leaves it, whatever else Esc does in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from felix_dbadmin.views.widgets.basics import named


def takes_escape(event: QEvent) -> bool:
    """Whether this is the question who wants Esc: the widget with the focus, before any shortcut of the window."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    if event.key() != Qt.Key.Key_Escape:
        return False
    event.accept()
    return True


class SearchBox(QLineEdit):
    escaped = Signal()

    def __init__(self, name: str, description: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText(name)
        self.setClearButtonEnabled(True)
        named(self, name, description)

    def event(self, event: QEvent) -> bool:
        return takes_escape(event) or super().event(event)

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
