"""The hits on the screen: places in a known order, and of the rows behind them only those that were seen last."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, QTimer, Signal, Slot

from felix_dbadmin.core.search.find import PAGE
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Hit, Order
from felix_dbadmin.core.text import age_text, time_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role
from felix_dbadmin.models.search_merge import Merge, Part
from felix_dbadmin.models.table_model import ROOT, Index, shortened

FETCHED = 500
"""Rows that scrolling adds at a time."""

KEPT_PAGES = 100
"""Pages of hits that are kept, some 5,000 hits: however far somebody scrolls, no more."""

LOADING = "…"


@dataclass(frozen=True, slots=True)
class Found:
    """A row: the hit, and where it was found. `hit` is None until it has been read."""

    source: Source
    rowid: int
    hit: Hit | None

    @property
    def title(self) -> str:
        if self.hit is None:
            return LOADING
        if self.hit.gone:
            return "Deleted meanwhile"
        return shortened(self.hit.title) or "Without a title"

    @property
    def details(self) -> str:
        """The values that people filter by, as far as the row has them."""
        if self.hit is None:
            return ""
        return " · ".join(shortened(value) for value in self.hit.values if value)

    @property
    def tooltip(self) -> str:
        if self.hit is None:
            return ""
        when = (time_text(self.hit.when),) if self.hit.when is not None else ()
        values = zip(self.source.filters, self.hit.values, strict=False)
        gone = ("The index still holds it, its table does not.",) if self.hit.gone else ()
        named = (f"{name}: {shortened(value)}" for name, value in values if value)
        return "\n".join((self.hit.title, self.source.name, *when, *named, *gone))

    @property
    def spoken(self) -> str:
        """All of it in one sentence, for a screen reader."""
        if self.hit is None:
            return "Being read"
        when = age_text(self.hit.when) if self.hit.when is not None else ""
        parts = (self.title, self.source.component, when, shortened(self.hit.snippet.text), self.details)
        return ", ".join(part for part in parts if part)


class SearchResults(QAbstractTableModel):
    """One column; a delegate draws what Role.ROW has."""

    page_wanted = Signal(object, object)
    """Source, and the rowids of a page that somebody looks at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._order = Order.RELEVANCE
        self._merge = Merge((), self._order)
        self._made: array[int] = array("q")
        self._pages: OrderedDict[tuple[int, int], dict[int, Hit]] = OrderedDict()
        self._wanted: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self._parts

    @property
    def kept(self) -> int:
        """Hits in memory."""
        return sum(len(part.hits) for part in self._parts) + sum(len(page) for page in self._pages.values())

    def show_parts(self, parts: Sequence[Part], order: Order, *, anew: bool = False) -> None:
        """Show these; where what is there is the beginning of it, it stays as it is and only goes on.

        `anew`: they answer another question, so nothing that was read of the last one stays.
        """
        parts = tuple(parts)
        if not anew and self.goes_on(parts, order):
            self._parts, self._merge = parts, Merge(parts, order)
            self._merge.take(len(self._made))
            self._extend_by(FETCHED - len(self._made))
            return
        self.beginResetModel()
        self._parts, self._order, self._merge = parts, order, Merge(parts, order)
        self._pages.clear()
        self._wanted.clear()
        self._asked.clear()
        self._made = self._merge.take(FETCHED)
        self.endResetModel()

    def goes_on(self, parts: Sequence[Part], order: Order) -> bool:
        """Whether the rows that are there are the beginning of these."""
        return (
            bool(self._made)
            and self._begins_alike(parts, order)
            and Merge(parts, order).take(len(self._made)) == self._made
        )

    def take_page(self, source: Source, hits: Sequence[Hit]) -> None:
        """A page that was wanted has been read."""
        number = next((number for number, part in enumerate(self._parts) if part.source is source), None)
        if number is None or not hits:
            return
        rowids = self._parts[number].rowids
        for key in tuple(self._asked):
            begin = key[1] * PAGE
            if key[0] == number and begin < len(rowids) and rowids[begin] == hits[0].rowid:
                self._asked.discard(key)
                self._pages[key] = {hit.rowid: hit for hit in hits}
                while len(self._pages) > KEPT_PAGES:
                    self._pages.popitem(last=False)
        if self._made:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._made) - 1, 0))

    def lost_page(self) -> None:
        """What was asked for did not come: whoever looks again asks again."""
        self._asked.clear()

    def found(self, index: Index) -> Found | None:
        """The row at an index, None for an invalid one; asks for what is not there."""
        if not index.isValid():
            return None
        number, place = self._merge.place_of(self._made[index.row()])
        part = self._parts[number]
        rowid = part.rowids[place]
        if place < len(part.hits):
            return Found(part.source, rowid, part.hits[place])
        key = (number, place // PAGE)
        page = self._pages.get(key)
        if page is None:
            if key not in self._asked:
                self._wanted[key] = None
                self._soon.start()
            return Found(part.source, rowid, None)
        self._pages.move_to_end(key)
        return Found(part.source, rowid, page.get(rowid))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._made)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else 1

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._merge.more()

    def fetchMore(self, parent: Index) -> None:
        if not parent.isValid():
            self._extend_by(FETCHED)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and section == 0 and role == Qt.ItemDataRole.DisplayRole:
            return "Hits"
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ROLES or (found := self.found(index)) is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return found.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(found.tooltip)
            case Qt.ItemDataRole.AccessibleTextRole:
                return found.spoken
        return found

    def _begins_alike(self, parts: Sequence[Part], order: Order) -> bool:
        """Whether every part only goes on where it ended."""
        if order is not self._order or len(parts) != len(self._parts):
            return False
        return all(
            new.source is old.source
            and new.in_order
            and new.rowids[: len(old.rowids)] == old.rowids
            and new.hits == old.hits
            for old, new in zip(self._parts, parts, strict=True)
        )

    def _extend_by(self, count: int) -> None:
        taken = self._merge.take(count)
        if taken:
            self.beginInsertRows(ROOT, len(self._made), len(self._made) + len(taken) - 1)
            self._made.extend(taken)
            self.endInsertRows()

    @Slot()
    def _ask(self) -> None:
        """The newest wishes only: who scrolls fast has passed the others by."""
        wanted = list(self._wanted)[-4:]
        self._wanted.clear()
        for number, page in wanted:
            self._asked.add((number, page))
            part = self._parts[number]
            self.page_wanted.emit(part.source, tuple(part.rowids[page * PAGE : (page + 1) * PAGE]))


_ROLES = frozenset(
    {
        int(Qt.ItemDataRole.DisplayRole),
        int(Qt.ItemDataRole.ToolTipRole),
        int(Qt.ItemDataRole.AccessibleTextRole),
        int(Role.ROW),
    }
)
