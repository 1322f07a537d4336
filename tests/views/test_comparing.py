"""A backup beside the live database: what differs, and rows brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from felix_dbadmin.views.dialogs.bring_back import BringBackDialog
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.widgets.basics import PlainLabel
from felix_dbadmin.views.widgets.empty_state import ActionButton
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import add_component, query, run_sql
from tests.views.on_backups import KNOWLEDGE, back_up_and_change, backups_page, compared, select_rows
from tests.views.session import LONG, Session


@pytest.fixture
def knowledge(fresh: Path) -> Path:
    """A workspace whose knowledge was backed up, then changed."""
    return back_up_and_change(fresh)


def test_comparing_shows_what_came_went_and_changed(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    view = compared(session)
    assert view.text.startswith("3 rows missing now and 1 row changed since in 1 table.")
    model = view.tables.model()
    assert [model.index(0, column).data() for column in range(6)] == ["knowledge_entries", "443", "440", "0", "3", "1"]
    samples = view.samples.model()
    shown = [samples.index(row, 0).data() for row in range(samples.rowCount())]
    assert sorted(shown) == ["Changed since", "Missing now", "Missing now", "Missing now"]
    changed = shown.index("Changed since")
    texts = [samples.index(changed, column).data() for column in range(samples.columnCount())]
    assert texts[2].endswith("→ elsewhere")  # beside the key, before what is the same
    select_rows(view.samples, changed)
    command = "felix-dbadmin backup bring-back {} --table knowledge_entries --key '[\"{}\"]' --workspace {}"
    backup = session.window.backups.backup
    assert backup is not None
    entry = next(entry for entry in session.window.actions_by_id.entries() if entry.key == Do.BRING_BACK)
    assert entry.command == command.format(backup.name, texts[1], knowledge)
    view.samples.clearSelection()
    entry = next(entry for entry in session.window.actions_by_id.entries() if entry.key == Do.BRING_BACK)
    assert entry.command == ""


def test_the_schema_difference_is_shown(session: Session, knowledge: Path) -> None:
    assert attempt(knowledge / KNOWLEDGE, "create table scratch(a)", "insert into scratch values (1)") == "ok"
    session.open(knowledge)
    view = compared(session)
    assert view.tables.model().index(0, 0).data() == "Schema"
    view.tables.selectRow(0)
    assert view.schema.isVisible()
    assert view.schema.texts == ("Only in the live database", "scratch table")
    view.tables.selectRow([view.tables.model().index(row, 0).data() for row in range(4)].index("scratch"))
    assert not view.schema.isVisible()
    assert not view.table_button.isEnabled()
    assert view.table_button.toolTip() == "There is no such table in the backup."


def test_nothing_differs(session: Session, fresh: Path) -> None:
    back_up(fresh, "knowledge", task=Task())
    session.open(fresh)
    view = compared(session)
    assert view.text.startswith("The live database holds what the backup does.")
    assert not view.rows_button.isEnabled()
    assert not view.table_button.isEnabled()


def test_selected_rows_are_brought_back_and_it_can_be_undone(session: Session, knowledge: Path) -> None:
    database = knowledge / KNOWLEDGE
    session.open(knowledge)
    view = compared(session)
    shown = [view.samples.model().index(row, 0).data() for row in range(4)]
    select_rows(view.samples, *(row for row, text in enumerate(shown) if text == "Missing now"))
    assert view.rows_button.text() == "Bring 3 rows back…"
    session.press(view.rows_button)
    dialog = session.dialog(BringBackDialog)
    assert dialog.cancel_button.isDefault()
    assert dialog.accept_button.text() == "Bring 3 rows of knowledge_entries back"
    texts = [label.text() for label in dialog.findChildren(PlainLabel)]
    assert "3 rows that went missing are inserted again." in texts
    session.press(dialog.accept_button)
    session.finish()
    notice = session.notice()
    assert notice.kind is Kind.SUCCESS
    assert "3 rows inserted" in notice.summary
    assert query(database, "select count(*) from knowledge_entries") == [(443,)]
    assert query(database, "select count(*) from knowledge_entries where domain = 'elsewhere'") == [(1,)]
    session.qtbot.waitUntil(lambda: view.text.startswith("1 row changed since"), timeout=LONG)

    session.window.backups.banner.undo_requested.emit(notice.undo)
    session.press(session.dialog(RestoreDialog).accept_button)
    session.finish()
    assert query(database, "select count(*) from knowledge_entries") == [(440,)]


def test_a_whole_table_is_brought_back(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    view = compared(session)
    session.press(view.table_button)
    dialog = session.dialog(BringBackDialog)
    session.press(dialog.accept_button)
    session.finish()
    assert "3 rows inserted and 1 row changed back" in session.notice().summary
    session.qtbot.waitUntil(lambda: view.text.startswith("The live database holds"), timeout=LONG)


def test_bring_rows_back_leads_to_the_comparison_when_no_row_is_chosen(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    session.start(Do.BRING_BACK)
    view = session.window.backups.details.comparison
    session.qtbot.waitUntil(lambda: view.comparison is not None, timeout=LONG)
    assert view.isVisible()
    select_rows(view.samples, 0)
    session.start(Do.BRING_BACK)
    session.press(session.dialog(BringBackDialog).cancel_button)
    session.finish()
    assert len(session.component("knowledge").backups) == 1


def test_a_comparison_can_be_cancelled_and_started_again(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    page = backups_page(session)
    with holding(knowledge / KNOWLEDGE, "pragma locking_mode = exclusive", "begin exclusive"):
        page.details.show_comparison_tab()
        view = page.details.comparison
        session.qtbot.waitUntil(lambda: view.running, timeout=LONG)
        session.press(view.stop_button)
        session.qtbot.waitUntil(lambda: "stopped" in view.empty.text, timeout=LONG)
    session.start(Do.COMPARE)
    session.qtbot.waitUntil(lambda: view.comparison is not None, timeout=LONG)


def test_a_comparison_that_fails_says_why(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    backup = next((knowledge / "backups").glob("*.db"))
    backup.write_bytes(b"no database" * 1000)
    page = backups_page(session)
    page.details.show_comparison_tab()
    view = page.details.comparison
    session.qtbot.waitUntil(view.unusable.isVisible, timeout=LONG)
    assert view.unusable.text.startswith(f"This backup cannot be compared {backup.name} is not an SQLite database.")
    session.press(view.unusable.findChildren(ActionButton)[0])
    session.finish()
    assert session.notice().summary.startswith(f"{backup.name} is not to be relied on: ")


def test_a_live_database_that_cannot_be_compared_can_be_tried_again(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    (knowledge / KNOWLEDGE).write_bytes(b"no database" * 1000)
    page = backups_page(session)
    page.details.show_comparison_tab()
    view = page.details.comparison
    session.qtbot.waitUntil(lambda: view.empty.text.startswith("They could not be compared"), timeout=LONG)
    assert KNOWLEDGE in view.empty.text
    assert [button.text() for button in view.empty.findChildren(ActionButton)] == ["&Compare with live"]


def test_without_a_live_database_there_is_nothing_to_compare(session: Session, knowledge: Path) -> None:
    (knowledge / KNOWLEDGE).unlink()
    session.open(knowledge)
    page = backups_page(session)
    page.details.show_comparison_tab()
    assert page.details.comparison.empty.text.startswith("There is no live database")
    assert session.window.actions_by_id[Do.COMPARE].statusTip() == "felix_knowledge.db does not exist yet."
    session.start(Do.RESTORE)
    session.press(session.dialog(RestoreDialog).accept_button)
    session.finish()
    assert query(knowledge / KNOWLEDGE, "select count(*) from knowledge_entries") == [(443,)]


def test_another_backup_starts_its_own_comparison(session: Session, knowledge: Path) -> None:
    back_up(knowledge, "knowledge", task=Task())
    session.open(knowledge)
    view = compared(session)
    assert view.text.startswith("The live database holds")
    session.window.backups.list.setFocus()
    QTest.keyClick(session.window.backups.list, Qt.Key.Key_Down)
    session.qtbot.waitUntil(lambda: view.comparison is not None and "missing" in view.text, timeout=LONG)


def test_rows_without_a_key_come_back_only_with_their_table(session: Session, fresh: Path) -> None:
    add_component(fresh, "events", {}, base="CREATE TABLE IF NOT EXISTS events (what TEXT);")
    database = fresh / "events.db"
    run_sql(database, "create table events(what text)", "insert into events values ('a'), ('a'), ('b')")
    back_up(fresh, "events", task=Task())
    run_sql(database, "delete from events where what = 'a'", "insert into events values ('c')")
    session.open(fresh, "events")
    view = compared(session)
    select_rows(view.samples, 0)
    assert not view.rows_button.isEnabled()
    assert view.rows_button.toolTip().startswith("Rows without a key cannot be told apart")
    session.press(view.table_button)
    dialog = session.dialog(BringBackDialog)
    session.press(dialog.accept_button)
    session.finish()
    assert query(database, "select what from events order by what") == [("a",), ("a",), ("b",)]
