"""Groups of findings to read through: losses, schema, rows, checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from felix_dbadmin.models.findings import Group
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import fit_tree, named


class FindingsTree(QTreeWidget):
    """Two columns; every group is open at first."""

    def __init__(self, look: Look, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(look.delegate)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        named(self, name)

    def show_groups(self, groups: Sequence[Group]) -> None:
        self.clear()
        for group in groups:
            item = _item(group.title, "", group.tone)
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
            self.addTopLevelItem(item)
            item.addChildren([_item(line.text, line.detail, line.tone) for line in group.lines])
            item.setExpanded(True)
        fit_tree(self)

    @property
    def texts(self) -> tuple[str, ...]:
        """All lines, as they are shown."""
        return tuple(_texts(self.model(), QModelIndex()))


def _item(text: str, detail: str, tone: Tone) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text, detail])
    for column, shown in enumerate((text, detail)):
        item.setToolTip(column, shown)
        item.setData(column, Role.TONE, tone)
    return item


def _texts(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        first = model.index(row, 0, parent)
        yield f"{first.data()} {first.siblingAtColumn(1).data()}".strip()
        yield from _texts(model, first)
