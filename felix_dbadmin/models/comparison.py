"""A backup beside the live database: the tables that differ, sample rows of one, and both in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from felix_dbadmin.core.backups.compare import Comparison, RowDifference, TableComparison
from felix_dbadmin.core.text import bytes_text, count_text, duration_text, list_text, time_text
from felix_dbadmin.models.findings import Group, Line
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.table_model import ROOT, Column, Index, shortened

_KINDS = {"added": "Added since", "missing": "Missing now", "changed": "Changed since"}
_TONES = {"added": Tone.GOOD, "missing": Tone.BAD, "changed": Tone.WARNING}


def differs(table: TableComparison) -> bool:
    return bool(table.added or table.missing or table.changed)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A line of what was compared: a table, or (`table` None) the schema."""

    name: str
    table: TableComparison | None
    backup: str
    """How much the backup has."""
    live: str
    added: int
    missing: int
    changed: int


def compared_rows(comparison: Comparison) -> tuple[ComparedRow, ...]:
    """The schema where it is not alike, then the tables, those that differ first."""
    schema = comparison.schema
    counts = len(schema.added), len(schema.removed), len(schema.changed)
    first = () if schema.empty else (ComparedRow("Schema", None, "", "", *counts),)
    tables = sorted(comparison.tables, key=lambda table: (not differs(table), table.table))
    return (
        *first,
        *(
            ComparedRow(
                each.table,
                each,
                f"{each.backup_rows:,}",
                f"{each.live_rows:,}",
                each.added,
                each.missing,
                each.changed,
            )
            for each in tables
        ),
    )


def comparison_sentence(comparison: Comparison, at: float) -> str:
    """What differs, in one line; `at` (Unix seconds) is when it was found."""
    tables = [table for table in comparison.tables if differs(table)]
    parts = []
    for count, words in (
        (sum(table.added for table in tables), "added since"),
        (sum(table.missing for table in tables), "missing now"),
        (sum(table.changed for table in tables), "changed since"),
    ):
        if count:
            parts.append(f"{count_text(count, 'row')} {words}")
    schema = comparison.schema
    objects = len(schema.added) + len(schema.removed) + len(schema.changed)
    found = [f"{list_text(parts)} in {count_text(len(tables), 'table')}"] if parts else []
    if objects:
        found.append(f"{count_text(objects, 'schema object')} not alike")
    text = "; ".join(found) or "The live database holds what the backup does"
    return f"{text}. Compared at {time_text(at).split()[-1]}, in {duration_text(comparison.seconds)}."


def versions_sentence(comparison: Comparison) -> str:
    """The migrations that a restore would take away or bring; '' where they are the same."""
    backup, live = dict(comparison.backup_versions), dict(comparison.live_versions)
    gone = [str(version) for version in sorted(live.keys() - backup.keys())]
    back = [str(version) for version in sorted(backup.keys() - live.keys())]
    parts = []
    if gone:
        parts.append(f"applied since: {list_text(gone)}")
    if back:
        parts.append(f"no longer applied: {list_text(back)}")
    return f"Migrations {' · '.join(parts)}." if parts else ""


def schema_groups(comparison: Comparison) -> tuple[Group, ...]:
    """The schema from the backup to the live database, object by object; empty groups are left out."""
    schema = comparison.schema
    groups = (
        Group("Only in the live database", tuple(Line(item.name, item.kind, Tone.GOOD) for item in schema.added)),
        Group("Only in the backup", tuple(Line(item.name, item.kind, Tone.BAD) for item in schema.removed)),
        Group("Not alike", tuple(Line(item.name, item.kind, Tone.WARNING) for _, item in schema.changed)),
    )
    return tuple(group for group in groups if group.lines)


COMPARED_COLUMNS: tuple[Column[ComparedRow], ...] = (
    Column("Table", lambda row: row.name, icon=lambda row: "" if row.table else "info"),
    Column("In the backup", lambda row: row.backup, number=True),
    Column("Live", lambda row: row.live, number=True),
    Column("Added", lambda row: f"{row.added:,}", number=True, tone=lambda row: _tone("added", row.added)),
    Column("Missing", lambda row: f"{row.missing:,}", number=True, tone=lambda row: _tone("missing", row.missing)),
    Column("Changed", lambda row: f"{row.changed:,}", number=True, tone=lambda row: _tone("changed", row.changed)),
)


def _tone(kind: str, count: int) -> Tone:
    return _TONES[kind] if count else Tone.MUTED


def value_text(value: object) -> str:
    """A value as a cell shows it: NULL in words, bytes as their size."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"({bytes_text(len(value))})"
    return str(value)


class SampleModel(QAbstractTableModel):
    """Sample rows of one table: what happened to each since the backup, and its values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: TableComparison | None = None
        self._order: tuple[int, ...] = ()

    @property
    def table(self) -> TableComparison | None:
        return self._table

    def set_table(self, table: TableComparison | None) -> None:
        if table == self._table:
            return
        self.beginResetModel()  # another table has other columns: nothing of the last one can stay
        self._table = table
        self._order = _order(table) if table is not None else ()
        self.endResetModel()

    def sample(self, row: int) -> RowDifference:
        assert self._table is not None
        return self._table.samples[row]

    def rowCount(self, parent: Index = ROOT) -> int:
        return len(self._table.samples) if self._table and not parent.isValid() else 0

    def columnCount(self, parent: Index = ROOT) -> int:
        return 1 + len(self._table.columns) if self._table and not parent.isValid() else 0

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None or orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or section > len(self._table.columns):
            return None
        return self._table.columns[self._order[section - 1]] if section else "Row"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._table is None:
            return None
        sample = self._table.samples[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shortened(self._cell(sample, index.column()))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._cell(sample, index.column()))
            case Role.TONE:
                moved = index.column() == 0 or _changed(sample, self._order[index.column() - 1])
                return _TONES[sample.kind] if moved else Tone.NORMAL
            case Role.ROW:
                return sample
        return None

    def _cell(self, sample: RowDifference, column: int) -> str:
        return _cell(sample, self._order[column - 1]) if column else _KINDS[sample.kind]


def _order(table: TableComparison) -> tuple[int, ...]:
    """The columns as they are shown: the key, then what was changed, then the rest."""
    changed = {number for sample in table.samples for number in range(len(table.columns)) if _changed(sample, number)}
    return tuple(
        sorted(
            range(len(table.columns)),
            key=lambda number: (table.columns[number] not in table.key, number not in changed, number),
        )
    )


def _changed(sample: RowDifference, column: int) -> bool:
    if sample.backup is None or sample.live is None:
        return False
    return sample.backup[column] != sample.live[column]


def _cell(sample: RowDifference, column: int) -> str:
    if _changed(sample, column) and sample.backup is not None and sample.live is not None:
        return f"{value_text(sample.backup[column])} → {value_text(sample.live[column])}"
    values = sample.backup if sample.live is None else sample.live
    return value_text(values[column]) if values is not None else ""
