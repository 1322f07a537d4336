"""The fleet as a table: one line for each component, with the same words as in the tree."""

from __future__ import annotations

from collections.abc import Callable

from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.models.table_model import Column
from felix_dbadmin.models.tree_rows import HEADINGS, TreeRow, component_row

_NUMBERS = ("Pending", "Size")


def overview_rows(status: WorkspaceStatus, now: float) -> tuple[TreeRow, ...]:
    return tuple(component_row(component, now) for component in status.components)


def _text(column: int) -> Callable[[TreeRow], str]:
    return lambda row: row.texts[column]


_LAST = len(HEADINGS) - 1

OVERVIEW_COLUMNS: tuple[Column[TreeRow], ...] = (
    Column("Component", _text(0), icon=lambda row: row.icon, tooltip=lambda row: row.tooltip),
    *(Column(HEADINGS[column], _text(column), number=HEADINGS[column] in _NUMBERS) for column in range(1, _LAST)),
    Column(
        HEADINGS[_LAST],
        _text(_LAST),
        tone=lambda row: row.tone,
        tooltip=lambda row: row.tooltip,
        icon=lambda row: row.health_icon,
    ),
)
