"""A chart of one panel: axes with units, hover values, zoom, and a way from each mark to its rows."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from felix_dbadmin.core.analytics.panel import Behind, Marker, Panel, Scale
from felix_dbadmin.models.chart_shape import Mark, Shape, Span, found_at, shape_of
from felix_dbadmin.models.panel_text import spoken
from felix_dbadmin.views.charts.axes import Axes
from felix_dbadmin.views.charts.drawing import Canvas, draw
from felix_dbadmin.views.charts.hover import HoverBox, hover_lines
from felix_dbadmin.views.charts.styles import Style
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_REACH = 18.0
"""Pixels by which the pointer may miss a mark."""
_STEP = 1.25
"""By how much one turn of the wheel zooms."""


class Chart(QWidget):
    """Drag to zoom, Ctrl and the wheel too, double click or 0 to see all again; arrow keys go from mark to mark."""

    mark_chosen = Signal(object)
    """Behind"""
    zoomed = Signal(bool)
    """Whether less than everything is in sight."""

    def __init__(self, pg: Any, look: Look, parent: QWidget) -> None:
        """`pg` is pyqtgraph."""
        super().__init__(parent)
        self._pg, self._look = pg, look
        self._panel: Panel | None = None
        self._shape: Shape | None = None
        self._styles: tuple[Style, ...] = ()
        self._markers: tuple[Marker, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._at: Mark | None = None
        self._is_zoomed = False
        pg.setConfigOptions(
            mouseRateLimit=0,  # what it passes over it never tells: the pointer would rest on one mark and name another
            exitCleanup=False,  # the window takes itself apart
        )
        self._view = pg.GraphicsView(self, useOpenGL=False)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = pg.GraphicsLayout()
        self._view.setCentralItem(self._inside)
        self._box = pg.ViewBox(enableMenu=False)
        self._box.setMouseMode(pg.ViewBox.RectMode)
        self._axes = Axes(pg, self._box, self)
        self._inside.addItem(self._axes.left, 0, 0)
        self._inside.addItem(self._box, 0, 1)
        self._inside.addItem(self._axes.bottom, 1, 1)
        self._inside.layout.setColumnStretchFactor(1, 1)
        self._inside.layout.setRowStretchFactor(0, 1)
        self.hover = HoverBox(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.viewport().installEventFilter(self)
        self._view.scene().sigMouseMoved.connect(self._point_at)
        self._view.scene().sigMouseClicked.connect(self._click)
        self._box.sigRangeChanged.connect(self._note_range)
        self._box.sigResized.connect(self._set_ticks)
        look.theme.changed.connect(self._redraw)

    @property
    def canvas(self) -> QWidget:
        """What the mouse is over."""
        viewport: QWidget = self._view.viewport()
        return viewport

    @property
    def shape(self) -> Shape | None:
        return self._shape

    @property
    def in_sight(self) -> tuple[Span, Span]:
        """From where to where on x and on y."""
        (left, right), (low, high) = self._box.viewRange()
        return (float(left), float(right)), (float(low), float(high))

    @property
    def is_zoomed(self) -> bool:
        return self._is_zoomed

    @property
    def span(self) -> Span | None:
        """Of time that is in sight, None where x is no time."""
        if self._panel is None or self._panel.x.scale is not Scale.TIME:
            return None
        return self.in_sight[0]

    def show_panel(self, panel: Panel, styles: Sequence[Style], markers: Sequence[Marker], hidden: Set[str]) -> None:
        """Draw it; a zoom stays until `forget_zoom`."""
        again = self._panel is not None and self._is_zoomed
        self._panel, self._styles, self._markers, self._hidden = panel, tuple(styles), tuple(markers), frozenset(hidden)
        self._redraw()
        if not again:
            self.reset_zoom()
        named(self, panel.title, spoken(panel))

    def point_of(self, mark: Mark) -> QPoint:
        """Where a mark is on the canvas."""
        scene = self._box.mapViewToScene(QPointF(mark.x, mark.y))
        point: QPoint = self._view.mapFromScene(scene)
        return point

    def paint(self, painter: QPainter, where: QRectF) -> None:
        """Draw what is in sight onto something else, lines as lines."""
        self._view.render(painter, where, self._view.viewport().rect(), Qt.AspectRatioMode.KeepAspectRatio)

    def forget_zoom(self) -> None:
        """The next panel is shown whole: it is about something else."""
        self._set_zoomed(False)

    @Slot()
    def reset_zoom(self) -> None:
        if self._shape is not None:
            self._box.setRange(xRange=self._shape.xs, yRange=self._shape.ys, padding=0, disableAutoRange=True)
        self._set_zoomed(False)

    @Slot()
    def _redraw(self) -> None:
        panel = self._panel
        if panel is None:
            return
        self._lift()
        self._box.clear()
        base = QColor(self._look.theme.tokens.palette["base"])
        self._view.setBackground(base)
        self._shape = shape_of(panel, self._hidden)
        self._box.invertY(self._shape.sideways)
        canvas = Canvas(self._pg, self._box, self._look.theme)
        self._axes.show(canvas, panel, self._shape)
        draw(canvas, panel, self._shape, self._styles, self.markers)
        self._set_ticks()

    @property
    def markers(self) -> tuple[Marker, ...]:
        """Those among the data: one from last year would push the rest together."""
        if self._shape is None or self._panel is None or self._panel.x.scale is not Scale.TIME:
            return ()
        first, last = self._shape.xs
        return tuple(marker for marker in self._markers if first <= marker.at <= last)

    @Slot()
    def _set_ticks(self) -> None:
        if self._shape is not None:
            self._axes.set_ticks(*self.in_sight)

    @Slot()
    def _note_range(self) -> None:
        self._set_ticks()
        if self._shape is not None:
            (left, right), (low, high) = self.in_sight
            whole = (*self._shape.xs, *self._shape.ys)
            room = max(1e-9, abs(whole[1] - whole[0]), abs(whole[3] - whole[2])) * 1e-6
            shown = (left, right, low, high)
            self._set_zoomed(any(abs(one - other) > room for one, other in zip(shown, whole, strict=True)))

    def _set_zoomed(self, zoomed: bool) -> None:
        if zoomed != self._is_zoomed:
            self._is_zoomed = zoomed
            self.zoomed.emit(zoomed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._lift()
        elif isinstance(event, QWheelEvent):
            # Without Ctrl the wheel moves the page: a chart under the pointer must not catch it.
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                turned = event.angleDelta().y()
                self._zoom(_STEP ** (-turned / 120), self._view.mapToScene(event.position().toPoint()))
                event.accept()
            else:
                event.ignore()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Left:
                self._step(1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Minus:
                self._zoom(1 / _STEP if event.key() == Qt.Key.Key_Plus else _STEP, None)
            case Qt.Key.Key_0:
                self.reset_zoom()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._at is not None:
                self._choose(self._at)
            case _:
                super().keyPressEvent(event)

    def _zoom(self, factor: float, around: QPointF | None) -> None:
        centre = self._box.mapSceneToView(around) if around is not None else None
        self._box.scaleBy((factor, factor), center=centre)

    def _step(self, by: int) -> None:
        """To the next mark, in the order of x."""
        if self._shape is None or not self._shape.marks:
            return
        marks = sorted(self._shape.marks, key=lambda mark: mark.y if self._shape_is_sideways() else mark.x)
        place = (marks.index(self._at) + by) % len(marks) if self._at in marks else (0 if by > 0 else -1)
        self._show(marks[place])

    def _shape_is_sideways(self) -> bool:
        return self._shape is not None and self._shape.sideways

    @Slot(object)
    def _point_at(self, scene: QPointF) -> None:
        mark = self._mark_at(scene)
        if mark is None:
            self._lift()
        elif mark != self._at:
            self._show(mark)

    def _mark_at(self, scene: QPointF) -> Mark | None:
        if self._panel is None or self._shape is None or not self._box.sceneBoundingRect().contains(scene):
            return None
        point = self._box.mapSceneToView(scene)
        (left, right), (low, high) = self.in_sight
        area: QRectF = self._box.boundingRect()
        pixels = area.width() / max(1e-12, right - left), area.height() / max(1e-12, high - low)
        return found_at(self._shape, self._panel.form, point.x(), point.y(), pixels, _REACH)

    @Slot(object)
    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        mark = self._mark_at(event.scenePos())
        if event.double():
            self.reset_zoom()
        elif mark is not None:
            self._choose(mark)

    def _choose(self, mark: Mark) -> None:
        series = self._panel.series[mark.series] if self._panel is not None else None
        if series is not None and series.rows:
            behind: Behind = series.rows[mark.place]
            self.mark_chosen.emit(behind)

    def _show(self, mark: Mark) -> None:
        if self._panel is None or self._shape is None:
            return
        self._at = mark
        self._bring_into_sight(mark)
        lines = hover_lines(self._panel, self._shape, mark, self.markers)
        self.hover.show_at(self.point_of(mark), lines, leads=bool(self._panel.series[mark.series].rows))
        named(self, self._panel.title, ", ".join(lines))

    def _bring_into_sight(self, mark: Mark) -> None:
        (left, right), (low, high) = self.in_sight
        if not (left <= mark.x <= right and low <= mark.y <= high):
            across = mark.x - (left + right) / 2 if not left <= mark.x <= right else 0.0
            along = mark.y - (low + high) / 2 if not low <= mark.y <= high else 0.0
            self._box.translateBy(x=across, y=along)

    def _lift(self) -> None:
        self._at = None
        self.hover.hide()
