"""Spans of time begin where people expect them to, hold every moment once, and hide no extreme."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import numpy as np  # noqa: TID253 - what takes and gives arrays is tested
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.buckets import DAY, HOUR, MOST, WEEK, make_buckets, thinned


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("length", [0, 60, 5 * HOUR, DAY, 3 * DAY, 40 * DAY, 100 * DAY, 2 * 366 * DAY, 50 * 365 * DAY])
def test_every_moment_lies_in_one_span(zone: str, length: int) -> None:
    for first in (0.0, 1_742_950_000.0, 1_743_297_123.5, 1_761_440_000.0, 1_761_559_199.999_999_8):
        buckets = make_buckets(first, first + length)
        assert 1 <= buckets.count <= MOST
        assert buckets.edges[0] <= first
        assert buckets.edges[-1] > first + length
        assert all(begin < end for begin, end in pairwise(buckets.edges.tolist()))
        moments = np.linspace(first, first + length, 500)
        codes = buckets.codes(moments)
        assert all(buckets.edges[code] <= at < buckets.edges[code + 1] for at, code in zip(moments, codes, strict=True))


def test_days_begin_at_midnight_also_when_the_clock_is_changed(zone: str) -> None:
    begin = datetime(2025, 3, 1, 15, 30).timestamp()
    buckets = make_buckets(begin, datetime(2025, 5, 20).timestamp())
    assert buckets.width == DAY
    assert {datetime.fromtimestamp(edge).time().isoformat() for edge in buckets.begins} == {"00:00:00"}


def test_weeks_begin_on_a_monday(zone: str) -> None:
    buckets = make_buckets(datetime(2024, 1, 3).timestamp(), datetime(2025, 10, 1).timestamp())
    assert buckets.width == WEEK
    assert {datetime.fromtimestamp(edge).weekday() for edge in buckets.begins} == {0}


@pytest.mark.parametrize(
    ("length", "each"), [(60 * 60, "1 min"), (8 * HOUR, "5 min"), (DAY, "15 min"), (7 * DAY, "2 h"), (58 * DAY, "12 h")]
)
def test_the_width_is_a_round_one(length: float, each: str) -> None:
    assert make_buckets(1_760_000_000, 1_760_000_000 + length).each == each


@given(
    values=st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(float("nan"))), min_size=1, max_size=400),
    most=st.integers(4, 50),
)
@settings(deadline=None)
def test_thinning_keeps_the_extremes(values: list[float], most: int) -> None:
    y = np.array(values)
    stay = thinned(y, most)
    assert len(stay) <= max(most, 4)
    assert list(stay) == sorted(set(stay.tolist()))
    known = y[~np.isnan(y)]
    if len(known):
        assert np.nanmax(y[stay]) == known.max()
        assert np.nanmin(y[stay]) == known.min()
    if len(y) <= most:
        assert len(stay) == len(y)
