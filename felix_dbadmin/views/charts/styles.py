"""How the series of a page are told apart: by colour, by symbol and by dashes, the same in each of its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from felix_dbadmin.views.theme import Theme

COLOURS = 8
SYMBOLS = ("o", "s", "t1", "d", "t", "star", "x", "+")
"""As pyqtgraph calls them: circle, square, triangle, diamond, triangle on its head …"""
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)

_CORNERS = {
    "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "t1": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
    "t": ((0, 1.2), (1.1, -0.9), (-1.1, -0.9)),
    "d": ((0, -1.3), (1.1, 0), (0, 1.3), (-1.1, 0)),
    "star": ((0, -1.4), (0.4, -0.4), (1.4, -0.4), (0.6, 0.3), (0.9, 1.3), (0, 0.7), (-0.9, 1.3), (-0.6, 0.3),
             (-1.4, -0.4), (-0.4, -0.4)),
}  # fmt: skip
_STROKES = {"x": (((-1, -1), (1, 1)), ((-1, 1), (1, -1))), "+": (((0, -1.3), (0, 1.3)), ((-1.3, 0), (1.3, 0)))}


@dataclass(frozen=True, slots=True)
class Style:
    slot: int
    """-1: what is counted together as “others”."""

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.slot % len(SYMBOLS)] if self.slot >= 0 else "o"

    @property
    def dash(self) -> Qt.PenStyle:
        """The first round of colours is solid, each further one has dashes of its own."""
        return DASHES[self.slot // COLOURS % len(DASHES)] if self.slot >= 0 else Qt.PenStyle.DotLine

    def colour(self, theme: Theme) -> QColor:
        name = f"series{self.slot % COLOURS + 1}" if self.slot >= 0 else "others"
        return QColor(theme.tokens.chart[name])


OTHERS = Style(-1)


class StyleBook:
    """Gives each name of a page its style, and keeps it: what is filtered away does not repaint what stays."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}

    def styles(self, names: Sequence[str]) -> tuple[Style, ...]:
        """In their order. A name keeps its own, unless another of these came first with the same."""
        used: set[int] = set()
        for name in names:
            if is_rest(name):
                continue
            slot = self._slots.get(name, -1)
            if slot < 0 or slot in used:
                others = {self._slots[each] for each in names if each in self._slots}
                slot = next(slot for slot in range(len(names) * 2 + 1) if slot not in used | others)
                self._slots[name] = slot
            used.add(slot)
        return tuple(OTHERS if is_rest(name) else Style(self._slots[name]) for name in names)


def is_rest(name: str) -> bool:
    """'14 others', which core makes of the smallest series."""
    number, _, word = name.partition(" ")
    return word in ("other", "others") and number.replace(",", "").isdigit()


def legend_icon(style: Style, theme: Theme, size: QSize, ratio: float) -> QIcon:
    """A piece of the line with its symbol."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = style.colour(theme)
    middle = QPointF(size.width() / 2, size.height() / 2)
    painter.setPen(QPen(colour, 2.0, style.dash))
    painter.drawLine(QPointF(1, middle.y()), QPointF(size.width() - 1, middle.y()))
    painter.setPen(QPen(colour, 2.0))
    painter.setBrush(colour)
    draw_symbol(painter, style.symbol, middle, size.height() * 0.26)
    painter.end()
    return QIcon(picture)


def draw_symbol(painter: QPainter, symbol: str, middle: QPointF, radius: float) -> None:
    path = QPainterPath()
    if symbol in _CORNERS:
        path.addPolygon(QPolygonF([middle + QPointF(x, y) * radius for x, y in _CORNERS[symbol]]))
        path.closeSubpath()
    elif symbol in _STROKES:
        for (x, y), (to_x, to_y) in _STROKES[symbol]:
            path.moveTo(middle + QPointF(x, y) * radius)
            path.lineTo(middle + QPointF(to_x, to_y) * radius)
    else:
        path.addEllipse(middle, radius * 1.1, radius * 1.1)
    painter.drawPath(path)
