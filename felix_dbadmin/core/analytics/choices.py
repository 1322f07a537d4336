"""What a page can be narrowed to: the values of its columns, with how many rows have each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.analytics.tables import OF_PAGE
from felix_dbadmin.core.task import Task

MOST = 500
"""Values of a column, the most frequent ones; another can still be typed."""


@dataclass(frozen=True, slots=True)
class Choices:
    column: str
    values: tuple[tuple[str, int], ...]
    """The most frequent first."""
    total: int
    """Different values that there are."""


def read_choices(folder: Path, page: str, columns: tuple[str, ...], *, task: Task) -> tuple[Choices, ...]:
    """For each of these columns that the page's table has. Raises DatabaseUnusable, Locked, Cancelled."""
    from felix_dbadmin.core.analytics.columns import load  # numpy comes with it: not into the window
    from felix_dbadmin.core.analytics.groups import ranked

    store = load(folder, OF_PAGE[page], task=task)
    if store is None:
        return ()
    found: list[Choices] = []
    for column in columns:
        names = store.names.get(column)
        if names is not None:
            counts = names.counts
            order = ranked(counts, names.names)
            values = tuple((names.names[code], int(counts[code])) for code in order[:MOST])
            found.append(Choices(column, values, len(order)))
    return tuple(found)
