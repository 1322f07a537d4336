"""A row as a text to read: the names of its fields, their values beneath, what was found marked. Never HTML."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from felix_dbadmin.core.search.reading import FieldRead, RowRead
from felix_dbadmin.core.search.showing import FieldKind
from felix_dbadmin.models.plain import breakable
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import fixed_font, named
from felix_dbadmin.views.widgets.hit_delegate import units

LONGEST = 100_000
"""Characters of a field that are laid out; more would hold up the window. Copying takes them all."""

MOST_MARKS = 5_000

_SHORT = 60
"""Characters of a value that stands beside its name."""


class ReadingText(QPlainTextEdit):
    """n goes to the next mark, Shift+N and m to the one before; Esc leaves."""

    left = Signal()
    marks_changed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._row: RowRead | None = None
        self._marks: list[tuple[int, int]] = []
        self._at = -1
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        named(self, "The row that is selected", "n goes to the next mark, Shift+N to the one before, Esc leaves")
        look.theme.changed.connect(self._dress)

    @property
    def marks(self) -> tuple[int, int]:
        """Which one is selected (from 1; 0 for none), and how many there are."""
        return self._at + 1, len(self._marks)

    def show_row(self, row: RowRead | None) -> None:
        self._row = row
        self._marks, self._at = [], -1
        self.setUpdatesEnabled(False)
        self.clear()
        if row is not None:
            cursor = QTextCursor(self.document())
            cursor.beginEditBlock()
            for field in row.fields:
                self._write(cursor, field)
            cursor.endEditBlock()
            self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setUpdatesEnabled(True)
        self._paint_marks()
        self.marks_changed.emit()

    def go_to_mark(self, step: int) -> None:
        """Round and round."""
        if not self._marks:
            return
        self._at = (self._at + step) % len(self._marks) if self._at >= 0 or step > 0 else len(self._marks) - 1
        begin, end = self._marks[self._at]
        cursor = self.textCursor()
        cursor.setPosition(begin)
        self.setTextCursor(cursor)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self.marks_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_N and plain:
            self.go_to_mark(-1 if shift else 1)
        elif event.key() == Qt.Key.Key_M and plain:
            self.go_to_mark(-1)
        else:
            super().keyPressEvent(event)

    def _write(self, cursor: QTextCursor, field: FieldRead) -> None:
        """Its name in bold; a short value beside it, a long one beneath."""
        text = field.text.text[:LONGEST]
        notes = [field.note] if field.note else []
        if len(field.text.text) > LONGEST:
            notes.append(f"the first {LONGEST:,} of {len(field.text.text):,} characters; Copy takes them all")
        beside = len(text) <= _SHORT and "\n" not in text
        if not cursor.atStart():
            cursor.insertBlock()
            if not beside:
                cursor.insertBlock()
        cursor.insertText(field.name, self._form(bold=True))
        if field.kind is FieldKind.EMPTY:
            cursor.insertText("  empty", self._form(muted=True))
        if notes:
            cursor.insertText(f"  {'; '.join(notes)}", self._form(muted=True))
        if field.kind is FieldKind.EMPTY:
            return
        if beside:
            cursor.insertText("  ", self._form())
        else:
            cursor.insertBlock()
        begin = cursor.position()
        # Every kind of line end is one character in the text and one place in the document.
        fixed = field.kind in (FieldKind.JSON, FieldKind.BINARY)
        cursor.insertText(breakable(_one_place_each(text)), self._form(fixed=fixed))
        self._marks += [
            (begin + units(text[:start]), begin + units(text[:end]))
            for start, end in field.text.spans[: MOST_MARKS - len(self._marks)]
            if end <= len(text)
        ]

    def _form(self, *, bold: bool = False, muted: bool = False, fixed: bool = False) -> QTextCharFormat:
        form = QTextCharFormat()
        if fixed:
            form.setFont(fixed_font())
        if bold:
            form.setFontWeight(QFont.Weight.DemiBold)
        if bold or muted:
            colour = self._look.theme.colour(Tone.MUTED)
            form.setForeground(colour if colour is not None else self.palette().color(QPalette.ColorRole.Text))
        return form

    def _paint_marks(self) -> None:
        form = QTextCharFormat()
        form.setBackground(QColor(self._look.theme.tokens.search["mark"]))
        selections = []
        for begin, end in self._marks:
            made = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(begin)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            made.cursor = cursor
            made.format = form
            selections.append(made)
        self.setExtraSelections(selections)

    @Slot()
    def _dress(self) -> None:
        self.show_row(self._row)


def _one_place_each(text: str) -> str:
    return text.replace("\r", "\n").replace("\0", "\ufffd")


def row_text(row: RowRead) -> str:
    """All of it, for copying."""
    return "\n\n".join(f"{field.name}\n{field.text.text}" for field in row.fields)
