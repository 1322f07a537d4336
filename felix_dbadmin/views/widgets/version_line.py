"""Where a component stands, as a line of versions: one point is chosen by mouse or keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QWidget

from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.version_points import Mark, VersionPoint, legend
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_GAP = 4
"""Letters between two version numbers."""


_CORNERS = {
    Mark.FOREIGN: ((0, -1), (1, 0), (0, 1), (-1, 0)),
    Mark.CHANGED: ((0, -1), (1, 1), (-1, 1)),
}


class VersionLine(QScrollArea):
    """Scrolls sideways where there are many."""

    version_chosen = Signal(int)
    """A point was clicked, or Enter pressed on it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.points = _Points(look, self)
        self.setWidget(self.points)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.points.setAutoFillBackground(False)
        self.points.chosen.connect(self.version_chosen)
        self.points.moved.connect(self._follow)

    def show_points(self, points: tuple[VersionPoint, ...]) -> None:
        self.points.show_points(points)
        self.setVisible(bool(points))
        bar = self.horizontalScrollBar().sizeHint().height()
        wide = self.points.minimumSizeHint().width() > self.width()
        self.setFixedHeight(self.points.sizeHint().height() + (bar if wide else 0))
        self._follow()

    def place_of(self, version: int) -> QPoint:
        """Where a version stands, in this widget's coordinates; the corner for one that does not."""
        return self.points.mapTo(self, self.points.place_of(version))

    @Slot()
    def _follow(self) -> None:
        place = self.points.place_of(self.points.version or 0)
        self.ensureVisible(place.x(), place.y(), self.points.step, 0)


class _Points(QWidget):
    chosen = Signal(int)
    moved = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._points: tuple[VersionPoint, ...] = ()
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.theme.changed.connect(self.update)
        named(self, "Versions")

    @property
    def version(self) -> int | None:
        """The one that the keyboard is at."""
        return self._points[self._at].version if self._points else None

    @property
    def step(self) -> int:
        """Pixels from one point to the next."""
        widest = max((len(str(point.version)) for point in (*self._points[:1], *self._points[-1:])), default=1)
        return self.fontMetrics().averageCharWidth() * (widest + _GAP)

    def show_points(self, points: tuple[VersionPoint, ...]) -> None:
        if points == self._points:
            return
        before, stays = self.version, _current(points) == _current(self._points)
        self._points = points
        wanted = before if stays else _current(points)
        self._at = next((number for number, point in enumerate(points) if point.version == wanted), 0)
        self._name()
        self.updateGeometry()
        self.update()

    def place_of(self, version: int) -> QPoint:
        numbers = [number for number, point in enumerate(self._points) if point.version == version]
        return self._centre(numbers[0]).toPoint() if numbers else QPoint()

    def sizeHint(self) -> QSize:
        return QSize(self.step * max(1, len(self._points)), round(self.fontMetrics().height() * 2.4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = max(0, event.rect().left() // self.step - 1)
        last = min(len(self._points), event.rect().right() // self.step + 2)
        self._draw_line(painter, first, last)
        for number in range(first, last):
            self._draw_point(painter, number)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: self._at - 1,
            Qt.Key.Key_Right: self._at + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._points) - 1,
        }
        if self._points and event.key() in moves:
            self._go(moves[Qt.Key(event.key())])
        elif self._points and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Menu):
            self.chosen.emit(self._points[self._at].version)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().toPoint())
        if number is not None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._go(number)
            self.chosen.emit(self._points[number].version)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._number_at(event.pos())
            text = self._points[number].text if number is not None else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().event(event)

    def _go(self, number: int) -> None:
        self._at = min(max(0, number), len(self._points) - 1)
        self._name()
        self.update()
        self.moved.emit()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))

    def _name(self) -> None:
        here = self._points[self._at].text if self._points else "none"
        named(self, f"Versions: {here}", f"{legend(self._points)}. Arrow keys move, Enter offers what can be done.")

    def _number_at(self, place: QPoint) -> int | None:
        number = place.x() // self.step
        return number if 0 <= number < len(self._points) else None

    def _centre(self, number: int) -> QPointF:
        return QPointF(self.step * (number + 0.5), self.fontMetrics().height() * 0.75)

    def _radius(self) -> float:
        return self.fontMetrics().height() * 0.33

    def _draw_line(self, painter: QPainter, first: int, last: int) -> None:
        colour = self.palette().color(QPalette.ColorRole.Mid)
        for number in range(max(1, first), last):
            done = self._points[number].mark is not Mark.PENDING
            style = Qt.PenStyle.SolidLine if done else Qt.PenStyle.DotLine
            painter.setPen(QPen(colour, self.fontMetrics().height() / 9, style))
            away = QPointF(self._radius() * 1.5, 0)
            painter.drawLine(self._centre(number - 1) + away, self._centre(number) - away)

    def _draw_point(self, painter: QPainter, number: int) -> None:
        point, centre, radius = self._points[number], self._centre(number), self._radius()
        colour = self._look.theme.colour(point.tone) or self.palette().color(QPalette.ColorRole.Text)
        painter.setPen(QPen(colour, radius / 3))
        painter.setBrush(Qt.BrushStyle.NoBrush if point.mark is Mark.PENDING else colour)
        match point.mark:
            case Mark.FOREIGN | Mark.CHANGED:
                corners = _CORNERS[point.mark]
                painter.drawPolygon(QPolygonF([centre + QPointF(x, y) * radius for x, y in corners]))
            case _:
                painter.drawEllipse(centre, radius * 0.9, radius * 0.9)
        font = self.font()
        font.setBold(point.current)
        painter.setFont(font)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        height = self.fontMetrics().height()
        label = QRectF(self.step * number, height * 1.3, self.step, height)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, str(point.version))
        if number == self._at and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), radius / 3))
            painter.drawRoundedRect(QRectF(self.step * number, 1, self.step, self.height() - 2), radius, radius)


def _current(points: tuple[VersionPoint, ...]) -> int | None:
    return next((point.version for point in points if point.current), None)
