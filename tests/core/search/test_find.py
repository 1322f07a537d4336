"""Searching one index: the right rows, at once and in order, in sound and in odd databases."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, QueryInvalid
from felix_dbadmin.core.search import find
from felix_dbadmin.core.search.find import first_page, rank, read_page
from felix_dbadmin.core.search.query import Condition, parse, raw_query
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source, read_sources
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.task import Task
from tests.core.search.made import NOTES, NOTES_TABLE, indexed_notes, make, search_for, source_of
from tests.helpers.workspaces import query, run_sql


def titles(folder: Path, source: Source, search: Search) -> list[str]:
    return [hit.title for hit in first_page(folder, source, search, task=Task()).hits]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return indexed_notes(
        tmp_path / "w",
        ("Cats", "warm words about cats"),
        ("Dogs", "warm dogs chase cats"),
        ("Birds", "nothing of the kind"),
        ("Warm days", "warm, warmer, warmest"),
    )


def test_hits_say_what_was_found_where_and_when(folder: Path) -> None:
    source = source_of(folder)
    page = first_page(folder, source, search_for("chase", source), task=Task())
    [hit] = page.hits
    assert (hit.title, hit.key, hit.values, hit.when) == ("Dogs", 2, ("done",), 1_700_003_600)
    assert [hit.snippet.text[begin:end] for begin, end in hit.snippet.spans] == ["chase"]
    assert (page.total, page.in_order) == (1, True)


def test_the_best_hit_comes_first_or_the_newest_or_the_oldest(folder: Path) -> None:
    source = source_of(folder)
    search = search_for("warm", source)
    assert titles(folder, source, search)[0] == "Warm days"
    assert titles(folder, source, replace(search, order=Order.NEWEST)) == ["Warm days", "Dogs", "Cats"]
    assert titles(folder, source, replace(search, order=Order.OLDEST)) == ["Cats", "Dogs", "Warm days"]


def test_only_in_a_column(folder: Path) -> None:
    source = source_of(folder)
    assert titles(folder, source, replace(search_for("cats", source), columns=("title",))) == ["Cats"]
    assert titles(folder, source, replace(search_for("cats", source), columns=("nothing",))) == []
    assert titles(folder, source, search_for("title:warm", source)) == ["Warm days"]


def test_filters_and_times(folder: Path) -> None:
    source = source_of(folder)
    warm = replace(search_for("warm", source), order=Order.OLDEST)

    def having(*conditions: Condition) -> list[str]:
        return titles(folder, source, replace(warm, conditions=conditions))

    assert having(Condition("status", ("OPEN",))) == ["Cats"]
    assert having(Condition("status", ("open",), negated=True)) == ["Dogs", "Warm days"]
    assert having(Condition("status", ("open", "done"))) == ["Cats", "Dogs", "Warm days"]
    assert having(Condition("unknown", ("x",))) == []
    assert titles(folder, source, replace(warm, since=1_700_003_600)) == ["Dogs", "Warm days"]
    assert titles(folder, source, replace(warm, until=1_700_003_600)) == ["Cats"]
    assert titles(folder, source, search_for("warm status:open", source)) == ["Cats"]


def test_more_hits_than_are_sorted_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "SORTED_AT_ONCE", 2)
    source = source_of(folder)
    search = search_for("warm", source)
    page = first_page(folder, source, search, task=Task())
    assert (page.in_order, page.total) == (False, None)
    assert [hit.title for hit in page.hits] == ["Warm days", "Dogs", "Cats"]
    ranking = rank(folder, source, search, task=Task())
    assert ranking.total == 3
    rowids = array("q")
    rowids.frombytes(ranking.rowids)
    best, *_ = read_page(folder, source, search, tuple(rowids), task=Task())
    assert best.title == "Warm days"


def test_a_row_deleted_since_is_said_to_be_gone(folder: Path) -> None:
    source = source_of(folder)
    run_sql(
        folder / "notes.db",
        "insert into notes_fts(notes_fts, rowid, title, body) values ('delete', 2, 'Dogs', 'warm dogs chase cats')",
        "delete from notes where id = 2",
    )
    kept, gone = read_page(folder, source, search_for("warm", source), (1, 2), task=Task())
    assert (kept.gone, gone.gone, gone.rowid) == (False, True, 2)


@pytest.mark.parametrize(
    ("expression", "place"), [("warm AND", "9"), ('"warm', ""), ("zebra : warm", ""), ("warm ^^ x", "")]
)
def test_an_expression_that_fts5_cannot_read(folder: Path, expression: str, place: str) -> None:
    source = source_of(folder)
    with pytest.raises(QueryInvalid) as raised:
        first_page(folder, source, Search(raw_query(expression)), task=Task())
    assert "FTS5 cannot read" in raised.value.summary
    assert place in ("", raised.value.where)


def test_raw_expressions_are_asked_as_they_are(folder: Path) -> None:
    source = source_of(folder)
    assert titles(folder, source, Search(raw_query("NEAR(warm cats, 3)"), Order.OLDEST)) == ["Cats", "Dogs"]
    assert titles(folder, source, Search(raw_query("title : warm"))) == ["Warm days"]


ASKING: tuple[Callable[[Path, Source, Search, Task], object], ...] = (
    lambda folder, source, search, task: first_page(folder, source, search, task=task),
    lambda folder, source, search, task: rank(folder, source, search, task=task),
)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("ask", ASKING)
def test_a_cancelled_search_ends(
    tmp_path: Path, ask: Callable[[Path, Source, Search, Task], object], order: Order
) -> None:
    folder = make(
        tmp_path / "w",
        NOTES_TABLE,
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < 10000)"
        " insert into notes select x, 'warm', 'warm words', 'open', x from n",
        "create virtual table notes_fts using fts5(title, body, content=notes, content_rowid=id)",
        "insert into notes_fts(notes_fts) values ('rebuild')",
        extra=NOTES,
    )
    source = source_of(folder)
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        ask(folder, source, replace(search_for("warm", source), order=order), task)


def test_searches_of_one_file_run_side_by_side(folder: Path) -> None:
    source = source_of(folder)
    totals: list[int | None] = []

    def run() -> None:
        totals.append(first_page(folder, source, search_for("warm", source), task=Task()).total)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [3, 3, 3, 3]


def test_stale_rows_of_the_real_index_are_hits_that_are_gone(migrated: Path) -> None:
    database = migrated / "felix_knowledge.db"
    source = next(each for each in read_sources(migrated, ("knowledge",), task=Task()).found)
    # As Felix stores: the old row's trigger does not fire, and its index row stays.
    run_sql(
        database,
        'insert or replace into knowledge_entries select knowledge_id, knowledge_type, \'{"a": "zebra"}\', null,'
        " confidence_level, source_agent, domain, tags_json, created_at, updated_at, 0, 1.0, '[]'"
        " from knowledge_entries limit 1",
        "delete from knowledge_fts where rowid = 5",
        "insert into knowledge_fts(knowledge_id, content_text, domain, tags) values ('nowhere', 'zebra', '', '')",
    )
    page = first_page(migrated, source, search_for("zebra", source), task=Task())
    assert page.total == 2
    assert sorted(hit.gone for hit in page.hits) == [False, True]
    filtered = replace(search_for("zebra", source), conditions=(Condition("domain", ("nothing",), negated=True),))
    assert [hit.gone for hit in first_page(migrated, source, filtered, task=Task()).hits] == [False]


def test_an_index_that_points_past_its_content_is_called_damaged_with_the_remedy(folder: Path) -> None:
    run_sql(folder / "notes.db", "delete from notes where id = 2")
    source = source_of(folder)
    with pytest.raises(DatabaseUnusable, match="notes_fts") as raised:
        first_page(folder, source, search_for("chase", source), task=Task())
    assert "search rebuild" in raised.value.hint


def test_an_unknown_tokenizer_is_an_error_that_names_the_index(folder: Path) -> None:
    source = replace(source_of(folder), tokenizer=("klingon",))
    with pytest.raises(DatabaseUnusable, match="notes_fts") as raised:
        first_page(folder, source, search_for("warm", source), task=Task())
    assert "search health" in raised.value.hint


def test_an_index_made_by_a_program_with_its_own_tokenizer(folder: Path) -> None:
    _declare_tokenizer(folder / "notes.db", "klingon")
    sources = read_sources(folder, ("notes",), task=Task())
    assert [(source.index, source.tokenizer) for source in sources.found] == [("notes_fts", ("klingon",))]
    with pytest.raises(DatabaseUnusable, match="klingon"):
        first_page(folder, sources.found[0], search_for("warm", sources.found[0]), task=Task())


def _declare_tokenizer(path: Path, name: str) -> None:
    db = apsw.Connection(str(path))
    try:
        db.pragma("writable_schema", 1)
        db.execute(
            "update sqlite_schema set sql = replace(sql, 'porter unicode61', ?) where name = 'notes_fts'", (name,)
        )
    finally:
        db.close()


def test_an_index_whose_own_tables_are_lost_is_as_none(folder: Path) -> None:
    run_sql(folder / "notes.db", "drop table notes_fts_data", "drop table notes_fts_config")
    source = source_of(folder)
    assert source.index == ""
    page = scan(folder, source, search_for("chase", source), task=Task())
    assert [hit.title for hit in page.hits] == ["Dogs"]
    with pytest.raises(DatabaseUnusable, match="notes_fts"):
        first_page(folder, replace(source, index="notes_fts"), search_for("chase", source), task=Task())


def test_text_that_is_no_utf8_is_shown_as_what_it_is_not(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        NOTES_TABLE,
        "insert into notes values (1, cast(x'6F6EFF' as text), cast(x'7761726D20FF20776F726473' as text),"
        " cast(x'FE' as text), 1)",
        "create virtual table notes_fts using fts5(title, body, content=notes, content_rowid=id)",
        "insert into notes_fts(notes_fts) values ('rebuild')",
        extra=NOTES,
    )
    source = source_of(folder)
    search = search_for("warm", source)
    [hit] = first_page(folder, source, search, task=Task()).hits
    assert (hit.title, hit.values) == ("on\ufffd", ("\ufffd",))
    assert "warm" in hit.snippet.text
    assert read_page(folder, source, search, (1,), task=Task())[0].title == "on\ufffd"


def test_nul_and_huge_texts(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        NOTES_TABLE,
        "insert into notes values (1, 'a' || char(0) || 'b', 'before' || char(0) || 'after', 'open', 1)",
        "insert into notes values (2, 'huge', hex(zeroblob(1000000)) || ' needle', 'open', 2)",
        "create virtual table notes_fts using fts5(title, body, content=notes, content_rowid=id)",
        "insert into notes_fts(notes_fts) values ('rebuild')",
        extra=NOTES,
    )
    source = source_of(folder)
    assert first_page(folder, source, search_for("after", source), task=Task()).total == 1
    [hit] = first_page(folder, source, search_for("needle", source), task=Task()).hits
    assert hit.title == "huge"
    assert "needle" in hit.snippet.text


def test_nothing_is_written(folder: Path) -> None:
    before = query(folder / "notes.db", "pragma data_version")
    source = source_of(folder)
    first_page(folder, source, Search(parse("warm"), Order.NEWEST), task=Task())
    assert query(folder / "notes.db", "pragma data_version") == before
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["notes.db"]
