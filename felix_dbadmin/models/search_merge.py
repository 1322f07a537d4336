"""The hits of several sources as one list: made only as far as somebody has scrolled."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from felix_dbadmin.core.search.find import FirstPage, Ranking
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Hit, Order


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of one source's hits, in its own order."""

    source: Source
    rowids: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    """Beside them; NaN for none. Empty where the order is not by time."""
    hits: tuple[Hit, ...] = ()
    """The first of them, as they were read already."""
    total: int | None = None
    """None where it is not counted yet."""
    complete: bool = True
    """False: more follow that are not known yet."""
    in_order: bool = True
    """False: these are the hits stored last, whatever was asked for."""
    note: str = ""
    ignored: tuple[str, ...] = ()


def part_of(source: Source, page: FirstPage) -> Part:
    """A source of which the first page has come."""
    return Part(
        source=source,
        rowids=array("q", (hit.rowid for hit in page.hits)),
        times=array("d", (math.nan if hit.when is None else hit.when for hit in page.hits)),
        hits=page.hits,
        total=page.total,
        complete=page.in_order and (not source.index or page.total == len(page.hits)),
        in_order=page.in_order,
        note=page.note,
        ignored=page.ignored,
    )


def ranked(part: Part, ranking: Ranking) -> Part:
    """The same source with its whole order; what was read of it stays where that is the same."""
    rowids, times = array("q"), array("d")
    rowids.frombytes(ranking.rowids)
    times.frombytes(ranking.times)
    same = 0
    while same < len(part.hits) and same < len(rowids) and part.hits[same].rowid == rowids[same]:
        same += 1
    return replace(
        part,
        rowids=rowids,
        times=times,
        hits=part.hits[:same],
        total=ranking.total,
        complete=True,
        in_order=True,
    )


class Merge:
    """Numbers that stand for a place in a part: one after the other, by turns for relevance, else by time.

    Stops before a place that is not known yet, so that what is there is the beginning of what will be there.
    """

    def __init__(self, parts: Sequence[Part], order: Order) -> None:
        self._parts = tuple(parts)
        self._order = order
        self._places = [0] * len(self._parts)
        self._turn = 0

    def more(self) -> bool:
        """Whether something can follow now."""
        return self._next() is not None

    def take(self, count: int) -> array[int]:
        """Up to `count` that follow, eight bytes each; `place_of` reads them."""
        taken: array[int] = array("q")
        parts = len(self._parts)
        while len(taken) < count and (found := self._next()) is not None:
            taken.append(self._places[found] * parts + found)
            self._places[found] += 1
            self._turn = (found + 1) % parts
        return taken

    def place_of(self, number: int) -> tuple[int, int]:
        """The number of the part, and the place in it."""
        place, part = divmod(number, len(self._parts))
        return part, place

    def _next(self) -> int | None:
        if self._order is Order.RELEVANCE:
            return self._next_by_turns()
        return self._next_by_time()

    def _next_by_turns(self) -> int | None:
        count = len(self._parts)
        for step in range(count):
            number = (self._turn + step) % count
            part = self._parts[number]
            if self._places[number] < len(part.rowids):
                return number
            if not part.complete:
                return None
        return None

    def _next_by_time(self) -> int | None:
        best: int | None = None
        best_key = math.inf
        sign = 1 if self._order is Order.OLDEST else -1
        for number, part in enumerate(self._parts):
            place = self._places[number]
            if place >= len(part.rowids):
                if not part.complete:
                    return None
                continue
            key = sign * part.times[place] if place < len(part.times) else math.nan
            if math.isnan(key):  # SQLite puts what has no time first when it sorts upwards
                key = -math.inf if self._order is Order.OLDEST else math.inf
            if best is None or key < best_key:
                best, best_key = number, key
        return best
