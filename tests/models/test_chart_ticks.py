"""Where axes have their marks: round, in order, not too many, and saying where they stand."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from felix_dbadmin.models.chart_ticks import name_ticks, number_ticks, time_ticks

DAY = 86_400.0


def at(year: int, month: int, day: int, hour: int = 0) -> float:
    return datetime(year, month, day, hour).timestamp()


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0, 1, 5, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (0, 100, 6, ["0", "20", "40", "60", "80", "100"]),
        (0, 3_000_000, 4, ["0", "1 M", "2 M", "3 M"]),
        (-10, 10, 5, ["-10", "-5", "0", "5", "10"]),
    ],
)
def test_numbers_are_round(low: float, high: float, most: int, texts: list[str]) -> None:
    assert [text for _, text in number_ticks(low, high, most)] == texts


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(2, 20))
@example(low=3_602_879_702.328125, room=1e-06, most=6)
def test_numbers_lie_inside_and_are_no_more_than_fit(low: float, room: float, most: int) -> None:
    high = low + room
    ticks = number_ticks(low, high, most)
    assert len(ticks) <= most + 1
    slack = room * 1e-6 + abs(low) * 1e-9
    assert all(low - slack <= value <= high + slack for value, _ in ticks)
    assert [value for value, _ in ticks] == sorted(value for value, _ in ticks)


@given(st.floats(0, 4e9), st.floats(1, 4e9), st.integers(2, 20))
@example(low=0.0, room=4.0, most=2)
def test_times_lie_inside_and_are_no_more_than_fit(low: float, room: float, most: int) -> None:
    ticks = time_ticks(low, low + room, most)
    assert len(ticks) <= most + 2
    assert all(low - 1e-6 <= value <= low + room + 1e-6 for value, _ in ticks)  # calendars know microseconds
    assert all(text for _, text in ticks)


def test_times_are_round_and_the_date_is_said_where_it_changes() -> None:
    ticks = time_ticks(at(2025, 10, 24, 17), at(2025, 10, 25, 13), 6)
    assert [text for _, text in ticks] == ["24 Oct 2025 18:00", "25 Oct 00:00", "06:00", "12:00"]
    assert ticks[1][0] == at(2025, 10, 25)


def test_days_stand_at_local_midnight_and_months_at_their_first_day() -> None:
    days = time_ticks(at(2025, 10, 24), at(2025, 10, 29), 6)
    assert [text for _, text in days] == ["24 Oct 2025", "25 Oct", "26 Oct", "27 Oct", "28 Oct", "29 Oct"]
    months = time_ticks(at(2025, 9, 15), at(2026, 2, 15), 6)
    assert [text for _, text in months] == ["Oct 2025", "Nov", "Dec", "Jan 2026", "Feb"]


def test_a_time_that_no_calendar_has_gives_no_marks() -> None:
    assert time_ticks(1e15, 2e15, 5) == []


def test_names_are_thinned_and_cut() -> None:
    names = [f"a very long name of an agent type {number}" for number in range(30)]
    ticks = name_ticks(names, -0.5, 29.5, 10)
    assert len(ticks) == 10
    assert all(len(text) <= 22 and text.endswith("…") for _, text in ticks)
