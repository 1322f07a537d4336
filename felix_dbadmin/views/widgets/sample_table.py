"""Rows of somebody's table: as many columns as it has, each wide enough to be read, and a scroll bar for the rest."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from felix_dbadmin.views.widgets.basics import RowTable
from felix_dbadmin.views.widgets.tone_delegate import ToneDelegate

_WIDEST = 28
"""Letters."""


class SampleTable(RowTable):
    """Several rows can be selected."""

    def __init__(self, model: QAbstractItemModel, delegate: ToneDelegate, name: str, parent: QWidget) -> None:
        super().__init__(model, delegate, name, parent, stretch=0)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setStretchLastSection(True)

    def fit_columns(self, widest: int = _WIDEST) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for column in range(self.model().columnCount()):
            self.resizeColumnToContents(column)
            self.setColumnWidth(column, min(self.columnWidth(column) + letter, widest * letter))
