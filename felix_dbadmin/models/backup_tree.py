"""The backups of a workspace under the components they are of, newest first."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import age_text, bytes_text, count_text
from felix_dbadmin.models.columns import BACKUP_COLUMNS
from felix_dbadmin.models.difference import Inserted, Moved, Removed, edits
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.table_model import ROOT, Index, alignment, shortened

LAST = len(BACKUP_COLUMNS) - 1
_TOP = 0
"""Internal id of a component's index; that of a backup is its component's number, which never changes."""


@dataclass(slots=True, eq=False)
class _Group:
    ident: int
    status: ComponentStatus
    backups: list[Backup] = field(default_factory=list)
    size: int = 0
    """Bytes of all its backups; counted once, not at every look."""

    @property
    def texts(self) -> tuple[str, str, str]:
        """Of the first columns, which are all that a component's row needs."""
        if not self.backups:
            return self.status.name, "no backup yet", ""
        newest = age_text(self.backups[0].created)
        counted = f"{count_text(len(self.backups), 'backup')}, {newest}"
        return self.status.name, counted, bytes_text(self.size)


class BackupTreeModel(QAbstractItemModel):
    """Passive. What is told again becomes the few edits it differs by: selection and scrolling survive."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idents = itertools.count(_TOP + 1)
        self._groups: list[_Group] = []
        self._by_ident: dict[int, _Group] = {}

    def set_components(self, components: Sequence[ComponentStatus]) -> None:
        """Show these components with their backups."""
        if not components and self._groups:
            self._remove_all()
        if components and not self._groups:
            self._insert_all(components)
        names = [status.name for status in components]
        for edit in edits([group.status.name for group in self._groups], names):
            match edit:
                case Removed(row):
                    self.beginRemoveRows(ROOT, row, row)
                    del self._by_ident[self._groups.pop(row).ident]
                    self.endRemoveRows()
                case Inserted(row):
                    self.beginInsertRows(ROOT, row, row)
                    group = _Group(next(self._idents), components[row])
                    self._groups.insert(row, group)
                    self._by_ident[group.ident] = group
                    self.endInsertRows()
                case Moved(source, row):
                    self.beginMoveRows(ROOT, source, source, ROOT, row)
                    self._groups.insert(row, self._groups.pop(source))
                    self.endMoveRows()
        for row, (group, status) in enumerate(zip(self._groups, components, strict=True)):
            before = group.texts
            group.status = status
            group.size = sum(backup.size for backup in status.backups)
            self._set_backups(group, self.index(row, 0), status.backups)
            if group.texts != before:
                self.dataChanged.emit(self.index(row, 0), self.index(row, LAST))

    def component_at(self, index: Index) -> str:
        """The component that an index stands for or under, '' for an invalid one."""
        group = self._group_of(index)
        return group.status.name if group else ""

    def backup_at(self, index: Index) -> Backup | None:
        """The backup at an index, None for a component or an invalid one."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        group = self._group_of(index)
        return group.backups[index.row()] if group else None

    def index_of(self, component: str, backup: str = "") -> QModelIndex:
        """The index of a component, or of its backup with this file name; invalid where there is none."""
        for row, group in enumerate(self._groups):
            if group.status.name == component:
                if not backup:
                    return self.index(row, 0)
                for number, each in enumerate(group.backups):
                    if each.name == backup:
                        return self.createIndex(number, 0, group.ident)
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        if not 0 <= column <= LAST or not 0 <= row < self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, column, self._groups[parent.row()].ident if parent.isValid() else _TOP)

    @overload
    def parent(self) -> QObject | None: ...
    @overload
    def parent(self, child: Index) -> QModelIndex: ...
    def parent(self, child: Index | None = None) -> QModelIndex | QObject | None:
        if child is None:
            return super().parent()
        if not child.isValid() or child.internalId() == _TOP:
            return QModelIndex()
        group = self._group_of(child)
        return self.createIndex(self._groups.index(group), 0, _TOP) if group else QModelIndex()

    def rowCount(self, parent: Index = ROOT) -> int:
        if not parent.isValid():
            return len(self._groups)
        if parent.column() > 0 or parent.internalId() != _TOP:
            return 0
        return len(self._groups[parent.row()].backups)

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(BACKUP_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= LAST:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return BACKUP_COLUMNS[section].title
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(BACKUP_COLUMNS[section].number)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(BACKUP_COLUMNS[index.column()].number)
        backup = self.backup_at(index)
        if backup is None:
            return _component_data(self._groups[index.row()], index.column(), role)
        column = BACKUP_COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shortened(column.text(backup))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(column.tooltip(backup) or column.text(backup))
            case Role.TONE:
                return column.tone(backup)
            case Role.ICON:
                return column.icon(backup)
            case Role.ROW:
                return backup
        return None

    def _insert_all(self, components: Sequence[ComponentStatus]) -> None:
        self.beginInsertRows(ROOT, 0, len(components) - 1)
        self._groups = [_Group(next(self._idents), status, list(status.backups)) for status in components]
        self._by_ident = {group.ident: group for group in self._groups}
        self.endInsertRows()

    def _remove_all(self) -> None:
        self.beginRemoveRows(ROOT, 0, len(self._groups) - 1)
        self._groups, self._by_ident = [], {}
        self.endRemoveRows()

    def _group_of(self, index: Index) -> _Group | None:
        if not index.isValid():
            return None
        if index.internalId() == _TOP:
            return self._groups[index.row()]
        return self._by_ident[index.internalId()]

    def _set_backups(self, group: _Group, parent: QModelIndex, backups: Sequence[Backup]) -> None:
        if list(backups) == group.backups:
            return
        if backups and not group.backups:
            # One insertion: the view lays itself out anew after each.
            self.beginInsertRows(parent, 0, len(backups) - 1)
            group.backups = list(backups)
            self.endInsertRows()
            return
        names = [backup.name for backup in backups]
        for edit in edits([backup.name for backup in group.backups], names):
            match edit:
                case Removed(row):
                    self.beginRemoveRows(parent, row, row)
                    del group.backups[row]
                    self.endRemoveRows()
                case Inserted(row):
                    self.beginInsertRows(parent, row, row)
                    group.backups.insert(row, backups[row])
                    self.endInsertRows()
                case Moved(source, row):
                    self.beginMoveRows(parent, source, source, parent, row)
                    group.backups.insert(row, group.backups.pop(source))
                    self.endMoveRows()
        for row, backup in enumerate(backups):
            if group.backups[row] != backup:
                group.backups[row] = backup
                first = self.createIndex(row, 0, group.ident)
                self.dataChanged.emit(first, self.createIndex(row, LAST, group.ident))


def _component_data(group: _Group, column: int, role: int) -> Any:
    texts = group.texts
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return texts[column] if column < len(texts) else ""
        case Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{group.status.title}: {group.status.database}")
        case Role.TONE:
            return Tone.NORMAL if group.backups or column == 0 else Tone.WARNING
        case Role.ICON:
            return "database" if column == 0 else ""
    return None
