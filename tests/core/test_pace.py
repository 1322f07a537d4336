"""The map from work to time: what a rehearsal drew is where the real run is, and it never goes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.pace import CURVE_POINTS, Pace, Recording, StepCost

SECONDS = st.floats(0, 100, allow_nan=False)


def test_a_curve_maps_work_to_the_time_it_took() -> None:
    cost = StepCost(4.0, (0.0, 1.0, 3.0), stride=10)
    assert [cost.at(marks, 0.0) for marks in (0, 5, 10, 15, 20)] == [0.0, 0.5, 1.0, 2.0, 3.0]


def test_more_work_than_was_rehearsed_waits_at_the_end() -> None:
    assert StepCost(4.0, (0.0, 1.0, 3.0), stride=10).at(1_000, 0.0) == 3.0


def test_a_step_that_was_only_estimated_goes_with_the_clock() -> None:
    assert [StepCost(2.0).at(0, elapsed) for elapsed in (0.5, 2.0, 9.0)] == [0.5, 2.0, 2.0]


@given(st.lists(SECONDS, min_size=2, max_size=30).map(sorted), st.integers(1, 50), st.data())
def test_more_work_is_never_less_time(curve: list[float], stride: int, data: st.DataObject) -> None:
    cost = StepCost(curve[-1], tuple(curve), stride)
    marks = sorted(data.draw(st.lists(st.integers(0, stride * len(curve) * 2), min_size=2, max_size=20)))
    times = [cost.at(mark, 0.0) for mark in marks]
    assert times == sorted(times)
    assert all(0.0 <= time <= cost.seconds for time in times)


@given(st.integers(0, 5_000))
def test_a_recording_stays_small_and_whole(count: int) -> None:
    recording = Recording()
    for _ in range(count):
        recording.mark()
    cost = recording.finished()
    assert len(cost.curve) <= CURVE_POINTS
    assert 0 <= count - (len(cost.curve) - 1) * cost.stride < cost.stride
    assert list(cost.curve) == sorted(cost.curve)


@given(st.lists(st.one_of(st.just("mark"), st.integers(0, 3)), max_size=60))
def test_it_never_goes_back_whatever_is_done(moves: list[str | int]) -> None:
    """A step may begin again, as the backup does when another program wrote meanwhile."""
    pace = Pace(tuple(StepCost(1.0, (0.0, 0.2, 1.0), 2) for _ in range(3)))
    seen = [0]
    for move in moves:
        if isinstance(move, int):
            pace.begin(move)
        else:
            pace.mark()
        seen.append(pace.done)
        assert pace.remaining >= 0
    assert seen == sorted(seen)
    assert seen[-1] <= pace.total == 3_000
