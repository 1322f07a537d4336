"""The frame: menus, toolbar, tree, tabs, status line. Names the pages, and knows nothing of their work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QTabWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.text import time_text
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.tree_rows import TreeRow
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.actions import Do
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.availability import Situation
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.dialogs.about import AboutDialog
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice, Place
from felix_dbadmin.views.pages.backups import BackupsPage
from felix_dbadmin.views.pages.migrations import MigrationsPage
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme
from felix_dbadmin.views.watcher import OVERVIEW, WATCH, Watcher
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.component_list import ComponentList
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.job_bar import JobBar

NO_WORKSPACE = Emptiness(
    "Open a Felix folder",
    "A folder that holds Felix's databases: knowledge, tasks, workflows, agent performance, system actions. "
    "Nothing is written before you ask for it.",
    "database",
)


class MainWindow(QMainWindow):
    def __init__(self, jobs: JobRunner, look: Look, settings: WindowSettings, asker: Asker) -> None:
        super().__init__()
        self._jobs, self._look, self._settings, self._asker = jobs, look, settings, asker
        self._now = Situation()
        self.actions_by_id = ActionSet(look, self)
        self.watcher = Watcher(jobs, self)
        self.desk = Desk(Surroundings(Path(), jobs, look, self))
        self.tree = ComponentList(look, self)
        self.migrations = MigrationsPage(look, self)
        self.backups = BackupsPage(look, self.actions_by_id, self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.empty = EmptyState(look, (self.actions_by_id[Do.OPEN], self.actions_by_id[Do.SAMPLE]), self)
        self._stack = QStackedWidget(self)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._refreshed = PlainLabel(parent=self, wrap=False)
        self._lay_out()
        self._connect_actions()
        self._connect_parts()
        self._show_empty(NO_WORKSPACE)
        self._settle()
        self._restore_layout()

    @property
    def status(self) -> WorkspaceStatus | None:
        """What was read last."""
        return self._now.status

    def open_folder(self, folder: Path) -> None:
        """Show a workspace; whether it is one is told by the first reading."""
        self._now = Situation(folder=folder)
        self.setWindowTitle(f"felix-dbadmin: {folder}")
        for page in (self.migrations, self.backups):
            page.forget()
        self.tree.show_status(None)
        self._show_empty(Emptiness("Reading the databases…", str(folder), "waiting"))
        self._settle()
        self.watcher.open(folder)

    def closeEvent(self, event: QCloseEvent) -> None:
        flow = self.desk.flow
        if flow is not None and self.desk.writing:
            question = f"“{flow.title}” is running. Stop it and quit?"
            consequence = "What is not done yet is rolled back; what was done stays."
            if not self._asker.agrees(self, question, consequence, "Stop and quit", "Keep running"):
                event.ignore()
                return
            flow.cancel()
        self._settings.keep_layout("window", self.saveGeometry())
        self._settings.keep_layout("split", self._split.saveState())
        self.watcher.stop()
        event.accept()

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """On the page that it belongs to, which comes to the front."""
        page = self.backups if notice.place is Place.BACKUPS else self.migrations
        page.show_notice(notice)
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
        self.migrations.show_component(component)
        self.backups.show_component(component)
        if row is not None and row.backup is not None:
            self.backups.select_backup(row.backup.name)
        if row is not None and row.version is not None:
            self.migrations.select_version(row.version)
        self._settle()

    @Slot(object)
    def _note_backup(self, backup: Backup | None) -> None:
        self._now = replace(self._now, backup=backup)
        self._settle()

    @Slot(str)
    def _note_busy(self, title: str) -> None:
        self._now = replace(self._now, busy=title)
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

    @Slot()
    def _ask_folder(self) -> None:
        folder = self._asker.folder(self, "Open a folder of Felix databases", self._now.folder)
        if folder is not None:
            self.open_folder(folder)

    @Slot()
    def _ask_sample(self) -> None:
        folder = self._asker.folder(self, "Choose an empty folder for the sample", self._now.folder)
        if folder is not None:
            self.desk.start_sample(folder)

    @Slot()
    def _show_about(self) -> None:
        engine = self._jobs.engine
        dialog = AboutDialog(engine.sqlite_version if engine else "", self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot(QAction)
    def _set_scheme(self) -> None:
        scheme = next(each for each in Scheme if self.actions_by_id[Do(each)].isChecked())
        self._look.theme.set_scheme(scheme)
        self._settings.scheme = scheme

    def _settle(self) -> None:
        """Tell everybody what is selected and what runs."""
        self.actions_by_id.set_situation(self._now)
        self.desk.set_situation(self._now)

    def _show_empty(self, emptiness: Emptiness) -> None:
        self.empty.show_emptiness(emptiness)
        self._stack.setCurrentWidget(self.empty)

    def _lay_out(self) -> None:
        self.setWindowTitle("felix-dbadmin")
        self.actions_by_id.fill(self)
        self.tabs.addTab(self.migrations, "Migrations")
        self.tabs.addTab(self.backups, "Backups")
        named(self.tabs.tabBar(), "Pages")
        self._split.addWidget(self.tree)
        self._split.addWidget(self.tabs)
        self._split.setStretchFactor(1, 1)
        self._split.setChildrenCollapsible(False)
        self._stack.addWidget(self._split)
        self._stack.addWidget(self.empty)
        self.setCentralWidget(self._stack)
        self.statusBar().addPermanentWidget(JobBar(self._jobs, (WATCH, OVERVIEW), self))
        self.statusBar().addPermanentWidget(self._refreshed)
        self.actions_by_id.set_scheme(self._look.theme.scheme)

    def _connect_actions(self) -> None:
        desk, actions = self.desk, self.actions_by_id
        slots = {
            Do.OPEN: self._ask_folder,
            Do.SAMPLE: self._ask_sample,
            Do.REFRESH: self.watcher.refresh,
            Do.QUIT: self.close,
            Do.DRY_RUN: desk.start_dry_run,
            Do.APPLY: desk.start_apply,
            Do.APPLY_ALL: desk.start_apply_all,
            Do.ROLL_BACK: desk.start_roll_back,
            Do.REPAIR: desk.start_repair,
            Do.VERIFY: desk.start_verify,
            Do.BACK_UP: desk.start_back_up,
            Do.BACK_UP_ALL: desk.start_back_up_all,
            Do.VERIFY_BACKUP: desk.start_verify_backup,
            Do.RESTORE: desk.start_restore,
            Do.LIGHT: self._set_scheme,
            Do.DARK: self._set_scheme,
            Do.SYSTEM: self._set_scheme,
            Do.ABOUT: self._show_about,
        }
        for do, slot in slots.items():
            actions[do].triggered.connect(slot)

    def _connect_parts(self) -> None:
        self.watcher.status_read.connect(self._show_status)
        self.watcher.failed.connect(self._show_trouble)
        self.tree.selected.connect(self._show_selected)
        self.backups.backup_selected.connect(self._note_backup)
        self.desk.noticed.connect(self.show_notice)
        self.desk.rehearsed.connect(self.migrations.show_rehearsals)
        self.desk.busy_changed.connect(self._note_busy)
        self.desk.folder_made.connect(self.open_folder)
        self.actions_by_id.command_copied.connect(self._note_copied)
        self._jobs.engine_stopped.connect(self._note_engine)
        for page in (self.migrations, self.backups):
            page.banner.undo_requested.connect(self.desk.start_undo)

    def _restore_layout(self) -> None:
        self.resize(QSize(205, 128) * self.fontMetrics().averageCharWidth())
        for part, restore in (("window", self.restoreGeometry), ("split", self._split.restoreState)):
            if state := self._settings.layout(part):
                restore(state)
