"""The query as it was understood: each piece in a frame of its own, on one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from felix_dbadmin.core.search.query import Chip, Kind
from felix_dbadmin.core.text import list_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import shortened
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_WIDEST = 40
"""Letters of a chip; the tooltip has all of it."""

_TONES = {Kind.WORD: Tone.NORMAL, Kind.NOT: Tone.BAD, Kind.IGNORED: Tone.MUTED}


class ChipLine(QWidget):
    """What finds no room is counted at the end."""

    def __init__(self, look: Look, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._name = name
        self._chips: tuple[Chip, ...] = ()
        self._places: list[tuple[QRectF, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.theme.changed.connect(self.update)
        named(self, name)

    @property
    def chips(self) -> tuple[Chip, ...]:
        return self._chips

    def show_chips(self, chips: Sequence[Chip]) -> None:
        if tuple(chips) == self._chips:
            return
        self._chips = tuple(chips)
        named(self, self._name, list_text([chip.text for chip in chips], limit=20))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, round(self.fontMetrics().height() * 1.5))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = next((text for place, text in self._places if place.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), plain_tooltip(found), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        gap, inside = metrics.averageCharWidth(), metrics.averageCharWidth()
        more = metrics.horizontalAdvance("+99 more")
        left = 0.5
        self._places = []
        for number, chip in enumerate(self._chips):
            widest = metrics.averageCharWidth() * _WIDEST
            text = metrics.elidedText(shortened(chip.text), Qt.TextElideMode.ElideRight, widest)
            width = metrics.horizontalAdvance(text) + 2 * inside
            last = number == len(self._chips) - 1
            if number and left + width > self.width() - (0 if last else more):
                painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
                rest = QRectF(left, 0, more, self.height())
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{len(self._chips) - number} more")
                self._places.append((rest, "\n".join(each.text for each in self._chips[number:])))
                break
            place = QRectF(left, 0.5, width, self.height() - 1.0)
            self._paint_chip(painter, place, chip.kind, text)
            self._places.append((place, chip.text))
            left += width + gap
        painter.end()

    def _paint_chip(self, painter: QPainter, place: QRectF, kind: Kind, text: str) -> None:
        colour = self._look.theme.colour(_TONES[kind]) or self.palette().color(QPalette.ColorRole.WindowText)
        edge = QPen(self.palette().color(QPalette.ColorRole.Mid) if kind is Kind.WORD else QColor(colour))
        if kind is Kind.IGNORED:
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(edge)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
