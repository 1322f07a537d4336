"""Groups of findings to read through: losses, schema, rows, checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from felix_dbadmin.models.findings import Group, Line
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import named

_MOST = (0.66, 0.5)
"""Of the width, for the column that is as wide as its texts: the first, the second."""

_FEWEST, _MANY = 4, 18
"""Rows that it asks room for at least, and at most."""

_ROW = 1.25
"""Height of a row, in lines."""


class FindingsTree(QTreeWidget):
    """Two columns, of which `fitted` is as wide as its texts and the other takes the rest; every group is open."""

    def __init__(self, look: Look, name: str, parent: QWidget, *, fitted: int = 1) -> None:
        super().__init__(parent)
        self.setItemDelegate(look.delegate)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self._fitted = fitted
        self._widest = 0
        named(self, name)

    def show_groups(self, groups: Sequence[Group]) -> None:
        self.clear()
        row = QSize(0, self._row_height)
        for group in groups:
            item = _item(group.title, "", group.tone)
            item.setSizeHint(0, row)
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
            self.addTopLevelItem(item)
            item.setFirstColumnSpanned(True)
            for line in group.lines:
                child = _item(line.text, line.detail, line.tone)
                child.setSizeHint(0, row)
                item.addChild(child)
                child.setFirstColumnSpanned(not line.detail)
            item.setExpanded(True)
        self.updateGeometry()
        self._widest = self._width_of([line for group in groups for line in group.lines if line.detail])
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for what it shows, within reason."""
        rows = min(_MANY, max(_FEWEST, len(self.texts)))
        height = rows * self._row_height + 2 * self.frameWidth() + self._row_height // 2
        return QSize(self.fontMetrics().averageCharWidth() * 60, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 20, 2 * self._row_height + 2 * self.frameWidth())

    @property
    def _row_height(self) -> int:
        return round(self.fontMetrics().height() * _ROW)

    def _fit(self) -> None:
        room = self.viewport().width()
        width = min(self._widest, round(room * _MOST[self._fitted]))
        self.setColumnWidth(self._fitted, width)
        self.setColumnWidth(1 - self._fitted, room - width)

    def _width_of(self, lines: Sequence[Line]) -> int:
        """What the fitted column needs; a line without a detail has the whole width anyway."""
        metrics = self.fontMetrics()
        texts = [line.detail if self._fitted else line.text for line in lines]
        beside = 2 * metrics.averageCharWidth() + (0 if self._fitted else 2 * self.indentation())
        return beside + max((metrics.horizontalAdvance(text) for text in texts), default=0)

    @property
    def texts(self) -> tuple[str, ...]:
        """All lines, as they are shown."""
        return tuple(_texts(self.model(), QModelIndex()))


def _item(text: str, detail: str, tone: Tone) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text, detail])
    for column, shown in enumerate((text, detail)):
        item.setToolTip(column, plain_tooltip(shown))
        item.setData(column, Role.TONE, tone)
    return item


def _texts(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        first = model.index(row, 0, parent)
        yield f"{first.data()} {first.siblingAtColumn(1).data()}".strip()
        yield from _texts(model, first)
