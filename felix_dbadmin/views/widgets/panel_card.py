"""One panel: its title, the chart or the table, why there is neither, and the ways on from there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from felix_dbadmin.core.analytics.panel import Form, Marker, Panel
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.task import Progress
from felix_dbadmin.models.chart_shape import turned
from felix_dbadmin.models.panel_table import clipboard_text, csv_text, table_of
from felix_dbadmin.models.panel_text import Message, Way, foot_text, message_of
from felix_dbadmin.views.charts.chart import Chart
from felix_dbadmin.views.charts.picture import Sheet, image_of
from felix_dbadmin.views.charts.styles import StyleBook
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, icon_button, named
from felix_dbadmin.views.widgets.chart_legend import ChartLegend, Entry
from felix_dbadmin.views.widgets.figure_tiles import FigureTiles
from felix_dbadmin.views.widgets.panel_menu import PanelMenu
from felix_dbadmin.views.widgets.panel_message import PanelMessage
from felix_dbadmin.views.widgets.panel_rows import PanelRows

_BUSY = "Reading…"
_LINES = 15
"""Height of a chart or table at least, in lines of text."""


class PanelCard(QFrame):
    """Shows a Panel that it is given; asks nobody itself."""

    rows_wanted = Signal(object)
    """Behind"""
    way_wanted = Signal(object)
    """Message: the way out of what it shows."""
    span_wanted = Signal(float, float)
    """From and until, in Unix seconds."""
    save_wanted = Signal(str)
    """'png', 'svg' or 'csv'"""

    def __init__(self, look: Look, name: str, title: str, styles: StyleBook, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setObjectName(name)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._look, self._styles = look, styles
        self._pg: Any = None
        self._panel: Panel | None = None
        self._markers: tuple[Marker, ...] = ()
        self._about = ""
        self.chart: Chart | None = None
        self._title = PlainLabel(title, self)
        self._title.make_bold()
        self._busy = PlainLabel(_BUSY, self, wrap=False)
        self._busy.make_muted()
        self._busy.hide()
        self.table_button = icon_button(look.icons, "table", "Show as table", self)
        self.table_button.setCheckable(True)
        self.menu = PanelMenu(self)
        self.menu_button = icon_button(look.icons, "more", "More: copy, save, zoom", self)
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.legend = ChartLegend(look, self)
        self.message = PanelMessage(look, self)
        self.rows = PanelRows(look, self)
        self.tiles = FigureTiles(self)
        self.turn = QSlider(Qt.Orientation.Horizontal, self)
        self._foot = PlainLabel(parent=self)
        self._foot.make_muted()
        self._stack = _Stack(self)
        self._lay_out()
        self.table_button.toggled.connect(self._settle)
        self.legend.toggled.connect(self._draw)
        self.turn.valueChanged.connect(self._draw)
        self.message.pressed.connect(self.way_wanted)
        self.rows.opened.connect(self.rows_wanted)
        self.menu.chosen.connect(self._do)
        look.theme.changed.connect(self._dress)
        self.message.show_message(Message("Waiting…", icon="waiting"))

    @property
    def panel(self) -> Panel | None:
        return self._panel

    @property
    def texts(self) -> str:
        """Title and the line beneath the chart."""
        return f"{self._title.text()} {self._foot.text()}".strip()

    @property
    def shows_message(self) -> bool:
        return self._stack.currentWidget() is self.message

    @property
    def shows_table(self) -> bool:
        return self._stack.currentWidget() is self.rows

    @property
    def busy(self) -> bool:
        return self._busy.isVisibleTo(self)

    def use(self, pg: Any) -> None:
        """pyqtgraph is there: what waited for it is drawn."""
        if self._pg is None:
            self._pg = pg
            self._settle()

    def set_about(self, words: str) -> None:
        """What the page looks at from now on: a zoom into what it looked at before does not fit it."""
        self._about = words
        if self.chart is not None:
            self.chart.forget_zoom()

    def set_busy(self, busy: bool) -> None:
        """Something newer is being read; what is shown stays until then."""
        self._busy.setText(_BUSY)
        self._busy.setVisible(busy)

    def show_progress(self, progress: Progress) -> None:
        """How far the reading is, where anybody can know."""
        done = f" {progress.done / progress.total:.0%}" if progress.total else ""
        self._busy.setText(f"{_BUSY}{done}")

    def show_panel(self, panel: Panel) -> None:
        self.set_busy(False)
        self._panel = panel
        self._foot.setText(foot_text(panel))
        self._foot.setVisible(bool(self._foot.text()))
        self.rows.show_table(table_of(panel), panel.title)
        self._settle()

    def show_markers(self, markers: Sequence[Marker]) -> None:
        """What happened to the database, across charts over time."""
        if tuple(markers) != self._markers:
            self._markers = tuple(markers)
            self._draw()

    def show_trouble(self, error: DbAdminError) -> None:
        self.set_busy(False)
        self._panel = None
        self._foot.hide()
        self.message.show_message(Message(error.summary, error.hint, "bad", Way.AGAIN, "Try again"))
        self._settle()

    def forget(self) -> None:
        """Nothing is known of what is open now."""
        self._panel = None
        self._foot.hide()
        self.message.show_message(Message("Waiting…", icon="waiting"))
        self._settle()

    def sheet(self) -> Sheet | None:
        """The chart as a picture, None where none is in sight."""
        if self.chart is None or self._panel is None or self._stack.currentWidget() is not self.chart:
            return None
        shown = [entry for entry in self.legend.entries if entry.name not in self.legend.hidden]
        return Sheet(self.chart, self._look.theme, self._panel.title, self._about, self._foot.text(), shown)

    def csv(self) -> str:
        """The table as it is sorted; '' where there is none."""
        table = self.rows.model.table
        return csv_text(table.columns, self.rows.model.lines()) if table.columns else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.popup(event.globalPos())

    @Slot()
    def _settle(self) -> None:
        """Put the right thing in sight."""
        panel = self._panel
        message = message_of(panel, time.time()) if panel is not None else None
        if message is not None:
            self.message.show_message(message)
        charted = panel is not None and panel.form is not Form.TABLE
        shown = panel is not None and message is None
        self.table_button.setVisible(charted)
        wants_table = shown and (not charted or self.table_button.isChecked())
        self.legend.setVisible(False)
        if wants_table:
            self._stack.setCurrentWidget(self.rows)
        elif shown and panel is not None and panel.form is Form.FIGURES:
            self.tiles.show_figures(panel.figures, provisional=panel.provisional)
            self._stack.setCurrentWidget(self.tiles)
        elif shown and self._pg is not None:
            self._draw()
        else:
            if shown:
                self.message.show_message(Message("Drawing…", icon="waiting"))
            self._stack.setCurrentWidget(self.message)
        figures = panel is not None and panel.form is Form.FIGURES
        self._stack.setMinimumHeight(0 if figures else self.fontMetrics().height() * _LINES)
        self.turn.setVisible(self._turnable() and self._stack.currentWidget() is self.chart)
        self._offer()

    @Slot()
    def _draw(self) -> None:
        panel = self._panel
        if panel is None or self._pg is None or panel.form in (Form.TABLE, Form.FIGURES):
            return
        if self.table_button.isChecked() or message_of(panel, 0.0) is not None:
            return
        if self.chart is None:
            self.chart = Chart(self._pg, self._look, self)
            self.chart.mark_chosen.connect(self.rows_wanted)
            self.chart.zoomed.connect(self._offer)
            self._stack.addWidget(self.chart)
        names = [series.name for series in panel.series]
        styles = self._styles.styles(names)
        self.legend.show_entries([Entry(name, style) for name, style in zip(names, styles, strict=True)])
        drawn = turned(panel, self.turn.value()) if self._turnable() else panel
        self.chart.show_panel(drawn, styles, self._markers, self.legend.hidden)
        self._stack.setCurrentWidget(self.chart)
        unseen = self.chart.shape.unseen if self.chart.shape is not None else 0
        more = f"{unseen:,} more are in the table." if unseen else ""
        self._foot.setText(" ".join(part for part in (foot_text(panel), more) if part))
        self._foot.setVisible(bool(self._foot.text()))

    def _turnable(self) -> bool:
        return self._panel is not None and any(series.z for series in self._panel.series)

    @Slot()
    def _offer(self) -> None:
        """What the menu can do as things stand."""
        drawn = self.chart is not None and self._stack.currentWidget() is self.chart
        zoomed = drawn and self.chart is not None and self.chart.is_zoomed
        span = self.chart.span if drawn and self.chart is not None else None
        self.menu.offer(drawn=drawn, data=bool(self.rows.model.table.rows), zoomed=zoomed, timed=span is not None)

    @Slot(str)
    def _do(self, what: str) -> None:
        chart, sheet = self.chart, self.sheet()
        match what:
            case "copy picture" if sheet is not None:
                QGuiApplication.clipboard().setImage(image_of(sheet))
            case "copy values":
                table = self.rows.model.table
                QGuiApplication.clipboard().setText(clipboard_text(table.columns, self.rows.model.lines()))
            case "png" | "svg" | "csv":
                self.save_wanted.emit(what)
            case "reset" if chart is not None:
                chart.reset_zoom()
            case "span" if chart is not None and chart.span is not None:
                self.span_wanted.emit(*chart.span)

    @Slot()
    def _dress(self) -> None:
        self.table_button.setIcon(self._look.icons.icon("table"))
        self.menu_button.setIcon(self._look.icons.icon("more"))

    def _lay_out(self) -> None:
        self.turn.setRange(-180, 180)
        self.turn.setToolTip("Turn it about its axis")
        named(self.turn, "Turn about the axis")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._busy)
        head.addWidget(self.table_button)
        head.addWidget(self.menu_button)
        for part in (self.message, self.rows, self.tiles):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self.legend)
        column.addWidget(self._stack, 1)
        column.addWidget(self.turn)
        column.addWidget(self._foot)


class _Stack(QStackedWidget):
    """As large as what is in front, not as the largest of all."""

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if shown is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()
