"""Small searchable workspaces: a user's component with the tables and indexes that a test is about."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import Source, read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, run_sql

NOTES = """
[[search]]
index = "notes_fts"
table = "notes"
key = "id"
title = "title"
text = ["title", "body"]
time = "created_at"
filters = ["status"]
"""

NOTES_TABLE = "create table notes(id integer primary key, title text, body text, status text, created_at real)"

MAKES_INDEX = """-- migrate:description Make the index
-- migrate:up
CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, content=notes, content_rowid=id);
INSERT INTO notes_fts(notes_fts) VALUES ('rebuild');
-- migrate:down
DROP TABLE notes_fts;
"""


def make(workspace: Path, *statements: str, extra: str = "", files: dict[str, str] | None = None) -> Path:
    """A component `notes` whose database these statements make; returns the workspace."""
    workspace.mkdir(exist_ok=True)
    add_component(workspace, files=files or {}, base="", extra=extra)
    run_sql(workspace / "notes.db", *statements)
    return workspace


def notes(workspace: Path, *rows: tuple[str, str], statements: tuple[str, ...] = ()) -> Path:
    """A component that lacks the index which its migration makes; rows are title and body, an hour apart."""
    values = (
        f"insert into notes(title, body, status, created_at) values ({_text(title)}, {_text(body)},"
        f" '{('open', 'done')[number % 2]}', {1_700_000_000 + 3600 * number})"
        for number, (title, body) in enumerate(rows)
    )
    return make(workspace, NOTES_TABLE, *values, *statements, extra=NOTES, files={"001_make_index.sql": MAKES_INDEX})


def indexed_notes(workspace: Path, *rows: tuple[str, str]) -> Path:
    """The same with its index."""
    index = (
        "create virtual table notes_fts using fts5(title, body, content=notes, content_rowid=id,"
        " tokenize='porter unicode61')",
        "insert into notes_fts(notes_fts) values ('rebuild')",
    )
    return notes(workspace, *rows, statements=index)


def source_of(workspace: Path, name: str = "", component: str = "notes") -> Source:
    """The only source of the component, or the one with that name."""
    sources = read_sources(workspace, (component,), task=Task())
    assert not sources.failed, sources.failed
    found = [source for source in sources.found if name in ("", source.index or source.table)]
    assert len(found) == 1, [source.name for source in sources.found]
    return found[0]


def search_for(text: str, source: Source, *, typing: bool = False) -> Search:
    return Search(parse(text, source.searched, typing=typing))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
