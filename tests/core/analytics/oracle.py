"""The same figures in plain Python, row by row, from what a SELECT returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.analytics.columns import NOTHING
from felix_dbadmin.core.analytics.panel import LeftOut, Panel, Table, Wish
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.text import moment_of

Row = dict[str, Any]


def read_rows(path: Path, table: str, time: str) -> list[Row]:
    """Every row; its time is Unix seconds or None."""
    with open_reader(path) as db:
        cursor = db.execute(f"select * from {table}")
        names = [item[0] for item in db.execute(f"select name from pragma_table_info('{table}')")]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in rows:
        row["when"] = moment_of(row[time])
    return rows


def name(value: object) -> str:
    return NOTHING if value is None else str(value)


def chosen(rows: Iterable[Row], wish: Wish) -> list[Row]:
    found = []
    for row in rows:
        if any(name(row[column]) not in values for column, values in wish.where):
            continue
        if wish.since is not None and (row["when"] is None or row["when"] < wish.since):
            continue
        if wish.until is not None and (row["when"] is None or row["when"] >= wish.until):
            continue
        found.append(row)
    return found


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def usable(rows: Iterable[Row], column: str) -> list[float]:
    return [float(row[column]) for row in rows if is_number(row[column]) and row[column] >= 0]


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def quantile(values: list[float], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def spread(values: list[float]) -> tuple[float | None, ...]:
    """Mean, quartiles, least and most, as the tables have them."""
    ends = (min(values), max(values)) if values else (None, None)
    return (mean(values), *(quantile(values, share) for share in (0.25, 0.5, 0.75)), *ends)


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(name(row[column]), []).append(row)
    return found


def by_size(groups: dict[str, list[Row]]) -> list[str]:
    return sorted(groups, key=lambda each: (-len(groups[each]), each))


def left_out(rows: list[Row], column: str, called: str) -> dict[str, int]:
    missing = sum(not is_number(row[column]) for row in rows)
    negative = sum(is_number(row[column]) and row[column] < 0 for row in rows)
    counted = {f"{called} is missing or no number": missing, f"{called} is negative": negative}
    return {why: count for why, count in counted.items() if count}


def bad_times(rows: list[Row], now: float) -> dict[str, int]:
    counted = {
        "time is missing or no time": sum(row["when"] is None for row in rows),
        "time is before 1970": sum(row["when"] is not None and row["when"] < 0 for row in rows),
        "time is in the future": sum(row["when"] is not None and row["when"] > now for row in rows),
    }
    return {why: count for why, count in counted.items() if count}


def told(found: Iterable[LeftOut]) -> dict[str, int]:
    return {each.why: each.count for each in found}


def same(found: object, expected: object) -> bool:
    """Equal up to the rounding of a sum in another order."""
    if is_number(found) and is_number(expected):
        return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-9))
    if isinstance(found, tuple | list) and isinstance(expected, tuple | list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == expected


def check_rows(table: Table, expected: list[tuple[Any, ...]]) -> None:
    assert len(table.rows) == len(expected)
    for found, wanted in zip(table.rows, expected, strict=True):
        assert same(found, wanted), (found, wanted)


def check_spans(panel: Panel, rows: list[Row], value: Callable[[list[Row]], tuple[Any, ...]]) -> None:
    """Each line of a table over time holds what `value` says of the rows from its time until the next line's."""
    begins: list[float] = [float(line[0] or 0) for line in panel.table.rows]
    assert begins == sorted(set(begins))
    assert sum(len([row for row in rows if row["when"] < begins[0]]) for _ in begins[:1]) == 0
    for place, line in enumerate(panel.table.rows):
        end = begins[place + 1] if place + 1 < len(begins) else float("inf")
        inside = [row for row in rows if begins[place] <= row["when"] < end]
        assert same(line[1:], value(inside)), (line, value(inside))
        assert panel.table.behind[place].since == begins[place]
