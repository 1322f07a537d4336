"""Sends core functions to the engine process, and starts that process again when it dies."""

from __future__ import annotations

import itertools
import pickle
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from felix_dbadmin.core.errors import DbAdminError, EngineStopped
from felix_dbadmin.engine.messages import (
    Answer,
    Call,
    Cancel,
    Crashed,
    Failed,
    Ready,
    Reply,
    Reported,
    Started,
    Succeeded,
    WasCancelled,
    cancelled_in_time,
)
from felix_dbadmin.jobs.engine_link import EngineLink
from felix_dbadmin.jobs.job import Job

T = TypeVar("T")

DEATHS = 3
"""So many deaths within DEATHS_WITHIN seconds, and the engine is not started again."""

DEATHS_WITHIN = 10.0

CHECK_FIRST = (
    "What it had not committed is rolled back when the database is next opened. "
    "Check with felix-dbadmin verify, then try again."
)
START_AGAIN = "Close felix-dbadmin and start it again; felix-dbadmin status in a terminal works without the engine."
STATE_UNKNOWN = "Its state could not be read."
COPY_REPORT = "Copy the report and send it to the developers. Check with felix-dbadmin verify before you try again."


class EngineBug(RuntimeError):
    """Something in the engine that nobody expected; the message is its traceback there."""


@dataclass(slots=True)
class _Outstanding:
    job: Job[Any]
    call: Call
    inspect: bytes | None
    started: bool = False
    lost: EngineStopped | None = None
    """How the job will end, when a new engine has looked at what the old one left."""


class JobRunner(QObject):
    """Every job of the window. The engine starts with it; `shutdown` ends both."""

    submitted = Signal(object)
    """Job: it waits for its lane. Emitted inside `submit`."""
    started = Signal(object)
    """Job: the engine has begun with it."""
    ended = Signal(object)
    """Job: after its own `finished`, also for one that never started."""
    engine_ready = Signal()
    engine_stopped = Signal(str)
    """A sentence on how the engine died; it is being started again unless `usable` says no."""

    _refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outstanding: dict[int, _Outstanding] = {}
        self._idents = itertools.count(1)
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._usable = True
        self._closed = False
        self._engine: Ready | None = None
        self._link = EngineLink(self)
        # Queued: each reply is an event of its own, so that a dialog opened by a slot stops no other job.
        self._link.received.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._link.died.connect(self._recover, Qt.ConnectionType.QueuedConnection)
        self._refused.connect(self._refuse, Qt.ConnectionType.QueuedConnection)
        self._link.start()

    @property
    def engine(self) -> Ready | None:
        """What the running engine said of itself; None until it is up."""
        return self._engine

    @property
    def usable(self) -> bool:
        """False when the engine died so often that it is not started again, and after `shutdown`."""
        return self._usable and not self._closed

    @property
    def jobs(self) -> tuple[Job[Any], ...]:
        """Those that have not ended, oldest first."""
        return tuple(outstanding.job for outstanding in self._outstanding.values())

    def submit(
        self,
        title: str,
        work: Callable[..., T],
        *,
        lane: str,
        inspect: Callable[..., str] | None = None,
        command: str = "",
    ) -> Job[T]:
        """Run `work(task=…)` in the engine after the earlier jobs of `lane` (a database's name).

        `inspect` is run if the engine dies under the job: it returns a sentence on the state of the file.
        `command` is the command line that does the same, for who looks at the job.
        Both callables are importable functions or partials of them with picklable arguments; any other raises here.
        After `shutdown` the job is returned and never run.
        """
        ident = next(self._idents)
        call = Call(ident, lane, pickle.dumps(work))
        job: Job[T] = Job(ident, title, lane, self, command)
        if self._closed:
            return job
        job.cancel_requested.connect(self._pass_on_cancel)
        self._outstanding[ident] = _Outstanding(job, call, pickle.dumps(inspect) if inspect else None)
        if self._usable:
            self._link.send(call)
        else:
            self._refused.emit(ident)
        self.submitted.emit(job)
        return job

    def shutdown(self, timeout: float = 5.0) -> None:
        """Cancel everything, and return when the engine is gone: by itself within `timeout` seconds, or killed.

        Nothing is emitted from the moment of the call; jobs that had not ended keep their state.
        """
        self._closed = True
        self._engine = None
        self._link.stop(timeout)
        self._outstanding.clear()

    @Slot(object)
    def _pass_on_cancel(self, job: Job[Any]) -> None:
        outstanding = self._outstanding.get(job.ident)
        if outstanding is not None and outstanding.lost is None:
            self._link.send(Cancel(job.ident))

    @Slot(object)
    def _receive(self, reply: Reply) -> None:
        if self._closed:
            return
        if isinstance(reply, Ready):
            self._engine = reply
            self.engine_ready.emit()
        elif outstanding := self._outstanding.get(reply.ident):
            self._take(outstanding, reply)

    def _take(self, outstanding: _Outstanding, answer: Answer) -> None:
        job = outstanding.job
        match answer:
            case Started() | Reported() if outstanding.lost:
                pass  # that was the inspection
            case Started():
                outstanding.started = True
                job.begin()
                self.started.emit(job)
            case Reported(progress=progress):
                job.report(progress)
            case Crashed(text=text):
                self._end(outstanding, _internal_error(outstanding))
                # We are in a slot that the event loop called: this reaches sys.excepthook, and the loop goes on.
                raise EngineBug(text)
            case Succeeded() | Failed() | WasCancelled():
                self._take_end(outstanding, answer)

    def _take_end(self, outstanding: _Outstanding, answer: Succeeded | Failed | WasCancelled) -> None:
        try:
            value = pickle.loads(answer.payload)
        except Exception as error:
            self._end(outstanding, _internal_error(outstanding))
            raise EngineBug(f"What “{outstanding.job.title}” answered cannot be read: {error}") from error
        if outstanding.lost:
            sentence = value if isinstance(answer, Succeeded) else f"{STATE_UNKNOWN} {value.summary}"
            self._end(outstanding, outstanding.lost.after(str(sentence)))
        elif isinstance(answer, Succeeded):
            self._end(outstanding, result=value)
        else:
            self._end(outstanding, value)

    def _end(self, outstanding: _Outstanding, error: DbAdminError | None = None, result: object = None) -> None:
        job = outstanding.job
        del self._outstanding[job.ident]
        if error is None:
            job.succeed(result)
        else:
            job.fail(error)
        self.ended.emit(job)

    @Slot(str)
    def _recover(self, sentence: str) -> None:
        """The engine died: start another, let it look at what was cut off and do what had not begun."""
        if self._closed:
            return
        now = time.monotonic()
        self._deaths.append(now)
        self._usable = len(self._deaths) < DEATHS or now - self._deaths[0] > DEATHS_WITHIN
        self._engine = None
        if self._usable:
            self._link.start()
        # Everything is sent before anything is told: what a slot submits now comes after what waited already.
        over = [(each, error) for each in self._outstanding.values() if (error := self._send_again(each))]
        self.engine_stopped.emit(sentence)
        for outstanding, error in over:
            self._end(outstanding, error)

    def _send_again(self, outstanding: _Outstanding) -> DbAdminError | None:
        """The error with which a job ends for which there is nothing to send."""
        job, call = outstanding.job, outstanding.call
        if outstanding.lost:
            return outstanding.lost.after(f"{STATE_UNKNOWN} The engine stopped again.")
        if outstanding.started:
            outstanding.lost = EngineStopped(f"The engine stopped while “{job.title}” ran.", CHECK_FIRST)
            if not self._usable or outstanding.inspect is None:
                return outstanding.lost
            self._link.send(Call(call.ident, call.lane, outstanding.inspect))
        elif job.stopping:
            return cancelled_in_time()
        elif not self._usable:
            return _not_started(job)
        else:
            self._link.send(call)
        return None

    @Slot(object)
    def _refuse(self, ident: int) -> None:
        outstanding = self._outstanding.get(ident)
        if outstanding is not None:
            self._end(outstanding, _not_started(outstanding.job))


def _not_started(job: Job[Any]) -> EngineStopped:
    return EngineStopped(f"“{job.title}” was not started: the engine keeps stopping.", START_AGAIN)


def _internal_error(outstanding: _Outstanding) -> DbAdminError:
    if outstanding.lost:
        return outstanding.lost.after(STATE_UNKNOWN)
    return DbAdminError(f"An internal error stopped “{outstanding.job.title}”.", COPY_REPORT)
