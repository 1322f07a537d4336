"""Headline figures: a name, a value in large type, and how it changed against the period before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from felix_dbadmin.core.analytics.panel import Figure
from felix_dbadmin.models.panel_text import change_text, figure_text
from felix_dbadmin.views.widgets.basics import PlainLabel, named

_LETTERS = 22
"""Width of a tile: equal for all, so that a value never moves its neighbours."""
_LARGE = 1.7


class FigureTile(QFrame):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._name = PlainLabel(parent=self, wrap=False)
        self._name.make_muted()
        self._value = PlainLabel(parent=self, wrap=False)
        font = self._value.font()
        font.setPointSizeF(font.pointSizeF() * _LARGE)
        self._value.setFont(font)
        self._change = PlainLabel(parent=self, wrap=False)
        self._change.make_muted()
        column = QVBoxLayout(self)
        column.setSpacing(2)
        for label in (self._name, self._value, self._change):
            column.addWidget(label)
        column.addStretch()
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def show_figure(self, figure: Figure, *, provisional: bool) -> None:
        texts = figure.name, figure_text(figure, provisional=provisional), change_text(figure)
        for label, text in zip((self._name, self._value, self._change), texts, strict=True):
            label.setText(text)
        self._change.setVisible(bool(texts[2]))
        named(self, texts[0], f"{texts[1]} {texts[2]}".strip())

    @property
    def texts(self) -> tuple[str, str, str]:
        """Name, value and change as they read."""
        return self._name.text(), self._value.text(), self._change.text()


class FigureTiles(QWidget):
    """As many beside each other as there is room for, the same number in each line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tiles: list[FigureTile] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)

    def show_figures(self, figures: Sequence[Figure], *, provisional: bool) -> None:
        while len(self.tiles) < len(figures):
            self.tiles.append(FigureTile(self))
            self._columns = 0
        while len(self.tiles) > len(figures):
            tile = self.tiles.pop()
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
            self._columns = 0
        for tile, figure in zip(self.tiles, figures, strict=True):
            tile.show_figure(figure, provisional=provisional)
        self._arrange(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def minimumSizeHint(self) -> QSize:
        """One tile wide: the number in a line follows the width."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._tile_width), hint.height())

    @property
    def _tile_width(self) -> int:
        return max((tile.sizeHint().width() for tile in self.tiles), default=0)

    def _arrange(self, width: int) -> None:
        if not self.tiles:
            return
        gap = self._grid.horizontalSpacing()
        fitting = max(1, (width + gap) // (self._tile_width + gap))
        lines = -(-len(self.tiles) // fitting)
        columns = -(-len(self.tiles) // lines)
        if columns == self._columns:
            return
        for tile in self.tiles:
            self._grid.removeWidget(tile)
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
            tile.show()
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
