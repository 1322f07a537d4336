"""A table without its index is searched all the same, in its newest rows, and the answer says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, QueryInvalid
from felix_dbadmin.core.search import scan as scanning
from felix_dbadmin.core.search.query import Condition, raw_query
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.task import Task
from tests.core.search.made import NOTES, make, notes, search_for, source_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return notes(
        tmp_path / "w",
        ("Cats", "warm words about cats"),
        ("Dogs", "warm dogs chase cats"),
        ("Birds", "nothing of the kind"),
        ("Warm days", "warm, warmer, warmest"),
    )


def titles(folder: Path, search: Search) -> list[str]:
    return [hit.title for hit in scan(folder, source_of(folder), search, task=Task()).hits]


def test_a_hit_looks_as_that_of_an_index(folder: Path) -> None:
    source = source_of(folder)
    page = scan(folder, source, search_for("chase", source), task=Task())
    [hit] = page.hits
    assert (hit.rowid, hit.key, hit.title, hit.values, hit.when) == (2, 2, "Dogs", ("done",), 1_700_003_600)
    assert [hit.snippet.text[begin:end] for begin, end in hit.snippet.spans] == ["chase"]
    assert (page.total, page.in_order) == (1, True)
    assert page.note == "All 4 rows were read; migration 1 makes the index."


def test_the_order_is_the_wanted_one(folder: Path) -> None:
    search = search_for("warm", source_of(folder))
    assert titles(folder, search)[0] == "Warm days"
    assert titles(folder, replace(search, order=Order.NEWEST)) == ["Warm days", "Dogs", "Cats"]
    assert titles(folder, replace(search, order=Order.OLDEST)) == ["Cats", "Dogs", "Warm days"]


def test_filters_and_times_are_met(folder: Path) -> None:
    search = replace(search_for("warm", source_of(folder)), order=Order.OLDEST)
    assert titles(folder, replace(search, conditions=(Condition("status", ("open",)),))) == ["Cats"]
    assert titles(folder, replace(search, since=1_700_003_600)) == ["Dogs", "Warm days"]
    assert titles(folder, search_for("warm status:done", source_of(folder))) == ["Warm days", "Dogs"]
    page = scan(folder, source_of(folder), replace(search, since=1_700_003_600), task=Task())
    assert page.note == "All 3 rows that fit the filters were read; migration 1 makes the index."


def test_a_large_table_is_read_in_part_and_that_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_READ", 2)
    source = source_of(folder)
    page = scan(folder, source, search_for("warm", source), task=Task())
    assert [hit.title for hit in page.hits] == ["Warm days"]
    assert page.note == "The newest 2 of 4 rows were read; migration 1 makes the index."


def test_a_slow_scan_stops_and_says_how_far_it_came(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "LONGEST_READING", 0.0)
    source = source_of(folder)
    page = scan(folder, source, search_for("warm", source), task=Task())
    assert page.note == "The newest 1 of 4 rows was read; migration 1 makes the index."


def test_more_hits_than_are_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_HITS", 2)
    source = source_of(folder)
    page = scan(folder, source, search_for("warm", source), task=Task())
    assert (len(page.hits), page.total) == (2, 3)
    assert "the first 2 of 3 hits are shown" in page.note


def test_an_empty_table(tmp_path: Path) -> None:
    folder = notes(tmp_path / "w")
    source = source_of(folder)
    page = scan(folder, source, search_for("warm", source), task=Task())
    assert (page.hits, page.total) == ((), 0)
    assert page.note.startswith("0 rows were read")
    with pytest.raises(QueryInvalid):
        scan(folder, source, Search(raw_query("warm AND")), task=Task())


def test_a_cancel_ends_the_scan(folder: Path) -> None:
    task = Task()
    task.cancel()
    source = source_of(folder)
    with pytest.raises(Cancelled):
        scan(folder, source, search_for("warm", source), task=task)


def test_a_table_that_was_dropped_since(folder: Path) -> None:
    source = replace(source_of(folder), table="nowhere")
    with pytest.raises(DatabaseUnusable, match="nowhere"):
        scan(folder, source, search_for("warm", source), task=Task())


def test_a_table_without_rowid_leads_to_its_key(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create table notes(slug text primary key, title text, body text, status text, created_at real) without rowid",
        "insert into notes values ('x', 'One', 'warm', 'open', 1700000000), ('y', 'Two', 'cold', '', 1700000001)",
        extra=NOTES.replace('key = "id"', 'key = "slug"'),
    )
    source = source_of(folder)
    assert [hit.key for hit in scan(folder, source, search_for("warm", source), task=Task()).hits] == ["x"]


def test_odd_values_are_searched_as_text(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create table notes(id integer primary key, title, body, status, created_at)",
        "insert into notes values (1, 12, cast(x'7761726D20FF' as text), x'FE', 'no time')",
        "insert into notes values (2, null, 'warm' || char(0) || 'later', null, null)",
        "insert into notes values (3, 1.5, x'7761726D', 7, 1e300)",
        extra=NOTES,
    )
    source = source_of(folder)
    page = scan(folder, source, search_for("warm", source), task=Task())
    assert {hit.key for hit in page.hits} == {1, 2, 3}
    assert [hit.key for hit in scan(folder, source, search_for("later", source), task=Task()).hits] == [2]
    assert [hit.key for hit in scan(folder, source, search_for("title:12", source), task=Task()).hits] == [1]


def test_the_real_databases_are_searched_before_any_migration(fresh: Path) -> None:
    for source in read_sources(fresh, task=Task()).found:
        page = scan(fresh, source, search_for("environment", source), task=Task())
        assert page.hits, source.name
        assert all("environment" in hit.snippet.text.lower() for hit in page.hits)
        assert f"migration {source.migration} makes the index" in page.note


def test_a_short_snippet_is_led_by_nothing_where_the_row_begins_with_nothing(tmp_path: Path) -> None:
    folder = notes(tmp_path / "w", ("", "warm"), ("Title", "cold"))
    source = source_of(folder)
    assert [hit.snippet.text for hit in scan(folder, source, search_for("warm", source), task=Task()).hits] == ["warm"]
    assert [hit.snippet.text for hit in scan(folder, source, search_for("cold", source), task=Task()).hits] == [
        "cold · Title"
    ]
