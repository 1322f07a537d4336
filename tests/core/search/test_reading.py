"""A hit opened: the whole row as people read it, with what was found marked and what belongs to it named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.like import more_like
from felix_dbadmin.core.search.query import raw_query
from felix_dbadmin.core.search.reading import FieldRead, RowRead, read_row
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.showing import FieldKind
from felix_dbadmin.core.search.sources import Source, read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.core.search.made import NOTES, indexed_notes, make, notes, search_for, source_of
from tests.helpers.workspaces import run_sql


def opened(folder: Path, source: Source, text: str) -> RowRead:
    """The best hit for a text."""
    search = search_for(text, source)
    page = (first_page if source.index else scan)(folder, source, search, task=Task())
    return read_row(folder, source, search, page.hits[0].rowid, key=page.hits[0].key, task=Task())


def field(row: RowRead, name: str) -> FieldRead:
    return next(each for each in row.fields if each.name == name)


def marked(row: RowRead, name: str) -> list[str]:
    text = field(row, name).text
    return [text.text[begin:end] for begin, end in text.spans]


@pytest.fixture(params=[indexed_notes, notes], ids=["indexed", "scanned"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made: Path = request.param(
        tmp_path / "w", ("Warm words", 'A "warm" word, warmer than others'), ("Json", '{"warm": ["na\\u00efve", 1.50]}')
    )
    return made


def test_the_whole_row_with_every_hit_marked(folder: Path) -> None:
    row = opened(folder, source_of(folder), "others")
    assert (row.title, row.key, row.gone) == ("Warm words", 1, False)
    assert [each.name for each in row.fields] == ["id", "title", "body", "status", "created_at"]
    assert marked(row, "body") == ["others"]
    assert field(row, "created_at").kind is FieldKind.TIME
    assert field(row, "id").kind is FieldKind.NUMBER


def test_the_marks_are_in_the_text_as_it_is_shown(folder: Path) -> None:
    row = opened(folder, source_of(folder), "1.50")
    body = field(row, "body")
    assert (body.kind, body.text.text) == (FieldKind.JSON, '{\n  "warm": [\n    "naïve",\n    1.50\n  ]\n}')
    assert marked(row, "body") == ["1.50"]


def test_each_word_is_marked_wherever_it_stands(folder: Path) -> None:
    row = opened(folder, source_of(folder), '"warm word" others -zebra')
    assert marked(row, "title") in (["Warm words"], [])
    assert "others" in marked(row, "body")


def test_only_the_column_that_was_asked_for_is_marked(folder: Path) -> None:
    source = source_of(folder)
    assert marked(opened(folder, source, "title:warm"), "title") == ["Warm"]
    assert marked(opened(folder, source, "title:warm"), "body") == []


def test_a_raw_expression_is_marked_too(folder: Path) -> None:
    source = source_of(folder)
    row = read_row(folder, source, Search(raw_query("others AND warm")), 1, key=1, task=Task())
    assert marked(row, "title") == ["Warm"]
    assert "others" in marked(row, "body")


def test_a_row_that_is_gone(folder: Path) -> None:
    source = source_of(folder)
    row = read_row(folder, source, search_for("warm", source), 99, key=99, task=Task())
    assert (row.gone, row.fields, row.related, row.key) == (True, (), (), None)


def test_what_a_stale_index_still_has_of_a_row(migrated: Path) -> None:
    source = read_sources(migrated, ("knowledge",), task=Task()).found[0]
    run_sql(
        migrated / "felix_knowledge.db",
        "insert into knowledge_fts(knowledge_id, content_text, domain, tags) values ('nowhere', 'a zebra', 'x', '[]')",
    )
    row = opened(migrated, source, "zebra")
    assert (row.gone, row.title) == (True, "nowhere")
    assert marked(row, "content_text") == ["zebra"]


def test_an_index_without_a_table_is_all_there_is(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", "create virtual table f using fts5(title, b)", "insert into f values('One', 'warm')")
    row = opened(folder, source_of(folder), "warm")
    assert (row.title, row.gone, row.key) == ("One", False, None)
    assert marked(row, "b") == ["warm"]


def test_a_table_without_rowid_is_read_by_its_key(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create table notes(slug text primary key, title text, body text, status text, created_at real) without rowid",
        "insert into notes values ('x', 'One', 'cold', '', 1700000000), ('y', 'Two', 'warm', '', 1700000001)",
        extra=NOTES.replace('key = "id"', 'key = "slug"'),
    )
    row = opened(folder, source_of(folder), "warm")
    assert (row.key, row.title) == ("y", "Two")


def test_content_that_felix_has_packed_is_read(migrated: Path) -> None:
    source = read_sources(migrated, ("knowledge",), task=Task()).found[0]
    row = opened(migrated, source, "sqlite domain:python")
    packed = field(row, "content_compressed")
    assert packed.kind is FieldKind.JSON
    assert '"topic"' in packed.text.text
    assert packed.note.startswith("Unpacked from a Python pickle")


def related(row: RowRead) -> dict[str, tuple[str, str, str, int]]:
    return {each.title: (each.component, each.table, each.column, each.count) for each in row.related}


def test_what_belongs_to_a_workflow(migrated: Path) -> None:
    source = read_sources(migrated, ("workflows",), task=Task()).found[0]
    row = read_row(migrated, source, search_for("environment", source), 5, task=Task())
    found = related(row)
    assert found["Parent workflow"] == ("workflows", "workflow_outputs", "workflow_id", 1)
    assert found["Same conversation thread"] == ("workflows", "workflow_outputs", "conversation_thread_id", 2)
    assert found["Agent performance"] == ("agent_performance", "agent_performance", "workflow_id", 50)
    assert found["Command executions"][:3] == ("system_actions", "command_executions", "workflow_id")


def test_what_belongs_to_a_command(migrated: Path) -> None:
    source = read_sources(migrated, ("system_actions",), task=Task()).found[0]
    run_sql(
        migrated / "felix_system_actions.db",
        "update command_executions set workflow_id = 5, command = 'zebra' where execution_id ="
        " (select execution_id from pending_approvals limit 1)",
    )
    found = related(opened(migrated, source, "zebra"))
    assert found["Pending approvals"][:3] == ("system_actions", "pending_approvals", "execution_id")
    assert found["Workflow outputs"] == ("workflows", "workflow_outputs", "workflow_id", 1)


def test_what_belongs_to_a_knowledge_entry(migrated: Path) -> None:
    source = read_sources(migrated, ("knowledge",), task=Task()).found[0]
    run_sql(
        migrated / "felix_knowledge.db",
        "update knowledge_entries set related_entries_json = (select json_array(max(knowledge_id), 'nowhere')"
        " from knowledge_entries), content_json = 'a zebra' where rowid = 2",
    )
    row = opened(migrated, source, "zebra")
    assert related(row)["Knowledge tags"][1:3] == ("knowledge_tags", "knowledge_id")
    named = [each for each in row.related if each.title.startswith("Related: ")]
    assert [(each.table, each.column, each.count) for each in named] == [("knowledge_entries", "knowledge_id", 1)]


def test_what_belongs_to_a_task_once_its_patterns_have_a_table(fresh: Path) -> None:
    component = open_workspace(fresh).component("tasks")
    with open_reader(fresh / component.database) as db:
        plan = make_plan(db, component, Request("tasks", Direction.UP), Task())
    carry_out(fresh, plan, task=Task())
    source = read_sources(fresh, ("tasks",), task=Task()).found[0]
    assert source.index
    titles: set[str] = set()
    search = search_for("the", source)
    for hit in first_page(fresh, source, search, task=Task()).hits:
        titles |= related(read_row(fresh, source, search, hit.rowid, task=Task())).keys()
    assert titles == {"Task pattern matches", "Task execution agents"}


def test_a_component_that_cannot_be_read_hides_nothing_else(migrated: Path) -> None:
    (migrated / "felix_system_actions.db").write_bytes(b"no database" * 100)
    source = read_sources(migrated, ("workflows",), task=Task()).found[0]
    row = read_row(migrated, source, search_for("environment", source), 5, task=Task())
    assert "Agent performance" in related(row)
    assert "Command executions" not in related(row)


@pytest.mark.parametrize("made", [indexed_notes, notes])
def test_more_like_this_finds_the_row_and_its_neighbours(tmp_path: Path, made: Callable[..., Path]) -> None:
    rows = [("Note", f"the and of some filler{number}") for number in range(20)]
    rows[3] = ("Note", "the python interpreter crashed with a segfault 12345")
    rows[8] = ("Note", "a segfault of the python build, and of nothing else 12345")
    folder = made(tmp_path / "w", *rows)
    source = source_of(folder)
    text = more_like(folder, source, 4, task=Task())
    words = text.split(" OR ")
    assert {"python", "segfault"} <= set(words)
    assert not {"the", "note", "12345", "interpreter"} & set(words)
    search = search_for(text, source)
    page = (first_page if source.index else scan)(folder, source, search, task=Task())
    assert {4, 9} <= {hit.key for hit in page.hits}


def test_nothing_is_like_a_row_that_is_gone(folder: Path) -> None:
    assert more_like(folder, source_of(folder), 99, task=Task()) == ""


def test_conditions_and_times_do_not_hide_the_row(folder: Path) -> None:
    source = source_of(folder)
    search = replace(search_for("others", source), since=9e9)
    assert marked(read_row(folder, source, search, 1, key=1, task=Task()), "body") == ["others"]
