"""Figures per group of rows: counts, means, sums and quartiles, for any number of groups in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from felix_dbadmin.core.analytics.columns import NOTHING, Codes, Counts, Floats, Names
from felix_dbadmin.core.text import count_text

SERIES = 12
"""Series that a chart shows by name: more colours are not told apart."""

MARKS = 40
"""Bars or boxes side by side."""

TABLE_ROWS = 5_000
"""Rows of a table with one for each group."""

FLAGS = 50_000_000
"""Pairs for which a flag each is kept: some ms, where sorting 2,000,000 pairs takes 100."""

_RADIX = np.iinfo(np.int16).max
"""Up to here numpy sorts by radix: 2,000,000 codes in 20 ms."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Per group the figures of its values; NaN where it has none."""

    counts: Counts
    """Values, without those that are NaN."""
    sums: Floats
    means: Floats
    least: Floats
    low: Floats
    median: Floats
    high: Floats
    most: Floats


def counts_of(codes: Codes, groups: int) -> Counts:
    """Rows per group."""
    return np.bincount(codes, minlength=groups).astype(np.int64)


def means_of(codes: Codes, groups: int, values: Floats) -> tuple[Counts, Floats, Floats]:
    """Per group the values that are not NaN: their number, sum and mean."""
    known = ~np.isnan(values)
    if not known.all():
        codes, values = codes[known], values[known]
    counts = counts_of(codes, groups)
    sums = np.bincount(codes, weights=values, minlength=groups).astype(np.float64)
    return counts, np.where(counts > 0, sums, np.nan), divided(sums, counts)


def spread_of(codes: Codes, groups: int, values: Floats) -> Spread:
    """Means and quartiles per group; quartiles between two values are interpolated linearly."""
    counts, sums, means = means_of(codes, groups, values)
    known = ~np.isnan(values)
    if not known.all():
        codes, values = codes[known], values[known]
    narrow = codes.astype(np.int16) if groups <= _RADIX else codes
    ordered = values[np.argsort(narrow, kind="stable")]
    ends = np.cumsum(counts)
    for begin, end in zip((ends - counts).tolist(), ends.tolist(), strict=True):
        ordered[begin:end].sort()
    cuts = (_cut(ordered, ends - counts, counts, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Spread(counts, sums, means, *cuts)


def _cut(ordered: Floats, begins: Counts, counts: Counts, share: float) -> Floats:
    """The value below which `share` of each group's values lie."""
    if not len(ordered):
        return np.full(len(counts), np.nan)
    place = np.maximum(counts - 1, 0) * share
    below = place.astype(np.int64)
    part = place - below
    last = len(ordered) - 1
    lower = ordered[np.minimum(begins + below, last)]
    upper = ordered[np.minimum(begins + np.minimum(below + 1, np.maximum(counts - 1, 0)), last)]
    return np.where(counts > 0, lower + (upper - lower) * part, np.nan)


def pairs_of(first: Codes, groups: int, second: Codes, many: int) -> Counts:
    """The pairs of codes that occur, each as first * many + second, in order."""
    pairs = first.astype(np.int64) * many + second
    if groups * many > FLAGS:
        pairs.sort()  # numpy's unique looks into a hash table, which takes ten times as long
        return pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    seen = np.zeros(groups * many, dtype=np.bool_)
    seen[pairs] = True
    return np.flatnonzero(seen)


def distinct(first: Codes, groups: int, second: Names) -> Counts:
    """Per group of `first` the different names of `second`; a missing name is none."""
    many = len(second.names)
    met = pairs_of(first, groups, second.codes, many)
    nameless = np.array([name == NOTHING for name in second.names], dtype=np.bool_)
    return counts_of((met[~nameless[met % many]] // many).astype(np.int32), groups)


def named(names: Names) -> int:
    """How many different names the rows have; a missing one is none."""
    met = np.flatnonzero(names.counts)
    return sum(names.names[code] != NOTHING for code in met.tolist())


def ranked(counts: Counts, names: tuple[str, ...]) -> list[int]:
    """The groups that have rows: the largest first, equals by name."""
    return sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-int(counts[code]), names[code]))


def leading(names: Names, most: int = SERIES) -> tuple[Codes, tuple[str, ...], bool]:
    """New codes by which the `most` largest groups are told apart and the rest are one: the codes, what they are
    called, and whether the last is the rest."""
    order = ranked(names.counts, names.names)
    shown = order[:most]
    place = np.full(max(len(names.names), 1), len(shown), dtype=np.int32)
    place[shown] = np.arange(len(shown), dtype=np.int32)
    rest = len(order) - len(shown)
    called = tuple(names.names[code] for code in shown)
    return place[names.codes], (*called, count_text(rest, "other")) if rest else called, rest > 0


def listed(values: Iterable[float] | Floats) -> tuple[float | None, ...]:
    """As Python numbers, None for NaN."""
    return tuple(None if value != value else value for value in np.asarray(values, dtype=np.float64).tolist())


def divided(parts: Floats | Counts, wholes: Counts) -> Floats:
    """NaN where there is nothing to divide by."""
    found: Floats = np.full(len(wholes), np.nan)
    np.divide(parts, wholes, out=found, where=wholes > 0)
    return found
