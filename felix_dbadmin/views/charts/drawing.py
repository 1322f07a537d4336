"""A panel's marks as items of pyqtgraph, each form in its own way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from felix_dbadmin.core.analytics.panel import Form, Marker, Panel, Series
from felix_dbadmin.models.chart_shape import Mark, Shape
from felix_dbadmin.models.chart_ticks import SHORT_NAME, short_name
from felix_dbadmin.views.charts.styles import Style
from felix_dbadmin.views.theme import Theme

FEW = 60
"""Symbols on all lines together: more would hide them."""
DOT = 7.0
SMALLEST, LARGEST = 8.0, 30.0
"""Pixels of a point that stands for few and for many rows."""
MANY = 2_000
"""Points; so many are drawn as stamps, which is faster and less sharp in a saved picture."""
THICK = 800
"""Points, up to which lines are two pixels wide: a thin line is drawn fifty times as fast."""
WHOLE = 300
"""Points, up to which a dashed line is drawn in one go."""
_GAP = float("nan")


@dataclass(frozen=True, slots=True)
class Canvas:
    """What drawing needs: pyqtgraph itself, where to draw, and the colours."""

    # Any: pyqtgraph has no types, and is imported when the first chart is shown.
    pg: Any
    box: Any
    theme: Theme

    def pen(self, colour: QColor, width: float = 1.0, dash: Any = None) -> QPen:
        pen = QPen(colour, width)
        pen.setCosmetic(True)
        if dash is not None:
            pen.setStyle(dash)
        return pen

    def add(self, item: Any) -> None:
        self.box.addItem(item, ignoreBounds=True)


def draw(canvas: Canvas, panel: Panel, shape: Shape, styles: Sequence[Style], markers: Sequence[Marker]) -> None:
    """Fill the empty box."""
    _draw_markers(canvas, markers)
    by_series: dict[int, list[Mark]] = {}
    for mark in shape.marks:
        by_series.setdefault(mark.series, []).append(mark)
    for number, marks in by_series.items():
        _DRAWN[panel.form](canvas, panel.series[number], marks, styles[number], shape)


def _draw_markers(canvas: Canvas, markers: Sequence[Marker]) -> None:
    colour = QColor(canvas.theme.tokens.chart["marker"])
    behind = QColor(canvas.theme.tokens.palette["base"])
    behind.setAlphaF(0.8)
    for marker in markers:
        pen = canvas.pen(colour, 1.5, Qt.PenStyle.DashDotLine)
        label: dict[str, Any] = {"position": 0.98, "color": colour, "rotateAxis": (1, 0), "anchors": [(1, 0), (1, 0)]}
        label["fill"] = behind
        text = short_name(marker.text, SHORT_NAME)
        canvas.add(canvas.pg.InfiniteLine(marker.at, angle=90, pen=pen, label=text, labelOpts=label))


def _draw_lines(canvas: Canvas, series: Series, marks: list[Mark], style: Style, shape: Shape) -> None:
    colour = style.colour(canvas.theme)
    known = [y is not None and math.isfinite(y) for y in series.y]
    for edge in (series.low, series.high) if _alone(shape) else ():  # the middle half, where it hides no other line
        _line(canvas, series.x, edge, canvas.pen(colour, 1.0, Qt.PenStyle.DotLine), shape)
    width = 2.0 if len(shape.marks) <= THICK else 1.0
    _line(canvas, series.x, series.y, canvas.pen(colour, width, style.dash), shape)
    # A value between two gaps has no line that would show it; of the others a few say whose line it is.
    every = max(1, len(shape.marks) // FEW)
    dots = [
        mark
        for number, mark in enumerate(marks)
        if (number + mark.series) % every == 0
        or not (any(known[max(0, mark.place - 1) : mark.place]) or any(known[mark.place + 1 : mark.place + 2]))
    ]
    _dots(canvas, dots, style, colour, DOT)


def _alone(shape: Shape) -> bool:
    return len({mark.series for mark in shape.marks}) == 1


def _line(canvas: Canvas, xs: Sequence[float], ys: Sequence[float | None], pen: QPen, shape: Shape) -> None:
    """With gaps where nothing is known."""
    values = [_GAP if y is None or not math.isfinite(y) else y for y in ys]
    if not values:
        return
    item = canvas.pg.PlotCurveItem(x=list(xs), y=values, pen=pen, connect="finite", antialias=True)
    # Piece by piece a line takes a twentieth of the time; only its dashes begin anew at each point.
    pieces = pen.style() is Qt.PenStyle.SolidLine or len(shape.marks) > WHOLE
    item.setSegmentedLineMode("on" if pieces else "off")
    canvas.add(item)


def _draw_bars(canvas: Canvas, series: Series, marks: list[Mark], style: Style, shape: Shape) -> None:
    colour = style.colour(canvas.theme)
    size = 2 * marks[0].half * 0.92
    pen = canvas.pen(colour)
    if shape.sideways:
        sides = {"x0": 0, "width": [mark.x for mark in marks], "y": [mark.y for mark in marks], "height": size}
    else:
        sides = {"y0": 0, "height": [mark.y for mark in marks], "x": [mark.x for mark in marks], "width": size}
    canvas.add(canvas.pg.BarGraphItem(**sides, pen=pen, brush=colour))
    if series.low and series.high:
        _draw_whiskers(canvas, series.low, series.high, marks, shape)


def _draw_whiskers(
    canvas: Canvas,
    low: Sequence[float | None],
    high: Sequence[float | None],
    marks: list[Mark],
    shape: Shape,
) -> None:
    """A thin line from low to high, with a stroke across each end."""
    pieces: list[tuple[float, float]] = []
    for mark in marks:
        begin, end = low[mark.place], high[mark.place]
        if begin is None or end is None:
            continue
        at, beam = (mark.y if shape.sideways else mark.x), mark.half * 0.3
        for one, other in (
            ((at, begin), (at, end)),
            ((at - beam, begin), (at + beam, begin)),
            ((at - beam, end), (at + beam, end)),
        ):
            pieces += [one[::-1], other[::-1]] if shape.sideways else [one, other]
    pen = canvas.pen(QColor(canvas.theme.tokens.palette["text"]), 1.3)
    _pairs(canvas, pieces, pen)


def _draw_boxes(canvas: Canvas, series: Series, marks: list[Mark], style: Style, shape: Shape) -> None:
    """Range as a whisker, the middle half as a box, the median as a stroke through it."""
    colour = style.colour(canvas.theme)
    if series.least and series.most:
        _draw_whiskers(canvas, series.least, series.most, marks, shape)
    boxes = [(mark, series.low[mark.place], series.high[mark.place]) for mark in marks] if series.low else []
    whole = [(mark, low, high) for mark, low, high in boxes if low is not None and high is not None]
    if whole:
        filled = QColor(colour)
        filled.setAlphaF(0.45)
        item = canvas.pg.BarGraphItem(
            x=[mark.x for mark, _, _ in whole],
            width=marks[0].half * 1.4,
            y0=[low for _, low, _ in whole],
            y1=[high for _, _, high in whole],
            pen=canvas.pen(colour, 1.5),
            brush=filled,
        )
        canvas.add(item)
    reach = marks[0].half * 0.7
    strokes = [(mark.x + side * reach, mark.y) for mark in marks for side in (-1, 1)]
    _pairs(canvas, strokes, canvas.pen(QColor(canvas.theme.tokens.palette["text"]), 2.5))
    _dots(canvas, marks, style, colour, DOT)


def _draw_points(canvas: Canvas, series: Series, marks: list[Mark], style: Style, shape: Shape) -> None:
    colour = style.colour(canvas.theme)
    sizes = [_size(series, mark) for mark in marks]
    filled = QColor(colour)
    filled.setAlphaF(0.75)
    _dots(canvas, marks, style, filled, sizes)


def _draw_path(canvas: Canvas, series: Series, marks: list[Mark], style: Style, shape: Shape) -> None:
    """The way as a thin line in the colour of its series; what is shaded more is darker and larger."""
    pen = canvas.pen(style.colour(canvas.theme), 1.3, style.dash)
    xs, ys = [mark.x for mark in marks], [mark.y for mark in marks]
    canvas.add(canvas.pg.PlotCurveItem(x=xs, y=ys, pen=pen, antialias=True))
    shades = [_shade(series, mark) for mark in marks]
    colours = [shade_colour(canvas.theme, shade) for shade in shades]
    sizes = [SMALLEST if shade is None else SMALLEST * (0.7 + shade) for shade in shades]
    item = canvas.pg.ScatterPlotItem(
        x=xs,
        y=ys,
        size=sizes,
        symbol=style.symbol,
        brush=colours,
        pen=canvas.pen(style.colour(canvas.theme)),
        useCache=len(shape.marks) > MANY,
        antialias=True,
    )
    canvas.add(item)


def shade_colour(theme: Theme, shade: float | None) -> QColor:
    """Between the two ends of the theme's scale; grey for what has none."""
    if shade is None or not math.isfinite(shade):
        return QColor(theme.tokens.chart["others"])
    low, high = QColor(theme.tokens.chart["shade_low"]), QColor(theme.tokens.chart["shade_high"])
    part = min(1.0, max(0.0, shade))
    ends = ((low.red(), high.red()), (low.green(), high.green()), (low.blue(), high.blue()))
    return QColor(*(round(begin + (end - begin) * part) for begin, end in ends))


def _shade(series: Series, mark: Mark) -> float | None:
    return series.shade[mark.place] if series.shade else None


def _size(series: Series, mark: Mark) -> float:
    """By area, as the eye compares it."""
    most = max(series.size, default=0.0)
    if not series.size or most <= 0:
        return DOT * 1.5
    return SMALLEST + (LARGEST - SMALLEST) * math.sqrt(max(0.0, series.size[mark.place]) / most)


def _dots(canvas: Canvas, marks: list[Mark], style: Style, colour: QColor, size: float | list[float]) -> None:
    if not marks:
        return
    edge = canvas.pen(QColor(canvas.theme.tokens.palette["base"]))
    if style.symbol in ("x", "+"):  # strokes have no face
        edge = canvas.pen(colour)
    item = canvas.pg.ScatterPlotItem(
        x=[mark.x for mark in marks],
        y=[mark.y for mark in marks],
        size=size,
        symbol=style.symbol,
        brush=colour,
        pen=edge,
        useCache=len(marks) > MANY,
        antialias=True,
    )
    canvas.add(item)


def _pairs(canvas: Canvas, points: list[tuple[float, float]], pen: QPen) -> None:
    """A line from each first to each second point."""
    if points:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        canvas.add(canvas.pg.PlotCurveItem(x=xs, y=ys, pen=pen, connect="pairs", antialias=True))


_DRAWN = {
    Form.LINES: _draw_lines,
    Form.BARS: _draw_bars,
    Form.BOXES: _draw_boxes,
    Form.POINTS: _draw_points,
    Form.PATHS: _draw_path,
}
