"""A restore: shown side by side, agreed to, carried out, read back."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.contents import count_live
from felix_dbadmin.core.backups.operations import restore
from felix_dbadmin.core.backups.restore import Restored
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import list_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.findings import check_line
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.flows.planning import READING
from felix_dbadmin.views.notice import Kind, Notice, Place, Undo


class RestoreFlow(Flow):
    place = Place.BACKUPS

    def __init__(self, title: str, around: Surroundings, status: ComponentStatus, backup: Backup) -> None:
        super().__init__(title, around)
        self._status = status
        self._backup = backup
        self._dialog_shown: RestoreDialog | None = None
        self._counting: Job[Any] | None = None

    def start(self) -> None:
        self._dialog_shown = RestoreDialog(self._status, self._backup, self.around.window)
        self._dialog_shown.finished.connect(self._take_answer)
        self._dialog_shown.open()
        if self._status.exists and self._status.trouble is None:
            work = partial(count_live, self.around.folder, self._status.name)
            self._counting = self.around.jobs.submit(f"Count the rows of {self._status.name}", work, lane=READING)
            self._counting.succeeded.connect(self._show_count)
            self._counting.failed.connect(self._show_no_count)

    @Slot(object)
    def _show_count(self, count: int) -> None:
        if self._dialog_shown is not None:
            self._dialog_shown.show_live_rows(count)

    @Slot(object)
    def _show_no_count(self, error: DbAdminError) -> None:
        if self._dialog_shown is not None:
            self._dialog_shown.show_live_rows(None)

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        if self._counting is not None:
            self._counting.cancel()
        if self._dialog_shown is not None:
            self._dialog_shown.deleteLater()
            self._dialog_shown = None
        if answer != QDialog.DialogCode.Accepted:
            self.end()
            return
        self.show_progress("Cancel", "Until the last step the database is as it was; then it is restored whole.")
        work = partial(restore, self.around.folder, self._status.name, self._backup.name)
        self.run_job(self.title, work, self._status.name, self._take_restored, writes=True)

    @Slot(object)
    def _take_restored(self, restored: Restored) -> None:
        self.end(restored_notice(self._status.name, restored))


def restored_notice(component: str, restored: Restored) -> Notice:
    """What is in place now and how that was seen; the way back is the safety backup."""
    passed = sum(item.ok is True for item in restored.findings)
    judged = sum(item.ok is not None for item in restored.findings)
    details = [f"{check_line(item).text}  {item.detail}".strip() for item in restored.findings]
    undo = Undo(component, restored.safety.path.name, "Undo restore…") if restored.safety else None
    safety = f" · safety backup {restored.safety.path.name}" if restored.safety else ""
    aside = list_text([path.name for path in restored.set_aside])
    return Notice(
        Kind.SUCCESS,
        f"{component} is restored from {restored.backup}: {passed} of {judged} checks passed"
        f" after reading it back{safety}",
        hint=f"What was there before could not be read and was set aside: {aside}." if aside else "",
        details="\n".join(details),
        undo=undo,
        place=Place.BACKUPS,
    )
