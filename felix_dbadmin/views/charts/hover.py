"""What the mark under the pointer says: plain text beside it, and a ring around it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.analytics.panel import Form, Marker, Panel
from felix_dbadmin.models.chart_shape import Mark, Shape
from felix_dbadmin.models.panel_text import mark_lines, moment_text, place_text, value_text

MOST_LINES = 14
LONGEST_LINE = 70
_RING = 7
_NEAR = 0.01
"""Of the width in sight: a migration so near to a point is told with it."""


def hover_lines(panel: Panel, shape: Shape, mark: Mark, markers: Sequence[Marker]) -> list[str]:
    """Of a line chart every series at that time, the largest first; of others the one mark."""
    if panel.form is not Form.LINES or len(panel.series) == 1:
        lines = mark_lines(panel, panel.series[mark.series], mark.place)
    else:
        together = sorted(shape.columns.get(mark.x, [mark]), key=lambda each: -each.y)
        lines = [place_text(panel.x, mark.x)]
        lines += [f"{panel.series[each.series].name}: {value_text(each.y, panel.y.unit)}" for each in together]
    near = (shape.xs[1] - shape.xs[0]) * _NEAR
    lines += [f"{moment_text(each.at)}: {each.text}" for each in markers if abs(each.at - mark.x) <= near]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} more"]
    return [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in lines]


class HoverBox(QWidget):
    """Lies over the chart and lets every event through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = parent
        self._lines: tuple[str, ...] = ()
        self._point = QPoint()
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said now."""
        return self._lines if self.isVisible() else ()

    def show_at(self, point: QPoint, lines: Sequence[str], *, leads: bool) -> None:
        """`leads`: a click shows the rows behind the mark."""
        self._lines = (*lines, "Click: its rows") if leads else tuple(lines)
        self._point = point
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
        painter.drawEllipse(self._point, _RING, _RING)
        box = self._box()
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(palette.color(QPalette.ColorRole.ToolTipBase))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(palette.color(QPalette.ColorRole.ToolTipText))
        inside = box.adjusted(self._margin, self._margin // 2, -self._margin, -self._margin // 2)
        height = self.fontMetrics().lineSpacing()
        for number, line in enumerate(self._lines):
            where = QRect(inside.left(), inside.top() + number * height, inside.width(), height)
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()

    @property
    def _margin(self) -> int:
        return self.fontMetrics().averageCharWidth()

    def _box(self) -> QRect:
        """Beside the point, on the side where there is room."""
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(line) for line in self._lines) + 2 * self._margin + 2
        height = metrics.lineSpacing() * len(self._lines) + self._margin
        left = self._point.x() + 2 * _RING
        if left + width > self.width():
            left = max(0, self._point.x() - 2 * _RING - width)
        top = min(max(0, self._point.y() - height // 2), max(0, self.height() - height))
        return QRect(left, top, width, height)
