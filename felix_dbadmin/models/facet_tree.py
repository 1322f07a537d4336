"""What the hits can be narrowed to: components, columns, the values of each filter, and how many hits have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel

from felix_dbadmin.core.search.facets import Facets
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.search_wish import Chosen
from felix_dbadmin.models.table_model import shortened

COMPONENTS, COLUMNS = "Component", "Column"

NONE = "(none)"
"""For rows without a value."""

MOST_VALUES = 10
"""Of a filter, over all sources."""

_KEY = Role.SEARCH
_VALUE = Role.ROW


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    count: str
    """As it is shown; '' where it is not known."""


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    choices: tuple[Choice, ...]
    others: str = ""


class FacetTree(QStandardItemModel):
    """Two columns: what can be ticked, and its hits."""

    chosen_changed = Signal(object)
    """Chosen: somebody ticked something."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen = Chosen()
        self._groups: tuple[Group, ...] = ()
        self._telling = True
        self.setColumnCount(2)
        self.setHorizontalHeaderLabels(["Narrow to", "Hits"])
        self.itemChanged.connect(self._note)

    @property
    def chosen(self) -> Chosen:
        return self._chosen

    def set_chosen(self, chosen: Chosen) -> None:
        """From outside: a saved search; tells nobody."""
        self._chosen = chosen
        self._tick()

    def show_groups(self, groups: Sequence[Group]) -> None:
        """What is ticked stays ticked, also where no hit has it now."""
        wanted = tuple(_with_chosen(group, self._chosen) for group in groups)
        if wanted == self._groups:
            self._tick()
            return
        self._telling = False
        shapes = [(group.key, [choice.value for choice in group.choices], bool(group.others)) for group in wanted]
        before = [(group.key, [choice.value for choice in group.choices], bool(group.others)) for group in self._groups]
        if shapes != before:
            self.removeRows(0, self.rowCount())
            for group in wanted:
                self.appendRow([self._heading(group), QStandardItem()])
        self._groups = wanted
        for row, group in enumerate(wanted):
            self._count(self.item(row), group)
        self._telling = True
        self._tick()

    def _heading(self, group: Group) -> QStandardItem:
        heading = QStandardItem(group.key)
        heading.setEditable(False)
        heading.setSelectable(False)
        heading.setData(Tone.MUTED, Role.TONE)
        for choice in group.choices:
            item = QStandardItem(shortened(choice.value) or NONE)
            item.setEditable(False)
            item.setCheckable(True)
            item.setData(group.key, _KEY)
            item.setData(choice.value, _VALUE)
            heading.appendRow([item, _number("")])
        if group.others:
            others = QStandardItem("others")
            others.setEditable(False)
            others.setData(Tone.MUTED, Role.TONE)
            heading.appendRow([others, _number("")])
        return heading

    def _count(self, heading: QStandardItem, group: Group) -> None:
        for row, choice in enumerate(group.choices):
            heading.child(row, 0).setToolTip(plain_tooltip(choice.value))
            heading.child(row, 1).setText(choice.count)
        if group.others:
            heading.child(len(group.choices), 1).setText(group.others)

    def _tick(self) -> None:
        self._telling = False
        ticked = _ticked(self._chosen)
        for item in self._items():
            checked = (item.data(_KEY), item.data(_VALUE)) in ticked
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        self._telling = True

    def _items(self) -> Iterable[QStandardItem]:
        for row in range(self.rowCount()):
            heading = self.item(row)
            for below in range(heading.rowCount()):
                if heading.child(below).isCheckable():
                    yield heading.child(below)

    @Slot(QStandardItem)
    def _note(self, item: QStandardItem) -> None:
        if not self._telling or not item.isCheckable():
            return
        found: dict[str, list[str]] = {}
        for each in self._items():
            if each.checkState() == Qt.CheckState.Checked:
                found.setdefault(str(each.data(_KEY)), []).append(str(each.data(_VALUE)))
        chosen = Chosen(
            tuple(found.pop(COMPONENTS, ())),
            tuple(found.pop(COLUMNS, ())),
            tuple((column, tuple(values)) for column, values in found.items()),
        )
        if chosen != self._chosen:
            self._chosen = chosen
            self.chosen_changed.emit(chosen)


def groups_of(
    sources: Sequence[Source], totals: dict[str, str], facets: Sequence[Facets], *, fresh: bool
) -> tuple[Group, ...]:
    """Components with their hits, columns, then the filters of all sources; those of several are added up.

    Not `fresh`: the values are those of another question, so their counts are left out.
    """
    components = dict.fromkeys(source.component for source in sources)
    columns = dict.fromkeys(column for source in sources for column in source.columns)
    groups = [
        Group(COMPONENTS, tuple(Choice(name, totals.get(name, "")) for name in components)),
        Group(COLUMNS, tuple(Choice(name, "") for name in columns)),
    ]
    counted: dict[str, Counter[str]] = {}
    others: Counter[str] = Counter()
    known = all(each.total_known for each in facets)
    for each in facets:
        for facet in each.facets:
            counted.setdefault(facet.column, Counter()).update(dict(facet.values))
            others[facet.column] += facet.others
    for column, values in counted.items():
        kept = values.most_common(MOST_VALUES)
        left = others[column] + values.total() - sum(count for _, count in kept)
        choices = tuple(Choice(value, _about(count, known=known) if fresh else "") for value, count in kept)
        if choices:
            groups.append(Group(column, choices, _about(left, known=known) if left and fresh else ""))
    return tuple(groups)


def _about(count: int, *, known: bool) -> str:
    return f"{count:,}" if known else f"{count:,}+"


def _with_chosen(group: Group, chosen: Chosen) -> Group:
    values = dict(chosen.values).get(group.key, ())
    there = {choice.value for choice in group.choices}
    lacking = tuple(Choice(value, "0") for value in values if value not in there)
    return Group(group.key, group.choices + lacking, group.others)


def _ticked(chosen: Chosen) -> set[tuple[str, str]]:
    found = {(COMPONENTS, name) for name in chosen.components} | {(COLUMNS, name) for name in chosen.columns}
    return found | {(column, value) for column, values in chosen.values for value in values}


def _number(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
