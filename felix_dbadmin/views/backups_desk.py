"""The work of the Backups page: what its actions start, and the comparison that it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.compare import Comparison, compare_with_live
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import age_text, bytes_text, time_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.wording import why_text
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.flows.bringing_back import BringBackFlow
from felix_dbadmin.views.flows.compressing import CompressFlow
from felix_dbadmin.views.flows.keeping import DeleteFlow, ExportFlow, ProtectFlow, ProveFlow, RestoreCopyFlow
from felix_dbadmin.views.flows.pruning import RetentionFlow
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.pages.backups import BackupsPage
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.widgets.comparison_view import STOPPED, RowsWanted

COMPARE = "compare"
"""The lane of comparisons: they only read, and hold nothing up."""


class BackupsDesk(QObject):
    """Connects itself: to the actions that are about backups, and to the page."""

    def __init__(
        self,
        jobs: JobRunner,
        desk: Desk,
        settings: WindowSettings,
        asker: Asker,
        actions: ActionSet,
        page: BackupsPage,
    ) -> None:
        super().__init__(page)
        self._jobs, self._desk, self._settings, self._asker, self._page = jobs, desk, settings, asker, page
        self._comparing: Job[Any] | None = None
        slots: dict[Do, Callable[[], None]] = {
            Do.PROVE: self.start_prove,
            Do.COMPARE: self.start_compare,
            Do.BRING_BACK: self.start_bring_back,
            Do.RESTORE_COPY: self.start_restore_copy,
            Do.EXPORT: self.start_export,
            Do.PROTECT: self.start_protect,
            Do.UNPROTECT: self.start_protect,
            Do.DELETE_BACKUP: self.start_delete,
            Do.RETENTION: self.start_retention,
            Do.COMPRESS: self.start_compress,
        }
        for do, slot in slots.items():
            actions[do].triggered.connect(slot)
        details = page.details
        details.comparison_wanted.connect(self._compare)
        details.comparison_unwanted.connect(self._drop_comparison)
        details.comparison.stop_asked.connect(self._stop_comparison)
        details.comparison.bring_back_asked.connect(self._bring_back)
        desk.noticed.connect(self._note_change)
        self._show_page = actions[Do.BACKUPS_TAB]

    @Slot()
    def start_prove(self) -> None:
        if chosen := self._chosen():
            self._desk.run(ProveFlow("Test restore of", self._desk.here, chosen[0].name, chosen[1]))

    @Slot()
    def start_compare(self) -> None:
        self._show_comparison_tab()
        self._page.details.compare()

    @Slot()
    def start_bring_back(self) -> None:
        """The selected rows; where none are, the comparison is shown, in which they are selected."""
        comparison = self._page.details.comparison
        if comparison.wanted is None:
            self._show_comparison_tab()
        else:
            comparison.ask_rows()

    @Slot()
    def start_restore_copy(self) -> None:
        if chosen := self._chosen():
            component, backup = chosen
            title = "Restore as a new database file"
            target = self._asker.save_file(self._page, title, f"copy_of_{component.database}")
            if target is not None:
                here = self._desk.here
                self._desk.run(RestoreCopyFlow("Restore a copy of", here, component.name, backup, target))

    @Slot()
    def start_export(self) -> None:
        if chosen := self._chosen():
            component, backup = chosen
            target = self._asker.save_file(self._page, "Export the backup to", backup.name)
            if target is not None:
                self._desk.run(ExportFlow("Export", self._desk.here, component.name, backup, target))

    @Slot()
    def start_protect(self) -> None:
        if chosen := self._chosen():
            component, backup = chosen
            verb = "Unprotect" if backup.protected else "Protect"
            self._desk.run(ProtectFlow(verb, self._desk.here, component.name, backup))

    @Slot()
    def start_delete(self) -> None:
        if chosen := self._chosen():
            component, backup = chosen
            question = f"Delete {backup.name}?"
            made = f"{time_text(backup.created)}, {age_text(backup.created)}: {why_text(backup)}"
            consequence = f"Of {component.name}, {bytes_text(backup.size)}, made {made}.\n\nThis cannot be undone."
            if self._asker.agrees(self._page, question, consequence, "Delete backup", "Cancel"):
                self._desk.run(DeleteFlow("Delete", self._desk.here, component.name, backup))

    @Slot()
    def start_retention(self) -> None:
        self._desk.run(RetentionFlow(self._desk.here, self._settings))

    @Slot()
    def start_compress(self) -> None:
        self._desk.run(CompressFlow(self._desk.here, self._settings, self._desk.now.backup))

    @Slot(object)
    def _bring_back(self, wanted: RowsWanted) -> None:
        if (chosen := self._chosen()) and not self._desk.now.busy:
            self._desk.run(BringBackFlow(self._desk.here, chosen[0], wanted))

    @Slot(object)
    def _compare(self, backup: Backup) -> None:
        self._drop_comparison()
        chosen = self._chosen()
        if chosen is None or self._desk.now.folder is None:
            return
        work = partial(compare_with_live, self._desk.now.folder, chosen[0].name, backup.name)
        job = self._jobs.submit(f"Compare {backup.name} with the live database", work, lane=COMPARE)
        self._comparing = job
        self._page.details.comparison.follow(job)
        job.succeeded.connect(self._show_comparison)
        job.failed.connect(self._show_trouble)
        job.cancelled.connect(self._show_stopped)

    @Slot()
    def _stop_comparison(self) -> None:
        if self._comparing is not None:
            self._comparing.cancel()

    @Slot()
    def _drop_comparison(self) -> None:
        """Nobody waits for its result any more."""
        job, self._comparing = self._comparing, None
        if job is not None:
            job.cancel()

    @Slot(object)
    def _show_comparison(self, comparison: Comparison) -> None:
        if self._mine():
            self._page.details.comparison.show_comparison(comparison)

    @Slot(object)
    def _show_trouble(self, error: DbAdminError) -> None:
        if self._mine():
            self._page.details.comparison.show_trouble(error)

    @Slot(object)
    def _show_stopped(self, error: DbAdminError) -> None:
        if self._mine():
            self._page.details.comparison.show_emptiness(STOPPED)

    def _show_comparison_tab(self) -> None:
        self._show_page.trigger()
        self._page.details.show_comparison_tab()

    def _mine(self) -> bool:
        """Whether the answer that has come is to the last question."""
        if self._comparing is None or self.sender() is not self._comparing:
            return False
        self._comparing = None
        return True

    @Slot(object)
    def _note_change(self, notice: Notice) -> None:
        """What can be undone has changed a live database: a comparison with its state before is over."""
        if notice.undo is not None:
            self._page.details.forget_comparison()

    def _chosen(self) -> tuple[ComponentStatus, Backup] | None:
        now = self._desk.now
        return (now.component, now.backup) if now.component is not None and now.backup is not None else None
