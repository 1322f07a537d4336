"""Hits of several sources in one order: scores of two indexes say nothing about each other, times do."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence

from felix_dbadmin.core.search.statement import Order


def interleaved(order: Order, times: Sequence[Sequence[float | None]]) -> Iterator[tuple[int, int]]:
    """Which source, and which of its hits, in order. `times` has one for each hit of each source, in its own order.

    By relevance the best of each source come first, then the second ones; by time what has none comes as SQLite has it.
    """
    if order is Order.RELEVANCE:
        for position in range(max(map(len, times), default=0)):
            yield from ((which, position) for which, each in enumerate(times) if position < len(each))
        return
    sign = 1 if order is Order.OLDEST else -1
    lanes = (
        [(_key(moment, sign), which, position) for position, moment in enumerate(each)]
        for which, each in enumerate(times)
    )
    yield from ((which, position) for _, which, position in heapq.merge(*lanes))


def _key(moment: float | None, sign: int) -> float:
    return -sign * math.inf if moment is None or math.isnan(moment) else sign * moment
