"""Exports read back by what people read them with: all hits, whole rows, in order, and nothing that runs."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import stat
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.export import LARGEST_VALUE, Exported, export_hits
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.forms import WRITERS, Form
from felix_dbadmin.core.search.query import Condition, parse
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.task import Progress, Task
from tests.helpers.workspaces import add_component, query, run_sql

BASE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT, body, made REAL, component TEXT);\n"
ADD_SEARCH = """-- migrate:up
CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, content='notes', content_rowid='id');
INSERT INTO notes_fts(notes_fts) VALUES ('rebuild');
-- migrate:down
DROP TABLE notes_fts;
"""
DECLARED = """[[search]]
index = "notes_fts"
table = "notes"
key = "id"
title = "title"
text = ["title", "body"]
time = "made"
filters = ["component"]
"""
EVIL = [
    '=HYPERLINK("http://x","word")',
    "+word",
    "-word",
    "@SUM(word)",
    "\tword",
    "\rword",
    'word, "quoted"\nand\r\na line',
    "word | <script>alert(1)</script> ![a](http://x) `code`",
]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    add_component(folder, files={"001_add_search.sql": ADD_SEARCH}, base=BASE, extra=DECLARED)
    rows = (
        f"insert into notes values ({n}, 'word {n}', {_literal(text)}, {100 - n}.5, 'a')" for n, text in enumerate(EVIL)
    )
    run_sql(folder / "notes.db", BASE, *rows)
    carry_out(folder, rehearse(folder, Request("notes"), task=Task()).plan, task=Task())
    return folder


def _literal(text: str) -> str:
    return f"cast(x'{text.encode().hex()}' as text)"


def export(folder: Path, target: Path, form: Form, *, words: str = "word", order: Order = Order.OLDEST) -> Exported:
    sources = read_sources(folder, task=Task())
    search = Search(parse(words, sources.searched), order)
    return export_hits(folder, sources.found, search, target, form, task=Task())


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_has_every_row_and_no_formula(notes: Path, tmp_path: Path) -> None:
    target = tmp_path / "hits.csv"
    done = export(notes, target, Form.CSV)
    rows = read_csv(target)
    assert (done.path, done.rows) == (target, len(EVIL))
    # The oldest first, and the order is written down; a column that is named as ours keeps its name.
    assert list(rows[0]) == ["component_", "position", "id", "title", "body", "made", "component"]
    assert [row["id"] for row in rows] == [str(n) for n in reversed(range(len(EVIL)))]
    assert [row["position"] for row in rows] == [str(n) for n in range(1, len(EVIL) + 1)]
    assert [row["made"] for row in rows] == [f"{100 - n}.5" for n in reversed(range(len(EVIL)))]
    bodies = [row["body"] for row in reversed(rows)]
    assert bodies[:6] == ["'" + text for text in EVIL[:6]]
    assert bodies[6:] == EVIL[6:]
    assert {row["component_"] for row in rows} == {"notes"}


def test_json_has_every_value_as_it_is(notes: Path, tmp_path: Path) -> None:
    run_sql(
        notes / "notes.db", "update notes set made = 9e999 where id = 1", "update notes set title = null where id = 2"
    )
    run_sql(notes / "notes.db", "insert into notes values (50, 'word', x'00ff', -1.5, null)")
    run_sql(notes / "notes.db", "insert into notes_fts(notes_fts) values ('rebuild')")
    target = tmp_path / "hits.json"
    export(notes, target, Form.JSON)
    rows = {row["id"]: row for row in json.loads(target.read_text())}
    assert [rows[n]["body"] for n in range(len(EVIL))] == EVIL
    assert (rows[1]["made"], rows[2]["title"], rows[50]["made"]) == ("inf", None, -1.5)
    assert base64.b64decode(rows[50]["body"]["base64"]) == b"\x00\xff"


def test_markdown_is_a_table_without_markup(notes: Path, tmp_path: Path) -> None:
    target = tmp_path / "hits.md"
    export(notes, target, Form.MARKDOWN)
    lines = target.read_text().splitlines()
    assert len(lines) == len(EVIL) + 2
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}
    text = target.read_text()
    assert "<script>" not in text
    assert "![a](" not in text
    assert "&lt;script&gt;" in text
    assert 'quoted"<br>and<br>a line' in text


CELLS = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text()
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_any_value_comes_back_from_csv_and_json(rows: list[tuple[object, object]]) -> None:
    for form in (Form.CSV, Form.JSON):
        file = io.StringIO(newline="")
        written = WRITERS[form](file, ("a", "b"), ((("a", first), ("b", second)) for first, second in rows))
        assert written == len(rows)
        text = file.getvalue()
        if form is Form.JSON:
            assert [(row["a"], row["b"]) for row in json.loads(text)] == rows
            continue
        read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert len(read) == len(rows) + 1
        for cells, values in zip(read[1:], rows, strict=True):
            for cell, value in zip(cells, values, strict=True):
                plain = "" if value is None else str(value)
                assert cell in (plain, "'" + plain)
                if isinstance(value, str):
                    harmless = re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", cell)
                    assert harmless or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("order", Order)
def test_all_hits_of_all_components_are_there(migrated: Path, tmp_path: Path, order: Order) -> None:
    target = tmp_path / "hits.json"
    done = export(migrated, target, Form.JSON, words="environment", order=order)
    rows = json.loads(target.read_text())
    counts = {
        "knowledge": ("felix_knowledge.db", "knowledge_fts"),
        "workflows": ("felix_workflow_history.db", "workflow_fts"),
        "system_actions": ("felix_system_actions.db", "command_fts"),
    }
    for component, (database, index) in counts.items():
        ((count,),) = query(migrated / database, f"select count(*) from {index} where {index} match 'environment'")
        assert sum(row["component"] == component for row in rows) == count
    assert done.rows == len(rows) > 0
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    times = [row["created_at"] for row in rows if row["component"] == "knowledge"]
    if order is not Order.RELEVANCE:
        assert times == sorted(times, reverse=order is Order.NEWEST)


def test_a_table_without_its_index_is_exported_with_a_note(fresh: Path, tmp_path: Path) -> None:
    sources = read_sources(fresh, ("knowledge",), task=Task())
    search = Search(parse("environment"), conditions=(Condition("domain", ("python",)),))
    done = export_hits(fresh, sources.found, search, tmp_path / "hits.json", Form.JSON, task=Task())
    rows = json.loads((tmp_path / "hits.json").read_text())
    assert rows
    assert {row["domain"] for row in rows} == {"python"}
    assert len(done.notes) == 1


def test_a_file_that_is_there_is_not_overwritten(notes: Path, tmp_path: Path) -> None:
    target = tmp_path / "hits.csv"
    target.write_text("precious")
    with pytest.raises(WrongUsage, match="there already"):
        export(notes, target, Form.CSV)
    assert target.read_text() == "precious"
    sources = read_sources(notes, task=Task()).found
    search = Search(parse("word"))
    export_hits(notes, sources, search, target, Form.CSV, replace=True, task=Task())
    assert len(read_csv(target)) == len(EVIL)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["notes.db", "notes.db-wal"])
def test_a_database_is_never_written_over(notes: Path, name: str) -> None:
    before = (notes / "notes.db").read_bytes()
    sources = read_sources(notes, task=Task()).found
    with pytest.raises(WrongUsage, match="belongs to a database"):
        export_hits(notes, sources, Search(parse("word")), notes / name, Form.CSV, replace=True, task=Task())
    assert (notes / "notes.db").read_bytes() == before


def test_a_cancelled_export_leaves_no_file(notes: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.step == 1:
            task.cancel()

    task = Task(stop)
    folder = tmp_path / "out"
    folder.mkdir()
    sources = read_sources(notes, task=Task()).found
    with pytest.raises(Cancelled):
        export_hits(notes, sources, Search(parse("word")), folder / "hits.csv", Form.CSV, task=task)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceUnusable, match="nowhere"):
        export(notes, tmp_path / "nowhere" / "hits.csv", Form.CSV)


def test_a_giant_value_is_refused_and_named(notes: Path, tmp_path: Path) -> None:
    run_sql(notes / "notes.db", f"update notes set body = zeroblob({LARGEST_VALUE + 1}) where id = 3")
    target = tmp_path / "hits.json"
    with pytest.raises(DatabaseUnusable, match=r"notes_fts has a row .* more than 20\.0 MB.* nothing was written"):
        export(notes, target, Form.JSON)
    assert not target.exists()
    assert first_page(notes, read_sources(notes, task=Task()).found[0], Search(parse("word")), task=Task()).total == 8


def test_many_large_rows_take_the_memory_of_few(notes: Path, tmp_path: Path) -> None:
    """Of 100 rows of 1 MB each, 32 MB are held at a time."""
    run_sql(
        notes / "notes.db",
        "insert into notes select 100 + n, 'word', zeroblob(1000000), n, 'b' from (with recursive c(n) as"
        " (select 1 union all select n + 1 from c where n < 100) select n from c)",
        "insert into notes_fts(notes_fts) values ('rebuild')",
    )
    tracemalloc.start()
    try:
        done = export(notes, tmp_path / "hits.json", Form.JSON)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert done.rows == len(EVIL) + 100
    assert most < 70e6


def test_a_row_that_is_gone_is_left_out(migrated: Path, tmp_path: Path) -> None:
    path = migrated / "felix_knowledge.db"
    run_sql(
        path,
        "drop trigger knowledge_fts_delete",
        "delete from knowledge_entries where knowledge_id ="
        " (select knowledge_id from knowledge_fts where knowledge_fts match 'python' limit 1)",
    )
    ((count,),) = query(path, "select count(*) from knowledge_fts where knowledge_fts match 'python'")
    sources = read_sources(migrated, ("knowledge",), task=Task()).found
    done = export_hits(migrated, sources, Search(parse("python")), tmp_path / "a.csv", Form.CSV, task=Task())
    assert isinstance(count, int)
    assert done.rows == count - 1
