"""One question put to every source at once, and what has come back of it so far."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.search.facets import Facets, read_facets
from felix_dbadmin.core.search.find import FirstPage, Ranking, first_page, rank, read_page
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Hit, Search
from felix_dbadmin.core.search.suggest import Suggestions, suggest
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.search_merge import Part, part_of, ranked

SEARCHING = "search:"
"""How the lanes of searches begin. No component has a colon in its name."""

_numbers = itertools.count()


class SearchRound(QObject):
    """Tells only what belongs to its own question; whoever asks another drops this one, and it is silent."""

    answered = Signal()
    """A source said what it has, or why not; `parts` and `failures` know."""
    ordered = Signal()
    """The whole order of every source is known."""
    page_read = Signal(object, object)
    """Source, and tuple of Hit"""
    page_lost = Signal()
    facets_read = Signal()
    """Those of every source are in `facets`."""
    suggested = Signal()
    """Those of every source are in `suggestions`."""

    def __init__(
        self, jobs: JobRunner, folder: Path, sources: Sequence[Source], search: Search, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs, self._folder, self.search = jobs, folder, search
        self.sources = tuple(sources)
        # Two lanes by turns: what the last question left behind holds the next one up for no moment.
        self._slot = next(_numbers) % 2
        self._running: dict[int, tuple[Job[Any], Source]] = {}
        self._ranking: dict[str, Job[Any]] = {}
        self._parts: dict[str, Part] = {}
        self.facets: dict[str, Facets] = {}
        """By the source's name, as are these:"""
        self.suggestions: dict[str, Suggestions] = {}
        self.failures: dict[str, DbAdminError] = {}
        self._began = time.perf_counter()
        self.seconds = 0.0
        """Until the last source had said what it has, as somebody at the window waits for it."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Of the sources that have answered, in the order of the sources."""
        return tuple(self._parts[source.name] for source in self.sources if source.name in self._parts)

    @property
    def all_answered(self) -> bool:
        return not self.waiting

    @property
    def waiting(self) -> tuple[Source, ...]:
        """The sources that have said nothing yet."""
        return tuple(source for source in self.sources if source.name not in {*self._parts, *self.failures})

    @property
    def in_order(self) -> bool:
        return self.all_answered and not self._ranking and all(part.in_order for part in self._parts.values())

    def start(self) -> None:
        """Ask every source for its first page, and for the whole order behind it."""
        for source in self.sources:
            work = partial(first_page if source.index else scan, self._folder, source, self.search)
            self._submit(source, work, self._take_first)
            if source.index:
                self._ranking[source.name] = self._submit(
                    source, partial(rank, self._folder, source, self.search), self._take_ranking
                )

    def drop(self) -> None:
        """Nobody waits for it any more: stop what runs, and say nothing from now on."""
        self.blockSignals(True)
        for job, _ in tuple(self._running.values()):
            job.cancel()
        self._running.clear()
        self.deleteLater()

    @Slot(object, object)
    def read(self, source: Source, rowids: tuple[int, ...]) -> None:
        self._submit(source, partial(read_page, self._folder, source, self.search, rowids), self._take_page, "page")

    def count_facets(self) -> None:
        """For the sources that have answered."""
        for source in self._answering:
            self._submit(source, partial(read_facets, self._folder, source, self.search), self._take_facets, "facets")

    def ask_suggestions(self) -> None:
        for source in self._answering:
            self._submit(source, partial(suggest, self._folder, source, self.search), self._take_suggestions)

    @property
    def _answering(self) -> tuple[Source, ...]:
        return tuple(part.source for part in self.parts)

    def _submit(
        self, source: Source, work: Callable[..., Any], then: Callable[[Any], None], what: str = "hits"
    ) -> Job[Any]:
        lane = f"{SEARCHING} {self._slot} {what} {source.name}"
        job = self._jobs.submit(f"Search {source.name}", work, lane=lane)
        self._running[job.ident] = (job, source)
        job.succeeded.connect(then)
        job.failed.connect(self._take_failure)
        job.cancelled.connect(self._take_cancelled)
        return job

    def _source(self) -> Source | None:
        """Of the job that tells something now; None when nobody waits for it any more."""
        job = self.sender()
        found = self._running.pop(job.ident, None) if isinstance(job, Job) else None
        return found[1] if found is not None else None

    @Slot(object)
    def _take_first(self, page: FirstPage) -> None:
        source = self._source()
        if source is None:
            return
        part = part_of(source, page)
        if part.complete and source.name in self._ranking:
            # Everything is here already.
            self._stop(self._ranking.pop(source.name))
        self._parts[source.name] = part
        self._note_answer()

    @Slot(object)
    def _take_ranking(self, ranking: Ranking) -> None:
        source = self._source()
        if source is None or source.name not in self._parts:
            return
        self._ranking.pop(source.name, None)
        self._parts[source.name] = ranked(self._parts[source.name], ranking)
        self._note_answer()

    @Slot(object)
    def _take_page(self, hits: tuple[Hit, ...]) -> None:
        source = self._source()
        if source is not None:
            self.page_read.emit(source, hits)

    @Slot(object)
    def _take_facets(self, facets: Facets) -> None:
        source = self._source()
        if source is not None:
            self.facets[source.name] = facets
            if len(self.facets) == len(self.parts):
                self.facets_read.emit()

    @Slot(object)
    def _take_suggestions(self, suggestions: Suggestions) -> None:
        source = self._source()
        if source is not None:
            self.suggestions[source.name] = suggestions
            if len(self.suggestions) == len(self.parts):
                self.suggested.emit()

    @Slot(object)
    def _take_failure(self, error: DbAdminError) -> None:
        source = self._source()
        if source is None:
            return
        self._ranking_over(source)
        if source.name in self._parts:
            self.page_lost.emit()
        else:
            self.failures[source.name] = error
        self._note_answer()

    @Slot(object)
    def _take_cancelled(self, _error: Cancelled) -> None:
        source = self._source()
        if source is not None and source.name not in self._parts:
            self.failures[source.name] = _error
            self._note_answer()

    def _ranking_over(self, source: Source) -> None:
        job = self._ranking.pop(source.name, None)
        if job is not None and not job.over:
            self._stop(job)

    def _stop(self, job: Job[Any]) -> None:
        self._running.pop(job.ident, None)
        job.cancel()

    def _note_answer(self) -> None:
        if self.all_answered and not self.seconds:
            self.seconds = time.perf_counter() - self._began
        self.answered.emit()
        if self.in_order:
            self.ordered.emit()
