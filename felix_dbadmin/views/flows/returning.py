"""Several components back to their backups, one after the other, after one look at all of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.operations import restore
from felix_dbadmin.core.backups.restore import Restored
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.views.dialogs.returning import ReturnDialog
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Place


class ReturnFlow(Flow):
    place = Place.BACKUPS

    def __init__(self, title: str, around: Surroundings, pairs: tuple[tuple[ComponentStatus, Backup], ...]) -> None:
        super().__init__(title, around)
        self._left = list(pairs)
        self._done: list[tuple[str, Restored]] = []
        self._review: ReturnDialog | None = None

    def start(self) -> None:
        self._review = ReturnDialog(tuple(self._left), self.around.window)
        self._review.finished.connect(self._take_answer)
        self._review.open()

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        if self._review is not None:
            self._review.deleteLater()
            self._review = None
        if answer != QDialog.DialogCode.Accepted:
            self.end()
            return
        self.show_progress("Stop", "What is restored by then stays; the running one is left as it was.")
        self._restore_next()

    def _restore_next(self) -> None:
        status, backup = self._left[0]
        work = partial(restore, self.around.folder, status.name, backup.name)
        self.run_job(f"Restore {status.name}", work, status.name, self._take_restored, writes=True)

    @Slot(object)
    def _take_restored(self, restored: Restored) -> None:
        status, _ = self._left.pop(0)
        self._done.append((status.name, restored))
        if self._left:
            self._restore_next()
        else:
            self.end(returned_notice(tuple(self._done)))

    @Slot(object)
    def fail(self, error: DbAdminError) -> None:
        done = list_text([name for name, _ in self._done], limit=20)
        left = list_text([status.name for status, _ in self._left], limit=20)
        stands = f"Returned before that: {done}. Not yet: {left}." if done else f"Not yet returned: {left}."
        self.end(self.news_of(error.after(stands)).at(self.place))


def returned_notice(done: tuple[tuple[str, Restored], ...]) -> Notice:
    """What is in place now, and how that was seen."""
    judged = [item.ok for _, restored in done for item in restored.findings if item.ok is not None]
    lines = [f"{name}: {restored.backup}{_safety(restored)}" for name, restored in done]
    summary = (
        f"{count_text(len(done), 'component')} returned to {'its backup' if len(done) == 1 else 'their backups'}:"
        f" {sum(judged)} of {len(judged)} checks passed after reading back"
    )
    return Notice(Kind.SUCCESS, summary, details="\n".join(lines), place=Place.BACKUPS)


def _safety(restored: Restored) -> str:
    return f" · safety backup {restored.safety.path.name}" if restored.safety else ""
