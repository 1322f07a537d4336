"""Rows of a backup brought back into the live database: shown, agreed to, written, read back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.bring_back import BroughtBack, bring_back
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.models.findings import check_line
from felix_dbadmin.views.dialogs.bring_back import BringBackDialog, bring_back_verb
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Place, Undo
from felix_dbadmin.views.widgets.comparison_view import RowsWanted


class BringBackFlow(Flow):
    place = Place.BACKUPS

    def __init__(self, around: Surroundings, status: ComponentStatus, wanted: RowsWanted) -> None:
        super().__init__(bring_back_verb(wanted), around)
        self._status = status
        self._wanted = wanted
        self._question: BringBackDialog | None = None

    def start(self) -> None:
        self._question = BringBackDialog(self._status, self._wanted, self.around.window)
        self._question.finished.connect(self._take_answer)
        self._question.open()

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if answer != QDialog.DialogCode.Accepted:
            self.end()
            return
        self.show_progress("Cancel", "Until the last step all of it is rolled back; then it is brought back whole.")
        wanted = self._wanted
        work = partial(
            bring_back, self.around.folder, self._status.name, wanted.backup, wanted.table.table, wanted.keys
        )
        self.run_job(self.title, work, self._status.name, self._take, writes=True)

    @Slot(object)
    def _take(self, brought: BroughtBack) -> None:
        self.end(brought_back_notice(self._status.name, brought))


def brought_back_notice(component: str, brought: BroughtBack) -> Notice:
    """What was written, how that was seen, and the way back."""
    counts = ((brought.inserted, "inserted"), (brought.updated, "changed back"), (brought.deleted, "deleted"))
    done = list_text([f"{count_text(count, 'row')} {words}" for count, words in counts if count])
    passed = sum(check.ok is True for check in brought.checks)
    judged = sum(check.ok is not None for check in brought.checks)
    details = "\n".join(f"{check_line(check).text}  {check.detail}".strip() for check in brought.checks)
    summary = (
        f"{brought.table} in {component}: {done or 'nothing had to be written'}; {passed} of"
        f" {count_text(judged, 'check')} passed after reading it back"
        f" · safety backup {brought.safety.path.name}"
    )
    undo = Undo(component, brought.safety.path.name)
    return Notice(Kind.SUCCESS, summary, details=details, undo=undo, place=Place.BACKUPS)
