"""Draws a hit in two lines: what it is and where and when, and beneath it the words around what was found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem

from felix_dbadmin.core.search.marks import GAP, Marked
from felix_dbadmin.core.text import age_text
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.search_results import Found
from felix_dbadmin.views.widgets.tone_delegate import ToneDelegate

LINES = 2.9
"""Height of a row, in lines of text."""

_LONGEST = 400
"""Characters of a snippet that can be in sight."""

_RIGHT = 0.42
"""Of the width, for what stands at the right at most."""


class HitDelegate(ToneDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(option.fontMetrics.averageCharWidth() * 40, row_height(option.fontMetrics))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        found = index.data(Role.ROW)
        if not isinstance(found, Found):
            return
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        text = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        faded = text if selected else self._colour(Tone.MUTED, text)
        metrics = option.fontMetrics
        gap = metrics.averageCharWidth()
        room = option.rect.adjusted(gap, 0, -gap, 0)
        line = metrics.lineSpacing()
        top = room.top() + (room.height() - round(2.1 * line)) // 2
        first = QRect(room.left(), top, room.width(), line)
        second = QRect(room.left(), top + round(1.1 * line), room.width(), line)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(faded)
        when = age_text(found.hit.when) if found.hit is not None and found.hit.when is not None else ""
        where = " · ".join(part for part in (found.source.component, when) if part)
        left = self._at_right(painter, first, where, metrics)
        below = self._at_right(painter, second, found.details, metrics)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        gone = found.hit is not None and found.hit.gone
        painter.setPen(faded if found.hit is None or gone else text)
        title = QFontMetrics(bold).elidedText(found.title, Qt.TextElideMode.ElideRight, left)
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        if found.hit is not None and below > 0:
            painter.setFont(option.font)
            painter.setPen(text)
            place = QRect(second.left(), second.top(), below, second.height())
            self._paint_snippet(painter, place, found.hit.snippet, option.font, marked=not selected)
        painter.restore()
        if option.state & QStyle.StateFlag.State_HasFocus and not selected:
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _colour(self, tone: Tone, otherwise: QColor) -> QColor:
        return self._theme.colour(tone) or otherwise

    def _at_right(self, painter: QPainter, line: QRect, text: str, metrics: QFontMetrics) -> int:
        """Draw it at the end of the line; returns the pixels that are left before it."""
        if not text:
            return line.width()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(line.width() * _RIGHT))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return line.width() - metrics.horizontalAdvance(text) - 2 * metrics.averageCharWidth()

    def _paint_snippet(self, painter: QPainter, place: QRect, snippet: Marked, font: QFont, *, marked: bool) -> None:
        """On one line. Marks are bold, and on a ground of their own where the row is not selected."""
        text, spans = _begun_near(snippet, place.width() // max(1, QFontMetrics(font).averageCharWidth()))
        layout = QTextLayout(text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setFormats([_range(text, begin, end, self._mark(marked)) for begin, end in spans if end > begin])
        layout.beginLayout()
        layout.createLine().setLineWidth(1e6)
        layout.endLayout()
        painter.save()
        painter.setClipRect(place)
        layout.draw(painter, QRectF(place).topLeft())
        painter.restore()

    def _mark(self, marked: bool) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFontWeight(QFont.Weight.Bold)
        if marked:
            form.setBackground(QColor(self._theme.tokens.search["mark"]))
        else:
            form.setFontUnderline(True)
        return form


def _begun_near(snippet: Marked, letters: int) -> tuple[str, list[tuple[int, int]]]:
    """As much of the snippet as may be seen, from so far on that its first mark is in sight."""
    first = snippet.spans[0] if snippet.spans else (0, 0)
    cut = first[0] - letters // 4 if first[1] > letters * 3 // 4 else 0
    cut = snippet.text.find(" ", cut, first[0]) + 1 or cut if cut > 0 else 0
    begin = GAP if cut > 0 else ""
    # Every kind of blank becomes one blank of the same length, so that the spans still fit.
    kept = "".join(" " if letter.isspace() else letter for letter in snippet.text[cut : cut + _LONGEST])
    text, by = begin + kept, len(begin) - cut
    return text, [(start + by, min(end + by, len(text))) for start, end in snippet.spans if start + by < len(text)]


def _range(text: str, begin: int, end: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
    """Qt counts in units of UTF-16, Python in characters."""
    made = QTextLayout.FormatRange()
    made.start = units(text[:begin])
    made.length = units(text[begin:end])
    made.format = form
    return made


def units(text: str) -> int:
    """Length in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def row_height(metrics: QFontMetrics) -> int:
    return round(metrics.lineSpacing() * LINES)
