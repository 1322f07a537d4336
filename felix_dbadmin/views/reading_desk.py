"""The work beside the hits: reads the selected row, opens the tables that it leads to, finds more like it."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.like import more_like
from felix_dbadmin.core.search.reading import RowRead, read_row
from felix_dbadmin.core.search.related import Related
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.search_results import Found
from felix_dbadmin.views.dialogs.rows import PageWanted
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice, notice_of
from felix_dbadmin.views.pages.search import SearchPage
from felix_dbadmin.views.rows_opener import RowsOpener
from felix_dbadmin.views.search_answers import SearchAnswers
from felix_dbadmin.views.search_round import SEARCHING

_numbers = itertools.count()


class ReadingDesk(QObject):
    like_found = Signal(str)
    """A query text."""

    def __init__(self, jobs: JobRunner, look: Look, answers: SearchAnswers, page: SearchPage) -> None:
        super().__init__(page)
        self._jobs, self._answers, self._page = jobs, answers, page
        self._folder = Path()
        self._rows = RowsOpener(jobs, look, f"{SEARCHING} rows", page)
        self._reading: Job[Any] | None = None
        self._looking: Job[Any] | None = None
        self._found: Found | None = None
        page.list.looked_at.connect(self._read)
        page.reading.related_wanted.connect(self._open_related)
        page.reading.table_wanted.connect(self._open_table)
        page.reading.like_wanted.connect(self._look_for_more)

    def open(self, folder: Path) -> None:
        """Another folder."""
        self._drop()
        self._folder, self._found = folder, None
        self._rows.open_folder(folder)
        self._page.reading.show_nothing()

    @Slot(object)
    def _read(self, found: Found | None) -> None:
        self._drop()
        self._found = found
        search = self._answers.search
        if found is None or search is None:
            self._page.reading.show_nothing()
            return
        key = found.hit.key if found.hit is not None else None
        work = partial(read_row, self._folder, found.source, search, found.rowid, key=key)
        lane = f"{SEARCHING} read {next(_numbers) % 2}"
        self._reading = self._jobs.submit(f"Read a row of {found.source.name}", work, lane=lane)
        self._reading.succeeded.connect(self._take_row)
        self._reading.failed.connect(self._take_trouble)

    def _drop(self) -> None:
        job, self._reading = self._reading, None
        if job is not None:
            job.cancel()

    @Slot(object)
    def _take_row(self, row: RowRead) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self._page.reading.show_row(row)

    @Slot(object)
    def _take_trouble(self, error: DbAdminError) -> None:
        if self.sender() is self._reading:
            self._reading = None
            self._page.reading.show_trouble(error)

    @Slot()
    def _look_for_more(self) -> None:
        found = self._found
        if found is not None:
            work = partial(more_like, self._folder, found.source, found.rowid)
            self._looking = self._jobs.submit("Look for more like it", work, lane=f"{SEARCHING} like")
            self._looking.succeeded.connect(self._take_more)
            self._looking.failed.connect(self._tell_trouble)

    @Slot(object)
    def _take_more(self, text: str) -> None:
        if self.sender() is self._looking:
            self._looking = None
            self._take_words(text)

    def _take_words(self, text: str) -> None:
        if text:
            self.like_found.emit(text)
        else:
            hint = "It shares no telling word with other rows of its index."
            self._page.show_notice(Notice(Kind.INFO, "Nothing is like this row.", hint))

    @Slot(object)
    def _tell_trouble(self, error: DbAdminError) -> None:
        if self.sender() is self._looking:
            self._looking = None
            self._page.show_notice(notice_of(error))

    @Slot()
    def _open_table(self) -> None:
        """At the row that is read, with what is before and after it."""
        found, row = self._found, self._page.reading.row
        if found is not None and row is not None and row.key is not None:
            source = found.source
            self._rows.open(PageWanted(source.component, source.table, around=(source.key, row.key)))

    @Slot(object)
    def _open_related(self, related: Related) -> None:
        self._rows.open(PageWanted(related.component, related.table, where=((related.column, related.value),)))
