"""Looks what can be searched, each component by itself: one that is locked keeps none of the others waiting."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.sources import Sources, Unsearchable, read_sources
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.search_round import SEARCHING


class SourcesReader(QObject):
    """What is known of a component stays until it has been read again."""

    read = Signal(object)
    """Sources: of all components that have been read, whenever that is something else than before."""

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._folder = Path()
        self._components: tuple[str, ...] = ()
        self._known: dict[str, Sources] = {}
        self._running: dict[str, Job[Any]] = {}
        self._outdated: set[str] = set()
        self._told: Sources | None = None

    def open(self, folder: Path) -> None:
        """Answers about another folder are dropped from now on."""
        self._folder, self._components, self._told = folder, (), None
        for waiting in (self._known, self._running, self._outdated):
            waiting.clear()

    def set_components(self, names: tuple[str, ...]) -> None:
        """Those that have a database now; all of them may be other than they were."""
        self._components = names
        self._outdated = set(names)
        self._known = {name: sources for name, sources in self._known.items() if name in names}

    def look(self) -> None:
        """Read those that may be other than they are known."""
        for name in [name for name in self._components if name in self._outdated and name not in self._running]:
            self._outdated.discard(name)
            work = partial(read_sources, self._folder, (name,))
            job = self._jobs.submit(f"Look what can be searched in {name}", work, lane=f"{SEARCHING} sources {name}")
            self._running[name] = job
            job.succeeded.connect(self._take)
            job.failed.connect(self._take_failure)
        if not self._running:
            self._tell()

    @Slot(object)
    def _take(self, sources: Sources) -> None:
        self._note(sources)

    @Slot(object)
    def _take_failure(self, error: DbAdminError) -> None:
        self._note(error)

    def _note(self, answer: Sources | DbAdminError) -> None:
        name = next((name for name, job in self._running.items() if job is self.sender()), None)
        if name is None:
            return
        del self._running[name]
        if isinstance(answer, DbAdminError):
            answer = Sources((), (Unsearchable(name, answer.summary, answer.hint),))
        self._known[name] = answer
        self._tell()
        if name in self._outdated:
            self.look()

    def _tell(self) -> None:
        known = [self._known[name] for name in self._components if name in self._known]
        sources = Sources(
            tuple(source for each in known for source in each.found),
            tuple(trouble for each in known for trouble in each.failed),
        )
        if sources != self._told:
            self._told = sources
            self.read.emit(sources)
