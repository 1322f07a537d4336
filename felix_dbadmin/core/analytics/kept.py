"""The columns that are in memory, and of which state of their file; asking does not import numpy (0.1 s)."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from felix_dbadmin.core.analytics.tables import TableSpec

if TYPE_CHECKING:
    from felix_dbadmin.core.analytics.columns import Store

TABLES = 12
"""Of so many the columns are kept."""


_kept: OrderedDict[tuple[Path, str], tuple[object, Store]] = OrderedDict()


def loaded(folder: Path, spec: TableSpec) -> bool:
    """Whether reading these columns would cost nothing."""
    path = folder / spec.database
    return find(path, spec, marks_of(path)) is not None


def find(path: Path, spec: TableSpec, marks: object) -> Store | None:
    """The columns as they were read when the file had these marks."""
    known = _kept.get((path, spec.table))
    return known[1] if known is not None and known[0] == marks and known[1].spec == spec else None


def keep(path: Path, marks: object, store: Store) -> None:
    """As the one that was used last; the one that was not used for longest makes room."""
    place = path, store.spec.table
    _kept.pop(place, None)
    _kept[place] = marks, store
    while len(_kept) > TABLES:
        _kept.popitem(last=False)


def forget() -> None:
    """As in an engine that has just been started."""
    _kept.clear()


def marks_of(path: Path) -> object:
    """Equal for equal contents, as far as the file system tells: every commit changes the file or its log."""
    found: list[tuple[int, ...] | None] = []
    for each in (path, path.with_name(path.name + "-wal")):
        try:
            state = each.stat()
        except OSError:
            found.append(None)
            continue
        found.append((state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns))
    return tuple(found)
