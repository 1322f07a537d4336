"""Where marks stand, what is in sight at first, and which one the pointer means."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.panel import Form, Panel
from felix_dbadmin.models.chart_shape import found_at, shape_of, turned
from tests.models import made_panels

PIXELS = (100.0, 100.0)


def test_every_known_value_has_a_mark_and_a_gap_has_none() -> None:
    panel = made_panels.lines(count=5)
    shape = shape_of(panel)
    assert len(shape.marks) == 9
    assert not any(mark.series == 1 and mark.place == 2 for mark in shape.marks)


def test_what_is_hidden_has_no_mark_and_the_others_take_its_room() -> None:
    panel = made_panels.boxes()
    both, one = shape_of(panel), shape_of(panel, frozenset({"Depth"}))
    assert {mark.series for mark in one.marks} == {0}
    assert one.marks[0].half > both.marks[0].half


def test_values_that_are_no_number_are_passed_over() -> None:
    panel = made_panels.bars(values=(math.nan, None, 0.5))
    assert [mark.place for mark in shape_of(panel).marks] == [2]


def test_bars_begin_at_zero_and_whiskers_are_in_sight() -> None:
    low, high = shape_of(made_panels.bars(values=(0.5, 0.7, 0.95))).ys
    assert low <= 0
    assert high >= 1.05


def test_long_names_stand_beneath_each_other_and_what_finds_no_room_is_counted() -> None:
    names = tuple(f"python -m pytest tests/test_{number}.py -q" for number in range(40))
    shape = shape_of(made_panels.bars(names, tuple(0.5 for _ in names)))
    assert shape.sideways
    assert shape.unseen == 28
    assert len(shape.marks) == 40


def test_one_moment_and_nothing_at_all_have_a_span_too() -> None:
    once = shape_of(made_panels.lines(count=1, series=1))
    assert once.xs[0] < made_panels.NOON < once.xs[1]
    nothing = shape_of(Panel("activity", Form.LINES))
    assert nothing.marks == ()
    assert nothing.xs[0] < nothing.xs[1]
    assert nothing.ys[0] < nothing.ys[1]


def test_the_pointer_finds_the_bar_under_it_at_any_height() -> None:
    panel = made_panels.bars()
    shape = shape_of(panel)
    found = found_at(shape, panel.form, 1.2, 0.05, PIXELS, 10)
    assert found is not None
    assert found.place == 1
    assert found_at(shape, panel.form, 1.5, 0.05, PIXELS, 10) is None


def test_the_pointer_finds_the_nearest_time_and_there_the_nearest_line() -> None:
    panel = made_panels.lines()
    shape = shape_of(panel)
    wanted = next(mark for mark in shape.marks if mark.series == 1 and mark.place == 6)
    found = found_at(shape, panel.form, wanted.x + 600, wanted.y + 0.1, (0.01, 10), 10)
    assert found == wanted


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_point_is_found_only_within_reach(right: float, up: float) -> None:
    panel = made_panels.points()
    mark = shape_of(panel).marks[0]
    found = found_at(shape_of(panel), panel.form, mark.x + right, mark.y + up / 100, (1, 100), 18)
    assert (found == mark) == (math.hypot(right, up) <= 18 + 1e-6) or math.isclose(math.hypot(right, up), 18)


def test_turning_a_helix_keeps_each_point_at_its_height_and_the_scale_as_it_is() -> None:
    panel = made_panels.paths()
    quarter = turned(panel, 90)
    assert [round(x, 6) for x in quarter.series[0].x] == [2, 1, 0]
    assert quarter.series[0].y == panel.series[0].y
    assert shape_of(turned(panel, 0)).xs == shape_of(quarter).xs
    assert "90°" in quarter.x.title


def test_a_series_without_a_value_leaves_the_others_alone() -> None:
    panel = made_panels.points()
    nothing = replace(panel.series[0], y=(None,))
    shape = shape_of(replace(panel, series=(nothing, *panel.series[1:])))
    assert {mark.series for mark in shape.marks} == {1, 2}
