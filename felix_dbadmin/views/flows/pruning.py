"""Old backups deleted: what two numbers mean is looked up as they change, and what was shown is what goes."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.operations import preview_prune, prune_backups
from felix_dbadmin.core.backups.retention import Pruned, PrunePlan, RetentionPolicy
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.views.dialogs.retention import RetentionDialog
from felix_dbadmin.views.flows.flow import Flow
from felix_dbadmin.views.notice import Kind, Notice, Place

LANE = "backups"
READING = "compare"
"""Looking only reads: it needs no place among the work that is listed."""


class RetentionFlow(Flow):
    place = Place.BACKUPS

    def start(self) -> None:
        self._looking: Job[Any] | None = None
        self._question: RetentionDialog | None = RetentionDialog(self.around.look, self.around.window)
        self._question.policy_changed.connect(self._look_up)
        self._question.finished.connect(self._take_answer)
        self._question.open()

    @Slot(object)
    def _look_up(self, policy: RetentionPolicy) -> None:
        work = partial(preview_prune, self.around.folder, policy, time.time())
        self._looking = self.around.jobs.submit("Look at the backups", work, lane=READING)
        self._looking.succeeded.connect(self._show_plan)
        self._looking.failed.connect(self._show_trouble)

    @Slot(object)
    def _show_plan(self, plan: PrunePlan) -> None:
        # The numbers may have changed since: only the last question counts.
        if self._question is not None and self.sender() is self._looking:
            self._question.show_plan(plan)

    @Slot(object)
    def _show_trouble(self, error: DbAdminError) -> None:
        if self._question is not None and self.sender() is self._looking:
            self._question.show_trouble(error)

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        plan = self._question.plan if self._question is not None else None
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if answer != QDialog.DialogCode.Accepted or plan is None:
            self.end()
            return
        self.show_progress("Stop", "Those that are deleted by then stay deleted; the others are kept.")
        self.run_job(self.title, partial(prune_backups, self.around.folder, plan), LANE, self._take, writes=False)

    @Slot(object)
    def _take(self, pruned: Pruned) -> None:
        skipped = "\n".join(f"{name}: {why}" for name, why in pruned.skipped)
        summary = f"{count_text(len(pruned.deleted), 'backup')} deleted: {bytes_text(pruned.freed)} are free again."
        kind = Kind.WARNING if skipped else Kind.SUCCESS
        hint = f"{count_text(len(pruned.skipped), 'backup')} stayed, though they were in the list." if skipped else ""
        self.end(Notice(kind, summary, hint, skipped or "\n".join(pruned.deleted), place=self.place))
