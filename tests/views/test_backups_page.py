"""The Backups page: which backups there are, what is in them, how they differ from the live database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.pages.backups import BackupsPage
from felix_dbadmin.views.widgets.basics import PlainLabel
from felix_dbadmin.views.widgets.empty_state import ActionButton
from tests.helpers.workspaces import run_sql
from tests.views.on_backups import back_up_and_change, backups_page, compared
from tests.views.session import LONG, Session


def lines(page: BackupsPage) -> list[str]:
    """The tree as it is shown: components, and the backups of those that are open, indented."""
    model, shown = page.list.model(), []
    for row in range(model.rowCount()):
        group = model.index(row, 0)
        shown.append(group.data())
        if page.list.isExpanded(group):
            shown += [f"  {model.index(each, 1, group).data()}" for each in range(model.rowCount(group))]
    return shown


@pytest.fixture
def knowledge(fresh: Path) -> Path:
    """A workspace whose knowledge was backed up, then changed."""
    return back_up_and_change(fresh)


def test_all_components_are_listed_and_the_selected_one_is_open(session: Session, migrated: Path) -> None:
    back_up(migrated, "knowledge", task=Task())
    session.open(migrated)
    page = backups_page(session)
    assert lines(page) == [
        "knowledge",
        "  By hand",
        "  Before a migration",
        "tasks",
        "workflows",
        "agent_performance",
        "system_actions",
    ]
    assert page.backup is not None
    assert page.backup.reason == "manual"
    session.window.tree.select_component("workflows")
    assert page.backup is not None
    assert page.backup.database == "felix_workflow_history"


def test_a_backup_of_another_component_selects_that_component(session: Session, migrated: Path) -> None:
    session.open(migrated, "knowledge")
    page = backups_page(session)
    group = page.list.model().index(2, 0)
    page.list.setFocus()
    page.list.setCurrentIndex(group)
    QTest.keyClick(page.list, Qt.Key.Key_Right)
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert page.backup is not None
    assert page.backup.database == "felix_workflow_history"
    row = session.window.tree.row
    assert row is not None
    assert row.component == "workflows"
    session.start(Do.RESTORE)
    dialog = session.dialog(RestoreDialog)
    assert dialog.accept_button.text() == "Restore workflows"
    session.press(dialog.cancel_button)
    session.finish()


def test_a_refresh_keeps_what_is_selected_and_open(session: Session, migrated: Path) -> None:
    session.open(migrated, "tasks")
    page = backups_page(session)
    page.list.expandAll()
    chosen = page.backup
    before = lines(page)
    with session.qtbot.waitSignal(session.window.watcher.status_read, timeout=LONG):
        session.start(Do.REFRESH)
    assert page.backup == chosen
    assert lines(page) == before


def test_a_backup_that_is_taken_appears_and_the_first_one_is_selected(session: Session, fresh: Path) -> None:
    session.open(fresh)
    page = backups_page(session)
    assert page.backup is None
    assert page.empty.isVisible()
    session.press(page.empty.findChildren(type(page.details.comparison.stop_button))[0])
    session.finish()
    session.qtbot.waitUntil(lambda: page.backup is not None, timeout=LONG)
    assert "version 0 inside · Verified" in page.details.text


def test_contents_and_manifest(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    page = backups_page(session)
    assert "knowledge_entries 443" in page.details.contents.texts
    page.details.tabs.setCurrentWidget(page.details.manifest)
    assert "Note before the clean-up" in page.details.manifest.facts.texts
    page.details.manifest.as_json.click()
    assert page.details.manifest.raw.isVisible()
    page.details.manifest.copy_button.click()
    assert page.backup is not None
    assert json.loads(QApplication.clipboard().text()) == json.loads(manifest_of(page.backup.path).read_text())


def test_an_unreadable_manifest_is_said_and_not_fatal(session: Session, knowledge: Path) -> None:
    backup = next((knowledge / "backups").glob("*.db"))
    manifest_of(backup).write_text("{ no json")
    session.open(knowledge)
    page = backups_page(session)
    assert "not valid JSON" in " ".join(page.details.contents.texts)
    assert not page.details.manifest.copy_button.isEnabled()
    assert session.window.actions_by_id[Do.PROTECT].statusTip() == "It has no manifest that could say so."


def test_a_component_without_the_selection_of_a_backup_says_what_to_do(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = backups_page(session)
    page.list.setCurrentIndex(page.list.model().index(0, 0))
    assert page.empty.text.startswith("1 backup of knowledge")
    page.list.setCurrentIndex(QModelIndex())
    assert page.empty.text.startswith("Select a component")


def test_a_restore_says_which_migrations_it_takes_away(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.do(Do.BACK_UP)
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    page = backups_page(session)
    oldest = session.component("knowledge").backups[-1]
    page.select_backup(oldest.name)
    session.start(Do.RESTORE)
    dialog = session.dialog(RestoreDialog)
    texts = " ".join(label.text() for label in dialog.findChildren(PlainLabel))
    assert "Not in the backup: migrations 1 and 2, which were applied since." in texts
    assert "2. A safety backup (pre_restore_…)" in texts
    session.qtbot.waitUntil(lambda: dialog.live_rows.text() == "2,405 rows", timeout=LONG)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    session.finish()
    assert session.component("knowledge").version == 2


def test_a_backup_without_a_manifest_says_that_nothing_is_known_of_it(session: Session, fresh: Path) -> None:
    (fresh / "backups").mkdir(exist_ok=True)
    run_sql(fresh / "backups" / "manual_felix_knowledge_20250101_120000.db", "create table t(a)")
    session.open(fresh)
    page = backups_page(session)
    assert page.details.text.startswith("By hand: manual_felix_knowledge_20250101_120000.db")
    assert "There is no manifest beside it" in " ".join(page.details.contents.texts)


def test_every_control_has_an_accessible_name(session: Session, knowledge: Path) -> None:
    session.open(knowledge)
    page = compared(session).window().findChildren(BackupsPage)[0]
    for tab in range(page.details.tabs.count()):
        page.details.tabs.setCurrentIndex(tab)
        assert [type(widget).__name__ for widget in page.findChildren(QWidget) if nameless(widget)] == []


def nameless(widget: QWidget) -> bool:
    if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy():
        return False
    return not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_without_a_component_it_offers_to_back_up_all(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.start(Do.BACKUPS_TAB)
    page = session.window.backups
    offered = [button.text() for button in page.empty.findChildren(ActionButton) if button.isVisible()]
    assert offered == ["&Back up now"]
    session.window.tree.select_fleet()
    offered = [button.text() for button in page.empty.findChildren(ActionButton) if button.isVisible()]
    assert offered == ["Back up &all"]
