"""The frame: menus, toolbar, tree, tabs, activity, status line. Names the pages, and knows nothing of their work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QTabWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.text import time_text
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.tree_rows import TreeRow
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.activity_dock import ActivityDock
from felix_dbadmin.views.analytics_desk import ANALYTICS
from felix_dbadmin.views.analytics_part import AnalyticsPart
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.availability import Situation
from felix_dbadmin.views.backups_desk import COMPARE, BackupsDesk
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.history_loader import HISTORY, HistoryLoader
from felix_dbadmin.views.journal_reader import JOURNAL
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.migrations_desk import MigrationsDesk
from felix_dbadmin.views.notice import Kind, Notice, Place
from felix_dbadmin.views.pages.backups import BackupsPage
from felix_dbadmin.views.pages.migrations import MigrationsPage
from felix_dbadmin.views.pages.search import SearchPage
from felix_dbadmin.views.pages.timeline import TimelinePage
from felix_dbadmin.views.search_desk import SearchDesk
from felix_dbadmin.views.search_round import SEARCHING
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.watcher import OVERVIEW, WATCH, Watcher
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.component_list import ComponentList
from felix_dbadmin.views.widgets.empty_state import NO_WORKSPACE, Emptiness, EmptyState
from felix_dbadmin.views.widgets.job_bar import JobBar
from felix_dbadmin.views.window_actions import WindowActions
from felix_dbadmin.views.window_layout import keep_layout, restore_layout

QUIET = (WATCH, OVERVIEW, JOURNAL, HISTORY, COMPARE, SEARCHING, ANALYTICS)
"""How the lanes begin of jobs that nobody set going: neither the status line nor the activity lists them."""


class MainWindow(QMainWindow):
    def __init__(self, jobs: JobRunner, look: Look, settings: WindowSettings, asker: Asker) -> None:
        super().__init__()
        self._jobs, self._settings, self._asker = jobs, settings, asker
        self._now = Situation()
        self.tabs = QTabWidget(self)
        self._began_on = self.tabs.currentWidget()
        self.actions_by_id = ActionSet(look, self)
        self.own = WindowActions(jobs, look, settings, asker, self.actions_by_id, self.tabs, self)
        self.watcher = Watcher(jobs, self)
        self.desk = Desk(Surroundings(Path(), jobs, look, self))
        self.tree = ComponentList(look, self)
        self.migrations = MigrationsPage(look, self.actions_by_id[Do.TRUST], self)
        self.backups = BackupsPage(look, self.actions_by_id, self)
        self.backups_desk = BackupsDesk(jobs, self.desk, settings, asker, self.actions_by_id, self.backups)
        self.search = SearchPage(look, self.actions_by_id, self)
        self.search_desk = SearchDesk(jobs, look, self.desk, settings, asker, self.actions_by_id, self.search)
        self.timeline = TimelinePage(look, self)
        self.analytics = AnalyticsPart(jobs, look, self.desk, settings, asker, self.actions_by_id, self.tabs)
        self.history = HistoryLoader(jobs, self)
        MigrationsDesk(self.desk, self.history, self.watcher, self.tree, asker, self.migrations)
        self._dock = ActivityDock(jobs, QUIET, look, self.actions_by_id[Do.ACTIVITY], self)
        self.activity = self._dock.panel
        self.empty = EmptyState(look, (self.actions_by_id[Do.OPEN], self.actions_by_id[Do.SAMPLE]), self)
        self.job_bar = JobBar(jobs, QUIET, self.tabs, self)
        self._stack = QStackedWidget(self)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._refreshed = PlainLabel(parent=self, wrap=False)
        self._lay_out()
        self.actions_by_id.set_scheme(look.theme.scheme)
        self._connect_actions()
        self._connect_parts()
        self._show_empty(NO_WORKSPACE)
        self._settle()
        restore_layout(settings, self, self._split)

    @property
    def status(self) -> WorkspaceStatus | None:
        """What was read last."""
        return self._now.status

    @Slot(object)
    def open_folder(self, folder: Path) -> None:
        """Show a workspace; whether it is one is told by the first reading."""
        self._now = Situation(folder=folder)
        self.setWindowTitle(f"felix-dbadmin: {folder}")
        for page in (self.migrations, self.backups, self.timeline):
            page.forget()
        self.tree.show_status(None)
        self._show_empty(Emptiness("Reading the databases…", str(folder), "waiting"))
        self._settle()
        for part in (self.watcher, self._dock, self.history, self.search_desk, self.analytics):
            part.open(folder)

    def closeEvent(self, event: QCloseEvent) -> None:
        flow = self.desk.flow
        if flow is not None and self.desk.writing:
            question = f"“{flow.title}” is running. Stop it and quit?"
            consequence = "What is not done yet is rolled back; what was done stays."
            if not self._asker.agrees(self, question, consequence, "Stop and quit", "Keep running"):
                event.ignore()
                return
            flow.cancel()
        keep_layout(self._settings, self, self._split)
        self.watcher.stop()
        event.accept()

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """On the page that it belongs to, which comes to the front unless somebody is busy elsewhere."""
        page: MigrationsPage | BackupsPage | SearchPage = self.migrations
        if notice.place is not Place.MIGRATIONS:
            page = self.backups if notice.place is Place.BACKUPS else self.search
        page.show_notice(notice)
        moved = bool(self._now.busy) and self.tabs.currentWidget() is not self._began_on
        if self.tabs.currentWidget() is not page and (notice.quiet or moved):
            self.job_bar.tell(notice.summary, page)
        else:
            self.tabs.setCurrentWidget(page)

    @Slot(object)
    def _show_status(self, status: WorkspaceStatus) -> None:
        self._now = replace(self._now, status=status)
        self._settings.folder = status.folder
        self._stack.setCurrentWidget(self._split)
        self.tree.show_status(status)
        self._refreshed.setText(f"Refreshed {time_text(status.at).split()[-1]}")

    @Slot(object)
    def _show_trouble(self, error: DbAdminError) -> None:
        self._now = replace(self._now, status=None, component=None, backup=None)
        self._show_empty(Emptiness(error.summary, error.hint, "bad"))
        self._settle()

    @Slot(object)
    def _show_selected(self, row: TreeRow | None) -> None:
        status = self._now.status
        component = status.component(row.component) if row and status else None
        self._now = replace(self._now, component=component)
        for page in (self.migrations, self.backups, self.timeline):
            page.show_component(component)
        if row is not None and row.backup is not None:
            self.backups.select_backup(row.backup.name)
        if row is not None and row.version is not None:
            self.migrations.select_version(row.version)
        self._settle()

    @Slot(object)
    def _note_backup(self, backup: Backup | None) -> None:
        self._now = replace(self._now, backup=backup, rows=self.backups.rows)
        self._settle()

    @Slot(str)
    def _note_busy(self, title: str) -> None:
        self._now = replace(self._now, busy=title)
        self._began_on = self.tabs.currentWidget()
        self.watcher.pause(bool(title))
        if not title:
            self.watcher.refresh()
        self._settle()

    @Slot(str)
    def _note_engine(self, sentence: str) -> None:
        next_step = "It was started again." if self._jobs.usable else "It keeps stopping: close the window, try again."
        self.show_notice(Notice(Kind.WARNING, sentence, next_step))

    @Slot(str)
    def _note_copied(self, command: str) -> None:
        self.statusBar().showMessage(f"Copied: {command}", 5000)

    def _settle(self) -> None:
        """Tell everybody what is selected and what runs."""
        for part in (self.actions_by_id, self.own, self.desk, self.job_bar):
            part.set_situation(self._now)

    def _show_empty(self, emptiness: Emptiness) -> None:
        self.empty.show_emptiness(emptiness)
        self._stack.setCurrentWidget(self.empty)

    def _lay_out(self) -> None:
        self.setWindowTitle("felix-dbadmin")
        self.actions_by_id.fill(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.migrations, "Migrations")
        self.tabs.addTab(self.backups, "Backups")
        self.tabs.addTab(self.search, "Search")
        self.tabs.addTab(self.timeline, "Timeline")
        self.analytics.add_tabs()
        named(self.tabs.tabBar(), "Pages")
        self._split.addWidget(self.tree)
        self._split.addWidget(self.tabs)
        self._split.setStretchFactor(1, 1)
        self._split.setChildrenCollapsible(False)
        self._stack.addWidget(self._split)
        self._stack.addWidget(self.empty)
        self.setCentralWidget(self._stack)
        self.statusBar().addPermanentWidget(self.job_bar)
        self.statusBar().addPermanentWidget(self._refreshed)

    def _connect_actions(self) -> None:
        for do, slot in {**self.own.slots(), **self.desk.slots()}.items():
            self.actions_by_id[do].triggered.connect(slot)
        self.actions_by_id[Do.REFRESH].triggered.connect(self.watcher.refresh)
        self.actions_by_id[Do.QUIT].triggered.connect(self.close)

    def _connect_parts(self) -> None:
        self.watcher.status_read.connect(self._show_status)
        self.watcher.failed.connect(self._show_trouble)
        self.tree.selected.connect(self._show_selected)
        self.backups.backup_selected.connect(self._note_backup)
        self.backups.component_chosen.connect(self.tree.select_component)
        self.watcher.status_read.connect(self.backups.show_workspace)
        self.watcher.status_read.connect(self.search_desk.refresh)
        self.watcher.status_read.connect(self.analytics.take_status)
        self.own.folder_chosen.connect(self.open_folder)
        self.own.sample_wanted.connect(self.desk.start_sample)
        self.own.component_chosen.connect(self.tree.select_component)
        self.desk.noticed.connect(self.show_notice)
        self.desk.rehearsed.connect(self.migrations.show_rehearsals)
        self.desk.busy_changed.connect(self._note_busy)
        self.desk.folder_made.connect(self.open_folder)
        self.desk.background_changed.connect(self.job_bar.set_background)
        self.timeline.history_wanted.connect(self.history.load)
        self.timeline.change_requested.connect(self.desk.start_change)
        self.history.loaded.connect(self.timeline.show_history)
        self.timeline.restore_requested.connect(self.desk.start_undo)
        self.history.noticed.connect(self.show_notice)
        self._dock.noticed.connect(self.show_notice)
        self.job_bar.show_requested.connect(self.desk.come_forward)
        self.desk.waiting.connect(self.job_bar.ask)
        self.activity.again_requested.connect(self.desk.start_command)
        self._jobs.engine_stopped.connect(self._note_engine)
        for part in (self.actions_by_id, self.own, self._dock):
            part.command_copied.connect(self._note_copied)
        for page in (self.migrations, self.backups, self.search):
            page.banner.undo_requested.connect(self.desk.start_undo)
            page.banner.again_requested.connect(self.desk.start_again)
