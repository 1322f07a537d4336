"""A long engine call that reports how far it is and can be cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.pace import Pace, Recording, StepCost

if TYPE_CHECKING:
    import apsw

REPORT_INTERVAL = 0.05
"""Seconds between two reports; 200,000 reports without a limit kept a window busy for 2.8 s."""

LOCK_WAIT = 10.0
"""Seconds to wait for another program's lock unless the caller says otherwise."""

STEPS_BETWEEN_LOOKS = 2_000
"""Virtual machine steps between two looks at the cancel flag: 0.2 to 15 ms of latency, no measurable cost."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is: the titles of its steps, the running one, and how much of that is done.

    `total` is None where nobody can know it. `log` holds the lines added since the last report. Where the work was
    rehearsed, `done` and `total` are milliseconds of expected work of all steps together.
    """

    steps: tuple[str, ...]
    step: int
    done: int
    total: int | None
    note: str
    log: tuple[str, ...]
    remaining: float | None = None
    """Seconds, estimated; None where the work was not rehearsed."""
    rows: int = 0
    """Touched so far, with those of triggers, cascades and indexes."""


class Task:
    """What a core function is given to report through and to look at for cancellation."""

    def __init__(self, listener: Callable[[Progress], None] | None = None, *, lock_wait: float = LOCK_WAIT) -> None:
        self.lock_wait = lock_wait
        self._listener = listener
        self._cancelled = threading.Event()
        self._steps: tuple[str, ...] = ()
        self._step = 0
        self._log: list[str] = []
        self._last_report = 0.0
        self._said: tuple[int, int | None, str] = (0, None, "")
        self._pace: Pace | None = None
        self._recording: Recording | None = None
        self._writer: apsw.Connection | None = None
        self._rows_before = 0

    def begin(self, steps: Sequence[str]) -> None:
        """Name the steps to come; the first one is running."""
        self._steps = tuple(steps)
        self._step = 0
        self._send(0, None, "")

    def step(self, index: int, note: str = "") -> None:
        """Step `index` (from 0) is running now. Raises Cancelled."""
        self.check()
        self._step = index
        if self._pace is not None:
            self._pace.begin(index)
        self._send(0, None, note)

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Say how much of the running step is done. Raises Cancelled."""
        self.check()
        self._said = (done, total, note)
        if time.monotonic() - self._last_report >= REPORT_INTERVAL:
            self._send(done, total, note)

    def expect(self, costs: Sequence[StepCost]) -> None:
        """From now on progress is told in the time that each step took when it was rehearsed; none for no costs."""
        self._pace = Pace(tuple(costs)) if costs else None

    def mark(self) -> None:
        """A statement begins: one more piece of work, for the calibration of the progress."""
        if self._recording is not None:
            self._recording.mark()
        if self._pace is not None:
            self._pace.mark()

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """Draw the curve of what runs in the block."""
        self._recording = Recording()
        try:
            yield self._recording
        finally:
            self._recording = None

    @contextmanager
    def counting(self, db: apsw.Connection) -> Iterator[None]:
        """Report the rows that `db` touches in the block."""
        self._writer, self._rows_before = db, db.total_changes()
        try:
            yield
        finally:
            self._writer = None

    def log(self, line: str) -> None:
        """Add a line to the details; it travels with the next report."""
        self._log.append(line)

    def silently(self) -> Task:
        """A task that is cancelled with this one and reports to nobody: for a part with steps of its own."""
        part = Task(lock_wait=self.lock_wait)
        part._cancelled = self._cancelled
        return part

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raises Cancelled when somebody asked for it."""
        if self._cancelled.is_set():
            raise Cancelled("Cancelled.", "Nothing is left half done; start it again when you like.")

    def wait(self, seconds: float) -> bool:
        """Wait, and return True at once when cancelled."""
        return self._cancelled.wait(seconds)

    @contextmanager
    def guarding(self, db: apsw.Connection) -> Iterator[None]:
        """Let a cancel stop SQL that runs on `db`, and waits of `db` for a lock."""
        started = 0.0

        def wait_for_lock(tries: int) -> bool:
            nonlocal started
            now = time.monotonic()
            if tries == 0:
                started = now
            if now - started >= self.lock_wait:
                return False
            return not self._cancelled.wait(min(0.05, 0.001 * 2 ** min(tries, 6)))

        db.set_progress_handler(self._look, STEPS_BETWEEN_LOOKS)
        db.set_busy_handler(wait_for_lock)
        try:
            yield
        finally:
            db.set_progress_handler(None)
            db.set_busy_handler(None)

    def _look(self) -> bool:
        """Called by SQLite while it works: whether to stop. Also reports what goes on inside a long statement."""
        self.mark()
        moving = self._pace is not None or self._writer is not None
        if moving and time.monotonic() - self._last_report >= REPORT_INTERVAL:
            self._send(*self._said)
        return self._cancelled.is_set()

    def _send(self, done: int, total: int | None, note: str) -> None:
        self._last_report = time.monotonic()
        self._said = (done, total, note)
        log, self._log = tuple(self._log), []
        if self._listener is None:
            return
        remaining: float | None = None
        if self._pace is not None:
            done, total, remaining = self._pace.done, self._pace.total, self._pace.remaining
        rows = self._writer.total_changes() - self._rows_before if self._writer is not None else 0
        self._listener(Progress(self._steps, self._step, done, total, note, log, remaining, rows))
