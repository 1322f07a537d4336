"""What can be searched is read from the databases: any index, of any component, however it was made."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.search.find import first_page, rank, read_page
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.task import Task
from tests.core.search.made import NOTES, NOTES_TABLE, indexed_notes, make, notes, search_for, source_of
from tests.helpers.workspaces import run_sql

PAGES = "create table pages(slug text primary key, name text, text text, category text, updated_at text)"


def test_the_indexes_of_the_real_databases(migrated: Path) -> None:
    found = {source.name: source for source in read_sources(migrated, task=Task()).found}
    assert set(found) == {"knowledge/knowledge_fts", "workflows/workflow_fts", "system_actions/command_fts"}
    knowledge = found["knowledge/knowledge_fts"]
    assert knowledge.columns == ("content_text", "domain", "tags")
    assert (knowledge.table, knowledge.key, knowledge.index_key) == (
        *("knowledge_entries", "knowledge_id", "knowledge_id"),
    )
    assert knowledge.tokenizer == ("porter", "unicode61")
    assert "confidence_level" in knowledge.filters


def test_tables_that_lack_their_index_name_the_migration_that_makes_it(fresh: Path) -> None:
    found = {source.name: source for source in read_sources(fresh, task=Task()).found}
    assert {name: source.migration for name, source in found.items()} == {
        "knowledge/knowledge_entries": 2,
        "tasks/task_executions": 4,
        "workflows/workflow_outputs": 2,
    }
    assert found["knowledge/knowledge_entries"].columns == ("content_json", "domain", "tags_json")


def test_a_component_that_cannot_be_read_does_not_hide_the_others(fresh: Path) -> None:
    (fresh / "felix_knowledge.db").write_bytes(b"this is no database" * 100)
    sources = read_sources(fresh, task=Task())
    assert [failed.component for failed in sources.failed] == ["knowledge"]
    assert "felix_knowledge.db" in sources.failed[0].summary
    assert {source.component for source in sources.found} == {"tasks", "workflows"}


def test_an_index_that_nobody_declared_is_searched_with_its_table(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        PAGES,
        "insert into pages values ('home', 'The home page', 'warm words', 'blog', '2026-01-02T03:04:05')",
        "create virtual table pages_index using fts5(slug unindexed, name, text)",
        "insert into pages_index select slug, name, text from pages",
    )
    source = source_of(folder)
    assert (source.table, source.key, source.index_key) == ("pages", "slug", "slug")
    assert (source.title, source.time, source.filters) == ("name", "updated_at", ("category",))
    [hit] = first_page(folder, source, search_for("warm", source), task=Task()).hits
    assert (hit.key, hit.title, hit.values, hit.gone) == ("home", "The home page", ("blog",), False)
    assert hit.when is not None


def test_shadow_tables_are_no_sources(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", "create virtual table f using fts5(a)", "insert into f values ('warm')")
    assert [source.index for source in read_sources(folder, ("notes",), task=Task()).found] == ["f"]


def test_an_index_without_a_table_has_hits_that_lead_nowhere(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w", "create virtual table f using fts5(title, b)", "insert into f values ('Warm', 'words')"
    )
    source = source_of(folder)
    assert source.table == ""
    [hit] = first_page(folder, source, search_for("words", source), task=Task()).hits
    assert (hit.title, hit.key, hit.gone) == ("Warm", None, False)


def test_an_index_over_a_table_that_was_dropped(tmp_path: Path) -> None:
    folder = indexed_notes(tmp_path / "w", ("Warm", "words"))
    run_sql(folder / "notes.db", "drop table notes")
    sources = read_sources(folder, ("notes",), task=Task())
    assert not sources.failed


def test_external_content_is_found_by_its_rowid(tmp_path: Path) -> None:
    folder = indexed_notes(tmp_path / "w", ("One", "warm words"), ("Two", "cold words"))
    source = source_of(folder)
    assert (source.key, source.index_key) == ("id", "")
    page = first_page(folder, source, search_for("warm", source), task=Task())
    assert [(hit.key, hit.title) for hit in page.hits] == [(1, "One")]


def test_a_contentless_index_finds_its_declared_rows(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        NOTES_TABLE,
        "insert into notes values (7, 'One', 'warm words', 'open', 1700000000)",
        "create virtual table notes_fts using fts5(title, body, content='')",
        "insert into notes_fts(rowid, title, body) select id, title, body from notes",
        extra=NOTES,
    )
    source = source_of(folder)
    search = search_for("warm", source)
    page = first_page(folder, source, search, task=Task())
    assert [(hit.key, hit.title, hit.gone) for hit in page.hits] == [(7, "One", False)]
    assert rank(folder, source, search, task=Task()).total == 1
    assert [hit.title for hit in read_page(folder, source, search, (7,), task=Task())] == ["One"]


def test_tokenizers_are_read_with_their_options(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create virtual table a using fts5(t, tokenize = 'trigram case_sensitive 1')",
        """create virtual table b using fts5(t, tokenize = "unicode61 remove_diacritics 0 tokenchars '-_'")""",
        "create virtual table c using fts5(t, tokenize = 'porter')",
        "create virtual table d using fts5(t)",
        *(f"insert into {name} values ('Foo-Bar Élan')" for name in "abcd"),
    )
    sources = {source.index: source for source in read_sources(folder, ("notes",), task=Task()).found}
    assert sources["a"].tokenizer == ("trigram", "case_sensitive", "1")
    assert sources["b"].tokenizer == ("unicode61", "remove_diacritics", "0", "tokenchars", "-_")

    def total(index: str, text: str) -> int | None:
        source = sources[index]
        return first_page(folder, source, search_for(text, source), task=Task()).total

    assert [total("a", text) for text in ("Foo", "oo-B", "foo")] == [1, 1, 0]
    assert [total("b", text) for text in ("foo", "foo-bar", "elan", "élan")] == [0, 1, 0, 1]
    assert [total("c", text) for text in ("foo", "elan", "bars")] == [1, 1, 1]
    assert [total("d", text) for text in ("bar", "bars")] == [1, 0]


def test_a_table_without_rowid_can_be_read(tmp_path: Path) -> None:
    extra = NOTES.replace('key = "id"', 'key = "slug"')
    folder = make(
        tmp_path / "w",
        "create table notes(slug text primary key, title text, body text, status text, created_at real) without rowid",
        "insert into notes values ('x', 'One', 'warm', 'open', 1700000000)",
        extra=extra,
    )
    source = source_of(folder)
    assert (source.index, source.table, source.key) == ("", "notes", "slug")


def test_names_that_need_quotes(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        """create table "my ""notes"" table"("the id" integer primary key, "a title" text, "b.c" text)""",
        """insert into "my ""notes"" table" values (5, 'One', 'warm words')""",
        """create virtual table "my index" using fts5("a title", "b.c",
        content='my "notes" table', content_rowid='the id')""",
        """insert into "my index"("my index") values ('rebuild')""",
    )
    source = source_of(folder)
    search = search_for("warm", source)
    page = first_page(folder, source, search, task=Task())
    assert [hit.key for hit in page.hits] == [5]
    assert read_page(folder, source, search, (5,), task=Task()) == page.hits


def test_notes_without_index_are_a_source_too(tmp_path: Path) -> None:
    source = source_of(notes(tmp_path / "w", ("One", "warm")))
    assert (source.index, source.migration, source.columns) == ("", 1, ("title", "body"))
