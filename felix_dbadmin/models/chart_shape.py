"""Where a panel's marks stand in its chart, what of it is in sight at first, and which mark somebody points at."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

from felix_dbadmin.core.analytics.panel import Axis, Form, Panel, Scale

Span = tuple[float, float]

MOST_BESIDE = 12
"""Names beneath each other that are in sight at first."""
MOST_ALONG = 24
"""Names beside each other."""
_LETTERS_ALONG = 60
"""Of all names together, that they find room beside each other."""
_FILLED = 0.72
"""Of the room between two names."""
_ONE_MOMENT = 1800.0
"""Seconds on both sides of a single point in time."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value. `x` and `y` are where it stands; `half` is half its thickness, in the units of the names' axis."""

    series: int
    place: int
    x: float
    y: float
    half: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    marks: tuple[Mark, ...]
    xs: Span
    ys: Span
    sideways: bool
    """Names stand beneath each other and values grow to the right."""
    unseen: int
    """Names that are out of sight at first."""
    whole: bool
    """All values are whole: things that are counted."""
    columns: dict[float, list[Mark]] = field(default_factory=dict)
    """Of lines: the marks at each x, which are sorted."""


def shape_of(panel: Panel, hidden: Set[str] = frozenset()) -> Shape:
    """The marks of the series that are not hidden; what is not a finite number has none."""
    sideways = is_sideways(panel)
    marks = tuple(_marks(panel, hidden, sideways=sideways))
    along = [mark.y if sideways else mark.x for mark in marks]
    values = [mark.x if sideways else mark.y for mark in marks]
    if panel.form is Form.BOXES:
        shown = [series for series in panel.series if series.name not in hidden]
        values += [value for series in shown for value in (*series.least, *series.most) if value is not None]
    elif panel.form is Form.LINES and len({mark.series for mark in marks}) == 1:
        drawn = panel.series[marks[0].series]
        values += [value for value in (*drawn.low, *drawn.high) if value is not None]
    elif panel.form is Form.BARS:
        values += [value for s in panel.series if s.name not in hidden for value in s.high if value is not None]
        values.append(0.0)
    across = _span(values, panel.y, padding=0.06)
    if panel.x.scale is Scale.NAMES:
        most = MOST_BESIDE if sideways else MOST_ALONG
        count = len(panel.x.names)
        place = (-0.6, min(count, most) - 0.4) if count else (-0.6, 0.6)
        unseen = max(0, count - most)
    else:
        place, unseen = _place_span(along, panel), 0
    columns: dict[float, list[Mark]] = {}
    if panel.form is Form.LINES:
        for mark in sorted(marks, key=lambda mark: mark.x):
            columns.setdefault(mark.x, []).append(mark)
    xs, ys = (across, place) if sideways else (place, across)
    whole = all(value == int(value) for value in values if math.isfinite(value))
    return Shape(marks, xs, ys, sideways, unseen, whole, columns)


def is_sideways(panel: Panel) -> bool:
    """Bars with long names, or many: upright nobody could read them."""
    names = panel.x.names
    if panel.form is not Form.BARS or panel.x.scale is not Scale.NAMES:
        return False
    return len(names) > MOST_ALONG or sum(len(name) + 2 for name in names) > _LETTERS_ALONG


def turned(panel: Panel, degrees: float) -> Panel:
    """Paths in space seen from another side: turned about y, at a scale that stays while they turn."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    series = tuple(
        replace(each, x=tuple(x * cos + z * sin for x, z in zip(each.x, each.z, strict=True))) if each.z else each
        for each in panel.series
    )
    pairs = (pair for each in panel.series for pair in zip(each.x, each.z or each.x, strict=True))
    reach = max((math.hypot(x, z) for x, z in pairs), default=0.0)
    seen = f"{panel.x.title}, turned by {degrees:.0f}°" if degrees else panel.x.title
    return replace(panel, series=series, x=replace(panel.x, title=seen, least=-reach, most=reach))


def found_at(shape: Shape, form: Form, x: float, y: float, pixels: tuple[float, float], reach: float) -> Mark | None:
    """The mark at a point; `pixels`: how many one unit takes along x and y, `reach`: by how many it may be missed."""
    if form is Form.LINES:
        return _nearest_column(shape, x, y, pixels, reach)
    if form in (Form.BARS, Form.BOXES):
        at, value = (y, x) if shape.sideways else (x, y)
        near = [mark for mark in shape.marks if abs((mark.y if shape.sideways else mark.x) - at) <= mark.half]
        return min(near, key=lambda mark: abs((mark.x if shape.sideways else mark.y) - value), default=None)
    best = min(shape.marks, key=lambda mark: _distance(mark, x, y, pixels), default=None)
    return best if best is not None and _distance(best, x, y, pixels) <= reach else None


def _nearest_column(shape: Shape, x: float, y: float, pixels: tuple[float, float], reach: float) -> Mark | None:
    known = list(shape.columns)
    place = bisect_left(known, x)
    near = min(known[max(0, place - 1) : place + 1], key=lambda each: abs(each - x), default=None)
    spacing = (known[-1] - known[0]) / max(1, len(known) - 1) if known else 0.0
    if near is None or abs(near - x) > max(spacing, reach / pixels[0]):
        return None
    return min(shape.columns[near], key=lambda mark: abs(mark.y - y))


def _distance(mark: Mark, x: float, y: float, pixels: tuple[float, float]) -> float:
    return math.hypot((mark.x - x) * pixels[0], (mark.y - y) * pixels[1])


def _marks(panel: Panel, hidden: Set[str], *, sideways: bool) -> Iterable[Mark]:
    thick = panel.form in (Form.BARS, Form.BOXES)
    shown = [number for number, series in enumerate(panel.series) if series.name not in hidden]
    room = _FILLED * (1.0 if panel.x.scale is Scale.NAMES else _least_gap(panel)) if thick else 0.0
    width = room / max(1, len(shown))
    for position, number in enumerate(shown):
        series = panel.series[number]
        shift = (position + 0.5) * width - room / 2 if thick else 0.0
        for place, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
            if y is None or not (math.isfinite(x) and math.isfinite(y)):
                continue
            at = x + shift
            yield Mark(number, place, *((y, at) if sideways else (at, y)), width / 2)


def _least_gap(panel: Panel) -> float:
    places = sorted({x for series in panel.series for x in series.x})
    return min((after - before for before, after in pairwise(places)), default=1.0)


def _place_span(values: list[float], panel: Panel) -> Span:
    if panel.x.scale is Scale.TIME and values and min(values) == max(values):
        return values[0] - _ONE_MOMENT, values[0] + _ONE_MOMENT
    return _span(values, panel.x, padding=0.06 if panel.form in (Form.POINTS, Form.PATHS) else 0.02)


def _span(values: list[float], axis: Axis, *, padding: float) -> Span:
    """From the least to the most value and some room; never empty."""
    finite = [value for value in values if math.isfinite(value)]
    low = min([*finite, *([axis.least] if axis.least is not None else [])], default=0.0)
    high = max([*finite, *([axis.most] if axis.most is not None else [])], default=1.0)
    if low >= high:
        room = abs(low) * 0.1 or 1.0
        return (low, low + room) if low == axis.least or low == 0 else (low - room, low + room)
    room = (high - low) * padding
    below = 0.3 * room if low in (axis.least, 0.0) else room
    return low - below, high + room
