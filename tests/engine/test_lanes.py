"""Lanes: one call of a lane at a time and in order, lanes side by side, no thread for an idle lane."""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Callable
from functools import partial

import pytest

from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.task import Task
from felix_dbadmin.engine.lanes import Lanes
from felix_dbadmin.engine.messages import Answer, Call, Reported, Started, Succeeded, WasCancelled
from tests.helpers import engine_work as work

PATIENCE = 60.0


class Ends:
    """Collects answers; `wait` gives the ends of calls as they come."""

    def __init__(self) -> None:
        self.said: list[Answer] = []
        self._ends: queue.Queue[Answer] = queue.Queue()
        self.reported = threading.Event()

    def take(self, answer: Answer) -> None:
        self.said.append(answer)
        if isinstance(answer, Reported):
            self.reported.set()
        elif not isinstance(answer, Started):
            self._ends.put(answer)

    def wait(self, count: int) -> list[Answer]:
        return [self._ends.get(timeout=PATIENCE) for _ in range(count)]


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def lanes(ends: Ends) -> Lanes:
    return Lanes(ends.take, lambda: None)


def call(ident: int, function: Callable[..., object], lane: str = "a") -> Call:
    return Call(ident, lane, pickle.dumps(function))


def test_calls_of_one_lane_run_one_after_the_other_in_the_order_of_submission(lanes: Lanes, ends: Ends) -> None:
    for ident in range(200):
        lanes.submit(call(ident, partial(work.echo, ident)))
    ends.wait(200)
    begun_and_ended = [answer.ident for answer in ends.said]
    assert begun_and_ended == [ident for ident in range(200) for _ in ("begun", "ended")]


def test_calls_of_two_lanes_run_at_the_same_time(lanes: Lanes, ends: Ends) -> None:
    for lane in ("a", "b", "c"):
        lanes.submit(call(ord(lane), partial(work.meet, "three lanes", 3), lane))
    assert all(isinstance(end, Succeeded) for end in ends.wait(3))


def test_a_waiting_call_that_is_cancelled_ends_at_once_and_never_begins(lanes: Lanes, ends: Ends) -> None:
    lanes.submit(call(1, work.hold))
    lanes.submit(call(2, partial(work.echo, "never")))
    lanes.submit(call(3, partial(work.echo, "after it")))
    assert ends.reported.wait(PATIENCE)
    lanes.cancel(2)
    (cancelled,) = ends.wait(1)
    assert isinstance(cancelled, WasCancelled)
    assert cancelled.ident == 2
    assert "before it started" in str(pickle.loads(cancelled.payload))
    lanes.cancel(1)
    assert [end.ident for end in ends.wait(2)] == [1, 3]
    assert Started(2) not in ends.said


def test_a_running_call_that_is_cancelled_is_answered_as_cancelled(lanes: Lanes, ends: Ends) -> None:
    lanes.submit(call(1, work.count_for_ever))
    assert ends.reported.wait(PATIENCE)
    lanes.cancel(1)
    (end,) = ends.wait(1)
    assert isinstance(end, WasCancelled)
    assert isinstance(pickle.loads(end.payload), Cancelled)


def test_cancelling_what_is_over_or_unknown_says_nothing(lanes: Lanes, ends: Ends) -> None:
    lanes.submit(call(1, partial(work.echo, 1)))
    ends.wait(1)
    before = list(ends.said)
    lanes.cancel(1)
    lanes.cancel(99)
    assert ends.said == before


def test_a_thousand_lanes_leave_no_thread_behind(lanes: Lanes, ends: Ends) -> None:
    before = threading.active_count()
    for ident in range(1000):
        lanes.submit(call(ident, partial(work.echo, ident), f"lane {ident}"))
    ends.wait(1000)
    assert lanes.close(PATIENCE)
    assert threading.active_count() == before


def test_closing_cancels_what_runs_drops_what_waits_and_takes_nothing_more(lanes: Lanes, ends: Ends) -> None:
    lanes.submit(call(1, work.hold))
    lanes.submit(call(2, partial(work.echo, "waiting")))
    assert ends.reported.wait(PATIENCE)
    assert lanes.close(PATIENCE)
    lanes.submit(call(3, partial(work.echo, "late")))
    (end,) = ends.wait(1)
    assert isinstance(end, WasCancelled)
    assert {answer.ident for answer in ends.said} == {1}


def test_closing_says_when_something_would_not_end(lanes: Lanes, ends: Ends) -> None:
    lanes.submit(call(1, partial(work.meet, "a stubborn call", 2)))
    assert ends.reported.wait(PATIENCE)
    assert not lanes.close(0.0)
    work.meet("a stubborn call", 2, task=Task())
    assert lanes.close(PATIENCE)
