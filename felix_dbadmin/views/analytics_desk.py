"""Brings the questions of a page of figures to the engine, and each answer to its card."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.choices import Choices, read_choices
from felix_dbadmin.core.analytics.panel import Behind, Marker, Panel, Wish
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.history import Event, EventKind
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.late_import import LateImport
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.analytics_pages import LONG, rows_behind
from felix_dbadmin.models.analytics_view import View, view_line, view_of
from felix_dbadmin.models.panel_text import Message, Way
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.dialogs.rows import PageWanted
from felix_dbadmin.views.history_loader import HistoryLoader
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice
from felix_dbadmin.views.pages.analytics import AnalyticsPage
from felix_dbadmin.views.picture_files import FORMS, save_file
from felix_dbadmin.views.refresh_interval import RefreshInterval
from felix_dbadmin.views.rows_opener import RowsOpener
from felix_dbadmin.views.settings import WindowSettings

ANALYTICS = "analytics:"
"""How the lanes of figures begin. No component has a colon in its name."""

_FIRST = 2
"""Panels that are asked for alone: the indexes may answer them long before every row has been read."""

_MARKED = (EventKind.APPLIED, EventKind.ROLLED_BACK, EventKind.RESTORED)

_rounds = itertools.count()


class AnalyticsDesk(QObject):
    """Asks only for who looks; whoever looks at something else drops what was asked before."""

    def __init__(
        self,
        jobs: JobRunner,
        look: Look,
        desk: Desk,
        settings: WindowSettings,
        asker: Asker,
        charts: LateImport,
        page: AnalyticsPage,
    ) -> None:
        super().__init__(page)
        self._jobs, self._desk, self._settings, self._asker = jobs, desk, settings, asker
        self._page, self._charts = page, charts
        self._folder: Path | None = None
        self._outdated = True
        self._known: object = None
        self._asked: dict[str, Job[Any]] = {}
        self._waiting: list[str] = []
        self._whole = False
        self._wish = Wish()
        self._lane = ""
        self._history = HistoryLoader(jobs, self)
        self._choices: Job[Any] | None = None
        self._rows = RowsOpener(jobs, look, f"{ANALYTICS} {page.spec.name} rows", page)
        self._interval = RefreshInterval(settings, page.spec.name, self)
        self._interval.due.connect(self._tick)
        self._history.loaded.connect(self._take_history)
        charts.ready.connect(self._use_charts)
        page.shown.connect(self._look)
        page.bar.view_changed.connect(self._take_view)
        page.bar.refresh_wanted.connect(self.refresh)
        page.bar.interval_changed.connect(self._interval.choose)
        page.rows_wanted.connect(self._open_rows)
        page.way_wanted.connect(self._go)
        page.save_wanted.connect(self._save)
        desk.busy_changed.connect(self._note_busy)

    @property
    def asking(self) -> tuple[str, ...]:
        """The panels that are being read."""
        return *self._asked, *self._waiting

    def open(self, folder: Path) -> None:
        """Another folder: what was looked at there last time."""
        self._drop()
        self._folder, self._outdated, self._known, self._whole = folder, True, None, False
        self._rows.open_folder(folder)
        self._history.open(folder)
        self._page.forget()
        name = self._page.spec.name
        kept = next(map(view_of, self._settings.lines(folder, f"{name}_view")), None)
        self._page.bar.show_view(kept or View())
        self._page.bar.show_choices(())
        self._page.bar.show_interval(self._interval.open(folder))
        self._look()

    @Slot(object)
    def take_status(self, status: WorkspaceStatus) -> None:
        """Where migrations came or went, or the file did, the figures are read again."""
        known = _standing(status.component(self._page.spec.component))
        if known != self._known:
            changed, self._known = self._known is not None, known
            if changed:
                self.refresh()

    @Slot()
    def refresh(self) -> None:
        self._outdated = True
        self._look()

    @Slot()
    def _look(self) -> None:
        if self._folder is None or not self._outdated or not self._page.isVisible():
            return
        self._outdated = False
        self._use_charts()
        self._ask(tuple(PAGES[self._page.spec.name]))

    def _ask(self, names: Sequence[str]) -> None:
        """Ask for these panels; those that are being read already are asked for anew."""
        if self._folder is None:
            return
        self._drop(names)
        view, spec = self._page.bar.view, self._page.spec
        self._wish = view.wish(time.time())
        self._page.set_about(view)
        # Two lanes by turns: what the last question left behind holds the next one up for no moment.
        self._lane = f"{ANALYTICS} {spec.name} {next(_rounds) % 2}"
        alone = 0 if self._whole or len(names) <= _FIRST else _FIRST
        self._waiting = [*names[alone:], *(name for name in self._waiting if name not in names)]
        for name in names[:alone]:
            self._ask_one(name, quick=True)
        self._go_on()
        self._page.set_busy(self.asking)

    def _go_on(self) -> None:
        """When the first panels are there: beside the reading of every row they would take many times as long."""
        if self._asked or not self._waiting or self._folder is None:
            return
        names, self._waiting = self._waiting, []
        for name in names:
            self._ask_one(name, quick=False)
        spec = self._page.spec
        self._history.load(spec.component)
        work = partial(read_choices, self._folder, spec.name, spec.filters)
        self._choices = self._submit(f"{spec.title}: filters", work, self._lane, self._take_choices, None)

    def _ask_one(self, name: str, *, quick: bool) -> None:
        """`quick`: rather at once than whole."""
        if self._folder is None:
            return
        spec = self._page.spec
        wish = replace(self._wish, longest=LONG.get(name, self._wish.longest), quick=quick)
        work = partial(ask, self._folder, spec.name, name, wish)
        # Two at a time: most of the work is numpy's, beside which the other goes on.
        lane = self._lane if quick else f"{self._lane} {len(self._asked) % 2}"
        job = self._submit(f"{spec.title}: {name}", work, lane, self._take, self._take_trouble)
        job.progressed.connect(self._show_progress)
        self._asked[name] = job

    def _submit(
        self,
        title: str,
        work: Callable[..., Any],
        lane: str,
        then: Callable[[Any], None],
        otherwise: Callable[[DbAdminError], None] | None,
    ) -> Job[Any]:
        job: Job[Any] = self._jobs.submit(title, work, lane=lane)
        job.succeeded.connect(then)
        if otherwise is not None:
            job.failed.connect(otherwise)
        return job

    def _drop(self, names: Sequence[str] | None = None) -> None:
        """Stop what nobody waits for any more; what it still says is not heard."""
        for name in list(self._asked) if names is None else [name for name in names if name in self._asked]:
            self._asked.pop(name).cancel()
        self._waiting = [name for name in self._waiting if names is not None and name not in names]
        if self._choices is not None:
            self._choices.cancel()
            self._choices = None

    def _name_of(self, job: object) -> str:
        return next((name for name, known in self._asked.items() if known is job), "")

    def _answered(self) -> str:
        """Whose answer the sender brings, '' for one that nobody waits for."""
        name = self._name_of(self.sender())
        if name:
            del self._asked[name]
            # Beside the first question, whose answer is no chart, the import would take half of the time.
            self._charts.start()
        return name

    @Slot(object)
    def _take(self, panel: Panel) -> None:
        if name := self._answered():
            self._page.show_panel(panel)
            self._whole |= not panel.provisional and name not in tuple(PAGES[self._page.spec.name])[:_FIRST]
            if panel.provisional:
                self._waiting.insert(0, name)
            self._go_on()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        if name := self._name_of(self.sender()):
            self._page.cards[name].show_progress(progress)

    @Slot(object)
    def _take_trouble(self, error: DbAdminError) -> None:
        if name := self._answered():
            self._page.show_trouble(name, error)
            self._go_on()

    @Slot(object)
    def _take_choices(self, choices: tuple[Choices, ...]) -> None:
        if self.sender() is self._choices:
            self._choices = None
            self._page.bar.show_choices(choices)

    @Slot(str, object)
    def _take_history(self, _component: str, events: tuple[Event, ...]) -> None:
        self._page.show_markers([Marker(event.at, event.title) for event in events if event.kind in _MARKED])

    @Slot()
    def _use_charts(self) -> None:
        """Also when they came while somebody looked at another page."""
        if self._page.isVisible() and self._charts.module is not None:
            self._page.use(self._charts.module)
        elif self._page.isVisible() and self._charts.trouble:
            hint = "Every panel can be shown as a table. pip install felix-dbadmin brings what charts need."
            self._page.show_notice(Notice(Kind.WARNING, f"No chart can be drawn: {self._charts.trouble}.", hint))

    @Slot(object)
    def _take_view(self, view: View) -> None:
        if self._folder is not None:
            self._settings.keep_lines(self._folder, f"{self._page.spec.name}_view", (view_line(view),))
        self.refresh()

    @Slot()
    def _tick(self) -> None:
        """A slow answer is waited for: asking again would cancel it for ever."""
        if not self.asking and self._page.isVisible():
            self.refresh()

    @Slot(str)
    def _note_busy(self, title: str) -> None:
        """When a database was changed the figures may be others."""
        if not title:
            self.refresh()

    @Slot(object)
    def _open_rows(self, behind: Behind) -> None:
        spec = self._page.spec
        where, span = rows_behind(spec, self._wish, behind)
        self._rows.open(PageWanted(spec.component, spec.table, where=where, span=span))

    @Slot(str, object)
    def _go(self, name: str, message: Message) -> None:
        panel = self._page.cards[name].panel
        if message.way is Way.SPAN:
            self._page.bar.set_view(self._page.bar.view.over(message.spell))
        elif message.way is Way.AGAIN:
            self._ask((name,))
        elif message.way is Way.MIGRATE and panel is not None:
            self._desk.start_change(Request(self._page.spec.component, Direction.UP, to=panel.migration or None))

    @Slot(str, str)
    def _save(self, name: str, form: str) -> None:
        data = self._page.taken_along(name, form)
        name = f"{self._page.spec.name}_{name}{FORMS[form]}"
        path = self._asker.save_file(self._page.window(), f"Save as {form.upper()}", name)
        if path is not None and data:
            self._page.show_notice(save_file(path, form, data))


def _standing(component: ComponentStatus | None) -> object:
    if component is None:
        return ()
    return component.exists, component.trouble is None, tuple(item.version for item in component.applied)
