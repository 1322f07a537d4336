"""Hits of several sources as one list: their order, what comes when somebody scrolls, and what is kept in memory."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.search.find import PAGE, FirstPage, Ranking
from felix_dbadmin.core.search.marks import Marked
from felix_dbadmin.core.search.merge import interleaved
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Hit, Order
from felix_dbadmin.models.roles import Role
from felix_dbadmin.models.search_merge import Merge, Part, part_of, ranked
from felix_dbadmin.models.search_results import FETCHED, KEPT_PAGES, LOADING, Found, SearchResults

pytestmark = pytest.mark.usefixtures("qapp")


def source(component: str = "knowledge") -> Source:
    return Source(
        component=component,
        component_title=component.title(),
        database=f"felix_{component}.db",
        index=f"{component}_fts",
        columns=("body",),
        weights=(1.0,),
        tokenizer=("unicode61",),
        table=component,
        key="id",
        index_key="",
        title="title",
        time="at",
        filters=("domain",),
    )


def hit(rowid: int, when: float | None = None, *, gone: bool = False) -> Hit:
    return Hit(rowid, rowid, f"Row {rowid}", Marked("some words", ((0, 4),)), when, ("python",), gone)


def first(*rowids: int, total: int | None, in_order: bool = True) -> FirstPage:
    return FirstPage(tuple(hit(rowid, float(rowid)) for rowid in rowids), total, in_order, (), 0.001)


def ranking(*rowids: int, times: tuple[float, ...] = ()) -> Ranking:
    return Ranking(array("q", rowids).tobytes(), array("d", times).tobytes(), len(rowids), 0.001)


def shown(model: SearchResults) -> list[tuple[str, int]]:
    rows = (model.found(model.index(row, 0)) for row in range(model.rowCount()))
    return [(found.source.component, found.rowid) for found in rows if found is not None]


def scroll_to_the_end(model: SearchResults) -> None:
    while model.canFetchMore(model.index(-1, -1)):
        model.fetchMore(model.index(-1, -1))


def test_the_best_of_each_source_take_turns() -> None:
    model = SearchResults()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    parts = [part_of(source("a"), first(1, 2, 3, total=3)), part_of(source("b"), first(7, total=1))]
    model.show_parts(parts, Order.RELEVANCE)
    assert shown(model) == [("a", 1), ("b", 7), ("a", 2), ("a", 3)]
    model.show_parts(parts, Order.NEWEST, anew=True)
    assert shown(model) == [("b", 7), ("a", 1), ("a", 2), ("a", 3)]


def test_a_row_that_is_shown_stays_where_it_is_when_the_rest_is_known() -> None:
    model = SearchResults()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    one, other = source("a"), source("b")
    half = part_of(one, first(*range(PAGE), total=200))
    model.show_parts([half, part_of(other, first(900, 901, total=2))], Order.RELEVANCE)
    before = shown(model)
    assert len(before) == PAGE + 2
    resets: list[str] = []
    model.modelReset.connect(lambda: resets.append("reset"))
    whole = ranked(half, ranking(*range(200)))
    model.show_parts([whole, part_of(other, first(900, 901, total=2))], Order.RELEVANCE)
    scroll_to_the_end(model)
    assert shown(model)[: len(before)] == before
    assert len(shown(model)) == 202
    assert not resets


def test_nothing_is_shown_past_what_is_not_known_yet() -> None:
    """Else rows of the slow source would push themselves between those that are read."""
    model = SearchResults()
    slow = part_of(source("a"), first(1, 2, total=90))
    quick = ranked(part_of(source("b"), first(5, total=1)), ranking(*range(5, 40)))
    model.show_parts([slow, quick], Order.RELEVANCE)
    assert shown(model) == [("a", 1), ("b", 5), ("a", 2), ("b", 6)]


def test_provisional_rows_are_replaced_by_the_ranked_ones() -> None:
    model = SearchResults()
    part = part_of(source("a"), first(9, 8, 7, total=None, in_order=False))
    model.show_parts([part], Order.RELEVANCE)
    better = ranked(part, ranking(3, 9, 4))
    assert not model.goes_on([better], Order.RELEVANCE)
    model.show_parts([better], Order.RELEVANCE)
    assert [rowid for _, rowid in shown(model)] == [3, 9, 4]


def test_rows_that_are_looked_at_are_asked_for_by_the_page(qtbot: QtBot) -> None:
    model = SearchResults()
    asked: list[tuple[Source, tuple[int, ...]]] = []
    model.page_wanted.connect(lambda where, rowids: asked.append((where, rowids)))
    one = source("a")
    part = ranked(part_of(one, first(*range(PAGE), total=300)), ranking(*range(300)))
    model.show_parts([part], Order.RELEVANCE)
    index = model.index(PAGE + 3, 0)
    assert index.data() == LOADING
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [(one, tuple(range(PAGE, 2 * PAGE)))]
    assert index.data() == LOADING
    model.take_page(one, tuple(hit(rowid) for rowid in asked[0][1]))
    assert index.data() == f"Row {PAGE + 3}"
    assert "domain: python" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert len(asked) == 1


def test_a_hundred_thousand_hits_leave_no_more_in_memory_than_a_hundred_pages(qtbot: QtBot) -> None:
    model = SearchResults()
    asked: list[tuple[int, ...]] = []
    model.page_wanted.connect(lambda _, rowids: asked.append(rowids))
    one = source("a")
    model.show_parts(
        [ranked(part_of(one, first(total=None, in_order=False)), ranking(*range(100_000)))], Order.RELEVANCE
    )
    assert model.rowCount() == FETCHED
    scroll_to_the_end(model)
    assert model.rowCount() == 100_000
    for row in range(0, 100_000, 16 * PAGE):
        index = model.index(row, 0)
        assert index.data() == LOADING
        qtbot.waitUntil(lambda: bool(asked))
        model.take_page(one, tuple(hit(rowid) for rowid in asked.pop()))
        assert index.data() == f"Row {row}"
    assert model.kept == KEPT_PAGES * PAGE


def test_a_hit_whose_row_was_deleted_says_so() -> None:
    model = SearchResults()
    model.show_parts([part_of(source(), FirstPage((hit(1, gone=True),), 1, True, (), 0.0))], Order.RELEVANCE)
    index = model.index(0, 0)
    assert index.data() == "Deleted meanwhile"
    assert isinstance(index.data(Role.ROW), Found)


TIMES = st.lists(st.one_of(st.floats(0, 100, allow_nan=False), st.just(math.nan)), max_size=8)


@given(st.lists(TIMES, min_size=1, max_size=4), st.sampled_from(list(Order)))
def test_the_list_is_in_the_order_of_an_export(times: list[list[float]], order: Order) -> None:
    sign = 1 if order is Order.OLDEST else -1

    def key(moment: float) -> float:
        return (-math.inf if order is Order.OLDEST else math.inf) if math.isnan(moment) else sign * moment

    known = [sorted(each, key=key) for each in times]
    parts = [
        Part(source(str(number)), array("q", range(len(each))), array("d", each)) for number, each in enumerate(known)
    ]
    merge = Merge(parts, order)
    found = [merge.place_of(number) for number in merge.take(100)]
    assert found == list(interleaved(order, known))
