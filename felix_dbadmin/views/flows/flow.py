"""One thing that somebody set going: its jobs, the dialog that follows them, and how it ends."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.migrate.describe import describe_database
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice, Place, notice_of


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every flow works with."""

    folder: Path
    jobs: JobRunner
    look: Look
    window: QWidget


if TYPE_CHECKING:

    class _Abstract(QObject, metaclass=ABCMeta):
        pass
else:
    # QObject's metaclass is Qt's own and takes no second one: what a subclass has to supply is for mypy to see.
    _Abstract = QObject


class Flow(_Abstract):
    """Ends exactly once, with `ended`; what is worth telling was told before."""

    noticed = Signal(object)
    """Notice"""
    rehearsed = Signal(object)
    """tuple of Rehearsal"""
    background_changed = Signal(bool)
    """Whether the work goes on without its dialog."""
    waiting = Signal(str)
    """Nothing goes on until somebody who was left in peace comes forward: a sentence on what they are needed for."""
    ended = Signal()

    place = Place.MIGRATIONS
    """The page that its failures belong to."""

    def __init__(self, title: str, around: Surroundings) -> None:
        super().__init__(around.window)
        self.title = title
        self.around = around
        self.command = ""
        """The command line that does the same, '' where none does."""
        self.writing = False
        """A job that changes a database runs now."""
        self._job: Job[Any] | None = None
        self._dialog: ProgressDialog | None = None
        self._in_background = False
        """Somebody does something else meanwhile."""
        self._held_back: Callable[[], None] | None = None
        """What is asked when they come forward."""

    @abstractmethod
    def start(self) -> None: ...

    def cancel(self) -> None:
        """Ask the running job to stop; a question that nobody was asked yet counts as answered with no."""
        if self._held_back is not None:
            self._held_back = None
            self.give_up()
        elif self._job is not None:
            self._job.cancel()

    def give_up(self) -> None:
        """Somebody was asked, and does not want it."""
        self.end()

    def ask_person(self, question: Callable[[], None], why: str) -> None:
        """Ask now; whoever does something else meanwhile is asked when they come forward."""
        if self._in_background:
            self._held_back = question
            self.waiting.emit(f"{self.title}: {why}")
        else:
            question()

    def show_progress(self, stop: str, promise: str) -> None:
        """Have a dialog follow the jobs from now on."""
        self._dialog = ProgressDialog(self.around.window, stop, promise)
        self._dialog.background_changed.connect(self._note_background)
        if self._in_background:
            self._dialog.go_to_background()

    @Slot()
    def come_forward(self) -> None:
        """Show the dialog again that was sent to the background, or ask what waits to be asked."""
        if self._held_back is not None:
            question, self._held_back = self._held_back, None
            self._in_background = False
            question()
        elif self._dialog is not None:
            self._dialog.come_forward()

    def hide_progress(self) -> None:
        """What went to the background stays there, without its dialog."""
        if self._dialog is not None:
            self._dialog.leave()
            self._dialog = None
            self.background_changed.emit(False)

    @Slot(bool)
    def _note_background(self, background: bool) -> None:
        self._in_background = background
        self.background_changed.emit(background)

    def run_job(
        self,
        title: str,
        work: Callable[..., Any],
        component: str,
        then: Callable[[Any], None],
        *,
        writes: bool,
        command: str = "",
    ) -> None:
        """Send `work` to the engine; `then` is a slot of this flow that gets its result.

        `command` is the command line that does the same as this one job, where the flow has several.
        """
        inspect = partial(describe_database, self.around.folder, component) if writes else None
        self.writing = writes
        command = command or self.command
        job = self.around.jobs.submit(title, work, lane=component, inspect=inspect, command=command)
        self._job = job
        if self._dialog is not None:
            self._dialog.follow(job, title)
        job.succeeded.connect(then)
        job.failed.connect(self.fail)
        job.cancelled.connect(self.fail)

    @Slot(object)
    def fail(self, error: DbAdminError) -> None:
        """A job failed or was cancelled: tell it and end."""
        self.end(self.news_of(error).at(self.place))

    def news_of(self, error: DbAdminError) -> Notice:
        """The news of it; what was cancelled is named, for it may have been in the background."""
        notice = notice_of(error)
        if isinstance(error, Cancelled) and self._job is not None:
            named = notice.summary.replace("Cancelled", f"Cancelled “{self._job.title}”", 1)
            return replace(notice, summary=named)
        return notice

    def end(self, *notices: Notice) -> None:
        self.hide_progress()
        self.writing = False
        self._job = None
        for notice in notices:
            self.noticed.emit(replace(notice, quiet=self._in_background))
        self.ended.emit()
        self.deleteLater()
