"""The text that was applied against the file's text now: + and - first, colour second."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.text import count_text
from felix_dbadmin.models.text_difference import DiffLine, text_difference
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, named


class TextDiff(QWidget):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._lines: tuple[DiffLine, ...] = ()
        self._summary = PlainLabel(parent=self)
        self._code = QPlainTextEdit(self)
        self._code.setReadOnly(True)
        self._code.setFont(fixed_font())
        self._code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._code.setTabChangesFocus(True)
        named(self._code, "Applied text against the file now")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, column.spacing(), 0, 0)
        column.addWidget(self._summary)
        column.addWidget(self._code, 1)
        look.theme.changed.connect(self._write)

    @property
    def text(self) -> str:
        return self._code.toPlainText()

    @property
    def summary(self) -> str:
        return self._summary.text()

    def show_difference(self, item: AppliedMigration | None) -> bool:
        """Show what was changed since; False where nothing was."""
        lines = text_difference(item) if item is not None else ()
        if lines != self._lines:
            self._lines = lines
            self._write()
        return bool(lines)

    @Slot()
    def _write(self) -> None:
        added, removed = (
            sum(line.text.startswith(mark) and not line.text.startswith(mark * 3) for line in self._lines)
            for mark in "+-"
        )
        self._summary.setText(
            f"The file was changed since it was applied: {count_text(added, 'line')} added,"
            f" {count_text(removed, 'line')} removed. The database has what was applied."
        )
        self._code.clear()
        cursor = QTextCursor(self._code.document())
        for number, line in enumerate(self._lines):
            shown = QTextCharFormat()
            colour = self._look.theme.colour(line.tone)
            if colour is not None:
                shown.setForeground(colour)
            cursor.insertText(("\n" if number else "") + line.text, shown)
        self._code.moveCursor(QTextCursor.MoveOperation.Start)
