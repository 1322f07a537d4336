"""The few edits that turn one list of keys into another, so that selection and scroll position survive a refresh."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removed:
    row: int


@dataclass(frozen=True, slots=True)
class Inserted:
    row: int


@dataclass(frozen=True, slots=True)
class Moved:
    """From `source` up to `row`; source > row."""

    source: int
    row: int


Edit = Removed | Inserted | Moved


def edits(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Edit]:
    """Each edit counts rows as the edits before it left them. Keys are unique in each list."""
    current = list(old)
    wanted = set(new)
    for row in reversed(range(len(current))):
        if current[row] not in wanted:
            del current[row]
            yield Removed(row)
    left = set(current)
    for row, key in enumerate(new):
        if row < len(current) and current[row] == key:
            continue
        if key in left:
            source = current.index(key, row)
            current.insert(row, current.pop(source))
            yield Moved(source, row)
        else:
            current.insert(row, key)
            yield Inserted(row)
