"""Work on many backups: what the chosen numbers mean is looked up as they change, and what was shown is done."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.activity_rows import BACKUPS
from felix_dbadmin.views.dialogs.plan import PlanDialog
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Notice, Place
from felix_dbadmin.views.settings import WindowSettings

READING = "compare"
"""Looking only reads: it needs no place among the work that is listed."""


class PlanFlow(Flow):
    """A subclass has the dialog, what it looks up, and what is done with the answer."""

    place = Place.BACKUPS
    promise = ""
    """What is left when the work is stopped."""

    def __init__(self, title: str, around: Surroundings, settings: WindowSettings) -> None:
        super().__init__(title, around)
        self._settings = settings
        self._looking: Job[Any] | None = None
        self._question: PlanDialog | None = None

    def start(self) -> None:
        self._question = self.ask()
        self._question.numbers_settled.connect(self._look_up)
        self._question.finished.connect(self._take_answer)
        self._question.open()

    def number(self, name: str, default: int) -> int:
        """What was chosen last in this folder."""
        return self._settings.number(self.around.folder, name, default)

    def keep_number(self, name: str, value: int) -> None:
        self._settings.keep_number(self.around.folder, name, value)

    @abstractmethod
    def ask(self) -> PlanDialog: ...

    @abstractmethod
    def preview(self) -> partial[Any]:
        """What finds out what the numbers of the dialog mean."""

    @abstractmethod
    def show_plan(self, plan: Any) -> None: ...

    @abstractmethod
    def accepted(self) -> partial[Any] | None:
        """What does that which the dialog shows; None where it shows nothing."""

    @abstractmethod
    def remember(self) -> None:
        """Keep the numbers of the dialog."""

    @abstractmethod
    def tell(self, result: Any) -> Notice: ...

    @Slot()
    def _look_up(self) -> None:
        self._stop_looking()
        self._looking = self.around.jobs.submit("Look at the backups", self.preview(), lane=READING)
        self._looking.succeeded.connect(self._show_plan)
        self._looking.failed.connect(self._show_trouble)

    def _stop_looking(self) -> None:
        job, self._looking = self._looking, None
        if job is not None:
            job.cancel()

    @Slot(object)
    def _show_plan(self, plan: Any) -> None:
        # The numbers may have changed since: only the last question counts.
        if self._question is not None and self.sender() is self._looking:
            self.show_plan(plan)
            if not self._question.accept_button.isEnabled():
                self.remember()  # nothing to accept, so that leaving the dialog is no refusal

    @Slot(object)
    def _show_trouble(self, error: DbAdminError) -> None:
        if self._question is not None and self.sender() is self._looking:
            self._question.show_trouble(error)

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        self._stop_looking()
        work = self.accepted() if answer == QDialog.DialogCode.Accepted else None
        if work is not None:
            self.remember()
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if work is None:
            self.end()
            return
        self.show_progress("Stop", self.promise)
        self.run_job(self.title, work, BACKUPS, self._take, writes=False)

    @Slot(object)
    def _take(self, result: Any) -> None:
        self.end(self.tell(result))
