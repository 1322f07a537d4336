"""Source text to read: line numbers, colours, Tab leaves it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from felix_dbadmin.models.plain import breakable
from felix_dbadmin.models.sql_highlighter import SqlHighlighter
from felix_dbadmin.views.theme import Theme
from felix_dbadmin.views.widgets.basics import fixed_font, named


class CodeView(QPlainTextEdit):
    """Read-only."""

    def __init__(self, theme: Theme, name: str, parent: QWidget, *, wrap: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(fixed_font())
        if wrap:
            # Anywhere: what stands far to the right is in sight too.
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        else:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        named(self, name)
        self._numbers = _LineNumbers(self)
        self._highlighter = SqlHighlighter(self.document())
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_numbers)
        theme.changed.connect(self._dress)
        self._make_room()
        self._dress()

    def show_code(self, text: str, *, python: bool = False) -> None:
        self._highlighter.set_python(python)
        text = breakable(text)
        if text != self.toPlainText():
            self.setPlainText(text)

    @property
    def shows_end(self) -> bool:
        """Whether the last line of the text is in sight, to its end."""
        last = self.blockBoundingGeometry(self.document().lastBlock()).translated(self.contentOffset())
        return last.isValid() and round(last.bottom()) <= self.viewport().height()

    @property
    def number_width(self) -> int:
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * (digits + 2)

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Draw the line numbers of the blocks that can be seen."""
        painter = QPainter(self._numbers)
        painter.setFont(self.font())
        painter.setPen(QColor(self._theme.tokens.code["line_number"]))
        right = self._numbers.width() - self.fontMetrics().horizontalAdvance("9")
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            number = str(block.blockNumber() + 1)
            painter.drawText(QRect(0, round(top), right, round(height)), Qt.AlignmentFlag.AlignRight, number)
            block, top = block.next(), top + height
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), self.number_width, area.height()))

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self.number_width, 0, 0, 0)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), self.number_width, area.height()))

    @Slot(QRect, int)
    def _scroll_numbers(self, area: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    @Slot()
    def _dress(self) -> None:
        self._highlighter.set_colours(self._theme.tokens.code)
        self._numbers.update()


class _LineNumbers(QWidget):
    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.number_width, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_numbers(event)
