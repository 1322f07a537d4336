"""The actions that change no database: what is open, what is in front, how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.availability import Situation
from felix_dbadmin.views.dialogs.about import AboutDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.panes import focus_next
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme
from felix_dbadmin.views.widgets.palette import PaletteDialog, PaletteEntry

_TABS = (
    Do.MIGRATIONS_TAB,
    Do.BACKUPS_TAB,
    Do.SEARCH_TAB,
    Do.TIMELINE_TAB,
    Do.AGENTS_TAB,
    Do.COMMANDS_TAB,
    Do.WORKFLOWS_TAB,
    Do.TASKS_TAB,
)
"""In the order of the tabs."""


class WindowActions(QObject):
    """Each slot is one action; what it needs to know of the selection it is told."""

    folder_chosen = Signal(object)
    """Path of a folder to open."""
    sample_wanted = Signal(object)
    """Path of a folder to make a sample in."""
    component_chosen = Signal(str)
    command_copied = Signal(str)

    def __init__(
        self,
        jobs: JobRunner,
        look: Look,
        settings: WindowSettings,
        asker: Asker,
        actions: ActionSet,
        tabs: QTabWidget,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._jobs, self._look, self._settings, self._asker = jobs, look, settings, asker
        self._actions, self._tabs, self._window = actions, tabs, window
        self._now = Situation()

    def set_situation(self, now: Situation) -> None:
        self._now = now

    def slots(self) -> Mapping[Do, Callable[[], None]]:
        return {
            Do.OPEN: self._ask_folder,
            Do.SAMPLE: self._ask_sample,
            Do.PALETTE: self._show_palette,
            Do.GO_TO: self._show_components,
            **dict.fromkeys(_TABS, self._show_tab),
            Do.NEXT_PANE: self._focus_next,
            Do.PREVIOUS_PANE: self._focus_previous,
            Do.LIGHT: self._set_scheme,
            Do.DARK: self._set_scheme,
            Do.SYSTEM: self._set_scheme,
            Do.ABOUT: self._show_about,
        }

    @Slot()
    def _ask_folder(self) -> None:
        folder = self._asker.folder(self._window, "Open a folder of Felix databases", self._now.folder)
        if folder is not None:
            self.folder_chosen.emit(folder)

    @Slot()
    def _ask_sample(self) -> None:
        folder = self._asker.folder(self._window, "Choose an empty folder for the sample", self._now.folder)
        if folder is not None:
            self.sample_wanted.emit(folder)

    @Slot()
    def _show_palette(self) -> None:
        palette = PaletteDialog(self._look, "Run an action", self._actions.entries(), self._window)
        palette.chosen.connect(self._run)
        palette.command_copied.connect(self.command_copied)
        palette.open()

    @Slot()
    def _show_components(self) -> None:
        status = self._now.status
        found = status.components if status else ()
        entries = tuple(PaletteEntry(each.name, each.name, f"{each.title} · {each.health}") for each in found)
        palette = PaletteDialog(self._look, "Go to a component", entries, self._window)
        palette.chosen.connect(self.component_chosen)
        palette.open()

    @Slot(str)
    def _run(self, key: str) -> None:
        self._actions[Do(key)].trigger()

    @Slot()
    def _show_tab(self) -> None:
        """The one whose action this is."""
        self._tabs.setCurrentIndex(next(place for place, do in enumerate(_TABS) if self._actions[do] is self.sender()))

    @Slot()
    def _focus_next(self) -> None:
        focus_next(self._window, 1)

    @Slot()
    def _focus_previous(self) -> None:
        focus_next(self._window, -1)

    @Slot()
    def _show_about(self) -> None:
        engine = self._jobs.engine
        dialog = AboutDialog(engine.sqlite_version if engine else "", self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def _set_scheme(self) -> None:
        scheme = next(each for each in Scheme if self._actions[Do(each)].isChecked())
        self._look.theme.set_scheme(scheme)
        self._settings.scheme = scheme
