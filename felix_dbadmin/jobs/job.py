"""One long engine call, as the window sees it."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.task import Progress

T = TypeVar("T")


class JobState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject, Generic[T]):
    """Reports while it runs, then ends in exactly one of succeeded, failed, cancelled; `finished` follows.

    `T` is what `succeeded` carries. The runner owns the job until it has ended; from then on whoever holds it does.
    """

    progressed = Signal(object)
    """Progress"""
    succeeded = Signal(object)
    """T"""
    failed = Signal(object)
    """DbAdminError"""
    cancelled = Signal(object)
    """Cancelled"""
    finished = Signal()
    cancel_requested = Signal(object)
    """The job itself; for the runner."""

    def __init__(self, ident: int, title: str, lane: str, parent: QObject, command: str = "") -> None:
        super().__init__(parent)
        self._ident = ident
        self._title = title
        self._lane = lane
        self._command = command
        self._state = JobState.QUEUED
        self._stopping = False

    @property
    def ident(self) -> int:
        return self._ident

    @property
    def title(self) -> str:
        return self._title

    @property
    def lane(self) -> str:
        return self._lane

    @property
    def command(self) -> str:
        """The command line that does the same, '' where none does."""
        return self._command

    @property
    def state(self) -> JobState:
        return self._state

    @property
    def stopping(self) -> bool:
        """Somebody asked for it to be cancelled; it may still end in another way."""
        return self._stopping

    @property
    def over(self) -> bool:
        return self._state not in (JobState.QUEUED, JobState.RUNNING)

    def cancel(self) -> None:
        """Ask it to stop; `cancelled` follows, unless it ends in another way first."""
        if not self.over and not self._stopping:
            self._stopping = True
            self.cancel_requested.emit(self)

    # What follows is for the runner.

    def begin(self) -> None:
        self._state = JobState.RUNNING

    def report(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    def succeed(self, result: T) -> None:
        self._state = JobState.SUCCEEDED
        self.succeeded.emit(result)
        self._let_go()

    def fail(self, error: DbAdminError) -> None:
        """End as cancelled where `error` is Cancelled, else as failed."""
        if isinstance(error, Cancelled):
            self._state = JobState.CANCELLED
            self.cancelled.emit(error)
        else:
            self._state = JobState.FAILED
            self.failed.emit(error)
        self._let_go()

    def _let_go(self) -> None:
        self.finished.emit()
        # Not deleteLater: who still holds a job that has ended could not even disconnect from it.
        self.setParent(None)
