"""The filters say how many hits each of their values would keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.search import facets as counting
from felix_dbadmin.core.search.facets import read_facets
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.query import Condition
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from tests.core.search.made import NOTES, NOTES_TABLE, make, search_for, source_of

ROWS = (
    "insert into notes(title, body, status, created_at) values"
    " ('a', 'warm', 'open', 1), ('b', 'warm', 'Open', 2), ('c', 'warm', 'open', 3), ('d', 'warm', 'done', 4),"
    " ('e', 'warm', null, 5), ('f', 'cold', 'done', 6)"
)


@pytest.fixture(params=["indexed", "scanned"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    index = (
        "create virtual table notes_fts using fts5(title, body, content=notes, content_rowid=id)",
        "insert into notes_fts(notes_fts) values ('rebuild')",
    )
    return make(tmp_path / "w", NOTES_TABLE, ROWS, *(index if request.param == "indexed" else ()), extra=NOTES)


def test_the_values_of_the_hits(folder: Path) -> None:
    source = source_of(folder)
    facets = read_facets(folder, source, search_for("warm", source), task=Task())
    [status] = facets.facets
    assert status.column == "status"
    assert status.values == (("open", 3), ("", 1), ("done", 1))
    assert (status.others, facets.counted, facets.total_known) == (0, 5, True)


def test_a_filter_that_is_set_still_shows_its_other_values(folder: Path) -> None:
    source = source_of(folder)
    search = replace(search_for("warm", source), conditions=(Condition("status", ("done",)),))
    [status] = read_facets(folder, source, search, task=Task()).facets
    assert status.values == (("open", 3), ("", 1), ("done", 1))


def test_rare_values_are_counted_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_VALUES", 1)
    source = source_of(folder)
    [status] = read_facets(folder, source, search_for("warm", source), task=Task()).facets
    assert (status.values, status.others) == ((("open", 3),), 2)


def test_nothing_is_found(folder: Path) -> None:
    source = source_of(folder)
    facets = read_facets(folder, source, search_for("zebra", source), task=Task())
    assert [(facet.column, facet.values) for facet in facets.facets] == [("status", ())]
    assert (facets.counted, facets.total_known) == (0, True)


def test_only_the_newest_of_very_many_hits_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)
    source = source_of(folder)
    facets = read_facets(folder, source, search_for("warm", source), task=Task())
    if source.index:
        assert (facets.counted, facets.total_known) == (2, False)
        assert facets.facets[0].values == (("", 1), ("done", 1))


def test_a_cancel_ends_the_count(folder: Path) -> None:
    source = source_of(folder)
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        read_facets(folder, source, search_for("warm", source), task=task)


def test_a_value_keeps_as_many_hits_as_it_says(migrated: Path) -> None:
    for source in read_sources(migrated, task=Task()).found:
        search = search_for("environment", source)
        for facet in read_facets(migrated, source, search, task=Task()).facets:
            for value, count in facet.values[:4]:
                narrowed: Search = replace(search, conditions=(Condition(facet.column, (value,)),))
                assert first_page(migrated, source, narrowed, task=Task()).total == count, (source.name, facet, value)
