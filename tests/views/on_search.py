"""What somebody does on the Search page, in a word."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from felix_dbadmin.models.search_results import Found
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.pages.search import SearchPage
from tests.helpers.workspaces import add_component, run_sql
from tests.views.session import LONG, Session

NOTES = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT, domain TEXT, at REAL);\n"
INDEX = "CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, content='notes', content_rowid='id')"
LISTED = """
[[search]]
index = "notes_fts"
table = "notes"
key = "id"
title = "title"
text = ["title", "body"]
time = "at"
filters = ["domain"]
"""


def many_notes(workspace: Path, count: int, word: str = "common") -> None:
    """A component with an index over so many notes that all have the word; each tenth is of another domain."""
    add_component(workspace, files={}, base=NOTES, extra=LISTED)
    run_sql(
        workspace / "notes.db",
        NOTES,
        INDEX,
        f"""insert into notes with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})
        select i, 'Note ' || i, '{word} text number' || i, iif(i % 10, 'many', 'few'), 1.6e9 + i from n""",
        "insert into notes_fts(notes_fts) values ('rebuild')",
    )


def search_page(session: Session) -> SearchPage:
    """In front, with the focus in the box, and what can be searched known."""
    session.start(Do.SEARCH)
    settle(session)
    return session.window.search


def settle(session: Session) -> None:
    """Until nothing that was typed waits, and nothing runs."""
    bar = session.window.search.bar
    session.qtbot.waitUntil(lambda: not bar.waiting and not session.jobs.jobs, timeout=LONG)


def search(session: Session, words: str) -> SearchPage:
    """Type words into the empty box and wait for all that comes of it."""
    page = search_page(session)
    page.bar.box.selectAll()
    QTest.keyClicks(page.bar.box, words)
    settle(session)
    return page


def hits(page: SearchPage) -> list[Found]:
    model = page.list.hits
    rows = (model.found(model.index(row, 0)) for row in range(model.rowCount()))
    return [found for found in rows if found is not None]


def titles(page: SearchPage) -> list[str]:
    return [found.title for found in hits(page)] if page.shows_hits else []


def tick(page: SearchPage, group: str, value: str) -> None:
    """Tick a value among the filters, by keyboard."""
    tree, view = page.facets.tree, page.facets.view
    heading = next(tree.item(row) for row in range(tree.rowCount()) if tree.item(row).text() == group)
    item = next(heading.child(row) for row in range(heading.rowCount()) if heading.child(row).text() == value)
    view.setCurrentIndex(item.index())
    QTest.keyClick(view, Qt.Key.Key_Space)


def counts(page: SearchPage, group: str) -> dict[str, str]:
    """The values of a filter with their hits."""
    tree = page.facets.tree
    heading = next(tree.item(row) for row in range(tree.rowCount()) if tree.item(row).text() == group)
    return {heading.child(row, 0).text(): heading.child(row, 1).text() for row in range(heading.rowCount())}
