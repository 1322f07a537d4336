"""The painted line of a component's events; the list beneath it says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log1p

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from felix_dbadmin.core.history import Event
from felix_dbadmin.core.text import time_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.timeline import KINDS, mark_of, tone_of, version_of
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_GAP = 4.0
"""Letters between two marks at least."""

_LINES = 4.6
_MARK = 1.5
"""Size of a mark, in ordinary letters."""


class TimelineLine(QWidget):
    """Oldest to the left. Long pauses take more room than short ones; what does not fit is counted at the left."""

    event_chosen = Signal(object)
    """Event"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._events: tuple[Event, ...] = ()
        self._selected: Event | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # The list beneath has the focus and the words.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        named(self, "Line of events, oldest first; the list beneath has them too")
        look.theme.changed.connect(self.update)

    @property
    def shown(self) -> tuple[tuple[Event, float], ...]:
        """The events that fit, oldest first, each with its place in pixels."""
        letter = self.fontMetrics().averageCharWidth()
        room = self.width() - 12.0 * letter
        count = max(1, int(room / (_GAP * letter)))
        events = self._events[-count:]
        gaps = [log1p(max(0.0, late.at - early.at)) for early, late in pairwise(events)]
        spare = max(0.0, room - len(gaps) * _GAP * letter)
        stretch = min(spare / (sum(gaps) or 1.0), 2.0 * letter)
        places = [8.0 * letter]
        for gap in gaps:
            places.append(places[-1] + _GAP * letter + gap * stretch)
        return tuple(zip(events, places, strict=False))

    @property
    def dates(self) -> tuple[str, str]:
        """Under the first mark and the last one: of the same day the clock time, of the same second nothing more."""
        if not self.shown:
            return "", ""
        first, last = (time_text(self.shown[number][0].at) for number in (0, -1))
        if first == last:
            return first, ""
        return first, last.split()[-1] if first.split()[0] == last.split()[0] else last

    def show_events(self, events: Sequence[Event]) -> None:
        """Newest first, as the history has them."""
        self._events = tuple(reversed(events))
        self._selected = None
        self.update()

    def select(self, event: Event | None) -> None:
        self._selected = event
        self.update()

    def place_of(self, event: Event) -> QPointF | None:
        """Where an event stands, None where it does not fit."""
        return next((QPointF(place, self._middle) for each, place in self.shown if each == event), None)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 60, round(metrics.height() * _LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 30, self.sizeHint().height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        text = f"{time_text(found.at)}\n{KINDS[found.kind]}: {found.title}" if found else ""
        self.setToolTip(plain_tooltip(text))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.event_chosen.emit(found)

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown = self.shown
        if not shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        muted = self.palette().placeholderText().color()
        painter.setPen(QPen(muted, max(1.0, self.fontMetrics().lineWidth() * 1.5)))
        painter.drawLine(QPointF(shown[0][1], self._middle), QPointF(shown[-1][1], self._middle))
        for event, place in shown:
            self._paint(painter, event, place)
        painter.setPen(muted)
        height = self.fontMetrics().height()
        below = QRectF(0, self._middle + height * 0.9, self.width(), height)
        painter.drawText(below.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, self.dates[0])
        if len(shown) > 1:
            first, last = self.dates
            right = shown[-1][1] + self.fontMetrics().horizontalAdvance(last) / 2
            clear = 4 + self.fontMetrics().horizontalAdvance(f"{first}   {last}")
            edge = min(float(self.width() - 4), max(right, clear))
            painter.drawText(QRectF(0, below.top(), edge, height), Qt.AlignmentFlag.AlignRight, last)
        if hidden := len(self._events) - len(shown):
            painter.drawText(QRectF(4, self._middle - height / 2, shown[0][1], height), 0, f"+{hidden:,}")
        painter.end()

    def _paint(self, painter: QPainter, event: Event, place: float) -> None:
        height = self.fontMetrics().height()
        edge = height * _MARK
        box = QRectF(place - edge / 2, self._middle - edge / 2, edge, edge)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().base() if event != self._selected else self.palette().highlight())
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        colour = self._look.theme.colour(tone_of(event)) or self.palette().text().color()
        if event == self._selected:
            colour = self.palette().highlightedText().color()
        painter.setPen(colour)
        painter.drawText(box, centre, mark_of(event))
        painter.setPen(self.palette().text().color())
        above = QRectF(place - edge, box.top() - height, 2 * edge, height)
        painter.drawText(above, centre, version_of(event))

    def _at(self, point: QPointF) -> Event | None:
        """The nearest event, if the point is on it."""
        reach = self.fontMetrics().height() * _MARK / 2
        near = [(abs(place - point.x()), number) for number, (_, place) in enumerate(self.shown)]
        distance, number = min(near, default=(reach + 1, 0))
        return self.shown[number][0] if distance <= reach and abs(point.y() - self._middle) <= 2 * reach else None

    @property
    def _middle(self) -> float:
        return self.height() * 0.5
