"""The two axes of a chart and the lines of its grid: round marks, units, and no more text than there is room for."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.analytics.panel import Axis, Panel, Scale
from felix_dbadmin.models.chart_shape import Shape, Span
from felix_dbadmin.models.chart_ticks import SHORT_NAME, Tick, name_ticks, number_ticks, time_ticks
from felix_dbadmin.models.panel_text import axis_text
from felix_dbadmin.views.charts.drawing import Canvas

_FOR_NAMES = 0.38
"""Of the width, for names beneath each other."""
_LETTERS = {Scale.NUMBER: 9, Scale.TIME: 12, Scale.NAMES: 13}
"""Room for one text beneath a chart."""
_OVER = 40
"""Pixels by which the first and the last text may stand out: it would be left away otherwise."""
_LINES = 2
"""Height for one text beside a chart."""


class Axes:
    def __init__(self, pg: Any, box: Any, widget: QWidget) -> None:
        """`pg` is pyqtgraph, `box` its ViewBox, and the letters are those of `widget`."""
        self._pg, self._box, self._widget = pg, box, widget
        self._along, self._across = Axis(""), Axis("")
        self._sideways = False
        self._whole = False
        self._grid: Any = None
        self.left, self.bottom = pg.AxisItem("left"), pg.AxisItem("bottom")
        self.bottom.setStyle(hideOverlappingLabels=_OVER)
        for axis in (self.left, self.bottom):
            axis.linkToView(box)
            axis.enableAutoSIPrefix(False)

    def show(self, canvas: Canvas, panel: Panel, shape: Shape) -> None:
        """For an empty box: the grid is drawn first, beneath all marks."""
        self._sideways, self._whole = shape.sideways, shape.whole
        self._along, self._across = (panel.y, panel.x) if shape.sideways else (panel.x, panel.y)
        pen = canvas.pen(QColor(canvas.theme.tokens.chart["grid"]))
        self._grid = self._pg.PlotCurveItem(pen=pen, connect="pairs")
        canvas.add(self._grid)
        for axis, meaning in ((self.bottom, self._along), (self.left, self._across)):
            self._dress(axis, meaning, canvas.theme.tokens.chart)

    def set_ticks(self, across: Span, up: Span) -> None:
        """For what is in sight: from where to where on x and on y."""
        metrics = self._widget.fontMetrics()
        rows = max(2, int(self._box.height() / metrics.height() / (1 if self._sideways else _LINES)))
        columns = max(2, int(self._box.width() / metrics.averageCharWidth() / _LETTERS[self._along.scale]))
        letters = int(self._widget.width() / metrics.averageCharWidth() * _FOR_NAMES)
        bottom = _ticks(self._along, across, columns, SHORT_NAME, whole=self._whole and self._sideways)
        left = _ticks(self._across, up, rows, max(SHORT_NAME, letters), whole=self._whole and not self._sideways)
        self.bottom.setTicks([bottom])
        self.left.setTicks([left])
        lines, ends = (bottom, up) if self._sideways else (left, across)
        places = [value for value, _ in lines for _ in ends]
        others = [end for _ in lines for end in ends]
        self._grid.setData(*((places, others) if self._sideways else (others, places)))

    def _dress(self, axis: Any, meaning: Axis, colours: Any) -> None:
        axis.setPen(QColor(colours["grid"]))
        axis.setTextPen(QColor(colours["axis"]))
        axis.setStyle(tickFont=self._widget.font(), tickLength=0, tickTextOffset=6)
        label = axis_text(meaning)
        if label.casefold() == "time":  # the dates say so themselves
            label = ""
        if label:
            axis.label.setFont(self._widget.font())
            axis.setLabel(text=escape(label), color=colours["axis"])
        axis.showLabel(bool(label))


def _ticks(axis: Axis, span: Span, most: int, longest: int, *, whole: bool) -> list[Tick]:
    if axis.scale is Scale.TIME:
        return time_ticks(*span, most)
    if axis.scale is Scale.NAMES:
        return name_ticks(axis.names, *span, most, longest)
    return number_ticks(*span, most, whole=whole)
