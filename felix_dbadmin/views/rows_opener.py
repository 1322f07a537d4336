"""Opens the rows behind something that is shown, in a dialog that asks for each page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.rows import Rows, read_rows
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.dialogs.rows import PageWanted, RowsDialog
from felix_dbadmin.views.look import Look


class RowsOpener(QObject):
    def __init__(self, jobs: JobRunner, look: Look, lane: str, page: QWidget) -> None:
        super().__init__(page)
        self._jobs, self._look, self._lane, self._page = jobs, look, lane, page
        self._folder = Path()

    def open_folder(self, folder: Path) -> None:
        self._folder = folder

    def open(self, wanted: PageWanted) -> None:
        dialog = RowsDialog(self._look, wanted, self._page.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.page_wanted.connect(self._read)
        dialog.open()
        dialog.ask(wanted)

    @Slot(object)
    def _read(self, wanted: PageWanted) -> None:
        dialog = self.sender()
        if isinstance(dialog, RowsDialog):
            work = partial(
                read_rows,
                self._folder,
                wanted.component,
                wanted.table,
                wanted.where,
                wanted.around,
                wanted.after,
                wanted.before,
                span=wanted.span,
            )
            job: Job[Rows] = self._jobs.submit(f"Read {wanted.table}", work, lane=self._lane)
            dialog.follow(job)
