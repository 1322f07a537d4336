"""What each line, bar or point of a chart stands for; a press takes it out of the chart and back in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from felix_dbadmin.models.chart_ticks import short_name
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.views.charts.styles import OTHERS, Style, legend_icon
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.flow_layout import FlowLayout

MOST = 14
"""Entries; of more nobody could tell the colours apart."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    style: Style


class ChartLegend(QWidget):
    """Hidden for a single series, which the title names."""

    toggled = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._entries: tuple[Entry, ...] = ()
        self.buttons: list[QToolButton] = []
        self._hidden: set[str] = set()
        self._more = PlainLabel(parent=self, wrap=False)
        self._more.make_muted()
        self._flow = FlowLayout(self, gap=2)
        look.theme.changed.connect(self._dress)
        self.hide()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    @property
    def hidden(self) -> frozenset[str]:
        """The names that were taken out, as far as they are there."""
        return frozenset(self._hidden & {entry.name for entry in self._entries})

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """What was taken out before stays out."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._build()
        self.setVisible(len(entries) > 1)

    def _build(self) -> None:
        while self._flow.takeAt(0) is not None:
            pass
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [self._made(entry) for entry in self._entries[:MOST]]
        for button in self.buttons:
            self._flow.addWidget(button)
            button.show()
        rest = len(self._entries) - MOST
        self._more.setText(f"and {rest:,} more")
        self._flow.addWidget(self._more)
        self._more.setVisible(rest > 0)
        self._dress()

    def _made(self, entry: Entry) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(short_name(entry.name, 24).replace("&", "&&"))
        button.clicked.connect(self._toggle)
        return button

    @Slot()
    def _toggle(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton) and button in self.buttons:
            self._hidden ^= {self._entries[self.buttons.index(button)].name}
            self._dress()
            self.toggled.emit()

    @Slot()
    def _dress(self) -> None:
        height = self.fontMetrics().height()
        size = QSize(height * 2, height)
        for button, entry in zip(self.buttons, self._entries, strict=False):
            shown = entry.name not in self._hidden
            font = button.font()
            font.setStrikeOut(not shown)
            button.setFont(font)
            button.setIconSize(size)
            style = entry.style if shown else OTHERS
            button.setIcon(legend_icon(style, self._look.theme, size, self.devicePixelRatioF()))
            button.setToolTip(plain_tooltip(f"{entry.name}\nPress to {'hide' if shown else 'show'} it"))
            named(button, entry.name, "shown" if shown else "hidden")
