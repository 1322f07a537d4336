"""Cards beside each other where there is room for two, else beneath each other; some take the whole width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

_NARROWEST = 62
"""Letters of a card that has another beside it."""


class CardGrid(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._cards: tuple[tuple[QWidget, bool], ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)

    @property
    def columns(self) -> int:
        return self._columns

    def set_cards(self, cards: Sequence[tuple[QWidget, bool]]) -> None:
        """Each with whether it takes the whole width."""
        self._cards = tuple(cards)
        self._columns = 0  # nobody has a place yet, however wide the empty grid was
        self._arrange(self._fitting())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self._fitting())

    def _fitting(self) -> int:
        return 2 if self.width() >= 2 * _NARROWEST * self.fontMetrics().averageCharWidth() else 1

    def minimumSizeHint(self) -> QSize:
        """As narrow as one card: the number of columns follows the width, not the other way round."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * _NARROWEST // 2), hint.height())

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for card, _ in self._cards:
            self._grid.removeWidget(card)
        waiting: QWidget | None = None
        row = 0
        for card, wide in self._cards:
            if waiting is not None and (wide or columns == 1):  # nobody came beside it
                self._grid.addWidget(waiting, row, 0, 1, columns)
                waiting, row = None, row + 1
            if wide or columns == 1:
                self._grid.addWidget(card, row, 0, 1, columns)
                row += 1
            elif waiting is None:
                waiting = card
            else:
                self._grid.addWidget(waiting, row, 0)
                self._grid.addWidget(card, row, 1)
                waiting, row = None, row + 1
        if waiting is not None:
            self._grid.addWidget(waiting, row, 0, 1, columns)
        for each in range(2):
            self._grid.setColumnStretch(each, 1 if each < columns else 0)
