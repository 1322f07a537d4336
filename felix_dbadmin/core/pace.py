"""How far a piece of work is in time, told by how far it was after as much work when it was rehearsed.

Work is counted in marks: one for each so many steps of SQLite's virtual machine, and one for each statement. The same
statements over the same rows give the same marks, so the marks of a rehearsal are a map from work to time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

CURVE_POINTS = 256
"""The most points that are kept of a step's curve; beyond, every second one goes."""

SETTLED = 1.0
"""Seconds of work before the pace of this run says more than the rehearsal's."""


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one step of the work cost when it was rehearsed. `seconds` is all of it.

    `curve` holds the seconds that had passed after 0, `stride`, 2·`stride`, … marks; it is empty for a step that was
    only estimated, which is then taken to advance with the clock.
    """

    seconds: float
    curve: tuple[float, ...] = ()
    stride: int = 1

    def at(self, marks: int, elapsed: float) -> float:
        """The seconds of the rehearsal that correspond to this much work, at most all of them."""
        if not self.curve:
            return min(elapsed, self.seconds)
        whole, part = divmod(marks, self.stride)
        if whole + 1 >= len(self.curve):
            return min(self.curve[-1], self.seconds)
        below, above = self.curve[whole], self.curve[whole + 1]
        return min(below + (above - below) * part / self.stride, self.seconds)


@dataclass(slots=True)
class Recording:
    """Draws the curve of the running step of a rehearsal."""

    started: float = field(default_factory=time.monotonic)
    marks: int = 0
    stride: int = 1
    points: list[float] = field(default_factory=lambda: [0.0])

    def mark(self) -> None:
        self.marks += 1
        if self.marks % self.stride == 0:
            self.points.append(time.monotonic() - self.started)
            if len(self.points) > CURVE_POINTS:
                del self.points[1::2]
                self.stride *= 2

    def finished(self) -> StepCost:
        """The cost of what ran since `started`."""
        return StepCost(time.monotonic() - self.started, tuple(self.points), self.stride)


class Pace:
    """Where a run is on the map that its rehearsal drew: milliseconds of expected work, never going backwards."""

    def __init__(self, costs: tuple[StepCost, ...]) -> None:
        self._costs = costs
        self._step = 0
        self._marks = 0
        self._shown = 0.0
        self._started = self._step_started = time.monotonic()
        self.total = max(1, round(1000 * sum(cost.seconds for cost in costs)))
        """Milliseconds."""

    def begin(self, step: int) -> None:
        """Step `step` of the work is running now."""
        self._step = step
        self._marks = 0
        self._step_started = time.monotonic()

    def mark(self) -> None:
        self._marks += 1

    @property
    def done(self) -> int:
        """Milliseconds of `total`."""
        elapsed = time.monotonic() - self._step_started
        before = sum(cost.seconds for cost in self._costs[: self._step])
        here = self._costs[self._step].at(self._marks, elapsed) if self._step < len(self._costs) else 0.0
        self._shown = max(self._shown, 1000 * (before + here))
        return min(round(self._shown), self.total)

    @property
    def remaining(self) -> float:
        """Seconds, estimated: what is left of the rehearsal's, as fast as this run has been so far."""
        done = self.done / 1000
        elapsed = time.monotonic() - self._started
        pace = elapsed / done if done and elapsed >= SETTLED else 1.0
        return (self.total / 1000 - done) * pace
