"""The component tree with only those components in which every word that was typed is found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QSortFilterProxyModel

from felix_dbadmin.models.component_tree import ComponentTreeModel
from felix_dbadmin.models.roles import Role
from felix_dbadmin.models.table_model import ROOT, Index


class ComponentFilter(QSortFilterProxyModel):
    """Looks at name, title and health. The fleet always stays, and so does all that stands under a component."""

    def __init__(self, source: ComponentTreeModel, parent: QObject) -> None:
        super().__init__(parent)
        self._components = source
        self._words: tuple[str, ...] = ()
        self.setSourceModel(source)

    @property
    def filtering(self) -> bool:
        return bool(self._words)

    def set_words(self, text: str) -> None:
        self._words = tuple(text.casefold().split())
        self.setFilterFixedString(text)  # filters anew, whatever the version of Qt

    def filterAcceptsRow(self, row: int, parent: QModelIndex | Index) -> bool:
        if not self._words or not parent.isValid() or parent.parent().isValid():
            return True
        text = str(self._components.index(row, 0, parent).data(Role.SEARCH)).casefold()
        return all(word in text for word in self._words)

    def hasChildren(self, parent: Index = ROOT) -> bool:
        # Qt's own would look at what stands under each component that is in sight.
        return self._components.hasChildren(self.mapToSource(parent))
