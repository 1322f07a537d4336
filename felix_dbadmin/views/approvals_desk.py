"""Reads the approval queue for who looks at it, and takes answers to the engine, one at a time."""

from __future__ import annotations

import getpass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from felix_dbadmin.core.analytics.approvals import Decision, decide, undo
from felix_dbadmin.core.analytics.requests import COMPONENT, Queue, Standing, read_queue
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.text import time_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.approval_rows import ApprovalRow
from felix_dbadmin.models.panel_text import Message, Way
from felix_dbadmin.views.analytics_desk import ANALYTICS
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.dialogs.answer import AnswerDialog
from felix_dbadmin.views.notice import Kind, Notice, TakeBack, notice_of
from felix_dbadmin.views.pages.approvals import ApprovalsPage

_EVERY = 10_000
"""Milliseconds between two looks at the queue."""


class ApprovalsDesk(QObject):
    waiting_changed = Signal(int)
    """How many commands wait for an answer."""

    def __init__(self, jobs: JobRunner, desk: Desk, page: ApprovalsPage) -> None:
        super().__init__(page)
        self._jobs, self._desk, self._page = jobs, desk, page
        self._folder: Path | None = None
        self._name = own_name()
        self._reading: Job[Any] | None = None
        self._answering: Job[Any] | None = None
        self._again = QTimer(self, interval=_EVERY)
        self._again.timeout.connect(self._tick)
        self._again.start()
        page.shown.connect(self.read)
        page.refresh_wanted.connect(self.read)
        page.answer_wanted.connect(self._ask)
        page.way_wanted.connect(self._go)
        page.banner.undo_requested.connect(self._take_back)

    def open(self, folder: Path) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._folder, self._reading, self._answering = folder, None, None
        self._page.forget()
        self.waiting_changed.emit(0)
        self.read()

    @Slot()
    def read(self) -> None:
        if self._folder is not None and self._reading is None:
            work = partial(read_queue, self._folder)
            self._reading = self._jobs.submit("Read the approval queue", work, lane=f"{ANALYTICS} approvals")
            self._reading.succeeded.connect(self._take)
            self._reading.failed.connect(self._tell_unread)

    @Slot()
    def _tick(self) -> None:
        if self._page.isVisible():
            self.read()

    @Slot(object)
    def _take(self, queue: Queue) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self._page.show_queue(queue)
            self.waiting_changed.emit(queue.count(Standing.WAITING))

    @Slot(object)
    def _tell_unread(self, error: DbAdminError) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self._page.show_message(Message(error.summary, error.hint, "bad", Way.AGAIN, "Try again"))

    @Slot(object)
    def _go(self, message: Message) -> None:
        queue = self._page.queue
        if message.way is Way.AGAIN:
            self.read()
        elif message.way is Way.MIGRATE and queue is not None:
            self._desk.start_change(Request(COMPONENT, Direction.UP, to=queue.migration))

    @Slot(object, bool)
    def _ask(self, row: ApprovalRow, approve: bool) -> None:
        dialog = AnswerDialog(row, self._name, self._page.window(), approve=approve)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._answer)
        dialog.open()

    @Slot()
    def _answer(self) -> None:
        dialog = self.sender()
        if not isinstance(dialog, AnswerDialog) or self._folder is None:
            return
        approval = dialog.row.approval
        self._name = dialog.name.text().strip()
        work = partial(
            decide,
            self._folder,
            approval.ident,
            dialog.approve,
            self._name,
            dialog.reason.text().strip(),
            seen=approval.command,
        )
        self._write(f"{'Approve' if dialog.approve else 'Deny'} request {approval.ident}", work)

    @Slot(object)
    def _take_back(self, undoing: object) -> None:
        if isinstance(undoing, TakeBack) and self._folder is not None:
            ident = undoing.decision.approval.ident
            work = partial(undo, self._folder, ident, self._name, decision=undoing.decision)
            self._write(f"Take back the answer to request {ident}", work)

    def _write(self, title: str, work: partial[Decision]) -> None:
        """In the database's own lane: after what changes it now."""
        self._answering = self._jobs.submit(title, work, lane=COMPONENT)
        self._answering.succeeded.connect(self._tell)
        self._answering.failed.connect(self._tell_trouble)
        self._answering.cancelled.connect(self._tell_trouble)

    @Slot(object)
    def _tell(self, decision: Decision) -> None:
        if self.sender() is not self._answering:
            return
        self._answering = None
        approval = decision.approval
        if approval.decided and approval.at is not None:
            summary = f"Request {approval.ident} is {approval.standing} by {approval.by}, read back from the file."
            hint = f"{time_text(approval.at)}. Nothing was run here. {decision.note}".strip()
            notice = Notice(Kind.SUCCESS, summary, hint, approval.command, undo=TakeBack(decision))
        else:
            summary = f"The answer to request {approval.ident} is taken back: it is {approval.standing}."
            notice = Notice(Kind.SUCCESS, summary, decision.note, approval.command)
        self._page.show_notice(notice)
        self.read()

    @Slot(object)
    def _tell_trouble(self, error: DbAdminError) -> None:
        if self.sender() is not self._answering:
            return
        self._answering = None
        self._page.show_notice(notice_of(error))
        self.read()


def own_name() -> str:
    """Of who is logged in, '' where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
