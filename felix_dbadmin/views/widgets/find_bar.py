"""Finds words in a text: Enter the next, Shift+Enter the one before, Esc closes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from felix_dbadmin.core.text import count_text
from felix_dbadmin.views.widgets.basics import PlainLabel
from felix_dbadmin.views.widgets.search_box import SearchBox, inner_shortcut


class FindBar(QWidget):
    """Hidden until `open_bar`."""

    def __init__(self, text: QPlainTextEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        self.box = SearchBox("Find in this text", "Enter finds the next, Shift+Enter the one before, Esc closes", self)
        self.next = QPushButton("&Next", self)
        self.previous = QPushButton("Pre&vious", self)
        self.found = PlainLabel(parent=self, wrap=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box, 1)
        for widget in (self.next, self.previous, self.found):
            row.addWidget(widget)
        self.box.textChanged.connect(self._look_anew)
        self.box.returnPressed.connect(self.find_next)
        self.next.clicked.connect(self.find_next)
        self.previous.clicked.connect(self.find_previous)
        self.box.escaped.connect(self.close_bar)
        inner_shortcut(QKeySequence("Shift+Return"), self, self.find_previous)
        self.hide()

    @Slot()
    def open_bar(self) -> None:
        selected = self._text.textCursor().selectedText()
        self.show()
        if selected and "\u2029" not in selected:  # that is how Qt writes a line break
            self.box.setText(selected)
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    @Slot()
    def close_bar(self) -> None:
        self.hide()
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def find_next(self) -> None:
        self._find(QTextDocument.FindFlag(0))

    @Slot()
    def find_previous(self) -> None:
        self._find(QTextDocument.FindFlag.FindBackward)

    @Slot(str)
    def _look_anew(self, _text: str) -> None:
        cursor = self._text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._text.setTextCursor(cursor)
        self._find(QTextDocument.FindFlag(0))

    def _find(self, flags: QTextDocument.FindFlag) -> None:
        words = self.box.text()
        count = self._text.toPlainText().casefold().count(words.casefold()) if words else 0
        self.found.setText(count_text(count, "match", "matches") if count else "No match" if words else "")
        if count and not self._text.find(words, flags):
            # Past the end: on from the other one.
            back = bool(flags & QTextDocument.FindFlag.FindBackward)
            self._text.moveCursor(QTextCursor.MoveOperation.End if back else QTextCursor.MoveOperation.Start)
            self._text.find(words, flags)
