"""A hit is read: marks, HTML that stays text, the keyboard, the table it stands in, what belongs to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.task import Task
from felix_dbadmin.views.dialogs.rows import RowsDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.pages.search import SearchPage
from tests.helpers.peers import attempt
from tests.models import made
from tests.views.on_search import many_notes, search, settle, tick, titles
from tests.views.session import LONG, Session


def test_a_hit_is_read_whole_with_its_marks(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = search(session, "the")
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    row = page.reading.row
    assert row is not None
    shown = page.reading.text.toPlainText()
    assert all(field.name in shown for field in row.fields)
    at, count = page.reading.text.marks
    assert (at, count > 0) == (0, True)
    for step in range(1, count + 1):
        QTest.keyClick(page.reading.text, Qt.Key.Key_N)
        assert page.reading.text.marks[0] == step
        assert page.reading.text.textCursor().selectedText().lower().startswith("the")
    QTest.keyClick(page.reading.text, Qt.Key.Key_N)
    assert page.reading.text.marks[0] == 1
    QTest.keyClick(page.reading.text, Qt.Key.Key_M)
    assert page.reading.text.marks[0] == count
    page.reading.copy()
    assert row.fields[0].text.text in QApplication.clipboard().text()


def test_html_in_a_row_is_text(session: Session, notes: Path) -> None:
    attack = "<img src=x><b>common</b> &amp; <script>1</script>"
    assert attempt(notes / "notes.db", f"update notes set title = '{attack}' where id = 1") == "ok"
    session.open(notes, "notes")
    page = search(session, "number1")
    page.list.selectRow(titles(page).index(attack))
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    assert attack in page.reading.text.toPlainText()
    assert page.reading.title.text() == attack
    assert page.reading.title.textFormat() == Qt.TextFormat.PlainText
    assert "&lt;img" in page.list.currentIndex().data(Qt.ItemDataRole.ToolTipRole)


def test_the_keyboard_alone_leads_from_the_box_to_the_row_and_back(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "number42")
    box = page.bar.box
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert page.list.hasFocus()
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert page.reading.text.hasFocus()
    assert page.reading.text.textCursor().selectedText() == "number42"
    QTest.keyClick(page.reading.text, Qt.Key.Key_Escape)
    assert box.hasFocus()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    settle(session)
    assert not page.shows_hits
    assert any(link.text == "number42" for link in page.state.links.links)


def test_a_row_opens_in_its_table_with_what_is_around_it(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    many_notes(folder, 1_000)
    session.open(folder, "notes")
    page = search(session, "number500")
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    session.press(page.reading.table_button)
    dialog = session.dialog(RowsDialog)
    session.qtbot.waitUntil(lambda: dialog.rows is not None, timeout=LONG)
    table = dialog.table
    assert table is not None
    assert table.currentIndex().data() == "500"

    def ids() -> list[object]:
        return [row[0] for row in dialog.rows.rows] if dialog.rows else []

    around = ids()
    session.press(dialog.later)
    session.qtbot.waitUntil(lambda: ids() != around, timeout=LONG)
    assert ids()[0] == int(str(around[-1])) + 1
    session.press(dialog.earlier)
    session.qtbot.waitUntil(lambda: ids()[-1] == around[-1], timeout=LONG)
    session.press(dialog.first)
    session.qtbot.waitUntil(lambda: ids()[0] == 1, timeout=LONG)
    assert not dialog.earlier.isEnabled()
    dialog.accept()


def test_related_rows_are_a_click_away(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    make_demo(folder, made.WHEN, task=Task())
    session.open(folder)
    page = search(session, "the")
    tick(page, "Component", "knowledge")
    settle(session)
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    row = page.reading.row
    assert row is not None
    related = next(each for each in row.related if each.title == "Knowledge tags")
    page.reading.related_wanted.emit(related)
    dialog = session.dialog(RowsDialog)
    session.qtbot.waitUntil(lambda: dialog.rows is not None, timeout=LONG)
    assert dialog.rows is not None
    assert len(dialog.rows.rows) == related.count
    dialog.accept()


def test_more_like_this_puts_its_words_into_the_box(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    make_demo(folder, made.WHEN, task=Task())
    session.open(folder)
    page = search(session, "error")
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    session.press(page.reading.like_button)
    session.qtbot.waitUntil(lambda: " OR " in page.bar.box.text(), timeout=LONG)
    settle(session)
    assert page.shows_hits


def test_a_hit_whose_row_is_gone_is_shown_and_mended(session: Session, migrated: Path) -> None:
    """As the first program's triggers leave it after each REPLACE."""
    emptied = attempt(
        migrated / "felix_knowledge.db", "drop trigger knowledge_fts_delete", "delete from knowledge_entries"
    )
    assert emptied == "ok"
    session.open(migrated)
    page = search(session, "the")
    tick(page, "Component", "knowledge")
    settle(session)
    assert titles(page)[0] == "Deleted meanwhile"
    note = next(each for each in page.notes.notes if "stale" in each.text)
    assert note.button == "Repair…"
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    assert "deleted meanwhile" in page.reading.title.text()
    assert not page.reading.table_button.isEnabled()


def mark_lightness(page: SearchPage) -> int:
    selection = page.reading.text.extraSelections()[0]
    form = selection.format
    brush = form.background()
    return brush.color().lightness()


def test_links_and_marks_follow_the_theme(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "comon")
    link = page.state.links.buttons[0]
    light = link.palette().buttonText().color()
    session.start(Do.DARK)
    session.qtbot.waitUntil(lambda: link.palette().buttonText().color().lightness() > light.lightness(), timeout=LONG)
    page = search(session, "number7")
    page.list.selectRow(0)
    session.qtbot.waitUntil(lambda: page.reading.row is not None, timeout=LONG)
    dark = mark_lightness(page)
    session.start(Do.LIGHT)
    assert mark_lightness(page) > dark
