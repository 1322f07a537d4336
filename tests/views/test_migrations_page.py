"""The Migrations page by clicking: version line, plan, SQL, changes, history, overview, and its states."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QToolButton

from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.migrations_desk import save_text
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.pages.migrations import MigrationsPage
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component, notes_database, trust
from tests.views.session import LONG, Session


@pytest.fixture
def page(session: Session) -> MigrationsPage:
    return session.window.migrations


@pytest.fixture
def notes(fresh: Path) -> Path:
    add_component(fresh, files={"001_add_author.sql": ADD_AUTHOR, "002_add_tags.sql": ADD_TAGS})
    return fresh


def apply(session: Session) -> None:
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    session.qtbot.waitUntil(lambda: not session.component("notes").pending, timeout=LONG)


def click(page: MigrationsPage, version: int) -> None:
    points = page.line.points
    QTest.mouseClick(points, Qt.MouseButton.LeftButton, pos=points.place_of(version))


def button(page: MigrationsPage, name: str) -> QToolButton:
    return next(each for each in page.sql.findChildren(QToolButton) if each.accessibleName() == name)


def test_a_pending_version_is_applied_from_the_line(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    assert page.legend == "○ pending"
    click(page, 1)
    assert page.change.text() == "Apply up to 1…"
    QTest.keyClick(page.menu, Qt.Key.Key_Return)
    review = session.dialog(ReviewDialog)
    assert review.windowTitle() == "Apply 1 migration to notes"
    session.press(review.accept_button)
    session.finish()
    session.qtbot.waitUntil(lambda: session.component("notes").version == 1, timeout=LONG)
    assert page.legend == "● applied   ○ pending"


def test_an_earlier_version_is_gone_back_to_by_keyboard(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    apply(session)
    asked: list[Request] = []
    page.change_requested.connect(asked.append)
    points = page.line.points
    points.setFocus()
    assert points.accessibleName() == "Versions: 2 Add tags: Applied"
    QTest.keyClick(points, Qt.Key.Key_Left)
    assert points.accessibleName() == "Versions: 1 Add an author to each note: Applied"
    QTest.keyClick(points, Qt.Key.Key_Return)
    assert page.change.text() == "Roll back to 1…"
    QTest.keyClick(page.menu, Qt.Key.Key_Return)
    assert asked == [Request("notes", Direction.DOWN, 1)]
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    session.qtbot.waitUntil(lambda: session.component("notes").version == 1, timeout=LONG)


def test_asking_for_a_way_back_leaves_what_is_read(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    apply(session)
    page.select_version(2)
    text = page.sql.text
    click(page, 1)
    assert page.change.text() == "Roll back to 1…"
    QTest.keyClick(page.menu, Qt.Key.Key_Escape)
    assert page.table.currentIndex().row() == 1
    assert page.sql.text == text


def test_where_it_is_nothing_is_offered(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    apply(session)
    click(page, 2)
    assert page.change.text() == "notes is at version 2."
    assert not page.change.isEnabled()
    page.menu.close()


def test_the_plan_says_how_risky_each_statement_is(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    session.do(Do.DRY_RUN)
    model = page.rehearsal.statements.model()
    titles = [
        model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        for column in range(model.columnCount())
    ]
    risks = [model.index(row, titles.index("Risk")).data() for row in range(model.rowCount())]
    assert risks
    assert set(risks) == {"safe"}


def test_a_file_that_was_changed_since_is_shown_against_what_was_applied(
    session: Session, page: MigrationsPage, notes: Path
) -> None:
    session.open(notes, "notes")
    apply(session)
    tab = page.details.indexOf(page.details.changes)
    assert not page.details.isTabVisible(tab)
    file = notes / "migrations" / "notes" / "002_add_tags.sql"
    file.write_text(file.read_text().replace("tag TEXT", "tag TEXT NOT NULL"))
    trust(file.parent)
    session.qtbot.waitUntil(lambda: "▲" in page.legend, timeout=LONG)
    page.select_version(2)
    assert page.details.isTabVisible(tab)
    page.details.setCurrentIndex(tab)
    lines = page.details.changes.text.splitlines()
    old = "CREATE TABLE tags (note_id INTEGER REFERENCES notes(id) ON DELETE CASCADE, tag TEXT"
    assert f"-{old});" in lines
    assert f"+{old} NOT NULL);" in lines
    assert "1 line added, 1 line removed" in page.details.changes.summary
    page.select_version(1)
    assert not page.details.isTabVisible(tab)
    assert page.details.currentWidget() is page.sql


def test_every_column_stays_in_sight_in_a_narrow_window(session: Session, page: MigrationsPage, notes: Path) -> None:
    notes_database(notes)
    session.open(notes, "notes")
    session.window.resize(1600, 900)
    apply(session)
    file = notes / "migrations" / "notes" / "002_add_tags.sql"
    file.write_text(file.read_text().replace("tag TEXT", "tag TEXT NOT NULL"))
    trust(file.parent)
    session.qtbot.waitUntil(lambda: "▲" in page.legend, timeout=LONG)
    wide = page.table.columnWidth(5)
    session.window.resize(1024, 700)
    assert page.table.horizontalScrollBar().maximum() == 0
    assert page.table.columnWidth(5) < wide
    session.window.resize(1600, 900)
    assert page.table.columnWidth(5) == wide


def test_a_short_list_shows_all_its_rows_and_the_sql_gets_the_rest(
    session: Session, page: MigrationsPage, fresh: Path
) -> None:
    session.open(fresh)
    session.window.resize(1366, 768)
    session.window.tree.select_component("tasks")
    assert page.table.model().rowCount() == 4
    assert page.table.verticalScrollBar().maximum() == 0
    assert page.details.height() > page.table.height()


def test_a_column_that_somebody_made_narrow_stays_so(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    session.window.resize(1600, 900)
    page.table.setColumnWidth(2, 61)
    session.window.resize(1700, 900)
    assert page.table.columnWidth(2) == 61


def test_without_a_dry_run_it_says_what_one_is(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    page.details.setCurrentWidget(page.rehearsal)
    assert page.rehearsal.empty.isVisible()
    assert page.rehearsal.empty.text.startswith("No dry run yet A dry run (Ctrl+R) really runs the migrations")
    session.do(Do.DRY_RUN)
    assert not page.rehearsal.empty.isVisible()
    assert page.rehearsal.statements.isVisible()


def test_the_history_is_read_when_somebody_looks(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    apply(session)
    assert list(page.details.history.events) == []
    page.details.setCurrentWidget(page.details.history)
    session.qtbot.waitUntil(lambda: bool(page.details.history.events), timeout=LONG)
    assert any(event.title == "Applied 2: Add tags" for event in page.details.history.events)
    session.window.tree.select_component("knowledge")
    session.qtbot.waitUntil(
        lambda: "Applied 2: Add tags" not in [event.title for event in page.details.history.events], timeout=LONG
    )


def test_words_are_found_in_the_sql(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes, "notes")
    text = page.sql.findChild(QPlainTextEdit)
    assert isinstance(text, QPlainTextEdit)
    session.window.activateWindow()
    session.qtbot.waitUntil(session.window.isActiveWindow, timeout=LONG)
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = page.sql.find_bar
    assert bar.isVisible()
    QTest.keyClicks(bar.box, "AUTHOR")
    assert bar.found.text() == "3 matches"
    places = [text.textCursor().selectionStart()]
    for _ in range(3):
        QTest.keyClick(bar.box, Qt.Key.Key_Return)
        places.append(text.textCursor().selectionStart())
    assert places[:3] == sorted(set(places[:3]))
    assert places[3] == places[0]
    QTest.keyClick(bar.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert text.textCursor().selectionStart() == places[2]
    QTest.keyClicks(bar.box, "zebra")
    assert bar.found.text() == "No match"
    QTest.keyClick(bar.box, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_the_sql_is_saved_as_a_file(session: Session, page: MigrationsPage, notes: Path, tmp_path: Path) -> None:
    session.open(notes, "notes")
    session.asker.chosen = tmp_path / "up.sql"
    QTest.mouseClick(button(page, "Save the SQL as a file…"), Qt.MouseButton.LeftButton)
    assert (tmp_path / "up.sql").read_text().startswith("ALTER TABLE notes ADD COLUMN author TEXT;\n")
    assert session.notice().kind is Kind.SUCCESS


def test_sql_is_never_saved_over_a_database(notes: Path, tmp_path: Path) -> None:
    database = notes / "felix_knowledge.db"
    before = database.read_bytes()
    disguised = tmp_path / "looks.sql"
    disguised.symlink_to(database)
    for path in (database, disguised):
        assert save_text(path, "DROP TABLE x;").kind is Kind.ERROR
    assert database.read_bytes() == before
    assert save_text(tmp_path / "nowhere" / "up.sql", "x").kind is Kind.ERROR


def test_the_fleet_shows_every_component_and_leads_to_each(session: Session, page: MigrationsPage, notes: Path) -> None:
    session.open(notes)
    session.window.tree.select_fleet()
    assert page.overview.isVisible()
    assert page.headline.startswith("All components 6 components, ")
    model = page.overview.table.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert names[-1] == "notes"
    page.overview.table.selectRow(names.index("tasks"))
    QTest.keyClick(page.overview.table, Qt.Key.Key_Return)
    assert not page.overview.isVisible()
    assert "felix_task_memory.db" in page.headline


def test_a_database_that_cannot_be_read_says_what_to_do(session: Session, page: MigrationsPage, notes: Path) -> None:
    (notes / "felix_knowledge.db").write_bytes(b"this is no database" * 100)
    session.open(notes)
    assert page.empty.isVisible()
    assert page.empty.text.startswith("felix_knowledge.db is not an SQLite database.")
    assert page.headline.strip() == "Knowledge felix_knowledge.db · 1.9 KB · Cannot be read"
    with session.qtbot.waitSignal(session.window.watcher.status_read, timeout=LONG):
        page.refresh_requested.emit()
    session.window.tree.select_component("tasks")
    assert not page.empty.isVisible()


def test_a_component_without_migrations_says_so(session: Session, page: MigrationsPage, fresh: Path) -> None:
    add_component(fresh, files={})
    session.open(fresh, "notes")
    assert page.empty.isVisible()
    assert page.empty.text.startswith("Notes has no migrations")
