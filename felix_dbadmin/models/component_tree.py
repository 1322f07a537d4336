"""The components of a workspace, with what is applied, pending and backed up under each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.models.difference import Inserted, Moved, Removed, edits
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.table_model import ROOT, Index, shortened
from felix_dbadmin.models.tree_rows import HEADINGS, TreeRow, rows_of


@dataclass(slots=True, eq=False)
class _Node:
    """A row with a number that never changes, which is all that an index holds of it."""

    ident: int
    row: TreeRow
    parent: _Node | None
    children: list[_Node] = field(default_factory=list)


class ComponentTreeModel(QAbstractItemModel):
    """Passive. A new status becomes the few edits it differs by: selection, expansion and scrolling survive."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idents = itertools.count(1)
        self._root = _Node(0, TreeRow("", (), ""), None)
        self._nodes: dict[int, _Node] = {}

    def set_status(self, status: WorkspaceStatus | None) -> None:
        """Show this status; None shows nothing."""
        self._set_children(self._root, QModelIndex(), rows_of(status) if status is not None else ())

    def row_at(self, index: Index) -> TreeRow | None:
        """The row at an index, None for an invalid one."""
        return self._nodes[index.internalId()].row if index.isValid() else None

    def index_of(self, component: str) -> QModelIndex:
        """The top-level index of a component, invalid where there is none."""
        for row, node in enumerate(self._root.children):
            if node.row.key == component:
                return self.createIndex(row, 0, node.ident)
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        children = self._node(parent).children
        if parent.column() > 0 or not (0 <= row < len(children) and 0 <= column < len(HEADINGS)):
            return QModelIndex()
        return self.createIndex(row, column, children[row].ident)

    @overload
    def parent(self) -> QObject | None: ...
    @overload
    def parent(self, child: Index) -> QModelIndex: ...
    def parent(self, child: Index | None = None) -> QModelIndex | QObject | None:
        if child is None:
            return super().parent()
        above = self._node(child).parent if child.isValid() else None
        if above is None or above.parent is None:
            return QModelIndex()
        return self.createIndex(above.parent.children.index(above), 0, above.ident)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section] if 0 <= section < len(HEADINGS) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._node(index).row, index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shortened(row.texts[column]) if column < len(row.texts) else ""
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(row.tooltip)
            case Role.TONE:
                return row.tone if column == len(row.texts) - 1 else Tone.NORMAL
            case Role.ICON:
                return row.icon if column == 0 else ""
            case Role.ROW:
                return row
        return None

    def _node(self, index: Index) -> _Node:
        return self._nodes[index.internalId()] if index.isValid() else self._root

    def _set_children(self, node: _Node, index: QModelIndex, rows: Sequence[TreeRow]) -> None:
        found = {row.key: row for row in rows}
        wanted = list(found.values())
        for edit in edits([child.row.key for child in node.children], list(found)):
            match edit:
                case Removed(row):
                    self.beginRemoveRows(index, row, row)
                    self._forget(node.children.pop(row))
                    self.endRemoveRows()
                case Inserted(row):
                    self.beginInsertRows(index, row, row)
                    node.children.insert(row, self._grown(wanted[row], node))
                    self.endInsertRows()
                case Moved(source, row):
                    self.beginMoveRows(index, source, source, index, row)
                    node.children.insert(row, node.children.pop(source))
                    self.endMoveRows()
        for number, (child, row_now) in enumerate(zip(node.children, wanted, strict=True)):
            if child.row == row_now:
                continue
            child.row = row_now
            first = self.createIndex(number, 0, child.ident)
            self.dataChanged.emit(first, self.createIndex(number, len(HEADINGS) - 1, child.ident))
            self._set_children(child, first, row_now.children)

    def _grown(self, row: TreeRow, parent: _Node) -> _Node:
        node = _Node(next(self._idents), row, parent)
        self._nodes[node.ident] = node
        node.children = [self._grown(child, node) for child in row.children]
        return node

    def _forget(self, node: _Node) -> None:
        del self._nodes[node.ident]
        for child in node.children:
            self._forget(child)
