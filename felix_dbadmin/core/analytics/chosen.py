"""The rows of a table that a wish is about, and which of their values can be reckoned with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from felix_dbadmin.core.analytics.columns import Floats, Mask, Names, Store, load
from felix_dbadmin.core.analytics.headlines import left_out_counts
from felix_dbadmin.core.analytics.panel import LeftOut, Panel, State, Wish
from felix_dbadmin.core.analytics.tables import TableSpec
from felix_dbadmin.core.task import Task

LATEST = 250_000_000_000.0
"""Unix seconds in the year 9892: calendars end with 9999."""

Kind = TypeVar("Kind", bound=np.generic)
Places = NDArray[np.int64]
"""Positions of rows in a store."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's values for the chosen rows, NaN for those that cannot be reckoned with, and how many these are."""

    values: Floats
    usable: Mask
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a wish chose."""

    store: Store
    wish: Wish
    places: Places | None
    """None for all of them, which then need no copying."""
    undated: int
    """Rows with the wanted values whose time is not known, so that nothing says whether they are in the range."""
    now: float

    @property
    def count(self) -> int:
        return self.store.rows if self.places is None else len(self.places)

    def numbers(self, column: str, called: str) -> Numbers:
        """The values that are numbers and not negative."""
        values = self.of(self.store.numbers[column])
        missing = np.isnan(values)
        negative = values < 0
        usable = ~(missing | negative)
        return Numbers(
            np.where(negative, np.nan, values) if negative.any() else values,
            usable,
            left_out((missing, f"{called} is missing or no number"), (negative, f"{called} is negative")),
        )

    def times(self) -> Numbers:
        """The times from 1970 until now, or until the wish's end where that is later."""
        values = self.of(self.store.times)
        missing = np.isnan(values)
        early = values < 0
        late = values > min(max(self.now, self.wish.until or self.now), LATEST)
        usable = ~(missing | early | late)
        whys = (
            (missing, "time is missing or no time"),
            (early, "time is before 1970"),
            (late, "time is in the future"),
        )
        return Numbers(np.where(usable, values, np.nan), usable, left_out(*whys))

    def codes(self, column: str) -> Names:
        """A name's code for each chosen row, and all names that the table has."""
        known = self.store.names[column]
        return known if self.places is None else Names(self.of(known.codes), known.names)

    def keys(self) -> NDArray[np.int64]:
        return self.of(self.store.keys)

    def those(self, mask: Mask) -> Rows:
        """Only the rows of `mask`, which is as long as there are chosen rows."""
        inside = np.flatnonzero(mask)
        return replace(self, places=inside if self.places is None else self.places[inside], undated=0)

    def before(self) -> Rows | None:
        """The rows of the period before, as long as this one; None where there is no beginning."""
        since = self.wish.since
        if since is None:
            return None
        length = (self.wish.until if self.wish.until is not None else self.now) - since
        return chosen(self.store, replace(self.wish, since=since - length, until=since), self.now)

    def of(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Of something that the whole table has, what the chosen rows have."""
        return values if self.places is None else values[self.places]


def chosen(store: Store, wish: Wish, now: float) -> Rows:
    """The rows of the range and filter; a range that is open ends with the newest row, be that in the future."""
    if wish.since is None and wish.until is None and not wish.where:
        return Rows(store, wish, None, 0, now)
    mask = store.chosen(wish)
    undated = 0
    if wish.since is not None or wish.until is not None:
        wanted = store.chosen(replace(wish, since=None, until=None))
        undated = int(np.count_nonzero(wanted & np.isnan(store.times)))
    return Rows(store, wish, np.flatnonzero(mask), undated, now)


def left_out(*found: tuple[Mask, str]) -> tuple[LeftOut, ...]:
    """What the masks leave out, without those that leave out nothing."""
    return left_out_counts(*((int(np.count_nonzero(mask)), why) for mask, why in found))


Draw = Callable[[Panel, Rows], Panel]


def answered(outline: Panel, folder: Path, spec: TableSpec, wish: Wish, task: Task, draw: Draw) -> Panel:
    """The panel for the rows that the wish chooses; `draw` fills the outline where there are any.

    Raises DatabaseUnusable, Locked, Cancelled.
    """
    begun = time.perf_counter()
    panel = _state(outline, load(folder, spec, task=task), wish, draw)
    task.check()
    return replace(panel, seconds=time.perf_counter() - begun)


def _state(outline: Panel, store: Store | None, wish: Wish, draw: Draw) -> Panel:
    if store is None:
        return replace(outline, state=State.NOT_MIGRATED)
    found = replace(outline, migration=0, latest=store.latest)
    if not store.rows:
        return replace(found, state=State.EMPTY)
    rows = chosen(store, wish, time.time())
    undated = left_out_counts((rows.undated, "time is missing, so it is in no range"))
    if not rows.count:
        return replace(found, state=State.NO_ROWS, left_out=undated)
    drawn = draw(replace(found, rows=rows.count), rows)
    return replace(drawn, left_out=(*undated, *drawn.left_out))
