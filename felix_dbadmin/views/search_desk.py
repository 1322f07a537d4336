"""The work of the Search page: what can be searched, which searches are remembered, and what leaves as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.search.export import Exported, export_hits
from felix_dbadmin.core.search.forms import Form
from felix_dbadmin.core.search.sources import Sources
from felix_dbadmin.core.text import count_text, duration_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.search_results import Found
from felix_dbadmin.models.search_wish import Wish
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.health_desk import HealthDesk
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice, notice_of
from felix_dbadmin.views.pages.search import SearchPage
from felix_dbadmin.views.reading_desk import ReadingDesk
from felix_dbadmin.views.search_answers import SearchAnswers
from felix_dbadmin.views.search_memory import SearchMemory
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.sources_reader import SourcesReader
from felix_dbadmin.views.widgets.search_states import READING_SOURCES, Raw, Say, recent_links, start_state

EXPORTING = "hits"
"""The lane of exports, as the activity names it: the status line shows them, and can stop them."""


class SearchDesk(QObject):
    """Connects itself: to the actions that are about searching, and to the page."""

    def __init__(
        self,
        jobs: JobRunner,
        look: Look,
        desk: Desk,
        settings: WindowSettings,
        asker: Asker,
        actions: ActionSet,
        page: SearchPage,
    ) -> None:
        super().__init__(page)
        self._jobs, self._asker, self._page = jobs, asker, page
        self._folder: Path | None = None
        self._sources: Sources | None = None
        self._noted = Wish()
        self._reader = SourcesReader(jobs, self)
        self._exporting: Job[Any] | None = None
        self._memory = SearchMemory(settings)
        self.answers = SearchAnswers(jobs, page)
        self._rows = ReadingDesk(jobs, look, self.answers, page)
        self._health = HealthDesk(jobs, desk, page.health)
        self._show_page = actions[Do.SEARCH_TAB]
        slots: dict[Do, Callable[[], None]] = {
            Do.SEARCH: self.start_search,
            Do.EXPORT_HITS: self.start_export,
            Do.SAVE_SEARCH: self.save_search,
            Do.CHECK_INDEXES: self.start_check,
        }
        for do, slot in slots.items():
            actions[do].triggered.connect(slot)
        page.shown.connect(self._look)
        self._reader.read.connect(self._take_sources)
        page.bar.typed.connect(self.answers.hush)
        page.bar.wished.connect(self._ask)
        page.bar.kept_chosen.connect(self._ask_again)
        page.bar.forget_asked.connect(self._forget_saved)
        page.bar.kept_wanted.connect(self._show_kept)
        page.state.chosen.connect(self._follow_link)
        page.list.looked_at.connect(self._note_looked_at)
        page.notes.request_wanted.connect(desk.start_change)
        self._rows.like_found.connect(self._ask_words)
        self.answers.emptied.connect(self._show_start)

    def open(self, folder: Path) -> None:
        """Another folder: nothing that was found in the last one is in it."""
        self._folder, self._sources, self._noted = folder, None, Wish()
        self._reader.open(folder)
        self._memory.open(folder)
        self.answers.forget(folder)
        for desk in (self._rows, self._health):
            desk.open(folder)
        self._page.banner.close_notice()
        self._page.bar.show_wish(Wish())
        self._page.facets.set_chosen(Wish().chosen)
        self._page.bar.show_understood(())
        self._page.say("")
        self._page.show_state(READING_SOURCES)

    @Slot(object)
    def refresh(self, status: WorkspaceStatus) -> None:
        """Files changed: there may be other indexes now."""
        self._reader.set_components(tuple(each.name for each in status.components if each.exists))
        if self._page.isVisible():
            self._look()

    @Slot()
    def start_search(self) -> None:
        """From anywhere: to the box."""
        self._show_page.trigger()
        self._page.bar.focus_box()

    @Slot()
    def start_check(self) -> None:
        self._show_page.trigger()
        self._health.check()

    @Slot()
    def save_search(self) -> None:
        wish = self._page.bar.wish
        if wish.empty:
            self._page.show_notice(Notice(Kind.INFO, "There is no search to save.", "Type words first."))
            return
        self._memory.save(wish)
        self._page.show_notice(Notice(Kind.SUCCESS, f"Saved: {wish.shown}", "It is in the menu of searches."))

    @Slot()
    def start_export(self) -> None:
        """Every hit, not only those that were scrolled to."""
        search = self.answers.search
        if self._folder is None or search is None or not self.answers.found:
            self._page.show_notice(Notice(Kind.INFO, "There are no hits to export.", "Search for something first."))
            return
        title = "Export the hits to a .csv, .json or .md file"
        target = self._asker.save_file(self._page, title, "hits.csv")
        if target is None:
            return
        form = next((form for form in Form if form.suffix == target.suffix.lower()), None)
        if form is None:
            hint = "Choose a name that ends in .csv, .json or .md."
            self._page.show_notice(Notice(Kind.ERROR, f"{target.name} does not say in which form to export.", hint))
            return
        # The dialog has asked whether a file that is there may go.
        work = partial(export_hits, self._folder, self.answers.wanted, search, target, form, replace=True)
        self._exporting = self._jobs.submit(f"Export the hits to {target.name}", work, lane=EXPORTING)
        self._exporting.succeeded.connect(self._tell_export)
        self._exporting.failed.connect(self._tell_trouble)
        self._exporting.cancelled.connect(self._tell_trouble)

    @Slot(object)
    def _tell_export(self, exported: Exported) -> None:
        rows = count_text(exported.rows, "row")
        summary = f"{rows} exported to {exported.path} in {duration_text(exported.seconds)}."
        self._page.show_notice(Notice(Kind.SUCCESS, summary, " ".join(exported.notes)))

    @Slot(object)
    def _tell_trouble(self, error: DbAdminError) -> None:
        self._page.show_notice(notice_of(error))

    @Slot()
    def _look(self) -> None:
        """What can be searched is only looked up for who looks at the page."""
        self._reader.look()

    @Slot(object)
    def _take_sources(self, sources: Sources) -> None:
        self._sources = sources
        self.answers.take_sources(sources)
        wish = self._page.bar.wish
        if wish.empty:
            self._show_start()
        else:
            self.answers.ask(wish, typing=False)
        self._health.look()

    @Slot(object, bool)
    def _ask(self, wish: Wish, typing: bool) -> None:
        if self._sources is None:
            return  # it is asked when they are known
        self.answers.ask(wish, typing=typing)
        if not typing:
            self._note_search()

    @Slot(object)
    def _ask_again(self, wish: Wish) -> None:
        """One that was kept, with all that belongs to it."""
        self._page.bar.show_wish(wish)
        self._page.facets.set_chosen(wish.chosen)
        self._page.bar.focus_box()
        self._page.bar.now()

    @Slot(str)
    def _ask_words(self, text: str) -> None:
        """Other words; order, time and filters stay."""
        self._ask_again(replace(self._page.bar.wish, text=text, raw=False))

    @Slot(object)
    def _follow_link(self, key: object) -> None:
        if isinstance(key, Say):
            self._ask_words(key.text)
        elif isinstance(key, Wish):
            self._ask_again(key)
        elif key is Raw:
            wish = self._page.bar.wish
            self._ask_again(replace(wish, raw=not wish.raw))

    @Slot(object)
    def _note_looked_at(self, found: Found | None) -> None:
        """Who looks at a hit has meant what was typed; who types on has not."""
        if found is not None:
            self._note_search()

    def _note_search(self) -> None:
        wish = self._page.bar.wish
        if not wish.empty and self._folder is not None and wish != self._noted:
            self._noted = wish
            self._memory.note(wish)

    @Slot()
    def _forget_saved(self) -> None:
        self._memory.forget(self._page.bar.wish)

    @Slot()
    def _show_kept(self) -> None:
        """The menu is filled when somebody opens it."""
        saved = self._memory.saved
        self._page.bar.show_kept(self._memory.recent, saved, is_saved=self._page.bar.wish in saved)

    @Slot()
    def _show_start(self) -> None:
        if self._sources is not None:
            self._page.show_state(start_state(self._sources.found), recent_links(self._memory.recent))
