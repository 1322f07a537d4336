"""Where an axis has its marks, and what stands there: round numbers, round local times, names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

Tick = tuple[float, str]
"""Where, and the text."""

SHORT_NAME = 22
"""Letters of a name at an axis; the hover text has all of it."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 3, 7, 14)),
)
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200)
_LEAST_ROOM = 1e-12
"""Of the numbers themselves: in less room they cannot be told apart."""
_ODDEST_YEAR = 9_000
"""Beyond it calendars end."""


def number_ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[Tick]:
    """At most so many round numbers from low to high; `whole`: of things that are counted."""
    if not (math.isfinite(low) and math.isfinite(high)) or high - low <= _LEAST_ROOM * max(abs(low), abs(high)):
        return [(low, number_text(low))] if math.isfinite(low) else []
    least = (high - low) / max(1, most - 1)
    step = nice_step(max(least, 1.0) if whole else least)
    if whole:
        step = float(math.ceil(step))  # 2.5 is none of them
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step * 10**digits, 6) % 1:  # 2.5 needs a digit more than 2
        digits += 1
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(number * step, number_text(number * step, digits)) for number in range(first, last + 1)]


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10, 20) if power * factor >= least * (1 - 1e-9))


def number_text(value: float, digits: int = 0) -> str:
    """12500 → '12,500'; from a million on shorter: 2500000 → '2.5 M'."""
    for size, name in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:,.2f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{value:,.{digits}f}"


def name_ticks(names: Sequence[str], low: float, high: float, most: int, longest: int = SHORT_NAME) -> list[Tick]:
    """The names that stand between low and high; every second, third … where they are too many."""
    first, last = max(0, math.ceil(low)), min(len(names) - 1, math.floor(high))
    every = max(1, math.ceil((last - first + 1) / max(1, most)))
    return [(float(place), short_name(names[place], longest)) for place in range(first, last + 1, every)]


def short_name(name: str, longest: int = SHORT_NAME) -> str:
    """On one line, cut where it is too long."""
    line = " ".join(name.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def time_ticks(low: float, high: float, most: int) -> list[Tick]:
    """At most so many round local times; the date stands at the first one and wherever a day begins."""
    least = (high - low) / max(1, most)
    try:
        first, last = datetime.fromtimestamp(low), datetime.fromtimestamp(high)
    except (ValueError, OverflowError, OSError):
        return []
    if not (low < high) or last.year > _ODDEST_YEAR:
        return []
    fitting = [step for step in _STEPS if step >= least]
    if not fitting:
        months = next((months for months in _MONTHS if months * 30.4 * _DAY >= least), _MONTHS[-1])
        return _with_texts(list(_month_starts(first, last, months)), None)
    finer = [step for step in _STEPS if step < least][-2:]
    ticks: list[Tick] = []
    for step in (fitting[0], *reversed(finer)):  # a finer one where the round times all lie outside
        moments = list(_rounds(first, last, step))
        if not ticks or len(moments) <= most:
            ticks = _with_texts(moments, step)
        if len(ticks) > 1:
            break
    return ticks


def _rounds(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    """Clock times, counted from midnight; days, counted from a Monday."""
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= _DAY:
        days = step // _DAY
        moment = midnight - timedelta(days=midnight.toordinal() % days - (1 if days % 7 == 0 else 0))
        while moment <= last:
            if moment >= first:
                yield moment
            moment += timedelta(days=days)
        return
    while midnight <= last:  # day by day, so that noon is noon after a change of the clock too
        begin = max(0, int((first - midnight).total_seconds()) // step * step)
        end = min(_DAY, int((last - midnight).total_seconds()) + 1)
        moments = (midnight + timedelta(seconds=seconds) for seconds in range(begin, end, step))
        yield from (moment for moment in moments if moment >= first)
        midnight += timedelta(days=1)


def _month_starts(first: datetime, last: datetime, months: int) -> Iterator[datetime]:
    number = (first.year * 12 + first.month - 1) // months * months
    while number // 12 <= last.year:
        if number // 12 >= 1:
            moment = datetime(number // 12, number % 12 + 1, 1)
            if first <= moment <= last:
                yield moment
        number += months


def _with_texts(moments: list[datetime], step: int | None) -> list[Tick]:
    ticks: list[Tick] = []
    before: datetime | None = None
    for moment in moments:
        ticks.append((moment.timestamp(), _time_text(moment, before, step)))
        before = moment
    return ticks


def _time_text(moment: datetime, before: datetime | None, step: int | None) -> str:
    day = f"{moment.day} {moment:%b}"
    if before is None or before.year != moment.year:
        day = f"{moment:%b %Y}" if step is None else f"{day} {moment:%Y}"
    elif step is None:
        return f"{moment:%b}"
    if step is None or step >= _DAY:
        return day
    clock = f"{moment:%H:%M:%S}" if step < _MINUTE else f"{moment:%H:%M}"
    return clock if before is not None and before.date() == moment.date() else f"{day} {clock}"
