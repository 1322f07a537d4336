"""Charts that several pages have: figures of each group side by side, counts and means over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from felix_dbadmin.core.analytics.buckets import MOST, Buckets, make_buckets
from felix_dbadmin.core.analytics.chosen import Numbers, Rows
from felix_dbadmin.core.analytics.columns import Counts, Floats
from felix_dbadmin.core.analytics.groups import (
    MARKS,
    TABLE_ROWS,
    Spread,
    divided,
    leading,
    listed,
    ranked,
    spread_of,
)
from felix_dbadmin.core.analytics.panel import (
    Axis,
    Behind,
    Form,
    Panel,
    Scale,
    Series,
    State,
    Table,
    TableColumn,
)
from felix_dbadmin.core.text import count_text

Cell = str | float | int | None

FEW = 24
"""Spans of time for a handful of rows: more would mostly be empty."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of numbers and how it is shown."""

    column: str
    called: str
    unit: str = ""
    digits: int = 3


def group_columns(measure: Measure) -> tuple[TableColumn, ...]:
    """The table columns that `group_cells` fills."""
    titles = (f"Mean {measure.called}", "First quartile", "Median", "Third quartile", "Least", "Most")
    return tuple(TableColumn(title, measure.unit, measure.digits) for title in titles)


def group_cells(spread: Spread) -> list[tuple[Cell, ...]]:
    """Per group its mean, quartiles, least and most."""
    parts = (spread.means, spread.low, spread.median, spread.high, spread.least, spread.most)
    return list(zip(*(listed(part) for part in parts), strict=True))


def spread_series(name: str, shown: Sequence[int], spread: Spread, middle: Floats, behind: Sequence[Behind]) -> Series:
    """A mark for each group of `shown` at 0, 1, …; `middle` is what the mark itself stands at."""

    def part(values: Floats) -> tuple[float | None, ...]:
        return listed(values[list(shown)])

    return Series(
        name,
        x=tuple(map(float, range(len(shown)))),
        y=part(middle),
        low=part(spread.low),
        high=part(spread.high),
        least=part(spread.least),
        most=part(spread.most),
        size=tuple(spread.counts[list(shown)].astype(np.float64).tolist()),
        rows=tuple(behind),
    )


def limited(order: list[int], noun: str, most: int = MARKS) -> tuple[list[int], str]:
    """The first groups of an order, and a note on those that are not among them."""
    rest = len(order) - most
    if rest <= 0:
        return order, ""
    return order[:most], f"The chart shows the {most} with the most rows; {count_text(rest, f'more {noun}')}."


def table_of(
    columns: tuple[TableColumn, ...], rows: Sequence[tuple[Cell, ...]], behind: Sequence[Behind], total: int
) -> Table:
    """The first rows of `total`; `rows` and `behind` are cut to what a table holds."""
    return Table(columns, tuple(rows[:TABLE_ROWS]), tuple(behind[:TABLE_ROWS]), total)


def bars_of(panel: Panel, rows: Rows, column: str, noun: str, measure: Measure) -> Panel:
    """Per name in `column` its rows and the spread of a measure: bars of the mean, or boxes about the median."""
    names = rows.codes(column)
    many = len(names.names)
    values = rows.numbers(measure.column, measure.called)
    spread = spread_of(names.codes, many, values.values)
    drawn = draw_bars(panel, names.names, names.counts, spread, (column, noun), measure)
    return replace(drawn, left_out=values.left_out)


def draw_bars(
    panel: Panel, names: tuple[str, ...], counts: Counts, spread: Spread, about: tuple[str, str], measure: Measure
) -> Panel:
    """The same from figures that are known; `about` is the column and what one of its names is called."""
    column, noun = about
    order = ranked(counts, names)
    behind = [Behind(((column, names[code]),)) for code in order]
    cells = group_cells(spread)
    shown, note = limited(order, noun)
    middle = spread.median if panel.form is Form.BOXES else spread.means
    series = spread_series(measure.called.capitalize(), shown, spread, middle, behind[: len(shown)])
    return replace(
        panel,
        x=replace(panel.x, scale=Scale.NAMES, names=tuple(names[code] for code in shown)),
        series=(series,),
        table=table_of(
            (TableColumn(panel.x.title), TableColumn("Rows", digits=0), *group_columns(measure)),
            [(names[code], int(counts[code]), *cells[code]) for code in order],
            behind,
            len(order),
        ),
        note=note,
    )


def counts_over_time(panel: Panel, rows: Rows, column: str) -> Panel:
    """Rows per span of time, a line for each name in `column`; a span without rows is 0."""
    times = rows.times()
    dated = rows.those(times.usable) if times.left_out else rows
    if not dated.count:
        return replace(panel, state=State.NO_ROWS, rows=0, left_out=times.left_out)
    buckets = _spans(dated, times.values[times.usable])
    codes, called, rest = leading(dated.codes(column))
    places = buckets.codes(times.values[times.usable])
    many = len(called)
    found = np.bincount(places.astype(np.int64) * many + codes, minlength=buckets.count * many)
    table = found.reshape(buckets.count, many)
    series = []
    for place, name in enumerate(called):
        other = rest and place == many - 1
        counted: list[int] = table[:, place].tolist()
        behind = () if other else tuple(Behind(((column, name),), *buckets.span(at)) for at in range(buckets.count))
        series.append(Series(name, buckets.begins, tuple(map(float, counted)), rows=behind))
    return replace(
        panel,
        rows=dated.count,
        x=_time_axis(buckets),
        series=tuple(series),
        table=Table(
            (TableColumn("From", time=True), TableColumn("All", digits=0), *(TableColumn(n, digits=0) for n in called)),
            tuple((begin, sum(line), *line) for begin, line in zip(buckets.begins, table.tolist(), strict=True)),
            tuple(Behind((), *buckets.span(at)) for at in range(buckets.count)),
        ),
        left_out=times.left_out,
        note=note_on(called, rest),
    )


def means_over_time(panel: Panel, rows: Rows, measure: Measure) -> Panel:
    """A measure's mean per span of time with its quartiles; a span without a value is a gap."""
    times = rows.times()
    values = rows.numbers(measure.column, measure.called)
    both = times.usable & values.usable
    out = (*times.left_out, *values.left_out)
    if not both.any():
        return replace(panel, state=State.NO_ROWS, rows=0, left_out=out)
    dated = rows.those(both)
    buckets = _spans(dated, times.values[both])
    spread = spread_of(buckets.codes(times.values[both]), buckets.count, values.values[both])
    behind = tuple(Behind((), *buckets.span(at)) for at in range(buckets.count))
    series = spread_series("Mean", range(buckets.count), spread, spread.means, behind)
    counts: list[int] = spread.counts.tolist()
    return replace(
        panel,
        rows=dated.count,
        x=_time_axis(buckets),
        series=(replace(series, x=buckets.begins),),
        table=Table(
            (TableColumn("From", time=True), TableColumn("Rows", digits=0), *group_columns(measure)),
            tuple(
                (begin, count, *cells)
                for begin, count, cells in zip(buckets.begins, counts, group_cells(spread), strict=True)
            ),
            behind,
        ),
        left_out=out,
    )


def note_on(called: Sequence[str], rest: bool) -> str:
    """What to know of a legend whose last entry is the rest."""
    return f"The {len(called) - 1} with the most rows are shown by name; the {called[-1]} are one." if rest else ""


def total(numbers: Numbers) -> float | None:
    """The sum of the usable values, None where there are none."""
    known = numbers.values[numbers.usable]
    return float(known.sum()) if len(known) else None


def mean(numbers: Numbers) -> float | None:
    known = numbers.values[numbers.usable]
    return float(known.mean()) if len(known) else None


def shares(parts: Counts, wholes: Counts) -> Floats:
    """In percent; NaN of nothing."""
    return 100 * divided(parts, wholes)


def _spans(rows: Rows, times: Floats) -> Buckets:
    """From the beginning of the range to its end, as far as the table has rows at all."""
    wish = rows.wish
    first, last = float(times.min()), float(times.max())
    if wish.since is not None:
        known = rows.store.times
        earliest = float(known[known >= 0].min())
        first = min(first, max(wish.since, earliest))
        last = max(last, min(rows.now, wish.until - 1e-3) if wish.until is not None else rows.now)
    return make_buckets(first, last, min(MOST, max(FEW, rows.count)))


def _time_axis(buckets: Buckets) -> Axis:
    return Axis(f"Time, in steps of {buckets.each}", scale=Scale.TIME)
