"""Spans of time of one width, and how many points of a line a screen can tell apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from felix_dbadmin.core.analytics.chosen import Places
from felix_dbadmin.core.analytics.columns import Codes, Floats

MOST = 120
"""Buckets of a chart."""

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800

WIDTHS = (
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(DAY, WEEK),
    *(weeks * WEEK for weeks in (2, 4, 13, 26, 52)),
)
"""Seconds."""

POINTS = 2_000
"""Of a series, before it is thinned out."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Consecutive spans of time; the last one ends with the last edge."""

    edges: Floats
    width: int
    """Seconds; a day with a change of the clock is an hour shorter or longer."""

    @property
    def count(self) -> int:
        return len(self.edges) - 1

    @property
    def begins(self) -> tuple[float, ...]:
        return tuple(self.edges[:-1].tolist())

    def span(self, place: int) -> tuple[float, float]:
        return float(self.edges[place]), float(self.edges[place + 1])

    def codes(self, times: Floats) -> Codes:
        """The bucket of each time, which all lie between the edges."""
        return codes_between(self.edges, times)

    @property
    def each(self) -> str:
        """'1 min', '6 h', '1 day', '4 weeks'."""
        for size, name in ((WEEK, "week"), (DAY, "day"), (HOUR, "h"), (MINUTE, "min")):
            if self.width % size == 0:
                many = self.width // size
                return f"{many} {name}s" if size >= DAY and many > 1 else f"{many} {name}"
        return f"{self.width} s"


def make_buckets(first: float, last: float, most: int = MOST) -> Buckets:
    """Buckets that hold all times from `first` to `last` (Unix seconds), as narrow as `most` of them allow.

    Hours begin on the hour and days at midnight, here; weeks on a Monday.
    """
    width = next((each for each in WIDTHS if (last - first) / each < most - 1), WIDTHS[-1])
    # A moment of the last microsecond before a full second would be rounded up to it.
    begin = _floor(datetime.fromtimestamp(math.floor(first)), width)
    edges = [begin.timestamp()]
    while edges[-1] <= last:
        if width <= HOUR:  # a clock that is put back repeats an hour: both are shown
            edges.append(edges[0] + len(edges) * width)
        else:
            edges.append((begin + timedelta(seconds=len(edges) * width)).timestamp())
    return Buckets(np.array(edges), width)


def codes_between(edges: Floats, times: Floats) -> Codes:
    """Between which two edges each time lies, 0 for the first two; all of them lie between some."""
    if (times[1:] >= times[:-1]).all():  # as rows are written: a fifth of the time
        return np.repeat(np.arange(len(edges) - 1, dtype=np.int32), np.diff(np.searchsorted(times, edges)))
    return (np.searchsorted(edges, times, side="right") - 1).astype(np.int32)


def _floor(moment: datetime, width: int) -> datetime:
    """The local time at which the bucket of `moment` begins."""
    if width <= HOUR:
        return moment - timedelta(seconds=(moment.minute * 60 + moment.second) % width)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if width < DAY:
        return midnight + timedelta(seconds=moment.hour * HOUR // width * width)
    return midnight if width < WEEK else midnight - timedelta(days=moment.weekday())


def thinned(y: Floats, most: int = POINTS) -> Places:
    """Which points of a line stay: all, or of each of `most` / 2 stretches the lowest and the highest.

    NaN in `y` is a gap and stays out of the comparison.
    """
    if len(y) <= most:
        return np.arange(len(y))
    stay: set[int] = {0, len(y) - 1}
    edges = np.linspace(0, len(y), max(most // 2 - 1, 1) + 1).astype(np.int64)
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = y[begin:end]
        if len(part) and not np.isnan(part).all():
            stay |= {begin + int(np.nanargmin(part)), begin + int(np.nanargmax(part))}
    return np.array(sorted(stay), dtype=np.int64)
