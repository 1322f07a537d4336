"""From a wish to what is on the Search page: one round at a time, and no older answer gets through."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from felix_dbadmin.core.errors import DbAdminError, WrongUsage
from felix_dbadmin.core.search.facets import Facets
from felix_dbadmin.core.search.query import Chip, Kind, Query
from felix_dbadmin.core.search.sources import Source, Sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.text import list_text
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.models.facet_tree import groups_of
from felix_dbadmin.models.search_merge import Part
from felix_dbadmin.models.search_wish import Wish
from felix_dbadmin.models.search_words import answer_text, error_text, total_of, total_text
from felix_dbadmin.views.pages.search import SearchPage
from felix_dbadmin.views.search_round import SearchRound
from felix_dbadmin.views.widgets.empty_state import Emptiness
from felix_dbadmin.views.widgets.links import Link
from felix_dbadmin.views.widgets.note_strip import notes_of
from felix_dbadmin.views.widgets.search_states import SEARCHING_NOW, looks_raw, no_hit_links, no_hits

GATHERING = 40
"""Milliseconds that the first answers wait for the others, so that rows do not jump."""

PATIENCE = 200
"""Milliseconds until it is said that something is searched."""

SORT_NOW = "Sort them now"

NOTHING = Sources((), ())


class SearchAnswers(QObject):
    """Told what is wished; shows it."""

    emptied = Signal()
    """There is nothing to search for."""

    def __init__(self, jobs: JobRunner, page: SearchPage) -> None:
        super().__init__(page)
        self._jobs, self._page = jobs, page
        self._folder = Path()
        self._sources = NOTHING
        self._wish = Wish()
        self._query = Query()
        self._round: SearchRound | None = None
        self._shown: SearchRound | None = None
        """The round whose rows are in the list; it may be over."""
        self._search: Search | None = None
        self._facets_shown = False
        self._last_facets: tuple[Facets, ...] = ()
        """The values stay while the next ones are counted, without their counts."""
        self._suggesting = False
        self._loading = QTimer(self, singleShot=True, interval=PATIENCE)
        self._gathering = QTimer(self, singleShot=True, interval=GATHERING)
        self._loading.timeout.connect(self._show_loading)
        self._gathering.timeout.connect(self._show)
        page.list.hits.page_wanted.connect(self._read_page)
        page.links.chosen.connect(self._sort)

    @property
    def search(self) -> Search | None:
        """What the hits that are shown were found with."""
        return self._search

    @property
    def wanted(self) -> tuple[Source, ...]:
        """The sources of the components that are ticked, or all."""
        ticked = self._wish.chosen.components
        return tuple(source for source in self._sources.found if not ticked or source.component in ticked)

    @property
    def found(self) -> int:
        """Hits that are known of."""
        return total_of(self._visible())[0] if self._round is not None else 0

    def forget(self, folder: Path) -> None:
        """Another folder."""
        self._folder, self._sources = folder, NOTHING
        self.stop()
        self._page.list.hits.show_parts((), self._wish.order, anew=True)
        self._page.facets.tree.show_groups(())
        self._page.notes.show_notes(())
        self._search = None
        self._last_facets = ()

    def take_sources(self, sources: Sources) -> None:
        self._sources = sources
        self._page.notes.show_notes(notes_of((), sources.failed))
        self._page.facets.tree.show_groups(groups_of(sources.found, {}, (), fresh=False))

    @Slot()
    def hush(self) -> None:
        """A key: what is still being searched is not wanted any more."""
        if self._round is not None and not self._round.in_order:
            self.stop()

    def stop(self) -> None:
        for timer in (self._loading, self._gathering):
            timer.stop()
        if self._round is not None:
            self._round.drop()
        self._round = self._shown = None

    def ask(self, wish: Wish, *, typing: bool) -> None:
        """Search for this; whatever was searched before is stopped, and its answers are dropped."""
        self.stop()
        self._wish = wish
        self._query = wish.query(self._sources.searched, typing=typing)
        self._page.bar.show_understood(() if wish.raw else self._query.chips)
        if self._query.empty or not self._sources.found:
            self._search = None
            self._page.list.hits.show_parts((), wish.order, anew=True)
            self._page.say("")
            self._page.facets.tree.show_groups(groups_of(self._sources.found, {}, self._last_facets, fresh=False))
            self._page.notes.show_notes(notes_of((), self._sources.failed))
            self.emptied.emit()
            return
        self._facets_shown = self._suggesting = False
        search = wish.search(self._sources.searched, typing=typing)
        asked = SearchRound(self._jobs, self._folder, self._sources.found, search, self)
        asked.answered.connect(self._note_answer)
        asked.ordered.connect(self._count_facets)
        asked.page_read.connect(self._page.list.hits.take_page)
        asked.page_lost.connect(self._page.list.hits.lost_page)
        asked.facets_read.connect(self._show_facets)
        asked.suggested.connect(self._show_suggestions)
        self._round = asked
        self._loading.start()
        self._gathering.start()
        asked.start()

    @Slot()
    def _note_answer(self) -> None:
        if self._round is not None and (self._round.all_answered or not self._gathering.isActive()):
            self._gathering.stop()
            self._show()

    @Slot()
    def _show(self) -> None:
        """What has come so far."""
        asked = self._round
        if asked is None or not (asked.parts or asked.all_answered):
            return
        self._loading.stop()
        parts = self._visible()
        if total_of(parts)[0] == 0 and not asked.all_answered:
            return
        self._search = asked.search
        self._page.notes.show_notes(notes_of(parts, self._sources.failed, self._broken(asked)))
        held = self._show_rows(asked, parts)
        self._show_counts(asked)
        if asked.all_answered and total_of(parts)[0] == 0:
            self._show_nothing(asked)
            return
        sorting = not asked.in_order and not held
        text = answer_text(
            parts,
            self._wish.order,
            asked.seconds,
            sorting=sorting and _provisional(parts),
            waiting=[source.component for source in asked.waiting],
        )
        links = (Link(SORT_NOW, SORT_NOW, "The order is known now; the rows that are shown will move"),) if held else ()
        self._page.say(text, links)
        self._page.bar.show_understood(self._page_chips(asked))
        self._page.show_hits()

    def _show_rows(self, asked: SearchRound, parts: tuple[Part, ...]) -> bool:
        """Whether they are held back, because somebody has the rows that are there in hand."""
        rows = self._page.list
        if self._shown is not asked:
            rows.untouch()
            rows.hits.show_parts(parts, self._wish.order, anew=True)
            self._shown = asked
            return False
        if rows.touched and not rows.hits.goes_on(parts, self._wish.order):
            return asked.in_order
        rows.hits.show_parts(parts, self._wish.order)
        return False

    @Slot(object)
    def _sort(self, key: object) -> None:
        if key == SORT_NOW and self._round is not None:
            self._page.list.untouch()
            self._show()

    def _visible(self) -> tuple[Part, ...]:
        ticked = self._wish.chosen.components
        parts = self._round.parts if self._round is not None else ()
        return tuple(part for part in parts if not ticked or part.source.component in ticked)

    def _page_chips(self, asked: SearchRound) -> tuple[Chip, ...]:
        """With what no index can hold."""
        ignored = [set(part.ignored) for part in asked.parts]
        nowhere = sorted(set.intersection(*ignored)) if ignored else []
        extra = tuple(Chip(Kind.IGNORED, f"{term} has no letter or digit: ignored") for term in nowhere)
        return () if self._wish.raw else (*self._query.chips, *extra)

    def _broken(self, asked: SearchRound) -> tuple[tuple[Source, DbAdminError], ...]:
        """The sources that gave no answer, and why; what is wrong with the words is told beneath them."""
        found = ((source, asked.failures.get(source.name)) for source in asked.sources)
        return tuple((source, error) for source, error in found if error and not isinstance(error, WrongUsage))

    def _show_nothing(self, asked: SearchRound) -> None:
        self._page.say("")
        wrong = next((error for error in asked.failures.values() if isinstance(error, WrongUsage)), None)
        if wrong is not None and not asked.parts:
            self._page.bar.show_understood((), error_text(wrong))
            links = no_hit_links(self._wish, (), special=False)
            self._page.show_state(Emptiness("This cannot be searched as it stands", "", "warning"), links)
        elif asked.failures and not asked.parts:
            self._show_trouble(next(iter(asked.failures.values())))
        else:
            self._page.bar.show_understood(self._page_chips(asked))
            understood = list_text([chip.text for chip in self._query.chips], limit=8)
            others = total_of(asked.parts)[0]
            suggestions = tuple(asked.suggestions.values())
            links = no_hit_links(self._wish, suggestions, special=looks_raw(self._wish.text))
            self._page.show_state(no_hits(self._wish, understood, others, suggestions), links)
            if not self._suggesting and asked.parts:
                self._suggesting = True
                asked.ask_suggestions()

    def _show_trouble(self, error: DbAdminError) -> None:
        self._page.show_state(Emptiness(error.summary, error.hint, "bad"))

    @Slot()
    def _show_suggestions(self) -> None:
        if self._round is not None and total_of(self._visible())[0] == 0:
            self._show_nothing(self._round)

    @Slot()
    def _show_loading(self) -> None:
        self._page.say("")
        self._page.show_state(SEARCHING_NOW)

    @Slot(object, object)
    def _read_page(self, source: Source, rowids: tuple[int, ...]) -> None:
        if self._round is not None and self._round is self._shown:
            self._round.read(source, rowids)
        else:
            self._page.list.hits.lost_page()

    @Slot()
    def _count_facets(self) -> None:
        """Only for who looks at them."""
        if self._round is not None and self._page.facets.isVisible() and not self._round.facets:
            self._round.count_facets()

    @Slot()
    def _show_facets(self) -> None:
        self._facets_shown = True
        if self._round is not None:
            self._show_counts(self._round)

    def _show_counts(self, asked: SearchRound) -> None:
        by_component: dict[str, list[Part]] = {}
        for part in asked.parts:
            by_component.setdefault(part.source.component, []).append(part)
        totals = {name: total_text(parts) for name, parts in by_component.items()}
        if self._facets_shown:
            names = (part.source.name for part in self._visible())
            self._last_facets = tuple(asked.facets[name] for name in names if name in asked.facets)
        groups = groups_of(self._sources.found, totals, self._last_facets, fresh=self._facets_shown)
        self._page.facets.tree.show_groups(groups)


def _provisional(parts: tuple[Part, ...]) -> bool:
    return any(not part.in_order for part in parts)
