"""The fleet, its components, and what is applied, pending and backed up under each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.models.difference import Inserted, Moved, Removed, edits
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.table_model import ROOT, Index, shortened
from felix_dbadmin.models.tree_rows import HEADINGS, TreeRow, children_of, component_row, fleet_row


@dataclass(slots=True, eq=False)
class _Node:
    """A row with a number that never changes, which is all that an index holds of it."""

    ident: int
    row: TreeRow
    parent: _Node | None
    children: list[_Node] = field(default_factory=list)
    waiting: bool = False
    """Nobody has looked yet at what stands under this component."""


MANY = 40
"""Open components that change at once, from which on views are told once: each single edit costs a view as much as it
has rows, and a thousand open components took over a minute."""


class ComponentTreeModel(QAbstractItemModel):
    """Passive. A new status becomes the few edits it differs by: selection, expansion and scrolling survive.

    What stands under a component is made when somebody first looks.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idents = itertools.count(1)
        self._root = _Node(0, TreeRow("", (), ""), None)
        self._nodes: dict[int, _Node] = {}
        self._statuses: dict[str, ComponentStatus] = {}

    def set_status(self, status: WorkspaceStatus | None, now: float | None = None) -> None:
        """Show this status as it is at `now` (Unix seconds, None: when it was read); no status shows nothing."""
        if status is None:
            self._statuses = {}
            self._set_children(self._root, QModelIndex(), ())
            return
        self._statuses = {component.name: component for component in status.components}
        now = status.at if now is None else now
        self._set_children(self._root, QModelIndex(), (fleet_row(status, now),))
        fleet = self._root.children[0]
        rows = [component_row(component, now) for component in status.components]
        self._set_children(fleet, self._index(fleet, 0), rows)
        changed = [
            (node, below)
            for node in fleet.children
            if not node.waiting
            and (below := children_of(self._statuses[node.row.key])) != tuple(child.row for child in node.children)
        ]
        if len(changed) > MANY:
            self._rearrange(changed)
            return
        for node, below in changed:
            self._set_children(node, self._index(node, 0), below)

    def row_at(self, index: Index) -> TreeRow | None:
        """The row at an index, None for an invalid one."""
        return self._nodes[index.internalId()].row if index.isValid() else None

    @property
    def fleet(self) -> QModelIndex:
        """The index of the root row, invalid while there is no status."""
        return self.index(0, 0)

    def index_of(self, component: str) -> QModelIndex:
        """The index of a component, invalid where there is none."""
        for node in self._root.children:
            for row, child in enumerate(node.children):
                if child.row.key == component:
                    return self.createIndex(row, 0, child.ident)
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        children = self._below(self._node(parent))
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
        return self._index(above, 0)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self._below(self._node(parent)))

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(HEADINGS)

    def hasChildren(self, parent: Index = ROOT) -> bool:
        node = self._node(parent)
        return parent.column() <= 0 and (node.waiting or bool(node.children))

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
                return row.icon if column == 0 else row.health_icon if column == len(row.texts) - 1 else ""
            case Role.ROW:
                return row
            case Role.SEARCH:
                return row.search
        return None

    def _node(self, index: Index) -> _Node:
        return self._nodes[index.internalId()] if index.isValid() else self._root

    def _below(self, node: _Node) -> list[_Node]:
        if node.waiting:
            # Nobody has been told that there are none, so nobody needs to be told that there are some.
            node.waiting = False
            node.children = [self._grown(row, node) for row in children_of(self._statuses[node.row.key])]
        return node.children

    def _index(self, node: _Node, column: int) -> QModelIndex:
        above = node.parent
        return QModelIndex() if above is None else self.createIndex(above.children.index(node), column, node.ident)

    def _set_children(self, node: _Node, index: QModelIndex, rows: Sequence[TreeRow]) -> None:
        found = {row.key: row for row in rows}
        wanted = list(found.values())
        if not node.children and wanted:
            # All at once: a thousand components would be a thousand signals.
            self.beginInsertRows(index, 0, len(wanted) - 1)
            node.children = [self._grown(row, node) for row in wanted]
            self.endInsertRows()
            return
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
        self._update(node, wanted)

    def _rearrange(self, changed: Sequence[tuple[_Node, Sequence[TreeRow]]]) -> None:
        """As _set_children for each, told once; an index that somebody holds goes with its row."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        for node, rows in changed:
            self._replace(node, rows)
        rows_now = {child.ident: row for node in self._nodes.values() for row, child in enumerate(node.children)}
        rows_now |= {child.ident: row for row, child in enumerate(self._root.children)}
        self.changePersistentIndexList(
            held,
            [
                self.createIndex(rows_now[index.internalId()], index.column(), index.internalId())
                if index.internalId() in rows_now
                else QModelIndex()
                for index in held
            ],
        )
        self.layoutChanged.emit()

    def _replace(self, node: _Node, rows: Sequence[TreeRow]) -> None:
        """Give a node these rows without telling; those that it had already stay what they are."""
        had = {child.row.key: child for child in node.children}
        node.children = []
        for row in {row.key: row for row in rows}.values():
            child = had.pop(row.key, None)
            if child is None:
                child = self._grown(row, node)
            else:
                child.row = row
                self._replace(child, row.children or ())
            node.children.append(child)
        for gone in had.values():
            self._forget(gone)

    def _update(self, node: _Node, wanted: Sequence[TreeRow]) -> None:
        changed = [number for number, row in enumerate(wanted) if node.children[number].row != row]
        for number in changed:
            node.children[number].row = wanted[number]
        if changed:
            first, last = changed[0], changed[-1]
            self.dataChanged.emit(
                self.createIndex(first, 0, node.children[first].ident),
                self.createIndex(last, len(HEADINGS) - 1, node.children[last].ident),
            )
        for number in changed:
            child, below = node.children[number], wanted[number].children
            if below is not None:
                self._set_children(child, self.createIndex(number, 0, child.ident), below)

    def _grown(self, row: TreeRow, parent: _Node) -> _Node:
        node = _Node(next(self._idents), row, parent, waiting=row.children is None and bool(row.component))
        self._nodes[node.ident] = node
        node.children = [self._grown(child, node) for child in row.children or ()]
        return node

    def _forget(self, node: _Node) -> None:
        del self._nodes[node.ident]
        for child in node.children:
            self._forget(child)
